"""Mutants by program: what is made, what it does on the wire, and what becomes of it."""

import json
import sqlite3
from dataclasses import replace

import pytest
import runs
from exchanges import TOY
from toy_mutants import GIVEN, MADE

from clausewise import mutants, mutation_testing, package_data
from clausewise.model import Standing, among
from clausewise.reference.effects import Effects
from clausewise.reference.fault_injection import Answer, Faults, written
from clausewise.reference.neighbours import FORMS


def bent(name, answer=GIVEN[0], before=None):
    """Return what a mutant of the toy makes of an answer's body."""
    return json.loads(written(answer, MADE[name].bend["bend"], before).content)


def test_every_field_is_put_into_its_neighbours_places():
    """The ids say what is done where; each is made once."""
    wanted = [
        "getWidget.widget:/name:dropped",
        "getWidget.widget:/name:renamed-capitals",
        "getWidget.widget:/name:letter-case",
        "getWidget.widget:/name:number",
        "getWidget.widget:/name:null",
        "getWidget.widget:/name:stale",
        "getWidget.widget:/weight:negative",
        "getWidget.widget:/weight:rounded",
        "getWidget.widget:/parts:object",
        "getWidget.widget:/parts:reversed",
        "getWidget.widget:/parts:last-doubled",
        "getWidget.widget:/parts/*/id:first-for-all",
        "getWidget.widget:/parts/*/id:neighbour-note",
        "getWidget.unauthorized::status-200",
        "getWidget.unknown::media-type-text-html",
        "getWidget.unknown::answer-widget",
        "getWidget::previous-answer",
        "addWidget::effect-late",
    ]
    assert {f"mutant:toy.{it}" for it in wanted} <= set(MADE)


def test_the_same_number_is_no_defect():
    """7.0 and 7e0 are 7: no form of a number is the number itself, written otherwise."""
    for value in (7, 7.0, -2, 0.5, 0, 0.0):
        turned = [made for form, act in FORMS.items() if type(made := act(value)) in {int, float}]
        assert all(it is value or it != value for it in turned)
    assert "mutant:toy.getWidget.unknown:/errorCode:rounded" not in MADE


def test_a_word_of_another_answer_is_put_at_the_same_field():
    """What another answer of the operation says there, and no value that is merely another."""
    told = Answer("getWidget.widget", 200, {"status": "fine"})
    made = {it.id: it for it in mutants.of(TOY, [told, *GIVEN])}

    mutant = made["mutant:toy.getWidget.widget:/status:word-int-401"]
    assert mutant.bend["bend"] == [{"set": "/status", "to": 401}]


def test_keys_that_name_what_was_sent_are_none_of_the_answers_fields():
    """Of an object whose keys are the request's, the whole is bent, and what a document prints in it."""
    told = Answer("addWidget.invalid", 400, {"details": {"name": "Too long"}})
    made = {it.id for it in mutants.of(TOY, [told])}

    assert "mutant:toy.addWidget.invalid:/details:null" in made
    assert not [name for name in made if "/details/name" in name]


@pytest.mark.parametrize(("standing", "made"), [("documented", True), ("inferred", False)])
def test_what_stands_in_an_answer_that_no_document_states_is_not_changed(standing, made):
    """That another answer comes in its place is seen all the same."""
    clauses = [
        replace(it, standing=Standing(standing)) if it.id == "toy.getWidget.unknown" else it
        for it in TOY.clauses
    ]
    ids = {it.id for it in mutants.of(replace(TOY, clauses=tuple(clauses)), GIVEN)}

    assert ("mutant:toy.getWidget.unknown:/errorCode:null" in ids) is made
    assert ("mutant:toy.getWidget.unknown::list" in ids) is made
    assert {"mutant:toy.getWidget.unknown::answer-widget", "mutant:toy.getWidget.widget:/name:null"} <= ids


def refusal(**known):
    """Return the ids of the mutants of a refusal of which a document prints only a code, and what it says."""
    operation = TOY.operations["getWidget"]
    outcomes = tuple(replace(it, **known) if it.name == "unknown" else it for it in operation.outcomes)
    contract = replace(TOY, operations={"getWidget": replace(operation, outcomes=outcomes)})
    told = Answer("getWidget.unknown", 200, {"errorCode": 45001, "message": "No such widget", "id": "x"})
    ids = {it.id.removeprefix("mutant:toy.getWidget.unknown:") for it in mutants.of(contract, [told, *GIVEN])}
    return {name for name in ids if not name.startswith("mutant:")}


def test_of_a_refusal_that_is_known_by_its_code_only_what_is_printed_is_changed():
    """Nor is a name that no document prints; that it comes, and as what, is seen all the same."""
    plain, bare = refusal(), refusal(any_body=True)

    assert {"/id:null", ":list", "/errorCode:renamed-snake", "/errorCode:null"} <= plain
    for unprinted in (refusal(by_status=True), refusal(vague=True)):
        assert {"/errorCode:null", ":bytes-cut", ":answer-widget"} <= unprinted
        assert not {"/id:null", ":list", "/errorCode:renamed-snake"} & unprinted
    assert {name.partition("-")[0] for name in bare} == {":status", ":answer"}


def test_another_answer_in_the_words_that_are_left_open_is_no_mutant():
    """Where no document gives the words of a refusal, those of the next one are as good."""
    assert ":answer-unauthorized" in refusal(vague=True)
    free = replace(TOY.operations["getWidget"].outcome("unauthorized").forms[0], first=200, last=599)
    assert ":answer-unauthorized" not in refusal(vague=True, forms=(free,))


@pytest.mark.parametrize(
    ("name", "place", "wanted"),
    [
        ("/name:letter-case", "name", "cOG"),
        ("/name:list", "name", ["Cog"]),
        ("/weight:text", "weight", "7.5"),
        ("/weight:empty", "weight", 0),
        ("/weight:huge", "weight", 7.5e20),
        ("/name:huge", "name", "Cog" * 3334),
        ("/parts:first-entry", "parts", {"id": "a", "note": "x"}),
        ("/parts:first-only", "parts", [{"id": "a", "note": "x"}]),
        ("/parts/*/id:first-for-all", "parts", [{"id": "a", "note": "x"}, {"id": "a", "note": "y"}]),
        ("/parts/*/id:neighbour-note", "parts", [{"id": "x", "note": "x"}, {"id": "y", "note": "y"}]),
    ],
)
def test_a_mutant_bends_the_answer(name, place, wanted):
    """The bend is data that the reference plays."""
    assert bent(f"mutant:toy.getWidget.widget:{name}")[place] == wanted


def test_a_stale_value_is_that_of_the_answer_before():
    """The reference remembers what it answered last, as it was without a bend."""
    bends = Faults([MADE["mutant:toy.getWidget.widget:/name:stale"].bend])
    first, second = (Answer("getWidget.widget", 200, {"name": name}) for name in ("Cog", "Nut"))

    assert [json.loads(bends.wire(it, family="toy").content)["name"] for it in (first, second)] == [
        "Cog",
        "Cog",
    ]
    assert bends.changed == 1

    bends.switch([MADE["mutant:toy.getWidget::previous-answer"].bend])
    seen = [bends.wire(it, family="toy").status for it in (GIVEN[2], first, second)]
    assert seen == [401, 401, 200]


def test_every_mutant_changes_what_it_was_made_from():
    """What changes nothing was not made, but for what rests on the call before."""
    idle = [it.id for it in MADE.values() if "effect" not in it.bend and not any(map(it.changes, GIVEN))]

    assert idle == []


@pytest.mark.parametrize("how", ["doubled", "spread"])
def test_what_is_set_once_more_is_as_it_was(how):
    """It is no defect, however often a row is written."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    memory.executescript("CREATE TABLE row (n); INSERT INTO row VALUES (1)")
    bends = Faults([{"family": "toy", "of": "set", "effect": how}])
    effects = Effects("toy", bends, memory)

    def setting():
        memory.execute("UPDATE row SET n = 2")
        return Answer("set.done", 200, {})

    assert [effects.act(setting).status for _ in range(2)] == [200, 200]
    assert bends.changed == 0


def test_a_mutant_meets_every_test_whose_clause_may_be_about_its_answer():
    """Of a function whose clauses are all another operation's, one is enough: it only prepares the ground.

    What is stale is so from the second call on, so that the first test is met once more.
    """
    named = {
        "t.py::own[a]": "toy.getWidget.widget",
        "t.py::flow[a]": "toy.flow.names",
        "t.py::flow[b]": "toy.flow.weights",
        "t.py::other[a]": "toy.addWidget.added",
        "t.py::other[b]": "toy.addWidget.no-json",
    }
    runner = mutation_testing._Runner(mutation_testing.Pick(), lambda *_: None, "http://127.0.0.1")
    runner._known = {
        test: {"clauses": [name], "seconds": at} for at, (test, name) in enumerate(named.items())
    }
    runner._met |= {("toy", "getWidget"): dict.fromkeys(named, GIVEN), ("toy", "addWidget"): {}}

    met = list(runner._touched(MADE["mutant:toy.getWidget.widget:/name:null"]))
    again = list(runner._touched(MADE["mutant:toy.getWidget.widget:/name:stale"]))

    assert met == ["t.py::own[a]", "t.py::flow[a]", "t.py::flow[b]", "t.py::other[a]"]
    assert again == [*met, met[0]]


def test_a_glob_with_an_item_stands_for_itself():
    """Ids hold `*` where a pointer means every item."""
    assert among("mutant:toy.op.yes:/parts/*/id:null", ["mutant:toy.op.*:/parts/*/id:null"])


# What an answer may hold in place of a value: another type, another form, null, much, nothing.
ODD = (
    "null",
    "object",
    "list",
    "number",
    "text",
    "flipped",
    "empty",
    "dropped",
    "half",
    "huge",
    "nested",
    "enlisted",
)


@pytest.mark.parametrize(
    "count", [40, pytest.param(4000, marks=pytest.mark.soak, id="all")], ids=lambda count: f"{count}"
)
def test_no_test_of_ours_breaks_on_an_odd_value(tmp_path, count):
    """Whatever one value of an answer is replaced by, a test ends in a verdict and in no error of its own."""
    output, target = tmp_path / "mutants.json", runs.target_at(tmp_path, "embedded", *package_data.families())
    picked = [word for kind in ODD for word in ("--defect", f"mutant:*:{kind}")]
    given = ["--target", target, *picked, "--sample", str(count), "--seed", "1", "--output", output]
    runs.clausewise("matrix", "--mutants", *given, timeout=7200)

    made = json.loads(output.read_text())
    assert len(made["fates"]) >= min(count, 40)
    assert made["broken"] == []
