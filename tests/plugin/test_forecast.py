"""How long a run will take is said before it has taken so long, and what it is that takes it."""

import io
import re
import runpy
import subprocess
import sys
from dataclasses import replace

import pytest
import runs
from rich.console import Console

from clausewise import families, forecast, input_files, package_data
from clausewise.cli.output import Output
from clausewise.client import Budget
from clausewise.forecast import Pace
from clausewise.plans import OFFERED
from clausewise.report.terminal import Progress

GATE = 9200


def test_a_rate_limit_is_what_takes_so_long():
    """More calls at once do not help against it, and that is said."""
    told = forecast.sentence(GATE, Pace(0.04, 20, processors=2))

    assert told == "about 7 min 43 s; rate = 20 is what limits it; -n 4 would not help"


def test_slow_answers_overlap():
    """Against these they help, until something else is the limit."""
    told = forecast.sentence(GATE, Pace(0.3, processors=2))

    assert told.startswith(
        "about 46 min 26 s; the target's answers (300 ms each) are what limits it; -n 8: about "
    )
    assert "rate = 20" in forecast.sentence(GATE, Pace(0.3, 20, 16, processors=2))


def test_here_more_processes_than_processors_help_nothing():
    """A target that answers at once is not what a run waits for."""
    many = Pace(0.0004, own=0.01, workers=2, processors=2, processes=2)

    assert forecast.sentence(GATE, many) == "about 51 s; this machine is what limits it"
    assert many.limit(GATE) == "here"
    beside = replace(many, workers=1, processes=1).beside(GATE * 10)
    assert beside
    assert (beside.processes, beside.workers) == (2, 2)
    alone = replace(many, workers=1, processes=1)
    assert "this machine is what limits it; --processes 2: about " in forecast.sentence(GATE * 10, alone)


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.2, "1 s"), (59.4, "59 s"), (500, "8 min 20 s"), (3900, "1 h 05 min")]
)
def test_times_are_written_for_people(seconds, told):
    """In the two largest units."""
    assert forecast.duration(seconds) == told


def test_what_each_test_sends_is_counted_for_every_plan():
    """For each family that ships and each plan; a plan that reads only sends no more than the gate."""
    for name in package_data.families():
        counts = {plan: forecast.counted(families.family(name).folder, plan) for plan in OFFERED}
        assert all(counts.values()), name
        functions = {plan: {test.partition("[")[0] for test in told} for plan, told in counts.items()}
        assert functions["smoke"] <= functions["gate"]


def test_a_family_that_nobody_counted_is_not_guessed(tmp_path):
    """No figure is better than a wrong one."""
    (tmp_path / "schemas").mkdir()
    assert forecast.counted(tmp_path, "gate") == {}


@pytest.mark.parametrize(
    ("family", "operation", "plan"),
    [("ofs-ecm", "addCustomer", "gate"), ("cdp", "validateCustomer", "nightly")],
)
def test_the_forecast_of_a_run_is_about_what_it_sends(tmp_path, family, operation, plan):
    """Within a fifth, whatever was chosen; it is said before the first test, and again once answers came."""
    target = runs.target_at(tmp_path, "embedded", family, rate=1000.0)
    picked = ("--operation", operation, "--plan", plan, "--seed", "3")

    done = runs.clausewise("run", "--target", target, *picked, "--run-dir", tmp_path / "run")

    first, second = (line for line in done.stderr.splitlines() if line.startswith("forecast: "))
    said = re.fullmatch(
        rf"forecast: about (\d+) requests \({family} \d+\); rate = 1000 allows no less than (.*)", first
    )
    assert said
    about, least = said.groups()
    sent = runs.results(tmp_path / "run")["run"]["exchanges"]
    assert 0.8 * sent <= int(about) <= 1.2 * sent
    assert least == forecast.duration(int(about) / 1000)
    assert re.match(
        r"forecast: about \d+ (s|min \d+ s); (rate = 1000|the target's answers|this machine)", second
    )


def test_no_more_is_foretold_than_may_be_sent(tmp_path):
    """What all would take stands beside it."""
    target = runs.target_at(tmp_path, "embedded", "cdp")
    budget = ("--plan", "nightly", "--max-requests", "30")

    done = runs.clausewise("run", "--target", target, *budget, "--run-dir", tmp_path / "run")

    assert re.search(
        r"^forecast: about \d{5} requests \(cdp \d{5}\), of which --max-requests lets 30 be sent$",
        done.stderr,
        re.MULTILINE,
    )


@pytest.mark.parametrize(("most", "told"), [(60.0, "; --max-time ends it after 1 min 00 s"), (3600.0, "")])
def test_a_run_that_may_not_take_so_long_says_so(monkeypatch, most, told):
    """Beside how long all would take."""
    said = io.StringIO()
    output = Output(Console(), Console(file=said, width=200))
    output._requests, output._rate, output._most = GATE, 20, {"requests": None, "seconds": most}
    output._progress = Progress(Console(file=io.StringIO()), 1)
    monkeypatch.setattr(output._progress, "pace", lambda rate: Pace(0.04, rate, processors=2))

    output._forecast()

    foretold = forecast.sentence(GATE, Pace(0.04, 20, processors=2))
    assert said.getvalue() == f"forecast: {foretold}{told}\n"


def test_a_dry_run_and_the_doctor_forecast(tmp_path):
    """Requests by family, and times by the rate that the target allows."""
    target = runs.target_at(tmp_path, "embedded", "int-ecm", rate=20.0)
    dry = runs.clausewise("run", "--target", target, "--dry-run", "--plan", "smoke")
    assert re.search(r"\d+ requests \(int-ecm \d+\), \d+ of them to operations that write", dry.stdout)
    assert re.search(
        r"Forecast: rate = 20 allows no less than \d+ s; about \d+ s with answers of 50 ms, ", dry.stdout
    )

    told = runs.clausewise("doctor", "--target", target).stdout
    for plan in OFFERED:
        assert re.search(
            rf"^ok      plan {plan}: about \d+ requests \(int-ecm \d+\), about .*; ", told, re.MULTILINE
        )
    assert "rate = 20 is what limits it" in told


def test_what_is_waited_for_is_told_apart():
    """Turns that were waited for, and answers; each is told once."""
    budget = Budget(rate=50)
    for _ in range(3):
        budget.spend()
    budget.answered(0.5)

    first, second = budget.spending(), budget.spending()
    assert (first.sent, first.answering, second.sent) == (3, 0.5, 0)
    assert 0.02 < first.paused < 0.08


def test_the_counts_are_those_of_tests_that_there_are():
    """A test that was renamed has no count: `make forecast` counts anew."""
    for name in package_data.families():
        home = families.family(name)
        held = input_files.load(home.folder / forecast.FILE)["plans"]["gate"]
        text = "".join(path.read_text() for path in home.suite.glob("test_*.py"))
        functions = {test.partition("[")[0].rpartition("::")[2] for test in held}
        gone = [name for name in functions if f"def {name}(" not in text]
        assert not gone


def test_what_counts_all_cases_finds_what_it_changes():
    """The program that scripts/forecast.py counts a plan in full with names modules of ours."""
    program = runpy.run_path(str(runs.ROOT / "scripts" / "forecast.py"))["WHOLE"]
    done = subprocess.run(
        [sys.executable, "-c", program, "--version"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
