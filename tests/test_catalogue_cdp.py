"""The CDP data as it ships: complete, sourced, coherent, and usable without us."""

import json
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import runs
import schemathesis
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from clausewise import catalogue, contracts, shipped
from clausewise.contracts.bodies import CompiledBody
from clausewise.model import Kind, Observability

CDP = shipped.SCHEMAS / "cdp"
BODIES = sorted((CDP / "bodies").glob("*.schema.json"))


@pytest.fixture(scope="module")
def book():
    """The whole catalogue of the family, whichever document a target may claim."""
    return catalogue.load(CDP, "cdp", contracts.every_clause(CDP / "openapi.yaml"))


def test_nothing_of_the_documents_was_skipped(book):
    """At least as many clauses of each kind as an independent count found in 002 and 003."""
    kinds = Counter(clause.kind for clause in book.clauses.values())

    assert kinds[Kind.REQUEST_FIELD] >= 104
    assert kinds[Kind.RESPONSE_FIELD] >= 175
    assert kinds[Kind.ANSWER] >= 22
    assert sum(kinds[kind] for kind in (Kind.RULE, Kind.FLOW, Kind.AUTH, Kind.EXAMPLE)) >= 47


def test_every_clause_cites_document_section_and_line(book):
    """Each clause can be shown in its document, and says something."""
    for clause in book.clauses.values():
        assert clause.statement, clause.id
        assert clause.sources, clause.id
        assert all(source.document and source.section for source in clause.sources), clause.id


def test_every_discrepancy_is_about_clauses_that_exist(book):
    """Rulings name real clauses, and clauses cite real discrepancies."""
    cited = {name for clause in book.clauses.values() for name in clause.discrepancies}

    assert cited <= set(book.discrepancies)
    for known in book.discrepancies.values():
        assert len(known.readings) >= 1, known.id
        assert set(known.clauses) <= set(book.clauses), known.id


def test_every_clause_has_tests_or_a_reason():
    """`clausewise clauses` names the tests that judge a clause, or why none can."""
    done = runs.clausewise("clauses", "--family", "cdp", "--format", "json")

    rows = json.loads(done.stdout)["clauses"]
    bare = [row["id"] for row in rows if not row["tests"] and not row["reason"]]
    assert bare == []
    assert all(row["reason"] for row in rows if row["observability"] == Observability.NOT_OBSERVABLE)


@pytest.mark.parametrize("path", BODIES, ids=lambda path: path.name)
def test_each_body_schema_stands_alone_and_fits_its_examples(path):
    """A body schema is valid JSON Schema 2020-12, describes itself, and its examples keep it."""
    schema = json.loads(path.read_text())
    Draft202012Validator.check_schema(schema)

    assert schema["$id"].endswith(path.name)
    assert schema["title"]
    assert schema["description"]
    assert schema["examples"]
    for example in schema["examples"]:
        assert CompiledBody("x", schema).complaints(example) == []


@pytest.mark.parametrize("document", runs.DOCUMENTS)
def test_no_example_fits_two_outcomes_of_one_status(document):
    """Each documented answer is fitted by its own outcome only, but for those documented without a body."""
    contract = contracts.load(CDP / "openapi.yaml", document)
    for operation in contract.operations.values():
        forms = [(outcome, form) for outcome in operation.outcomes for form in outcome.forms]
        for outcome, form in forms:
            for example in form.body.schema["examples"]:
                told = [
                    o.name for o, f in forms if f.covers(form.first) and f.body.fits(example) and not o.vague
                ]
                assert outcome.vague or set(told) == {outcome.name}, (operation.id, outcome.name, told)


def test_the_contract_is_valid_openapi_and_schemathesis_reads_it():
    """Tools that know nothing of us can use the contract as it lies in the folder."""
    path = CDP / "openapi.yaml"
    validate(__import__("yaml").safe_load(path.read_text()), base_uri=path.as_uri())

    operations = [found.ok().label for found in schemathesis.openapi.from_path(path).get_all_operations()]
    assert len(operations) == 4


def test_hand_written_files_are_toml_that_python_reads():
    """What people write by hand is TOML of the standard library's kind."""
    for path in CDP.glob("*.toml"):
        assert tomllib.loads(Path(path).read_text())
