"""History: runs over months, what changed and when, in SQLite and PostgreSQL; bad databases are told."""

import json
import re
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import runs
from made_results import clause, result
from older_histories import KINDS, OLD, older
from sqlalchemy import text

from clausewise.errors import ConfigurationError
from clausewise.history import History, _engine
from clausewise.report import charts


@KINDS
def test_a_run_that_is_deleted_takes_nothing_with_it(request, kind):
    """Its row is all that there is of it: whoever keeps a year deletes what is older, in SQL."""
    where = request.getfixturevalue(kind)
    older(where, "v2")
    known = json.loads((OLD / "v2.json").read_text("utf-8"))
    with History.at(where) as history:
        ids = [row["id"] for row in known["of"]]
        gone = set(ids[:9])
        with history.engine.begin() as made:
            made.execute(text("delete from clausewise_runs where started < '2031-01-07'"))
        kept = [run for run in ids if run not in gone]
        assert [row["id"] for row in history.of(["uat", "acme-sit", "bare"])] == kept
        assert history.not_kept(kept) == {run: known["not_kept"][run] for run in kept}


def test_a_run_of_real_size_takes_little(sqlite):
    """Four thousand clauses of sixty operations, some of which changed since the night before."""
    rows = [clause(at) | {"id": f"family.operation{at % 60}.answer.data.field_{at}"} for at in range(4000)]
    times = {"p50": 10.25, "p95": 21.125, "max": 40.5}
    with History.at(sqlite) as history:
        for night in range(1, 21):
            for at in range(5):
                rows[(night * 701 + at * 97) % 4000]["verdict"] = ("fail", "pass", "untestable")[at % 3]
            made = result(night)
            made["clauses"] = rows
            made["operations"] = [
                {"family": "family", "operation": f"operation{at}", "exchanges": night, "milliseconds": times}
                for at in range(60)
            ]
            history.append(made)
        assert len(history.clause(rows[17]["id"])) == 20
    assert Path(sqlite).stat().st_size < 200_000  # 8 million as rows


def _spoilt(column, value):
    return f"update clausewise_{'names' if column == 'packed' else 'runs'} set {column} = {value}"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verdicts", "x'00'"),
        ("verdicts", "'text'"),
        ("verdicts", "7"),
        ("verdicts", "figures"),
        ("figures", "verdicts"),
        ("figures", "zeroblob(9)"),
        ("clauses", "'no such list'"),
        ("clauses", "operations"),
        ("packed", "zeroblob(3)"),
    ],
)
def test_packed_verdicts_that_somebody_wrote_into_are_one_sentence(sqlite, column, value):
    """Whatever they are now, nobody takes them for verdicts."""
    older(sqlite, "v2")
    with History.at(sqlite):
        pass
    with closing(sqlite3.connect(sqlite)) as made, made:
        made.execute(_spoilt(column, value))
    page = Path(sqlite).with_name("page.html")
    done = runs.inside("history", sqlite, "--page", page)

    assert done.returncode == 4
    assert "cannot be used: " in done.stderr
    assert done.stderr.count("\n") == 1


@KINDS
def test_fifty_write_at_once(request, kind):
    """Into a history that none of them found there: every run is in it, whole."""
    where = request.getfixturevalue(kind)
    begin = threading.Barrier(50)

    def write(number):
        made = result(1 + number % 28, f"target-{number}")
        made["run"]["id"] = f"many-{number}"
        begin.wait(60)
        with History.at(where) as history:
            history.append(made)

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(write, range(50))) == [None] * 50
    with History.at(where) as history:
        names = [f"target-{number}" for number in range(50)]
        rows = history.of(names)
        assert sorted(row["target"] for row in rows) == sorted(names)
        assert all(len(history.clause("toy.op.c1", name)) == 1 for name in names[:3])


@KINDS
def test_a_history_tells_what_changed_from_run_to_run(request, kind):
    """Per target, in the order of the runs, whatever order they came in; twice the same run counts once."""
    where = request.getfixturevalue(kind)
    with History.at(where) as history:
        for made in (result(3, c1="fail"), result(1), result(2, "other", c3="fail"), result(4, c2="fail")):
            history.append(made)
        history.append(result(4, c2="fail"))
    with History.at(where) as history:
        told = [(row["id"], row["broken"], row["mended"]) for row in history.runs("uat")]
        assert told == [
            ("r1", [], []),
            ("r3", ["toy.op.c1"], []),
            ("r4", ["toy.op.c2"], ["toy.op.c1"]),
        ]
        assert [row["id"] for row in history.runs(last=2)] == ["r3", "r4"]
        assert history.runs("uat", last=1)[0]["broken"] == ["toy.op.c2"]
        assert [row["verdict"] for row in history.clause("toy.op.c1", "uat")] == ["pass", "fail", "pass"]
        assert {row["clause"] for row in history.restless("uat")} == {"toy.op.c1", "toy.op.c2"}


def test_a_page_tells_since_when_a_clause_is_broken_and_which_goes_to_and_fro(tmp_path, sqlite):
    """A strip for each clause that is or was broken; times by operation; bars lead to reports."""
    nights = [{"c1": "fail"}, {}, {"c1": "fail"}, {"c2": "fail"}, {"c1": "fail", "c2": "fail"}]
    with History.at(sqlite) as history:
        for number, verdicts in enumerate(nights, 1):
            history.append(result(number, **verdicts))
        history.append(result(9, "other", c3="fail"))
        ids = [row["id"] for row in history.runs()]
        broken = history.broken(ids)
        times = history.times(ids)
    (tmp_path / "night").mkdir()
    (tmp_path / "night" / "run.json").write_text('{"id": "r5"}')
    (tmp_path / "night" / "report.html").write_text("")
    runs.inside("history", sqlite, "--page", tmp_path / "history.html")
    page = (tmp_path / "history.html").read_text("utf-8")

    assert broken["toy.op.c2"] == {
        "r1": "pass",
        "r2": "pass",
        "r3": "pass",
        "r4": "fail",
        "r5": "fail",
        "r9": "pass",
    }
    assert times == {"toy op": dict.fromkeys(("r1", "r2", "r3", "r4", "r5", "r9"), 2.0)}
    order = re.findall(r"<code>(toy\.op\.c\d)</code></th><td>([^<]*)</td><td>(?:<[^>]*>(flaky))?", page)
    assert order == [
        ("toy.op.c1", "2031-01-05T02:00", "flaky"),
        ("toy.op.c2", "2031-01-04T02:00", ""),
        ("toy.op.c3", "", ""),
        ("toy.op.c3", "2031-01-09T02:00", ""),
        ("toy.op.c1", "", ""),
        ("toy.op.c2", "", ""),
    ]
    assert page.count('<a href="night/report.html"') == 2
    assert '<a href="#run-1"' in page


def test_the_axis_of_a_trend_has_round_figures():
    """Whatever the most is, four or five ticks, none of which a bar outgrows."""
    run = {"id": "r", "started": "2031-01-01T00:00:00", "target": "t", "exit": 1, "word": "w", "share": 0.5}
    for most in (0, 1, 4, 7, 13, 60, 101, 5923):
        told = charts.chart([{**run, "counts": {"fail": count}} for count in (0, most)])
        ticks = [count for _, count in told.ticks]

        assert ticks[0] == 0
        assert ticks[-1] >= most
        assert 2 <= len(ticks) <= 5
        assert all(bar.y >= told.top - 3 for bar in told.bars)
        assert told.bars[0].height == 2


def test_two_hundred_nights_stay_quick(sqlite):
    """A summary of the last month reads no more than the last month."""
    with History.at(sqlite) as history:
        for number in range(1, 29):
            history.append(result(number, c1="fail" if number % 2 else "pass"))
        assert len(history.runs(last=7)) == 7


def test_a_run_is_appended_and_its_page_shows_the_trend(tmp_path, sqlite):
    """Two runs; the second page has both, and the command lists them."""
    chosen = ["--clause", "cdp.getToken.token", "--history", sqlite]
    target = runs.target_at(tmp_path, "embedded", "cdp")
    for name in ("one", "two"):
        runs.clausewise("run", "--target", target, "--run-dir", tmp_path / name, *chosen)
    page = (tmp_path / "two" / "report.html").read_text()
    told = runs.inside("history", sqlite, "--page", tmp_path / "history.html")
    rows = json.loads(runs.inside("history", sqlite, "--format", "json").stdout)
    lines = runs.inside("history", sqlite, "--clause", "cdp.getToken.token")

    assert "Trend: 2 of the last runs" in page
    assert "not fully verified" in told.stdout
    assert "The last 2 runs" in (tmp_path / "history.html").read_text()
    assert [row["target"] for row in rows] == ["reference", "reference"]
    assert lines.stdout.rstrip().endswith("reference: pass")


def test_a_locked_database_loses_nothing(sqlite, monkeypatch):
    """The run is judged and written, and one sentence says how to append it later."""
    monkeypatch.setattr("clausewise.history._WAIT", 0.2)
    with History.at(sqlite) as history, sqlite3.connect(sqlite, isolation_level=None) as lock:
        lock.execute("begin exclusive")
        with pytest.raises(ConfigurationError, match="cannot be used: database is locked"):
            history.append(result(1))
        lock.execute("rollback")
        history.append(result(1))
        assert len(history.runs()) == 1


BAD = {
    "nonsense://x": "cannot be opened",
    "postgresql+nodriver://x/y": "cannot be opened",
    "/no/such/folder/x.db": "cannot be used",
}


@pytest.mark.parametrize("where", BAD)
def test_a_bad_history_is_told_before_the_run(tmp_path, where):
    """Exit code 4, and nothing was sent."""
    given = ["--target", runs.REFERENCE, "--run-dir", tmp_path / "run", "--history", where]
    done = runs.clausewise("run", *given)

    assert done.returncode == 4
    assert BAD[where] in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_file_that_is_no_database_is_told(tmp_path):
    """One sentence with its name."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    done = runs.inside("history", path)
    missing = runs.inside("history", tmp_path / "none.db")

    assert done.returncode == missing.returncode == 4
    assert "file is not a database" in done.stderr
    assert "There is no history" in missing.stderr
    assert not Path(tmp_path / "none.db").exists()


def test_a_password_in_the_url_is_not_shown():
    """Neither by the name nor by a complaint."""
    with pytest.raises(ConfigurationError) as bad, History.at("postgresql+nodriver://me:s3cret@host/name"):
        pass
    assert "s3cret" not in str(bad.value)


def test_a_database_of_no_known_kind_is_told_without_its_passwords():
    """Neither the password before the host nor the one behind the question mark is shown."""
    where = "nosuchdb+driver://me:pw-before-1@127.0.0.1:1/x?password=pw-behind-2"

    with pytest.raises(ConfigurationError) as told, History.at(where):
        pass
    assert "pw-before-1" not in str(told.value)
    assert "pw-behind-2" not in str(told.value)
    assert "cannot be opened" in str(told.value)


@pytest.mark.parametrize(
    "where",
    [
        "nosuchdb+pyodbc:///?odbc_connect=DRIVER%3D%7BODBC+Driver%7D%3BUID%3Dme%3BPWD%3Dpw-odbc-1%3BServer%3Dx",
        "nosuchdb+pyodbc:///?odbc_connect=Pwd%3D%7Bpw-odbc-1%3B+more%7D%3BUID%3Dme",
        "nosuchdb://me:pw-odbc-1@127.0.0.1/x?sslpassword=pw-odbc-1&options=-c%20password%3Dpw-odbc-1",
        "nosuchdb://me:pw%2Dodbc%2D1@127.0.0.1/pw-odbc-1",
    ],
)
def test_a_refused_database_tells_no_secret_of_its_url(where):
    """Those of a driver's own connection string, quoted or in braces, and a password that stands twice."""
    with pytest.raises(ConfigurationError) as told, History.at(where):
        pass

    assert "pw-odbc" not in str(told.value)
    assert "odbc-1" not in str(told.value).replace("%2D", "-")
    assert "cannot be opened" in str(told.value)


@pytest.mark.filterwarnings("ignore:Query string")
def test_a_database_that_fails_tells_no_secret_of_its_url(tmp_path):
    """What the driver says of it is told without the password."""
    history = History(*_engine(f"sqlite:///{tmp_path}/none/x.db?password=pw-sqlite-1"))

    assert "pw-sqlite-1" not in history.name
    assert history.hush("no log-in with pw-sqlite-1").count("[masked") == 1
