"""The journal: whole lines from any number of processes, readable after a kill."""

import json
from multiprocessing import get_context

import pytest

from clausewise import journal
from clausewise.errors import ConfigurationError

pytestmark = pytest.mark.quick


def write(folder, worker):
    """Append 200 long lines, as one worker of a run."""
    pages = journal.JournalFiles(folder)
    for number in range(200):
        pages.verdict({"worker": worker, "number": number, "text": "x" * 5000})


def test_parallel_workers_never_mix_their_lines(tmp_path):
    """Four processes that append at once leave every line whole."""
    spawn = get_context("spawn")
    workers = [spawn.Process(target=write, args=(tmp_path, worker)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    records = list(journal.records(tmp_path, journal.VERDICTS))
    assert len({(record["worker"], record["number"]) for record in records}) == 800


def test_a_line_that_a_kill_cut_off_is_left_out(tmp_path):
    """All records before the cut are read; the cut one is not, and nothing is raised."""
    pages = journal.JournalFiles(tmp_path)
    pages.exchange({"id": 1})
    with (tmp_path / journal.EXCHANGES).open("a") as file:
        file.write('{"id": 2, "body": "ha')

    assert [record["id"] for record in journal.records(tmp_path, journal.EXCHANGES)] == [1]


def test_a_record_is_on_disk_when_the_call_returns(tmp_path):
    """Nothing is held back in memory: another reader sees the line at once."""
    pages = journal.JournalFiles(tmp_path)
    pages.verdict({"test": "a \ud800 lone surrogate"})

    assert json.loads((tmp_path / journal.VERDICTS).read_text())["test"].startswith("a ")


def test_a_folder_takes_one_run(tmp_path):
    """A second run in the same folder is refused, or the evidence of two would be mixed."""
    journal.begin(tmp_path, {"id": "first"})

    with pytest.raises(ConfigurationError, match="holds a run already; name a new folder"):
        journal.begin(tmp_path, {"id": "second"})
    assert json.loads((tmp_path / journal.RUN).read_text())["id"] == "first"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    """A run folder that is a file stops the run with its name."""
    (tmp_path / "run").write_text("in the way")

    with pytest.raises(ConfigurationError, match=r"The run folder .*run cannot be written"):
        journal.JournalFiles(tmp_path / "run")


def test_a_folder_without_a_run_is_one_sentence(tmp_path):
    """A folder in which no run began is said to hold none."""
    with pytest.raises(ConfigurationError, match="holds no run that can be read"):
        journal.facts(tmp_path)


def test_a_run_that_was_killed_before_its_first_verdict_took_no_time(tmp_path, monkeypatch):
    """Going on with it is no internal error."""
    monkeypatch.setattr(journal, "facts", lambda _: {"started": "2031-03-10T10:00:00.000+00:00"})

    assert journal.seconds(tmp_path) == 0.0
