"""Contracts: OpenAPI with our annotations becomes operations, outcomes and clauses."""

import json
from pathlib import Path

import pytest

from clausewise import contracts
from clausewise.contracts.bodies import CompiledBody
from clausewise.errors import ConfigurationError
from clausewise.model import Kind, Standing

pytestmark = pytest.mark.quick

TOY = Path(__file__).parents[1] / "support" / "toy" / "openapi.yaml"


@pytest.fixture
def toy():
    """The toy contract, as a target that claims its first document sees it."""
    return contracts.load(TOY, "toy-1")


def clause_of(contract, name):
    return next(clause for clause in contract.clauses if clause.id == name)


def test_every_answer_and_field_is_a_clause_under_a_readable_id(toy):
    """Answers, fields, array items, facets and marked parts all have ids that say where they stand."""
    ids = {clause.id for clause in toy.clauses}

    assert {
        "toy.getWidget.widget",
        "toy.getWidget.widget.name",
        "toy.getWidget.widget.size.minimum",
        "toy.getWidget.widget.parts[].id",
        "toy.getWidget.widget.code",
        "toy.getWidget.request.name",
        "toy.addWidget.request.made_on.format",
        "toy.getWidget.no-leak",
    } <= ids


def test_a_field_says_its_own_line_and_takes_the_rest_from_its_answer(toy):
    """A field's source names its own line under the document, section, table and row of its answer."""
    (source,) = clause_of(toy, "toy.getWidget.widget.name").sources

    assert (source.document, source.row, source.line) == ("toy-1", "Success", 14)


def test_a_facet_has_its_own_kind_and_standing(toy):
    """A bound read off a sample is inferred, while its field stays documented."""
    field, facet = (clause_of(toy, f"toy.getWidget.widget.size{part}") for part in ("", ".minimum"))

    assert (field.kind, field.standing) == (Kind.RESPONSE_FIELD, Standing.DOCUMENTED)
    assert (facet.kind, facet.standing) == (Kind.FACET, Standing.INFERRED)


def test_a_document_that_is_not_claimed_says_nothing(toy):
    """An answer of one document is no clause for a target that claims the other."""
    other = contracts.load(TOY, "toy-2")

    assert "toy.getWidget.unauthorized" in {clause.id for clause in toy.clauses}
    assert "toy.getWidget.unauthorized" not in {clause.id for clause in other.clauses}


def test_either_reading_counts_unless_the_target_claims_one(toy):
    """A contradiction gives an outcome two forms; a claimed reading leaves one."""
    claimed = contracts.load(TOY, "toy-1", {"T-1": "a"})

    assert [str(form) for form in toy.operations["getWidget"].outcome("unknown").forms] == ["200", "404"]
    assert [str(form) for form in claimed.operations["getWidget"].outcome("unknown").forms] == ["200"]


@pytest.mark.parametrize(
    ("body", "clause", "where"),
    [
        ({"size": 1}, "name", "/name"),
        ({"name": 1, "size": 1}, "name", "/name"),
        ({"name": "a", "size": 0}, "size.minimum", "/size"),
        ({"name": "a", "size": 1, "made_on": "soon"}, "made_on.format", "/made_on"),
        ({"name": "a", "size": 1, "parts": [{"id": "x"}, {}]}, "parts[].id", "/parts/1/id"),
        ({"name": "a", "size": 1, "parts": [{"id": "x", "note": 2}]}, "parts[].note", "/parts/0/note"),
        ({"name": "a", "size": 1, "parts": [{"id": "x"}, ["x"]]}, "parts", "/parts/1"),
    ],
)
def test_a_complaint_names_the_clause_of_the_broken_part(toy, body, clause, where):
    """What is wrong with a body is held against exactly the field, item or facet that is wrong."""
    rule = toy.operations["getWidget"].outcome("widget").form(200).body

    (complaint,) = rule.complaints(body)

    assert (complaint.clause, complaint.where) == (f"toy.getWidget.widget.{clause}", where)


def test_a_marked_part_takes_the_complaints_inside_it(toy):
    """Where two spellings are allowed and neither is there, the marked part is broken, not a field."""
    rule = toy.operations["getWidget"].outcome("widget").form(200).body

    clauses = {complaint.clause for complaint in rule.complaints({"name": "a"})}

    assert clauses == {"toy.getWidget.widget.size", "toy.getWidget.widget.code"}


def test_an_expectation_is_said_in_words(toy):
    """A complaint says what was expected, not what a validator found."""
    rule = toy.operations["getWidget"].outcome("widget").form(200).body

    (complaint,) = rule.complaints({"name": 7, "size": 1})

    assert (complaint.expected, complaint.actual) == ("text", "7")


def test_only_fields_that_a_value_shows_are_seen(toy):
    """A field that is optional and absent gives no evidence; one that is null gives none on its facets."""
    rule = toy.operations["getWidget"].outcome("widget").form(200).body

    seen = rule.seen({"name": "a", "size": 1, "made_on": None})

    assert "toy.getWidget.widget.made_on" in seen
    assert "toy.getWidget.widget.made_on.format" not in seen
    assert "toy.getWidget.widget.parts" not in seen


def test_an_unknown_document_is_refused_by_name():
    """A target that claims a document nobody has gets one sentence with those there are."""
    with pytest.raises(ConfigurationError, match=r"no document 'toy-9'; it has toy-1, toy-2"):
        contracts.load(TOY, "toy-9")


def test_a_broken_contract_is_named(tmp_path):
    """A contract that is no YAML stops the run with its file's name, not with a traceback."""
    broken = tmp_path / "openapi.yaml"
    broken.write_text("a: [")

    with pytest.raises(ConfigurationError, match=r"openapi\.yaml cannot be read"):
        contracts.load(broken, "toy-1")


@pytest.mark.parametrize(
    ("schema", "value", "clause"),
    [
        ({"type": "array", "items": {"required": ["id"], "properties": {"id": {}}}}, [{}], "toy.op.a[].id"),
        ({"properties": {"id": {}}, "then": {"properties": {"id": {"const": 1}}}}, {"id": 2}, "toy.op.a.id"),
        ({"then": {"properties": {"id": {"const": 1}}}}, {"id": 2}, "toy.op.a"),
        ({"items": {"then": {"properties": {"id": {"const": 1}}}}}, [{"id": 2}], "toy.op.a"),
    ],
    ids=["entry of a list", "field under a condition", "field of a condition alone", "in a list"],
)
def test_what_is_wrong_is_told_of_the_clause_that_there_is(schema, value, clause):
    """A field that only a condition names has no clause, and what holds it has."""
    conditional = json.loads(json.dumps(schema).replace('"then"', '"if": true, "then"'))

    assert [bad.clause for bad in CompiledBody("toy.op.a", conditional).complaints(value)] == [clause]
