"""Targets whose reads come to know of a write only after a while: reads are made again until they do."""

import json
import random
import time
from dataclasses import replace

import pytest
import runs
from signing_keys import keys

from clausewise import chaos
from clausewise.chaos.wire import relayed
from clausewise.plugin.unique import Unique

LAG = 0.4
CLAUSE = "cdp.flow.record-returns-person"


def lagging():
    """Answer reads of customers for a while after each write as if it had not been made."""
    wrote = [0.0]

    def act(call):
        asked = call.asked
        if asked.method == "GET" and time.monotonic() - wrote[0] < LAG:
            asked = replace(asked, target=asked.target.rpartition("/")[0] + "/9999999999999999")
        call.send(relayed(asked, call.upstream).whole())
        if asked.path.endswith("/onBoarding/customer"):
            wrote[0] = time.monotonic()
        call.keep()

    return chaos.Kind("eventually consistent", act)


@pytest.mark.parametrize(("settle", "verdict"), [(0, "fail"), (LAG + 0.1, "pass"), (LAG / 4, "fail")])
def test_a_read_waits_for_what_was_written(tmp_path, settle, verdict):
    """As long as the target's owner says, and no longer: what is not seen then is broken."""
    with runs.reference("cdp") as url, chaos.serving(lagging(), url) as served:
        limits = {"read_timeout": 5, "total_timeout": 10, "settle": settle}
        target = runs.target_at(tmp_path, served.url, "cdp", **limits)
        runs.clausewise("run", "--target", target, "--clause", CLAUSE, "--run-dir", tmp_path / "run")

    told = json.loads((tmp_path / "run" / "results.json").read_text())
    row = next(row for row in told["clauses"] if row["id"] == CLAUSE)
    assert (row["verdict"] == "pass") is (verdict == "pass"), row
    waits = [it["says"] for it in told["excuses"] if it["kind"] == "settling"]
    assert bool(waits) is bool(settle)
    if settle:
        told = f"reads behind a write were made again, or waited, for up to {settle:g} s ([limits] settle): "
        assert waits[0].startswith(told)


SOON = {
    "cdp": "cdp.flow.record-*",
    "int-ecm": "int-ecm.download.returns*",
    "account-service": "account-service.law.l*",
}
SOON["ofs-ecm"] = "ofs-ecm.getCaseStatusDetails.*"


@pytest.mark.parametrize("family", SOON)
def test_a_reference_that_shows_writes_later_is_no_worse(tmp_path, family):
    """With the time that its owner gives, every rule between calls is kept; the waits are told."""
    with runs.free(family, "free.seen-later") as url:
        target = runs.target_at(tmp_path, url, family, settle=0.6, max_wait=5)
        done = runs.clausewise(
            "run", "--target", target, "--clause", SOON[family], "--run-dir", tmp_path / "run"
        )

    ends = {name: end for name, end in runs.verdicts(tmp_path / "run").items() if name.startswith(family)}
    assert "pass" in ends.values()
    assert not {name: end for name, end in ends.items() if end in {"fail", "error"}}, done.stdout
    assert any(it["kind"] == "settling" for it in runs.results(tmp_path / "run")["excuses"])


def test_reads_are_made_again_and_writes_are_not(tmp_path):
    """What was read too early is written down and judged by nothing, so that a pack of the run is whole."""
    with runs.free("cdp", "free.seen-later") as url:
        target = runs.target_at(tmp_path, url, "cdp", settle=5)
        runs.clausewise("run", "--target", target, "--clause", CLAUSE, "--run-dir", tmp_path / "run")

    rows = [json.loads(line) for line in (tmp_path / "run" / "exchanges.jsonl").read_text().splitlines()]
    held = [row["operation"] for row in rows if "record_returns" in row["test"]]
    early = [row for row in rows if row.get("stray") and row["operation"] == "getCustomer"]
    assert held.count("onboardCustomer") == 1
    assert held.count("getCustomer") == len(early) + 2  # the customer whom the owner gives is read, too
    assert early
    assert runs.verdicts(tmp_path / "run")[CLAUSE] == "pass"
    [told] = [it["says"] for it in runs.results(tmp_path / "run")["excuses"] if it["kind"] == "settling"]
    assert float(told.split(": ")[1].split()[0]) < 2, "it is over as soon as the write shows"
    done = runs.inside("report", tmp_path / "run")
    assert done.returncode == 2, done.stderr


def test_what_is_never_shown_is_broken_all_the_same(tmp_path):
    """A write that no read shows in the time is a finding, whatever the owner says of settling."""
    with runs.bent("cdp", "cdp.flow.not-record-returns-person") as url:
        target = runs.target_at(tmp_path, url, "cdp", settle=0.3)
        runs.clausewise("run", "--target", target, "--clause", CLAUSE, "--run-dir", tmp_path / "run")

    assert runs.verdicts(tmp_path / "run")[CLAUSE] == "fail"


def test_a_target_that_shows_writes_at_once_is_not_waited_for(tmp_path):
    """The owner's word on settling costs nothing where nothing is amiss."""
    with runs.reference("cdp") as url:
        target = runs.target_at(tmp_path, url, "cdp", settle=30)
        runs.clausewise(
            "run", "--target", target, "--clause", CLAUSE, "--run-dir", tmp_path / "run", timeout=25
        )

    assert runs.verdicts(tmp_path / "run")[CLAUSE] == "pass"
    assert not any(it["kind"] == "settling" for it in runs.results(tmp_path / "run")["excuses"])


def test_the_same_values_are_made_again():
    """A test that is gone through once more sends what it sent, and is given what it picked."""
    made = Unique(random.Random(7))

    first = made.word(), made.digits(5), made.neighbours(["a", "b", "c"]), made.email()
    made.anew()

    assert (made.word(), made.digits(5), made.neighbours(["a", "b", "c"]), made.email()) == first
    assert made.neighbours(["d", "e"]) != first[2]


def test_a_run_whose_reads_came_too_early_is_evidence(tmp_path):
    """What was read too early and made again is told as that, and speaks against nothing."""
    with runs.free("cdp", "free.seen-later") as url:
        target = runs.target_at(tmp_path, url, "cdp", settle=5)
        runs.clausewise("run", "--target", target, "--plan", "smoke", "--run-dir", tmp_path / "run")

    pack = tmp_path / "evidence.zip"
    packed = runs.inside("evidence", tmp_path / "run", "--key", keys(tmp_path)[0], "--output", pack)
    assert packed.returncode == 0, packed.stderr
    assert "made again, or waited" in runs.inside("verify", pack).stdout
