"""`clausewise watch` asks again for what is broken, until it is kept or somebody ends it."""

import signal
import subprocess
import sys

import pytest
import requests
import runs

BEND = {"answer": "validateCustomer.not-found", "bend": [{"set": "/errorCode", "to": "45001"}]}
CODE = "cdp.validateCustomer.not-found.errorCode"


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A bent reference, the folder of a run that found it out, and what bends it."""
    monkeypatch.chdir(tmp_path)
    with runs.reference("cdp", control=True) as url:

        def bend(how):
            requests.put(f"{url}/__control__/bend", json=how, timeout=5).raise_for_status()

        bend(BEND)
        target = runs.target_at(tmp_path, url, "cdp")
        done = runs.clausewise(
            "run", "--target", target, "--clause", f"{CODE}*", "--run-dir", tmp_path / "run"
        )
        assert done.returncode == 1, done.stderr
        yield tmp_path, bend


def watching(folder, *more):
    """Begin to watch a run."""
    command = [sys.executable, "-m", "clausewise", "watch", str(folder / "run"), "--every", "1s", *more]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=runs.environment(PYTHONUNBUFFERED="1"),
    )


def test_it_ends_when_all_is_kept(broken):
    """With 0; the rounds leave nothing behind, and no history hears of them."""
    folder, bend = broken
    (folder / "clausewise.toml").write_text('history = "nightly.db"\n')
    with watching(folder) as watch:
        first = watch.stdout.readline()
        bend({})
        out, err = watch.communicate(timeout=120)

    assert CODE in first
    assert watch.returncode == 0, err
    assert "kept now" in out
    assert not (folder / "nightly.db").exists()
    assert not (folder / "reports").exists()


def test_whoever_ends_it_hears_what_is_left(broken):
    """With 1: it is still broken."""
    folder, _ = broken
    with watching(folder) as watch:
        first = watch.stdout.readline()
        watch.send_signal(signal.SIGINT)
        out, err = watch.communicate(timeout=120)

    assert watch.returncode == 1, err
    assert CODE in first
    assert "Still broken: " in out
    assert CODE in out
    assert "Traceback" not in err


def test_a_target_file_that_went_wrong_ends_it(broken):
    """Waiting would not mend that."""
    folder, _ = broken
    (folder / "target.toml").write_text("version = 2\n")
    done = runs.inside("watch", folder / "run")

    assert done.returncode == 4
    assert "target.toml" in done.stderr


def test_where_nothing_is_broken_there_is_nothing_to_watch(broken):
    """It says so."""
    folder, bend = broken
    bend({})
    runs.clausewise(
        "run", "--target", folder / "target.toml", "--clause", f"{CODE}*", "--run-dir", folder / "good"
    )
    done = runs.inside("watch", folder / "good")

    assert done.returncode == 0
    assert "there is nothing to watch" in done.stdout
