"""A second signature and a time stamp: on what holds, and on nothing else."""

import re
import shutil

import forging
import pytest
import runs
import stamps
from lies.results import conformant, in_results
from packs import checked
from signing_keys import keys

from clausewise import evidence


def test_a_witness_signs_what_holds(house, tmp_path):
    """Both keys are checked; who gives one only is told of the other."""
    private, public = keys(tmp_path, "ecdsa", "witness")
    pack = shutil.copy(house / "e.zip", tmp_path / "e.zip")
    vendor = ["--public-key", house / "key.pub"]
    assert runs.inside("countersign", pack, "--key", private).returncode == 0
    both = runs.inside("verify", pack, *vendor, "--witness", public)
    one = runs.inside("verify", pack, *vendor)
    swapped = runs.inside("verify", pack, "--public-key", public, "--witness", house / "key.pub")
    again = runs.inside("countersign", pack, "--key", private)

    assert both.returncode == 0, both.stdout
    assert "holds   a witness signed it: key " in both.stdout
    assert one.returncode == 2
    assert "unknown a witness signed it: key " in one.stdout
    assert swapped.returncode == 1
    assert again.returncode == 4
    assert "has signed this pack already" in again.stderr
    assert runs.inside("verify", house / "e.zip", *vendor, "--witness", public).returncode == 1


def test_no_witness_for_a_lie(house, held, tmp_path):
    """A pack that does not hold is not signed, and stays as it was."""
    in_results(conformant)(held, house / "key.pem")
    pack = forging.written(held, tmp_path / "e.zip")
    before = pack.read_bytes()
    done = runs.inside("countersign", pack, "--key", house / "key.pem")

    assert done.returncode == 4
    assert "is not signed, since it does not hold" in done.stderr
    assert pack.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["e.zip"]


needs_authority = pytest.mark.skipif(bool(stamps.possible()), reason=stamps.possible())


@needs_authority
def test_an_authority_says_when_a_pack_was_signed(house, tmp_path):
    """Who trusts it sees the time in the headline; a witness may sign later, and both hold."""
    pack = shutil.copy(house / "e.zip", tmp_path / "e.zip")
    vendor = ["--public-key", house / "key.pub"]
    with stamps.authority(tmp_path) as url:
        done = runs.inside("timestamp", pack, "--tsa", url)
    assert done.returncode == 0, done.stderr
    private, public = keys(tmp_path, name="witness")
    assert runs.inside("countersign", pack, "--key", private).returncode == 0
    vendor += ["--witness", public]
    trusted = runs.inside("verify", pack, *vendor, "--tsa-root", tmp_path / "root.pem")
    blind = runs.inside("verify", pack, *vendor)
    other = stamps.other_root(tmp_path)
    wrong = runs.inside("verify", pack, *vendor, "--tsa-root", other)

    assert trusted.returncode == 0, trusted.stdout
    assert re.search(r"signed by key \w+, \w+, time-stamped 20\d\d-", trusted.stdout.splitlines()[1])
    assert blind.returncode == 2
    assert "if its authority is to be trusted: give --tsa-root to check it" in blind.stdout
    assert wrong.returncode == 1
    assert "BROKEN  the time stamp is of this signature: the time stamp does not hold" in wrong.stdout
    none = runs.inside("verify", house / "e.zip", "--public-key", house / "key.pub", "--tsa-root", other)
    assert none.returncode == 1
    assert "it carries none" in none.stdout


@needs_authority
def test_a_stamp_of_another_signature_is_told(house, held, tmp_path):
    """One that the same authority made for another pack, one with bytes behind it, one that is none."""
    with stamps.authority(tmp_path):
        good = stamps.stamped(tmp_path, evidence.stamp_request(house / "e.zip"))
        private, _ = keys(tmp_path, name="other")
        forging.resigned(held, private)
        other = forging.written(held, tmp_path / "other.zip")
        bad = stamps.stamped(tmp_path, evidence.stamp_request(other))
    held = forging.contents(house / "e.zip")
    for stamp in (bad, good + b"x", good[:-1], b"", b"garbage"):
        for more in ([], ["--tsa-root", tmp_path / "root.pem"]):
            done = checked(held | {"timestamp.tsr": stamp}, house, tmp_path, *more)
            assert done.returncode == 1, (stamp[:9], done.stdout)
            assert "BROKEN  the time stamp is of this signature" in done.stdout
    assert checked(held | {"timestamp.tsr": good}, house, tmp_path).returncode == 2


@needs_authority
def test_an_authority_that_answers_nonsense_leaves_the_pack_alone(house, tmp_path):
    """Nobody there, garbage, no answer of the kind: one sentence, exit code 4."""
    pack = shutil.copy(house / "e.zip", tmp_path / "e.zip")
    before = pack.read_bytes()
    with stamps.authority(tmp_path, b"garbage") as url:
        nonsense = runs.inside("timestamp", pack, "--tsa", url)
    with runs.reference("account-service") as url:
        no_authority = runs.inside("timestamp", pack, "--tsa", url)
    nobody = runs.inside("timestamp", pack, "--tsa", "http://127.0.0.1:9")
    no_url = runs.inside("timestamp", pack, "--tsa", "nowhere")

    for done in (nonsense, no_authority, nobody, no_url):
        assert done.returncode == 4
        assert "authority" in done.stderr
        assert "Traceback" not in done.stderr
    assert pack.read_bytes() == before
