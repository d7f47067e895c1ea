"""Whatever ends a run: all verdicts fallen before are there, and the run can go on to the same statement."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
from typing import Any

import pytest
import runs
from interrupted import VERDICT, begun, cdp_target, resumed, verdicts, wait_for

from clausewise import journal
from clausewise.errors import ConfigurationError, Unwritable

FACTS = {"id": "x", "started": "2031-01-01T00:00:00+00:00", "path": "t.toml", "documents": []} | {
    "target": {"name": "x", "environment": "sandbox", "file": "t.toml", "sha256": "0" * 64, "families": {}}
}


def statement(folder):
    """Return what a statement says, without ids, times and addresses."""
    told = runs.results(folder)
    return {
        "clauses": {row["id"]: (row["verdict"], row["reason"], row["colour"]) for row in told["clauses"]},
        "outcome": told["outcome"],
        "counts": told["counts"],
        "exercised": told["exercised"],
        "sufficiency": told["sufficiency"],
        "ledger": {(row["operation"], row["outcome"]): row["state"] for row in told["ledger"]},
        "exchanges": {row["operation"]: row["exchanges"] for row in told["operations"][1:]},  # but log-ins
        "findings": sorted((row["clause"], row["expected"], row["where"]) for row in told["findings"]),
        "interrupted": told["run"]["interrupted"],
    }


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """The statement of a run that nothing disturbed, on a reference with a defect."""
    folder = tmp_path_factory.mktemp("unbroken")
    with runs.bent("cdp", "cdp.lookup.found-is-created") as url:
        run = begun(cdp_target(folder, url), folder / "run")
        run.communicate(timeout=120)
    assert run.returncode == 1
    return statement(folder / "run")


def _killed(tmp_path, moment, unbroken, rounds=1):
    """Kill a run so many times, after so many verdicts more each time, and let it end; all is as unbroken."""
    folder = tmp_path / "run"
    with runs.bent("cdp", "cdp.lookup.found-is-created") as url:
        target = cdp_target(tmp_path, url)
        for number in range(rounds):
            before = len(verdicts(folder)) if folder.exists() else 0
            run = _resuming(folder) if number else begun(target, folder)
            wait_for((folder / journal.RUN).exists, run)
            wait_for(lambda: len(verdicts(folder)) >= before + moment, run)  # noqa: B023 - heard at once
            run.send_signal(signal.SIGKILL)
            run.communicate(timeout=30)
            fallen = [record["test"] for record in verdicts(folder)]
            assert len(fallen) == len(set(fallen)) >= before + moment or run.returncode >= 0
            drawn = runs.clausewise("report", folder)
            assert drawn.returncode in {1, 2}, drawn.stdout + drawn.stderr
            assert runs.results(folder)["run"]["exchanges"] > 0 or not moment
        done = resumed(folder)
        kept = [record["test"] for record in verdicts(folder)]

    assert done.returncode == 1, done.stdout + done.stderr
    assert statement(folder) == unbroken
    assert len(kept) == len(set(kept))
    assert len(runs.results(folder)["run"]["resumed"]) == rounds


def _resuming(folder):
    command = [sys.executable, "-m", "clausewise", "run", "--resume", folder]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_killed_run_goes_on_to_the_same_statement(tmp_path, unbroken):
    """Kill -9 twice: nothing judged is lost or judged twice, and the end is that of an unbroken run."""
    _killed(tmp_path, 9, unbroken, rounds=2)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(50))
def test_any_moment_of_a_kill_will_do(tmp_path, unbroken, number):
    """At fifty random moments, from before the first verdict to the last ones."""
    _killed(tmp_path, random.Random(f"kill {number}").randrange(60), unbroken)


def test_a_full_disk_ends_the_run_and_loses_nothing(tmp_path, unbroken):
    """Where no byte more can be written, one sentence says how to go on, and going on ends as unbroken."""
    folder = tmp_path / "run"
    with runs.bent("cdp", "cdp.lookup.found-is-created") as url:

        def small_disk():
            resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

        run = begun(cdp_target(tmp_path, url), folder, preexec_fn=small_disk)
        _, told = run.communicate(timeout=120)
        before = {record["test"] for record in verdicts(folder)}
        done = resumed(folder)

    assert run.returncode == 4, told
    said = "takes no more: File too large. Every verdict before stands; make room, then: clausewise run"
    assert f"{said} --resume {folder}" in " ".join(told.split())
    assert "Traceback" not in told
    assert len(before) > 3
    assert done.returncode == 1, done.stdout + done.stderr
    assert statement(folder) == unbroken
    assert before <= {record["test"] for record in verdicts(folder)}


NO_ROOM = {
    "28k": "The run folder {} takes no more: No space left on device. Every verdict before stands; make room",
    "40k": "The run folder {} takes no more: No space left on device. Every verdict before stands; make room",
    "600k": "The reports in {} cannot be written: No space left on device; make room, then: clausewise",
}


@pytest.mark.parametrize("room", NO_ROOM)
def test_a_disk_that_is_really_full_is_one_sentence(tmp_path, room):
    """Whichever file is the first that finds no room: what stands can be read, and nothing is traced."""
    (disk := tmp_path / "disk").mkdir()
    target = runs.target_at(tmp_path, "embedded", "int-ecm")
    words = ("run", "--target", target, "--run-dir", disk / "run", "--plan", "smoke")
    mount, keep = f"mount -t tmpfs -o size={room} tmpfs {disk}", f"cp -r {disk}/run {tmp_path}/kept"
    done = runs.apart("--mount", mount, *words, after=keep)

    assert done.returncode == 4, done.stdout + done.stderr
    assert NO_ROOM[room].format(disk / "run") in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout + done.stderr
    assert journal.facts(tmp_path / "kept")["target"]["name"] == "reference"
    assert all(record["verdict"] for record in verdicts(tmp_path / "kept"))


def test_any_file_that_finds_no_room_is_one_sentence(tmp_path):
    """A judged recording's folder, a new target file, a history's page: exit 4, and no "please report it"."""
    (disk := tmp_path / "disk").mkdir()
    target, given = runs.target_at(tmp_path, "embedded", "int-ecm"), tmp_path / "given"
    runs.clausewise("run", "--target", target, "--run-dir", given, "--plan", "smoke")
    runs.inside("history", tmp_path / "h.db", "--append", given)
    mount = f"mount -t tmpfs -o size=4k tmpfs {disk} && echo it is full > {disk}/other"
    judged = ("judge", given, "--target", target, "--run-dir", disk / "run")
    for words in (
        judged,
        ("init", disk / "new.toml"),
        ("history", tmp_path / "h.db", "--page", disk / "p.html"),
    ):
        done = runs.apart("--mount", mount, *words)

        assert done.returncode == 4, (words, done.stdout, done.stderr)
        assert "No space left on device" in done.stderr
        assert str(disk) in done.stderr


def test_a_disk_that_is_only_read_is_one_sentence(tmp_path):
    """Before any request, exit 4."""
    (disk := tmp_path / "disk").mkdir()
    target = runs.target_at(tmp_path, "http://127.0.0.1:9", "int-ecm")
    mount = f"mount -t tmpfs -o ro tmpfs {disk}"
    done = runs.apart("--mount", mount, "run", "--target", target, "--run-dir", disk / "run")

    assert done.returncode == 4
    assert (
        f"The run's folder {disk / 'run'} cannot be written: [Errno 30] Read-only file system" in done.stderr
    )
    assert "Traceback" not in done.stderr


def test_two_runs_never_share_a_folder(tmp_path):
    """A second run into a folder is refused, and so is going on with a run that is still going on."""
    folder = tmp_path / "run"
    with runs.reference("cdp") as url:
        target = cdp_target(tmp_path, url, rate=5)
        with begun(target, folder) as first:
            wait_for(lambda: verdicts(folder), first)
            second = runs.clausewise("run", "--target", target, "--run-dir", folder)
            third = resumed(folder)
            first.send_signal(signal.SIGTERM)
            said = "".join(first.communicate(timeout=30))

    assert (second.returncode, third.returncode) == (4, 4)
    assert (folder / "results.json").exists(), f"exit {first.returncode}: {said}"
    assert f"{folder} holds a run already; name a new folder." in " ".join(second.stderr.split())
    assert f"The run in {folder} is still going on; wait for its end." in " ".join(third.stderr.split())
    assert runs.results(folder)["run"]["interrupted"], "SIGTERM ends a run as Ctrl-C does, with a statement"


def test_a_target_that_was_down_is_made_up_for(tmp_path, unbroken):
    """What ended in errors because nothing answered is judged anew when the run goes on."""
    folder, port = tmp_path / "run", 0
    with runs.bent("cdp", "cdp.lookup.found-is-created") as url:
        port = int(url.rpartition(":")[2])
    run = begun(cdp_target(tmp_path, f"http://127.0.0.1:{port}"), folder)
    run.communicate(timeout=60)
    with runs.bent("cdp", "cdp.lookup.found-is-created", port=port):
        done = resumed(folder)

    assert run.returncode == 3
    assert done.returncode == 1, done.stdout + done.stderr
    assert statement(folder) == unbroken


def test_a_run_goes_on_as_it_was_begun(tmp_path):
    """Another seed, another target file or no run at all: one sentence each, and nothing is touched."""
    folder = tmp_path / "run"
    with runs.reference("cdp") as url:
        target = cdp_target(tmp_path, url)
        runs.clausewise("run", "--target", target, "--run-dir", folder, "--clause", "cdp.getToken.token")
        seed = resumed(folder, "--seed", "4")
        target.write_text(target.read_text() + "\n# changed\n")
        changed = resumed(folder)
        missing = resumed(tmp_path / "nowhere")

    assert [done.returncode for done in (seed, changed, missing)] == [4, 4, 4]
    assert "--seed cannot be given with --resume" in seed.stderr
    assert "cannot be resumed: its target was" in " ".join(changed.stderr.split())
    assert "holds no run that can be read" in " ".join(missing.stderr.split())


def test_only_the_last_part_of_a_test_counts(tmp_path):
    """An error of the first part is settled by the second; what was cut off in between is left out."""
    journal.begin(tmp_path, FACTS)
    first = journal.JournalFiles(tmp_path)
    first.verdict({**VERDICT, "test": "a"})
    first.exchange({"id": "main-1", "test": "b"})
    first.verdict({**VERDICT, "test": "b", "verdict": "error"})
    first.exchange({"id": "main-3", "test": "clean-up"})
    first.exchange({"id": "main-2", "test": "c"})
    first.close()
    with (tmp_path / journal.VERDICTS).open("a") as file:
        file.write('{"test": "c", "verd')  # the kill
    assert journal.settled(tmp_path, confirmed=False) == {"a"}

    journal.resume(tmp_path, journal.facts(tmp_path), {"started": "2031-01-01T00:01:00+00:00", "before": 0})
    second = journal.JournalFiles(tmp_path, part=2)
    second.exchange({"id": "main.2-1", "test": "b"})
    second.exchange({"id": "main.2-2", "test": "clean-up"})
    for test in ("b", "c"):
        second.verdict({**VERDICT, "test": test})
    second.close()

    assert [record["test"] for record in journal.records(tmp_path, journal.VERDICTS)] == ["a", "b", "c"]
    kept = [record["id"] for record in journal.records(tmp_path, journal.EXCHANGES)]
    assert kept == ["main-3", "main.2-1", "main.2-2"], "what was taken away stays so"
    assert journal.settled(tmp_path, confirmed=False) == {"a", "b", "c"}


def test_a_failure_that_was_not_repeated_is_not_settled(tmp_path):
    """Under --confirm-failures a test is settled by its repetition."""
    journal.begin(tmp_path, FACTS)
    pages = journal.JournalFiles(tmp_path)
    for test, marks in (("a", {}), ("b", {}), ("b", {"repeats": True}), ("c", {"spent": True})):
        pages.verdict({**VERDICT, "test": test, "findings": [{"clause": "x"}], **marks})
    pages.close()

    assert journal.settled(tmp_path, confirmed=True) == {"b"}
    assert journal.settled(tmp_path, confirmed=False) == {"a", "b"}


def test_what_cannot_be_written_is_told(tmp_path, monkeypatch):
    """A disk that takes half a line: the line is ended, and one sentence says what to do."""
    pages, taken = journal.JournalFiles(tmp_path), list[Any]()

    def full(_, line):
        if taken and line != b"\x18\n":
            raise OSError(28, "No space left on device")
        taken.append(line)
        return len(line) // 2

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(Unwritable, match="takes no more: No space left on device"):
        pages.verdict({"test": "a"})
    assert taken[-1] == b"\x18\n"
    monkeypatch.undo()
    pages.close()


@pytest.mark.parametrize(
    "words",
    [("clauses",), ("nonsense",), ("run", "--target", runs.REFERENCE, "--family", "int-ecm", "--dry-run")],
)
def test_a_screen_that_is_full_is_no_verdict(words):
    """Where neither output takes a byte, the exit code says so: 4, and neither 0, 1 nor 2."""
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        command = [sys.executable, "-m", "clausewise", *map(str, words)]
        done = subprocess.run(command, stdout=full, stderr=full, check=False)

    assert done.returncode == 4


def test_a_folder_whose_name_is_too_long_is_one_sentence(tmp_path):
    """Three hundred characters, which no file system takes: exit 4."""
    done = runs.inside("run", "--target", runs.REFERENCE, "--run-dir", tmp_path / ("a" * 300))

    assert done.returncode == 4
    assert "cannot be written: [Errno 36] File name too long" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stdout + done.stderr


def test_a_folder_that_cannot_be_is_told(tmp_path):
    """A run folder below a file: one sentence, exit 4."""
    (tmp_path / "reports").write_text("a file")

    with pytest.raises(ConfigurationError, match="cannot be written"):
        journal.JournalFiles(tmp_path / "reports" / "run")
    done = runs.clausewise("run", "--target", runs.REFERENCE, "--run-dir", tmp_path / "reports" / "run")
    assert done.returncode == 4
    assert "cannot be written" in done.stderr
    assert json.dumps("Traceback") not in done.stderr
