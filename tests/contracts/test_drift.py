"""Drift: what answers hold beyond their documents is told, and turns nothing red."""

import requests
import runs
from exchanges import TOY, exchange

from clausewise.checks import read
from clausewise.contracts.strict import beyond

PERSON = {"properties": {"name": {}, "home": {"properties": {"city": {}}}, "free": {"type": "object"}}}


def test_every_key_that_no_part_of_a_schema_names_is_drift():
    """Nested ones and those of list items, each once."""
    value = {"name": 1, "age": 2, "home": {"city": 3, "zip": 4}}

    assert beyond(PERSON, value) == ["/age", "/home/zip"]
    assert beyond({"type": "array", "items": PERSON}, [value, value]) == ["/*/age", "/*/home/zip"]


def test_what_a_schema_leaves_open_is_none():
    """An object of which nothing is said, or that is said to be open; a key that another part names."""
    assert beyond(PERSON, {"free": {"anything": 1}}) == []
    assert beyond(PERSON | {"additionalProperties": True}, {"age": 1}) == []
    assert (
        beyond(
            {"allOf": [PERSON, {"properties": {"home": {"properties": {"zip": {}}}}}]}, {"home": {"zip": 1}}
        )
        == []
    )


def test_a_recognised_answer_tells_its_drift():
    """The reading points to it, and finds nothing wrong."""
    answer = exchange("getWidget", 200, {"errorCode": 45001, "novelty": 1})
    reading = read(answer, TOY.operations["getWidget"], ["unknown"])

    assert reading.as_expected
    assert reading.drift == ("/novelty",)
    assert not [finding for touch in reading.assertions for finding in touch.findings]


def test_a_run_counts_drift_and_stays_as_green_as_it_was(tmp_path):
    """One row per answer and place, in results, terminal and page; no clause is broken."""
    bend = {"answer": "validateCustomer.found", "bend": [{"set": "/data/novelty", "to": "x"}]}
    with runs.reference("cdp", control=True) as url:
        requests.put(f"{url}/__control__/bend", json=bend, timeout=5).raise_for_status()
        target = runs.target_at(tmp_path, url, "cdp")
        chosen = ["--clause", "cdp.validateCustomer.found"]
        done = runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "run", *chosen)

    rows = runs.results(tmp_path / "run")["drift"]
    assert [(row["outcome"], row["where"]) for row in rows] == [("found", "/data/novelty")]
    assert rows[0]["times"] >= 1
    assert "fail" not in runs.verdicts(tmp_path / "run").values()
    assert "drift validateCustomer.found: no document names /data/novelty" in done.stdout
    assert "/data/novelty" in (tmp_path / "run" / "report.html").read_text()
    assert "/data/novelty" in (tmp_path / "run" / "summary.md").read_text()
