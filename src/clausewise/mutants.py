"""Systematic defects, made from what a family's documents print and what the reference really answers.

Every field of every documented answer is put into each of its neighbours' places, one at a time. What comes
out is data: bends that the reference's control endpoint plays, under ids that say what they are.
"""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from clausewise.errors import ConfigurationError
from clausewise.model import Contract, Json, Operation, Outcome, Role, among
from clausewise.reference.fault_injection import Answer, written
from clausewise.reference.neighbours import FORMS

KINDS = ("allowed", "unobservable")  # of reasons
_TYPES = {"text-html": "text/html", "text-plain": "text/plain", "none": ""}  # media types no answer has
_EFFECTS = ("dropped", "doubled", "late", "astray", "spread")
_FEW = 6  # words of one list that are put elsewhere
_HALF = 40  # bytes that are cut off an answer
_LINE = re.compile(r"[a-z0-9.-]+:\d+")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SLUG = re.compile(r"[^a-z0-9]+")
_LONGEST = 40  # characters of a word in an id

Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One systematic defect: of an answer (`operation.outcome`) at a pointer, or of an operation's effect.

    `group` is what it is one of several of: one kind at a field, whatever answer has that.
    """

    id: str
    family: str
    answer: str
    kind: str
    group: str
    bend: Mapping[str, Json]

    @property
    def operation(self) -> str:
        """The operation whose answer or effect it is."""
        return self.answer.partition(".")[0]

    def changes(self, answer: Answer) -> bool:
        """Tell whether it may change an answer on the wire; what rests on the call before may always."""
        operation = answer.name.partition(".")[0]
        if operation != self.operation or self.answer not in {answer.name, operation}:
            return False
        steps: Any = self.bend.get("bend")
        return self.remembers or written(answer, steps, None) != written(answer, [], None)

    @property
    def remembers(self) -> bool:
        """Whether it rests on what was asked or answered before."""
        steps: Any = self.bend.get("bend", [{"again": True}])
        return any({"again", "stale"} & set(step) for step in steps)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some mutants may survive: globs of their ids, and the lines that it rests on, none for silence.

    Of kind `allowed`, the documents leave that choice: the mutants are equivalent ones. What those of kind
    `unobservable` break is stated, where no documented call shows it.
    """

    id: str
    mutants: tuple[str, ...]
    kind: str
    why: str
    rests_on: tuple[str, ...] = ()

    def covers(self, mutant: str) -> bool:
        """Tell whether it is the reason of a mutant."""
        return among(mutant, self.mutants)


def reasons(path: Path) -> list[Reason]:
    """Read why a family's documents allow some mutants; ConfigurationError for what is malformed."""
    if not path.exists():
        return []
    try:
        entries = tomllib.loads(path.read_text("utf-8")).get("reason", [])
        return [_reason(entry) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError) as bad:
        raise ConfigurationError(f"{path} cannot be read: {bad!r}") from bad


def _reason(entry: Mapping[str, Any]) -> Reason:
    given = entry["rests_on"]
    lines = () if given == "silence" else tuple(given)
    if given != "silence" and not (lines and all(_LINE.fullmatch(line) for line in lines)):
        raise ValueError(f'{entry["id"]}: rests_on is "silence" or a list of lines, each as "document:line"')
    if entry["kind"] not in KINDS:
        raise ValueError(f"{entry['id']}: kind is one of {', '.join(KINDS)}")
    return Reason(entry["id"], tuple(entry["mutants"]), entry["kind"], entry["why"], lines)


def printed(contract: Contract) -> list[Answer]:
    """Return the answers that a contract gives as examples."""
    return [
        Answer(f"{operation.id}.{outcome.name}", outcome.forms[0].first, example)
        for operation in contract.operations.values()
        for outcome in operation.outcomes
        for example in _examples(outcome)
    ]


def _examples(outcome: Outcome) -> Sequence[Json]:
    told: Any = outcome.forms[0].body.schema.get("examples", [])
    return list(told)


def of(contract: Contract, given: Iterable[Answer]) -> list[Mutant]:
    """Return every mutant of a family: of the answers `given` and printed, and of its operations' effects."""
    seen: dict[str, dict[str, Answer]] = defaultdict(dict)
    for answer in (*given, *printed(contract)):
        seen[answer.name].setdefault(json.dumps([answer.status, answer.body], sort_keys=True), answer)
    held = {name: list(answers.values()) for name, answers in seen.items()}
    made: dict[str, Mutant] = {}
    stated = {clause.id for clause in contract.clauses if clause.standing.firm}
    for operation in contract.operations.values():
        own = {name: answers for name, answers in held.items() if name.partition(".")[0] == operation.id}
        for mutant in _Making(contract.family, operation, own, stated).all():
            made.setdefault(mutant.id, mutant)
    return list(made.values())


def thin(mutants: Sequence[Mutant], most: int, seed: int) -> list[Mutant]:
    """Return at most so many mutants: by a seed, one of each kind at each field first, then a second one."""
    places: Counter[str] = Counter()
    order = []
    for mutant in sorted(mutants, key=lambda it: _rank(it.id, seed)):
        order.append((places[mutant.group], mutant.id))
        places[mutant.group] += 1
    kept = {name for _, name in sorted(order, key=lambda it: it[0])[:most]}
    return [it for it in mutants if it.id in kept]


def sample(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """Return so many of them, chosen by a seed, whatever others there are."""
    return sorted(sorted(mutants, key=lambda it: _rank(it.id, seed))[:count], key=lambda it: it.id)


def shard(mutants: Iterable[Mutant], number: int, parts: int) -> list[Mutant]:
    """Return part `number` of `parts`, by the ids alone."""
    return [it for it in mutants if crc32(it.id.encode()) % parts == number - 1]


def _rank(name: str, seed: int) -> float:
    return random.Random(f"{seed} {name}").random()  # noqa: S311 - no secret


@dataclass(frozen=True, slots=True)
class _Making:
    """Makes the mutants of one operation from what is known of its answers, by name.

    `stated` are the clauses that a document states.
    """

    family: str
    operation: Operation
    answers: Mapping[str, Sequence[Answer]]
    stated: Container[str]

    def all(self) -> Iterator[Mutant]:
        """Yield them, some perhaps twice."""
        words = {name: self._words(name) for name in self.answers}
        for name, answers in self.answers.items():
            yield from self._whole(name, answers)
            others = [held for other, held in words.items() if other != name]
            for pointer, values in self._fields(name).items():
                for kind, part, step in (*_turns(values, pointer), *_moves(answers, pointer)):
                    if kind != "renamed" or not _unnamed(self._outcome(name)):
                        yield self._mutant(name, pointer, kind, part, [step])
                for word in _another(pointer, values, others):
                    yield self._mutant(name, pointer, "word", _slug(word), [{"set": pointer, "to": word}])
        if self.answers:
            yield self._mutant(self.operation.id, "", "previous-answer", "", [{"again": True}])
        if self.operation.writes or any("token" in name for name in self.answers):
            for how in _EFFECTS:
                bend = {"family": self.family, "of": self.operation.id, "effect": how}
                yield self._named(self.operation.id, "", "effect", how, bend)

    def _outcome(self, name: str) -> Outcome | None:
        wanted = name.partition(".")[2]
        return next((it for it in self.operation.outcomes if it.name == wanted), None)

    def _fields(self, name: str) -> dict[str, list[Json]]:
        """Return the values of an answer at each pointer; of keys that name what was sent, those printed.

        An answer that no document states has none: whatever stands in it is as lawful as what we put there.
        Nor has one that is stated without a body; of a refusal that is known by its status or code, only what
        is printed counts.
        """
        values = _values(self.answers[name])
        outcome = self._outcome(name)
        if outcome is None:
            return values
        if outcome.clause not in self.stated or _bare(outcome):
            return {}
        shown = [pointer for example in _examples(outcome) for pointer, _ in _walk(example, "")]
        if _unnamed(outcome):
            return {at: held for at, held in values.items() if at and at in shown}
        if not outcome.names_fields:
            return values
        inside = f"{outcome.names_fields}/"
        return {at: held for at, held in values.items() if not at.startswith(inside) or at in shown}

    def _words(self, name: str) -> dict[str, list[Json]]:
        """Return the words and codes of an answer by pointer: those that are listed, and that were found."""
        found: dict[str, list[Json]] = defaultdict(list)
        if outcome := self._outcome(name):
            first = outcome.forms[0]
            seen = _values(self.answers[name]).items()
            listed = [(at, first.code) for at, held in seen if first.code and first.code in held]
            for pointer, word in (*_fixed(dict(first.body.schema)), *listed):
                found[pointer].append(word)
        return found

    def _whole(self, name: str, answers: Sequence[Answer]) -> Iterator[Mutant]:
        """Yield what is done to an answer as a whole: its status, its media type, its bytes, another one."""
        statuses = {form.first for outcome in self.operation.outcomes for form in outcome.forms}
        for status in sorted(statuses - {answer.status for answer in answers}):
            yield self._mutant(name, "", "status", str(status), [{"status": status}])
        outcome = self._outcome(name)
        if not _bare(outcome):
            for kind, media_type in _TYPES.items():
                yield self._mutant(name, "", "media-type", kind, [{"media_type": media_type}])
            yield self._mutant(name, "", "bytes", "cut", [{"truncate": _HALF}])
            yield self._mutant(name, "", "bytes", "none", [{"raw": ""}])
        for other, held in self.answers.items():
            if other != name and not _as_well(outcome, held[0]):
                steps = [{"status": held[0].status}, {"set": "", "to": held[0].body}]
                yield self._mutant(name, "", "answer", other.partition(".")[2], steps)

    def _mutant(self, name: str, pointer: str, kind: str, part: str, steps: Sequence[Step]) -> Mutant:
        whole = name == self.operation.id
        bend = {"family": self.family, "answer": f"{name}.*" if whole else name, "bend": list(steps)}
        return self._named(name, pointer, kind, part, bend)

    def _named(self, name: str, pointer: str, kind: str, part: str, bend: Mapping[str, Json]) -> Mutant:
        told = f"{kind}-{part}" if part else kind
        group = f"{self.family}:{pointer}:{kind}"
        sort = told if kind in _TOLD_APART else kind
        return Mutant(f"mutant:{self.family}.{name}:{pointer}:{told}", self.family, name, sort, group, bend)


def _bare(outcome: Outcome | None) -> bool:
    """Tell whether it is a refusal of which a document says no more than that it comes."""
    return outcome is not None and outcome.any_body and outcome.role is not Role.SUCCESS


def _unnamed(outcome: Outcome | None) -> bool:
    """Tell whether it is a refusal whose body no document prints: known by status or code, or vague."""
    if outcome is None or outcome.role is Role.SUCCESS:
        return False
    return outcome.by_status or outcome.vague


def _as_well(outcome: Outcome | None, other: Answer) -> bool:
    """Tell whether another answer is as lawful in its place: no document gives the words of this one."""
    form = outcome.form(other.status) if outcome is not None and outcome.vague else None
    return form is not None and form.body.fits(other.body)


_TOLD_APART = {"effect", "media-type", "bytes"}  # kinds whose parts are kinds of their own


def _turns(values: Sequence[Json], pointer: str) -> Iterator[tuple[str, str, Step]]:
    """Yield each form that some value has and that no other form gives, too."""
    known = {_exact(values)}
    for form, act in FORMS.items():
        turned = _exact([act(value) for value in values])
        if turned not in known:
            known.add(turned)
            yield form, "", {"turn": pointer, "into": form}


def _moves(answers: Sequence[Answer], pointer: str) -> Iterator[tuple[str, str, Step]]:
    """Yield what takes a field away, names it otherwise, or gives it a value that stood elsewhere."""
    yield "stale", "", {"stale": pointer}
    name = pointer.rpartition("/")[2]
    if not pointer or name == "*":
        return
    yield "dropped", "", {"drop": pointer}
    for how, other in _spellings(name).items():
        yield "renamed", how, {"rename": pointer, "to": other}
    if "/*" in pointer:
        yield "first-for-all", "", {"same": pointer}
    for other in _besides(answers, pointer)[:1]:
        yield "neighbour", _slug(other), {"copy": pointer, "from": other}


def _spellings(name: str) -> dict[str, str]:
    """Return other ways of writing a field's name, by what they are called."""
    words = _WORDS.findall(name)
    first, *rest = words or [name]
    ways = {
        "camel": first.lower() + "".join(word.title() for word in rest),
        "snake": "_".join(word.lower() for word in words) or name,
        "capitals": name.upper(),
    }
    return {how: other for how, other in ways.items() if other != name}


def _besides(answers: Sequence[Answer], pointer: str) -> list[str]:
    """Return the fields beside one that hold another value of the same type, the next one first."""
    holder, _, name = pointer.rpartition("/")
    for answer in answers:
        for found in _at(answer.body, holder.split("/")[1:]):
            keys = list(found) if isinstance(found, dict) and name in found else []
            after = keys[keys.index(name) + 1 :] + keys[: keys.index(name)] if keys else []
            own = found[name] if keys else None
            alike = [key for key in after if type(found[key]) is type(own) and found[key] != own]
            if alike and not isinstance(own, dict | list):
                return alike
    return []


def _another(pointer: str, values: Sequence[Json], others: Iterable[Mapping[str, list[Json]]]) -> list[Json]:
    """Return the words that stand at the same field of other answers of the operation."""
    own = {_exact(value) for value in values}
    name = pointer.rpartition("/")[2]
    found: dict[str, Json] = {}
    for words in others:
        for place, held in words.items():
            if name not in {"", "*"} and place.rpartition("/")[2] == name:
                found |= {_exact(word): word for word in held if _exact(word) not in own}
    scalar = not any(isinstance(value, dict | list) for value in values)
    return list(found.values()) if scalar else []


def _fixed(schema: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Yield the words and codes that a schema lists, with their pointers."""
    if not isinstance(schema, dict):
        return
    listed = [schema["const"]] if "const" in schema else schema.get("enum", [])
    yield from ((pointer, word) for word in listed[:_FEW])
    for name, child in schema.get("properties", {}).items():
        yield from _fixed(child, f"{pointer}/{name}")
    yield from _fixed(schema.get("items"), f"{pointer}/*")
    for key in ("allOf", "anyOf", "oneOf"):
        for member in schema.get(key, ()):
            yield from _fixed(member, pointer)


def _values(answers: Sequence[Answer]) -> dict[str, list[Json]]:
    """Return the values at each pointer of some answers' bodies, each once; `*` stands for any item."""
    found: dict[str, dict[str, Json]] = defaultdict(dict)
    for answer in answers:
        for pointer, value in _walk(answer.body, ""):
            found[pointer].setdefault(_exact(value), value)
    return {pointer: list(values.values()) for pointer, values in found.items()}


def _walk(value: Json, pointer: str) -> Iterator[tuple[str, Json]]:
    yield pointer, value
    if isinstance(value, dict):
        for key, item in value.items():
            if not {"/", "*"} & set(key):
                yield from _walk(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, f"{pointer}/*")


def _at(value: Json, path: Sequence[str]) -> Iterator[Json]:
    if not path:
        yield value
    elif isinstance(value, list) and path[0] == "*":
        for item in value:
            yield from _at(item, path[1:])
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:])


def _exact(value: Json) -> str:
    """Tell values apart that Python calls equal: 1, 1.0 and true."""
    return json.dumps(value, sort_keys=True)


def _slug(value: Json) -> str:
    """Return what stands for a word in an id, without two words sharing it."""
    text = value if isinstance(value, str) else _exact(value)
    short = _SLUG.sub("-", text.casefold()).strip("-")[:_LONGEST]
    if not isinstance(value, str):
        return f"{type(value).__name__}-{short}"
    return short if short == text else f"{short}-{crc32(text.encode()) % 1000:03}"
