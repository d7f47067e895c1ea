"""What a judged recording leaves: a run that all our readers read, in the words of one that sent nothing."""

import json

import pytest
import runs
from har_entries import FOUND, NOT_FOUND, TOKEN, VALIDATE, changed, entry
from signing_keys import keys

ONBOARD = "caas-lcm/api/v1/CAAS/onBoarding/customer"
ACCEPTED = {"requestId": "1" * 32, "status": "success", "status_code": "200 OK", "data": {"pep": False}}
HOST = "127.0.0.1:18080"  # of the target


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of a target, and of a judged recording of it that is odd in many ways."""
    folder = tmp_path_factory.mktemp("judged")
    runs.target_at(folder, f"http://{HOST}", "cdp")
    wrong = changed(entry(changed(FOUND, data__first_name=17), host=HOST), time=-1, startedDateTime=None)
    entries = [
        changed(entry(host=HOST), response__statusText=None, time=None),
        wrong,
        changed(entry({"foo": 1}, host=HOST), startedDateTime="2031-01-01T00:00:00+0530"),
        changed(entry(host=HOST), response__content={"size": 93}),
        entry(path=TOKEN, host="login.example.net"),
        entry(ACCEPTED, path=ONBOARD, host=HOST),
        {},
    ]
    done = judge(folder, entries)
    assert done.returncode == 1, done.stdout + done.stderr
    (folder / "said").write_text(done.stdout)
    keys(folder)
    runs.inside("har", folder / "run")
    runs.inside("evidence", folder / "run", "--key", folder / "key.pem", "--output", folder / "pack.zip")
    return folder


def judge(folder, entries, *more, name="run"):
    """Judge some entries into a folder's run."""
    path = folder / "traffic.har"
    path.write_text(json.dumps({"log": {"entries": entries}}))
    return runs.inside("judge", path, "--target", folder / "target.toml", "--run-dir", folder / name, *more)


def test_the_ledger_tells_what_came(made):
    """Proven or contradicted, and only what did not come was never observed."""
    rows = runs.results(made / "run")["ledger"]
    states = {row["outcome"]: row["state"] for row in rows if row["operation"] == "validateCustomer"}

    assert states == {
        "found": "contradicted",
        "not-found": "proven",
        **dict.fromkeys(
            ("not-subscribed", "bad-request", "internal-error", "unauthorized"), "never observed"
        ),
    }


def test_what_is_left_out_is_counted_and_named(made):
    """By its reason, its entries and its operation: on screen, in results, at clauses."""
    told, results = (made / "said").read_text(), runs.results(made / "run")
    reasons = {row["why"]: (row["many"], row["entries"]) for row in results["run"]["recorded"]["left_out"]}

    assert reasons == {
        "the recording has no body": (1, [4]),
        "another host, login.example.net; --host login.example.net counts it as the target's": (1, [5]),
        "unreadable: it has no request": (1, [7]),
    }
    assert "not judged: the recording has no body (entry 4 of validateCustomer)" in told
    assert "4 of 7 recorded exchanges call an operation that is claimed" in told
    clauses = {row["id"]: row["reason"] for row in results["clauses"]}
    assert "the recording has no body (1 entry)" in clauses["cdp.validateCustomer.unauthorized"]
    unlike = next(rule for rule in results["sufficiency"] if "like a documented one" in rule["rule"])
    assert (unlike["held"], unlike["says"]) == (
        False,
        "like none: 1 of validateCustomer with HTTP 200 (har-3)",
    )
    assert sum("not judged" in row["says"] for row in results["excuses"]) == 3


def test_nothing_is_left_behind_by_a_run_that_sent_nothing(made):
    """Though the traffic made a customer."""
    assert runs.results(made / "run")["left_behind"] == []
    assert "left behind" not in (made / "said").read_text()


def test_what_is_thin_is_said_as_it_is(tmp_path):
    """A reason is a sentence of what is not so, and never the rule that is not kept."""
    runs.target_at(tmp_path, f"http://{HOST}", "cdp")
    judge(tmp_path, [entry(host=HOST)])
    reasons = runs.results(tmp_path / "run")["outcome"]["reasons"]

    assert "only 1.7% of what can be exercised here was exercised, and at least 90% is asked for" in reasons
    assert "4 operations never succeeded: getToken, validateCustomer, onboardCustomer, getCustomer" in reasons
    assert "cdp: no call with good credentials was accepted, and no call with bad ones was refused" in reasons


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("report", "run"), 1),
        (("findings", "run", "--format", "csv"), 0),
        (("diff", "run", "run"), 0),
        (("har", "run", "--output", "again.har"), 0),
        (("judge", "run", "--target", "target.toml", "--run-dir", "again"), 1),
        (("judge", "run/exchanges.har", "--target", "target.toml", "--run-dir", "archive"), 1),
        (("evidence", "run", "--key", "key.pem", "--output", "other.zip"), 0),
        (("verify", "pack.zip", "--public-key", "key.pub"), 0),
    ],
    ids=lambda it: it[0] + it[1][3:].replace("/", "-") if isinstance(it, tuple) else "",
)
def test_all_our_readers_read_it(made, monkeypatch, command, code):
    """A run of odd entries is a run: drawn, compared, handed over, signed, verified and judged again."""
    monkeypatch.chdir(made)
    done = runs.inside(*command)

    assert done.returncode == code, done.stdout + done.stderr
    if command[0] == "judge":
        assert runs.verdicts(made / command[-1]) == runs.verdicts(made / "run")


SAVED = {
    "info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
    "variable": [{"key": "prefix", "value": "gate"}],
    "item": [
        {
            "name": "folder",
            "item": [
                {
                    "name": "validate",
                    "request": {"method": "POST", "url": "https://example.net/unused"},
                    "response": [
                        {
                            "name": "no such customer",
                            "originalRequest": {
                                "method": "POST",
                                "header": [{"key": "Content-Type", "value": "application/json"}],
                                "body": {"mode": "raw", "raw": '{"idNumber": "1", "idType": "4"}'},
                                "url": {"raw": f"{{{{host}}}}/{{{{prefix}}}}/{VALIDATE}"},
                            },
                            "status": "OK",
                            "code": 200,
                            "header": [{"key": "Content-Type", "value": "application/json"}],
                            "body": json.dumps(changed(NOT_FOUND, errorCode="45001")),
                        },
                        {"name": "never sent", "originalRequest": None, "code": None, "body": None},
                    ],
                }
            ],
        }
    ],
}


def test_saved_answers_of_a_postman_collection_are_judged(tmp_path):
    """With its own variables in place; a host that only its environment knows is the target's."""
    runs.target_at(tmp_path, f"http://{HOST}", "cdp")
    path = tmp_path / "collection.json"
    path.write_text(json.dumps(SAVED))
    done = runs.inside("judge", path, "--target", tmp_path / "target.toml", "--run-dir", tmp_path / "run")

    assert done.returncode == 1, done.stdout + done.stderr
    assert runs.verdicts(tmp_path / "run")["cdp.validateCustomer.not-found"] == "fail"
    assert "1 of 2 recorded exchanges" in done.stdout


@pytest.mark.parametrize("name", ["01-har-bodies-left-out", "03-har-charles-http2-null"])
def test_the_inputs_that_failed(tmp_path, name):
    """A body that was not recorded says nothing; HTTP/2 has no reason phrase, and its answer is judged."""
    runs.target_at(tmp_path, f"http://{HOST}", "cdp")
    lacks = {"response__content": {"size": 93, "comment": "Response bodies are not included."}}
    null = {"response__statusText": None, "response__redirectURL": None, "response__httpVersion": "HTTP/2.0"}
    done = judge(tmp_path, [changed(entry(host=HOST), **(lacks if name.startswith("01") else null))])

    assert done.returncode == 2, done.stdout + done.stderr
    if name.startswith("01"):
        said = runs.untestable(tmp_path / "run")["cdp.validateCustomer.json"]
        assert "the recording has no body" in said
    else:
        assert runs.verdicts(tmp_path / "run")["cdp.validateCustomer.not-found"] == "pass"
