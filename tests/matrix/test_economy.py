"""The gate asks the cases that prove something, nightly all; what nobody recorded is asked whole."""

import json
from types import SimpleNamespace

import pytest
import runs

from clausewise import economy, families, package_data, scope
from clausewise.economy import CaseSelection, Core
from clausewise.plans import PLANS
from clausewise.plugin import case_selection, collection
from clausewise.plugin.selection import Selection
from clausewise.plugin.startup import claimed

CASES = ["/a: null", "/a: absent", "/b: null"]


def session(*documents, failed=(), choice=None, plan="gate"):
    """Return as much of a session as tells which cases a test asks."""
    known = scope.of(claimed(runs.REFERENCE, documents))
    kept = SimpleNamespace(tests=lambda: set(failed))
    run = SimpleNamespace(scope=known, plan=PLANS[plan], choice=choice or Selection())
    return SimpleNamespace(run=run, shared=SimpleNamespace(counterexamples=kept))


def asked(of, *, plan="gate", **more):
    """Return how many cases a test asks that has recorded ones, of how many."""
    own = session(plan=plan, **more)
    name, told = of
    made = case_selection.made(own, f"int_ecm/{name}", [f"int-ecm.{name.rpartition('[')[2][:-1]}.withstands"])
    return made._core is not None and made._core.asks == told.asks


def recorded():
    """Return a test of many cases of a small family, and its core."""
    cores = economy.recorded(families.family("int-ecm")).cores
    return next((name, core) for name, core in cores.items() if "one_wrong" in name and core.asks)


def test_a_core_is_asked_of_the_very_cases_that_were_recorded():
    """One case more or less, and nothing is known of any."""
    core = Core("law", economy.digest(CASES), frozenset(["/b: null"]))

    assert CaseSelection(core).picked(CASES) == [2]
    assert CaseSelection(core).picked([*reversed(CASES)]) == [0]
    assert CaseSelection(core).picked([*CASES, "/c: null"]) == [0, 1, 2, 3]
    assert CaseSelection(core).picked(CASES[:2]) == [0, 1]
    assert CaseSelection().picked(CASES) == [0, 1, 2]
    assert (CaseSelection(Core("law", walks=2)).walks(10), CaseSelection().walks(10)) == (2, 10)


def test_what_is_asked_and_what_there_is_are_counted():
    """Over all that a test asks."""
    made = CaseSelection(Core("law", economy.digest(CASES), frozenset(["/b: null"]), 2))
    made.picked(CASES)
    made.walks(10)

    assert (made.asked, made.had) == (3, 13)


@pytest.mark.parametrize(
    ("more", "selects_cases"),
    [
        ({}, True),
        ({"plan": "proof"}, True),
        ({"plan": "nightly"}, False),
        ({"plan": "certify"}, False),
        ({"choice": Selection(clauses=("int-ecm.login.*",))}, False),
        ({"choice": Selection(operations=("login",))}, False),
        ({"choice": Selection(ids=frozenset({"int-ecm.login.withstands"}))}, False),
        ({"choice": Selection(families=("int-ecm",))}, True),
        ({"failed": [f"int_ecm/{recorded()[0]}"]}, False),
    ],
)
def test_only_the_gate_leaves_cases_out(more, selects_cases):
    """A deeper plan asks all; so does a part that somebody picked, and what failed last."""
    assert asked(recorded(), **more) is selects_cases


def test_a_family_that_nobody_recorded_is_asked_whole(tmp_path):
    """As one that `clausewise family new` made."""
    stranger = families.Family("stranger", tmp_path, "here")

    assert economy.recorded(stranger) == economy.Economy({}, {})


@pytest.mark.parametrize("family", package_data.families())
def test_what_was_recorded_is_of_the_tests_and_documents_of_today(family):
    """Each core holds for the document that a family names first, and each test has its worth."""
    of_today = session()
    known = economy.recorded(families.family(family))
    folder = families.family(family).suite.name
    tests = {
        name.partition("/")[2]: clauses
        for name, clauses in collection.tests(of_today.run.scope, {"plan": "gate"}).items()
        if name.startswith(f"{folder}/")
    }

    assert set(known.cores) <= set(tests), "python scripts/core_cases.py FAMILY records it anew"
    stale = [it for it in known.cores if not case_selection.core(of_today, f"{folder}/{it}", tests[it])]
    assert not stale, "python scripts/core_cases.py FAMILY records it anew"
    unknown = set(tests) - set(known.worth)
    assert all("chance" in name for name in unknown), unknown


def test_another_document_of_other_requests_is_asked_whole():
    """What was recorded of the one says nothing of the other."""
    older = session("cdp=cdp-drap-1.0.1")
    cores = economy.recorded(families.family("cdp")).cores
    name = next(it for it in cores if "one_wrong" in it and "onboardCustomer" in it)
    clauses = ["cdp.onboardCustomer.withstands"]

    assert case_selection.core(session(), f"cdp/{name}", clauses)
    assert case_selection.core(older, f"cdp/{name}", clauses) is None


def test_a_gate_says_how_much_it_asked(tmp_path):
    """On the terminal, in the results and in the statement; each test asks its core, no clause is lost."""
    target = runs.target_at(tmp_path, "embedded", "int-ecm")
    done = runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "run")
    cases = runs.results(tmp_path / "run")["promise"]["cases"]
    told = f"gate asked {cases['asked']} of {cases['of']} cases; nightly asks all"
    records = map(json.loads, (tmp_path / "run" / "verdicts.jsonl").read_text().splitlines())
    cores = economy.recorded(families.family("int-ecm")).cores

    assert done.returncode == 0, done.stdout
    assert cases["asked"] * 2 < cases["of"]
    assert told in " ".join(done.stdout.split())
    assert told in (tmp_path / "run" / "statement.html").read_text()
    for record in records:
        core = cores.get(record["test"].partition("/")[2])
        if core:
            assert record["cases"][0] == (len(core.asks) or core.walks), record["test"]


def test_few_requests_are_spent_on_what_proves_most(tmp_path):
    """Of a fifth of the family's requests most clauses are judged, and what was not made is told."""
    target = runs.target_at(tmp_path, "embedded", "int-ecm")
    few = ("--max-requests", "45", "--seed", "1")
    runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "run", *few)
    told = runs.results(tmp_path / "run")

    assert told["exercised"]["share"] > 0.6
    reasons = told["outcome"]["reasons"]
    assert any("not made, or not to the end: The run may send 45" in why for why in reasons)


def test_the_economical_proof_still_catches_what_only_many_cases_do(tmp_path):
    """Whatever shows only in walks, in spoilt bodies or in other writings of them."""
    target, output = runs.target_at(tmp_path, "embedded", "int-ecm"), tmp_path / "matrix.json"
    globs = ("int-ecm.model.*", "*.withstands", "*.same-meaning", "*.no-json")
    asked = [word for glob in globs for word in ("--defect", glob)]
    done = runs.clausewise("matrix", "--target", target, *asked, "--quick", "--output", output, timeout=600)
    made = json.loads(output.read_text())

    assert done.returncode == 0, done.stdout
    assert len(made["defects"]) == 11
    assert made["survivors"] == []
