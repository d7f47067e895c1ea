"""A run's exchanges as HAR: whole, masked as they were kept, and read by others and by ourselves."""

import json

import pytest
import runs

from clausewise import input_files, package_data

PICKED = ("--clause", "cdp.token.*", "--clause", "cdp.validateCustomer.not-found*")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of a short run, and its exchanges as HAR."""
    folder = tmp_path_factory.mktemp("har")
    target = runs.target_at(folder, "embedded", "cdp")
    runs.clausewise("run", "--target", target, "--run-dir", folder / "run", *PICKED)
    done = runs.inside("har", folder / "run")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def told(made):
    """What the HAR file says."""
    return json.loads((made / "run" / "exchanges.har").read_text())


def test_every_exchange_is_there(made, told):
    """In the order that it was made, and as our schema has HAR."""
    kept = [json.loads(line) for line in (made / "run" / "exchanges.jsonl").read_text().splitlines()]
    input_files.check(told, package_data.SCHEMAS / "har.schema.json", "it")

    assert told["log"]["version"] == "1.2"
    assert told["log"]["creator"]["name"] == "clausewise"
    assert [entry["request"]["url"] for entry in told["log"]["entries"]] == [
        record["request"]["url"] for record in kept
    ]
    assert [entry["response"]["content"]["text"] for entry in told["log"]["entries"]] == [
        record["response"]["body"] for record in kept
    ]


def test_no_secret_is_in_it(made):
    """What the run masked stays masked."""
    text = (made / "run" / "exchanges.har").read_text()
    secrets = [path.read_text().strip() for path in (made / "reference.d").iterdir()]

    assert "[masked text " in text
    assert not [secret for secret in secrets if secret in text]


def test_without_our_comments_it_is_anybodys(made, told):
    """A tool that drops comments leaves a HAR file as a browser's; it is judged as that."""
    for entry in told["log"]["entries"]:
        del entry["comment"]
    (made / "plain.har").write_text(json.dumps(told))
    done = runs.inside(
        "judge", made / "plain.har", "--target", made / "target.toml", "--run-dir", made / "plain"
    )

    assert done.returncode in {1, 2}, done.stderr
    assert runs.results(made / "plain")["run"]["recorded"]["judged"] > 10


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("clausewise {", "unreadable: "),
        ("clausewise []", "its comment is none that clausewise writes"),
        ('clausewise {"request": {}, "response": {}}', "'id' is a required property"),
    ],
)
def test_a_comment_that_we_did_not_write_is_told(made, told, tmp_path, comment, said):
    """Its entry is left out, and the others are judged."""
    told["log"]["entries"][0]["comment"] = comment
    (made / "bad.har").write_text(json.dumps(told))
    given = ("--target", made / "target.toml", "--run-dir", tmp_path / "run")
    done = runs.inside("judge", made / "bad.har", *given)

    assert done.returncode == 2, done.stderr
    assert said in done.stdout.replace('"', "'")
    assert "(entry 1)" in done.stdout


def test_a_folder_without_a_run_is_told(tmp_path):
    """One sentence."""
    done = runs.inside("har", tmp_path)

    assert done.returncode == 4
    assert "name the folder of a run" in done.stderr
