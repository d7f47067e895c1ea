"""The pages of the documentation's site that are made from code and data, as a hook of MkDocs (`make docs`).

Made are the catalogue of clauses, the reference of the target file, the commands' help, the picture of the
floors, and the pages that lie outside `docs/`. Nothing of it is committed. `pages()` needs no MkDocs.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

from clausewise import contracts, families, scope  # noqa: E402 - from this checkout, installed or not
from clausewise.catalogue import Catalogue  # noqa: E402
from clausewise.cli import arguments  # noqa: E402
from clausewise.model import Clause, Discrepancy, Observability  # noqa: E402

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

Spec: TypeAlias = Mapping[str, Any]

GUIDE = "CONTRIBUTING.md"
OUTSIDE = {  # what lies outside docs/ in the checkout, and where it stands on the site
    "README.md": "index.md",
    GUIDE: "contributing/index.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "reports/README.md": "reports.md",
    "schemas/target.schema.json": "reference/target-file.md",
}
COPIED = ("SECURITY.md", "CHANGELOG.md", "reports/README.md")
FLOORS = "<!-- the floors as a picture -->"
_LINK = re.compile(r"(!?)\[([^\]]+)\]\(([^)\s]+)\)")
_WIDTH = 100  # columns of a command's help
_ROOM, _FLOOR, _GAP = 108, 30, 6  # pixels of the picture


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that are made to those of `docs/`."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - the rest of this module does without MkDocs

    for name, text in pages().items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Turn the links of a page of `docs/`, which are those of the checkout, into those of the site."""
    name = page.file.src_uri
    if not (ROOT / "docs" / name).is_file():
        return markdown  # it was made, its links among it
    return with_picture(for_site(markdown, f"docs/{name}", name))


def pages() -> dict[str, str]:
    """Return each page that is made, by its name on the site."""
    made = {"reference/target-file.md": target_file(), "reference/commands.md": commands()}
    made |= {OUTSIDE[name]: for_site(_read(name), name, OUTSIDE[name]) for name in COPIED}
    made |= {name: for_site(text, GUIDE, name) for name, text in sections(_read(GUIDE)).items()}
    made |= clause_pages()
    return made | {"images/floors.svg": floors(layers())}


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def slug(heading: str) -> str:
    """Return a heading's anchor, as GitHub and MkDocs make it."""
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())


def sections(guide: str) -> dict[str, str]:
    """Return the pages of CONTRIBUTING: its head, and one for each heading of the second order."""
    head, *parts = re.split(r"^(?=## )", guide, flags=re.MULTILINE)
    made = {OUTSIDE[GUIDE]: head}
    for part in parts:
        made[f"contributing/{slug(part.splitlines()[0][3:])}.md"] = part.removeprefix("#")
    return made


def for_site(text: str, source: str, page: str) -> str:
    """Return a text of the checkout with its links as they are on the site.

    `source` is where it lies in the checkout, `page` its name on the site. Of a link to a file that the site
    does not have, the words stay.
    """

    def linked(found: re.Match[str]) -> str:
        image, words, link = found.groups()
        if link.startswith(("http:", "https:", "mailto:")):
            return found[0]
        path, _, anchor = link.partition("#")
        meant = posixpath.normpath(posixpath.join(posixpath.dirname(source), path)) if path else source
        known = _place(meant, anchor)
        if known is None:
            return words
        name, anchor = known
        there = posixpath.relpath(name, posixpath.dirname(page) or ".") if name != page else ""
        return f"{image}[{words}]({there}{'#' if anchor else ''}{anchor})" if there or anchor else words

    return _LINK.sub(linked, text)


def _place(path: str, anchor: str) -> tuple[str, str] | None:
    """Return the page of the site and the anchor in it that a link of the checkout means."""
    if path == GUIDE and anchor:
        return f"contributing/{anchor}.md", ""
    if path in OUTSIDE:
        return OUTSIDE[path], anchor
    inside = path.removeprefix("docs/")
    return (inside, anchor) if inside != path and (ROOT / path).is_file() else None


def layers() -> list[list[str]]:
    """Return the rooms of each floor, the highest first, from the import contracts of pyproject.toml."""
    read = tomllib.loads(_read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    told = next(contract["layers"] for contract in read if contract["type"] == "layers")
    return [[room.strip() for room in floor.split("|")] for floor in told]


def with_picture(text: str) -> str:
    """Return a page with the picture of the floors in its place."""
    return text.replace(FLOORS, "![The floors: imports only go down](images/floors.svg)")


_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"
 font-family="sans-serif" font-size="13" text-anchor="middle">"""
_RECT = f"""\
<rect x="{{left:.0f}}" y="{{top}}" width="{{wide:.0f}}" height="{_FLOOR}" rx="4"
 fill="#e8eaf6" stroke="#3f51b5"/>
<text x="{{middle:.0f}}" y="{{base}}" fill="#1a237e">{{name}}</text>"""


def floors(told: list[list[str]]) -> str:
    """Draw the floors: a row of rooms for each, all rows of one width."""
    wide = max(map(len, told)) * (_ROOM + _GAP)
    high = len(told) * (_FLOOR + _GAP)
    drawn = [_SVG.format(wide=wide, high=high)]
    for level, rooms in enumerate(told):
        each = wide / len(rooms)
        for position, room in enumerate(rooms):
            left, top = position * each, level * (_FLOOR + _GAP)
            middle, name = left + (each - _GAP) / 2, escape(room)
            drawn.append(
                _RECT.format(left=left, top=top, wide=each - _GAP, middle=middle, base=top + 20, name=name)
            )
    return "\n".join([*drawn, "</svg>\n"])


def clause_pages() -> dict[str, str]:
    """Return the catalogue: a page for each family that ships, and one that lists them."""
    homes = [home for home in families.known().values() if home.folder.parent == ROOT / "schemas"]
    books = {home.id: scope.book(home) for home in homes}
    documents = {home.id: contracts.documents(home.contract) for home in homes}
    made = {f"clauses/{name}.md": _family_page(name, documents[name], book) for name, book in books.items()}
    return made | {"clauses/index.md": _index(books, documents)}


def _index(books: Mapping[str, Catalogue], documents: Mapping[str, list[str]]) -> str:
    standings = sorted({clause.standing for book in books.values() for clause in book.clauses.values()})
    rows = []
    for name, book in books.items():
        counted = Counter(clause.standing for clause in book.clauses.values())
        counts = " | ".join(str(counted[standing]) for standing in standings)
        row = f"[`{name}`]({name}.md)", ", ".join(documents[name]), str(len(book.clauses)), counts
        rows.append(f"| {' | '.join(row)} |")
    head = " | ".join(standings)
    return "\n".join(
        [
            "# Clauses",
            "",
            "Every clause that ships, made from the contracts in `schemas/`. An id is permanent, and `#id`",
            "behind a page's address leads to its row. `clausewise clauses` prints the same, with its tests.",
            "[Its standing](../verdicts.md) decides whether a broken clause is red or amber.",
            "",
            f"| family | documents | clauses | {head} |",
            f"| --- | --- | --- |{' --- |' * len(standings)}",
            *rows,
            "",
        ]
    )


def _family_page(name: str, documents: list[str], book: Catalogue) -> str:
    clauses = sorted(
        book.clauses.values(), key=lambda clause: clause.operation
    )  # in each the contract's order
    parts = [
        f"# Clauses of {name}",
        "",
        f"Documents: {', '.join(f'`{it}`' for it in documents)}.",
        "",
        _FILTER,
        "",
    ]
    for operation, group in groupby(clauses, key=lambda clause: clause.operation):
        parts += [f"## {operation or 'Across operations'}", "", *_clause_table(group, documents), ""]
    if book.discrepancies:
        parts += ["## Contradictions", "", *_discrepancies(book.discrepancies.values())]
    return "\n".join([*parts, ""])


def _clause_table(clauses: Iterable[Clause], documents: list[str]) -> Iterator[str]:
    yield _HEAD.format("clause", "standing", "source")
    for clause in clauses:
        more = [escape(it) for it in _conditions(clause, documents)]
        told = "".join(f"<br><small>{it}</small>" for it in more)
        sources = "<br>".join(escape(str(source)) for source in clause.sources)
        yield _row(clause.id, escape(clause.statement) + told, clause.standing, sources)
    yield "</tbody></table></div>"


_FILTER = '<input class="clause-filter" type="search" placeholder="Filter by id, words or line">'
_HEAD = '<div class="clauses"><table><thead><tr><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>'


def _row(name: str, *cells: str) -> str:
    """Return a row of HTML that an address can lead to; its cells are HTML already."""
    told, *more = cells
    rest = "".join(f"<td>{cell}</td>" for cell in more)
    return f'<tr id="{escape(name)}"><td><code>{escape(name)}</code><br>{told}</td>{rest}</tr>'


def _conditions(clause: Clause, documents: list[str]) -> Iterator[str]:
    if len(clause.documents) < len(documents):
        yield f"of {', '.join(clause.documents)}"
    if clause.observability is not Observability.BLACK_BOX:
        yield " ".join([clause.observability, *([f"({', '.join(clause.needs)})"] if clause.needs else [])])
    if clause.reason:
        yield clause.reason


def _discrepancies(known: Iterable[Discrepancy]) -> Iterator[str]:
    yield _HEAD.format("id", "readings", "ruling")
    for told in known:
        readings = "<br>".join(
            f"{letter}: {escape(words)}{'' if letter in told.accepts else ' (not accepted)'}"
            for letter, words in told.readings.items()
        )
        inert = f"<br><small>a claim changes nothing: {escape(told.inert)}</small>" if told.inert else ""
        yield _row(told.id, escape(told.summary), readings, escape(told.ruling) + inert)
    yield "</tbody></table></div>"


def target_file() -> str:
    """Return the reference of the target file, from its JSON Schema."""
    schema = json.loads(_read("schemas/target.schema.json"))
    reference = _cell(schema["$defs"]["reference"]["description"])
    parts = [
        "# Target file: every key",
        "",
        f"{schema['description']} Made from `schemas/target.schema.json`.",
        "[Write a target file](../target-file.md) tells how.",
        "",
    ]
    return "\n".join([*parts, *_tables(schema, schema, ""), "## References", "", reference, ""])


def _tables(top: Spec, schema: Spec, name: str) -> Iterator[str]:
    """Write a table of TOML as a table of its keys, and then those within it."""
    keys = dict(schema.get("properties", {}))
    own = schema.get("additionalProperties")
    plain = {key: spec for key, spec in keys.items() if not _is_table(_resolved(top, spec))}
    told = [*([_cell(schema["description"]), ""] if name and "description" in schema else [])]
    told += _rows(plain, schema.get("required", [])) if plain else []
    for branch in schema.get("allOf", []):
        then = {key: spec for key, spec in branch["then"]["properties"].items() if isinstance(spec, dict)}
        kind = branch["if"]["properties"]["type"]["const"]
        told += [f'With `type = "{kind}"`:', "", *_rows(then, branch["then"].get("required", []))]
    if isinstance(own, dict) and not _is_table(_resolved(top, own)):
        told += [f"Each key that you write here: {_kind(own)}.", ""]
    if told:
        yield from [f"## `[{name}]`" if name else "## At the top", "", *told]
    below = f"{name}." if name else ""
    for key, spec in keys.items():
        if key not in plain:
            yield from _tables(top, _resolved(top, spec), f"{below}{key}")
    if isinstance(own, dict) and _is_table(_resolved(top, own)):
        yield from _tables(top, _resolved(top, own), f"{below}<name>")


def _rows(keys: Spec, required: Iterable[str]) -> Iterator[str]:
    yield from ["| key | value | must be given | says |", "| --- | --- | --- | --- |"]
    for key, spec in keys.items():
        must = "yes" if key in required else ""
        yield f"| `{key}` | {_kind(spec)} | {must} | {_cell(spec.get('description', ''))} |"
    yield ""


def _resolved(top: Spec, spec: Spec) -> Spec:
    """Follow a reference within the schema, or into a schema beside it."""
    file, _, pointer = spec.get("$ref", "").partition("#")
    if file:
        return dict(json.loads(_read(f"schemas/{file}")))
    found: Any = top
    for step in pointer.strip("/").split("/") if pointer else ():
        found = found[step]
    return dict(found) if pointer else spec


def _is_table(spec: Spec) -> bool:
    """Say whether a key holds a table worth a heading: one that does not name where a value is kept."""
    return spec.get("type") == "object" and "oneOf" not in spec


def _kind(spec: Spec) -> str:
    """Say in a few words what a value is, with its bounds."""
    if "const" in spec or "enum" in spec:
        return ", ".join(f"`{json.dumps(value)}`" for value in spec.get("enum", [spec.get("const")]))
    if "$ref" in spec:
        return _REFERENCES[spec["$ref"]]
    if "anyOf" in spec:
        return " or ".join(dict.fromkeys(_kind(part) for part in spec["anyOf"]))
    kinds = spec.get("type", [])
    words = " or ".join(_KINDS.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))
    return words + "".join(f", {said} {spec[bound]}" for bound, said in _BOUNDS.items() if bound in spec)


_REFERENCES = {
    "#/$defs/reference": "[a reference](#references)",
    "#/$defs/plain": "text or [a reference](#references)",
}
_BOUNDS = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most"}
_KINDS = {
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "array": "list",
    "object": "table",
}


def _cell(text: str) -> str:
    return escape(text, quote=False).replace("|", "\\|").replace("*", "\\*")


def commands() -> str:
    """Return the help of every command, as it prints it."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(_WIDTH)  # argparse asks nobody else
    try:
        helps = {name: command.format_help() for name, command in arguments.known(arguments.parser()).items()}
    finally:
        os.environ.pop("COLUMNS") if before is None else os.environ.update(COLUMNS=before)
    parts = ["# Every command and option", "", "What `clausewise COMMAND --help` prints.", ""]
    for name, told in helps.items():
        parts += [f"## clausewise {name}", "", "```text", told.rstrip(), "```", ""]
    return "\n".join(parts)
