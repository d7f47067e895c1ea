"""Targets whose reads come to know of a write only after a while."""

import json
import time
from dataclasses import replace

import pytest
import runs

from clausewise import chaos
from clausewise.chaos.wire import relayed

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
        assert waits[0].startswith(
            f"a read behind a write waited until {settle:g} s had gone by ([limits] settle): "
        )
