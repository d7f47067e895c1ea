"""A run in parts on several machines, and the whole that is made of them."""

import json
import shutil

import pytest
import runs
import shared

from clausewise import input_files, journal, package_data
from clausewise.errors import ConfigurationError
from clausewise.plugin.shards import Shard

SEED = "--seed=7"
PARTS = 3


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    """The reference's target file with one family only."""
    folder = tmp_path_factory.mktemp("target")
    path = shutil.copy(runs.REFERENCE, folder)
    shutil.copytree(runs.REFERENCE.parent / "reference.d", folder / "reference.d")
    return runs.only(folder / path, "account-service")


@pytest.fixture(scope="module")
def shards(tmp_path_factory, target):
    """The folders of a whole run and of its three shards, the second of them by two processes."""
    return shared.once(tmp_path_factory, "shards", lambda folder: _made(folder, target))


def _made(folder, target):
    whole = runs.clausewise("run", "--target", target, SEED, "--run-dir", folder / "whole")
    assert whole.returncode == 0, whole.stdout + whole.stderr
    for number in range(1, PARTS + 1):
        more = ("-n", "2") if number == 2 else ()
        shard = f"--shard={number}/{PARTS}"
        made = runs.clausewise(
            "run", "--target", target, SEED, shard, "--run-dir", folder / f"{number}", *more
        )
        assert made.returncode == 2, made.stdout + made.stderr
        assert f"shard {number}/{PARTS} alone" in made.stdout


def told(folder):
    """Return what a statement says, but for times and the names of exchanges."""
    results = runs.results(folder)
    clauses = [
        {key: row[key] for key in ("id", "verdict", "colour", "reason", "findings")}
        for row in results["clauses"]
    ]
    ledger = [{key: row[key] for key in row if key != "exchanges"} for row in results["ledger"]]
    kept = (
        "outcome",
        "promise",
        "counts",
        "exercised",
        "sufficiency",
        "causes",
        "findings",
        "drift",
        "target",
    )
    whole = {key: results[key] for key in kept} | {"clauses": clauses, "ledger": ledger}
    return json.loads(
        json.dumps(whole).replace(results["target"]["families"]["account-service"]["base_url"], "URL")
    )


def test_what_is_put_together_equals_the_whole(shards, tmp_path):
    """The same verdicts and reasons, ledger, sufficiency and exit code, whichever order they are named in."""
    named = [shards / name for name in ("2", "3", "1")]
    made = runs.clausewise("merge", *named, "--run-dir", tmp_path / "all", "--history", tmp_path / "h.db")

    assert made.returncode == 0, made.stdout + made.stderr
    assert told(tmp_path / "all") == told(shards / "whole")
    assert (tmp_path / "all" / "report.html").exists()
    said = json.loads(runs.clausewise("history", tmp_path / "h.db", "--format", "json").stdout)
    assert [row["word"] for row in said] == ["conformant"]


def test_each_test_is_made_in_one_shard(shards):
    """None is made twice, none is left out."""
    made = [
        record["test"]
        for at in range(1, PARTS + 1)
        for record in journal.records(shards / f"{at}", journal.VERDICTS)
    ]
    whole = [record["test"] for record in journal.records(shards / "whole", journal.VERDICTS)]
    assert sorted(made) == sorted(whole)
    assert len(set(made)) == len(made)


def test_a_lost_shard_is_named_and_the_whole_not_verified(shards, tmp_path):
    """Exit 2; its clauses say that their tests were in it, and none of the others does."""
    made = runs.clausewise("merge", shards / "1", shards / "3", tmp_path / "2", "--run-dir", tmp_path / "all")

    assert made.returncode == 2
    assert "because shard 2/3 is missing" in made.stdout
    assert f"{tmp_path / '2'} holds no run" in made.stderr
    assert all("missing (2/3)" in reason for reason in runs.untestable(tmp_path / "all").values())


def test_a_shard_that_was_killed_is_named(shards, tmp_path):
    """What it came to counts; that it never ended is told."""
    shutil.copytree(shards / "2", tmp_path / "2")
    seal = tmp_path / "2" / journal.SEAL
    seal.write_text(
        "".join(line for line in seal.read_text().splitlines(True) if "ended" not in json.loads(line))
    )

    made = runs.clausewise("merge", shards / "1", tmp_path / "2", shards / "3", "--run-dir", tmp_path / "all")

    assert made.returncode == 2
    assert "because shard 2/3 was cut short" in made.stdout


@pytest.mark.parametrize(
    ("named", "says"),
    [
        (("1", "1"), "are both shard 1/3"),
        (("whole",), "holds a whole run"),
        (("none",), "None of these folders holds a run"),
        (("1", "other"), "are not shards of one run: their seed differs"),
        (("1", "changed"), "verdicts.jsonl is not as it was when the shard ended"),
    ],
)
def test_what_does_not_belong_together_is_refused(shards, tmp_path, named, says):
    """In one sentence, with exit code 4, and nothing is written."""
    shutil.copytree(shards / "2", tmp_path / "other")
    facts = input_files.load(tmp_path / "other" / journal.RUN)
    (tmp_path / "other" / journal.RUN).write_bytes(journal.text_of(facts | {"seed": 8}))
    shutil.copytree(shards / "2", tmp_path / "changed")
    with (tmp_path / "changed" / journal.VERDICTS).open("ab") as file:
        file.write(b"{}\n")
    folders = [tmp_path / name if name in {"other", "changed"} else shards / name for name in named]

    made = runs.inside("merge", *folders, "--run-dir", tmp_path / "all")

    assert made.returncode == 4
    assert says in made.stderr
    assert not list(tmp_path.glob("*all*"))


def test_the_whole_can_be_packed_and_a_shard_cannot(shards, tmp_path, good):
    """A pack of the whole holds when it is verified, whatever machine each exchange came from."""
    runs.clausewise("merge", *(shards / f"{at}" for at in (1, 2, 3)), "--run-dir", tmp_path / "all")
    pack = runs.inside(
        "evidence", tmp_path / "all", "--key", good / "key.pem", "--output", tmp_path / "all.zip"
    )
    assert pack.returncode == 0, pack.stderr
    seen = runs.inside(
        "verify", tmp_path / "all.zip", "--public-key", good / "key.pub", "--expect", "conformant"
    )
    assert seen.returncode == 0, seen.stdout

    alone = runs.inside("evidence", shards / "1", "--key", good / "key.pem", "--output", tmp_path / "1.zip")
    assert alone.returncode == 4
    assert "clausewise merge" in alone.stderr


@pytest.mark.parametrize(
    ("text", "good"), [("1/1", 1), ("8/8", 1), ("0/3", 0), ("4/3", 0), ("3", 0), ("x/2", 0)]
)
def test_a_shard_is_written_as_k_of_n(text, good):
    """What is none is refused."""
    if good:
        assert str(Shard.read(text)) == text
        return
    with pytest.raises(ConfigurationError, match="write K/N"):
        Shard.read(text)


def test_shards_share_a_seed(tmp_path):
    """Each with one of its own would send other bodies than the whole."""
    made = runs.inside("run", "--target", runs.REFERENCE, "--shard", "1/2", "--run-dir", tmp_path / "run")
    assert made.returncode == 4
    assert "takes a --seed" in made.stderr


def test_what_a_target_gives_away_once_is_shared_out():
    """No two workers of any two shards may take the same thing, and each thing is somebody's."""
    takers = [(Shard(at, 3), worker) for at in (1, 2, 3) for worker in (0, 1)]
    for number in range(200):
        held = [shard for shard, worker in takers if shard.has(f"55{number}", worker, 2)]
        assert len(held) == 1
        assert held[0].has(f"55{number}")


def test_the_results_of_both_fit_their_schema(shards, tmp_path):
    """A shard's, and those of the whole."""
    runs.clausewise("merge", shards / "1", shards / "2", "--run-dir", tmp_path / "all")
    for folder in (shards / "1", tmp_path / "all"):
        input_files.check(runs.results(folder), package_data.SCHEMAS / "results.schema.json", str(folder))
        input_files.check(
            input_files.load(folder / journal.RUN), package_data.SCHEMAS / "run.schema.json", str(folder)
        )
