"""Builds results.json from a scope and the journal of a run."""

from __future__ import annotations

import json
import platform
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import quantiles
from typing import Any

from clausewise import files, journal
from clausewise._version import __version__
from clausewise.model import STEPS, Clause, Observability, Operation, Standing, Verdict
from clausewise.rulings import Rulings
from clausewise.scope import Scope
from clausewise.statement import rulings_applied, shards
from clausewise.statement.causes import causes, kept
from clausewise.statement.caveats import excuses
from clausewise.statement.curl import curl
from clausewise.statement.plan_scope import PlanScope, share_of
from clausewise.statement.sufficiency import Rule, by_family, rules
from clausewise.statement.tally import ClauseTally, OperationTally, Tally, add_lost, add_up
from clausewise.statement.unjudged import Unjudged
from clausewise.verdict import UNSELECTED, Exit, Facts, Policy, conclude, many, must_be_exercised, roll_up

Row = dict[str, Any]

_JUDGED = {Verdict.PASS, Verdict.FAIL, Verdict.UNSTABLE, Verdict.WAIVED}
_PACKAGES = ("requests", "urllib3", "pytest", "pytest-xdist", "jsonschema", "jsonschema-rs", "schemathesis")
RESULTS = "results.json"


def assemble(scope: Scope, folder: Path, *, ended: bool = True) -> Row:
    """Return what results.json holds for the run in a folder; `ended` is false for one cut short.

    Where the folder says itself when the run ended, and how, that counts: the same folder, the same results.
    """
    facts = journal.facts(folder)
    if ended and (sealed := journal.ended(folder)):
        facts |= {"ended": sealed["at"], "interrupted": sealed["interrupted"]}
        facts |= {key: sealed[key] for key in ("recorded", "beside", "workers") if key in sealed}
        ended = not sealed["interrupted"]
    facts |= {"left_out": len(journal.left_out(folder))}
    tally = add_up(scope, folder)
    recorded = facts.get("plan") == "recorded"
    if ended and not recorded:
        add_lost(tally, folder)
    rulings = Rulings.of(facts.get("rulings", {}))
    policy = Policy(strict=bool(facts.get("strict")), named=rulings.red)
    left = facts.get("recorded", {}).get("left_out", ()) if recorded else None
    silence = Unjudged(scope, tally, recorded=left, end=_end(facts, tally, ended=ended))
    promise = PlanScope.of(facts, ((clause.id, clause.kind) for clause in scope.clauses()))
    clauses = list(_clauses(scope, tally, policy, promise, silence))
    rulings_applied.waive(clauses, rulings, facts["started"][:10])
    fixed = rulings_applied.frozen(clauses, rulings, partial=promise.narrowed)
    evidence = _evidence(folder, tally.findings)
    findings = list(_findings(tally, clauses, evidence))
    good = kept({name: it.count for name, it in tally.clauses.items()}, tally.findings)
    found = causes(findings, {row["id"]: row for row in clauses}, tally.seen, tally.came, good)
    weighed = _weighed(scope, tally, facts, clauses, promise, fixed=fixed, ended=ended)
    outcome = {**weighed["outcome"], "sentence": _sentence(weighed, clauses, found, facts.get("beside", 0))}
    return {
        "format": "clausewise-results",
        "version": 2,
        "suite": {"version": facts.get("suite", __version__)},
        "run": _run(facts, tally, ended=ended) | {"partial": promise.narrowed},
        "target": facts["target"],
        "documents": list(_documents(scope)),
        "environment": facts.get("environment") or environment(),
        **weighed,
        "outcome": outcome,
        "excuses": list(excuses(scope, facts, rulings, weighed, tally)),
        "ledger": list(_ledger(scope, clauses)),
        "clauses": clauses,
        "causes": found,
        "findings": [{key: bad[key] for key in bad if key != "shown"} for bad in findings],
        "drift": list(_drift(tally)),
        "left_behind": [] if recorded else list(_left_behind(scope, tally)),
        "trend": [],
        "discrepancies": {known.id: _discrepancy(known) for known in scope.discrepancies()},
        "evidence": evidence,
    }


def _weighed(
    scope: Scope,
    tally: Tally,
    facts: Row,
    clauses: list[Row],
    promise: PlanScope,
    *,
    fixed: Row,
    ended: bool,
) -> Row:
    """Return what the clauses come to under what people decided; waivers and `fixed` have marked the rows."""
    day, rulings = facts["started"][:10], Rulings.of(facts.get("rulings", {}))
    waivers = list(rulings_applied.waivers(clauses, rulings, day, partial=promise.partial))
    scored = [row for row in clauses if row["scored"]]
    operations = [row for row in _operations(scope, tally, clauses) if _shown(row, promise)]
    budgets = list(rulings_applied.paces(operations, rulings))
    share = _exercised(scored)
    unasked = _unasked(clauses) if promise.partial else ()
    held = rules(scope, tally, share["share"], unasked, recorded=facts.get("plan") == "recorded") + [
        by_family(family, least, _exercised(row for row in scored if row["family"] == family)["share"])
        for family, least in rulings.minimum_exercised
    ]
    told = _facts(facts, tally, scored, held, promise, ended=ended)
    unmet = (*told.unmet, *rulings_applied.unmet(fixed))
    objections = (*rulings_applied.objections(waivers, budgets), *_beside(facts))
    code, word, reasons = conclude(replace(told, objections=objections, unmet=unmet))
    return {
        "outcome": {"exit": int(code), "word": word, "reasons": reasons},
        "promise": promise.told(scored, tally.cases),
        "counts": _counts(scored),
        "frozen": fixed,
        "waivers": waivers,
        "response_times": budgets,
        "exercised": share,
        "sufficiency": [rule.as_json() for rule in held],
        "operations": operations,
    }


def _end(facts: Row, tally: Tally, *, ended: bool) -> str:
    """Return what ended a run before all of its tests had come; empty where they had."""
    if tally.unusable:
        return f"the run ended before its test came: {tally.unusable}"
    if lacks := shards.lacks(facts):
        return lacks
    cut = facts.get("interrupted") or not ended
    return (
        "the run was stopped before its test came; `clausewise run --resume` goes on with it" if cut else ""
    )


def write(results: Row, folder: Path) -> Path:
    """Write results.json into a run folder and return its path."""
    return files.put(folder / RESULTS, text(results))


def text(results: Row) -> str:
    """Return what results.json says."""
    return json.dumps(results, ensure_ascii=False, indent=1)


def _clauses(
    scope: Scope, tally: Tally, policy: Policy, promise: PlanScope, silence: Unjudged
) -> Iterator[Row]:
    indices: dict[str, list[int]] = {}
    for index, finding in enumerate(tally.findings):
        indices.setdefault(finding["clause"], []).append(index)
    for clause in scope.clauses():
        said = tally.clauses.get(clause.id, ClauseTally())
        verdict, reason = _verdict(scope, clause, said, promise.picked)
        reason = reason or ("" if verdict in _JUDGED else silence.why(clause))
        if promise.own and verdict is Verdict.UNTESTABLE and silence.beyond(clause):
            verdict = Verdict.NOT_APPLICABLE  # the plan does not ask for it
        yield _described(clause) | {
            "must": must_be_exercised(clause),
            "verdict": verdict,
            "colour": policy.colour(verdict, clause.standing),
            "reason": reason,
            "findings": indices.get(clause.id, []),
            "exchanges": said.exchanges,
            "exchange_count": said.count,
            "tests": list(dict.fromkeys(said.tests)),
            "milliseconds": round(said.seconds * 1000, 1),
        }


def _described(clause: Clause) -> Row:
    told = asdict(clause)
    keys = ("id", "family", "operation", "kind", "standing", "observability", "statement", "outcome", "needs")
    return {key: told[key] for key in keys} | {
        "sources": told["sources"],
        "discrepancies": told["discrepancies"],
    }


def _unasked(clauses: Iterable[Row]) -> set[str]:
    """Return the clauses that a smaller plan does not ask for."""
    return {row["id"] for row in clauses if row["verdict"] == Verdict.NOT_APPLICABLE}


def _verdict(
    scope: Scope, clause: Clause, said: ClauseTally, selected: Collection[str]
) -> tuple[Verdict, str]:
    """Return a clause's verdict and, where it was not judged, the reason."""
    if clause.observability is Observability.NOT_OBSERVABLE:
        return Verdict.NOT_APPLICABLE, clause.reason or "it cannot be observed from outside"
    if said.verdicts:
        verdict = roll_up(said.verdicts)
        told = verdict not in _JUDGED or verdict is Verdict.UNSTABLE
        return verdict, "; ".join(dict.fromkeys(said.reasons)) if told else ""
    if lacking := scope.lacking(clause):
        return Verdict.UNTESTABLE, f"the target file provides no {', '.join(lacking)}"
    if selected and clause.id not in selected:
        return Verdict.NOT_APPLICABLE, UNSELECTED
    return Verdict.UNTESTABLE, ""


def _exercised(clauses: Iterable[Row]) -> Row:
    """Count what was judged of what could be: everything applicable whose fixtures are there."""
    applicable = [row for row in clauses if row["verdict"] != Verdict.NOT_APPLICABLE]
    exercisable = [row for row in applicable if not row["reason"].startswith("the target file provides no")]
    judged = sum(row["verdict"] in _JUDGED for row in exercisable)
    share = judged / len(exercisable) if exercisable else 0.0
    return {"judged": judged, "exercisable": len(exercisable), "share": round(share, 4)}


def _facts(
    facts: Row, tally: Tally, clauses: list[Row], held: list[Rule], promise: PlanScope, *, ended: bool
) -> Facts:
    unmet = [rule.lacks for rule in held if not rule.held]
    if missing := _unexercised(clauses):
        unmet.append(
            f"{len(missing)} documented black-box clauses were not exercised, the first is {missing[0]}"
        )
    silent = [row["id"] for row in clauses if row["verdict"] == Verdict.UNTESTABLE]
    if useless := [name for name in silent if name in tally.useless]:
        unmet.append(
            f"{many(len(useless), 'clause', 'clauses')} could not be judged, since the target's own log-in "
            f"gives no token that a caller can use, the first is {useless[0]}"
        )
    if left := facts.get("left_out"):
        told = many(left, "test, or file, of the suite was", "tests, or files, of the suite were")
        unmet.append(f"{told} left out by pytest's own options (-k, -m, --deselect, --ignore)")
    if tally.spent:
        told = many(len(tally.spent), "test was", "tests were")
        unmet.append(f"{told} not made, or not to the end: {next(iter(tally.spent.values())).rstrip('.')}")
    parts = shards.unmet(facts)
    unmet = parts or unmet
    if promise.narrowed:
        unmet = [
            *parts,
            f"a partial run: {len(promise.picked)} of {len(clauses)} clauses were selected",
        ]
    return Facts(
        red_fails=sum(map(_is_red, clauses)),
        errors=sum(row["verdict"] == Verdict.ERROR for row in clauses),
        unstable=sum(row["verdict"] == Verdict.UNSTABLE for row in clauses),
        unmet=unmet,
        missing=len(_missing(clauses)) if promise.plan.complete and not promise.in_part else 0,
        unusable=tally.unusable,
        interrupted=not ended or bool(facts.get("interrupted")),
        internal="; ".join(tally.broken_tests[:3]),
        kept=promise.plan.kept,
    )


def _unexercised(clauses: Iterable[Row]) -> list[str]:
    return [row["id"] for row in clauses if row["verdict"] == Verdict.UNTESTABLE and row["must"]]


def _missing(clauses: Iterable[Row]) -> list[Row]:
    """Return what a complete plan asks for and did not get: every documented clause, whatever it needs."""
    red = {Standing.DOCUMENTED, Standing.AGREED}
    return [row for row in clauses if row["verdict"] == Verdict.UNTESTABLE and row["standing"] in red]


def _beside(facts: Row) -> Iterator[str]:
    if beside := facts.get("beside"):
        yield f"{many(beside, 'test', 'tests')} that judged no clause failed in the same pytest run"


def _sentence(weighed: Row, clauses: Iterable[Row], found: Iterable[Mapping[str, Any]], beside: int) -> str:
    """Say in one sentence what a run came to: how many causes break how many clauses, and what was kept."""
    outcome, counts, asked = weighed["outcome"], weighed["counts"], weighed["promise"]
    red = {row["id"] for row in clauses if row["scored"] and _is_red(row)}
    behind = sum(not red.isdisjoint(cause["clauses"]) for cause in found)
    told = [many(behind, "cause", "causes"), many(len(red), "broken clause", "broken clauses")] if red else []
    told += [f"{counts['pass']} kept"]
    others = {
        "amber": counts["fail"] - len(red),
        "waived": counts["waived"],
        "unstable": counts["unstable"],
        "ended in an error": counts["error"],
    }
    told += [f"{count} {word}" for word, count in others.items() if count]
    told += [f"{many(beside, 'test', 'tests')} beside them failed"] if beside else []
    fixed = weighed["frozen"]
    whole = fixed["scored"] + fixed["not_scored"]
    told += [f"{fixed['scored']} of {many(whole, 'clause', 'clauses')} scored"] if fixed["set"] else []
    exercised = f"{weighed['exercised']['share']:.1%} of what can be exercised here was exercised"
    own = not asked["whole"] and not asked["narrowed"]
    conformant = outcome["exit"] == Exit.CONFORMANT
    if own and not conformant:
        exercised += f"; plan {asked['plan']} asks {share_of(asked)}"
    more = ", and what their answers show" if counts["pass"] > asked["asked"] else ""
    begin = f"{share_of(asked)}{more}; " if own and conformant else ""
    word = outcome["word"]
    return f"{word[:1].upper()}{word[1:]} (exit {outcome['exit']}): {begin}{', '.join(told)}; {exercised}."


def _is_red(row: Row) -> bool:
    return bool(row["colour"] == "red" and row["verdict"] == Verdict.FAIL)


def _counts(clauses: Iterable[Row]) -> Row:
    counted = Counter(row["verdict"] for row in clauses)
    return {str(verdict): counted[verdict] for verdict in Verdict}


def _shown(operation: Row, promise: PlanScope) -> bool:
    """Tell whether an operation is of those that a run was asked for, or called on its way."""
    counts = operation["counts"]
    asked = counts[Verdict.NOT_APPLICABLE] < sum(counts.values())
    return not promise.narrowed or asked or operation["exchanges"] > 0


def _operations(scope: Scope, tally: Tally, clauses: list[Row]) -> Iterator[Row]:
    for family, contract in scope.contracts.items():
        for operation in [*contract.operations.values(), None]:
            name = operation.id if operation else ""
            rows = [
                row for row in clauses if row["family"] == family and _belongs(row, name, contract.operations)
            ]
            if rows:
                timed = tally.operations.get((family, name), OperationTally()).milliseconds
                yield {
                    "family": family,
                    "operation": name,
                    "method": operation.method if operation else "",
                    "path": operation.path if operation else "",
                    "exchanges": len(timed),
                    "milliseconds": _times(timed),
                    "counts": _counts(rows),
                }


def _belongs(row: Row, operation: str, operations: Mapping[str, Operation]) -> bool:
    return row["operation"] == operation or (not operation and row["operation"] not in operations)


def _times(milliseconds: list[float]) -> Row:
    """Return the figures of some response times, and how many fell within each of `STEPS` and beyond."""
    spread = [0] * (len(STEPS) + 1)
    for time in milliseconds:
        spread[bisect_left(STEPS, time)] += 1
    if len(milliseconds) < 2:  # noqa: PLR2004 - quantiles need two
        only = milliseconds[0] if milliseconds else 0.0
        return {"p50": only, "p95": only, "max": only, "spread": spread}
    cuts = quantiles(milliseconds, n=20, method="inclusive")
    figures = {"p50": cuts[9], "p95": cuts[18], "max": max(milliseconds)}
    return {name: round(value, 2) for name, value in figures.items()} | {"spread": spread}


def _ledger(scope: Scope, clauses: list[Row]) -> Iterator[Row]:
    """Yield a row for each outcome; a guess that is not kept contradicts no documented one."""
    by_id = {row["id"]: row for row in clauses}
    broken = {
        (row["family"], row["operation"], row["outcome"], Standing(row["standing"]).firm)
        for row in clauses
        if row["verdict"] == Verdict.FAIL
    }
    for contract in scope.contracts.values():
        for operation in contract.operations.values():
            for outcome in operation.outcomes:
                row = by_id[outcome.clause]
                key = operation.family, operation.id, outcome.name
                guess = not Standing(row["standing"]).firm
                contradicted = (*key, True) in broken or (guess and (*key, False) in broken)
                yield {
                    "family": operation.family,
                    "operation": operation.id,
                    "outcome": outcome.name,
                    "status": str(outcome.forms[0]),
                    "statement": row["statement"],
                    "standing": row["standing"],
                    "state": _state(row, contradicted=contradicted),
                    "reason": row["reason"],
                    "exchanges": row["exchanges"],
                }


def _state(row: Row, *, contradicted: bool) -> str:
    if contradicted:
        return "contradicted"
    if row["verdict"] == Verdict.PASS:
        return "proven"
    if row["observability"] == Observability.NOT_OBSERVABLE:
        return "not observable"
    if row["reason"] == UNSELECTED:
        return "not selected"
    return (
        "not provokable here" if row["reason"].startswith("the target file provides no") else "never observed"
    )


def _findings(tally: Tally, clauses: Iterable[Row], evidence: Mapping[str, Row]) -> Iterator[Row]:
    by_id = {row["id"]: row for row in clauses}
    for number, finding in enumerate(tally.findings):
        row = by_id.get(finding["clause"], {"standing": "documented", "colour": "red"})
        cited = [*finding["before"], finding["exchange"]]
        lines = [curl(evidence[name]) for name in cited if name in evidence]
        record = {"standing": row["standing"], "colour": row["colour"], "curl": "\n".join(lines)}
        yield {"id": number, **{key: finding[key] for key in finding if key != "before"}, **record}


def _drift(tally: Tally) -> Iterator[Row]:
    """Yield what answers hold beyond their documents: no verdict, but somebody should know."""
    for (family, operation, outcome, where), seen in sorted(tally.drift.items()):
        place = {"family": family, "operation": operation, "outcome": outcome, "where": where}
        yield {**place, "times": len(seen), "exchange": seen[0]}


def _left_behind(scope: Scope, tally: Tally) -> Iterator[Row]:
    """Yield what the run's calls made and did not take away again; an embedded reference is gone with it."""
    for (family, name), left in tally.left.items():
        operation = scope.operation(family, name)
        many = max(0, left.made - left.removed)
        if many and family not in scope.target.passing:
            undo = operation.undo.operation if operation.undo else ""
            yield {"family": family, "operation": name, "what": operation.leaves, "many": many, "undo": undo}


def _evidence(folder: Path, findings: Iterable[Row]) -> dict[str, Row]:
    cited = {name for finding in findings for name in (*finding["before"], finding["exchange"]) if name}
    if not cited:
        return {}
    return {
        record["id"]: record for record in journal.records(folder, journal.EXCHANGES) if record["id"] in cited
    }


def _documents(scope: Scope) -> Iterator[Row]:
    for family, contract in scope.contracts.items():
        for document in contract.documents.values():
            yield {**document, "family": family, "claimed": document["id"] == contract.document}


def _discrepancy(known: Any) -> Row:
    return {"summary": known.summary, "readings": dict(known.readings), "ruling": known.ruling}


def _run(facts: Row, tally: Tally, *, ended: bool) -> Row:
    now = datetime.now(UTC)
    ended_at = facts.get("ended") or (now.isoformat(timespec="milliseconds") if ended else None)
    last = (facts.get("resumed") or [facts])[-1]
    spent = datetime.fromisoformat(ended_at or now.isoformat()) - datetime.fromisoformat(last["started"])
    seconds = last.get("before", 0.0) + spent.total_seconds()
    kept = ("id", "started", "seed", "plan", "workers", "command")
    return {key: facts.get(key) for key in kept} | {
        "ended": ended_at,
        "seconds": round(seconds, 2),
        "resumed": [part["started"] for part in facts.get("resumed", ())],
        "interrupted": not ended or bool(facts.get("interrupted")),
        "exchanges": tally.exchanges,
        "requests_per_second": round(tally.exchanges / seconds, 1) if seconds > 0 else 0.0,
        "labels": facts.get("labels", {}),
        **_kept(facts, "recorded", "shard", "shards"),
    }


def _kept(facts: Row, *keys: str) -> Row:
    return {key: facts[key] for key in keys if key in facts}


def environment() -> Row:
    """Return on what a run takes place."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": dict(_versions()),
    }


def _versions() -> Iterator[tuple[str, str]]:
    for package in _PACKAGES:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            continue
