"""Recorded traffic: our own runs judge as they did live, HAR files say what they can, bad ones why not."""

import base64
import json

import pytest
import requests
import runs

from clausewise import journal, package_data, recorded, scope, targets

ALONE = {"request-field", "response-field", "facet", "universal", "answer"}
BENDS = {
    "": {},
    "validateCustomer": {"answer": "validateCustomer.found", "bend": [{"set": "/data/first_name", "to": 7}]},
    "getCustomer": {"answer": "getCustomer.not-subscribed", "bend": [{"status": 299}]},
}


@pytest.mark.parametrize("operation", BENDS)
def test_a_run_judged_again_says_the_same(tmp_path, operation):
    """With personal data masked, every clause that one exchange can show gets the verdict it got live."""
    with runs.reference("cdp", control=True) as url:
        requests.put(f"{url}/__control__/bend", json=BENDS[operation], timeout=5).raise_for_status()
        target = hidden(runs.target_at(tmp_path, url, "cdp"))
        chosen = ["--plan", "proof", *(["--operation", operation] if operation else [])]
        runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "live", *chosen)
        again = ["judge", tmp_path / "live", "--target", target, "--run-dir", tmp_path / "again"]
        runs.inside(*again)
        assert runs.inside("har", tmp_path / "live").returncode == 0
        archive = tmp_path / "live" / "exchanges.har"
        runs.inside("judge", archive, "--target", target, "--run-dir", tmp_path / "archive")

    live, again, archive = (rows(tmp_path / name) for name in ("live", "again", "archive"))
    shown = {name: row["verdict"] for name, row in live.items() if row["kind"] in ALONE and row["tests"]}
    assert len(shown) > (40 if operation else 400)
    assert {name: again[name]["verdict"] for name in shown} == shown
    assert {name: row["verdict"] for name, row in archive.items()} == {
        name: row["verdict"] for name, row in again.items()
    }
    assert ("fail" in shown.values()) is bool(operation)


def test_what_no_exchange_shows_is_told(tmp_path):
    """A rule between calls is untestable here, and the run is not fully verified."""
    path = har(tmp_path, ask("/nothing", 200, {}), ask("/gate/caas/api/v2/customer/validate", 200, NOT_FOUND))
    done = runs.inside("judge", path, "--target", runs.REFERENCE, "--run-dir", tmp_path / "run")

    known = rows(tmp_path / "run")
    assert done.returncode == 2
    assert known["cdp.validateCustomer.not-found.errorCode"]["verdict"] == "pass"
    assert known["cdp.flow.onboarded-is-found"]["reason"] == "no recorded exchange shows it"
    assert "1 of 2 recorded exchanges call an operation that is claimed" in done.stdout
    assert counted(tmp_path / "run") == {"read": 2, "judged": 1}
    assert "not judged: no operation that the target claims (entry 1)" in done.stdout


def test_a_broken_answer_in_a_har_file_is_found(tmp_path):
    """A body in base64, HTTP/2 pseudo headers, a form, a call without an answer: all are read."""
    leak = {**NOT_FOUND, "trace": "at com.bank.Main(Main.java:12)"}
    broken = ask("/caas/api/v2/customer/validate", 200, leak, encoding="base64")
    broken["request"]["headers"].append({"name": ":authority", "value": "bank.example.com"})
    form = ask("/auth/realms/cdp/protocol/openid-connect/token", 401, {})
    form["request"]["postData"] = {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a"}]}
    lost = ask("/caas/api/v2/customer/validate", 0, {})
    path = har(tmp_path, broken, form, lost)

    done = runs.inside("judge", path, "--target", runs.REFERENCE, "--run-dir", tmp_path / "run")

    assert rows(tmp_path / "run")["cdp.validateCustomer.no-leak"]["verdict"] == "fail"
    assert counted(tmp_path / "run") == {"read": 3, "judged": 2}
    assert "Java stack trace" in done.stdout


WHOLE = json.dumps({"log": {"version": "1.2", "entries": []}})
BAD = {
    "truncated.har": (WHOLE[:20], "is no HAR file that can be read"),
    "empty.har": ("", "is no HAR file that can be read"),
    "list.har": ("[]", "the top of the file is []"),
    "other.har": ("{}", "lacks the key 'log'"),
    "entry.har": ('{"log": {"entries": [{"request": 3}]}}', "log.entries.0"),
    "deep.har": ("[" * 100_000, "is no HAR file that can be read"),
    "cut.jsonl": ('{"id": "x-1", "family"', "line 1, is no exchange record"),
    "other.jsonl": ("{}\n", "line 1, is no exchange record"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_recording_is_one_sentence(tmp_path, name):
    """Which file, where, what was expected; exit code 4 and nothing written."""
    text, says = BAD[name]
    (tmp_path / name).write_text(text)
    target = runs.target_at(tmp_path, "embedded", "int-ecm")
    done = runs.inside("judge", tmp_path / name, "--target", target, "--run-dir", tmp_path / "run")

    assert done.returncode == 4, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_base64_that_is_none_names_the_entry(tmp_path):
    """The entry's number, counted from 1."""
    entry = ask("/caas/api/v2/customer/validate", 200, NOT_FOUND)
    entry["response"]["content"] = {"text": "%%%", "encoding": "base64"}
    path = har(tmp_path, entry)
    done = runs.inside("judge", path, "--target", runs.REFERENCE, "--run-dir", tmp_path / "run")

    assert done.returncode == 4
    assert "entry 1 cannot be read" in done.stderr


NOT_FOUND = {"status": "failure", "statusCode": 404, "errorCode": 45001, "message": "Customer not found"}


def ask(path, status, body, encoding=""):
    """Return a HAR entry of a POST."""
    text = json.dumps(body)
    content = {"text": base64.b64encode(text.encode()).decode() if encoding else text, "encoding": encoding}
    headers = [{"name": "Content-Type", "value": "application/json"}]
    return {
        "startedDateTime": "2031-01-01T00:00:00Z",
        "time": 12.5,
        "request": {"method": "POST", "url": f"https://bank.example.com{path}", "headers": [*headers]},
        "response": {"status": status, "headers": headers, "content": content},
    }


def har(folder, *entries):
    path = folder / "traffic.har"
    path.write_text("\ufeff" + json.dumps({"log": {"version": "1.2", "entries": entries}}), "utf-8")
    return path


def hidden(path):
    path.write_text(path.read_text().replace("show_personal_data = true", "show_personal_data = false"))
    return path


def counted(folder):
    told = runs.results(folder)["run"]["recorded"]
    return {key: told[key] for key in ("read", "judged")}


def rows(folder):
    return {row["id"]: row for row in runs.results(folder)["clauses"]}


def test_a_line_that_was_cut_off_is_left_out(tmp_path):
    """A run that was killed and went on marks it; what stands around it is judged."""
    path = runs.only(runs.target_at(tmp_path, "http://127.0.0.1:9", "account-service"), "account-service")
    known = scope.of(targets.load(path, package_data.SCHEMAS / "target.schema.json"))
    record = CUT_RECORD | {"test": "x", "expected": [], "matched": ""}
    line = journal.line_of(record)
    (tmp_path / "exchanges.jsonl").write_bytes(line + line[:50] + b"\x18\n" + line)

    seen = list(recorded.read(tmp_path / "exchanges.jsonl", known))

    assert [one.exchange and one.exchange.id for one in seen] == ["main-1", "main-1"]


CUT_RECORD = {
    "id": "main-1",
    "family": "account-service",
    "operation": "valid-phone-number",
    "started": "2031-01-01T00:00:00.000+00:00",
    "milliseconds": 1.0,
    "request": {
        "method": "POST",
        "url": "http://127.0.0.1:9/valid-phone-number",
        "headers": [],
        "body": "{}",
    },
    "response": {"status": 200, "reason": "OK", "headers": [], "body": "{}"},
}
