"""Which documented answer an exchange shows, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clausewise.checks.universal import excerpt
from clausewise.model import Complaint, Exchange, Finding, Form, Operation, Outcome, Touch


@dataclass(frozen=True, slots=True)
class Reading:
    """How an answer reads: the outcome it is ('' for none) and its word on each clause."""

    outcome: str
    touches: tuple[Touch, ...]
    given: bool = True


def read(exchange: Exchange, operation: Operation, wanted: Sequence[str] = ()) -> Reading:
    """Read an answer against the outcomes that were wanted, or against all where none were.

    The reading is `given` where the answer is one of the wanted ones, even if a field of it is broken.
    """
    fitting = sorted((known for known in operation.outcomes if _fits(exchange, known)), key=_vagueness)
    if not wanted:
        return _read_freely(exchange, fitting)
    candidates = [operation.outcome(name) for name in wanted]
    hit = next((known for known in candidates if known in fitting), None)
    if hit:
        return Reading(hit.name, _evidence(exchange, hit, ()))
    close = [(known, form) for known in candidates if (form := known.form(exchange.response.status))]
    telling = [known for known in fitting if not known.vague]
    if telling or not close or exchange.parsed.problem:
        actual = f"the {fitting[0].name} answer" if fitting else ""
        return Reading(
            fitting[0].name if fitting else "", (_not_given(exchange, candidates, actual),), given=False
        )
    return _read_broken(exchange, candidates, close)


def _read_freely(exchange: Exchange, fitting: Sequence[Outcome]) -> Reading:
    """Take the fields' word, but not the answer's own: nobody had provoked it."""
    if not fitting:
        return Reading("", (), given=False)
    return Reading(fitting[0].name, _evidence(exchange, fitting[0], ())[1:])


def _read_broken(
    exchange: Exchange, candidates: Sequence[Outcome], close: Iterable[tuple[Outcome, Form]]
) -> Reading:
    """Read an answer that fits no outcome as the wanted one that it resembles most."""
    sized = [(known, form.body.complaints(exchange.json)) for known, form in close]
    nearest, complaints = min(sized, key=lambda pair: len(pair[1]))
    touches = _evidence(exchange, nearest, complaints)
    if nearest.vague or any(_mistakable(complaint) for complaint in complaints):
        return Reading("", (_not_given(exchange, candidates, ""), *touches), given=False)
    return Reading(nearest.name, touches)


def _mistakable(complaint: Complaint) -> bool:
    """Tell whether a top-level code or word is wrong, so that the caller would take another turn."""
    return complaint.fixed and complaint.where.count("/") <= 1


def _vagueness(outcome: Outcome) -> bool:
    return outcome.vague


def _fits(exchange: Exchange, outcome: Outcome) -> bool:
    form = outcome.form(exchange.response.status)
    return bool(form and not exchange.parsed.problem and form.body.fits(exchange.json))


def _evidence(exchange: Exchange, outcome: Outcome, complaints: Iterable[Complaint]) -> tuple[Touch, ...]:
    """Return the word of a recognised answer on its own clause and on each of its fields."""
    form = outcome.form(exchange.response.status)
    seen = form.body.seen(exchange.json) if form else []
    findings: dict[str, list[Finding]] = {clause: [] for clause in [outcome.clause, *seen]}
    for bad in complaints:
        found = Finding(bad.clause, bad.expected, bad.actual, bad.where, exchange=exchange.id)
        findings.setdefault(bad.clause, []).append(found)
    return tuple(Touch(clause, tuple(found), exchange.id) for clause, found in findings.items())


def _not_given(exchange: Exchange, wanted: Sequence[Outcome], actual: str) -> Touch:
    first = wanted[0]
    names = " or ".join(f"the {known.name} answer (HTTP {known.forms[0]})" for known in wanted)
    problem = exchange.parsed.problem
    told = actual or (
        f"a body that is no JSON ({problem})" if problem else excerpt(exchange) or "an empty body"
    )
    finding = Finding(
        first.clause, names, f"HTTP {exchange.response.status}: {told}", "status", exchange=exchange.id
    )
    return Touch(first.clause, (finding,), exchange.id)
