"""The benchmarks still run, each once and tiny; what they print is put on the page."""

import importlib.util
import re
import subprocess
import sys

import pytest
import runs

from clausewise import package_data

HERE = package_data.ROOT / "benchmarks"
TINY = {
    "rate": ("--rounds", "1", "--plan", "smoke"),
    "judging": ("--plan", "smoke", "--families", "int-ecm"),
    "startup": ("1",),
    "growth": ("40",),
    "floods": ("1", "200"),
    "parallel": ("--family", "int-ecm", "--plan", "smoke", "--delay", "1", "--workers", "2", "--processes"),
    "latency": ("--plan", "smoke", "--delays", "1", "--rates", "0", "--workers", "1"),
    "fleet": ("--targets", "2", "--workers", "2", "--delay", "1"),
    "economy": ("--families", "int-ecm", "--budgets", "100"),
    "history": ("--targets", "2", "--nights", "3", "--clauses", "100"),
    "against_schemathesis": ("--defects", "1", "--families", "cdp", "--tiny"),
}
BY_HAND = {"against_st_on_newcomers"}  # it installs six servers, and takes an hour


@pytest.mark.parametrize("name", runs.in_turn(*TINY, parts=3))
def test_each_benchmark_runs(name):
    """It ends well and prints a table in which every row has as many cells, and a figure."""
    if name == "fleet" and not importlib.util.find_spec("distributed"):
        pytest.skip("Dask is not installed: pip install 'clausewise[fleet]'")
    done = subprocess.run(
        [sys.executable, HERE / f"{name}.py", *TINY[name]],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = [line.strip()[1:-1].split("|") for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(rows) >= 3, done.stdout
    assert len({len(row) for row in rows}) == 1
    assert all(any(re.search(r"\d", cell) for cell in row) for row in rows[2:])
    assert "OTHER" not in done.stdout
    assert "exit " not in done.stdout.replace("exit code on the clean reference", "")


def test_there_is_a_smoke_of_every_benchmark():
    """And `make bench` runs them all."""
    scripts = {path.stem for path in HERE.glob("*.py")} - {"bench", "measuring", *BY_HAND}
    assert scripts == set(TINY)
    assert set(bench().NAMES) == scripts


def test_what_one_printed_takes_the_place_of_what_it_printed_before():
    """Between its markers, and nowhere else."""
    made = bench()
    own = "<!-- bench rate: begin -->\nold\n<!-- bench rate: end -->"
    page = f"# Benchmarks\n\nby hand\n\n{own}\n\nby hand, too\n"

    told = made.replaced(page, "rate", "new \\1")
    assert told == page.replace("old", "new \\1")
    more = made.replaced(told, "growth", "grown")
    assert more.startswith(told.rstrip())
    assert more.endswith("## growth\n\n<!-- bench growth: begin -->\ngrown\n<!-- bench growth: end -->\n")
    assert re.match(r"\d{4}-\d\d-\d\d, \d+ cores, \d+ GiB, ", made.machine())


def bench():
    """Load the script that runs them all."""
    spec = importlib.util.spec_from_file_location("bench", HERE / "bench.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
