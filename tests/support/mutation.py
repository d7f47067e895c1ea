"""Hypothesis strategies that spoil a good file: as the value it holds, or as the bytes it is made of."""

from __future__ import annotations

import copy
import gzip
import json
import math
from typing import Any

from hypothesis import strategies as st

LONG = "x" * 100_000
TEXTS = [
    "",
    "\0",
    "a\0b",
    "\x1b[2J\x1b[31m",
    "\r\n\t",
    "\ud800",
    "\u202e\u200b",
    "\N{GRINNING FACE}",
    LONG,
    "../../../outside",
    "/etc/passwd",
    "/",
    ".",
    "a/b\\c",
    "[",
    "*",
    "(a+)+$",
    "{}",
    "%s%n",
    "<script>",
    "http://[",
    "-1",
    "NaN",
    "2026-13-45",
    "fail",
    "pass",
]
NUMBERS = [
    0,
    -1,
    1,
    2**31,
    2**63,
    2**64,
    10**400,
    -(10**400),
    0.5,
    -0.0,
    1e308,
    5e-324,
    math.nan,
    math.inf,
    -math.inf,
]


def nested(depth: int, *, lists: bool) -> Any:
    """Return a value so many levels deep."""
    made: Any = 0
    for _ in range(depth):
        made = [made] if lists else {"a": made}
    return made


def values() -> st.SearchStrategy[Any]:
    """Values that nobody expects."""
    return st.one_of(
        st.none(),
        st.booleans(),
        st.sampled_from(NUMBERS),
        st.sampled_from(TEXTS),
        st.text(max_size=20),
        st.builds(list),
        st.builds(dict),
        st.builds(nested, st.sampled_from([3, 60, 160, 500]), lists=st.booleans()),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=5,
        ),
    )


@st.composite
def spoilt(draw: st.DrawFn, value: Any) -> Any:
    """Return a copy of a JSON value with one to three places changed."""
    box = {"": copy.deepcopy(value)}
    for _ in range(draw(st.integers(1, 3))):
        _spoil(draw, box)
    return box.get("")


def _spoil(draw: st.DrawFn, box: dict[str, Any]) -> None:
    holder, key = _place(draw, box)
    kind = draw(
        st.sampled_from(["replace", "replace", "replace", "drop", "wrap", "rename", "double", "move"])
    )
    if kind == "replace" or holder is box:
        holder[key] = draw(values())
    elif kind == "drop":
        del holder[key]
    elif kind == "wrap":
        holder[key] = draw(st.sampled_from([[holder[key]], {"a": holder[key]}]))
    elif kind == "rename" and isinstance(holder, dict):
        holder[draw(st.sampled_from(TEXTS) | st.text(max_size=5))] = holder.pop(key)
    elif kind == "double" and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))
    else:
        other, there = _place(draw, box)
        holder[key] = copy.deepcopy(other[there])


def _place(draw: st.DrawFn, box: dict[str, Any]) -> tuple[Any, Any]:
    """Walk down to a random place; the deeper ones are as likely as the first."""
    holder: Any = box
    key: Any = ""
    while isinstance(held := holder[key], dict | list) and held and draw(st.integers(0, 5)):
        holder = held
        keys = list(held) if isinstance(held, dict) else range(len(held))
        key = keys[draw(st.integers(0, len(keys) - 1))]
    return holder, key


@st.composite
def broken(draw: st.DrawFn, raw: bytes) -> bytes:
    """Return bytes cut, spliced, flipped, packed, or others altogether."""
    for _ in range(draw(st.integers(1, 2))):
        raw = _break(draw, raw)
    return raw


def _break(draw: st.DrawFn, raw: bytes) -> bytes:
    at, to = sorted((draw(st.integers(0, len(raw))), draw(st.integers(0, len(raw)))))
    made = {
        "cut": lambda: raw[:at],
        "gap": lambda: raw[:at] + raw[to:],
        "splice": lambda: raw[:to] + raw[at:],
        "flip": lambda: (
            raw[:at] + bytes(byte ^ 1 << draw(st.integers(0, 7)) for byte in raw[at : at + 1]) + raw[at + 1 :]
        ),
        "put": lambda: raw[:at] + draw(st.binary(min_size=1, max_size=8)) + raw[at:],
        "mark": lambda: b"\xef\xbb\xbf" + raw,
        "lines": lambda: raw.replace(b"\n", b"\r\n"),
        "wide": lambda: raw.decode("utf-8", "replace").encode("utf-16"),
        "gzip": lambda: gzip.compress(raw, mtime=0),
        "zip": lambda: b"PK\x03\x04" + raw[at:to],
        "other": lambda: draw(st.binary(max_size=200)),
        "nothing": lambda: b"",
        "deep": lambda: b"[" * 100_000 + raw,
        "digits": lambda: raw[:at] + b"9" * 5000 + raw[at:],
    }
    return made[draw(st.sampled_from(sorted(made)))]()


def as_json(value: Any) -> bytes:
    """Write a JSON value; NaN, infinite numbers and lone surrogates are written, too."""
    return json.dumps(value).encode()


def as_lines(value: Any) -> bytes:
    """Write a list as JSON Lines; anything else as one line."""
    return b"".join(as_json(item) + b"\n" for item in (value if isinstance(value, list) else [value]))


def as_toml(value: Any) -> bytes:
    """Write a value as TOML, its tables inline; what TOML has no word for becomes a text."""
    pairs = value.items() if isinstance(value, dict) else [("a", value)]
    text = "".join(f"{json.dumps(key, ensure_ascii=False)} = {_inline(item)}\n" for key, item in pairs)
    return text.encode("utf-8", "surrogatepass")


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key, ensure_ascii=False)} = {_inline(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else json.dumps(str(value), ensure_ascii=False)
