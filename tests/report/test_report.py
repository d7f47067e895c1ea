"""Reports: drawn from results alone, complete, and never painted by what a target answers."""

import html
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from made_results import CAUSE, RUN, WAIVER, clause, results
from referencing import Registry, Resource

from clausewise import input_files, package_data, report
from clausewise.errors import ConfigurationError
from clausewise.model import Role
from clausewise.report import advice, highlighting, junit, pages
from clausewise.report.causes import causes as causes_of
from clausewise.statement.causes import Seen, causes

pytestmark = pytest.mark.quick

SCHEMA = Path(__file__).with_name("junit-10.xsd")  # of jenkinsci/xunit-plugin


def test_the_sample_keeps_the_published_schema():
    """What these tests draw is what results.schema.json describes."""
    schemas = [
        json.loads((package_data.SCHEMAS / f"{name}.schema.json").read_text())
        for name in ("results", "exchange")
    ]
    registry = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas
    )

    assert list(Draft202012Validator(schemas[0], registry=registry).iter_errors(results())) == []


def test_nothing_that_a_target_answers_becomes_markup():
    """Script tags, bidi marks and control characters of an answer are text on the page, in every place."""
    page = pages.html(results())

    assert len(re.findall(r"<script", page)) == 3
    assert "alert(1)" in page
    assert "\u202e" not in page
    assert "\x07" not in page
    assert "\\u202e" in page


def test_statement_and_badge_show_nothing_as_markup_and_ask_no_network():
    """Both stand alone; the badge is well-formed XML, the statement names what is broken."""
    page, badge = pages.statement(results(), {"exchanges.jsonl": "0" * 64}), pages.badge(results())

    assert "<script" not in page
    assert "\u202e" not in page + badge
    assert not re.search(r'(src|href)="https?://', page)
    assert "toy.op.c2" in page
    assert ET.fromstring(badge).tag.endswith("svg")
    assert "not conformant, 1 broken, 1 kept" in badge


def test_a_statement_names_all_red_clauses_and_no_others():
    """However many; whose they are, which release, by which evidence, and where people sign."""
    told = results([clause(number, "fail", "red") for number in range(60)] + [clause(99, "fail", "amber")])
    told["findings"], told["causes"], told["waivers"] = [], [], []
    told["run"]["labels"] = {"release": "7.1 <b>"}
    page = pages.statement(told, {"exchanges.jsonl": "5" * 64})

    assert re.findall(r"<code>(toy\.op\.c\d+)</code>", page) == [f"toy.op.c{number}" for number in range(60)]
    for words in ("60 broken clauses", "7.1 &lt;b&gt;", "5" * 64, "Signed", "toy-1"):
        assert words in page


def test_the_digests_of_a_statement_are_those_of_the_files(tmp_path):
    """What was sent and answered, and what tests said of it, as the folder has them."""
    for name in ("exchanges.jsonl", "verdicts.jsonl", "tests.jsonl"):
        (tmp_path / name).write_text("")
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    assert report.drawn(results(), tmp_path)["statement.html"].count(nothing) == 3


def test_a_huge_body_is_cut_with_a_note():
    """A page shows the beginning of a huge answer and says how much more there is."""
    assert "characters more, see exchanges.jsonl" in pages.html(results())


def test_a_cell_says_what_became_of_its_operation():
    """What is broken and what ended in an error are two things, and both are red."""
    page = pages.html(results())

    assert '<button type="button" class="cell red" data-family="toy" data-operation="op">' in page
    assert ": 1 broken, 1 in error, 1 amber, 1 not exercised, 1 kept<" in page


def test_the_page_asks_no_network():
    """The page forbids itself every request and names no other file."""
    page = pages.html(results())

    assert "default-src 'none'" in page
    assert not re.search(r'(src|href)="(?!#|data:,)', page)


def test_two_thousand_clauses_stay_small_and_quick():
    """A large catalogue travels as data, not as markup: the page stays below two megabytes."""
    page = pages.html(results([clause(number) for number in range(2000)] + [clause(2), clause(5)]))

    assert len(page) < 2_500_000


def test_junit_has_a_case_per_clause_and_no_false_pass():
    """Red fails are failures, errors are errors, and what was not judged is skipped, with the clause id."""
    suite: Any = ET.fromstring(junit.xml(results())).find("testsuite")

    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5",
        "failures": "1",
        "errors": "1",
        "skipped": "2",
    }
    cases: dict[str, Any] = {case.get("classname"): case for case in suite.iter("testcase")}
    assert cases["toy.op.c1"].get("name").startswith("Clause 1 holds.")
    assert "toy-1, S, T, R (line 7)" in cases["toy.op.c1"].findtext("system-out")
    assert cases["toy.op.c2"].findtext("failure").startswith("cause 1: Clause 2 holds.")
    assert cases["toy.op.c5"].find("skipped").get("message").startswith("amber: /a: expected ")


def test_junit_times_add_up_to_the_run_and_a_property_stands_once():
    """Tests are shared by clauses, and their time is not told twice."""
    told = results()
    told["run"]["seconds"] = 10.0
    told["excuses"] *= 2
    whole: Any = ET.fromstring(junit.xml(told))

    assert float(whole.get("time")) == 10.0
    assert sum(float(case.get("time")) for case in whole.iter("testcase")) == pytest.approx(10.0)
    names = [found.get("name") for found in whole.find("testsuite/properties")]
    assert len(names) == len(set(names))


def test_junit_is_as_jenkins_asks_for_it():
    """By the schema of its xUnit plugin, whatever a target answers."""
    xmlschema = pytest.importorskip("xmlschema", reason="xmlschema is not installed: make test-all")
    schema = xmlschema.XMLSchema(SCHEMA)
    made = junit.xml(results())
    spoiled = made.replace("</testcase>", '<property name="a" value="b"/></testcase>', 1)

    assert [str(bad) for bad in schema.iter_errors(made)] == []
    assert not schema.is_valid(spoiled)


def test_the_summary_holds_its_tables_together():
    """No answer can break a Markdown table: bars, ticks and tags are disarmed."""
    text = pages.summary(results())

    assert "# clausewise: not conformant" in text
    rows = [line for line in text.splitlines() if line.startswith("| expected |")]
    assert rows
    assert all("<script" not in row and row.count(" | ") == 2 - 1 for row in rows)


@pytest.mark.parametrize(
    ("body", "where", "marked"),
    [
        ('{"a": {"b": [1, "x"]}}', "/a/b/1", '"x"'),
        ('{"a": {"b": [1, 2]}}', "/a/b", "[\n      1,\n      2\n    ]"),
        ('{"a": "marked"}', "/a", '"marked"'),
        ('{"a": {}}', "/a/b", "nothing stands here"),
        ('{"a": [1]}', "/a/7/b", "[\n    1\n  ]"),
        ('{"~/": 1}', "/~0~1", "1"),
        ("[7]", "/x", "[\n  7\n]"),
        ("{}", "status", "HTTP 200 OK"),
        ("{}", "content-type", "Content-Type: text/html"),
    ],
)
def test_what_a_finding_is_about_is_marked(body, where, marked):
    """A value, a whole list, what is absent or the nearest above it, the status, a header."""
    record = results()["evidence"]["x-1"]
    record["response"] = {**record["response"], "body": body, "headers": [["Content-Type", "text/html"]]}
    _, answer = highlighting.sides(record, {"where": where}, {"kind": "rule"})

    assert re.findall("<mark>(.*?)</mark>", html.unescape(answer), re.DOTALL) == [marked]
    assert "</mark>" in answer


def test_what_a_request_field_is_about_is_marked_in_the_request():
    """And no mark stands where a body is cut, or is none."""
    record = results()["evidence"]["x-1"]
    record["request"] = {**record["request"], "body": '{"a": 1}'}
    request, answer = highlighting.sides(record, {"where": "/a"}, {"kind": "request-field"})
    plain = highlighting.sides(record, {"where": "/a"}, {"kind": "response-field"})

    assert "<mark>1</mark>" in request
    assert "<mark>" not in answer + plain[0] + plain[1]
    assert "<script>" not in answer


def test_a_waiver_to_fill_in_is_one_that_a_run_takes(tmp_path):
    """For each broken clause of a cause, a month long."""
    told = results()
    told["target"]["name"] = 'a "b" \\ \x7f'
    stub = advice.advise(causes_of(told)[0], told).waiver
    path = tmp_path / "waivers.toml"
    path.write_text(stub, "utf-8")
    rows, _ = input_files.read(path, package_data.SCHEMAS / "waivers.schema.json", "waivers")

    assert [(row["clause"], row["target"]) for row in rows["waiver"]] == [
        ("toy.op.c2", told["target"]["name"])
    ]
    assert str(rows["waiver"][0]["expires"]) == "2031-01-31"


def crowded(red, drift=50):
    """Results with many red causes and as much drift, everything as long as it may be."""
    told = results([clause(number, "fail", "red", findings=[number]) for number in range(red)])
    bad = told["findings"][0] | {"expected": "e[" * 5000, "actual": "<" * 9000, "curl": "curl " * 20_000}
    told["findings"] = [{**bad, "id": number, "clause": f"toy.op.c{number}"} for number in range(red)]
    told["causes"] = [
        {"id": number + 1, "colour": "red", "clauses": [f"toy.op.c{number}"], "findings": [number], **CAUSE}
        for number in range(red)
    ]
    told["drift"] = [told["drift"][0] | {"where": "/[x]" * 900}] * drift
    told["waivers"] = [WAIVER | {"reason": "r" * 900, "says": "[s]" * 900}] * 300
    return told


@pytest.mark.parametrize("red", [1, 9, 200])
def test_a_summary_fits_a_comment_and_says_what_it_leaves_out(red):
    """Verdict and causes stay, whatever there is; the least important goes first, and is named."""
    text = pages.summary(crowded(red))

    assert len(text) < 60_000
    assert "# clausewise: not conformant" in text
    assert "1. red: Clause 0 holds." in text or "- 1. red: toy.op.c0" in text
    assert re.search(
        "^Left out, since a comment holds no more: .*drift; report.html has it.$", text, re.MULTILINE
    )
    assert "Left out" not in pages.summary(results())


def test_a_summary_tells_what_changed_since_the_run_before():
    """Where a history knows of one; how long a cause has been there, too."""
    told = results()
    first = {**RUN, "id": "q", "target": "t", "name": "", "broken": [], "mended": []}
    told["trend"] = [first, {**first, "id": "r", "broken": ["toy.op.c2"], "mended": ["toy.op.c9"]}]
    text = pages.summary(told)

    assert "- **1 newly broken**: toy.op.c2" in text
    assert "- 1 mended: toy.op.c9" in text
    assert "| since | this run |" in text
    assert ", since before 2031-01-01 00:00" in text
    assert "Since the run before" not in pages.summary(results())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "There is no .*results.json; name the folder of a run"),
        ("{", "results.json cannot be read"),
        ("[]", "was expected"),
        (
            '{"format": "clausewise-results", "version": 9}',
            "clausewise-results version 9; .* version 2 was expected",
        ),
    ],
)
def test_results_that_cannot_be_drawn_are_one_sentence(tmp_path, text, said):
    """A missing, cut off, foreign or newer results.json is named, not thrown."""
    if text is not None:
        (tmp_path / "results.json").write_text(text)

    with pytest.raises(ConfigurationError, match=said):
        report.read(tmp_path)


def test_what_is_left_behind_and_how_fast_answers_came_is_shown():
    """In words on every page: what stays, what would take it away, and a bar for each step of time."""
    page, text = pages.html(results()), pages.summary(results())

    assert "<td>a widget</td>" in page
    assert "a &lt;b&gt;" in page
    assert "- 7 times a widget (toy op); taken away by takeWidget" in text
    assert "- 2 times a <b> (toy op); no documented operation takes it away" in text
    assert 'aria-label="0 to 1 ms: 1. 1 to 2 ms: 3. over 5000 ms: 1. "' in page
    assert 'title="1 to 2 ms: 3" style' in page or 'style="height:100.0%" title="1 to 2 ms: 3"' in page


def test_a_code_and_its_answer_are_one_cause():
    """The answer's own clause, told by the place of its code, and the code's field."""
    rows = {
        "toy.op.a": {"id": "toy.op.a", "kind": "answer", "outcome": "a", "family": "toy", "operation": "op"},
        "toy.op.a.code": clause(1) | {"id": "toy.op.a.code", "kind": "response-field", "outcome": "a"},
    }
    seen = {"x-1": Seen(("toy", "op"), ("a",), "", Role.FAILURE, 200, "t")}
    bad = {"where": "/code", "rule": "const", "exchange": "x-1", "colour": "red", "test": "t"}
    more = {"standing": "documented", "times": 1, "actual": "it", "shown": {"x-1": "it"}}
    found = [{**bad, **more, "clause": name} for name in rows]

    assert [it["clauses"] for it in causes(found, rows, seen)] == [["toy.op.a.code", "toy.op.a"]]
