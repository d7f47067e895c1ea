"""Plans: what a run takes, what it may do, what it may spend, and that a seed repeats it."""

import json
import re
from typing import Any

import pytest
import runs

MASK = re.compile(r"\[masked \w+ \d+ [0-9a-f]{8}\]|boundary=\w+|--[0-9a-f]{32}")


def run(folder, *options, target=runs.REFERENCE):
    done = runs.clausewise("run", "--target", target, "--run-dir", folder, *options)
    return done, runs.results(folder)


def exchanges(folder):
    lines = (folder / "exchanges.jsonl").read_text("utf-8").split("\n")  # not at U+2028, as splitlines would
    return [json.loads(line) for line in lines if line]


def test_smoke_takes_answers_and_entry_only(tmp_path):
    """Each operation's success and its main errors; that is kept, and nothing is called conformant."""
    target = runs.target_at(tmp_path, "embedded", "cdp", "account-service")
    done, results = run(tmp_path / "run", "--plan", "smoke", target=target)

    assert done.returncode == 0, done.stdout
    said = "Kept all that plan smoke asks (exit 0): 87 of 1002 clauses, and what their answers show;"
    assert results["outcome"]["sentence"].startswith(said)
    for name in ("summary.md", "badge.svg", "statement.html", "report.html"):
        assert "conformant" not in (tmp_path / "run" / name).read_text().lower(), name
    assert not results["promise"]["whole"]
    assert results["run"]["plan"] == "smoke"
    assert results["run"]["seconds"] < 60
    judged = {row["kind"] for row in results["clauses"] if row["tests"]}
    assert {"answer", "auth"} <= judged
    by_id = {row["id"]: row["verdict"] for row in results["clauses"]}
    assert by_id["cdp.flow.onboarded-is-found"] == "not applicable"
    assert by_id["account-service.get-account-list.done"] == "pass"


def test_safe_sends_nothing_that_writes(tmp_path):
    """Only operations that read are called, log-ins among them."""
    done, results = run(tmp_path / "run", "--plan", "safe")

    assert done.returncode == 0, done.stdout
    assert results["outcome"]["word"] == "kept all that plan safe asks"
    called = {record["operation"] for record in exchanges(tmp_path / "run")}
    assert called
    assert not called & {
        "onboardCustomer",
        "addCustomer",
        "saveEvents",
        "upload-on-boarding",
        "create-ekyc-account",
    }
    reasons = {row["reason"] for row in results["clauses"] if row["verdict"] == "not applicable"}
    assert any("onboardCustomer writes, and plan 'safe' only reads" in reason for reason in reasons)
    assert not [row for row in results["clauses"] if row["verdict"] == "fail"]


def test_a_plan_asks_for_the_fixtures_that_it_needs(tmp_path):
    """Nobody to read, and safe may onboard nobody: not fully verified, and the fixture is named."""
    target = runs.target_at(tmp_path, "embedded", "cdp")
    runs.without(target, "cdp", "customer.active")

    done, results = run(tmp_path / "run", "--plan", "safe", target=target)

    assert done.returncode == 2, done.stdout
    assert re.search(r"exercised; plan safe asks \d+ of 612 clauses\.", results["outcome"]["sentence"])
    short = [row["reason"] for row in results["clauses"] if row["verdict"] == "untestable"]
    assert any('name one: [families.cdp.fixtures."customer.active"]' in reason for reason in short)


@pytest.mark.parametrize("narrow", ["--family=cdp", "--operation=getToken", "--max-requests=9"])
def test_less_than_a_plan_asks_is_not_what_it_promises(tmp_path, narrow):
    """Picked, or out of budget: the plan's own promise does not hold."""
    target = runs.target_at(tmp_path, "embedded", "cdp", "int-ecm")
    done, results = run(tmp_path / "run", "--plan", "smoke", narrow, target=target)

    assert done.returncode == 2, done.stdout
    assert results["outcome"]["word"] == "not fully verified"


def test_a_smaller_plan_is_red_for_what_is_broken(tmp_path):
    """A clause that it asks for and that is broken is no better for the plan being small."""
    with runs.bent("cdp", "cdp.lookup.not-found-code-as-text") as url:
        done, results = run(tmp_path / "run", "--plan", "smoke", target=runs.target_at(tmp_path, url, "cdp"))

    assert done.returncode == 1, done.stdout
    assert results["outcome"]["word"] == "not conformant"


def test_production_allows_no_other_plan(tmp_path):
    """One sentence, before any request."""
    target = runs.target_at(tmp_path, "http://127.0.0.1:9")
    text = target.read_text().replace('"sandbox"', '"production"').replace("show_personal_data = true", "")
    target.write_text(text)

    done = runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "run")

    assert done.returncode == 4
    assert "says environment = 'production', where only plan 'safe' may run" in done.stderr + done.stdout


def test_certify_is_red_for_what_could_not_be_exercised(tmp_path):
    """A documented clause whose fixture is missing turns a complete plan red."""
    with runs.reference("cdp") as url:
        target = runs.target_at(tmp_path, url, "cdp")
        text = target.read_text()
        target.write_text(text.replace('fixtures."customer.blocked"', 'fixtures."customer.other"'))

        chosen = ["--plan", "certify", "--clause", "cdp.onboarding.*"]
        done, results = run(tmp_path / "run", *chosen, target=target)

    assert results["run"]["partial"]
    assert done.returncode == 1, done.stdout
    assert "not exercised, and the plan asks for all" in done.stdout


def test_a_budget_of_requests_is_kept(tmp_path):
    """No more than so many are sent; what is left is untestable, with the reason."""
    target = runs.target_at(tmp_path, "embedded", "int-ecm")
    done, results = run(tmp_path / "run", "--max-requests", "40", target=target)

    assert done.returncode == 2
    assert len(exchanges(tmp_path / "run")) == 40
    assert any("--max-requests" in row["reason"] for row in results["clauses"])


def test_a_budget_of_time_is_kept(tmp_path):
    """After so many seconds no request is begun."""
    target = runs.target_at(tmp_path, "embedded", "int-ecm")
    done, results = run(tmp_path / "run", "--max-time", "1", target=target)

    assert done.returncode == 2
    assert any("--max-time" in row["reason"] for row in results["clauses"])
    assert results["run"]["seconds"] < 20


def test_since_takes_what_was_not_settled(tmp_path):
    """Only what failed or could not be judged in an earlier run is run again."""
    target = runs.target_at(tmp_path, "embedded", "int-ecm")
    run(tmp_path / "one", "--max-requests", "150", target=target)

    done, results = run(tmp_path / "two", "--since", tmp_path / "one", target=target)

    unsettled = {
        row["id"] for row in runs.results(tmp_path / "one")["clauses"] if row["verdict"] == "untestable"
    }
    again = {row["id"] for row in results["clauses"] if row["verdict"] != "not applicable"}
    assert unsettled
    assert unsettled <= again
    assert done.returncode == 2
    missing = runs.clausewise("run", "--target", target, "--since", tmp_path / "nowhere")
    assert missing.returncode == 4
    assert "nowhere" in missing.stderr + missing.stdout


PICKED = {
    "cdp": ["--operation", "validateCustomer", "--operation", "getToken", "--clause", "cdp.model.*"],
    "ofs-ecm": ["--operation", "saveEvents", "--operation", "addNarrative", "--clause", "ofs-ecm.model.*"],
    "account-service": ["--clause", "account-service.*ekyc*", "--clause", "account-service.model.*"],
}
ALIKE = sorted(set(PICKED) - {"ofs-ecm"})  # `make soak` tries these, too
FAMILIES = ["ofs-ecm", *(pytest.param(it, marks=pytest.mark.soak) for it in ALIKE)]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_seed_sends_the_same_requests_again(tmp_path, family):
    """Per test the same operations, in order, with the same values but for those that the target gave."""
    sent, target = [], runs.target_at(tmp_path, "embedded", family)
    for name in ("one", "two"):
        run(tmp_path / name, *PICKED[family], "--seed", "7", target=target)
        sent.append(_sent(exchanges(tmp_path / name)))

    assert sent[0].keys() == sent[1].keys()
    for test, requests in sent[0].items():
        assert requests == sent[1][test], test


@pytest.mark.parametrize("family", FAMILIES)
def test_a_seed_makes_new_names_on_a_target_that_lives_on(tmp_path, family):
    """What the first run with a seed made turns nothing red in the second."""
    with runs.reference(family) as url:
        target = runs.target_at(tmp_path, url, family)
        for name in ("one", "two"):
            run(tmp_path / name, *PICKED[family], "--seed", "7", target=target)

    told = runs.verdicts(tmp_path / "two")
    assert "fail" not in told.values()
    assert "pass" in told.values()


def _sent(records):
    """Return each test's requests; what an earlier answer held stands as one word."""
    by_test: dict[str, Any] = {}
    given = set()
    for record in records:
        given |= set(re.findall(r"[0-9a-f]{16,}|\b9\d{15}\b|\bCA\d+", record["response"]["body"]))
    for record in records:
        body = MASK.sub("?", _plain(record["request"]["body"]))
        url = "/" + record["request"]["url"].split("/", 3)[-1]
        for value in sorted(given, key=len, reverse=True):
            body, url = body.replace(value, "?"), url.replace(value, "?")
        by_test.setdefault(record["test"], []).append((record["operation"], url, body))
    return by_test


def _plain(body):
    """Return a JSON body in one writing, so that a value the target gave is found in any."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body
