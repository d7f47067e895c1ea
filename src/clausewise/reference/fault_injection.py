"""How seeded defects and freedoms bend the reference: its answers, its behaviour, or what it takes."""

from __future__ import annotations

import json
import random
import re
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from clausewise.reference.neighbours import FORMS

# What a request of another shape than expected raises in a sandbox; its guard answers it as invalid.
MISSHAPEN = (
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
    ValueError,
    OverflowError,
    RecursionError,
    sqlite3.Error,
)

Bend = Mapping[str, Any]
Step = Mapping[str, Any]
Record = Mapping[str, Any]
Spot = tuple[Any, Any]  # an object or a list, and a key of it


@dataclass(frozen=True)
class Answer:
    """A documented answer by name (`operation.outcome`), before it is written as bytes."""

    name: str
    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wire:
    """An answer as it goes out."""

    status: int
    headers: dict[str, str]
    content: bytes
    delay: float = 0.0


class Faults:
    """The freedoms that the reference takes, and the bends on top of them."""

    def __init__(self, bends: Sequence[Bend] = (), freedoms: Sequence[Bend] = ()) -> None:
        self._bends = tuple(bends)
        self._freedoms = tuple(freedoms)
        self._anew()

    def _anew(self) -> None:
        self._active = (*self._freedoms, *self._bends)  # the bends last: no freedom undoes them
        self.since = time.time()
        self.answered = 0
        self.changed = 0  # answers and effects that are others than without a bend
        self._heard: list[Record] | None = None
        self._past: dict[tuple[str, str], Answer] = {}
        self._called = 0
        self._played = [0] * len(self._active)

    def switch(self, bends: Sequence[Bend]) -> None:
        """Put other bends in place of the active ones; the freedoms stay."""
        self._bends = tuple(bends)
        self._anew()

    def on(self, name: str) -> bool:
        """Tell whether a behavioural defect or freedom is switched on."""
        return any(bend.get("switch") == name for bend in self._active)

    def refuses(self, operation: str, body: Any) -> str:
        """Return the name of the field that this operation is bent to refuse, if the body carries it."""
        found = (_refused(bend, body) for bend in self._active if bend.get("refuse") == operation)
        return next(filter(None, found), "")

    def busy(self, family: str) -> bool:
        """Tell whether a call is put off, unacted on: each so-many-th, where a freedom says so."""
        every = next((bend["busy_every"] for bend in self._active if _about(bend, family, "busy_every")), 0)
        self._called += 1
        return bool(every) and self._called % every == 0

    def lag(self, family: str) -> tuple[float, Collection[str]]:
        """Return the seconds after which some operations see what was written, where a freedom says so."""
        found = ((bend["lag"], bend["reads"]) for bend in self._active if _about(bend, family, "lag"))
        return next(found, (0.0, ()))

    def effect(self, family: str) -> tuple[str, str]:
        """Return the operation whose effect is bent, and how; '' where none is."""
        found = ((bend["of"], bend["effect"]) for bend in self._active if _about(bend, family, "effect"))
        return next(found, ("", ""))

    def heard(self) -> list[Record]:
        """Return what was answered since it was asked last, as it is without a bend."""
        told, self._heard = self._heard or [], []
        return told

    def wire(self, answer: Answer, sent: bytes = b"", family: str = "") -> Wire:
        """Write an answer as bytes, bent where an active bend names it, and `sent` is as it says.

        A bend that names its `family` leaves the answers of others alone.
        """
        self.answered += 1
        steps = [
            step
            for at, bend in enumerate(self._active)
            for step in self._steps(at, bend, answer, sent, family)
        ]
        plain = written(answer, [], None)
        out = plain
        if steps:
            again = any("again" in step for step in steps)
            told = self._past.get((family, _operation(answer.name)), answer) if again else answer
            out = written(told, steps, self._past.get((family, answer.name)))
        self.changed += out != plain
        self._past[family, answer.name] = self._past[family, _operation(answer.name)] = answer
        if self._heard is not None:
            self._heard.append({"family": family} | asdict(answer))
        return out

    def _steps(self, at: int, bend: Bend, answer: Answer, sent: bytes, family: str) -> Sequence[Step]:
        """Return what the bend at a place does to an answer, and count that it did."""
        met = _WHEN[bend.get("when", "always")](sent) and bend.get("family", family) == family
        left = self._played[at] < bend.get("times", float("inf"))
        steps: Sequence[Step] = bend.get("bend", ()) if met and left and _names(bend, answer.name) else ()
        self._played[at] += bool(steps)
        return steps


def _operation(name: str) -> str:
    return name.partition(".")[0]


def written(answer: Answer, steps: Sequence[Step], before: Answer | None) -> Wire:
    """Write an answer as bytes as some steps bend it; `before` is the one of that name before it."""
    body = json.loads(json.dumps(answer.body))
    for step in steps:
        body = _reshape(body, step, before)
    out = Wire(answer.status, {"content-type": "application/json", **answer.headers}, _dump(body))
    for step in sorted(steps, key=lambda step: "shuffle" not in step):  # writes anew what others change
        out = _rewrite(out, body, step)
    return out


def _about(bend: Bend, family: str, key: str) -> bool:
    return key in bend and bend.get("family", family) == family


def _names(bend: Bend, name: str) -> bool:
    """Tell whether a bend is about an answer; a page without a name is no operation's."""
    wanted = str(bend.get("answer", ""))
    named = wanted in {name, "*"} or (wanted.endswith(".*") and name.startswith(wanted[:-1]))
    return bool(name) and named


def _refused(bend: Bend, body: Any) -> str:
    """Return the name of the field that a bend refuses: wherever it stands, or with one `value` only."""
    pointer = str(bend["pointer"])
    wanted = {pointer, bend.get("with", pointer)}
    carried = all(any(True for _ in _places(body, place.split("/")[1:])) for place in wanted)
    meant = "value" not in bend or bend["value"] in _places(body, pointer.split("/")[1:])
    return pointer.rpartition("/")[2] if carried and meant else ""


def _readable(sent: bytes) -> bool:
    try:
        json.loads(sent)
    except ValueError:
        return False
    return True


_WHEN: dict[str, Callable[[bytes], bool]] = {
    "always": lambda _: True,
    "null": lambda sent: b"null" in sent,
    "escaped": lambda sent: b"\\u00" in sent,
    "no-json": lambda sent: bool(sent.strip()) and not _readable(sent),
}


def _reshape(body: Any, step: Step, before: Answer | None) -> Any:
    """Apply the steps that change the JSON value; the pointer "" is the whole of it."""
    for verb, make in _WHOLES.items():
        if verb in step:
            body = make(body, step)
    box = {"": body}
    for verb, act in _SHAPES.items():
        if verb in step:
            for holder, key in _spots(box, step[verb], adding=verb == "set"):
                act(holder, key, step)
    for spread, put in _ACROSS.items():
        if spread in step:
            earlier = {"": json.loads(json.dumps(before.body))} if before else {}
            put(_spots(box, step[spread]), _spots(earlier, step[spread]))
    return box[""]


def _spots(box: Any, pointer: str, *, adding: bool = False) -> list[Spot]:
    """Return all spots that a pointer with `*` for each item reaches."""
    *parents, last = pointer.split("/")
    return [(it, key) for it in _holders(box, parents) for key in _keys(it, last, adding=adding)]


def _drop(holder: Any, key: Any, _: Step) -> None:
    del holder[key]


def _set(holder: Any, key: Any, step: Step) -> None:
    holder[key] = step["to"]


def _rename(holder: Any, key: Any, step: Step) -> None:
    pairs = [(step["to"] if name == key else name, value) for name, value in holder.items()]
    holder.clear()
    holder.update(pairs)


def _retype(holder: Any, key: Any, _: Step) -> None:
    """Put a value there that is neither what it was nor null: a list, or an object for a list."""
    holder[key] = {"retyped": True} if isinstance(holder[key], list) else ["retyped"]


def _turn(holder: Any, key: Any, step: Step) -> None:
    """Put a neighbour of the value there."""
    holder[key] = FORMS[step["into"]](holder[key])


def _copy(holder: Any, key: Any, step: Step) -> None:
    """Put the value of the field beside it there."""
    holder[key] = holder.get(step["from"], holder[key])


def _mask(holder: Any, key: Any, step: Step) -> None:
    """Hide a text but for its first characters, or the last ones where `keep` is negative."""
    text, keep = str(holder[key]), step.get("keep", 0)
    if holder[key] not in _NOTHING:
        holder[key] = f"***{text[keep:]}" if keep < 0 else f"{text[:keep]}***"


def _number(holder: Any, key: Any, _: Step) -> None:
    holder[key] = int(holder[key] or 0)


def _day_first(holder: Any, key: Any, _: Step) -> None:
    """Write a date as DD/MM/YYYY, and leave what is no date, and the time of day, as they are."""
    if isinstance(holder[key], str):
        holder[key] = _ISO_DAY.sub(r"\3/\2/\1", holder[key])


def _as_text(holder: Any, key: Any, _: Step) -> None:
    holder[key] = holder[key] if isinstance(holder[key], str) else json.dumps(holder[key])


def _unlist(holder: Any, key: Any, _: Step) -> None:
    """Put the first entry of a list in the list's place, as some writers do with a list of one."""
    if isinstance(holder[key], list):
        holder[key] = next(iter(holder[key]), {})


_SHAPES: dict[str, Callable[[Any, Any, Step], None]] = {
    "drop": _drop,
    "set": _set,
    "rename": _rename,
    "retype": _retype,
    "turn": _turn,
    "copy": _copy,
    "mask": _mask,
    "number": _number,
    "day_first": _day_first,
    "as_text": _as_text,
    "unlist": _unlist,
}
_NOTHING = (None, "", False)
_ISO_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?!\d)")


def _respelt(value: Any) -> Any:
    """Return a value with the keys of every object in another convention."""
    if isinstance(value, list):
        return [_respelt(item) for item in value]
    return (
        {_other_name(key): _respelt(item) for key, item in value.items()}
        if isinstance(value, dict)
        else value
    )


def _fractioned(value: Any) -> Any:
    """Return a value whose whole numbers are written as 1.0, as some languages write them."""
    if isinstance(value, dict):
        return {key: _fractioned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_fractioned(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _other_name(key: str) -> str:
    """Write snake_case as camelCase, camelCase as snake_case, and any other name in the other letter case."""
    first, *rest = re.split(r"\W+|_", key)
    if rest:
        return first.lower() + "".join(map(str.capitalize, rest))
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()
    return snake if snake != key.lower() else key.swapcase()


_WHOLES: dict[str, Callable[[Any, Step], Any]] = {
    "nest": lambda body, step: {step["nest"]: body},
    "nest_entries": lambda body, step: (
        [{step["nest_entries"]: entry} for entry in body] if isinstance(body, list) else body
    ),
    "enlist": lambda body, _: [body],
    "respell": lambda body, _: _respelt(body),
    "fractions": lambda body, _: _fractioned(body),
}


def _same(spots: Sequence[Spot], _: Sequence[Spot]) -> None:
    """Put the value of the first entry into all of them."""
    for holder, key in spots[1:]:
        first, name = spots[0]
        holder[key] = first[name]


def _stale(spots: Sequence[Spot], before: Sequence[Spot]) -> None:
    """Put there what stood there in the answer before."""
    for (holder, key), (other, name) in zip(spots, before, strict=False):
        holder[key] = other[name]


_ACROSS: dict[str, Callable[[Sequence[Spot], Sequence[Spot]], None]] = {"same": _same, "stale": _stale}


def _rewrite(out: Wire, body: Any, step: Step) -> Wire:
    """Apply the steps that change status, headers or bytes."""
    for verb, act in _BYTES.items():
        if verb in step:
            out = act(out, body, step)
    return out


def _with_header(out: Wire, name: str, value: str) -> Wire:
    headers = {key: text for key, text in out.headers.items() if key.lower() != name.lower()}
    return replace(out, headers=headers | ({name: value} if value else {}))


def _doubled(out: Wire, body: Any, step: Step) -> Wire:
    """Write one key of the top level twice, the second time as it is."""
    key = step["duplicate"].lstrip("/")
    first = f"{json.dumps(key)}: {json.dumps(body[key])}, ".encode()
    return replace(out, content=out.content.replace(b"{", b"{" + first, 1))


def _shuffled(out: Wire, body: Any, step: Step) -> Wire:
    """Write the keys of every object in another order, and the whole with indents."""
    chance = random.Random(step["shuffle"])  # noqa: S311 - no secret
    return replace(out, content=json.dumps(_reordered(body, chance), indent=3).encode())


def _reordered(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return [_reordered(item, chance) for item in value]
    if not isinstance(value, dict):
        return value
    pairs = [(key, _reordered(item, chance)) for key, item in value.items()]
    chance.shuffle(pairs)
    return dict(pairs)


_BYTES: dict[str, Callable[[Wire, Any, Step], Wire]] = {
    "status": lambda out, _, step: replace(out, status=step["status"]),
    "header": lambda out, _, step: _with_header(out, step["header"], step["to"]),
    "media_type": lambda out, _, step: _with_header(out, "content-type", step["media_type"]),
    "duplicate": _doubled,
    "shuffle": _shuffled,
    "replace": lambda out, _, step: replace(
        out, content=out.content.replace(step["replace"].encode(), step["by"].encode())
    ),
    "raw_prefix": lambda out, _, step: replace(out, content=step["raw_prefix"].encode() + out.content),
    "raw_suffix": lambda out, _, step: replace(out, content=out.content + step["raw_suffix"].encode()),
    "raw": lambda out, _, step: replace(out, content=step["raw"].encode()),
    "wrap": lambda out, *_: replace(out, content=_dump(out.content.decode())),
    "encoding": lambda out, _, step: replace(out, content=out.content.decode().encode(step["encoding"])),
    "truncate": lambda out, _, step: replace(out, content=out.content[: -step["truncate"]]),
    "delay": lambda out, _, step: replace(out, delay=step["delay"]),
}


def _places(value: Any, path: list[str]) -> Iterator[Any]:
    """Yield every value that a pointer with `*` for each item reaches."""
    for holder in _holders(value, path[:-1]):
        for key in _keys(holder, path[-1], adding=False):
            yield holder[key]


def _holders(value: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        yield value
        return
    for key in _keys(value, path[0], adding=False):
        yield from _holders(value[key], path[1:])


def _keys(holder: Any, name: str, *, adding: bool) -> list[Any]:
    if isinstance(holder, list):
        return list(range(len(holder))) if name == "*" else []
    return [name] if isinstance(holder, dict) and (adding or name in holder) else []


def _dump(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
