"""Which documented answer an exchange shows, and what is wrong with it.

An operation has several documented answers, its *outcomes*, and often more than one under one HTTP status.
Say that 200 with a name and a size is the *widget*, and 200 with `errorCode` 45001 the *unknown* one:

    wanted    what came                        is read as   and breaks
    widget    200 {"name": "a", "size": 1}     widget       nothing
    widget    200 {"errorCode": 45001}         unknown      widget: another answer came
    widget    200 {"name": "a"}                widget       widget.size: it is missing
    unknown   200 {"errorCode": "45001"}       none         unknown, at /errorCode: callers would miss it
    widget    200 {"oops": 1}                  none         widget: like no documented answer
    -         200 {"name": "a"}                none         nothing: nobody had asked for either

The first that holds is chosen:

1. The answer fits a wanted outcome: status, code, and body. It is that one, and speaks for all its clauses.
2. It fits another one that says something of its own (is not *vague*). It is that one; the wanted is broken.
3. Of all outcomes of its status it is most like a wanted one. It is that one, with broken fields; but where
   its code or a fixed word at the top is amiss, callers would not know it: it is none, and *malformed*.
4. It is none, and the wanted one is broken; a finding tells which other one it fits or is most like.

Where none was wanted, one that it fits has the word on its fields, and not on itself: nobody provoked it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clausewise import strict_json
from clausewise.checks.headers import headers
from clausewise.checks.universal import excerpt
from clausewise.model import (
    Assertion,
    Complaint,
    Exchange,
    Finding,
    Form,
    Json,
    Operation,
    Outcome,
    Role,
    revealed,
)

_MOST = 0.5  # of what a body must have, so that it is one without a code or word of its own
_MOSTLY = 0.75  # less than half of its keys are missing
_SEVERAL = 2  # forms of one answer under one status


@dataclass(frozen=True, slots=True)
class Reading:
    """How an answer reads: the outcome it is ('' for none) and its word on each clause.

    It is `as_expected` where it is one of the wanted ones, even if a field of it is broken. Where it is not,
    but `malformed`, it is a wanted one whose code or word is another, or one by its status that is no JSON:
    the answer is at fault, and what the test asks about remains open. It is `identified` where it shows
    itself which answer it is, whatever was asked: it fits, or keeps a code or word of its own; one that is
    none tells which it `resembles`.
    `drift` points to what the answer holds beyond its document.
    """

    outcome: str
    assertions: tuple[Assertion, ...]
    as_expected: bool = True
    malformed: bool = False
    identified: bool = True
    resembles: str = ""
    drift: tuple[str, ...] = ()


def read(exchange: Exchange, operation: Operation, wanted: Sequence[str] = ()) -> Reading:
    """Read an answer against the outcomes that were wanted, or against all where none were."""
    fitting = sorted((known for known in operation.outcomes if _fits(exchange, known)), key=_vagueness)
    if not wanted:
        return _read_freely(exchange, fitting)
    candidates = [operation.outcome(name) for name in wanted]
    hit = next((known for known in candidates if known in fitting), None)
    if hit:
        return Reading(hit.name, _evidence(exchange, hit, _amiss(exchange, hit)), drift=_drift(exchange, hit))
    near = None if exchange.parsed.problem else _nearest(exchange, operation, candidates)
    telling = [known for known in fitting if not known.vague]
    if not telling and near and near.outcome in candidates:
        return _read_broken(exchange, candidates, near)
    other = fitting[0] if fitting else None
    actual = f"the {other.name} answer" if other else ""
    if exchange.parsed.problem and not other and (own := [it for it in candidates if _form(exchange, it)]):
        return Reading(
            "", (_not_given(exchange, own, ""),), as_expected=False, malformed=True, identified=False
        )
    if near and not telling and near.outcome not in candidates:
        actual = f"most like the {near.outcome.name} answer: {excerpt(exchange)}"
    missed = _not_given(exchange, candidates, actual)
    alike = near.outcome.name if near and near.likeness > _MOST else ""
    return Reading(
        other.name if other else "", (missed,), as_expected=False, identified=False, resembles=alike
    )


def _read_freely(exchange: Exchange, fitting: Sequence[Outcome]) -> Reading:
    """Take the fields' word, but not the answer's own: nobody had provoked it."""
    if not fitting:
        return Reading("", (), as_expected=False)
    first = fitting[0]
    assertions = _evidence(exchange, first, _amiss(exchange, first))[1:]
    return Reading(first.name, assertions, drift=_drift(exchange, first))


@dataclass(frozen=True, slots=True)
class _Near:
    """An outcome that an answer resembles without fitting it."""

    outcome: Outcome
    complaints: Sequence[Complaint]
    likeness: float


def nearest(exchange: Exchange, operation: Operation) -> str:
    """Return the outcome that an answer is, or would be if something were not amiss, where none was wanted.

    It is the one that it fits; one of another status that it fits by its code or words; the one that it
    resembles more than any other; or the only one of its status. '' where it is like none, or like several.
    """
    fitting = [known for known in operation.outcomes if _fits(exchange, known)]
    if found := [known for known in fitting if not known.vague] or moved(exchange, operation):
        return found[0].name
    near = [] if exchange.parsed.problem else _all_near(exchange, operation)
    near = sorted((it for it in near if it.likeness > 0), key=lambda it: -it.likeness)
    alone = len(near) == 1 or (len(near) > 1 and near[0].likeness > near[1].likeness)
    if alone and (near[0].likeness > _MOSTLY or _is_there(near[0]) or _keeps_mark(exchange, near[0])):
        return near[0].outcome.name
    own = [known for known in operation.outcomes if _form(exchange, known)]
    if fitting or (len(own) == 1 and not misplaced(exchange, operation, [own[0].name])):
        return (fitting or own)[0].name
    return ""


def _is_there(near: _Near) -> bool:
    """Tell whether an answer has all keys that one must have, whatever is wrong with them."""
    return not any(bad.rule == "required" and bad.where.count("/") == 1 for bad in near.complaints)


def moved(exchange: Exchange, operation: Operation) -> list[Outcome]:
    """Return the outcome that an answer is by all that it holds, though it has another status."""
    whole = [
        known
        for known in operation.outcomes
        if not (known.vague or known.by_status or known.form(exchange.response.status))
        and any(_is_whole(exchange, form) for form in known.forms)
    ]
    return whole if len(whole) == 1 and not exchange.parsed.problem else []


def _is_whole(exchange: Exchange, form: Form) -> bool:
    body = exchange.json
    return form.body.likeness(body, ()) == 1 and form.body.fits(body, exchange.unseen)


def unlike(exchange: Exchange, operation: Operation) -> Iterator[Assertion]:
    """Yield the word on an answer that has nothing of any that is documented with its status.

    One that resembles several may be their answer to what the documents do not describe. Whichever of them it
    was to be, it is not: that is held against the first, a success before others, and names them all.
    """
    status = exchange.response.status
    own = [known for known in operation.outcomes if known.form(status)]
    names = dict.fromkeys(known.name for known in own)
    if names and not any(it.likeness for it in _all_near(exchange, operation)):
        if not exchange.parsed.problem:
            yield _not_given(exchange, sorted(own, key=lambda known: known.role is not Role.SUCCESS), "")
        clause = f"{operation.clause}.only-documented"
        expected = f"one of the answers that are documented with HTTP {status}: {', '.join(names)}"
        text = f"HTTP {status}: {excerpt(exchange) or 'an empty body'}, which has nothing of any of them"
        yield Assertion(clause, (Finding(clause, expected, text, "body", exchange=exchange.id),), exchange.id)


def _nearest(exchange: Exchange, operation: Operation, candidates: Sequence[Outcome]) -> _Near | None:
    """Return the outcome that an answer resembles most, a wanted one before others; None for none at all."""
    near = _all_near(exchange, operation, candidates)
    rank = {known.name: len(candidates) - at for at, known in enumerate(candidates)}
    best = max(near, key=lambda it: (it.likeness, rank.get(it.outcome.name, 0)), default=None)
    return best if best and best.likeness > 0 else None


def _all_near(exchange: Exchange, operation: Operation, candidates: Sequence[Outcome] = ()) -> list[_Near]:
    """Return how alike an answer is to each outcome of its status; to a vague one only where it is wanted."""
    near = []
    for known in operation.outcomes:
        form = _form(exchange, known)
        if form and not form.code and (known in candidates or not known.vague):
            complaints = form.body.complaints(exchange.json, exchange.unseen)
            likeness = 1.0 if known.vague else form.body.likeness(exchange.json, complaints)
            near.append(_Near(known, complaints, likeness))
    return near


def _read_broken(exchange: Exchange, candidates: Sequence[Outcome], near: _Near) -> Reading:
    """Read an answer that fits no outcome as the wanted one that it resembles most."""
    assertions = _evidence(exchange, near.outcome, near.complaints)
    identified = _marked(exchange, near)
    mistakable = [complaint for complaint in near.complaints if _mistakable(complaint)]
    if near.outcome.vague or mistakable:
        missed = _not_given(exchange, [near.outcome, *candidates], "")
        if not near.outcome.vague and len(mistakable) == 1:
            missed = _mistaken(exchange, near.outcome, mistakable[0])
        malformed = not near.outcome.vague
        return Reading(
            "", (missed, *assertions), as_expected=False, malformed=malformed, identified=identified
        )
    return Reading(near.outcome.name, assertions, identified=identified, drift=_drift(exchange, near.outcome))


def _mistaken(exchange: Exchange, outcome: Outcome, complaint: Complaint) -> Assertion:
    """Return the word on an answer that is missed only since a code or word of its own is another."""
    finding = Finding(
        outcome.clause,
        complaint.expected,
        complaint.actual,
        complaint.where,
        exchange=exchange.id,
        rule=complaint.rule,
    )
    return Assertion(outcome.clause, (finding,), exchange.id)


def _mistakable(complaint: Complaint) -> bool:
    """Tell whether a top-level code or word is wrong, so that the caller would take another turn."""
    return complaint.fixed and complaint.where.count("/") <= 1


def _marked(exchange: Exchange, near: _Near) -> bool:
    """Tell whether an answer that fits none keeps a mark of the one that it resembles.

    A mark is a printed code or word; written as another type (45001 as "45001") it is kept, too. An answer
    that has no marks is known by most of its keys.
    """
    form = _form(exchange, near.outcome)
    body = exchange.json
    if form is None or not isinstance(body, dict):
        return False
    marks = _marks(dict(form.body.schema))
    return _keeps_mark(exchange, near) if marks else near.likeness > _MOST


def _keeps_mark(exchange: Exchange, near: _Near) -> bool:
    form, body = _form(exchange, near.outcome), exchange.json
    marks = _marks(dict(form.body.schema)) if form and isinstance(body, dict) else {}
    return any(
        isinstance(body, dict) and name in body and _bare(body[name]) == _bare(mark)
        for name, mark in marks.items()
    )


def _marks(schema: Json) -> dict[str, Json]:
    """Return the only value of each top-level field that has but one, by its name."""
    if not isinstance(schema, dict):
        return {}
    fields, members = schema.get("properties"), schema.get("allOf")
    told = fields.items() if isinstance(fields, dict) else ()
    marks = {name: rule["const"] for name, rule in told if isinstance(rule, dict) and "const" in rule}
    for member in members if isinstance(members, list) else ():
        marks |= _marks(member)
    return marks


def _bare(value: Json) -> str:
    return str(value).casefold()


def _vagueness(outcome: Outcome) -> bool:
    return outcome.vague


def _fits(exchange: Exchange, outcome: Outcome) -> bool:
    form = _form(exchange, outcome)
    if form is None or (form.code and form.code not in codes(exchange, outcome.code_at)):
        return False
    readable = not exchange.parsed.problem and form.body.fits(exchange.json, exchange.unseen)
    return outcome.any_body or outcome.by_status or readable


def codes(exchange: Exchange, pointer: str) -> Sequence[Json]:
    """Return the texts of an answer that may be its code: the one at a pointer, or all where it is ''."""
    if not pointer:
        return [value for _, value in strict_json.scalars(revealed(exchange.json))]
    found, value = strict_json.resolve(revealed(exchange.json), pointer)
    return [value] if found else []


def misplaced(exchange: Exchange, operation: Operation, wanted: Sequence[str]) -> str:
    """Say that a wanted code stands elsewhere than the target binds it; '' where that is not so."""
    for outcome in (operation.outcome(name) for name in wanted):
        form = outcome.form(exchange.response.status)
        if form and form.code and outcome.code_at and not codes(exchange, outcome.code_at):
            for where, value in strict_json.scalars(revealed(exchange.json)):
                if value == form.code:
                    return (
                        f"The target file's [families.{exchange.family}.bindings] error_code is "
                        f"{outcome.code_at!r}, but the answer of {operation.id} has {value} at {where}."
                    )
    return ""


def _amiss(exchange: Exchange, outcome: Outcome) -> Sequence[Complaint]:
    """Return what an overlay's fields have against an answer that is known by its status."""
    form = _form(exchange, outcome)
    judged = outcome.by_status and form and not exchange.parsed.problem
    return form.body.complaints(exchange.json, exchange.unseen) if judged and form else ()


def _drift(exchange: Exchange, outcome: Outcome) -> tuple[str, ...]:
    """Return what an answer holds beyond its document; of a vague one the document says too little."""
    form = None if outcome.vague else _form(exchange, outcome)
    beyond = form.body.beyond(exchange.json) if form else []
    return tuple(where for where in beyond if where != outcome.code_at)


def _form(exchange: Exchange, outcome: Outcome) -> Form | None:
    """Return the form of an outcome that the answer has: one that it fits, or else the printed one."""
    forms = [form for form in outcome.forms if form.covers(exchange.response.status)]
    if len(forms) < _SEVERAL:
        return forms[0] if forms else None
    return next((form for form in forms if form.body.fits(exchange.json, exchange.unseen)), forms[0])


def _evidence(exchange: Exchange, outcome: Outcome, complaints: Iterable[Complaint]) -> tuple[Assertion, ...]:
    """Return the word of a recognised answer on its own clause and on each of its fields."""
    form = _form(exchange, outcome)
    seen = form.body.seen(exchange.json) if form else []
    findings: dict[str, list[Finding]] = {clause: [] for clause in [outcome.clause, *seen]}
    for bad in complaints:
        found = Finding(bad.clause, bad.expected, bad.actual, bad.where, exchange=exchange.id, rule=bad.rule)
        findings.setdefault(bad.clause, []).append(found)
    told = (Assertion(clause, tuple(found), exchange.id) for clause, found in findings.items())
    return (*told, *(headers(exchange, form) if form else ()))


def _not_given(exchange: Exchange, wanted: Sequence[Outcome], actual: str) -> Assertion:
    first = wanted[0]
    names = " or ".join(dict.fromkeys(f"the {known.name} answer (HTTP {known.forms[0]})" for known in wanted))
    problem = exchange.parsed.problem
    told = actual or (
        f"a body that is no JSON ({problem})" if problem else excerpt(exchange) or "an empty body"
    )
    finding = Finding(
        first.clause, names, f"HTTP {exchange.response.status}: {told}", "status", exchange=exchange.id
    )
    return Assertion(first.clause, (finding,), exchange.id)
