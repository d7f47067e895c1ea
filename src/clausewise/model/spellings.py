"""Keys and words of answers that the documents print in several ways, read as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clausewise.strict_json import Json

RULED_OUT = ", which the claimed reading rules out"


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a key, or the text `at` a key; its clause knows it as `of`."""

    of: str
    written: str
    at: str = ""


def respelt(value: Json, spellings: Sequence[Spelling]) -> Json:
    """Return a value with each key and text as its clause knows it; what is ruled out is marked so."""
    keys = _ways([it for it in spellings if not it.at])
    places = {it.at for it in spellings}
    texts = {place: _ways([it for it in spellings if it.at == place]) for place in places}
    return _respelt(value, keys, texts) if spellings else value


def respelt_place(pointer: str, spellings: Sequence[Spelling]) -> str:
    """Return a JSON pointer into a value as it is into the value respelt."""
    keys = _ways([it for it in spellings if not it.at])
    return "/".join(keys.get(token, token) for token in pointer.split("/"))


def _ways(spellings: Sequence[Spelling]) -> dict[str, str]:
    """Return what each written form is read as; a name that no form is written as any more is ruled out."""
    ways = {it.written: it.of for it in spellings}
    return {it.of: f"{it.of}{RULED_OUT}" for it in spellings} | ways


def _respelt(value: Json, keys: Mapping[str, str], texts: Mapping[str, Mapping[str, str]]) -> Json:
    if isinstance(value, list):
        return [_respelt(item, keys, texts) for item in value]
    if not isinstance(value, dict):
        return value
    record = {}
    for written, item in value.items():
        key = keys.get(written, written)
        key = written if key != written and key in value else key  # both stand there: the clause's own counts
        known = texts.get(key, {})
        record[key] = known.get(item, item) if isinstance(item, str) else _respelt(item, keys, texts)
    return record
