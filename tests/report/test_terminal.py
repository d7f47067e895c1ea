"""What the terminal shows of a run: causes first, nothing that wraps, figures whole."""

import io
import re
import shlex
from pathlib import Path

import pytest
from made_results import cause, clause, results
from rich.console import Console

from clausewise.cli import screen
from clausewise.report import terminal

pytestmark = pytest.mark.quick


def shown(told, width=80):
    """What a terminal of that width shows of some results."""
    console = Console(width=width, record=True, file=io.StringIO(), force_terminal=True)
    screen.show(console, terminal.conclusion(told, Path("reports/r")))
    return console.export_text()


def test_the_terminal_shows_the_clause_the_source_and_both_sides():
    """A cause shows its words, document and line, Expected / Actual and ruling; an amber one is a line."""
    text = shown(results(), 200)

    for piece in ("toy-1, S, T, R (line 7)", "expected ", "actual   45003", "ruling   T-1: either"):
        assert piece in text
    assert "\n  2 amber toy.op.c5: /a 45003" in text
    assert "\u202e" not in text


def test_a_command_is_broken_between_its_words_or_left_to_the_page():
    """Typed as it stands it is the same command; a body that no line holds is on the page."""
    told = results()
    body = '{"idNumber": "1", "idType": "4"}'
    command = (
        f"curl -sS -i -X POST http://127.0.0.1:8080/api/v2/customer/validate -H 'A: b' --data-raw '{body}'"
    )
    told["findings"][0] |= {"curl": command}
    lines = shown(told).splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("    curl"))
    typed = "\n".join(lines[first : first + 3]).partition("\n  2 ")[0].replace("\\\n", " ")

    assert shlex.split(typed)[: len(shlex.split(command))] == shlex.split(command)
    told["findings"][0] |= {"curl": f"curl --data-raw '{'x' * 100}'"}
    assert "report.html#cause-1 has the curl line" in shown(told)
    told["findings"][0] |= {"curl": f"curl before\n{command}"}
    assert "report.html#cause-1 has the 2 calls that lead to it" in shown(told)


def test_what_follows_from_a_cause_stands_under_it():
    """Of seven clauses that one fault breaks the first is shown, and the others are named."""
    told = results()
    names = [f"toy.op.c{number}" for number in range(11, 17)]
    told["clauses"] += [clause(number, "fail", "red") for number in range(11, 17)]
    told["causes"][0] |= cause(1, "toy.op.c2", *names)
    text = shown(told, 200)

    assert text.count("actual   45003") == 1
    assert "with it  6 clauses: op.c11, op.c12" in text


def test_eleven_causes_are_ten_in_full_and_a_line():
    """However many there are, a reader sees the widest ones, and hears of the others."""
    told = results()
    told["causes"] = [cause(number, "toy.op.c2") for number in range(1, 12)]
    text = shown(told)

    assert text.count("expected ") == 10
    assert "\n 11 red toy.op.c2: /a 45003" in text


def test_nothing_wraps_and_figures_are_never_cut():
    """At 80 columns names are cut with an ellipsis; every count stands there in full."""
    told = results()
    long = "anOperationWhoseNameIsLongerThanAnyTableWouldEverShowIt" * 2
    told["operations"][0] |= {"operation": long, "exchanges": 1234567}
    text = shown(told)

    assert max(map(len, text.splitlines())) <= 80
    assert "1234567" in text
    assert "…" in text


def test_progress_without_a_terminal_is_plain_lines(monkeypatch):
    """In a CI log progress is a line now and then, in the verdict's own units."""
    monkeypatch.setattr(terminal, "_EVERY", 0.0)
    console = Console(width=80, record=True, file=io.StringIO())
    progress = terminal.Progress(console, 2)
    progress.begin("cdp/test_a.py::test_b")
    progress.advance({"judged": ["x", "y"], "findings": [{"clause": "x"}], "sent": 3, "answering": 9.0})
    progress.advance({"judged": ["y"], "findings": [], "sent": 1, "paused": 99.0}, 1)
    progress.close()

    first, second = console.export_text().splitlines()
    assert re.fullmatch(r"1 of 2 tests: 2 clauses, 1 not kept, \d+ exchanges/s, bound by the target", first)
    assert second.startswith("2 of 2 tests: 2 clauses, 1 not kept by 1 cause, ")
    assert second.endswith("bound by the rate limit")


def test_an_interrupted_run_says_how_it_goes_on():
    """The command to type, with the folder."""
    told = results()
    told["run"] |= {"interrupted": True}

    assert "to go on: clausewise run --resume reports/r" in shown(told)
