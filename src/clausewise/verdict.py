"""From findings and standings to verdicts, colours, the roll-up and the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from clausewise.model import Clause, Finding, Observability, Standing, Verdict

_WORST_FIRST = tuple(Verdict)
_RED_BY_DEFAULT = frozenset({Standing.DOCUMENTED, Standing.AGREED})
UNSELECTED = "not selected in this run"  # why a clause that somebody left out is not applicable


class Exit(IntEnum):
    """What a run's exit code says."""

    CONFORMANT = 0
    NOT_CONFORMANT = 1
    NOT_FULLY_VERIFIED = 2
    TARGET_UNUSABLE = 3
    USAGE = 4
    INTERNAL = 5


@dataclass(frozen=True, slots=True)
class Policy:
    """Which standings turn a run red; `strict` adds `inferred`. `named` None is the default."""

    strict: bool = False
    named: tuple[str, ...] | None = None

    @property
    def red(self) -> frozenset[Standing]:
        """The standings whose broken clauses make a target not conformant."""
        red = _RED_BY_DEFAULT if self.named is None else frozenset(map(Standing, self.named))
        return red | {Standing.INFERRED} if self.strict else red

    def colour(self, verdict: Verdict, standing: Standing) -> str:
        """Return red, amber, green or grey."""
        if verdict is Verdict.FAIL:
            return "red" if standing in self.red else "amber"
        return _COLOURS[verdict]


_COLOURS = {
    Verdict.ERROR: "red",
    Verdict.UNSTABLE: "amber",
    Verdict.UNTESTABLE: "amber",
    Verdict.WAIVED: "amber",
    Verdict.PASS: "green",
    Verdict.NOT_APPLICABLE: "grey",
}


def roll_up(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst verdict present; *untestable* where there is none, since silence is no pass."""
    present = set(verdicts)
    return next((verdict for verdict in _WORST_FIRST if verdict in present), Verdict.UNTESTABLE)


def explain(clause: Clause, findings: Sequence[Finding]) -> str:
    """Show a broken clause: its words and source, then Expected / Actual / where for each finding."""
    source = "; ".join(str(source) for source in clause.sources) or "no source"
    lines = [f"{clause.statement}", f"  clause    {clause.id} ({clause.standing})", f"  source    {source}"]
    for finding in findings:
        lines += [f"  expected  {finding.expected}", f"  actual    {finding.actual}"]
        lines += [f"  where     {finding.where}"] if finding.where else []
        lines += [f"  hint      {finding.hint}"] if finding.hint else []
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the exit code rests on."""

    red_fails: int = 0
    errors: int = 0
    unstable: int = 0
    objections: Sequence[str] = ()
    missing: int = 0
    unmet: Sequence[str] = ()
    unusable: str = ""
    interrupted: bool = False
    internal: str = ""
    kept: str = "conformant"  # the word of a run that ends well


_WORDS: Mapping[Exit, str] = {
    Exit.NOT_CONFORMANT: "not conformant",
    Exit.NOT_FULLY_VERIFIED: "not fully verified",
    Exit.TARGET_UNUSABLE: "target unusable",
    Exit.INTERNAL: "internal error",
}


def many(count: int, one: str, more: str) -> str:
    """Return a count with its words."""
    return f"{count} {one if count == 1 else more}"


def conclude(facts: Facts) -> tuple[Exit, str, list[str]]:
    """Return the exit code, its word, and the reasons, by the fixed precedence of the exit codes."""
    if facts.internal:
        return Exit.INTERNAL, _WORDS[Exit.INTERNAL], [facts.internal]
    if facts.unusable:
        return Exit.TARGET_UNUSABLE, _WORDS[Exit.TARGET_UNUSABLE], [facts.unusable]
    if facts.red_fails or facts.missing or facts.objections:
        broken = [many(facts.red_fails, "clause is broken", "clauses are broken")] if facts.red_fails else []
        missing = many(facts.missing, "documented clause was", "documented clauses were")
        lacking = [f"{missing} not exercised, and the plan asks for all"] if facts.missing else []
        return Exit.NOT_CONFORMANT, _WORDS[Exit.NOT_CONFORMANT], [*broken, *lacking, *facts.objections]
    if facts.errors:
        reason = many(facts.errors, "clause ended in an error", "clauses ended in an error")
        return Exit.TARGET_UNUSABLE, "network errors", [reason]
    if facts.interrupted or facts.unmet or facts.unstable:
        stopped = ["the run was stopped before its end"] if facts.interrupted else []
        told = many(facts.unstable, "clause is unstable", "clauses are unstable")
        flaky = [f"{told}: broken once, kept when repeated"] if facts.unstable else []
        return Exit.NOT_FULLY_VERIFIED, _WORDS[Exit.NOT_FULLY_VERIFIED], [*stopped, *flaky, *facts.unmet]
    return Exit.CONFORMANT, facts.kept, []


def must_be_exercised(clause: Clause) -> bool:
    """Tell whether leaving the clause unexercised leaves a run not fully verified."""
    return clause.standing in _RED_BY_DEFAULT and clause.observability is Observability.BLACK_BOX


def cases_of(record: Mapping[str, Any]) -> str:
    """Return how many of the cases of its tests a plan asked, in words; empty where it asked all."""
    cases = record.get("cases")
    plan = record["plan"]
    return f"{plan} asked {cases['asked']:,} of {cases['of']:,} cases; nightly asks all" if cases else ""
