"""Secrets of every kind are planted in requests and answers; no byte that is written or shown holds one."""

import json
import shutil
import subprocess
import sys

import canary
import pytest
import runs
import warm
from signing_keys import keys

from clausewise import package_data, report, scope, targets
from clausewise.cli import commands

pytestmark = pytest.mark.xdist_group("canary")

TARGET = """
version = 1
name = "canary"
environment = "test"

[limits]
max_wait = 0

[masking]
fields = ["account_holder", "username", "visitor"]

[families.cdp]
document = "cdp-2023"
base_url = "{url}"

[families.cdp.credentials.default]
type = "oauth2-password"
client_id = "clausewise-sandbox"
client_secret = {{ file = "secrets/client_secret" }}
username = {{ file = "secrets/username" }}
password = {{ file = "secrets/password" }}

[families.cdp.credentials.foreign]
type = "bearer"
token = {{ env = "CANARY_TOKEN" }}

[families.cdp.fixtures."customer.active"]
ecrn = "9000000000000101"
id_number = "100000000000101"
id_type = "4"

[families.cdp.faults."validateCustomer.internal-error"]
header = "X-Api-Key"
value = {{ file = "secrets/fault_hook" }}
"""
# Somebody's own tests, which hand secrets to all that pytest shows: errors, locals, logs, what is printed.
HOST = ("--host", "bank.example.com")  # where the recording was made
SUITE = """
import logging
import pytest
from clausewise import Basic, clause, outcome

@clause("cdp.validateCustomer.not-found")
@pytest.mark.parametrize("end", ["assert", "raise", "key", "chain", "judge", "unanswered", "setup"])
def test_it(api, judge, target, end, request):
    given = target.credentials["default"]
    password, client_secret = given["password"], given["client_secret"]
    held = {"password": "PRINTED", "given": dict(given)}
    api.call("validateCustomer", {"idNumber": "PERSONAL", "pin": "FORMPIN", "scan": "IMAGE"},
             query={"access_token": "QUERY"},
             headers={"Cookie": "SESSION=COOKIE", "X-Proxy-Authorization": "Basic OTHER"})
    api.call("getCustomer", path={"ecrn": "PATH"}, auth=Basic("amina", "OTHER"))
    if end == "unanswered":
        api.call("getCustomer", path={"ecrn": "NEVER"})
    api.call("validateCustomer", raw=MULTIPART, media_type="multipart/form-data; boundary=b0")
    api.call("validateCustomer", {"idNumber": "1"}, fault="validateCustomer.internal-error")
    logging.getLogger("mine").warning("log in with %s and %s", password, held)
    print("printed", password, client_secret)
    if end == "assert":
        assert password == "", client_secret
    if end == "raise":
        raise RuntimeError(f"cannot log in with {password}, {client_secret}")
    if end == "key":
        {}[password]
    if end == "chain":
        try:
            int(password)
        except ValueError as bad:
            raise LookupError("no number") from bad
    if end == "setup":
        request.getfixturevalue("broken")
    judge(api.call("validateCustomer", {"idNumber": "PERSONAL"}), outcome("found"), about=password)

@clause("cdp.validateCustomer.not-found")
def test_without_a_call(judge, target):
    raise RuntimeError(target.credentials["default"]["password"])

@pytest.fixture
def broken(target):
    raise ValueError(target.credentials["default"]["password"])
"""
CRASH = """
def pytest_runtest_logreport(report):
    raise RuntimeError(open({path!r}).read())
"""
CTRL_C = """
from clausewise import clause

def waits(password, client_secret):
    raise KeyboardInterrupt

@clause("cdp.validateCustomer.not-found")
def test_it(api, judge, target):
    waits(target.credentials["default"]["password"], target.credentials["default"]["client_secret"])
"""
LOUD = ["-rA", "--log-level=DEBUG", "--showlocals", "--tb=long", "-vvv", "-p", "no:schemathesis"]


class Canary:
    """A target that leaks, and what every command said about it."""

    def __init__(self, folder, url, told):
        self.told, self.said, self.codes = told, {}, {}
        self.given, self.left = folder / "given", folder / "left"
        for path in (self.given / "secrets", self.left / "home"):
            path.mkdir(parents=True)
        for kind, secret in told.items():
            (self.given / "secrets" / kind).write_text(secret)
        self.target = self.given / "target.toml"
        self.target.write_text(TARGET.format(url=url))
        proxy = f"http://me:{told['proxy']}@127.0.0.1:9"
        home = {name: str(self.left / "home") for name in ("HOME", "XDG_CACHE_HOME", "TMPDIR")}
        self.environment = runs.environment(
            CANARY_TOKEN=told["access_token"], HTTP_PROXY=proxy, HTTPS_PROXY=proxy, ALL_PROXY=proxy, **home
        )

    def run(self, name, *words, module="clausewise", timeout=240):
        """Run a command where it may litter, and keep what it said."""
        how = {"timeout": timeout, "cwd": self.left, "env": self.environment}
        if module == "clausewise" and warm.fits(self.environment):
            done = warm.run([*map(str, words)], **how)
        else:
            command = [sys.executable, "-m", module, *map(str, words)]
            done = subprocess.run(command, capture_output=True, check=False, **how)
        self.said[name], self.codes[name] = done.stdout + done.stderr, done.returncode
        return done

    def suite(self, name, text, *words):
        """Run tests of somebody's own under plain pytest."""
        told, folder = self.told, self.given / name
        folder.mkdir()
        places = {"PRINTED": "printed", "PERSONAL": "personal", "FORMPIN": "form_pin", "QUERY": "query_token"}
        places |= {"NEVER": "never_answered"}
        places |= {"COOKIE": "own_cookie", "OTHER": "other_password", "PATH": "path_personal"}
        text = text.replace("MULTIPART", repr(canary.multipart(told).encode()))
        text = text.replace("IMAGE", canary.picture(told["image_request"]))
        for word, kind in places.items():
            text = text.replace(word, told[kind])
        (folder / "test_own.py").write_text(text)
        (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
        (folder / "crashes.py").write_text(CRASH.format(path=str(self.given / "secrets" / "password")))
        chosen = ["--target", self.target, "--run-dir", self.left / name, *LOUD, *words]
        return self.run(name, folder, *chosen, module="pytest")


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Every command once, against a reference whose answers leak."""
    folder, told = tmp_path_factory.mktemp("canary"), canary.planted()
    with runs.reference() as behind, canary.leaking(behind, told) as url:
        made = Canary(folder, url, told)
        target = ["--target", made.target]
        made.run("doctor", "doctor", *target)
        chosen = ["--plan", "proof", "--processes", "2", "--history", made.left / "history.db"]
        made.run("run", "run", *target, "--run-dir", "now", *chosen)
        made.run(
            "some",
            "run",
            *target,
            "--run-dir",
            "some",
            "--clause",
            "cdp.lookup.*",
            "--",
            "--junitxml",
            "some.xml",
        )
        made.run("report", "report", "now")
        made.run("diff", "diff", "now", "some", "--format", "json")
        made.run("history", "history", "history.db", "--page", "history.html")
        made.run("evidence", "evidence", "now", "--key", keys(made.given)[0], "--output", "evidence.zip")
        made.run("har", "har", "now")
        for form in ("sarif", "github", "csv"):
            made.run(form, "findings", "now", "--format", form, "--output", f"found.{form}")
        made.run("clauses", "clauses", "--format", "csv", "--run", "now", "--output", "clauses.csv")
        (made.given / "seen.har").write_text(json.dumps(canary.recording(told)))
        made.run("judge", "judge", made.given / "seen.har", *target, *HOST, "--run-dir", "recorded")
        extra = ["--junitxml", "junit.xml", "--log-file", "log.txt", "--alluredir", "allure"]
        made.suite("own", SUITE, *extra)
        made.suite("ctrl-c", CTRL_C, "--full-trace", "-s")
        made.suite("crash", CTRL_C.replace("waits(", "print("), "-p", "crashes", "--full-trace")
        where = (
            f"postgresql+psycopg://me:{told['other_password']}@127.0.0.1:1/x?password={told['own_cookie']}"
        )
        made.run("bad-history", "run", *target, "--run-dir", "none", "--history", where)
    return made


def test_the_command_line_is_remembered_without_its_secrets(monkeypatch):
    """A database's password, a secret of the target file given as an option."""
    target = targets.load(runs.REFERENCE, package_data.SCHEMAS / "target.schema.json")
    known = scope.of(target)
    secret = min(target.secrets)
    where = "postgresql+psycopg://me:cnry-pw@db.example.com/x?sslpassword=cnry-ssl"
    monkeypatch.setattr(sys, "argv", ["clausewise", "run", "--history", where, "--clause", secret])

    command = known.facts()["command"]

    assert "db.example.com/x" in command
    assert "cnry" not in command
    assert secret not in command


def test_no_pack_is_made_of_what_holds_a_secret(seen, tmp_path):
    """A run of an older version, or an overlay with a password in it, is not handed on."""
    folder = shutil.copytree(seen.left / "now", tmp_path / "now")
    with (folder / "summary.md").open("a") as file:
        file.write(seen.told["client_secret"])
    done = seen.run("pack", "evidence", folder, "--key", keys(tmp_path)[0], "--output", tmp_path / "e.zip")

    assert done.returncode == 4
    assert b"summary.md says something else" in done.stderr  # nor would it be packed: it is drawn anew
    assert not (tmp_path / "e.zip").exists()


def test_an_error_of_ours_tells_its_place_and_not_its_words(monkeypatch, capsys):
    """Whatever a library puts into its message; exit code 5, and no traceback."""

    def broken(_):
        raise KeyError("cnry-in-a-message")

    monkeypatch.setattr(report, "read", broken)

    assert commands.main(["diff", "a", "b"]) == 5
    said = capsys.readouterr().err
    assert "internal error (KeyError in " in said
    assert "cnry" not in said
    assert "Traceback" not in said


def test_every_kind_was_there(seen):
    """What is searched for was sent and answered: the search finds it in what was given."""
    there = set().union(*canary.leaks(seen.given, seen.told).values())

    assert there == set(seen.told)
    assert len(there) >= 90


def test_the_runs_did_what_they_should(seen):
    """They judged, failed, packed and crashed: a run that stops at once would leak nothing."""
    codes = {name: code for name, code in seen.codes.items() if name != "doctor"}
    expected = {"run": 1, "some": 1, "report": 1, "diff": 1, "history": 0, "evidence": 0, "judge": 2}
    expected |= dict.fromkeys(("har", "sarif", "github", "csv", "clauses"), 0)
    codes.pop("pack", None)
    assert codes == expected | {"own": 5, "ctrl-c": 2, "crash": 3, "bad-history": 4}, seen.said
    left = {path.relative_to(seen.left).as_posix() for path in seen.left.rglob("*") if path.is_file()}
    assert {"evidence.zip", "history.db", "history.html", "junit.xml", "log.txt"} <= left
    assert any(name.startswith("now/allure-results/") for name in left)
    assert any(name.startswith("allure/") for name in left)


def test_no_secret_is_in_any_file(seen):
    """Not one kind, in no file, in no writing, packed or not."""
    assert canary.leaks(seen.left, seen.told) == {}


def test_no_secret_is_shown(seen):
    """Neither on the terminal, by any command or by plain pytest at its loudest."""
    shown = {name: canary.found(text, seen.told) for name, text in seen.said.items()}

    assert {name: kinds for name, kinds in shown.items() if kinds} == {}
