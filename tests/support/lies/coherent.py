"""Lies over several files of the journal that fit one another."""

import forging
from packs import BROKEN

from lies.journal import masked_status, unfound
from lies.results import first


def _whole(**how):
    """A lie over several files of the journal, by their names; the seal says the same."""

    def lie(held, key):
        for name, change in how.items():
            forging.change(held, {"run": "run.json"}.get(name, f"{name}.jsonl"), change)
        forging.resealed(held)
        forging.resigned(held, key)

    return lie


def _failing(rows):
    return {row["test"] for row in rows if row["findings"]}


def _vanished(held, key):
    """Nobody ever meant to make the tests that failed."""
    gone = _failing(forging.told(held, "verdicts.jsonl"))
    for name in ("exchanges.jsonl", "verdicts.jsonl", "tests.jsonl"):
        rows = [row for row in forging.told(held, name) if not gone & {row.get("test"), row.get("begun")}]
        for row in rows:
            for test in gone & set(row.get("collected", {})):
                del row["collected"][test]
        forging.tell(held, name, rows)
    forging.resealed(held)
    forging.resigned(held, key)


def _for_others(held, key):
    """The tests that failed judge a guess, so that the document is not held against anyone."""
    gone = _failing(forging.told(held, "verdicts.jsonl"))
    guess = first(forging.told(held, "results.json")["clauses"], standing="inferred")["id"]

    def guessed(rows):
        for row in rows:
            if row["test"] in gone:
                row["clauses"].insert(0, guess)

    def collected(rows):
        for row in rows:
            for test in gone & set(row.get("collected", {})):
                row["collected"][test].insert(0, guess)

    _whole(verdicts=guessed, tests=collected)(held, key)


def _silent(rows):
    """What could not be exercised passed after all."""
    for row in rows:
        if row["verdict"] == "untestable" and not row["touched"]:
            row |= {"verdict": "pass", "reason": "", "touched": {name: [0, []] for name in row["clauses"]}}


def _cut_body(rows):
    mark = "[5000 characters left out]"
    for row in rows:
        if "retyped" in row["response"]["body"]:
            row["response"]["body"] = f"{'x' * 700}{mark}{'y' * 700}"
            row["response"]["cut"] = {"characters": 6400, "head": 700, "tail": 700, "sha256": "0" * 64}


def _again(rows):
    rows += [dict(row, findings=[], repeats=True) for row in rows if row["findings"]]


def _secret_more(rows):
    rows[0]["begun"]["masks"].append("[masked text 9 0123abcd]")


def _later(rows):
    rows[-1]["ended"]["at"] = "2099-01-01T00:00:00.000+00:00"


def _moved(rows):
    for row in rows:
        row["started"] = "2020-01-01T00:00:00.000+00:00"


def _seen_twice(rows):
    rows.append(rows[-1])


def _drifted(rows):
    rows[-1]["drift"] = ["/approved"]


def _renamed(rows):
    """One exchange less, and who looks at names only sees nothing."""
    for row in rows:
        prefix, _, number = row["id"].rpartition("-")
        row["id"] = f"{prefix}-{int(number) + (int(number) > 100)}"


def _cited(how):
    """Change the first test that counts an exchange."""

    def change(rows):
        row = next(row for row in rows if any(few for _, few in row["touched"].values()))
        clause = next(name for name, (_, few) in row["touched"].items() if few)
        how(row, clause)

    return change


def _raw(name, before, after):
    """A change to how a file is written, which says the same to this program; the seal fits."""

    def lie(held, key):
        assert before in held[name]
        held[name] = held[name].replace(before, after, 1)
        forging.resealed(held)
        forging.resigned(held, key)

    return lie


def _noted(held, key):
    held["target/target.toml"] += b"# Approved by the bank.\n"
    forging.resealed(held)
    forging.resigned(held, key)


COHERENT = {
    "the tests that failed were never to be made": (
        _vanished,
        "BROKEN  it made the tests that the suite has for its target: account_service/",
    ),
    "the tests that failed judge a guess": (
        _for_others,
        "and the suite's judges account-service.",
    ),
    "what was never exercised passed": (
        _whole(verdicts=_silent),
        "passed, and made no exchange",
    ),
    "a repetition that never was": (
        _whole(verdicts=_again),
        "is said to be repeated, and the run repeats nothing so",
    ),
    "a second word of one test": (
        _whole(verdicts=lambda rows: rows.append(dict(rows[0], verdict="pass"))),
        "has 2 verdicts",
    ),
    "a finding less where others are left": (
        _whole(verdicts=lambda rows: next(row for row in rows if row["findings"])["findings"].clear()),
        f"{BROKEN} in account_service/",
    ),
    "more exchanges counted than were": (
        _whole(verdicts=_cited(lambda row, name: row["touched"][name].__setitem__(0, 1000))),
        "counts 1000 exchanges of account-service.",
    ),
    "an exchange of another test's": (
        _whole(verdicts=_cited(lambda row, name: row["touched"][name].__setitem__(1, ["main-200"]))),
        "names the exchange main-200, which is none of its own",
    ),
    "an exchange that is there twice": (_whole(exchanges=_seen_twice), "is there twice"),
    "an exchange is lacking between two": (_whole(exchanges=_renamed), "main-101 is not there"),
    "a short body that is said to be too long": (
        _whole(exchanges=_cut_body, verdicts=unfound),
        "is said to be cut, and is not",
    ),
    "a secret more than the target file has": (
        _whole(seal=_secret_more, exchanges=masked_status, verdicts=unfound),
        "seal.jsonl tells of more secrets than the 0 of the target file",
    ),
    "undocumented parts that nobody saw": (
        _whole(exchanges=_drifted),
        "has other undocumented parts than the run says",
    ),
    "a run that ends in a hundred years": (_whole(seal=_later), "which is not yet"),
    "exchanges of another year": (_whole(exchanges=_moved), "and its run was not"),
    "a run that began years before its exchanges": (
        _whole(run=lambda told: told.update(started="2020-01-01T00:00:00.000+00:00")),
        "began, or ended, an hour from its exchanges",
    ),
    "a run that is called recorded elsewhere": (
        _whole(run=lambda told: told.update(plan="recorded")),
        "run.json says plan 'recorded', and seal.jsonl something else",
    ),
    "an answer that stands twice in its line": (
        _raw("exchanges.jsonl", b'"response":', b'"response":{"status":500},"response":'),
        "exchanges.jsonl, line 1, is written in another way than a run writes it",
    ),
    "a verdict that stands twice in its line": (
        _raw("verdicts.jsonl", b'"verdict":"', b'"verdict":"fail","verdict":"'),
        "verdicts.jsonl, line 1, is written in another way",
    ),
    "a line that is marked as cut off": (
        _raw("exchanges.jsonl", b"}\n", b"}\x18\n"),
        "exchanges.jsonl, line 1, is marked as cut off, and the run never was",
    ),
    "a note in the masked target file": (_noted, "target file: it says what no masked copy of one does"),
}
