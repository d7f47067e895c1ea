"""What a reader has to know beside the verdicts: what was waived, left out, or judged by own rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clausewise.plans import PLANS, Plan
from clausewise.rulings import Pace, Rulings
from clausewise.scope import Scope
from clausewise.statement import shards
from clausewise.statement.plan_scope import share_of
from clausewise.statement.tally import Tally
from clausewise.targets import Limits
from clausewise.verdict import many

Row = dict[str, Any]

_SHOWN = 20  # tests that were repeated


def excuses(
    scope: Scope, facts: Mapping[str, Any], rulings: Rulings, weighed: Row, tally: Tally
) -> Iterator[Row]:
    """Yield a row, its kind and its sentence, for each thing that sets a run apart from a whole one."""
    for kind, told in (
        ("waiver", _waivers(weighed["waivers"])),
        ("policy", _policy(scope, facts, rulings)),
        ("frozen set", _frozen(weighed["frozen"])),
        ("selection", _selected(scope, facts, weighed["promise"])),
        ("plan", _plan(facts, weighed["promise"])),
        ("budget", _budget(facts)),
        ("repeats", _repeats(facts, weighed["counts"], tally)),
        ("settling", _settling(scope, tally)),
        ("masked", _masked(tally)),
        ("resumed", _resumed(facts)),
        ("shards", shards.told(facts)),
        ("recorded", _recorded(facts)),
        ("masking", _masking(scope)),
    ):
        yield from ({"kind": kind, "says": says} for says in told)


def _waivers(rows: list[Row]) -> Iterator[str]:
    for row in rows:
        until = f"until {row['expires']} by {row['owner']}, {row['ticket']}"
        yield f"{row['clause']} is waived {until}: {row['reason']} ({row['state']})"


def _policy(scope: Scope, facts: Mapping[str, Any], rulings: Rulings) -> Iterator[str]:
    if rulings.red is not None:
        named = ", ".join(rulings.red) or "no"
        yield f"broken clauses of {named} standing turn the run red, instead of documented, agreed"
    if facts.get("strict"):
        yield "broken clauses of inferred standing turn the run red, too"
    least = scope.target.limits.minimum_exercised
    if least != Limits().minimum_exercised:
        yield f"{least:.0%} has to be exercised, instead of {Limits().minimum_exercised:.0%}"
    for family, share in rulings.minimum_exercised:
        yield f"{share:.0%} of {family} has to be exercised"
    yield from map(_pace, rulings.paces)


def _pace(pace: Pace) -> str:
    slower = "turns the run red" if pace.red else "is told only"
    return f"{pace.operations} has {pace.most:g} ms for {pace.figure}; what is slower {slower}"


def _frozen(fixed: Row) -> Iterator[str]:
    if fixed["set"]:
        told = many(fixed["scored"] + fixed["not_scored"], "clause", "clauses")
        yield f"{fixed['scored']} of {told} scored, by {fixed['set']}"


def _selected(scope: Scope, facts: Mapping[str, Any], promise: Row) -> Iterator[str]:
    if (picked := facts.get("selected")) and promise["narrowed"]:
        yield f"{len(picked)} of {many(len(list(scope.clauses())), 'clause', 'clauses')} selected"


def _plan(facts: Mapping[str, Any], promise: Row) -> Iterator[str]:
    if name := facts.get("plan"):
        share = "" if promise["whole"] else f"; it asks {share_of(promise)}"
        yield f"{name}{_depth(PLANS[name]) if name in PLANS else ''}{share}"


def _depth(plan: Plan) -> str:
    parts = [many(plan.examples, "random example", "random examples") + " per operation"]
    parts += [many(plan.walks, "walk", "walks") + f" of {plan.steps} steps"] if plan.walks else ["no walks"]
    parts += ["documented answers and entry only"] if plan.kinds else []
    parts += ["nothing that writes"] if plan.only_reads else []
    parts += ["all documented clauses asked for"] if plan.complete else []
    return f": {', '.join(parts)}"


def _budget(facts: Mapping[str, Any]) -> Iterator[str]:
    last = (facts.get("resumed") or [facts])[-1].get("most", {})
    for what, most in last.items():
        if most is not None:
            yield f"at most {most:g} {what}"


def _repeats(facts: Mapping[str, Any], counts: Row, tally: Tally) -> Iterator[str]:
    """Say what was tried a second time, and what became of it."""
    if not facts.get("confirm"):
        return
    tests, calls = many(len(tally.repeated), "test", "tests"), many(tally.wavered, "test", "tests")
    unstable = many(counts["unstable"], "clause", "clauses")
    yield (
        f"what failed was tried a second time: {tests}, and calls of {calls} that a gateway answered; "
        f"{unstable} kept only then"
    )
    for test, end in list(tally.repeated.items())[:_SHOWN]:
        yield f"{test}: {end}"
    if left := tally.repeated.keys() - list(tally.repeated)[:_SHOWN]:
        yield f"{many(len(left), 'test', 'tests')} more, which verdicts.jsonl names"


def _settling(scope: Scope, tally: Tally) -> Iterator[str]:
    """Say how long reads waited for writes to be seen, as the target's owner asks for it."""
    tests, seconds = tally.waits
    if tests:
        settle = scope.target.limits.settle
        text = f"reads behind a write were made again, or waited, for up to {settle:g} s ([limits] settle)"
        yield f"{text}: {seconds:.1f} s in all, in {many(tests, 'test', 'tests')}"


def _masked(tally: Tally) -> Iterator[str]:
    """Say what the target masks, so that it could not be compared as a whole."""
    if places := tally.masked:
        tests = many(len(set().union(*places.values())), "test", "tests")
        text = f"masked by the target, and compared only as far as shown, in {tests}"
        yield f"{text}: {', '.join(sorted(places))}"


def _resumed(facts: Mapping[str, Any]) -> Iterator[str]:
    if parts := facts.get("resumed"):
        begun = ", ".join(part["started"] for part in parts)
        yield f"the run was cut short and went on {many(len(parts), 'time', 'times')}: {begun}"


def _recorded(facts: Mapping[str, Any]) -> Iterator[str]:
    if told := facts.get("recorded"):
        yield f"nothing was sent: {told['judged']} of {told['read']} recorded exchanges were judged"
        for left in told.get("left_out", ()):
            yield f"{many(left['many'], 'entry was', 'entries were')} not judged: {left['why']}"


def _masking(scope: Scope) -> Iterator[str]:
    if fields := scope.target.masked_fields:
        yield f"the target file masks {', '.join(fields)}, too; what is masked is not judged again"
    if (kept := scope.target.limits.max_kept_body) < Limits().max_kept_body:
        yield f"of a body {kept} characters are kept; a longer one is not judged again"
