"""The matrix that auditors ask for: each clause with its source, its tests, and what a run said of it.

CSV for all, a workbook by openpyxl, and ReqIF 1.2 by strictdoc's library for tools that manage requirements.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pkgutil import resolve_name
from typing import Any

from clausewise.errors import ConfigurationError
from clausewise.report.spreadsheets import as_csv, cell
from clausewise.untrusted import printable

Row = Mapping[str, Any]

_PLACES = ("document", "section", "table", "row", "line")
_OF_A_CLAUSE = (*_PLACES, "clause", "operation", "statement", "kind")
_OF_A_TEST = ("standing", "observability", "tests")
_OF_A_RUN = ("verdict", "colour", "reason", "findings", "exchanges", "run")
_WIDE = {"statement": 60, "tests": 50, "section": 30, "clause": 45, "reason": 40, "line": 6, "findings": 8}
_UNCLAIMED: Row = {
    "verdict": "not claimed",
    "colour": "grey",
    "reason": "",
    "findings": (),
    "exchanges": (),
}
_FILLS = {"red": "F8CBAD", "amber": "FFE699", "green": "C6E0B4"}
_MOST = 32_000  # characters of a cell; a workbook takes 32767
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]")


def heads(results: Row | None) -> list[str]:
    """Return the heads of the matrix; of a run some more."""
    return [*_OF_A_CLAUSE, *_OF_A_TEST, *(_OF_A_RUN if results else ())]


def rows(clauses: Iterable[Row], results: Row | None) -> Iterator[dict[str, Any]]:
    """Yield a row for each line of a document that states a clause, and one for a clause without any."""
    judged = {row["id"]: row for row in results["clauses"]} if results else {}
    for clause in clauses:
        record = {"clause": clause["id"], "tests": "\n".join(clause["tests"])}
        record |= {
            key: clause[key] for key in ("operation", "statement", "kind", "standing", "observability")
        }
        if results:
            record |= _of_run(judged.get(clause["id"]), results)
        for source in clause["sources"] or [{}]:
            yield {key: source.get(key, "") for key in _PLACES} | record


def _of_run(row: Row | None, results: Row) -> dict[str, Any]:
    row = row or _UNCLAIMED
    record = {key: row[key] for key in ("verdict", "colour", "reason")}
    record |= {"findings": len(row["findings"]), "exchanges": " ".join(row["exchanges"])}
    return record | {"run": results["run"]["id"]}


def csv(clauses: Iterable[Row], results: Row | None) -> bytes:
    """Return the matrix as CSV."""
    named = heads(results)
    return as_csv(named, ([row[head] for head in named] for row in rows(clauses, results))).encode()


def xlsx(clauses: Iterable[Row], results: Row | None) -> bytes:
    """Return the matrix as a workbook that can be filtered, verdicts in their colours."""
    openpyxl, styles = _needed("openpyxl"), _needed("openpyxl.styles")
    named = heads(results)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "clauses"
    sheet.append(named)
    fills = {colour: styles.PatternFill("solid", fgColor=rgb) for colour, rgb in _FILLS.items()}
    for number, row in enumerate(rows(clauses, results), 2):
        sheet.append([_short(cell(row[head])) for head in named])
        if fill := fills.get(row.get("colour", "")):
            sheet.cell(number, named.index("verdict") + 1).fill = fill
    for number, head in enumerate(named, 1):
        sheet.cell(1, number).font = styles.Font(bold=True)
        letter = openpyxl.utils.get_column_letter(number)
        sheet.column_dimensions[letter].width = _WIDE.get(head, 16)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    if results:
        about = book.create_sheet("run")
        for pair in _about(results):
            about.append([_short(cell(value)) for value in pair])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _about(results: Row) -> Iterator[tuple[str, Any]]:
    yield "run", results["run"]["id"]
    yield "target", results["target"]["name"]
    yield "started", results["run"]["started"]
    yield "plan", results["run"]["plan"]
    yield "outcome", results["outcome"]["sentence"]
    yield "suite", results["suite"]["version"]


def _short(value: Any) -> Any:
    return value[:_MOST] if isinstance(value, str) else value


def reqif(clauses: Iterable[Row], results: Row | None) -> bytes:
    """Return the matrix as ReqIF: an object for each clause, a specification for each document."""
    return _Requirements(list(clauses), results).text().encode()


class _Requirements:
    """Builds ReqIF's objects; each column of the matrix is an attribute, and a text."""

    def __init__(self, clauses: Sequence[Row], results: Row | None) -> None:
        _needed("reqif.models")
        self._now = datetime.now(UTC).isoformat(timespec="seconds")
        self._clauses = clauses
        self._results = results
        self._heads = ["source", *(head for head in heads(results) if head not in _PLACES)]

    def text(self) -> str:
        """Return it as XML."""
        content = self._make("reqif_req_if_content:ReqIFReqIFContent")(
            data_types=[
                self._typed("reqif_data_type:ReqIFDataTypeDefinitionString", "text", max_length=str(_MOST))
            ],
            spec_types=[
                self._kind(),
                self._typed("reqif_specification_type:ReqIFSpecificationType", "document"),
            ],
            spec_objects=[self._object(clause) for clause in self._clauses],
            spec_relations=[],
            specifications=list(self._specifications()),
            spec_relation_groups=None,
        )
        bundle = _needed("reqif.reqif_bundle").ReqIFBundle(
            namespace_info=self._make("reqif_namespace_info:ReqIFNamespaceInfo").create_default(),
            req_if_header=self._header(),
            core_content=self._make("reqif_core_content:ReqIFCoreContent")(content),
            tool_extensions_tag_exists=False,
            lookup=_needed("reqif.object_lookup").ReqIFObjectLookup.empty(),
            exceptions=[],
        )
        return str(_needed("reqif.unparser").ReqIFUnparser.unparse(bundle))

    def _make(self, name: str) -> Any:
        return resolve_name(f"reqif.models.{name}")

    def _typed(self, name: str, identifier: str, **more: Any) -> Any:
        return self._make(name)(identifier=identifier, last_change=self._now, long_name=identifier, **more)

    def _header(self) -> Any:
        run = f", run {self._results['run']['id']}" if self._results else ""
        return self._make("reqif_reqif_header:ReqIFReqIFHeader")(
            identifier="clausewise",
            comment=printable(f"clauses by clausewise{run}"),
            creation_time=self._now,
            repository_id="clausewise",
            req_if_tool_id="clausewise",
            req_if_version="1.0",
            source_tool_id="clausewise",
            title="clauses",
        )

    def _kind(self) -> Any:
        text = self._make("reqif_types:SpecObjectAttributeType").STRING
        define = self._make("reqif_spec_object_type:SpecAttributeDefinition")
        attributes = [
            define(text, head, "text", long_name=head, last_change=self._now) for head in self._heads
        ]
        return self._typed(
            "reqif_spec_object_type:ReqIFSpecObjectType", "a-clause", attribute_definitions=attributes
        )

    def _object(self, clause: Row) -> Any:
        text = self._make("reqif_types:SpecObjectAttributeType").STRING
        attribute = self._make("reqif_spec_object:SpecObjectAttribute")
        same = list(rows([clause], self._results))
        record = {**same[0], "source": "; ".join(filter(None, map(_place, same)))}
        values = [
            attribute(text, head, printable(record[head])[:_MOST])
            for head in self._heads
            if record[head] not in {"", None}
        ]
        return self._make("reqif_spec_object:ReqIFSpecObject")(
            identifier=_id("clause", clause["id"]),
            attributes=values,
            spec_object_type="a-clause",
            long_name=clause["id"],
            last_change=self._now,
        )

    def _specifications(self) -> Iterator[Any]:
        hierarchy = self._make("reqif_spec_hierarchy:ReqIFSpecHierarchy")
        by_document: dict[str, list[str]] = {}
        for clause in self._clauses:
            for name in dict.fromkeys(source["document"] for source in clause["sources"]):
                by_document.setdefault(name, []).append(clause["id"])
        for document, ids in by_document.items():
            children = [
                hierarchy(
                    identifier=_id(f"in-{document}", name),
                    spec_object=_id("clause", name),
                    level=1,
                    last_change=self._now,
                    is_self_closed=False,
                )
                for name in ids
            ]
            yield self._typed(
                "reqif_specification:ReqIFSpecification",
                _id("document", document),
                specification_type="document",
                children=children,
            )


def _place(row: Row) -> str:
    parts = [row[key] for key in ("document", "section", "table", "row") if row[key]]
    return ", ".join(parts) + (f" (line {row['line']})" if row["line"] else "")


def _id(kind: str, name: str) -> str:
    """Return an XML id: what none may hold is written as its number."""
    return f"{kind}-{_NO_NAME.sub(lambda it: f'_{ord(it[0]):x}_', name)}"


def _needed(name: str) -> Any:
    try:
        return resolve_name(name)
    except ImportError as bad:
        raise ConfigurationError("This format takes: pip install 'clausewise[traceability]'.") from bad
