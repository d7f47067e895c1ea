"""Policy, waivers, frozen sets, confirmed failures: what people decide, and that it cannot rot."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import requests
import runs
from locking import gateway

from clausewise import rulings
from clausewise.errors import ConfigurationError

CLAUSE = "cdp.validateCustomer.found.data.first_name"
TODAY = datetime.now(UTC).date()
LATER, EARLIER = (str(TODAY + timedelta(days=days)) for days in (30, -1))
BEND = {"answer": "validateCustomer.found", "bend": [{"set": "/data/first_name", "to": 7}]}
CHOSEN = ["--clause", f"{CLAUSE}*", "--clause", "cdp.validateCustomer.found"]


def waiver(clause=CLAUSE, expires=LATER, target="reference"):
    return (
        f'[[waiver]]\nclause = "{clause}"\ntarget = "{target}"\nreason = "a text since release 7"\n'
        f'owner = "onboarding team"\nticket = "EX-12"\nexpires = {expires}\n\n'
    )


@pytest.fixture(scope="module")
def judged():
    """What judges the cdp family of the reference under a bend, and returns the process and its results."""
    with runs.reference("cdp", control=True) as url:

        def judge(folder, *options, bend=BEND, clauses=CHOSEN):
            requests.put(f"{url}/__control__/bend", json=bend, timeout=5).raise_for_status()
            given = ["--target", runs.target_at(folder, url, "cdp"), "--run-dir", folder / "run"]
            done = runs.clausewise("run", *given, *clauses, *options)
            return done, runs.results(folder / "run")

        yield judge


@pytest.fixture
def waivers(tmp_path):
    """Write a waiver file."""

    def write(*entries):
        path = tmp_path / "waivers.toml"
        path.write_text("# who answers for what\n" + "".join(entries))
        return path

    return write


def test_a_waived_clause_runs_and_is_amber(tmp_path, waivers, judged):
    """It is judged, shown with owner and ticket, counted beside the passed ones, and not red."""
    done, results = judged(tmp_path, "--waivers", waivers(waiver(), waiver(target="elsewhere")))

    row = next(row for row in results["clauses"] if row["id"] == CLAUSE)
    assert (row["verdict"], row["colour"]) == ("waived", "amber")
    assert row["reason"] == f"waived until {LATER} by onboarding team, EX-12: a text since release 7"
    assert row["findings"]
    assert results["outcome"]["exit"] == done.returncode == 2  # a partial run
    assert " kept, 1 waived;" in done.stdout
    assert [entry["state"] for entry in results["waivers"]] == ["applied"]
    assert "EX-12" in (tmp_path / "run" / "report.html").read_text()
    assert "| applied |" in (tmp_path / "run" / "summary.md").read_text()


STALE = {
    "expired": (waiver(expires=EARLIER), BEND, f"has expired on {EARLIER}: mend it or delete lines 2 to 9"),
    "no longer needed": (waiver(), {}, "is no longer needed, the clause is kept: delete lines 2 to 9"),
    "unmatched": (waiver("cdp.validateCustomer.gone"), {}, "perhaps of cdp.validateCustomer.json: delete"),
}


@pytest.mark.parametrize("state", STALE)
def test_a_waiver_that_does_not_hold_turns_the_run_red(tmp_path, waivers, state, judged):
    """The reason names the file and the lines to delete."""
    entry, bend, says = STALE[state]
    whole = [] if state == "no longer needed" else CHOSEN
    done, results = judged(tmp_path, "--waivers", waivers(entry), "--plan", "proof", bend=bend, clauses=whole)

    assert done.returncode == 1
    assert [told["state"] for told in results["waivers"]] == [state]
    assert any(says in reason for reason in results["outcome"]["reasons"]), results["outcome"]["reasons"]


def test_a_partial_run_does_not_call_a_waiver_unneeded(tmp_path, waivers, judged):
    """It may have left out the very test that breaks the clause."""
    done, results = judged(tmp_path, "--waivers", waivers(waiver()), bend={})

    assert [told["state"] for told in results["waivers"]] == ["not judged"]
    assert done.returncode == 2


BAD = {
    "waiver = 3": "waiver is 3",
    waiver().replace("owner", "ower"): "did you mean 'owner'?",
    waiver().replace('ticket = "EX-12"\n', ""): "lacks the key 'ticket'",
    waiver(expires='"2026-13-01"'): "line 2: expires is '2026-13-01'",
    waiver(expires='"soon"'): "expires is 'soon'",
    "[[waiver": "is no valid TOML",
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_waiver_file_is_one_sentence(waivers, text):
    """Which file, which key or line, what was expected."""
    path = waivers(text)
    with pytest.raises(ConfigurationError) as bad:
        rulings.load({"waivers": path.name}, path, "reference")

    assert str(path) in str(bad.value)
    assert BAD[text] in str(bad.value)


@pytest.mark.parametrize("text", ["", "# none today", "waiver = []"])
def test_a_waiver_file_may_be_empty(waivers, text):
    """Nobody answers for anything, and that is fine."""
    path = waivers(text)
    assert rulings.load({"waivers": path.name}, path, "reference").waivers == ()


def test_waivers_in_a_row_point_at_the_file(waivers):
    """Written as an inline array they have no lines of their own."""
    entry = "{clause='a',target='reference',reason='r',owner='o',ticket='t',expires='2099-01-01'}"
    path = waivers(f"waiver = [{entry}, {entry}]")
    assert [one.lines[0] for one in rulings.load({"waivers": path.name}, path, "reference").waivers] == [1, 1]


@pytest.mark.parametrize("option", ["--waivers", "--frozen", "--policy"])
def test_a_missing_file_ends_with_exit_4(tmp_path, option):
    """Before any request."""
    done = runs.clausewise(
        "run", "--target", runs.REFERENCE, "--run-dir", tmp_path / "run", option, "no.such"
    )

    assert done.returncode == 4
    assert "no.such" in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_policy_says_what_is_red_and_how_fast_answers_are(tmp_path, judged):
    """No standing is red here but inferred; slow answers are amber, or red where it says so."""
    path = tmp_path / "policy.toml"
    path.write_text(
        'red = ["inferred"]\n[minimum_exercised]\ncdp = 1.0\n[response_time]\n"cdp.*" = { p95 = 0.001 }\n'
        '"cdp.getToken" = { max = 0.001, red = true }\n'
    )
    done, results = judged(tmp_path, "--policy", path)

    row = next(row for row in results["clauses"] if row["id"] == CLAUSE)
    assert (row["verdict"], row["colour"]) == ("fail", "amber")
    slow = {(told["operation"], told["figure"]): told["colour"] for told in results["response_times"]}
    assert slow["validateCustomer", "p95"] == "amber"
    assert slow["getToken", "max"] == "red"
    assert done.returncode == 1
    assert any(
        "cdp.getToken answers too slowly: max of" in reason for reason in results["outcome"]["reasons"]
    )
    assert any(rule["rule"].startswith("cdp: as much was exercised") for rule in results["sufficiency"])


def test_a_frozen_set_scores_its_own_clauses_only(tmp_path, judged):
    """What is not in it is judged, shown grey, and counts for nothing."""
    made = runs.clausewise("clauses", "--family", "cdp", "--target", runs.REFERENCE, "--freeze", "1.0")
    told = json.loads(made.stdout)
    assert CLAUSE in told["clauses"]
    told["clauses"].remove(CLAUSE)
    told["clauses"].append("cdp.validateCustomer.gone")
    path = tmp_path / "frozen.json"
    path.write_text(json.dumps(told))

    done, results = judged(tmp_path, "--frozen", path, clauses=["--plan", "proof"])

    row = next(row for row in results["clauses"] if row["id"] == CLAUSE)
    assert (row["verdict"], row["colour"], row["scored"]) == ("fail", "grey", False)
    assert results["frozen"]["set"] == "1.0"
    assert results["frozen"]["gone"] == ["cdp.validateCustomer.gone"]
    assert done.returncode == 2, done.stdout
    assert "frozen set 1.0" in done.stdout


@pytest.mark.parametrize("text", ["", "{}", "[" * 100000, '{"format": "clausewise-frozen", "version": 2}'])
def test_a_bad_frozen_set_is_one_sentence(tmp_path, text):
    """Whatever stands in the file."""
    path = tmp_path / "frozen.json"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as bad:
        rulings.thawed(path)

    assert str(path) in str(bad.value)


def test_a_failure_that_does_not_come_again_is_unstable(tmp_path, judged):
    """Repeated once: broken both times is broken; broken once is unstable, and never a pass."""
    clauses = ["--clause", CLAUSE]
    done, results = judged(tmp_path, "--confirm-failures", clauses=clauses)
    assert done.returncode == 1
    assert next(row for row in results["clauses"] if row["id"] == CLAUSE)["verdict"] == "fail"

    folder = tmp_path / "once"
    folder.mkdir()
    first = BEND | {"times": 1}
    done, results = judged(folder, "--confirm-failures", bend=first, clauses=clauses)
    assert next(row for row in results["clauses"] if row["id"] == CLAUSE)["verdict"] == "unstable"
    assert done.returncode == 2
    assert "1 clause is unstable: broken once, kept when repeated" in done.stdout


def test_a_page_that_a_gateway_gives_now_and_then_is_unstable(tmp_path):
    """Every 40th call is answered 503 in HTML: nothing is broken or lost, and what was repeated is told."""
    with runs.reference("int-ecm") as behind, gateway(behind, {}, page_every=40) as (url, kept):
        target = runs.target_at(tmp_path, url, "int-ecm")
        folder = tmp_path / "run"
        done = runs.clausewise("run", "--target", target, "--run-dir", folder, "--confirm-failures")
    results = runs.results(folder)

    assert len(kept.calls) > 80
    assert done.returncode == 2, done.stdout
    assert results["counts"]["fail"] == results["counts"]["error"] == 0, done.stdout
    unstable = [row["reason"] for row in results["clauses"] if row["verdict"] == "unstable"]
    assert unstable
    assert all("was answered by a gateway, with a 503" in reason for reason in unstable)
    (told,) = [row["says"] for row in results["excuses"] if row["kind"] == "repeats"]
    assert re.search(r"0 tests, and calls of \d+ tests? that a gateway answered; \d+ clauses? kept", told)
