"""Checks: from an exchange and its contract to what is said on each clause."""

import json
import time
from dataclasses import replace

import pytest
from exchanges import TOY, exchange

from clausewise.checks import differs, has, holds, lacks, matches, read, status, taken, universal
from clausewise.contracts.bodies import CompiledBody
from clausewise.model import Form, Outcome, Role

pytestmark = pytest.mark.quick

GET = TOY.operations["getWidget"]
ADD = TOY.operations["addWidget"]
WIDGET = {"name": "a", "size": 1}


def broken(assertions):
    return {touch.clause for touch in assertions if touch.findings}


@pytest.mark.parametrize(
    ("told", "clause"),
    [
        ({"status": 418}, "only-documented"),
        ({"raw": b'{"name": '}, "json"),
        ({"raw": b"<html>"}, "json"),
        ({"headers": (("Content-Type", "text/html"),)}, "media-type"),
        ({"headers": ()}, "media-type"),
        ({"raw": b'{"name": "a", "name": "b", "size": 1}'}, "unique-keys"),
        ({"body": {"name": "at com.example.Widget.load(Widget.java:42)", "size": 1}}, "no-leak"),
        ({"body": {"name": "ORA-00942: table or view does not exist", "size": 1}}, "no-leak"),
        ({"body": {"name": "Traceback (most recent call last):", "size": 1}}, "no-leak"),
        ({"body": {"name": "select * from widgets where", "size": 1}}, "no-leak"),
    ],
)
def test_each_universal_check_can_say_no(told, clause):
    """Every universal clause is broken by the answer made to break it, and by nothing else said here."""
    answer = exchange("getWidget", told.pop("status", 200), told.pop("body", WIDGET), **told)

    assert broken(universal(answer, GET)) == {f"toy.getWidget.{clause}"}


@pytest.mark.parametrize(
    "text",
    [
        *(f"x java.{part}.Thing" for part in ("lang", "util", "sql", "io")),
        *(f"org.{part}.x" for part in ("springframework", "hibernate", "apache")),
        "com.oracle.x",
        "oracle.jdbc.driver",
        'File "/srv/app.py", line 12',
        "System.NullReferenceException",
        "System.Data.SqlClient.SqlException: no",
        "at X in C:\\app\\x.cs:line 7",
        "SQLSTATE 42P01",
        "You have an error in your SQL syntax",
        "syntax error at or near x",
        "PL/SQL: numeric or value error",
        "Insert  Into customers values",
        "update customer set name",
        "DELETE FROM customers where",
    ],
)
def test_every_kind_of_leak_is_seen(text):
    """The words that an answer is first searched for leave none of the patterns out."""
    answer = exchange("getWidget", 200, {"name": text, "size": 1})

    assert broken(universal(answer, GET)) == {"toy.getWidget.no-leak"}


@pytest.mark.parametrize(
    "bait", ["SELECT ", "System.", "System.a" * 9, "at a.a(", "UPDATE a ", "in C:\\", 'File "']
)
def test_no_text_can_make_the_search_for_leaks_long(bait):
    """A megabyte that almost is a leak, again and again, costs a second or two and no hour."""
    answer = exchange("getWidget", 200, {"name": bait * (1_000_000 // len(bait)), "size": 1})
    began = time.process_time()

    broken(universal(answer, GET))

    assert time.process_time() - began < 5


@pytest.mark.parametrize("at", [0, 2_900_000])
def test_a_leak_at_either_end_of_a_long_answer_is_seen(at):
    """Of an answer of megabytes both ends are searched."""
    text = "x" * 3_000_000
    answer = exchange("getWidget", 200, {"name": f"{text[:at]} ORA-00942 {text[at:]}", "size": 1})

    assert "toy.getWidget.no-leak" in broken(universal(answer, GET))


@pytest.mark.parametrize(
    "headers",
    [
        (("content-type", "application/json"),),
        (("CONTENT-TYPE", "Application/JSON; charset=UTF-8"),),
        (("Content-Type", "application/problem+json;charset=utf-8"),),
    ],
)
def test_what_no_document_forbids_is_left_alone(headers):
    """Header case, charset parameter, key order and white space are nobody's fault."""
    answer = exchange("getWidget", 200, raw=b' {"size":\n1, "extra": [], "name": "a"} ', headers=headers)

    assert not broken(universal(answer, GET))
    assert not broken(read(answer, GET, ["widget"]).assertions)


UNKNOWN, STRAY = {"errorCode": 45001}, {"oops": 1}

# wanted, what came with HTTP 200, what it is read as, the clauses that it breaks, and where
CHOICES = [
    ("widget", WIDGET, "widget", {}),
    ("unknown", UNKNOWN, "unknown", {}),
    ("widget", UNKNOWN, "unknown", {"toy.getWidget.widget": "status"}),
    ("unknown", WIDGET, "widget", {"toy.getWidget.unknown": "status"}),
    ("widget", {"name": "a"}, "widget", {"toy.getWidget.widget.size": "/size"}),
    ("unknown", {"errorCode": "45001"}, "", {"toy.getWidget.unknown": "/errorCode"}),
    ("widget", STRAY, "", {"toy.getWidget.widget": "status"}),
    ("", WIDGET, "widget", {}),
    ("", {"name": "a"}, "", {}),
    ("", STRAY, "", {}),
]


@pytest.mark.parametrize(("wanted", "body", "is_read_as", "breaks"), CHOICES)
def test_which_answer_it_is(wanted, body, is_read_as, breaks):
    """The table of the module's first lines, and what it leaves out."""
    reading = read(exchange("getWidget", 200, body), GET, [wanted] if wanted else ())

    assert reading.outcome == is_read_as
    firsts = {it.clause: it.findings[0].where for it in reading.assertions if it.findings}
    assert {clause: firsts[clause] for clause in breaks} == breaks
    assert bool(firsts) == bool(breaks)


def test_the_wanted_answer_speaks_for_itself_and_all_its_fields():
    """A recognised answer is evidence on its own clause and on every field that it shows."""
    reading = read(exchange("getWidget", 200, WIDGET), GET, ["widget"])

    assert reading.as_expected
    assert {"toy.getWidget.widget", "toy.getWidget.widget.name"} <= {
        touch.clause for touch in reading.assertions
    }
    assert not broken(reading.assertions)


def test_another_documented_answer_breaks_the_wanted_one():
    """The right code of the wrong answer is held against the answer that was wanted."""
    reading = read(exchange("getWidget", 200, {"errorCode": 45001}), GET, ["widget"])

    assert (reading.as_expected, reading.outcome, broken(reading.assertions)) == (
        False,
        "unknown",
        {"toy.getWidget.widget"},
    )
    assert reading.assertions[0].findings[0].actual == "HTTP 200: the unknown answer"


def test_a_wrong_code_breaks_its_field_and_the_answer():
    """A code that is another one would send the caller another way, so the answer is not given."""
    reading = read(exchange("getWidget", 200, {"errorCode": 45002}), GET, ["unknown"])

    assert not reading.as_expected
    assert broken(reading.assertions) == {"toy.getWidget.unknown", "toy.getWidget.unknown.errorCode"}


def test_an_answer_that_only_its_code_fails_is_told_by_the_place_of_the_code():
    """One code that is another: where it stands, what was expected, what came; as its field tells it."""
    reading = read(exchange("getWidget", 200, {"errorCode": "45001"}), GET, ["unknown"])
    told = {
        touch.clause: (bad.where, bad.expected, bad.actual, bad.rule)
        for touch in reading.assertions
        for bad in touch.findings
    }

    assert told["toy.getWidget.unknown"][0] == "/errorCode"
    assert told["toy.getWidget.unknown"] == told["toy.getWidget.unknown.errorCode"]


def test_a_malformed_code_leaves_open_what_the_test_asks_about():
    """A wanted answer with a wrong code is that answer's fault, not that of the rule under test."""
    assert read(exchange("getWidget", 200, {"errorCode": "45001"}), GET, ["unknown"]).malformed
    assert not read(exchange("getWidget", 200, {"errorCode": 45001}), GET, ["widget"]).malformed
    assert not read(exchange("getWidget", 200, {"oops": 1}), GET, ["unknown"]).malformed


def test_a_broken_answer_of_another_kind_is_not_taken_for_the_wanted_one():
    """An answer that fits nothing is read as the one that it resembles most, even if that is not wanted."""
    reading = read(exchange("getWidget", 200, {"name": "a", "size": "1"}), GET, ["unknown"])

    assert not reading.as_expected
    assert broken(reading.assertions) == {"toy.getWidget.unknown"}
    assert "most like the widget answer" in reading.assertions[0].findings[0].actual


def test_a_broken_field_leaves_the_answer_recognised():
    """A missing field is that field's fault alone; the test can go on."""
    reading = read(exchange("getWidget", 200, {"name": "a"}), GET, ["widget"])

    assert reading.as_expected
    assert broken(reading.assertions) == {"toy.getWidget.widget.size", "toy.getWidget.widget.code"}


def test_an_answer_met_in_passing_is_no_proof_of_the_answer_itself():
    """Where no outcome was wanted the fields count, but nobody provoked the answer."""
    reading = read(exchange("getWidget", 200, WIDGET), GET)

    assert reading.outcome == "widget"
    assert "toy.getWidget.widget" not in {touch.clause for touch in reading.assertions}


@pytest.mark.parametrize("status", [500, 302, 404])
def test_a_wrong_status_names_what_was_wanted(status):
    """An undocumented status is held against the wanted answer, with status and body shown."""
    reading = read(exchange("getWidget", status, {"oops": 1}), GET, ["widget"])

    (finding,) = reading.assertions[0].findings
    assert finding.expected == "the widget answer (HTTP 200)"
    assert finding.actual.startswith(f"HTTP {status}: ")


def test_an_accepted_request_proves_each_documented_field_it_sent():
    """A success takes every documented field that was in the request, and no other."""
    assertions = taken(exchange("addWidget", 200, WIDGET, sent=WIDGET), ADD, "added", wanted_success=True)

    assert {touch.clause for touch in assertions} >= {
        "toy.addWidget.request.name",
        "toy.addWidget.request.size",
    }
    assert "toy.addWidget.request.made_on" not in {touch.clause for touch in assertions}


def test_a_documented_request_refused_by_field_breaks_that_field():
    """A validation answer to a good request names a field, in any spelling: that one is broken."""
    answer = exchange(
        "addWidget", 400, {"details": {"madeOn": "no"}}, sent=WIDGET | {"made_on": "2031-01-01"}
    )

    assert broken(taken(answer, ADD, "invalid", wanted_success=True)) == {
        "toy.addWidget.request.made_on",
    }
    assert not taken(answer, ADD, "invalid", wanted_success=False)


def test_a_documented_request_refused_without_a_name_breaks_every_field_sent():
    """Who refuses a good request and does not say why has taken none of its fields."""
    answer = exchange("addWidget", 400, {"details": {}}, sent=WIDGET)

    assert broken(taken(answer, ADD, "invalid", wanted_success=True)) == {
        f"toy.addWidget.request.{name}" for name in ("name", "size", "size.minimum", "code")
    }


@pytest.mark.parametrize(
    ("expectation", "kept"),
    [
        (has("/size"), True),
        (has("/size", 1), True),
        (has("/size", "1"), False),
        (has("/size", True), False),
        (has("/none"), False),
        (lacks("/none"), True),
        (lacks("/null"), True),
        (lacks("/size"), False),
        (differs("/size", 2), True),
        (differs("/size", 1), False),
        (differs("/none", 1), False),
        (matches("/name", "^a$", "an a"), True),
        (matches("/name", "^b$", "a b"), False),
        (matches("/size", "1", "a text"), False),
        (status(200), True),
        (status(201, 200), True),
        (status(201, 202), False),
        (holds(condition=True, expected="x", actual="y"), True),
        (holds(condition=False, expected="x", actual="y"), False),
    ],
)
def test_an_expectation_says_no_only_where_it_is_not_met(expectation, kept):
    """Each kind of expectation is met by what it names and broken by its near miss."""
    answer = exchange("getWidget", 200, {"name": "a", "size": 1, "null": None})

    assert (expectation.check(answer) is None) is kept


def outcomes(*added):
    """Return the operation with more documented answers."""
    return replace(GET, outcomes=(*GET.outcomes, *added))


def documented(name, role, *forms, **more):
    """Return an outcome of the operation with a form for each (status, schema)."""
    clause = f"toy.getWidget.{name}"
    made = tuple(Form(status, status, CompiledBody(clause, schema)) for status, schema in forms)
    return Outcome("getWidget", name, clause, role, made, **more)


def test_an_answer_of_which_no_body_is_promised_may_have_any():
    """Where the document gives no body, HTML is as good as JSON; elsewhere it is not."""
    operation = outcomes(documented("shut", Role.REFUSED, (401, {}), vague=True, any_body=True))
    refused = exchange("getWidget", 401, raw=b"<html>no</html>")

    assert read(refused, operation, ["shut"]).as_expected
    assert "toy.getWidget.json" not in broken(universal(refused, operation))
    assert "toy.getWidget.json" in broken(
        universal(exchange("getWidget", 200, raw=b"<html>no</html>"), operation)
    )


@pytest.mark.parametrize("body", [[{"id": 1}], {"id": 1}])
def test_two_forms_of_an_answer_may_share_a_status(body):
    """A list and a single object are the same answer where the document allows either."""
    one = {"type": "object", "required": ["id"]}
    operation = outcomes(documented("rows", Role.SUCCESS, (200, {"type": "array", "items": one}), (200, one)))

    assert read(exchange("getWidget", 200, body), operation, ["rows"]).as_expected


def test_a_broken_record_in_a_list_breaks_its_field():
    """A list with one bad record is still the list, and the field is to blame."""
    record = {"type": "object", "required": ["id", "name"], "properties": {"id": {"type": "integer"}}}
    operation = outcomes(documented("rows", Role.SUCCESS, (200, {"type": "array", "items": record})))

    reading = read(exchange("getWidget", 200, [{"id": "1", "name": "a"}]), operation, ["rows"])

    assert reading.as_expected
    assert broken(reading.assertions) == {"toy.getWidget.rows[].id"}


def test_an_answer_wrapped_in_a_json_text_is_read_through():
    """Where the operation may wrap its answer, what stands in the text is the answer."""
    plain = exchange("getWidget", 200, json.dumps(WIDGET))

    assert plain.json == json.dumps(WIDGET)
    assert replace(plain, wrapped=True).json == WIDGET


def test_a_query_parameter_counts_only_where_it_was_sent():
    """Of two documented parameters the one in the URL is proven by a success."""
    operation = replace(GET, path="/widgets", parameters=("name", "size"))
    asked = exchange("getWidget", 200, WIDGET)
    asked = replace(asked, request=replace(asked.request, url="http://127.0.0.1/widgets?name=a"))

    assertions = taken(asked, operation, "widget", wanted_success=True)

    assert {touch.clause for touch in assertions} == {"toy.getWidget.request.name"}
