"""The `.env` beside a target file fills its variables, and is trusted no more than that file."""

import os

import pytest
import runs
from locking import gateway

from clausewise import package_data, targets
from clausewise.errors import ConfigurationError

PASSWORD = "sandbox-password-93be"


@pytest.fixture
def target(tmp_path, monkeypatch):
    """A target file whose password is a variable, in a folder of its own."""
    monkeypatch.delenv("BANK_PASSWORD", raising=False)
    (tmp_path / "here").mkdir()
    return runs.foreign(tmp_path / "here", "http://127.0.0.1:9", '{ env = "BANK_PASSWORD" }')


def load(path, allowed=()):
    """Load a target file as what sends does; return its password."""
    known = targets.load(path, package_data.SCHEMAS / "target.schema.json", allowed=allowed)
    return known.families["cdp"].credentials["default"]["password"], known


def test_a_variable_may_stand_in_it(target, monkeypatch):
    """It is known as a secret, enters no environment, and one that is exported wins."""
    (target.parent / ".env").write_text(f"# ours\nexport BANK_PASSWORD='{PASSWORD}'\nOTHER=1\n")

    password, known = load(target)
    assert password == PASSWORD
    assert PASSWORD in known.secrets
    assert "BANK_PASSWORD" not in os.environ
    assert [it.kind for it in known.references if it.name == "BANK_PASSWORD"] == ["dotenv"]

    monkeypatch.setenv("BANK_PASSWORD", "from-the-environment")
    password, known = load(target)
    assert password == "from-the-environment"
    assert [it.kind for it in known.references if it.name == "BANK_PASSWORD"] == ["env"]


def test_nothing_of_the_environment_gets_into_it(target, monkeypatch):
    """A text that names another variable is that text: nobody agreed to send that one."""
    monkeypatch.setenv("CLOUD_KEY", "a-key-of-this-machine")
    (target.parent / ".env").write_text("BANK_PASSWORD=${CLOUD_KEY}\n")

    assert load(target)[0] == "${CLOUD_KEY}"


def test_one_that_lies_elsewhere_is_not_sent(target, tmp_path):
    """Links resolved; whoever runs it may allow it."""
    (tmp_path / "shadow").write_text(f"BANK_PASSWORD={PASSWORD}\n")
    (target.parent / ".env").symlink_to(tmp_path / "shadow")

    with pytest.raises(
        ConfigurationError, match="does not lie beside the target file, links resolved"
    ) as told:
        load(target)
    assert PASSWORD not in str(told.value)
    assert load(target, [str(tmp_path / "shadow")])[0] == PASSWORD


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"BANK_PASSWORD=\n", "or write it into .env beside"), (b"BANK_PASSWORD=\xff\n", "cannot be read")],
)
def test_one_that_does_not_help_is_one_sentence(target, content, said):
    """Empty, or no text."""
    (target.parent / ".env").write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        load(target)


def test_what_it_sends_where_is_said(tmp_path):
    """By its name, never its value; and the call is let in with it."""
    (tmp_path / "here").mkdir()
    with runs.reference("cdp") as behind, gateway(behind, {}) as (url, kept):
        path = runs.foreign(tmp_path / "here", url, '{ env = "BANK_PASSWORD" }')
        (path.parent / ".env").write_text(f"BANK_PASSWORD={PASSWORD}\n")
        done = runs.clausewise("doctor", "--target", path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert kept.calls
    assert "the variable of .env BANK_PASSWORD" in done.stderr
    assert PASSWORD not in done.stdout + done.stderr
