"""Absurd values of files, keys and options, and uploads without end: one sentence, the right exit code."""

import json
import subprocess
from typing import Any

import pytest
import requests
import runs

from clausewise import input_files, package_data
from clausewise.errors import ConfigurationError
from clausewise.evidence import signing


def sentence(done, *words):
    """See that a command ended with 4 and one sentence that has these words."""
    told = (done.stdout + done.stderr).strip()
    assert done.returncode == 4, told
    assert "Traceback" not in told
    assert "internal error" not in told
    assert told.count("\n") == 0
    for word in words:
        assert word in told


@pytest.mark.parametrize("value", ["1e300", "1e-300", "inf", "nan", "999999999999"])
@pytest.mark.parametrize("key", ["connect_timeout", "read_timeout", "total_timeout", "rate"])
def test_an_absurd_limit_is_refused(tmp_path, key, value):
    """No clock counts that far, and nobody waits so long."""
    path = tmp_path / "target.toml"
    text = 'version = 1\nname = "x"\nenvironment = "test"\n'
    path.write_text(
        f'{text}[limits]\n{key} = {value}\n[families.cdp]\ndocument = "cdp-2023"\nbase_url = "http://127.0.0.1:9"\n'
    )

    with pytest.raises(ConfigurationError) as bad:
        input_files.read(path, package_data.SCHEMAS / "target.schema.json", "target file")

    assert str(path) in str(bad.value)
    assert "\n" not in str(bad.value)


def test_an_absurd_limit_is_one_sentence_of_the_command(tmp_path):
    """The key is named."""
    target = runs.target_at(tmp_path, "http://127.0.0.1:9", "cdp", read_timeout=1e300)

    sentence(runs.inside("doctor", "--target", target), "limits", "read_timeout")


@pytest.mark.parametrize("database", ["nowhere/x.db", "a-text", "."])
def test_a_bad_database_is_one_sentence(tmp_path, database):
    """A folder that is not there, a file of another kind, a folder."""
    (tmp_path / "a-text").write_text("no database, and longer than a header of one would be" * 40)

    done = runs.clausewise("serve", "--port", "0", "--database", tmp_path / database, timeout=60)

    sentence(done, "--database", "cannot be used as a database")


@pytest.mark.parametrize("kind", ["private", "public"])
@pytest.mark.parametrize("bits", [512, 1024])
def test_a_weak_key_is_refused(tmp_path, kind, bits):
    """Whoever has an afternoon signs for it, or it is too short for a digest at all."""
    private, public = tmp_path / "key.pem", tmp_path / "key.pub"
    made = subprocess.run(["openssl", "genrsa", "-out", private, str(bits)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("this machine's openssl makes no such key")
    subprocess.run(
        ["openssl", "rsa", "-in", private, "-pubout", "-out", public], capture_output=True, check=True
    )

    used = {"public": lambda: signing.public_key(public), "private": lambda: signing.signed({}, {}, private)}
    with pytest.raises(ConfigurationError) as bad:
        used[kind]()

    assert str(tmp_path) in str(bad.value)
    assert "\n" not in str(bad.value)


@pytest.mark.parametrize("place", ["started", "ended", "resumed"])
@pytest.mark.parametrize("time", ["2031-01-01T00:00:00", "2031-02-30T00:00:00+00:00", "2031-01-01T+00:00"])
def test_a_time_without_zone_is_one_sentence(tmp_path, place, time):
    """A run.json that somebody edited."""
    told: dict[str, Any] = {
        "id": "x",
        "started": "2031-01-01T00:00:00+00:00",
        "path": str(runs.REFERENCE),
        "documents": [],
    }
    target = {"name": "x", "environment": "test", "file": "t", "sha256": "", "families": {}}
    told |= {"target": target, "path": str(runs.REFERENCE)}
    told |= {"resumed": [{"started": time, "before": 0}]} if place == "resumed" else {place: time}
    (tmp_path / "run.json").write_text(json.dumps(told))

    sentence(runs.inside("report", tmp_path), "run.json")


def test_the_sandbox_holds_no_endless_upload():
    """More than any document knows is answered 413, told beforehand or not, and the next call as ever."""
    with runs.reference("cdp") as url:
        for body in (b"x" * (65 << 20), (b"x" * (1 << 20) for _ in range(80))):
            with_end = requests.Session()
            try:
                status = with_end.post(
                    f"{url}/auth/realms/cdp/protocol/openid-connect/token", data=body
                ).status_code
            except requests.ConnectionError:  # it closed the line while we were still sending
                status = 413
            assert status == 413
        assert (
            requests.post(f"{url}/auth/realms/cdp/protocol/openid-connect/token", timeout=5).status_code < 500
        )
