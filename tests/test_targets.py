"""Target files: every mistake gets one sentence that names the place and the remedy."""

from pathlib import Path

import pytest

from clausewise import shipped, targets
from clausewise.errors import ConfigurationError, Untestable

GOOD = """
version = 1
name = "mine"
environment = "test"

[families.cdp]
document = "cdp-2023"
base_url = "https://api.example.com/"

[families.cdp.credentials.default]
type = "oauth2-password"
client_id = "me"
username = "amina"
password = { env = "CLAUSEWISE_TEST_PASSWORD" }

[families.cdp.fixtures."customer.active"]
ecrn = "12"
"""


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Write a target file and load it, with the password in the environment."""
    monkeypatch.setenv("CLAUSEWISE_TEST_PASSWORD", "a-made-up-password")

    def write_and_load(text):
        path = tmp_path / "target.toml"
        path.write_text(text)
        return targets.load(path, shipped.SCHEMAS / "target.schema.json")

    return write_and_load


def test_a_good_file_gives_resolved_values_and_knows_its_secrets(load):
    """References are fetched, the base URL loses its slash, and secrets are known for masking."""
    target = load(GOOD)

    family = target.families["cdp"]
    assert family.credentials["default"]["password"] == "a-made-up-password"
    assert family.base_url == "https://api.example.com"
    assert target.secrets == {"a-made-up-password"}


def test_roles_are_fixtures_credentials_and_faults(load):
    """A role is found wherever it is given, and a missing one makes a test untestable by name."""
    family = load(GOOD).families["cdp"]

    assert family.has("customer.active")
    assert family.has("credentials.default")
    assert not family.has("fault.lookup")
    with pytest.raises(Untestable, match=r'fixtures\."customer\.blocked"'):
        family.fixture("customer.blocked")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "base_url",
            "base_ulr",
            r"\[families\.cdp\] has an unknown key 'base_ulr'; did you mean 'base_url'\?",
        ),
        ("version = 1", "version = 2", r"version is 2, but 1 was expected"),
        (
            'environment = "test"',
            'environment = "live"',
            r"environment is 'live', but .*sandbox.*test.*production",
        ),
        ('name = "mine"\n', "", r"the top of the file lacks the key 'name'"),
        ("https://", "ftp://", r"families\.cdp\.base_url is 'ftp://"),
        (
            '{ env = "CLAUSEWISE_TEST_PASSWORD" }',
            '"hunter2-inline"',
            r"default\.password holds its value inline",
        ),
        (
            'env = "CLAUSEWISE_TEST_PASSWORD"',
            'env = "CLAUSEWISE_UNSET"',
            r"CLAUSEWISE_UNSET, which is not set; export it",
        ),
        (
            'env = "CLAUSEWISE_TEST_PASSWORD"',
            'file = "nowhere"',
            r"from the file .*nowhere, which cannot be read",
        ),
        ("version = 1", "version = ", r"is no valid TOML"),
        (
            "[families.cdp.fixtures",
            "[masking]\nshow_personal_data = true\n[families.cdp.fixtures",
            r"sandbox' only",
        ),
    ],
)
def test_each_mistake_is_one_sentence_with_its_place(load, old, new, said):
    """A user sees the file, the key in the file's words, what was expected and what to do."""
    assert old in GOOD
    with pytest.raises(ConfigurationError, match=said) as caught:
        load(GOOD.replace(old, new, 1))

    assert "target.toml" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_missing_file_points_to_init():
    """A target file that is not there is answered with the command that writes one."""
    with pytest.raises(ConfigurationError, match="clausewise init"):
        targets.load(Path("nowhere.toml"), shipped.SCHEMAS / "target.schema.json")


def test_one_hook_may_serve_every_fault(load):
    """A hook named * provides each fault role, and its value is told which fault is meant."""
    hook = '[families.cdp.faults."*"]\nheader = "X-Fault"\nvalue = "please {fault}"\n'
    family = load(GOOD + hook).families["cdp"]

    assert family.has("fault.saveEvents.no-connection")
    assert family.fault("saveEvents.no-connection") == ("X-Fault", "please saveEvents.no-connection")


def test_a_missing_hook_makes_a_test_untestable(load):
    """Without a hook the fault is named."""
    with pytest.raises(Untestable, match=r"faults\] entry 'lookup'"):
        load(GOOD).families["cdp"].fault("lookup")
