"""Each clause cites a line that is there, in the table that it names, with the words that carry it.

The documents are no part of this repository: they lie in `../shared/documents`, or where CLAUSEWISE_DOCUMENTS
says.
"""

import os
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest
import spans
import yaml

from clausewise import contracts, families, package_data
from clausewise.cli import catalogues
from clausewise.contracts.bodies import CompiledBody
from clausewise.model import Standing

pytestmark = pytest.mark.quick

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("CLAUSEWISE_DOCUMENTS", ROOT.parent / "shared" / "documents"))
CAPTION = re.compile(r"Table (\d+): ")
HEADING = re.compile(r"(\d+(?:\.\d+)*) [A-Z]")
SPAN = re.compile(r"\S+\.\.\S+#[0-9a-f]{8}")

# Documented clauses without the words that carry them; these may become fewer, never more.
BARE = {"account-service": 0, "cdp": 5, "int-ecm": 5, "ofs-ecm": 7}

needs_documents = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the documents are not at {FOLDER}")


def cited(*, documented=False):
    """Return every clause with each of its sources that has a line."""
    held = [
        clause for family in package_data.families() for clause in catalogues.book(family).clauses.values()
    ]
    wanted = [clause for clause in held if not documented or clause.standing is Standing.DOCUMENTED]
    return [(clause, source) for clause in wanted for source in clause.sources if source.line]


@cache
def lines():
    """Return the lines of each document, by its id."""
    specs = [
        yaml.safe_load((package_data.SCHEMAS / name / "openapi.yaml").read_text())
        for name in package_data.families()
    ]
    known = {entry["id"]: entry["number"] for spec in specs for entry in spec["x-documents"]}
    return {name: next(FOLDER.glob(f"{number}_*")).read_text().split("\n") for name, number in known.items()}


def line(source):
    """Return the line that a source cites."""
    return lines()[source.document][source.line - 1]


def governing(source):
    """Return the table whose rows the line is among, and the section that it stands in."""
    table = ""
    for text in reversed(lines()[source.document][: source.line]):
        if (heading := HEADING.match(text)) and "\t" not in text:
            return table, heading[1]
        if (caption := CAPTION.match(text)) and not table:
            table = f"Table {caption[1]}"
    return table, ""


def test_no_source_names_its_table_twice():
    """The word stands once, before a number."""
    wrong = [clause.id for clause, source in cited() if not re.fullmatch(r"(Table \d+)?", source.table)]

    assert wrong == []


def test_every_companion_clause_names_its_page():
    """What only a companion page says gives that page first."""
    held = catalogues.book("cdp").clauses.values()
    sources = [clause.sources[0] for clause in held if clause.standing is Standing.COMPANION]

    assert sources
    assert {source.document for source in sources} == {"companion"}


def test_every_span_is_two_words_and_a_digest():
    """No more of the documents' prose stands in the data."""
    wrong = [source.span for _, source in cited() if source.span and not SPAN.fullmatch(source.span)]

    assert wrong == []


def test_a_span_is_found_only_where_its_words_stand():
    """One word more or fewer between the same two, and it is another span."""
    told = spans.span(spans.words('"status": "done at last"'))

    assert spans.stands(told, 'x {"status": "done at last"} last')
    assert not spans.stands(told, '"status": "done last"')


def test_the_documented_clauses_without_words_become_no_more():
    """A new documented clause names the words of its line."""
    clauses = {clause.id: clause for clause, _ in cited(documented=True)}.values()
    bare = Counter(it.family for it in clauses if not any(source.span for source in it.sources))

    assert {family: count for family, count in bare.items() if count > BARE[family]} == {}


@needs_documents
def test_every_cited_line_is_there_and_not_blank():
    """A line counts from 1."""
    wrong = [(clause.id, source.line) for clause, source in cited() if not line(source).strip()]

    assert wrong == []


@needs_documents
def test_every_cited_line_stands_in_the_table_and_section_named():
    """A line outside any table names none, but where it speaks of the table itself."""
    wrong = []
    for clause, source in cited():
        if source.document != "ofs-ecm-8.1.2.8":
            continue  # the other documents number neither
        table, section = governing(source)
        named = source.table in {table, ""} or f"{source.table} " in line(source)
        if not (named and f"{section}.".startswith(f"{source.section}.")):
            wrong.append((clause.id, str(source), table, section))

    assert wrong == []


@needs_documents
def test_every_span_stands_on_its_line():
    """The words that carry a clause are on the line that it cites."""
    told = [(clause, source) for clause, source in cited() if source.span]
    wrong = [
        (clause.id, str(source)) for clause, source in told if not spans.stands(source.span, line(source))
    ]

    assert told
    assert wrong == []


def printed():
    """Return each documented field whose value is fixed, with all values that its forms fix it to."""
    fixed = defaultdict(list)
    for name in package_data.families():
        contract = families.family(name).contract
        for document in contracts.documents(contract):
            loaded = contracts.load(contract, document, {}, (), "").operations.values()
            bodies = [form.body for it in loaded for outcome in it.outcomes for form in outcome.forms]
            known_bodies = [body for body in bodies if isinstance(body, CompiledBody)]
            for node in (node for body in known_bodies for node in body.nodes() if "const" in node.schema):
                fixed[node.clause].append(node.schema["const"])
    known = {clause.id: clause for clause, _ in cited(documented=True)}
    return [(known[name], values) for name, values in fixed.items() if name in known]


def stands_there(values, texts):
    """Tell whether one of some values stands in one of some lines."""
    wanted = [" ".join(spans.words(str(value))) for value in values]
    return any(text in " ".join(spans.words(line)) for line in texts for text in wanted)


@needs_documents
def test_every_fixed_value_stands_on_a_line_that_is_cited_for_it():
    """A code, a status word or a message that the document prints otherwise is none of its words."""
    told = printed()
    texts = {clause.id: [line(source) for source in clause.sources if source.line] for clause, _ in told}
    wrong = [(clause.id, values) for clause, values in told if not stands_there(values, texts[clause.id])]

    assert len(told) > 400
    assert wrong == []


def test_a_code_of_another_answer_is_not_found():
    """A line prints 45006, and the contract says 45010."""
    assert stands_there([45006], ['{"errorCode": 45006, "message": "none"}'])
    assert not stands_there([45010], ['{"errorCode": 45006, "message": "none"}'])
