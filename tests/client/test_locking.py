"""No user of a target is locked by a run: wrong log-ins are few, never in a row, and none with plan safe."""

import json

import pytest
import runs
from locking import gateway

from clausewise import contracts, journal, package_data
from clausewise.client import Client, Transport
from clausewise.errors import Untestable
from clausewise.targets import FamilyTarget, Limits, Tls

USERS = {
    "cdp": {"username=sandbox-partner": "sandbox-password-93be"},
    "int-ecm": {'"sandbox-channel"': "sandbox-channel-2b7e"},
}
LOG_INS = {
    "cdp": ["--clause", "cdp.token.*wrong*", "--clause", "cdp.token.missing-*"],
    "int-ecm": ["--clause", "int-ecm.login.*"],
}


def run(folder, family, *options, most=1_000, lasts=1e9):
    """Run a family through a gateway that locks users; return the end, the gateway and the results."""
    with runs.reference(family) as behind, gateway(behind, USERS[family], most, lasts=lasts) as (url, kept):
        target = runs.target_at(folder, url, family)
        done = runs.clausewise("run", "--target", target, "--run-dir", folder / "run", *options)
    return done, kept, runs.results(folder / "run")


@pytest.mark.parametrize(
    ("family", "workers"), [("cdp", []), ("int-ecm", ["-n", "2"])], ids=["cdp", "int-ecm, two workers"]
)
def test_no_two_wrong_log_ins_of_a_user_in_a_row(tmp_path, family, workers):
    """A server that locks after the second is judged as any other: a good one always comes between."""
    done, kept, results = run(tmp_path, family, *LOG_INS[family], *workers, most=2)

    (user,) = USERS[family]
    assert kept.wrong[user] > 1
    assert kept.longest[user] == 1
    assert results["counts"]["fail"] == results["counts"]["error"] == 0, done.stdout


@pytest.mark.parametrize("family", USERS)
def test_a_user_who_is_locked_is_an_error(tmp_path, family):
    """Whom the run itself locked is no broken clause, and the sentence says what happened."""
    done, kept, results = run(tmp_path, family, *LOG_INS[family], most=1)

    (user,) = USERS[family]
    assert kept.wrong[user] == 1
    assert done.returncode == 3
    assert results["counts"]["fail"] == 0, done.stdout
    reasons = [row["reason"] for row in results["clauses"] if row["verdict"] == "error"]
    assert any("seems locked by the run's own wrong log-ins (" in reason for reason in reasons)


def test_a_lock_that_ends_in_time_is_waited_for(tmp_path):
    """A user shut out for some seconds after a wrong password: nothing is red, and nothing is lost."""
    done, kept, results = run(tmp_path, "cdp", *LOG_INS["cdp"], most=1, lasts=1.0)

    assert kept.locked > 0
    assert results["counts"]["fail"] == results["counts"]["error"] == 0, done.stdout
    assert results["counts"]["pass"] > 20


@pytest.mark.parametrize("family", USERS)
def test_safe_sends_only_what_is_documented(tmp_path, family):
    """No wrong log-in with a real user's name, no fault hook, no spoiled body, no stray call."""
    done, kept, results = run(tmp_path, family, "--plan", "safe")

    (user,) = USERS[family]
    records = list(journal.records(tmp_path / "run", journal.EXCHANGES))
    assert done.returncode == 0, done.stdout
    assert results["counts"]["fail"] == results["counts"]["error"] == 0
    assert results["counts"]["pass"] > 20
    assert kept.wrong[user] == 0
    assert kept.calls
    assert not any("x-fault" in map(str.lower, headers) for _, _, headers, _ in kept.calls)
    assert not [record for record in records if record.get("stray") or "withstands" in record["test"]]
    reasons = " ".join(row["reason"] for row in results["clauses"] if row["verdict"] == "not applicable")
    assert "would be a wrong log-in with a real user's name, and plan 'safe' sends none" in reasons
    assert "would be sent with a fault hook, and plan 'safe' sends none" in reasons
    assert "would get spoiled bodies, and plan 'safe' sends none" in reasons


def test_safe_sends_no_stray_call(tmp_path):
    """Another method and a path by chance are for other plans."""
    with runs.reference("account-service") as behind, gateway(behind, {}) as (url, kept):
        target = runs.target_at(tmp_path, url, "account-service")
        picked = ("--operation", "get-account-list", "--run-dir", tmp_path / "run")
        done = runs.clausewise("run", "--target", target, "--plan", "safe", *picked)

    assert done.returncode == 2, done.stdout
    assert "would be called as no document says" in str(runs.untestable(tmp_path / "run"))
    assert kept.calls == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_safe_does_not_call_what_an_overlay_calls_harmless(tmp_path, method):
    """Opening an account opens it, by whatever method, and whatever an overlay says of its effect."""
    overlay = tmp_path / "ours.overlay.yaml"
    opening = "$.paths['/accountService/v1/create-current-account']"
    moved = [{"target": f"{opening}.post", "remove": True}] if method == "get" else []
    actions = [*moved, {"target": opening, "update": {method: {"x-effect": "reads"}}}]
    told = {"overlay": "1.1.0", "info": {"title": "Ours", "version": "1"}, "actions": actions}
    overlay.write_text(json.dumps(told))
    family = "account-service"
    contract = contracts.load(package_data.SCHEMAS / family / "openapi.yaml", family, overlays=[overlay])
    with gateway("", {}) as (url, kept):
        transport = Transport(Limits(), Tls())
        caller = Client(contract, FamilyTarget(family, family, url), transport, "t", only_reads=True)
        with pytest.raises(Untestable, match="create-current-account writes, and plan 'safe' only reads"):
            caller.call("create-current-account", query={"cif": "C100"}, auth=None)

    assert contract.operations["create-current-account"].method == method.upper()
    assert kept.calls == []


def test_a_dry_run_counts_the_wrong_log_ins(tmp_path):
    """Whoever answers for the target reads beforehand how many there are, and how many name a real user."""
    target = runs.target_at(tmp_path, "embedded", "int-ecm")

    done = runs.clausewise("run", "--target", target, "--dry-run", "--clause", "int-ecm.login.wrong-password")

    told = " ".join(done.stdout.split())
    assert "1 wrong log-ins, 1 of them with the name of a real user, never two in a row" in told


def test_doctor_sends_no_wrong_password_of_a_real_user(tmp_path):
    """It sees where the error code stands by a user whom nobody has."""
    with runs.reference("int-ecm") as behind, gateway(behind, USERS["int-ecm"]) as (url, kept):
        done = runs.clausewise("doctor", "--target", runs.target_at(tmp_path, url, "int-ecm"))

    assert done.returncode == 0, done.stdout
    assert "error_code" in done.stdout
    assert kept.wrong['"sandbox-channel"'] == 0
