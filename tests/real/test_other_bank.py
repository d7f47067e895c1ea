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


def run(path, folder, *options):
    given = ["--target", path, "--run-dir", folder / "run", *options]
    return runs.clausewise("run", *given, env=runs.environment(**SECRETS))


@pytest.fixture(scope="module")
def judged(tmp_path_factory, bank):
    """A whole run against the bank: (finished process, run folder)."""
    folder = tmp_path_factory.mktemp("judged")
    return run(target(folder, bank), folder), folder / "run"


def test_the_other_bank_keeps_every_clause_that_can_be_seen(judged):
    """Other names, GET for queries, a token in its own header, images as bytes: nothing is red or amber."""
    done, folder = judged

    rows = runs.results(folder)["clauses"]
    broken = [row["id"] for row in rows if row["verdict"] in {"fail", "error"}]
    assert broken == [], done.stdout
    assert done.returncode == 0, done.stdout
    judged = {row["id"] for row in rows if row["verdict"] == "pass"}
    standing = {row["id"]: row["standing"] for row in rows}
    assert standing["account-service.law.limit-shown"] == "documented"  # its owner vouches for the form
    assert len([name for name in judged if name.startswith("account-service.law.")]) == 39
    assert len([name for name in judged if name.startswith("int-ecm.download.returns-")]) == 8


def _sentence(done):
    """Return what was said, without the notice of what goes to which host."""
    told = "\n".join(line for line in done.stderr.splitlines() if " sends to " not in line)
    return (told.strip() or done.stdout.strip()).removeprefix("ERROR: ").removeprefix("clausewise: ")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "images.overlay.yaml",
            "image.overlay.yaml",
            "overlays names 'image.overlay.yaml', and there is no file",
        ),
        ('overlays = ["accounts', 'overlays = ["nowhere", "accounts', "overlays names 'nowhere'"),
        (
            'mobile"',
            'mobil"',
            "phone is 'mobil', but the request that the overlays print for valid-phone-number",
        ),
        ("token_header = ", "token_heade = ", "unknown key 'token_heade'; did you mean 'token_header'?"),
        ('token = "/data', 'token = "data', "token is 'data/session/jwt', but must be a JSON pointer"),
        ('owner"', 'keeper"', "create-nice-hold-acct.cif is 'keeper', but the request"),
    ],
)
def test_a_wrong_overlay_or_binding_is_one_sentence(tmp_path, bank, old, new, says):
    """Exit 4, with the file, the key, and what is there instead, before any request."""
    done = run(target(tmp_path, bank, **{old: new}), tmp_path)

    assert done.returncode == 4
    assert says in _sentence(done)
    assert "target.toml" in _sentence(done)
    assert "\n" not in _sentence(done)


def test_an_overlay_that_selects_nothing_is_one_sentence(tmp_path, bank):
    """The sentence names the overlay's file, the action, and what the path leads to."""
    path = target(tmp_path, bank)
    overlay = tmp_path / "images.overlay.yaml"
    overlay.write_text(overlay.read_text().replace("v1/login']", "v1/log-in']"))

    done = run(path, tmp_path)

    assert done.returncode == 4
    assert "images.overlay.yaml: action 1 (target $.paths['/int-ecm-service/v1/log-in'].post)" in _sentence(
        done
    )
    assert "$.paths has /int-ecm-service/v1/login" in _sentence(done)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("/data/session/jwt", "/data/token", 'token = "/data/session/jwt"'),
        ("/errors/0/errorCode", "/code", 'error_code = "/errors/0/errorCode"'),
    ],
)
def test_the_doctor_proposes_a_binding_and_the_run_tells_it(tmp_path, bank, old, new, key):
    """From one real log-in the doctor prints the lines to paste; the run holds nothing against the target."""
    path = target(tmp_path, bank, **{old: new})

    told = runs.clausewise("doctor", "--target", path, env=runs.environment(**SECRETS))
    done = run(path, tmp_path, "--plan", "smoke")

    assert told.returncode == 4
    assert f"    [families.int-ecm.bindings]\n    {key}\n" in told.stdout
    assert done.returncode == 2
    thing = key.partition(" ")[0]
    assert f"[families.int-ecm.bindings] {thing} is '{new}', but the answer of login" in done.stdout.replace(
        "\n", " "
    )
    assert "fail" not in runs.verdicts(tmp_path / "run").values()


def test_the_doctor_is_content_with_the_bank(tmp_path, bank):
    """Everything that is given works; what is not given is told."""
    told = runs.clausewise("doctor", "--target", target(tmp_path, bank), env=runs.environment(**SECRETS))

    assert told.returncode == 0, told.stdout
    assert "ok      [families.int-ecm.bindings] token /data/session/jwt" in told.stdout
    assert "ok      [families.account-service] overlay" in told.stdout


def test_without_an_overlay_only_the_paths_are_judged(tmp_path, bank):
    """Nothing is held against the bank that the document does not say; nothing looks judged that was not."""
    path = target(tmp_path, bank, **{'overlays = ["accounts.overlay.yaml"]': ""})
    text = path.read_text()
    head, _, _ = text.partition("[families.account-service.bindings]")
    path.write_text(head)

    done = run(path, tmp_path)

    verdicts = {
        name: it for name, it in runs.verdicts(tmp_path / "run").items() if name.startswith("account")
    }
    there = {name: it for name, it in verdicts.items() if name.endswith(".there")}
    assert set(there.values()) == {"pass"}
    assert len(there) == 18
    assert "fail" not in {it for name, it in verdicts.items() if not name.endswith(".method")}
    assert verdicts["account-service.law.used-phone"] == "untestable"
    assert done.returncode == 2


def test_no_secret_of_the_bank_is_written(judged):
    """Password, key, token and images are masked in every file of the run, forms and parts too."""
    _, folder = judged

    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in (server.PASSWORD, server.KEY, "IHDR"):
        assert secret.encode() not in written
    assert b"[masked bytes " in written
