"""The families' data as they ship: complete, sourced, coherent, and usable without us."""

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import runs
import schemathesis
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from shipped import BODIES, COUNTS, FAMILIES, book_of

from clausewise import bindings, contracts, package_data
from clausewise.bindings import Bindings
from clausewise.contracts.bodies import CompiledBody
from clausewise.model import Kind, Observability, Standing
from clausewise.strict_json import scalars

pytestmark = pytest.mark.quick

THIN = {"account-service": 56, "int-ecm": 50}  # independent counts of what documents 001 and 000 imply

# Independent counts of the documents. Of 002 and 003 by kind; of 004 by service, within 5 %.
CDP_KINDS = {Kind.REQUEST_FIELD: 104, Kind.RESPONSE_FIELD: 175, Kind.ANSWER: 22}
ECM_SERVICES = {
    "saveEvents": 78,
    "saveEventsAndPromoteToCase": 122,
    "saveEventsAndExtendToCase": 119,
    "getTrustedPairsList": 85,
    "getSuppressionRulesList": 70,
    "updateCaseDescription": 23,
    "getCaseStatusDetails": 26,
    "addCustomer": 124,
    "removeCustomer": 39,
    "addAccount": 108,
    "removeAccount": 38,
    "addExternalEntity": 72,
    "removeExternalEntity": 40,
    "addTransaction": 149,
    "removeTransaction": 40,
    "updateEventRiskDecision": 45,
    "addNarrative": 29,
    "ecmUploadFile": 85,
}


@pytest.fixture(scope="module", params=FAMILIES)
def book(request):
    """The whole catalogue of a family."""
    return book_of(request.param)


def test_nothing_of_documents_002_and_003_was_skipped():
    """At least as many clauses of each kind as an independent count found."""
    kinds = Counter(clause.kind for clause in book_of("cdp").clauses.values())

    assert all(kinds[kind] >= count for kind, count in CDP_KINDS.items())
    assert sum(kinds[kind] for kind in (Kind.RULE, Kind.FLOW, Kind.AUTH, Kind.EXAMPLE)) >= 47


@pytest.mark.parametrize("family", THIN)
def test_nothing_that_a_thin_document_implies_was_skipped(family):
    """More clauses of the document than an independent count found, without what the overlay assumes."""
    clauses = [it for it in book_of(family).clauses.values() if it.standing is not Standing.ASSUMED]
    own = [clause for clause in clauses if clause.kind is not Kind.UNIVERSAL]

    assert len(own) >= THIN[family]


@pytest.mark.parametrize("family", THIN)
def test_what_the_overlay_assumes_is_not_mixed_with_the_document(family):
    """Without the overlay no field is a clause; with it each field is assumed, and cites the overlay."""
    path = package_data.SCHEMAS / family / "openapi.yaml"
    document = {clause.id for clause in contracts.load(path, family).clauses}

    for clause in contracts.every_clause(path):
        assumed = clause.standing is Standing.ASSUMED
        assert assumed is (clause.id not in document), clause.id
        assert assumed is (clause.sources[0].document == contracts.ASSUMED), clause.id


@pytest.mark.parametrize("family", THIN)
def test_every_binding_says_what_it_is_and_fits_the_assumed_overlay(family):
    """The defaults find their place in the requests that the overlay prints."""
    folder = package_data.SCHEMAS / family
    known = {binding.id: binding for binding in bindings.load(folder / "bindings.toml")}
    contract = contracts.load(folder / "openapi.yaml", family, overlays=[folder / contracts.ASSUMED])

    assert all(binding.says for binding in known.values())
    Bindings(known).check(contract.operations)
    for binding in known.values():
        assert set(binding.requests) <= set(contract.operations), binding.id


@pytest.mark.parametrize("service", ECM_SERVICES)
def test_nothing_of_document_004_was_skipped(service):
    """At least as many clauses of each service as an independent count found, within 5 %."""
    clauses = [clause for clause in book_of("ofs-ecm").clauses.values() if clause.operation == service]

    assert len(clauses) >= 0.95 * ECM_SERVICES[service]


def test_every_row_of_table_53_is_an_answer_of_each_service_that_it_names():
    """The 70 rows make 151 answers of the three event services."""
    rows = [
        clause
        for clause in book_of("ofs-ecm").clauses.values()
        if clause.kind is Kind.ANSWER and clause.sources[0].table == "Table 53"
    ]

    assert len(rows) == 151
    assert len({clause.sources[0].row for clause in rows}) == 70


def test_every_clause_that_can_be_seen_owns_a_defect(book):
    """A clause without a seeded defect has a check that may be unable to fail."""
    owned = {known.clause for known in book.defects.values()}

    seen = {
        known.id for known in book.clauses.values() if known.observability is not Observability.NOT_OBSERVABLE
    }
    assert seen <= owned


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


@pytest.mark.parametrize("family", FAMILIES)
def test_every_clause_has_tests_or_a_reason(family):
    """`clausewise clauses` names the tests that judge a clause, or why none can."""
    done = runs.clausewise("clauses", "--family", family, "--format", "json")

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


CLAIMS = [
    *(("cdp", document) for document in runs.DOCUMENTS),
    ("ofs-ecm", runs.ECM),
    *((it, it) for it in THIN),
]


@pytest.mark.parametrize(("family", "document"), CLAIMS)
def test_no_example_fits_two_outcomes_of_one_status(family, document):
    """Each documented answer is fitted by its own outcome only, but for those documented without a body."""
    contract = contracts.load(package_data.SCHEMAS / family / "openapi.yaml", document)
    for operation in contract.operations.values():
        forms = [(outcome, form) for outcome in operation.outcomes for form in outcome.forms]
        for outcome, form in forms:
            for example in form.body.schema["examples"]:
                told = [
                    o.name
                    for o, f in forms
                    if f.covers(form.first)
                    and f.body.fits(example)
                    and not o.vague
                    and _shows(example, f.code)
                ]
                assert outcome.vague or set(told) == {outcome.name}, (operation.id, outcome.name, told)


def _shows(example, code):
    return not code or code in {value for _, value in scalars(example)}


@pytest.mark.parametrize(("family", "count"), COUNTS)
def test_the_contract_is_valid_openapi_and_schemathesis_reads_it(family, count):
    """Tools that know nothing of us can use the contract as it lies in the folder."""
    path = package_data.SCHEMAS / family / "openapi.yaml"
    validate(__import__("yaml").safe_load(path.read_text()), base_uri=path.as_uri())

    found: list[Any] = [*schemathesis.openapi.from_path(path).get_all_operations()]
    operations = [it.ok().label for it in found]
    assert len(operations) == count


@pytest.mark.parametrize("family", FAMILIES)
def test_hand_written_files_are_toml_that_python_reads(family):
    """What people write by hand is TOML of the standard library's kind."""
    for path in (package_data.SCHEMAS / family).glob("*.toml"):
        assert tomllib.loads(Path(path).read_text())
