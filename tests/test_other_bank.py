"""A differently shaped implementation of the thin documents is judged with nothing but a target file."""

import shutil
from pathlib import Path

import pytest
import runs
from other_bank import server

HERE = Path(server.__file__).parent
SECRETS = {"OTHER_BANK_PASSWORD": server.PASSWORD, "OTHER_BANK_KEY": server.KEY}


@pytest.fixture(scope="module")
def bank():
    """The other bank, serving."""
    with server.served() as url:
        yield url


def target(folder, url, **changes):
    """Write the bank's target file, some words of it changed, with its overlays beside it."""
    for overlay in HERE.glob("*.overlay.yaml"):
        shutil.copy(overlay, folder)
    text = (HERE / "target.toml").read_text().replace("BASE_URL", url)
    for old, new in changes.items():
        text = text.replace(old, new)
    path = folder / "target.toml"
    path.write_text(text)
    return path


def run(path, folder):
    environment = runs.environment(**SECRETS)
    return runs.clausewise("run", "--target", path, "--run-dir", folder / "run", env=environment)


def test_the_other_bank_keeps_every_clause_that_can_be_seen(tmp_path, bank):
    """Other names, GET for queries, a token in its own header, images as bytes: nothing is red or amber."""
    done = run(target(tmp_path, bank), tmp_path)

    rows = runs.results(tmp_path / "run")["clauses"]
    broken = [row["id"] for row in rows if row["verdict"] in {"fail", "error"}]
    assert broken == [], done.stdout
    assert done.returncode == 0, done.stdout
    judged = {row["id"] for row in rows if row["verdict"] == "pass"}
    assert len([name for name in judged if name.startswith("account-service.law.")]) == 32
    assert len([name for name in judged if name.startswith("int-ecm.download.returns-")]) == 8
