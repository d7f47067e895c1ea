"""The main job on the clean reference: nothing is red, everything is judged, all files are left."""

import json
import re
from functools import cache

import pytest
import runs

from clausewise import package_data


@pytest.fixture(scope="session")
def clean_runs(tmp_path_factory):
    """Make one run of the clean reference for each document version, when it is first asked for."""

    @cache
    def made(document):
        folder = tmp_path_factory.mktemp(document)
        target = runs.REFERENCE
        if document != runs.DOCUMENTS[0]:  # the other families are judged beside the first
            target = runs.target_at(folder, "embedded", "cdp")
        claims = ["--document", f"cdp={document}", "--run-dir", folder / "run"]
        return runs.clausewise("run", "--target", target, *claims), folder / "run"

    return made


@pytest.fixture(params=runs.DOCUMENTS)
def clean(request, clean_runs):
    """A run of the clean reference, for each document version: (finished process, run folder)."""
    return clean_runs(request.param)


def test_the_clean_reference_is_conformant(clean):
    """Nothing is red, nothing amber, and every clause that can be exercised here was."""
    done, folder = clean

    told = runs.results(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert told["outcome"]["word"] == "conformant"
    assert told["counts"]["fail"] == told["counts"]["error"] == told["counts"]["untestable"] == 0
    assert told["exercised"]["share"] == 1
    assert all(rule["held"] for rule in told["sufficiency"])


def test_every_documented_outcome_is_proven(clean):
    """The ledger's rows are all proven on a reference that offers every fixture and fault."""
    _, folder = clean

    assert {row["state"] for row in runs.results(folder)["ledger"]} <= {"proven", "not observable"}


def test_a_run_leaves_every_file_that_its_readme_names(clean):
    """The run folder holds what reports/README.md explains, and the page is self-contained."""
    _, folder = clean

    files = {path.name for path in folder.iterdir()}
    assert {"run.json", "verdicts.jsonl", "exchanges.jsonl", "results.json"} <= files
    assert {"junit.xml", "summary.md", "report.html", "statement.html", "badge.svg"} <= files
    assert "allure-results" in files
    assert not re.search(r'(src|href)="https?://', (folder / "report.html").read_text())


def test_no_secret_of_the_target_is_in_any_file(clean):
    """Passwords, client secrets and tokens of the target file are in nothing that the run left."""
    _, folder = clean
    secrets = [path.read_text().strip() for path in (package_data.TARGETS / "reference.d").iterdir()]

    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_text(errors="replace")
            assert not [secret for secret in secrets if secret in text], path


def test_allure_results_carry_clause_section_and_standing(clean):
    """Each test's Allure result is labelled with its clause, the document's section and the standing."""
    _, folder = clean
    results = [json.loads(path.read_text()) for path in (folder / "allure-results").glob("*-result.json")]

    labels = {label["name"] for result in results for label in result["labels"]}
    assert {"clause", "document", "section", "standing"} <= labels
