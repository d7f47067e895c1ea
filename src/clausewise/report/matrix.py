"""The defect matrix as a page and a picture: what was played, by which test it was caught."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from clausewise import files

Made = Mapping[str, Any]

_ROW, _COLUMN, _LEFT, _TOP = 18, 92, 330, 60
_OWN, _OTHER, _RARE = "by hand", "other", 100


def publish(results: Made, folder: Path) -> list[Path]:
    """Write matrix.md, matrix.svg and matrix.csv into a folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {"matrix.md": _page(results), "matrix.svg": _picture(results), "matrix.csv": _table(results)}
    for name, text in pages.items():
        files.put(folder / name, text)
    return [folder / name for name in pages]


def publish_mutants(results: Made, folder: Path) -> Path:
    """Write mutants.md into a folder and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = list(next(iter(results["families"].values())))
    sums = Counter[str]()
    for row in results["families"].values():
        sums.update(row)
    rows = results["families"] | {"all": sums}
    shared = {name: {**row, "survive": percent(results["survivors"][name])} for name, row in rows.items()}
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for fate in results["fates"]:
        kinds[fate["kind"]].update(["made", fate["end"]])
    lines = [
        "# Systematic mutants",
        "",
        "Made by `make matrix-all`; do not edit. Each puts one value, field or effect of a documented answer",
        "into a neighbour's place. Red: a documented clause is broken. Amber: only guesses are. Allowed: an",
        "equivalent mutant, since the documents leave that choice. Not applicable: nothing is other on the",
        "wire. What survives is unobservable (what it breaks is stated, where no documented call shows it)",
        "or unexplained; the share is of red, amber and these. Each reason stands in",
        "`schemas/<family>/survivors.toml`.",
        "",
        *_counts("family", [*columns, "survive"], shared),
        "",
        f"{results['thinned']} more were left out: each kind at each field stays, at some answers.",
        "",
        *_counts("kind", columns, dict(sorted(kinds.items()))),
        "",
    ]
    return files.put(folder / "mutants.md", "\n".join(lines))


def percent(share: float | None) -> str:
    """Return a share in words; a dash where it is of nothing."""
    return "-" if share is None else f"{share:.2%}"


def _counts(what: str, columns: Sequence[str], rows: Mapping[str, Mapping[str, object]]) -> list[str]:
    head = [f"| {what} | {' | '.join(columns)} |", f"| --- |{' --- |' * len(columns)}"]
    return head + [
        f"| {name} | {' | '.join(str(row.get(it, 0)) for it in columns)} |" for name, row in rows.items()
    ]


def _page(results: Made) -> str:
    cells, kinds = _cells(results)
    caught = sum(bool(it["noticed_by"]) for it in results["defects"])
    lines = [
        "# The defect matrix",
        "",
        "Made by `make matrix`; do not edit. Each defect bends the reference target so that one clause",
        "breaks; a number is how many of a kind were played for the clauses of a row. Which test catches",
        "which defect of which clause stands in [matrix.csv](matrix.csv).",
        "",
        f"{caught} of {len(results['defects'])} defects caught; {_flows(results)} of them show in no single",
        "exchange, only in what one call leaves for another (clauses of kind `flow`).",
        f"{len(results['open'])} more are not caught yet, and were not played{_named(results['open'])}.",
        f"{len(results['leaks'])} guesses of ours, each broken alone, were held against a documented clause.",
        f"{_borne(results)} of {len(results['freedoms'])} freedoms left alone: choices that",
        "the documents leave.",
        f"{_kept(results)} of {len(results['claims'])} claims of a reading kept apart: under each another",
        "reading breaks a clause, and its own none.",
        "",
        "![rows: operations and rules; columns: kinds of defects; green: all caught](matrix.svg)",
        "",
        f"| clauses of | {' | '.join(kinds)} | not caught |",
        f"| --- |{' --- |' * (len(kinds) + 1)}",
    ]
    for row, columns in cells.items():
        missed = [it for column in columns.values() for it in column if not it["noticed_by"]]
        counts = " | ".join(str(len(columns[kind])) if columns[kind] else "" for kind in kinds)
        lines.append(f"| {row} | {counts} | {', '.join(it['id'] for it in missed)} |")
    lines += [
        "",
        "## Causes",
        "",
        "Several defects at once make as many causes, each with its defect's own clause first, or first of",
        "the amber that stands under what is red; or with one that says the same of the same exchange, as",
        "where one bend is in the catalogue under several clauses. Where every request is refused whole and",
        "without a word, nobody can tell which of its mandatory fields is at fault. A defect does not show",
        "where another stands in its way: none of an operation's where it refuses all.",
        "",
        *_groups(results),
        "",
        "## Freedoms",
        "",
        *_freedoms(results),
        "",
        "## Which tests catch how many",
        "",
        *_tests(results),
        "",
    ]
    return "\n".join(lines)


_OF_GROUPS = ("told_apart", "shown", "first", "beside", "alike")


def _named(names: list[str]) -> str:
    return f": {', '.join(f'`{name}`' for name in names)}" if names else ""


def _groups(results: Made) -> list[str]:
    """Return a table of the groups by size: how many were told apart, and how many own clauses came first."""
    heads = (
        "defects at once",
        "groups",
        "as many causes as show",
        "defects that show",
        "own clause first",
        "one that says the same",
        "a field that nobody can tell",
        "another",
    )
    rows = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    for size in sorted({len(it["defects"]) for it in results["groups"]}):
        held = [it for it in results["groups"] if len(it["defects"]) == size]
        apart, shown, *places = (sum(it[key] for it in held) for key in _OF_GROUPS)
        others = sum(len(it["late"]) for it in held)
        cells = size, len(held), apart, f"{shown} of {size * len(held)}", *places, others
        rows.append(f"| {' | '.join(map(str, cells))} |")
    late = sorted({name for it in results["groups"] for name in it["late"]})
    return [*rows, "", f"Another clause comes first for{_named(late)}."] if late else rows


def _freedoms(results: Made) -> list[str]:
    """Return a table of the freedoms by kind: where each was taken, by how many tests it was met."""
    kinds: dict[str, list[Made]] = defaultdict(list)
    for it in results["freedoms"]:
        prefix, colon, rest = it["id"].partition(":")
        kinds[f"{prefix}, {rest.partition('.')[0]}" if colon else it["id"]].append(it)
    return [
        "| freedom | places | tests that met it | false alarms |",
        "| --- | --- | --- | --- |",
        *(
            f"| {kind} | {len(held)} | {sum(it['tried'] for it in held)} | "
            f"{sum(bool(it['noticed_by']) for it in held)} |"
            for kind, held in sorted(kinds.items())
        ),
    ]


def _tests(results: Made) -> list[str]:
    counts = Counter(it["noticed_by"].split("[")[0] for it in results["defects"] if it["noticed_by"])
    return [
        "| test | defects |",
        "| --- | --- |",
        *(f"| `{test}` | {count} |" for test, count in counts.most_common()),
    ]


def _flows(results: Made) -> int:
    return sum(it["kind"] == "flow" for it in results["defects"])


def _table(results: Made) -> str:
    """Return clause, kind, defect and catching test of every defect, as comma-separated values."""
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["clause", "kind", "defect", "caught by"])
    known = sorted(results["defects"], key=lambda it: (it["clause"], it["id"]))
    rows.writerows([it["clause"], it["kind"], it["id"], it["noticed_by"]] for it in known)
    return text.getvalue()


def _borne(results: Made) -> int:
    return len(results["freedoms"]) - len(results["false_alarms"])


def _kept(results: Made) -> int:
    return len(results["claims"]) - len(results["unheard"]) - len(results["too_loud"])


def _cells(results: Made) -> tuple[dict[str, dict[str, list[Made]]], Sequence[str]]:
    """Return the defects by row (family and operation, or rules) and kind, and the kinds by use."""
    cells: dict[str, dict[str, list[Made]]] = defaultdict(lambda: defaultdict(list))
    used = Counter(map(_kind, results["defects"]))
    for defect in results["defects"]:
        row = " ".join(defect["clause"].split(".")[:2])
        kind = _kind(defect)
        cells[row][kind if used[kind] >= _RARE else _OTHER].append(defect)
    kinds = Counter(kind for columns in cells.values() for kind, held in columns.items() for _ in held)
    return cells, [kind for kind, _ in kinds.most_common()]


def _kind(defect: Made) -> str:
    """Return what a defect does: the name of its sweep, or that it was written by hand."""
    prefix, colon, _ = defect["id"].partition(":")
    return prefix if colon and prefix != "bad" else _OWN


def _picture(results: Made) -> str:
    cells, kinds = _cells(results)
    width, height = _LEFT + _COLUMN * len(kinds) + 20, _TOP + _ROW * len(cells) + 20
    most = max((len(held) for columns in cells.values() for held in columns.values()), default=1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">',
        "<style>text { font: 12px sans-serif }</style>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for at, kind in enumerate(kinds):
        parts.append(f'<text x="{_LEFT + at * _COLUMN + 4}" y="{_TOP - 10}">{escape(kind)}</text>')
    for at, (row, columns) in enumerate(cells.items()):
        y = _TOP + at * _ROW
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(row)}</text>')
        parts += [
            _cell(columns[kind], _LEFT + n * _COLUMN, y, most)
            for n, kind in enumerate(kinds)
            if columns[kind]
        ]
    return "\n".join([*parts, "</svg>", ""])


def _cell(held: Sequence[Made], x: int, y: int, most: int) -> str:
    missed = sum(not it["noticed_by"] for it in held)
    shade = 0.25 + 0.75 * (len(held) / most) ** 0.5
    colour = "#c0392b" if missed else "#1e8449"
    text = f"{len(held) - missed} of {len(held)}" if missed else str(len(held))
    size = f'x="{x}" y="{y + 1}" width="{_COLUMN - 2}" height="{_ROW - 2}"'
    box = f'<rect {size} fill="{colour}" fill-opacity="{shade:.2f}"/>'
    return f'{box}<text x="{x + _COLUMN // 2}" y="{y + 13}" text-anchor="middle">{text}</text>'
