"""Gathers findings into causes: what one fault of the target explains, by structure and never by text.

A finding is a *symptom*: an answer of an operation that came in another's place, a place in an answer, a rule
for all answers, or an effect that did not show. Symptoms are tied where one fault makes both, and all that is
tied together is a cause.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Any
from urllib.parse import quote

from clausewise.model import Kind, Operation, Role, Standing

Row = Mapping[str, Any]
Symptom = tuple[Hashable, ...]
Tie = tuple[Symptom, Symptom]
Came = Collection[tuple[tuple[str, str], tuple[str, ...]]]  # operations, and which answers were wanted

ANSWER, PLACE, RULE, EFFECT = "answer", "place", "rule", "effect"
_FIELDS = {Kind.RESPONSE_FIELD, Kind.FACET}
_INDEX = re.compile(r"/\d+(?=/|$)")
_RULES = {Kind.RULE, Kind.AUTH, Kind.FLOW}
_SPECIAL = _RULES | {Kind.EXAMPLE}
_CUT = "... ("  # after what is shown of a long value
_CONDITIONS = {"not", "anyOf", "oneOf"}  # what a schema asks of a value where another is so
_FAILED = 400
_FEW = 2
_PLACED = 3  # parts of an effect that shows at a place
_TELLING = 7  # characters of a value, at least, by which it is known again
_LEADING = (PLACE, RULE, ANSWER, EFFECT)  # whose clause names a cause best


@dataclass(frozen=True, slots=True)
class Seen:
    """An exchange, as far as causes go: which answer of which operation was wanted, and which came.

    `answer` is '' for one that is none of the document's; `role` is what the document calls it. One that
    `shuts_out` was to be a refusal of the caller. `sent` is the request's address and body.
    """

    operation: tuple[str, str]
    wanted: tuple[str, ...]
    answer: str
    role: Role | None
    status: int
    test: str
    sent: str = ""
    shuts_out: bool = False

    @classmethod
    def of(cls, operation: Operation, record: Row) -> Seen:
        """Return what a record of the journal says of an exchange of an operation."""
        name, wanted = record["matched"], tuple(record["expected"])
        role = operation.outcome(name).role if name else None
        asked = [it.role for it in operation.outcomes if it.name in wanted]
        request = record.get("request", {})  # which a live line is not told
        return cls(
            operation=(operation.family, operation.id),
            wanted=wanted,
            answer=name,
            role=role,
            status=record["response"]["status"],
            test=record["test"],
            sent=" ".join(filter(None, (request.get("url"), request.get("body")))),
            shuts_out=bool(asked) and set(asked) == {Role.REFUSED},
        )

    @property
    def came(self) -> Came:
        """Return what was wanted of which operation, if it came."""
        return [(self.operation, self.wanted)] if self.answer in self.wanted else []

    @property
    def symptom(self) -> Symptom:
        """Return which answer came; a success that was not to come is another one for each it replaced."""
        wanted = self.wanted[:1] if self.role is Role.SUCCESS else ()
        return ANSWER, self.operation, self.answer or str(self.status), wanted


def symptom(finding: Row, clause: Row, exchange: Seen | None) -> Symptom:
    """Return what a finding on an exchange is a symptom of."""
    where, kind = str(finding["where"]), clause["kind"]
    placed, field = where.startswith("/"), kind in _FIELDS
    if exchange is None:
        return EFFECT, clause["id"]
    if (field and finding["rule"]) or (placed and kind == Kind.ANSWER):
        return PLACE, exchange.operation, place(where), clause["outcome"]
    if kind == Kind.UNIVERSAL and where != "status":
        return RULE, clause["id"]
    if where == "status" or kind == Kind.REQUEST_FIELD:
        return exchange.symptom
    spot = place(where) if placed else _path(clause) if field else ""
    return (EFFECT, exchange.operation, spot) if spot else (EFFECT, clause["id"])


def _path(clause: Row) -> str:
    """Return the place of a field as its clause names it: `...done.items[].id` is /items/*/id."""
    _, _, path = clause["id"].partition(f".{clause['outcome']}.")
    return "/" + path.replace("[]", "/*").replace(".", "/") if path else ""


def folded(
    findings: Iterable[Row], clauses: Mapping[str, Row], exchanges: Mapping[str, Seen]
) -> list[dict[str, Any]]:
    """Return the first of all findings of a clause that are one symptom at one place, with how many `times`.

    Such a one names all exchanges that `shown` it, each with the value that was amiss.
    """
    held: dict[tuple[Hashable, ...], dict[str, Any]] = {}
    for bad in findings:
        kind = symptom(bad, clauses[bad["clause"]], exchanges.get(bad["exchange"]))
        key = bad["clause"], kind, place(bad["where"]), bad["rule"]
        known = held.setdefault(key, {**bad, "times": 0, "shown": {}})
        known["times"] += 1
        known["shown"] |= {bad["exchange"]: bad["actual"]} if bad["exchange"] in exchanges else {}
    return list(held.values())


def place(where: str) -> str:
    """Return a pointer that leads to the same place of every item of a list."""
    return _INDEX.sub("/*", where)


def kept(judged: Mapping[str, int], findings: Iterable[Row]) -> set[str]:
    """Return the clauses that were `judged` at more exchanges than those at which they were broken."""
    broken: dict[str, set[str]] = defaultdict(set)
    for bad in findings:
        broken[bad["clause"]].add(bad["exchange"])
    return {name for name, times in judged.items() if times > len(broken[name])}


def causes(
    findings: Sequence[Row],
    clauses: Mapping[str, Row],
    exchanges: Mapping[str, Seen],
    came: Came = frozenset(),
    good: Collection[str] = frozenset(),
) -> list[Row]:
    """Return what stands behind some findings as JSON values: red first, then security, then by reach.

    Each names its clauses and its findings, by their place in the list, the clearest of both first.
    `exchanges` are those of the tests that found something, `came` the answers that came in any test where
    they were wanted, `good` the clauses that were kept at some exchange.
    """
    symptoms = _Symptoms(findings, clauses, exchanges, came, good)
    made = [_cause(group, symptoms) for group in symptoms.groups()]
    made.sort(key=lambda it: (it["colour"] != "red", not it["security"], -len(it["clauses"])))
    return [{"id": number, **it} for number, it in enumerate(made, 1)]


def _cause(group: Sequence[int], symptoms: _Symptoms) -> dict[str, Any]:
    ranked = sorted(group, key=symptoms.rank)
    rows = [symptoms.findings[at] for at in ranked]
    first = symptoms.clauses[rows[0]["clause"]]
    shown = symptoms.seen.get(rows[0]["exchange"])
    names = list(dict.fromkeys(row["clause"] for row in rows))
    colour = "red" if any(row["colour"] == "red" for row in rows) else "amber"
    return {
        "colour": colour,
        "security": any(symptoms.lets_in(row) for row in rows if row["colour"] == colour),
        "family": first["family"],
        "operation": shown.operation[1] if shown else first["operation"],
        "answer": shown.answer if shown else "",
        "where": place(rows[0]["where"]),
        "clauses": names,
        "findings": ranked,
    }


class _Symptoms:
    """The symptoms of some findings: which exchanges show each, and which belong together."""

    def __init__(
        self,
        findings: Sequence[Row],
        clauses: Mapping[str, Row],
        exchanges: Mapping[str, Seen],
        came: Came,
        good: Collection[str],
    ) -> None:
        self.findings, self.clauses, self.seen = findings, clauses, exchanges
        self.found: dict[Symptom, list[int]] = defaultdict(list)
        self.at: dict[str, dict[Symptom, None]] = defaultdict(dict)  # in the order in which they were found
        self._shown: dict[Symptom, dict[str, str]] = defaultdict(dict)  # exchanges, and what was amiss there
        self._broken: dict[Symptom, set[str]] = defaultdict(set)
        self._of: list[Symptom] = []
        self._ways: dict[str, list[str]] = defaultdict(list)
        for name, it in sorted(
            exchanges.items(), key=lambda told: _number(told[0])
        ):  # not as they were judged
            self._ways[it.test].append(name)
        for number, bad in enumerate(findings):
            kind = symptom(bad, clauses[bad["clause"]], exchanges.get(bad["exchange"]))
            self._of.append(kind)
            self.found[kind].append(number)
            self._broken[kind].add(bad["rule"])
            self._shown[kind] |= bad["shown"]
            for name in bad["shown"]:
                self.at[name][kind] = None
        self._behind: dict[Symptom, Symptom] = {}
        self._came, self._good = came, good

    def groups(self) -> Iterable[list[int]]:
        """Return the findings that belong together, by their places in the list."""
        self._behind = {it: it for it in self.found}
        for rule in _TIES:
            for one, other in rule(self):
                self._behind[self._root(other)] = self._root(one)
        held: dict[Symptom, list[int]] = defaultdict(list)
        for it, places in self.found.items():
            held[self._root(it)] += places
        return held.values()

    def _root(self, it: Symptom) -> Symptom:
        while self._behind[it] != it:
            it = self._behind[it]
        return it

    def of(self, kind: str) -> list[Symptom]:
        """Return the symptoms of a kind."""
        return [it for it in self.found if it[0] == kind]

    def by_operation(self, kind: str) -> Mapping[Hashable, list[Symptom]]:
        """Return the symptoms of a kind that are told by their operation."""
        held: dict[Hashable, list[Symptom]] = defaultdict(list)
        for it in self.of(kind):
            held[it[1]].append(it)
        return held

    def exchanges(self, it: Symptom) -> set[str]:
        """Return the exchanges that show a symptom."""
        return set(self._shown[it])

    def values(self, it: Symptom) -> Iterator[tuple[str, frozenset[str]]]:
        """Yield the exchanges that show a symptom, and how what was amiss may be written elsewhere."""
        for name, actual in self._shown[it].items():
            if len(actual) >= _TELLING:
                yield name, _writings(actual)

    def after(self, name: str) -> Sequence[str]:
        """Return the exchanges of its test that follow an exchange."""
        way = self._ways[self.seen[name].test]
        return way[way.index(name) + 1 :]

    def red(self, it: Symptom) -> bool:
        """Tell whether a symptom breaks a clause that counts."""
        return any(self.findings[at]["colour"] == "red" for at in self.found[it])

    def opens(self, it: Symptom) -> bool:
        """Tell whether an answer came where a refusal of the caller was due, or after one that did."""
        shown = [self.seen[name] for name in self.exchanges(it)]
        entry = any(row["kind"] == Kind.AUTH for row in self.clauses_of(it))
        return all(one.shuts_out or (entry and one.role is not Role.REFUSED) for one in shown)

    def whole(self, it: Symptom) -> bool:
        """Tell whether a symptom shows at no place of an answer."""
        return not any(self.findings[at]["where"] for at in self.found[it])

    def told(self, it: Symptom, name: str) -> Iterator[str]:
        """Yield what is said of a symptom at an exchange: what was wanted, and what came."""
        for at in self.found[it]:
            if self.findings[at]["exchange"] == name:
                yield from (str(self.findings[at][side]) for side in ("expected", "actual"))

    def answers(self, it: Symptom) -> set[Symptom]:
        """Return which answers of which operations show a symptom."""
        return {self.seen[name].symptom[1:3] for name in self.exchanges(it)}

    def rules(self, it: Symptom) -> set[str]:
        """Return the keywords of the schema that are broken there."""
        return self._broken[it]

    def clauses_of(self, it: Symptom) -> list[Row]:
        """Return the clauses that a symptom breaks."""
        return [self.clauses[self.findings[at]["clause"]] for at in self.found[it]]

    def beside(self, it: Symptom) -> Iterator[Seen]:
        """Yield all exchanges of the tests that found a symptom."""
        for test in {self.findings[at]["test"] for at in self.found[it]}:
            yield from (self.seen[name] for name in self._ways[test])

    def ways(self, it: Symptom) -> Iterator[Sequence[str]]:
        """Yield the exchanges that led to each finding of a symptom, and its own as the last."""
        for at in self.found[it]:
            bad = self.findings[at]
            way = self._ways[bad["test"]]
            yield way[: way.index(bad["exchange"]) + 1] if bad["exchange"] in way else way

    def misplaced(self, it: Symptom) -> bool:
        """Tell whether an answer shows a symptom of its only where another one was wanted."""
        return not any(self.seen[name].wanted == (it[3],) for name in self.exchanges(it))

    def rank(self, at: int) -> tuple[Any, ...]:
        """Return how well a finding names its cause, the best the lowest.

        That an operation is there at all comes first; then the place in an answer that was wanted, a request
        field by its name, the answer itself, and what rests on it; of these what a document states.
        """
        bad, it = self.findings[at], self._of[at]
        clause = self.clauses[bad["clause"]]
        shown = self.seen.get(bad["exchange"])
        absolute = it[0] == ANSWER and shown is not None and not shown.wanted
        fields = (Kind.RESPONSE_FIELD, Kind.FACET)
        kinds = (Kind.ANSWER, *fields) if it[0] == ANSWER else (*fields, Kind.ANSWER)
        named = clause["kind"] == Kind.REQUEST_FIELD and str(bad["where"]).startswith("/")
        return (
            bad["colour"] != "red",
            not absolute,
            it[0] == PLACE and self.misplaced(it),
            it[0] == RULE and self.overshadowed(it),
            _LEADING.index(str(it[0])),
            not named,
            not self.suspected(bad, it),
            not self.alone(bad, it),
            not self.special(bad, it),
            kinds.index(clause["kind"]) if clause["kind"] in kinds else len(kinds),
            not Standing(bad["standing"]).firm,
            -bad["times"],
            at,
        )

    def suspected(self, finding: Row, it: Symptom) -> bool:
        """Tell whether it is one of few request fields that were in no request which was taken."""
        fields = {row["id"] for row in self.clauses_of(it) if row["kind"] == Kind.REQUEST_FIELD}
        never = fields.difference(self._good)
        return it[0] == ANSWER and finding["clause"] in never and never != fields and len(never) <= _FEW

    def alone(self, finding: Row, it: Symptom) -> bool:
        """Tell whether a documented rule is the only one that an answer breaks: it says the most."""
        rules = {row["id"] for row in self.clauses_of(it) if row["kind"] in _RULES}
        kind = self.clauses[finding["clause"]]["kind"]
        firm = Standing(finding["standing"]).firm
        return it[0] == ANSWER and kind == Kind.RULE and firm and rules == {finding["clause"]}

    def lets_in(self, finding: Row) -> bool:
        """Tell whether somebody is let in who is not to be, and not that somebody is refused who is to be."""
        shown = self.seen.get(finding["exchange"])
        refused = shown is not None and shown.status >= _FAILED
        return self.clauses[finding["clause"]]["kind"] == Kind.AUTH and not refused

    def special(self, finding: Row, it: Symptom) -> bool:
        """Tell whether it is one of few rules where an answer does not come that elsewhere does."""
        shown = self.seen.get(finding["exchange"])
        rules = {row["id"] for row in self.clauses_of(it) if row["kind"] in _SPECIAL}
        came = shown is not None and (shown.operation, shown.wanted) in self._came
        return it[0] == ANSWER and came and finding["clause"] in rules and len(rules) <= _FEW

    def own(self, at: int) -> Symptom | None:
        """Return which answer lacks what its own operation promises; None for what others promise of it."""
        bad = self.findings[at]
        shown = self.seen.get(bad["exchange"])
        clause = self.clauses[bad["clause"]]
        mine = shown is not None and (clause["family"], clause["operation"]) == shown.operation
        model = ".model." in clause["id"]
        return shown.symptom[1:3] if shown and (mine or model) else None

    def overshadowed(self, it: Symptom) -> bool:
        """Tell whether a rule is broken only by what is refused or fails, and is no answer as a whole."""
        return all(
            self.seen[name].status >= _FAILED and any(known[0] == ANSWER for known in self.at[name])
            for name in self.exchanges(it)
        )


def _number(name: str) -> int:
    """Return the number by which an exchange's id says when it was sent."""
    told = name.rpartition("-")[2]
    return int(told) if told.isdecimal() else 0


def _whole_answers(known: _Symptoms) -> Iterator[Tie]:
    """An answer that is none of the document's is one fault with all that is amiss in it."""
    for exchange, symptoms in known.at.items():
        whole = [it for it in symptoms if it[0] == ANSWER]
        yield from pairwise(whole)
        if whole and not known.seen[exchange].answer:
            yield from ((whole[0], it) for it in symptoms if it[0] in {PLACE, RULE})


def _sharing(symptoms: Iterable[tuple[Hashable, Symptom]]) -> Iterator[Tie]:
    """Tie all symptoms that are told with the same key."""
    held: dict[Hashable, list[Symptom]] = defaultdict(list)
    for key, it in symptoms:
        held[key].append(it)
    for together in held.values():
        yield from pairwise(together)


def _absent_together(symptoms: _Symptoms) -> Iterator[Tie]:
    """What is absent from the same answers each time went with one fault."""
    absent = (it for it in symptoms.of(PLACE) if symptoms.rules(it) == {"required"})
    return _sharing((frozenset(symptoms.exchanges(it)), it) for it in absent)


def _words(symptoms: _Symptoms) -> Iterator[Tie]:
    """What hangs on a printed word, or on a value beside it, is amiss where that is another.

    That is what stands beside a word that is fixed, and what stands deeper where it has a form only.
    """
    for places in symptoms.by_operation(PLACE).values():
        for word, it in permutations(places, 2):
            rules, beside = symptoms.rules(word), _holder(_at(it)) == _holder(_at(word))
            hangs = (
                "const" in rules or symptoms.rules(it) & _CONDITIONS or ("pattern" in rules and not beside)
            )
            inside = hangs and _within(_at(it), _holder(_at(word)))
            if inside and symptoms.exchanges(it) <= symptoms.exchanges(word):
                yield word, it


def _same_place(symptoms: _Symptoms) -> Iterator[Tie]:
    """What a rule or a guess asks of a place is one with the form of that place, in the answer it wanted."""
    forms = symptoms.by_operation(PLACE)
    for it in symptoms.of(EFFECT):
        places = [other for other in forms.get(it[1], ()) if other[1:3] == it[1:3]]
        wanted = {name for exchange in symptoms.exchanges(it) for name in symptoms.seen[exchange].wanted}
        yield from ((other, it) for other in places if other[3] in wanted or len(places) == 1)


def _answers_out_of_place(symptoms: _Symptoms) -> Iterator[Tie]:
    """What is amiss in an answer that came only in another's place is one with that."""
    answers = symptoms.by_operation(ANSWER)
    for it in symptoms.of(PLACE):
        wholes = answers.get(it[1], ())
        if wholes and symptoms.misplaced(it):
            yield from ((whole, it) for whole in wholes if symptoms.answers(it) == {whole[1:3]})


def _effects(symptoms: _Symptoms) -> Iterator[Tie]:
    """Effects of one clause or one answer, those within one another, and those of one call are one fault."""
    effects = symptoms.of(EFFECT)
    yield from _sharing((row["id"], it) for it in effects for row in symptoms.clauses_of(it))
    loose = [it for it in effects if len(it) != _PLACED]
    yield from _sharing((own, it) for it in loose for at in symptoms.found[it] if (own := symptoms.own(at)))
    yield from _sharing((name, it) for it in loose for name in symptoms.exchanges(it))
    for placed in symptoms.by_operation(EFFECT).values():
        for one, other in permutations((it for it in placed if len(it) == _PLACED), 2):
            if _within(_at(other), _at(one)):
                yield one, other


def _fields(symptoms: _Symptoms) -> Iterator[Tie]:
    """All that is said of one field is one fault: its form, and what stands there."""
    told = ((it, row) for it in symptoms.of(PLACE) + symptoms.of(EFFECT) for row in symptoms.clauses_of(it))
    return _sharing((row["id"], it) for it, row in told if row["kind"] in _FIELDS)


def _consequences(symptoms: _Symptoms) -> Iterator[Tie]:
    """An effect does not show where an answer on its way is wrong: the last of these is at fault.

    Else it is one with an answer that comes in another's place elsewhere, where its own answer is that one or
    one beside it is, which no document has; and, where it shows at no place itself, with those at places of
    the answers on its way.
    """
    wholes, effects = symptoms.of(ANSWER), symptoms.by_operation(EFFECT)
    for it in symptoms.of(EFFECT):
        ways = list(symptoms.ways(it))
        if cause := next(filter(None, (_last_wrong(symptoms, it, way) for way in ways)), None):
            yield cause, it
            continue
        strange = {one.symptom[1:3] for one in symptoms.beside(it) if not one.answer}
        yield from ((whole, it) for whole in wholes if whole[1:3] in symptoms.answers(it) | strange)
        if len(it) != _PLACED:
            passed = {symptoms.seen[name].operation for way in ways for name in way}
            placed = (other for operation in passed for other in effects.get(operation, ()))
            yield from ((other, it) for other in placed if len(other) == _PLACED)


def _carried(symptoms: _Symptoms) -> Iterator[Tie]:
    """A value that is amiss goes on: what it was sent with, or compared with, does not come as it should."""
    for it in symptoms.of(PLACE):
        for name, writings in symptoms.values(it):
            for later in symptoms.after(name):
                sent = symptoms.seen[later].sent
                for other in symptoms.at.get(later, ()):
                    texts = [sent] if other[0] == ANSWER else [sent, *symptoms.told(other, later)]
                    if other[0] in {ANSWER, EFFECT} and any(_holds(text, writings) for text in texts):
                        yield it, other


def _writings(actual: str) -> frozenset[str]:
    """Return how a value that a finding shows as JSON may stand in a request or in a sentence.

    A list may go on as the one text in it; of one that is cut there is the beginning.
    """
    try:
        value = json.loads(actual)
    except ValueError:
        value = actual.partition(_CUT)[0].lstrip('"')
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    plain = value if isinstance(value, str) else json.dumps(value)
    return frozenset({plain, json.dumps(value).strip('"'), quote(plain)})


def _holds(text: str, writings: Iterable[str]) -> bool:
    return any(it in text for it in writings)


def _nameless(symptoms: _Symptoms) -> Iterator[Tie]:
    """An answer that is none of the document's, where any may come, is one with others of its status."""
    places = symptoms.by_operation(PLACE)
    for it in symptoms.of(ANSWER):
        shown = [symptoms.seen[name] for name in symptoms.exchanges(it)]
        if any(one.answer or len(one.wanted) <= 1 for one in shown):
            continue
        statuses = {one.status for one in shown}
        for other in places.get(it[1], ()):
            if statuses & {symptoms.seen[name].status for name in symptoms.exchanges(other)}:
                yield other, it


def _let_in(symptoms: _Symptoms) -> Iterator[Tie]:
    """Whatever comes in place of a refusal to let somebody in, is one fault."""
    return _sharing((it[1], it) for it in symptoms.of(ANSWER) if symptoms.opens(it))


def _followers(symptoms: _Symptoms) -> Iterator[Tie]:
    """What only a guess misses is one with an answer on each way to it that stands in another's place."""
    wholes = [it for it in symptoms.of(ANSWER) if symptoms.red(it)]
    for it in symptoms.of(ANSWER):
        if not symptoms.red(it):
            passed = [{symptoms.seen[name].symptom[1:3] for name in way[:-1]} for way in symptoms.ways(it)]
            yield from ((whole, it) for whole in wholes if all(whole[1:3] in way for way in passed))


def _of_whole_answers(symptoms: _Symptoms) -> Iterator[Tie]:
    """What an answer as a whole shows otherwise takes along what its fields do."""
    loose = [it for it in symptoms.of(EFFECT) if len(it) != _PLACED]
    for one, other in permutations(loose, 2):
        if (
            symptoms.whole(one)
            and not symptoms.whole(other)
            and symptoms.answers(one) & symptoms.answers(other)
        ):
            yield one, other


def _everywhere(symptoms: _Symptoms) -> Iterator[Tie]:
    """A text of another form at the same place of several answers of an operation is one fault."""
    return _sharing((it[1:3], it) for it in symptoms.of(PLACE) if symptoms.rules(it) == {"pattern"})


def _last_wrong(symptoms: _Symptoms, effect: Symptom, way: Sequence[str]) -> Symptom | None:
    for name in reversed(way):
        for it in symptoms.at.get(name, ()):
            if it[0] in {ANSWER, RULE} or (it[0] == PLACE and _bears(it, effect)):
                return it
    return None


def _bears(it: Symptom, effect: Symptom) -> bool:
    """Tell whether a wrong value can hide an effect: it stands there, within it, or in the same list item.

    In another operation's answer it has the same name.
    """
    if len(effect) != _PLACED:
        return True
    here, there = _at(it), _at(effect)
    if it[1] != effect[1]:
        return here.rpartition("/")[2] == there.rpartition("/")[2]
    item = _holder(here)
    beside = item.endswith("/*") and there.startswith(f"{item}/")
    return beside or _within(here, there) or _within(there, here)


def _within(where: str, outer: str) -> bool:
    return f"{where}/".startswith(f"{outer}/")


def _at(it: Symptom) -> str:
    return str(it[2])


def _holder(where: str) -> str:
    return where.rpartition("/")[0]


_TIES: Sequence[Callable[[_Symptoms], Iterator[Tie]]] = (
    _whole_answers,
    _absent_together,
    _words,
    _same_place,
    _answers_out_of_place,
    _effects,
    _fields,
    _consequences,
    _carried,
    _nameless,
    _let_in,
    _followers,
    _of_whole_answers,
    _everywhere,
)
