"""Whether two environments behave alike, by what a run saw of each: the same, another way, or unlawful."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from clausewise.model import Verdict

Row = Mapping[str, Any]
Seen = dict[str, set[str]]
Place = tuple[str, str, str]  # family, operation, documented answer

_JUDGED = {Verdict.PASS, Verdict.FAIL, Verdict.UNSTABLE, Verdict.WAIVED}
_BROKEN = {Verdict.FAIL, Verdict.UNSTABLE, Verdict.WAIVED}
_MOST, _DEEPEST = 2000, 12  # places of an answer that are compared, and their levels
_LIKE = ("header", "field")  # aspects in which one side may lack what it was not asked for


def comparison(
    one: Row, other: Row, seen: tuple[Iterable[Row], Iterable[Row]], names: tuple[str, str]
) -> dict[str, Any]:
    """Compare the results of two runs, and their exchanges, as a JSON value.

    `differs` are clauses that one keeps and the other does not, `lawful` what answers have in another form
    while both keep all that the documents say of them, `unknown` what was judged at one of them only.
    """
    answers = list(_answers(*map(_signatures, seen)))
    broken = _broken((one, other))
    bad = {id(row): (row["family"], row["operation"], row["answer"]) in broken for row in answers}
    pairs = [pair for pair in _pairs(one, other) if all(row["verdict"] in _JUDGED for row in pair)]
    differs = list(_differing(pairs, names))
    return {
        "format": "clausewise-comparison",
        "version": 1,
        "targets": list(names),
        "runs": [one["run"]["id"], other["run"]["id"]],
        "alike": len(pairs) - len(differs),
        "differs": differs,
        "lawful": [row for row in answers if not bad[id(row)]],
        "unlawful": [row for row in answers if bad[id(row)]],
        "unknown": list(_unknown(one, other, names)),
        "times": list(_times(one, other)),
    }


def _pairs(one: Row, other: Row) -> Iterator[tuple[Row, Row]]:
    """Yield what both say of each clause that both claim."""
    known = {row["id"]: row for row in other["clauses"]}
    yield from ((row, known[row["id"]]) for row in one["clauses"] if row["id"] in known)


def _differing(pairs: Iterable[tuple[Row, Row]], names: tuple[str, str]) -> Iterator[dict[str, Any]]:
    for pair in pairs:
        broken = [row["verdict"] in _BROKEN for row in pair]
        if broken[0] != broken[1]:
            yield {
                "clause": pair[0]["id"],
                "keeps": names[broken[0]],
                "colour": pair[broken[1]]["colour"],
                "verdicts": [str(row["verdict"]) for row in pair],
            }


def _unknown(one: Row, other: Row, names: tuple[str, str]) -> Iterator[dict[str, Any]]:
    for pair in _pairs(one, other):
        judged = [row["verdict"] in _JUDGED for row in pair]
        if judged[0] != judged[1]:
            yield {"clause": pair[0]["id"], "judged": names[judged[1]]}


def _broken(rows: Iterable[Row]) -> set[Place]:
    """Return the answers of which a clause is broken at one of them."""
    return {
        (row["family"], row["operation"], row["outcome"])
        for results in rows
        for row in results["clauses"]
        if row["verdict"] in _BROKEN and row["outcome"]
    }


def _signatures(records: Iterable[Row]) -> dict[Place, Seen]:
    """Return what each documented answer looked like: statuses, media types, headers, fields."""
    held: dict[Place, Seen] = defaultdict(lambda: defaultdict(set))
    for record in records:
        if not record["matched"] or record.get("stray"):
            continue
        own, told = held[record["family"], record["operation"], record["matched"]], record["response"]
        own["status"].add(str(told["status"]))
        for name, value in told["headers"]:
            if name.lower() == "content-type":
                own["media type"].add(value.partition(";")[0].strip().lower())
            else:
                own["header"].add(name.lower())
        own["field"].update(islice(_fields(told["body"]), _MOST))
    return held


def _fields(body: str) -> Iterator[str]:
    """Yield where an answer holds values, each with its JSON type; all items of a list are one place."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return
    yield from _places(value, "", 0)


def _places(value: Any, place: str, deep: int) -> Iterator[str]:
    if deep > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, f"{place}/{key}", deep + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _places(item, f"{place}/*", deep + 1)
    else:
        yield f"{place} ({_KINDS.get(type(value), 'number')})"


def _answers(one: Mapping[Place, Seen], other: Mapping[Place, Seen]) -> Iterator[dict[str, Any]]:
    """Yield what the answers that both gave have in another form."""
    for place in [it for it in one if it in other]:
        for aspect in dict.fromkeys((*one[place], *other[place])):
            mine, theirs = one[place].get(aspect, set()), other[place].get(aspect, set())
            if mine != theirs:
                shown = (
                    [sorted(mine - theirs), sorted(theirs - mine)]
                    if aspect in _LIKE
                    else [sorted(mine), sorted(theirs)]
                )
                family, operation, answer = place
                where = {"family": family, "operation": operation, "answer": answer}
                yield {**where, "aspect": aspect, "only": shown}


def _times(one: Row, other: Row) -> Iterator[dict[str, Any]]:
    """Yield the 95th percentiles of operations that take twice as long, and 20 ms more, at one of them."""
    known = {(row["family"], row["operation"]): row for row in other["operations"]}
    for row in one["operations"]:
        beside = known.get((row["family"], row["operation"]))
        if beside and row["exchanges"] and beside["exchanges"]:
            pair = row["milliseconds"]["p95"], beside["milliseconds"]["p95"]
            low, high = sorted(pair)
            if high > low * 2 and high - low > 20:  # noqa: PLR2004 - as the docstring says
                yield {"operation": f"{row['family']} {row['operation']}", "p95": list(pair)}


_KINDS = {str: "text", bool: "boolean", type(None): "null"}
