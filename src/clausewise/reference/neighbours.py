"""Neighbours of a JSON value: the same thing in another type, letter case, sign, precision, order or length.

Each takes any JSON value and gives back the very value where it has no such neighbour.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_OTHER = {"Y": "N", "N": "Y", "true": "false", "false": "true", "yes": "no", "no": "yes"}
_LONG = 10_000  # characters that no field of any document has room for
_LARGE = 10**20  # beyond what 64 bits hold
_SOME = 7  # the number that stands where a text is none


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, str):
        return value
    return json.loads(value.lstrip("0") or "0") if re.fullmatch(r"\d+", value) else _decimal(value)


def _decimal(text: str) -> Any:
    return float(text) if _NUMBER.fullmatch(text) else _SOME


def _boolean(value: Any) -> Any:
    yes, no = ("Y", "true", "yes", "1", 1), ("N", "false", "no", "0", 0)
    known = isinstance(value, str) or _is_number(value)
    return value in yes if known and value in (*yes, *no) else value


def _list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _object(value: Any) -> Any:
    if isinstance(value, list):
        return {str(at): item for at, item in enumerate(value)}
    return value if isinstance(value, dict) else {"value": value}


def _turned(act: Callable[[str], str]) -> Callable[[Any], Any]:
    return lambda value: act(value) if isinstance(value, str) else value


def _listed(act: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
    return lambda value: act(value) if isinstance(value, list) and value else value


def _negative(value: Any) -> Any:
    if isinstance(value, str):
        return f"-{value}" if _NUMBER.fullmatch(value) else value
    return -value if _is_number(value) and value else value


def _fraction(value: Any) -> Any:
    return value + 0.5 if _is_number(value) and value == int(value) else value


def _rounded(value: Any) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return value.partition(".")[0]
    whole = _is_number(value) and value == math.floor(value)
    return math.floor(value) if isinstance(value, float) and not whole else value


def _empty(value: Any) -> Any:
    kinds: Mapping[type, Any] = {str: "", list: [], dict: {}, int: 0, float: 0}
    return kinds.get(type(value), value) if value else value


def _flipped(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return _OTHER.get(value, value) if isinstance(value, str) else value


def _cut(value: Any) -> Any:
    if _is_number(value):
        return int(value) // 10 if value else value
    return value[:-1] if isinstance(value, str) else value


def _huge(value: Any) -> Any:
    if isinstance(value, str):
        return value * (_LONG // len(value) + 1) if value else value
    return value * _LARGE if _is_number(value) and value else value


FORMS: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "list": _list,
    "object": _object,
    "null": lambda _: None,
    "empty": _empty,
    "flipped": _flipped,
    "letter-case": _turned(str.swapcase),
    "capitals": _turned(str.upper),
    "small-letters": _turned(str.lower),
    "negative": _negative,
    "fraction": _fraction,
    "rounded": _rounded,
    "cut": _cut,
    "huge": _huge,
    "half": _turned(lambda text: text[: len(text) // 2]),
    "blank-behind": _turned(lambda text: f"{text} "),
    "day-first": _turned(lambda text: _DAY.sub(r"\3/\2/\1", text)),
    "first-entry": _listed(lambda items: items[0]),
    "first-only": _listed(lambda items: items[:1]),
    "without-first": _listed(lambda items: items[1:]),
    "without-last": _listed(lambda items: items[:-1]),
    "last-doubled": _listed(lambda items: [*items, items[-1]]),
    "reversed": _listed(lambda items: items[::-1]),
}
