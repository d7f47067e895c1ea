"""Causes of whole runs: a bad release is as many causes as it has faults."""

import json

import runs

BAD_RELEASE = (
    "bad:ofs-ecm.saveEventsAndPromoteToCase.type-is-mapped",
    "retype:cdp.getCustomer.record.id_details[].id_number",
    "cdp.validateCustomer.unauthorized-is-http-403",
    "gone:account-service.valid-legal-id.there",
    "drop:account-service.get-account-list.done.accounts",
    "cdp.onboarding.accepted-says-failed",
)


def test_a_bad_release_is_six_causes_on_one_and_a_half_screens(tmp_path):
    """Six defects of three families at once: who looks at a terminal of 80 columns sees each, and no more."""
    with runs.bent("", *BAD_RELEASE) as url:
        target = runs.target_at(tmp_path, url, "cdp", "ofs-ecm", "int-ecm", "account-service")
        wide = runs.environment(COLUMNS="80")
        told = runs.clausewise(
            "run", "--target", target, "--run-dir", tmp_path / "run", env=wide, timeout=900
        )

    lines = told.stdout.splitlines()
    assert told.returncode == 1
    assert len(lines) < 120
    assert max(map(len, lines[:-1])) <= 80  # the last is the path of the report, whole
    assert "Not conformant (exit 1): 5 causes," in lines[0]
    found = runs.results(tmp_path / "run")["causes"]
    assert [it["colour"] for it in found] == ["red"] * 5 + ["amber"]
    assert {it["operation"] for it in found} == {
        *("saveEventsAndPromoteToCase", "getCustomer", "validateCustomer", "valid-legal-id"),
        *("get-account-list", "onboardCustomer"),
    }


def test_defects_at_once_make_as_many_causes(tmp_path):
    """A fixed part of what `make matrix` measures: pairs and sextets of seeded defects, by a seed."""
    target, output = runs.target_at(tmp_path, "embedded", "cdp", "account-service"), tmp_path / "matrix.json"
    asked = ["--causes", "8", "--defect", "none", "--output", output]
    runs.clausewise("matrix", "--target", target, *asked, timeout=900)

    groups = json.loads(output.read_text())["groups"]
    assert [len(it["defects"]) for it in groups] == [2] * 6 + [6] * 2
    assert sum(it["told_apart"] for it in groups) >= 7
    assert sum(it["first"] for it in groups) >= 0.8 * sum(it["shown"] for it in groups)
