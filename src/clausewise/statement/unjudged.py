"""Why a clause was not judged, in words that a target's owner can act on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from clausewise import catalogue
from clausewise.model import Clause, Operation, Outcome, Role, RoleNeed, Verdict, among
from clausewise.scope import Scope
from clausewise.statement.tally import JSON, ClauseTally, OperationTally, Tally, instead
from clausewise.verdict import many, roll_up

_RECORDED = "no recorded exchange shows it"
_BROKEN = {Verdict.FAIL, Verdict.UNSTABLE, Verdict.WAIVED}
_FIXTURE = '[families.{}.fixtures."{}"]'


class Unjudged:
    """Tells why nothing was said of a clause: what stopped its test, or which answer never came, and why.

    `end` says what ended the run before all its tests had come; empty where they had. Of a run on `recorded`
    traffic these are the entries that were left out, None for any other.
    """

    def __init__(
        self, scope: Scope, tally: Tally, *, recorded: Iterable[Mapping[str, Any]] | None, end: str = ""
    ) -> None:
        self._scope = scope
        self._tally = tally
        self._recorded = recorded is not None
        self._left_out = list(recorded or ())
        self._end = end

    def why(self, clause: Clause) -> str:
        """Return the reason, one sentence without its end."""
        if self._recorded:
            return ": ".join([_RECORDED, *self._unrecorded(clause)])
        operation = self._scope.contracts[clause.family].operations.get(clause.operation)
        tries = (self._stopped, self._unshown, self._unanswered)
        found = (told for one in tries if (told := one(clause, operation)))
        return next(found, self._end or f"no test of this plan judges it ({clause.kind})")

    def _unrecorded(self, clause: Clause) -> Iterator[str]:
        """Yield why exchanges of a clause's operation were recorded, and not judged."""
        place = clause.family, clause.operation
        own = [it for it in self._left_out if (it["family"], it["operation"]) == place]
        if own:
            yield "; ".join(f"{it['why']} ({many(it['many'], 'entry', 'entries')})" for it in own)

    def beyond(self, clause: Clause) -> bool:
        """Tell whether a clause was not exercised only since the plan sends nothing that would show it.

        Where no success of the operation came, and a test says what the target's owner could give for one,
        that is what is missing.
        """
        said = self._tally.clauses.get(clause.id, ClauseTally())
        operation = self._scope.contracts[clause.family].operations.get(clause.operation)
        lacking = [role for role in self._scope.lacking(clause) if not role.startswith("fault.")]
        if self._recorded or self._end or said.short or lacking:
            return False
        beside = self._about[operation.family, operation.id] if operation else []
        if operation and self._awaited(clause, operation) and any(told.short for told in beside):
            return False
        return said.beyond or (not said.verdicts and any(told.beyond for told in beside))

    def _awaited(self, clause: Clause, operation: Operation) -> bool:
        """Tell whether a clause would be shown by a success of its operation, and none came."""
        if clause.outcome and operation.outcome(clause.outcome).role is not Role.SUCCESS:
            return False
        came = self._seen(operation).outcomes
        return not any(came[known.name] for known in operation.outcomes if known.role is Role.SUCCESS)

    @cached_property
    def _about(self) -> Mapping[tuple[str, str], list[ClauseTally]]:
        """What was said of each operation's clauses."""
        about: dict[tuple[str, str], list[ClauseTally]] = defaultdict(list)
        for clause in self._scope.clauses():
            if clause.id in self._tally.clauses:
                about[clause.family, clause.operation].append(self._tally.clauses[clause.id])
        return about

    def _stopped(self, clause: Clause, _: Operation | None = None) -> str:
        """Say what its own test found before it came to this clause."""
        stopped = self._tally.stopped.get(clause.id, [])
        return "; ".join(dict.fromkeys(stopped))

    def _unshown(self, clause: Clause, operation: Operation | None) -> str:
        """Say of a part of an answer whether the answer came at all, and what it was like."""
        if operation is None or not clause.outcome:
            return ""
        answer = operation.outcome(clause.outcome).clause
        seen = self._seen(operation).shown[clause.outcome]
        if seen.total():
            return self._without(clause, operation, seen)
        return f"no {clause.outcome} answer came" + _because(
            self._of(answer) if answer != clause.id else self._common(clause)
        )

    def _without(self, clause: Clause, operation: Operation, seen: Counter[str]) -> str:
        """Say what the answers were that came and did not show a part of them."""
        text = f"{clause.outcome} was answered {many(seen.total(), 'time', 'times')}"
        if not seen[JSON]:
            bodies = " and ".join(sorted(seen))
            return f"{text}, never with JSON ({bodies}), so no field of it can be looked for"
        place = clause.pointer or clause.id.rpartition(f".{clause.outcome}.")[2]
        if operation.masks.name(place.split("/")[1:]):
            return f"{text}, with a value at {place} that the target masks, as its file says"
        roles = [role.id for role in self._roles[clause.family] if among(clause.id, role.shows)]
        advice = "".join(
            f"; give one that has it as {_FIXTURE.format(clause.family, role)}" for role in roles
        )
        return f"{text}, never with a value at {place}{advice}"

    def _unanswered(self, clause: Clause, operation: Operation | None) -> str:
        """Say of what holds for any call why there was none that told."""
        if operation is None:
            return ""
        success = _success(operation)
        if clause.id.startswith(f"{clause.family}.{operation.id}.request") and success:
            text = f"no accepted request of {operation.id} had it to show"
            return text + (
                "" if self._seen(operation).shown[success.name] else _because(self._of(success.clause))
            )
        if self._seen(operation).milliseconds:
            return ""
        return f"no call of {operation.id} was answered" + _because(self._common(clause))

    def _of(self, name: str) -> str:
        """Return what kept another clause from being kept: that it is broken, or why it was not judged."""
        said = self._tally.clauses.get(name, ClauseTally())
        verdict = roll_up(said.verdicts) if said.verdicts else None
        if verdict in _BROKEN:
            return f"{name} is not kept{self._instead(name)}"
        if verdict in {Verdict.UNTESTABLE, Verdict.ERROR}:
            return "; ".join(dict.fromkeys(said.reasons))
        clause = self._scope.clause(name)
        return self._stopped(clause) or self._common(clause) if clause and verdict is None else ""

    def _instead(self, name: str) -> str:
        found = next((bad for bad in self._tally.findings if bad["clause"] == name), None)
        return f" ({instead(found)})" if found else ""

    def _common(self, clause: Clause) -> str:
        """Return what ended the run, or the reason that most clauses of the operation have."""
        if self._end:
            return self._end
        prefix = f"{clause.family}.{clause.operation}."
        reasons: Counter[str] = Counter()
        for name, said in self._tally.clauses.items():
            reasons.update(dict.fromkeys(said.reasons, 1) if name.startswith(prefix) else ())
        return reasons.most_common(1)[0][0] if reasons else ""

    def _seen(self, operation: Operation) -> OperationTally:
        return self._tally.operations.get((operation.family, operation.id), OperationTally())

    @cached_property
    def _roles(self) -> Mapping[str, list[RoleNeed]]:
        homes = self._scope.homes.items()
        return {family: catalogue.roles(home.folder / "roles.toml") for family, home in homes}


def _success(operation: Operation) -> Outcome | None:
    return next((known for known in operation.outcomes if known.role is Role.SUCCESS), None)


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""
