"""Target files: every mistake gets one sentence that names the place and the remedy."""

import sys
from pathlib import Path
from types import ModuleType

import canary
import pytest
from good_target import GOOD

from clausewise import package_data, targets
from clausewise.errors import ConfigurationError, Untestable

pytestmark = pytest.mark.quick


def test_a_good_file_gives_resolved_values_and_knows_its_secrets(load):
    """References are fetched, the base URL loses its slash, and secrets are known for masking."""
    target = load(GOOD)

    family = target.families["cdp"]
    assert family.credentials["default"]["password"] == "a-made-up-password"
    assert family.base_url == "https://uat.example.com"
    assert target.secrets == {"a-made-up-password"}


@pytest.mark.parametrize("kind", ["env", "file"])
def test_a_byte_order_mark_is_passed_over(tmp_path, monkeypatch, kind):
    """In the target file, in a secret's file and in `.env`: none of it goes into a password."""
    monkeypatch.delenv("CLAUSEWISE_TEST_PASSWORD", raising=False)
    path = tmp_path / "target.toml"
    path.write_text(GOOD.replace("env =", f"{kind} ="), "utf-8-sig")
    (tmp_path / "CLAUSEWISE_TEST_PASSWORD").write_text("a-made-up-password\r\n", "utf-8-sig")
    (tmp_path / ".env").write_text("CLAUSEWISE_TEST_PASSWORD=a-made-up-password\n", "utf-8-sig")

    target = targets.load(path, package_data.SCHEMAS / "target.schema.json")

    assert target.families["cdp"].credentials["default"]["password"] == "a-made-up-password"
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


INLINE = {
    "a number": (
        '{ env = "CLAUSEWISE_TEST_PASSWORD" }',
        "47114711",
        "default.password holds its value inline",
    ),
    "a list": (
        '{ env = "CLAUSEWISE_TEST_PASSWORD" }',
        '["hunter2"]',
        "default.password holds its value inline",
    ),
    "two places": ('"CLAUSEWISE_TEST_PASSWORD" }', '"A", file = "hunter2" }', "default.password] is a table"),
    "a secret for a name": ('"CLAUSEWISE_TEST_PASSWORD"', '"hunter2-!"', "default.password.env is a text"),
    "user info": ("https://", "https://amina:hunter2@", "base_url holds a user name or password"),
    "user info in a bad one": ("https://", "ftp://amina:hunter2@", "base_url is 'ftp://...@uat"),
    "a fixture": (
        'ecrn = "12"',
        'ecrn = "12"\npassword = "hunter2"',
        "customer.active.password holds its value",
    ),
    "a hook": (
        "[families.cdp.fixtures",
        '[families.cdp.faults.x]\nheader = "X-Api-Key"\nvalue = "hunter2"\n[families.cdp.fixtures',
        "faults.x.value holds its value inline",
    ),
    "a comment": (
        "version = 1",
        "version = 1 # a-made-up-password",
        "line 2 holds a value that the file itself",
    ),
    "a limit": ("[families.cdp]", '[limits]\nrate = "hunter2"\n[families.cdp]', "limits.rate is a text"),
    "a key": (
        "[families.cdp]",
        '[tls]\nclient_key = "-----BEGIN PRIVATE KEY----- hunter2"\n[families.cdp]',
        "client_key holds its value inline",
    ),
    "an unknown key": (
        'username = "amina"',
        'username = "amina"\npin = "hunter2"',
        "has an unknown key 'pin'",
    ),
    "a table for a role": (
        "[families.cdp.fixtures",
        'x = { a = "hunter2" }\n[families.cdp.fixtures',
        "unknown key",
    ),
}


@pytest.mark.parametrize("name", INLINE)
def test_an_inline_secret_is_refused_and_not_shown(load, name):
    """Wherever it may stand, in one sentence."""
    old, new, said = INLINE[name]
    assert old in GOOD
    with pytest.raises(ConfigurationError) as caught:
        load(GOOD.replace(old, new, 1))

    assert said in str(caught.value)
    for secret in ("hunter2", "47114711", "a-made-up"):
        assert secret not in str(caught.value)


class Keyring(ModuleType):
    """Stands in for the keyring library: one entry, or an error of the backend."""

    def __init__(self, bad=None):
        super().__init__("keyring")
        self.bad = bad

    def get_password(self, service, user):
        if self.bad:
            raise self.bad("the vault of amina: hunter2")
        return "from-the-vault" if (service, user) == ("bank/uat", "partner") else None


IN_VAULT = ('env = "CLAUSEWISE_TEST_PASSWORD"', 'keyring = "bank/uat/partner"')


def test_a_secret_may_come_from_the_keyring(load, monkeypatch):
    """Named as service/user, where the service may hold slashes; it is known for masking."""
    monkeypatch.setitem(sys.modules, "keyring", Keyring())
    target = load(GOOD.replace(*IN_VAULT))

    assert target.families["cdp"].credentials["default"]["password"] == "from-the-vault"
    assert target.secrets == {"from-the-vault"}


@pytest.mark.parametrize(
    ("module", "entry", "said"),
    [
        (None, "bank/uat/partner", r"pip install 'clausewise\[keyring\]'"),
        (Keyring(type("NoKeyringError", (RuntimeError,), {})), "a/b", "there is none on this machine"),
        (Keyring(type("KeyringLocked", (RuntimeError,), {})), "a/b", "it is locked; unlock it"),
        (Keyring(OSError), "a/b", r"it cannot be read \(OSError\)"),
        (Keyring(ModuleNotFoundError), "a/b", r"it cannot be read \(ModuleNotFoundError\)"),
        (Keyring(), "bank/nobody", "has no entry 'bank/nobody'; make it: keyring set 'bank' 'nobody'"),
        (Keyring(), "bank", "default.password.keyring is a text"),
    ],
)
def test_a_keyring_that_does_not_help_is_one_sentence(load, monkeypatch, module, entry, said):
    """Not installed, none there, locked, broken, without the entry, or misnamed."""
    monkeypatch.setitem(sys.modules, "keyring", module)
    with pytest.raises(ConfigurationError, match=said) as caught:
        load(GOOD.replace(*IN_VAULT).replace("bank/uat/partner", entry))

    assert "password" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_missing_file_points_to_init():
    """A target file that is not there is answered with the command that writes one."""
    with pytest.raises(ConfigurationError, match="clausewise init"):
        targets.load(Path("nowhere.toml"), package_data.SCHEMAS / "target.schema.json")


@pytest.mark.parametrize("name", ["secret123/pw", "secret123", "a\\secret123"])
def test_a_path_may_hold_what_its_file_holds(load, tmp_path, name):
    """A folder, a file named as the password, a backslash in the name."""
    kept = tmp_path / name
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("secret123")
    written = name.replace("\\", "\\\\")

    target = load(GOOD.replace('env = "CLAUSEWISE_TEST_PASSWORD"', f'file = "{written}"'))

    assert target.secrets == {"secret123"}


def test_a_path_excuses_nothing_else_in_its_line(load, tmp_path):
    """A comment behind it, and a path that the file does not take anything from."""
    (tmp_path / "secret123").write_text("secret123")
    good = GOOD.replace('{ env = "CLAUSEWISE_TEST_PASSWORD" }', '{ file = "secret123" }')

    for line in ("# secret123", '# file = "./secret123"'):
        with pytest.raises(ConfigurationError, match="holds a value that the file itself"):
            load(good.replace('{ file = "secret123" }', '{ file = "secret123" } ' + line))


@pytest.mark.parametrize(("claim", "wanted"), [("", [400, 401]), ("b", [401]), ("c", [])])
def test_a_test_asks_which_readings_are_lawful(load, claim, wanted):
    """All of them where none is claimed, and else the claimed one."""
    readings = f'[families.cdp.readings]\nCDP-19 = "{claim}"\n' if claim else ""

    assert load(GOOD + readings).families["cdp"].lawful("CDP-19", a=400, b=401) == wanted


@pytest.mark.parametrize("kind", sorted(set(canary.WRITTEN) - {"mime"}))
def test_a_secret_in_another_writing_is_refused_too(load, monkeypatch, kind):
    """In base64, in hexadecimal digits, by its digest, in a comment of the file."""
    monkeypatch.setenv("CLAUSEWISE_TEST_PASSWORD", "s3cret-of-the-target")
    written = canary.WRITTEN[kind]("s3cret-of-the-target").replace("\n", "\n# ")

    with pytest.raises(
        ConfigurationError, match=r"line 2 holds a value that the file itself .* however written"
    ):
        load(GOOD.replace("\n", f"\n# note: {written}\n", 1))


def test_names_may_be_shown_in_a_sandbox_only(load):
    """What is personal stays hidden elsewhere, whatever a target file says of it."""
    shown = '[masking]\nshow = ["accountNumber"]\n[limits]\nmax_kept_body = 2048\n\n[families'
    known = load(
        GOOD.replace("[families", shown, 1).replace('environment = "test"', 'environment = "sandbox"')
    )

    assert known.shown_fields == ("accountNumber",)
    assert known.limits.max_kept_body == 2048
    with pytest.raises(ConfigurationError, match=r"\[masking\] show is for environment = 'sandbox' only"):
        load(GOOD.replace("[families", shown, 1).replace('environment = "sandbox"', 'environment = "test"'))
