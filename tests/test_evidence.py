"""Evidence packs: whole runs only, signed; every change to one is noticed."""

import json
import shutil
from zipfile import ZipFile

import pytest
import runs
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from clausewise import shipped

MAKES = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "ecdsa": lambda: ec.generate_private_key(ec.SECP256R1()),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A whole run of one family whose target file stands in a folder of its own."""
    folder = tmp_path_factory.mktemp("evidence")
    text = runs.REFERENCE.read_text().replace("reference.d/", f"{shipped.TARGETS}/reference.d/")
    head, _, rest = text.partition("[families.cdp]")
    own = "[families.account-service]" + rest.partition("[families.account-service]")[2]
    (folder / "target.toml").write_text(head + own)
    chosen = ["--run-dir", folder / "run", "--plan", "proof"]
    done = runs.clausewise("run", "--target", folder / "target.toml", *chosen)
    assert done.returncode in {0, 2}, done.stdout
    return folder / "run"


def keys(folder, kind="ed25519", name="key"):
    """Write a new private and public key; return their paths."""
    key = MAKES[kind]()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture
def pack(run, tmp_path):
    """The pack of that run, and the public key."""
    private, public = keys(tmp_path)
    done = runs.inside("evidence", run, "--key", private, "--output", tmp_path / "e.zip")
    assert done.returncode == 0, done.stderr
    return tmp_path / "e.zip", public


@pytest.mark.parametrize("kind", MAKES)
def test_a_pack_holds_with_its_key(run, tmp_path, kind):
    """Signature, files, schemas, sums and the judgement of every exchange."""
    private, public = keys(tmp_path, kind)
    runs.inside("evidence", run, "--key", private, "--output", tmp_path / "e.zip")
    done = runs.inside("verify", tmp_path / "e.zip", "--public-key", public)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("holds") == 6
    assert "BROKEN" not in done.stdout


def test_without_a_key_the_signature_is_unknown_not_good(pack):
    """Exit code 2, and it says what to give."""
    done = runs.inside("verify", pack[0])

    assert done.returncode == 2
    assert "unknown the attestation is signed with the key given: give --public-key" in done.stdout


def test_another_key_is_told(pack, tmp_path):
    """A pack that somebody else signed does not hold."""
    _, other = keys(tmp_path, name="other")
    done = runs.inside("verify", pack[0], "--public-key", other)

    assert done.returncode == 1
    assert "BROKEN  the attestation is signed with the key given" in done.stdout


def changed(pack, output, **files):
    """Write a pack anew with some files replaced by what a function makes of them, or added."""
    with ZipFile(pack) as old, ZipFile(output, "w") as new:
        held = {name: old.read(name) for name in old.namelist()}
        for name, change in files.items():
            held[name] = change(held.get(name, b""))
        for name, content in held.items():
            new.writestr(name, content)
    return output


def verdict_turned(raw):
    told = json.loads(raw)
    row = next(row for row in told["clauses"] if row["verdict"] == "pass")
    row["verdict"] = "untestable"
    return json.dumps(told).encode()


TAMPERED = {
    "results.json": verdict_turned,
    "exchanges.jsonl": lambda raw: raw.replace(b'"status":200', b'"status":500', 1),
    "target/more.toml": lambda _: b"x = 1",
    "manifest.json": lambda raw: raw.replace(b'"run"', b'"ran"'),
    "attestation.json": lambda raw: raw.replace(b'"payload": "', b'"payload": "AAAA'),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_pack_is_noticed(pack, tmp_path, name):
    """One file changed or added."""
    path = changed(pack[0], tmp_path / "t.zip", **{name: TAMPERED[name]})
    done = runs.inside("verify", path, "--public-key", pack[1])

    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


def test_an_answer_that_judges_otherwise_is_noticed_even_where_all_hashes_fit(run, tmp_path):
    """Who changes an exchange before packing is found out by judging it again."""
    folder = shutil.copytree(run, tmp_path / "run")
    path = folder / "exchanges.jsonl"
    path.write_text(
        path.read_text().replace('"content-type","application/json"', '"content-type","text/html"')
    )
    private, public = keys(tmp_path)
    runs.inside("evidence", folder, "--key", private, "--output", tmp_path / "e.zip")
    done = runs.inside("verify", tmp_path / "e.zip", "--public-key", public)

    assert done.returncode == 1
    assert "BROKEN  the exchanges judge as the run says: not so: account-service." in done.stdout


@pytest.mark.parametrize("name", ["verdicts.jsonl", "exchanges.jsonl"])
def test_a_signed_pack_that_holds_nonsense_is_told(run, tmp_path, name):
    """Its signature and hashes fit, and what it says cannot be judged: broken, in one line."""
    folder = shutil.copytree(run, tmp_path / "run")
    private, public = keys(tmp_path)
    with (folder / name).open("a") as lines:
        lines.write('{"test": 1}\n')
    runs.inside("evidence", folder, "--key", private, "--output", tmp_path / "e.zip")
    done = runs.inside("verify", tmp_path / "e.zip", "--public-key", public)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN  its run can be read and judged again" in done.stdout
    assert "Traceback" not in done.stderr


def test_no_evidence_of_an_incomplete_run(run, tmp_path):
    """One that was stopped, one of some clauses, one that lost a file, one that never ended."""
    private, _ = keys(tmp_path)
    for name, change, says in (
        ("stopped", lambda told: told["run"].update(interrupted=True), "was stopped before its end"),
        ("partial", lambda told: told["run"].update(partial=True), "took some clauses only"),
    ):
        folder = shutil.copytree(run, tmp_path / name)
        told = json.loads((folder / "results.json").read_text())
        change(told)
        (folder / "results.json").write_text(json.dumps(told))
        done = runs.inside("evidence", folder, "--key", private, "--output", tmp_path / "e.zip")
        assert done.returncode == 4
        assert says in done.stderr
    for lost in ("verdicts.jsonl", "results.json", "run.json"):
        folder = shutil.copytree(run, tmp_path / lost)
        (folder / lost).unlink()
        done = runs.inside("evidence", folder, "--key", private, "--output", tmp_path / "e.zip")
        assert done.returncode == 4
        assert lost in done.stderr
    assert not (tmp_path / "e.zip").exists()


def test_bad_keys_and_packs_are_one_sentence(run, pack, tmp_path):
    """Exit code 4 and what was expected."""
    private, public = keys(tmp_path, name="again")
    locked = tmp_path / "locked.pem"
    secret = BestAvailableEncryption(b"x")
    locked.write_bytes(MAKES["ed25519"]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret))
    for key in (public, locked, tmp_path / "no.pem", run / "run.json"):
        done = runs.inside("evidence", run, "--key", key, "--output", tmp_path / "n.zip")
        assert done.returncode == 4
        assert "openssl genpkey" in done.stderr
    done = runs.inside("evidence", run, "--key", private, "--output", pack[0])
    assert done.returncode == 4
    assert "is there already" in done.stderr
    cut = tmp_path / "cut.zip"
    cut.write_bytes(pack[0].read_bytes()[:5000])
    for path in (
        cut,
        tmp_path / "no.zip",
        run / "run.json",
        changed(pack[0], tmp_path / "m.zip", **{"manifest.json": lambda _: b"[]"}),
    ):
        done = runs.inside("verify", path, "--public-key", pack[1])
        assert done.returncode == 4, path
        assert "is no evidence pack that can be read" in done.stderr
        assert "Traceback" not in done.stderr
