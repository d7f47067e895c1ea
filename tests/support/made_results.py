"""Results of made-up runs, for tests that draw, keep or compare them."""

NASTY = "</script><script>alert(1)</script> \u202eevil\x07 | `x` <b>"
VERDICTS = ("error", "fail", "unstable", "untestable", "waived", "pass", "not applicable")
WAIVER = {
    "clause": "toy.op.c9",
    "reason": NASTY,
    "owner": NASTY,
    "ticket": NASTY,
    "expires": "2031-01-01",
    "state": "unmatched",
    "red": True,
    "file": NASTY,
    "first_line": 1,
    "last_line": 2,
    "says": NASTY,
}
RUN = {
    "id": NASTY,
    "started": "2031-01-01T00:00:00",
    "target": NASTY,
    "plan": "gate",
    "name": NASTY,
    "exit": 1,
    "word": "not conformant",
    "counts": {"pass": 3, "fail": 2},
    "share": 0.5,
    "seconds": 1.25,
    "exchanges": 7,
    "broken": [NASTY],
    "mended": [NASTY],
}
CAUSE = {"security": False, "family": "toy", "operation": "op", "answer": "a", "where": "/a"}
PACE = {
    "family": "toy",
    "operation": "op",
    "figure": "p95",
    "most": 1.0,
    "actual": 2.0,
    "held": False,
    "colour": "amber",
}


def clause(number, verdict="pass", colour="green", **more):
    return {
        "id": f"toy.op.c{number}",
        "family": "toy",
        "operation": "op",
        "kind": "rule",
        "standing": "documented",
        "observability": "black-box",
        "statement": f"Clause {number} holds. {NASTY}",
        "sources": [{"document": "toy-1", "section": "S", "table": "T", "row": "R", "line": 7}],
        "discrepancies": ["T-1"],
        "verdict": verdict,
        "colour": colour,
        "reason": "",
        "findings": [],
        "exchanges": ["x-1"],
        "exchange_count": 1,
        "tests": ["t"],
        "milliseconds": 1.0,
        "outcome": "",
        "needs": [],
        "must": True,
        "scored": True,
    } | more


def cause(number, *clauses, colour="red", findings=(0,)):
    """A cause of the operation, that these clauses tell of."""
    about = {"family": "toy", "operation": "op", "answer": "a", "where": "/a"}
    told = {"clauses": list(clauses), "findings": list(findings)}
    return {"id": number, "colour": colour, "security": False, **about, **told}


def results(clauses=()):
    """A whole results value around some clauses; the second fails in red, with everything nasty."""
    rows = list(clauses) or [
        clause(1),
        clause(2, "fail", "red", findings=[0]),
        clause(3, "untestable", "amber", reason="no fixture"),
        clause(4, "error", "red", reason="no answer"),
        clause(5, "fail", "amber", findings=[1]),
    ]
    exchange = {
        "id": "x-1",
        "family": "toy",
        "operation": "op",
        "test": "t",
        "started": "2031-01-01T00:00:00+00:00",
        "milliseconds": 2.0,
        "expected": ["a"],
        "matched": "",
        "request": {"method": "POST", "url": "http://127.0.0.1/x", "headers": [["A", NASTY]], "body": NASTY},
        "response": {"status": 200, "reason": "OK", "headers": [["B", NASTY]], "body": NASTY + "y" * 50_000},
    }
    finding = {
        "id": 0,
        "clause": "toy.op.c2",
        "test": "t",
        "exchange": "x-1",
        "expected": NASTY,
        "actual": "45003",
        "where": "/a",
        "hint": "look",
        "curl": f"curl '{NASTY}'",
        "standing": "documented",
        "colour": "red",
        "times": 2,
        "rule": "const",
    }
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}
    return {
        "format": "clausewise-results",
        "version": 2,
        "suite": {"version": "0"},
        "run": {
            "id": "r",
            "started": "2031-01-01T00:00:00+00:00",
            "ended": None,
            "seconds": 1.0,
            "seed": 1,
            "plan": "gate",
            "labels": {"build": NASTY},
            "interrupted": False,
            "partial": False,
            "workers": 1,
            "command": "c",
            "exchanges": 1,
            "requests_per_second": 1.0,
        },
        "target": {
            "name": "t",
            "environment": "test",
            "file": "t.toml",
            "sha256": "0" * 64,
            "families": {"toy": {"document": "toy-1", "base_url": "http://127.0.0.1"}},
        },
        "documents": [{"id": "toy-1", "family": "toy", "claimed": True}],
        "environment": {"python": "3", "platform": "p", "packages": {}},
        "outcome": {
            "exit": 1,
            "word": "not conformant",
            "sentence": f"Not conformant {NASTY}",
            "reasons": ["one"],
        },
        "promise": {"plan": "gate", "whole": True, "narrowed": False, "asked": 1, "of": 1},
        "counts": counts,
        "left_behind": [
            {"family": "toy", "operation": "op", "what": "a widget", "many": 7, "undo": "takeWidget"},
            {"family": "toy", "operation": "op", "what": "a <b>", "many": 2, "undo": ""},
        ],
        "drift": [
            {
                "family": "toy",
                "operation": "op",
                "outcome": "a",
                "where": NASTY,
                "times": 1,
                "exchange": "x-1",
            }
        ],
        "frozen": {"set": NASTY, "scored": 5, "not_scored": 0, "gone": []},
        "waivers": [WAIVER],
        "response_times": [PACE],
        "exercised": {"judged": 1, "exercisable": 2, "share": 0.5},
        "sufficiency": [{"rule": "enough", "held": False, "says": "50%"}],
        "operations": [
            {
                "family": "toy",
                "operation": "op",
                "method": "POST",
                "path": "/x",
                "exchanges": 1,
                "milliseconds": {"p50": 1.0, "p95": 2.0, "max": 2.0, "spread": [1, 3, *[0] * 10, 1]},
                "counts": counts,
            }
        ],
        "ledger": [
            {
                "family": "toy",
                "operation": "op",
                "outcome": "a",
                "status": "200",
                "statement": "s",
                "standing": "documented",
                "state": "contradicted",
                "reason": "",
                "exchanges": [],
            }
        ],
        "clauses": rows,
        "causes": [cause(1, "toy.op.c2"), cause(2, "toy.op.c5", colour="amber", findings=(1,))],
        "findings": [finding, {**finding, "id": 1, "clause": "toy.op.c5", "colour": "amber"}],
        "trend": [RUN],
        "discrepancies": {"T-1": {"summary": "two readings", "readings": {"a": "x"}, "ruling": "either"}},
        "evidence": {"x-1": exchange},
        "excuses": [{"kind": "waiver", "says": NASTY}, {"kind": "plan", "says": "gate"}],
    }


def result(number, target="uat", **verdicts):
    """Results of one run on one day, with the verdicts of three clauses."""
    rows = [clause(at, verdicts.get(f"c{at}", "pass")) for at in (1, 2, 3)]
    made = results(rows)
    made["run"] |= {"id": f"r{number}", "started": f"2031-01-{number:02}T02:00:00+00:00"}
    made["target"] |= {"name": target}
    return made
