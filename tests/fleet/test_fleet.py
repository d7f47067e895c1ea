"""Many targets in one go: what a fleet file says, who may begin when, how each stands, the page of weeks."""

import json
import sys
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import runs
from made_fleets import NOON, many, target, written
from made_results import result

from clausewise import fleet
from clausewise.errors import ConfigurationError
from clausewise.fleet import runner, target_run, target_status
from clausewise.history import History, packing, schema
from clausewise.report import fleet as page


def test_files_are_named_by_globs_and_each_target_has_its_tags(tmp_path):
    """Plan and documents are of the table that names the file, else of the whole fleet."""
    text = """
plan = "smoke"
[[targets]]
files = ["acme-*.toml"]
tags = { vendor = "acme", region = "eu" }
[[targets]]
files = ["bravo.toml"]
plan = "gate"
seed = 7
waivers = "waivers.toml"
"""
    told = fleet.read(written(tmp_path, text, "acme-uat", "acme-sit", "bravo"))

    assert [it.name for it in told.members] == ["acme-sit", "acme-uat", "bravo"]
    assert [it.plan for it in told.members] == ["smoke", "smoke", "gate"]
    assert [it.vendor for it in told.members] == ["acme", "acme", "bravo"]
    assert told.members[2].options == (f"--waivers={tmp_path / 'waivers.toml'}", "--seed=7")
    assert told.members[0].hosts == {"bank.example.com"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[targets]]\nfiles = ["nobody.toml"]', "there is no target file nobody.toml"),
        ('[[targets]]\nfiles = ["nobody-*.toml"]', "there is no target file nobody-*.toml"),
        ('[[targets]]\nfiles = ["one.toml", "one.toml"]', "are both named 'one'"),
        ('[[targets]]\nfiles = ["../one.toml"]', "does not lie below the fleet file"),
        ('[[targets]]\nfiles = ["one.toml"]\nplans = "gate"', "unknown key 'plans'; did you mean 'plan'?"),
        ('[[targets]]\nfiles = ["one.toml"]\nwindow = "22-5"', "From when to when they may be judged"),
        ('[[targets]]\nfiles = ["one.toml"]\nwindow = "22:00-05:00"\nzone = "Mars/Base"', "is no time zone"),
        ('[[targets]]\nfiles = ["one.toml"]\ndocuments = { cdp = "x" }', "documents names 'cdp', which"),
        ("", "lacks the key 'targets'"),
    ],
)
def test_a_bad_fleet_file_is_one_sentence(tmp_path, text, says):
    """Exit 4, and nothing is written."""
    file = written(tmp_path, text, "one")
    before = sorted(tmp_path.rglob("*"))

    done = runs.inside("fleet", "run", file)

    assert done.returncode == 4
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("window", "zone", "hour", "closes"),
    [
        ("09:00-17:00", "UTC", 12, "2031-03-10T17:00"),
        ("09:00-17:00", "UTC", 17, None),
        ("22:00-05:00", "UTC", 23, "2031-03-11T05:00"),
        ("22:00-05:00", "UTC", 3, "2031-03-10T05:00"),
        ("22:00-05:00", "UTC", 12, None),
        ("14:00-15:00", "Asia/Dubai", 10, "2031-03-10T15:00"),
    ],
)
def test_a_window_may_go_over_midnight(window, zone, hour, closes):
    """It opens and closes by its own zone's clock."""
    known = fleet.fleet_file.Window.read(window, zone, "here")
    told = known.closes(NOON.replace(hour=hour))
    assert (told.strftime("%Y-%m-%dT%H:%M") if told else None) == closes


class Dask:
    """A client whose workers are us: an order's run ends when the test says so."""

    status = "running"

    def __init__(self):
        self.orders, self.ended = {}, set()

    def submit(self, _, order, key, pure):  # noqa: ARG002 - as Dask's own
        self.orders[order["name"]] = order
        return Future(self, order["name"])


class Future:
    """One of its runs."""

    def __init__(self, client, name):
        self.client, self.name, self.status = client, name, "finished"

    def done(self):
        return self.name in self.client.ended

    def result(self):
        return {"name": self.name, "exit": 0, "says": "fine", "seconds": 1.0}


def test_two_targets_on_one_gateway_share_its_rate(tmp_path):
    """One at a time where nothing is said; else so many, each with its part of the rate."""
    names = [f"t{at}" for at in range(4)]
    text = '[hosts."bank.example.com"]\nrate = 20\nconcurrency = 2\n[[targets]]\nfiles = ["t?.toml"]\n'
    told = fleet.read(written(tmp_path, text, *names))
    client, seen = Dask(), []
    going = runner.judged(client, told, "n", told.members)
    client.ended = set(names[:1])
    seen.append(next(going).name)
    assert list(client.orders) == names[:2]  # two at once
    assert all("--rate=10" in order["always"] for order in client.orders.values())
    client.ended |= set(names)
    seen += [outcome.name for outcome in going]
    assert sorted(seen) == names

    other = fleet.read(written(tmp_path, '[[targets]]\nfiles = ["t?.toml"]\n'))
    client = Dask()
    client.ended = set(names[:1])
    next(runner.judged(client, other, "n", other.members))
    assert list(client.orders) == names[:1]  # one at a time


def test_what_waits_for_its_window_holds_nobody_up(tmp_path):
    """It begins when that opens, and its run has to end when it closes."""
    text = '[[targets]]\nfiles = ["late.toml"]\nwindow = "13:00-14:00"\n[[targets]]\nfiles = ["now.toml"]\n'
    written(tmp_path, text)
    target(tmp_path, "late", "https://one.example.com")
    target(tmp_path, "now", "https://two.example.com")
    told, client, clock = fleet.read(tmp_path / "fleet.toml"), Dask(), [NOON]
    client.ended = {"late", "now"}
    going = runner.judged(client, told, "n", told.members, now=lambda: clock[0])

    assert next(going).name == "now"
    assert list(client.orders) == ["now"]
    clock[0] += timedelta(hours=1)
    assert next(going).name == "late"
    assert client.orders["late"]["closes"] == "2031-03-10T14:00:00+00:00"


def test_an_order_holds_no_secret(tmp_path):
    """Names of files, options and bounds travel; a secret is what the worker's own environment holds."""
    told = fleet.read(written(tmp_path, '[[targets]]\nfiles = ["one.toml"]\n', "one"))
    order = runner.ordered(told, "n", told.members[0], (), NOON)

    secrets = [path.read_text().strip() for path in (tmp_path / "reference.d").iterdir()]
    assert secrets
    assert not [secret for secret in secrets if secret in json.dumps(order)]


def test_a_worker_without_the_file_says_so(tmp_path, monkeypatch):
    """Or with another one: it would judge something else."""
    told = fleet.read(written(tmp_path, '[[targets]]\nfiles = ["one.toml"]\n', "one"))
    order = runner.ordered(told, "n", told.members[0], (), NOON)
    monkeypatch.setenv(target_run.ROOT, str(tmp_path / "elsewhere"))
    assert "has no" in target_run.judge(order)["says"]
    monkeypatch.delenv(target_run.ROOT)
    (tmp_path / "one.toml").write_text("version = 2")
    ended = target_run.judge(order)
    assert (ended["exit"], "has another" in ended["says"]) == (4, True)


@pytest.mark.parametrize(
    ("codes", "whole"),
    [((0, 0), 0), ((0, 2), 2), ((2, 3), 3), ((3, 1), 1), ((1, 4), 4), ((4, 5), 5), ((), 5)],
)
def test_the_exit_code_is_the_one_to_see_to_first(codes, whole):
    """Of no target at all it is nobody's but ours."""
    assert runner.worst([runner.Outcome("x", code, "") for code in codes]) == whole


def test_the_history_says_how_each_target_stands(tmp_path):
    """Since when conformant, what broke, what got slower, week by week, and at how many vendors."""
    file, ids, guess = many(tmp_path, 12, 20, 6)
    told = fleet.read(file)
    with History.at(told.history) as held:
        stand = target_status.standings(told, held, NOON)

    bad, slow = stand[0], stand[1]
    assert (bad.tone, list(bad.broken), bad.since, list(bad.amber)) == ("red", [ids[0]], "", [guess])
    assert bad.newly == []  # it was broken the night before
    assert slow.since.startswith("2031-02-19")
    assert slow.slower[0] == ("account-service op0", 300.0, 20.0)
    assert [it.tone for it in bad.weeks][-4:] == ["green", "green", "red", "red"]
    shared = target_status.shared(stand)
    assert [(it.clause, it.red, it.vendors, len(it.targets)) for it in shared] == [
        (ids[0], True, ["v0"], 1),
        (ids[1], True, ["v2"], 1),
        (guess, False, ["v0", "v1", "v2"], 12),
    ]


def test_status_and_diff_tell_it_on_a_terminal(tmp_path):
    """With an exit code for the CI: 1 where something is broken, or newly broken."""
    file, ids, guess = many(tmp_path, 3, 3, 6, datetime.now(UTC))
    said = runs.inside("fleet", "status", file)
    assert said.returncode == 1
    assert "1 broken" in said.stdout
    assert runs.inside("fleet", "diff", file).returncode == 0  # it was so before

    with History.at(str(tmp_path / "fleet.db")) as held, held.engine.begin() as made:
        _, verdicts = packing.verdicts(dict.fromkeys([*ids, guess], "pass"))
        was = schema.RUNS.update().where(schema.RUNS.c.id == "001-bank-000")
        made.execute(was.values(exit=0, verdicts=verdicts))
    said = runs.inside("fleet", "diff", file)
    assert said.returncode == 1
    assert f"bank-000: newly broken: {ids[0]}" in said.stdout
    assert "bank-001: slower: account-service op0, p95 20 ms -> 300 ms" in said.stdout
    (row,) = [
        it
        for it in json.loads(runs.inside("fleet", "diff", file, "--format", "json").stdout)
        if it["newly_broken"]
    ]
    assert row["target"] == "bank-000"


def test_a_page_of_200_targets_and_90_nights_is_quick(tmp_path, record_property):
    """Whatever the history holds beside the last runs; every target and every week is on it."""
    file, ids, _ = many(tmp_path, 200, 90, 40)
    told = fleet.read(file)
    began = time.process_time()
    with History.at(told.history) as held:
        stand = target_status.standings(told, held, NOON)
    html = page.html(
        told.name, "", stand, target_status.shared(stand), page.weeks(stand), outcomes={}, links={}
    )
    took = time.process_time() - began

    record_property("seconds of CPU for the page of 18,000 runs", round(took, 2))
    assert took < 8  # 1.5 on a quiet machine
    assert html.count('<tr id="t-bank-') == 200
    assert html.count("week of 2031-03-10") >= 200
    assert len(html) < 1_500_000
    assert ids[0] in html


def test_names_and_tags_are_text_on_the_page():
    """Whatever stands in them."""
    told = fleet.Member("x<b>", Path("x"), "", frozenset(), {"cdp": ""}, {"vendor": "<script>", "k": "&"})
    bare = fleet.Member("bare", Path("x"), "", frozenset(), {})
    html = page.html(
        "<i>", "", [fleet.Standing(told), fleet.Standing(bare)], [], [], outcomes={"<u>": "<s>"}, links={}
    )
    assert not [tag for tag in ("<script>", "x<b>", "<u>", "<s>", "<i>:") if tag in html]


def test_without_dask_one_sentence(tmp_path, monkeypatch):
    """It says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = runs.inside("fleet", "run", written(tmp_path, '[[targets]]\nfiles = ["one.toml"]\n', "one"))
    assert done.returncode == 4
    assert "pip install 'clausewise[fleet]'" in done.stderr


def test_a_history_of_a_newer_kind_is_refused_before_anything_runs(tmp_path):
    """One sentence; no target is called."""
    file = written(tmp_path, '[[targets]]\nfiles = ["one.toml"]\n', "one")
    with History.at(str(tmp_path / "fleet.db")) as held, held.engine.begin() as made:
        made.execute(schema.FORMAT.update().values(version=99))
    done = runs.inside("fleet", "run", file)
    assert (done.returncode, "is of version 99" in done.stderr) == (4, True)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("heals", [True, False])
def test_a_history_that_fails_on_the_way_ends_no_night(tmp_path, monkeypatch, heals):
    """All are judged; what it did not take goes in at the end, or one sentence says how it will."""
    file = written(tmp_path, '[[targets]]\nfiles = ["one.toml", "two.toml"]\n', "one", "two")
    fails, kept, append = [True] * (1 if heals else 9), [], History.append

    def judged(*_, **__):
        for name in ("one", "two"):
            made = result(1, name)
            made["run"]["id"] = name
            yield runner.Outcome(name, 0, "fine", results=made)

    def failing(self, results):
        if fails and results["run"]["id"] == "one":
            fails.pop()
            raise ConfigurationError("The history cannot be used: it is away.")
        append(self, results)
        kept.append(results["run"]["id"])

    monkeypatch.setattr(runner, "cluster", lambda *_: nullcontext())
    monkeypatch.setattr(runner, "judged", judged)
    monkeypatch.setattr(History, "append", failing)
    done = runs.inside("fleet", "run", file, "--night", "n1")

    assert kept == (["two", "one"] if heals else ["two"])
    assert done.returncode == (0 if heals else 4), done.stderr
    assert "2/2 two" in done.stdout
    again = f"it is away. Every run is judged and written; later: clausewise fleet run {file} --night n1"
    assert (again in done.stderr.replace("\n", " ")) is not heals
