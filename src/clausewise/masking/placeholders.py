"""What stands in place of a masked value, read again by those who judge without it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from clausewise.masking.names import squeezed

_MASK = re.compile(r"\[masked \w+ \d+ [0-9a-f]{8}\]")
_OF_TYPE = {"int": 0, "float": 0.5}


_AMID = re.compile(rf'(?<!"){_MASK.pattern}|{_MASK.pattern}(?!")|"{_MASK.pattern}"\s*:')


def is_amid(body: str) -> bool:
    """Tell whether a text of a JSON body is masked in part, or a key: what it said is not to be read."""
    return bool(_AMID.search(body))


def stand_in_of(text: str) -> str:
    """Return the first stand-in in a text; empty where it has none."""
    found = _MASK.search(text)
    return found[0] if found else ""


def is_masked(value: Any) -> bool:
    """Tell whether a value is one that stands in place of another."""
    return isinstance(value, str) and _MASK.fullmatch(value) is not None


def plausible(body: str) -> tuple[str, frozenset[str]]:
    """Return a masked body with values of the masked ones' types, and the JSON pointers of those.

    A body that is no JSON, or has nothing masked, comes back as it is.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body, frozenset()
    if isinstance(value, str) and value[:1] in {"{", "["}:  # JSON inside a JSON text
        inner, hidden = plausible(value)
        return (json.dumps(inner), hidden) if hidden else (body, hidden)
    masked: set[str] = set()
    shown = _unmasked(value, "", masked)
    return (json.dumps(shown) if masked else body), frozenset(masked)


def _unmasked(value: Any, pointer: str, hidden: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _unmasked(item, f"{pointer}/{key}", hidden) for key, item in value.items()}
    if isinstance(value, list):
        return [_unmasked(item, f"{pointer}/{at}", hidden) for at, item in enumerate(value)]
    if is_masked(value):
        hidden.add(pointer)
        return _OF_TYPE.get(value.split()[1], value)
    if isinstance(value, str) and _MASK.search(value):  # what stands there is not what was sent
        hidden.add(pointer)
    return value


def sensitive_fields(
    marks: Mapping[str, str], more: Iterable[str], *, personal: bool, shown: Iterable[str] = ()
) -> set[str]:
    """Return the names to mask: all that a contract marks secret, personal ones too but for those `shown`."""
    kept = {squeezed(name) for name in shown}
    marked = {
        name for name, mark in marks.items() if mark == "secret" or (personal and squeezed(name) not in kept)
    }
    return marked | set(more)
