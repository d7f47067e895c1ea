"""A history that an older clausewise wrote grows, once, and answers as it did; a newer one is refused."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import runs
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from made_results import result
from older_histories import KINDS, OLD, older
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from clausewise.errors import ConfigurationError
from clausewise.history import History, _engine, packing, schema


def answers(history, build=""):
    """Everything that a history is asked for, of the runs that tests/support/histories holds."""
    names = ["uat", "acme-sit", "bare", "nobody"]
    rows = history.of(names)
    ids = [row["id"] for row in rows]
    clauses = sorted(history.broken(ids))
    told = {
        "runs": history.runs(),
        "last": history.runs(last=4),
        "uat": history.runs("uat", 5),
        "build": history.runs("uat", build=build),
        "of": rows,
        "since": history.of(names[:2], "2031-01-08"),
        "not_kept": history.not_kept(ids),
        "paces": history.paces(ids[3:]),
        "clause": {it: history.clause(it) for it in clauses[:4]},
        "clause of": history.clause(clauses[0], "acme-sit"),
        "unknown": history.clause("no.such"),
        "restless": history.restless(),
        "restless of": history.restless("acme-sit", 3),
        "broken": history.broken(ids[-4:]),
        "times": history.times(ids[-6:]),
        "nothing": [history.broken([]), history.times([]), history.not_kept([])],
    }
    return json.loads(json.dumps(told))


@KINDS
@pytest.mark.parametrize("name", ["v1", "v2"])
def test_a_history_of_an_older_clausewise_grows_and_answers_as_it_did(request, kind, name):
    """What the code of that time answered is kept beside what it wrote; a new run goes in as any."""
    where = request.getfixturevalue(kind)
    older(where, name)
    known = json.loads((OLD / f"{name}.json").read_text("utf-8"))
    with History.at(where) as history:
        assert answers(history, "402" if name == "v2" else "") == known
    with History.at(where) as history:
        assert answers(history, "402" if name == "v2" else "") == known
        newer = result(30, "uat")
        newer["run"]["labels"] = {"release": "8"}
        newer["causes"] = [{"colour": "red"}, {"colour": "amber"}]
        history.append(newer)
        told = history.runs("uat")
        assert [row["name"] for row in told][-1] == "release 8"
        assert [row["causes"] for row in told[:-1]] == [
            it["causes"] for it in known["of"] if it["target"] == "uat"
        ]
        assert told[-1]["causes"] == 1


def test_a_history_of_the_hours_when_version_2_had_no_causes_grows(sqlite):
    """How many there were is not known; all else is as in any."""
    older(sqlite, "v2-without-causes")
    known = json.loads((OLD / "v2.json").read_text("utf-8"))
    for name in ("runs", "last", "uat", "build", "of", "since"):
        known[name] = [row | {"causes": None} for row in known[name]]
    with History.at(sqlite) as history:
        assert answers(history, "402") == known


@KINDS
@pytest.mark.parametrize("begun", [True, False])
def test_what_grew_is_what_the_tables_say(request, kind, begun):
    """And a new history is made by the same scripts."""
    where = request.getfixturevalue(kind)
    if begun:
        older(where, "v1")
    with History.at(where) as history, history.engine.connect() as made:
        context = MigrationContext.configure(made, opts={"version_table": schema.REVISION})
        assert compare_metadata(context, schema.TABLES) == []
        assert context.get_current_revision() == str(schema.VERSION)


@KINDS
def test_several_processes_at_once_let_a_history_grow_once(request, kind):
    """One does it, the others wait, and each answers."""
    where = request.getfixturevalue(kind)
    older(where, "v2")
    ready = "import sys; from clausewise.cli import main, history; print('ready', flush=True); input()"
    script = f"{ready}; sys.exit(main(sys.argv[1:]))"
    words = [sys.executable, "-c", script, "history", where, "--format", "json"]
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    going: list[Any] = [subprocess.Popen(words, env=runs.environment(), text=True, **pipes) for _ in range(6)]
    assert [process.stdout.readline() for process in going] == ["ready\n"] * 6
    for process in going:
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=120) for process in going]

    assert [(process.returncode, err) for process, (_, err) in zip(going, told, strict=True)] == [(0, "")] * 6
    assert len({out for out, _ in told}) == 1
    with History.at(where) as history, history.engine.connect() as made:
        assert list(made.scalars(text(f"select version_num from {schema.REVISION}"))) == [str(schema.VERSION)]
        assert list(made.scalars(select(schema.FORMAT.c.version))) == [schema.VERSION]
        known = json.loads((OLD / "v2.json").read_text("utf-8"))
        assert made.scalar(select(func.count()).select_from(schema.RUNS)) == len(known["of"])


def test_a_run_that_an_older_client_is_writing_grows_with_the_rest(postgresql):
    """The scripts wait for its end; after that an older client that is still there cannot write."""
    older(postgresql, "v2")
    engine, *_ = _engine(postgresql)
    kept = (
        "environment, documents, suite, plan, exit, word, counts, share, seconds, exchanges, labels, causes"
    )
    into = f"insert into clausewise_runs (id, started, target, {kept})"
    copied = text(
        f"{into} select 'late', '2031-02-01', target, {kept} from clausewise_runs where id = 'uat-02'"
    )
    row = text("insert into clausewise_verdicts values ('late', 'toy.op1.field_1', 'fail')")

    def grows():
        with History.at(postgresql) as history:
            return history.not_kept(["late"])

    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as made:
            made.execute(copied)
            made.execute(row)
            growing = pool.submit(grows)
            with pytest.raises(TimeoutError):
                growing.result(2)
        assert growing.result(60) == {"late": {"toy.op1.field_1": "fail"}}
    with pytest.raises(IntegrityError), engine.begin() as made:
        made.execute(text(str(copied).replace("'late'", "'later'")))
    engine.dispose()


@KINDS
def test_growth_that_fails_leaves_the_history_as_it_was(request, kind, monkeypatch):
    """Half of it is nothing: the next one that comes begins anew."""
    where = request.getfixturevalue(kind)
    older(where, "v2")
    packed, calls = packing.figures, []

    def fails(told):
        calls.append(told)
        if len(calls) == 5:
            raise ValueError("no more paper")
        return packed(told)

    monkeypatch.setattr(packing, "figures", fails)
    with pytest.raises(ConfigurationError, match="no more paper"), History.at(where):
        pass
    engine, *_ = _engine(where)
    with engine.connect() as made:
        assert made.scalar(select(schema.FORMAT.c.version)) == 2
        assert made.scalar(text("select count(*) from clausewise_verdicts")) > 100
    engine.dispose()
    monkeypatch.undo()
    with History.at(where) as history:
        assert answers(history, "402") == json.loads((OLD / "v2.json").read_text("utf-8"))


@KINDS
def test_a_history_of_a_newer_clausewise_is_refused(request, kind):
    """In one sentence with exit 4, also by a run that had it open before; nothing is written into it."""
    where = request.getfixturevalue(kind)
    with History.at(where) as history:
        history.append(result(1))
        with history.engine.begin() as made:
            made.execute(schema.FORMAT.update().values(version=99))
        with pytest.raises(ConfigurationError, match="is of version 99"):
            history.append(result(2))
        with pytest.raises(ConfigurationError, match="is of version 99"):
            history.append(result(1))
        with history.engine.connect() as made:
            assert list(made.scalars(select(schema.RUNS.c.id))) == ["r1"]
    done = runs.inside("history", where)

    assert done.returncode == 4
    assert "is of version 99, 3 was expected: a newer clausewise made it so, install that one." in done.stderr
    assert done.stderr.count("\n") == 1


def test_alembic_is_imported_only_to_let_a_history_grow(sqlite):
    """It takes a quarter of a second, which each run would wait for."""
    script = (
        "import sys; from clausewise.history import History\nwith History.at(sys.argv[1]) as it: it.runs()\n"
    )
    words = [sys.executable, "-c", f"{script}print('alembic' in sys.modules)", sqlite]
    told = [
        subprocess.run(words, env=runs.environment(), capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert told == ["True\n", "False\n"]
