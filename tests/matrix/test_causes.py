"""What one fault explains is one cause, what two explain are two: by structure, whatever the texts say."""

import pytest
import runs

from clausewise import package_data, scope, targets
from clausewise.model import Kind, Role
from clausewise.statement.causes import Seen, causes, folded, kept
from clausewise.statement.live import Live
from clausewise.verdict import Policy

GIVEN = {
    "toy.get.done": {"kind": Kind.ANSWER, "outcome": "done"},
    "toy.get.done.id": {"kind": Kind.RESPONSE_FIELD, "outcome": "done"},
    "toy.get.done.items[].id": {"kind": Kind.RESPONSE_FIELD, "outcome": "done"},
    "toy.get.done.name": {"kind": Kind.RESPONSE_FIELD, "outcome": "done"},
    "toy.get.refused.code": {"kind": Kind.RESPONSE_FIELD, "outcome": "refused"},
    "toy.get.json": {"kind": Kind.UNIVERSAL, "outcome": ""},
    "toy.get.there": {"kind": Kind.RULE, "outcome": ""},
    "toy.get.needs-token": {"kind": Kind.AUTH, "outcome": ""},
    "toy.put.done": {"kind": Kind.ANSWER, "outcome": "done"},
    "toy.put.request.colour": {"kind": Kind.REQUEST_FIELD, "outcome": ""},
    "toy.put.request.size": {"kind": Kind.REQUEST_FIELD, "outcome": ""},
    "toy.flow.put-then-get": {"kind": Kind.FLOW, "outcome": ""},
    "toy.model.shop": {"kind": Kind.FLOW, "outcome": ""},
}
CLAUSES = {
    name: {"id": name, "family": "toy", "operation": name.split(".")[1], **it} for name, it in GIVEN.items()
}


class Told:
    """Findings and exchanges in the order of a run, each of a test of its own unless told otherwise."""

    def __init__(self):
        self.findings, self.seen, self.judged = [], {}, {}

    def call(self, operation, wanted, answer, test="", status=200, **more):
        name = f"x-{len(self.seen)}"
        role = {"done": Role.SUCCESS, "refused": Role.INVALID}.get(answer)
        test = test or f"test of {name}"
        self.seen[name] = Seen(("toy", operation), tuple(wanted), answer, role, status, test, **more)
        return name

    def find(self, clause, exchange, where="status", rule="", **more):
        colour, actual = more.get("colour", "red"), more.get("actual", "it")
        test = self.seen[exchange].test
        standing = "documented" if colour == "red" else "inferred"
        about = {"clause": clause, "exchange": exchange, "where": where, "rule": rule, "test": test}
        texts = {"expected": more.get("expected", ""), "actual": actual}
        self.findings.append(about | texts | {"colour": colour, "standing": standing})

    @property
    def causes(self):
        came = {what for it in self.seen.values() for what in it.came}
        good = kept(self.judged, self.findings)
        return causes(folded(self.findings, CLAUSES, self.seen), CLAUSES, self.seen, came, good)

    @property
    def names(self):
        return [it["clauses"] for it in self.causes]


@pytest.fixture
def told():
    """A run to be filled."""
    return Told()


def test_a_place_is_one_cause_however_many_items_and_calls_show_it(told):
    """Ids, numbers and texts that differ from call to call are no part of it."""
    for number in range(3):
        name = told.call("get", ["done"], "done")
        told.find("toy.get.done.items[].id", name, f"/items/{number}/id", "type", actual=f"[{number}]")

    assert told.names == [["toy.get.done.items[].id"]]


def test_two_places_of_one_answer_are_two_causes(told):
    """Two wrong values are two faults, though one answer shows both."""
    name = told.call("get", ["done"], "done")
    told.find("toy.get.done.id", name, "/id", "type")
    told.find("toy.get.done.name", name, "/name", "type")

    assert len(told.causes) == 2


def test_what_is_absent_together_is_one_cause(told):
    """An answer in another shape lacks all its fields at once; what is absent elsewhere is another fault."""
    for _ in range(2):
        name = told.call("get", ["done"], "done")
        told.find("toy.get.done.id", name, "/id", "required")
        told.find("toy.get.done.name", name, "/name", "required")
    assert len(told.causes) == 1

    told.find("toy.get.done.id", told.call("get", ["done"], "done"), "/id", "required")
    assert len(told.causes) == 2


def test_an_answer_that_is_none_takes_along_all_that_is_amiss_in_it(told):
    """No JSON under status 500: the answer, the rule for all answers, and whatever wanted it."""
    name = told.call("get", ["done"], "", status=500)
    told.find("toy.get.json", name, "body")
    told.find("toy.get.done", name)
    told.find("toy.flow.put-then-get", told.call("get", ["refused"], "", status=500))

    assert told.names == [["toy.get.done", "toy.flow.put-then-get", "toy.get.json"]]


def test_a_documented_rule_that_alone_is_broken_names_the_cause(told):
    """It says which request is answered otherwise; of two rules the answer says more."""
    name = told.call("get", ["refused"], "done")
    told.find("toy.get.done", name)
    told.find("toy.get.there", name)
    assert told.names[0][0] == "toy.get.there"

    told.find("toy.get.needs-token", name)
    assert told.names[0][0] == "toy.get.done"


def test_a_rule_names_the_cause_where_its_answer_comes_elsewhere(told):
    """What is refused in one place and taken in all others is told by the place."""
    told.find("toy.get.done", name := told.call("get", ["done"], "refused", status=400))
    told.find("toy.get.there", name, colour="red")
    told.find("toy.get.done", told.call("get", ["done"], "refused", status=400))
    told.find("toy.get.needs-token", name)
    assert told.names[0][0] == "toy.get.done"

    told.call("get", ["done"], "done")
    assert told.names[0][0] == "toy.get.there"


def test_the_request_field_that_a_refusal_is_for_names_the_cause(told):
    """One that only stood in the refused request does not, nor does the status of a test of its own."""
    told.find("toy.put.done", name := told.call("put", ["done"], "refused", status=400))
    told.find("toy.put.request.size", name, "status")
    assert told.names[0][0] == "toy.put.done"

    told.find("toy.put.request.size", name, "/size")
    assert told.names[0][0] == "toy.put.request.size"


def test_a_request_field_that_no_taken_request_had_names_the_cause(told):
    """Where no answer names a field, what stood only in requests that were refused is suspected."""
    name = told.call("put", ["done"], "refused", status=400)
    told.find("toy.put.done", name)
    told.find("toy.put.request.colour", name, "")
    told.find("toy.put.request.size", name, "")
    told.judged = {"toy.put.request.colour": 4, "toy.put.request.size": 1}
    assert told.names[0][0] == "toy.put.request.size"

    told.judged = {"toy.put.request.colour": 1, "toy.put.request.size": 1}
    assert told.names[0][0] == "toy.put.done"


def test_who_is_refused_is_no_matter_of_security(told):
    """A clause about credentials fails, too, where the good request that goes before is refused."""
    told.find("toy.get.needs-token", told.call("get", ["done"], "refused", status=400))

    assert not told.causes[0]["security"]


def test_a_good_request_that_is_refused_is_one_cause_with_the_form_of_the_refusal(told):
    """Whatever was wanted of the operation; a refusal that is wrong where it was wanted is another one."""
    name = told.call("put", ["done"], "refused", status=400)
    told.find("toy.put.done", name)
    told.find("toy.put.request.size", name, "")
    told.find("toy.flow.put-then-get", told.call("put", ["done"], "refused", status=400))
    assert told.names == [["toy.put.done", "toy.put.request.size", "toy.flow.put-then-get"]]

    told.find("toy.get.refused.code", told.call("get", ["refused"], "refused", status=400), "/code", "type")
    assert len(told.causes) == 2


def test_a_success_in_place_of_two_refusals_is_two_causes(told):
    """Who is let in without a token and whose wrong request is served are two faults."""
    told.find("toy.get.needs-token", told.call("get", ["unauthorized"], "done"))
    told.find("toy.get.there", told.call("get", ["refused"], "done"))

    first, second = told.causes
    assert first["clauses"] == ["toy.get.needs-token"]
    assert first["security"]
    assert not second["security"]


def test_an_effect_follows_from_the_last_wrong_answer_on_its_way(told):
    """A model's walk stands beside the step that it stumbled over; amber under red."""
    put = told.call("put", ["done"], "done", "a walk")
    told.find("toy.put.done", put, "/size", "const")
    get = told.call("get", ["done"], "done", "a walk")
    told.find("toy.model.shop", get, "", colour="amber")

    assert told.names == [["toy.put.done", "toy.model.shop"]]
    assert told.causes[0]["colour"] == "red"


def test_an_effect_beside_an_answer_that_no_document_has_follows_from_it(told):
    """A test that looks at several answers at once names one of them; the strange one may be another."""
    told.find("toy.put.done", told.call("put", ["done"], "", status=403))
    get = told.call("get", ["done"], "done", "a test of both")
    told.find("toy.flow.put-then-get", get, "status of put")
    assert len(told.causes) == 2

    told.call("put", [], "", "a test of both", status=403)
    assert told.names == [["toy.put.done", "toy.flow.put-then-get"]]


def test_effects_at_one_place_are_one_cause_and_of_one_clause_too(told):
    """Two clauses that miss the same value, one clause that misses several."""
    name = told.call("get", ["done"], "done")
    told.find("toy.flow.put-then-get", name, "/size")
    told.find("toy.flow.put-then-get", name, "/weight")
    told.find("toy.model.shop", told.call("get", ["done"], "done"), "/weight")

    assert len(told.causes) == 1


@pytest.mark.parametrize(
    ("sent", "expected", "made"),
    [
        ("http://127.0.0.1/get?id=%C2%A7-odd-id", "", 1),
        ('http://127.0.0.1/get {"id": "\\u00a7-odd-id"}', "", 1),
        ("http://127.0.0.1/get?id=another", "the id §-odd-id", 1),
        ("http://127.0.0.1/get?id=%C2%A7-odd", "", 2),
        ("http://127.0.0.1/get?id=another", "", 2),
    ],
)
def test_a_value_that_is_amiss_goes_on(told, sent, expected, made):
    """What it is sent with fails, and what is compared with it: both are its doing, and nothing else is."""
    told.find("toy.get.done.name", told.call("get", ["done"], "done"), "/name", "pattern", actual='"§-name"')
    put = told.call("put", ["done"], "done", test="both")
    told.find("toy.get.done.id", put, "/id", "pattern", actual='"§-odd-id"')
    get = told.call("get", ["done"], "done" if expected else "refused", test="both", sent=sent)
    told.find("toy.flow.put-then-get", get, "/text" if expected else "status", expected=expected)

    assert len(told.causes) == 1 + made


@pytest.mark.parametrize(
    ("actual", "sent"),
    [('["retyped"]', '{"id": "retyped"}'), ('"' + "long " * 40 + "... (4202 characters)", "long " * 50)],
)
def test_a_value_that_goes_on_otherwise_is_known_again(told, actual, sent):
    """The one text of a list is sent for it, and of a long value only the beginning is shown."""
    put = told.call("put", ["done"], "done", test="both")
    told.find("toy.get.done.id", put, "/id", "type", actual=actual)
    told.find("toy.flow.put-then-get", told.call("get", ["done"], "refused", test="both", sent=sent))

    assert len(told.causes) == 1


def test_a_short_value_is_not_known_again(told):
    """Every request holds a null, or a digit."""
    put = told.call("put", ["done"], "done", test="both")
    told.find("toy.get.done.id", put, "/id", "type", actual="null")
    get = told.call("get", ["done"], "refused", test="both", sent='http://127.0.0.1/get {"size": null}')
    told.find("toy.flow.put-then-get", get)

    assert len(told.causes) == 2


def test_a_status_of_which_no_answer_is_told_follows_from_what_is_amiss_in_answers_of_it(told):
    """Where several answers may come, nobody can say which one lost the field by which it is known."""
    name = told.call("get", ["refused"], "refused", status=400)
    told.find("toy.get.refused.code", name, "/code", "required")
    told.find("toy.get.there", told.call("get", ["done", "refused"], "", status=400))
    assert told.names == [["toy.get.refused.code", "toy.get.there"]]

    told.find("toy.get.there", told.call("get", ["done", "refused"], "", status=500))
    assert len(told.causes) == 2


def test_who_is_let_in_is_let_in_whatever_comes(told):
    """Without a refusal the business answers: with a success, or with what it has against the request."""
    told.find("toy.get.needs-token", told.call("get", ["refused"], "done", shuts_out=True))
    told.find("toy.get.needs-token", told.call("get", ["refused"], "failed", status=500, shuts_out=True))
    assert len(told.causes) == 1

    told.find("toy.get.done", told.call("get", ["done"], "locked", status=500))
    assert len(told.causes) == 2


def test_amber_follows_from_an_answer_on_its_way_that_elsewhere_stands_in_anothers_place(told):
    """What a call left undone, and said it did, shows where a guess of ours goes on from it."""
    told.find("toy.put.done", told.call("put", ["refused"], "done"))
    told.call("put", ["done"], "done", test="both")
    later = told.call("get", ["done"], "failed", test="both", status=500)
    told.find("toy.get.there", later, colour="amber")
    assert told.names == [["toy.put.done", "toy.get.there"]]

    told.find("toy.get.there", told.call("get", ["done"], "refused", status=500), colour="amber")
    assert len(told.causes) == 2


def test_an_answer_that_is_anothers_as_a_whole_takes_along_its_fields(told):
    """What is said of one field, and of another, are two faults where nothing is said of the whole."""
    told.find("toy.flow.put-then-get", told.call("get", ["done"], "done"), "limit")
    told.find("toy.get.there", told.call("get", ["done"], "done"), "consent")
    told.find("toy.get.needs-token", told.call("put", ["done"], "done"), "")
    assert len(told.causes) == 3

    told.find("toy.model.shop", told.call("get", ["done"], "done"), "")
    assert len(told.causes) == 2


def test_one_place_of_several_answers_is_one_cause_where_the_same_is_amiss(told):
    """A text that is made in one place goes out in each answer; of another kind it is another fault."""
    told.find("toy.get.done.id", told.call("get", ["done"], "done"), "/id", "pattern")
    told.find("toy.get.refused.code", told.call("get", ["refused"], "refused"), "/id", "pattern")
    assert len(told.causes) == 1


def test_another_rule_at_one_place_of_another_answer_is_another_cause(told):
    """A number in one answer and an odd text in the other were not made in one place."""
    told.find("toy.get.done.id", told.call("get", ["done"], "done"), "/id", "pattern")
    told.find("toy.get.refused.code", told.call("get", ["refused"], "refused"), "/id", "type")

    assert len(told.causes) == 2


def test_red_and_security_and_reach_come_first(told):
    """What a release manager has to see stands on top."""
    told.find("toy.get.done.name", told.call("get", ["done"], "done"), "/name", "type", colour="amber")
    told.find("toy.get.done.id", told.call("get", ["done"], "done"), "/id", "type")
    wide = told.call("put", ["done"], "", status=500)
    told.find("toy.put.done", wide)
    told.find("toy.flow.put-then-get", wide)
    told.find("toy.get.needs-token", told.call("get", ["unauthorized"], "done"))

    assert [it["clauses"][0] for it in told.causes] == [
        "toy.get.needs-token",
        "toy.put.done",
        "toy.get.done.id",
        "toy.get.done.name",
    ]
    assert [it["id"] for it in told.causes] == [1, 2, 3, 4]


def test_causes_are_counted_while_tests_go_on(monkeypatch):
    """Once in a while, and by what the tests say: one place in two calls is one, another rule another."""
    monkeypatch.setattr("clausewise.statement.live._EVERY", 0.0)
    known = scope.of(targets.load(runs.REFERENCE, package_data.SCHEMAS / "target.schema.json"))
    live = Live(known, Policy())

    def told(clause, where, name):
        bad = {"clause": clause, "where": where, "exchange": name, "rule": "type", "actual": "it"}
        call = {"family": "cdp", "operation": "validateCustomer", "expected": ["found"], "matched": "found"}
        came = {"id": name, "test": name, "response": {"status": 200}}
        return {"findings": [bad], "exchanges": [call | came]}

    for name in ("x-1", "x-2"):
        live.add(told("cdp.validateCustomer.found.data.first_name", "/data/first_name", name))
    live.add({"findings": [], "exchanges": []})
    assert live.causes == 1
    live.add(told("cdp.validateCustomer.found.data.ecrn", "/data/ecrn", "x-3"))
    assert live.causes == 2
