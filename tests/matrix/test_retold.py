"""Recorded traffic is judged as live: defects are played, recorded as HAR, and break the same clauses."""

import json
import subprocess
import sys

import pytest
import runs

FREEDOMS = ["cdp.tolerates.refused-log-in-with-400", "cdp.tolerates.unauthorized-with-message"]
BLIND = """
import sys
from clausewise.cli import main
from clausewise.recorded import exchanges
exchanges.nearest = lambda exchange, operation: {blind}
sys.exit(main(sys.argv[1:]))
"""


def matrix(output, *more, program=None):
    """Run `clausewise matrix --recorded` and return what it said and made."""
    start = ["-m", "clausewise"] if program is None else ["-c", program]
    given = ["matrix", "--target", runs.REFERENCE, "--recorded", "--output", output, *more]
    command = [sys.executable, *start, *map(str, given)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    return done, json.loads(output.read_text())


def test_what_one_answer_shows_is_found_in_its_recording(tmp_path):
    """A sample of the defects of all families; what only a test's wish tells is known by structure."""
    done, made = matrix(tmp_path / "made.json", "--defect", "*:*", "--sample", "40")
    shown = [it for it in made["plays"] if it["live"]]

    assert done.returncode == 0, done.stdout
    assert len(shown) > 35
    assert {name.split(".")[0] for it in shown for name in it["live"]} >= {
        "cdp",
        "ofs-ecm",
        "account-service",
    }
    assert sum(bool(it["recorded"]) for it in shown) > len(shown) / 2
    assert sum(bool(it["named"]) for it in shown) < len(shown) / 4


@pytest.mark.parametrize("blind", ["''", "operation.outcomes[0].name"])
def test_a_reader_that_is_blind_is_told(tmp_path, blind):
    """The proof can say no: of a reading that knows no answer, and of one that knows only one."""
    asked = ("--defect", "retype:cdp.validateCustomer.*")
    done, made = matrix(tmp_path / "made.json", *asked, program=BLIND.format(blind=blind))

    assert done.returncode == 1, done.stdout
    assert not made["holds"]


def test_what_the_documents_leave_open_is_no_finding_in_a_recording(tmp_path):
    """An answer in another form, and one that the document does not have where it is given."""
    asked = [word for name in FREEDOMS for word in ("--defect", name)]
    done, made = matrix(tmp_path / "made.json", *asked)

    assert done.returncode == 0, done.stdout
    assert [it["id"] for it in made["plays"]] == FREEDOMS
    assert all(it["exchanges"] for it in made["plays"])
