"""Whatever file or argument a user hands in is read, or refused in a sentence: no traceback, no hang.

`make test` tries a few examples of each input, always the same; `make soak` tries new ones for SOAK_MINUTES.
"""

import io
import itertools
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import struct
import sys
import tempfile
import time
import warnings
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import mutation
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from clausewise import history, journal, report, rulings, scope, shipped, statement, targets
from clausewise.cli import main
from clausewise.contracts import loading
from clausewise.errors import ConfigurationError
from clausewise.evidence import signing
from clausewise.plugin.counterexamples import Counterexamples

SECONDS = 5  # of CPU time, for one input
BYTES = 1 << 30  # of memory more than before
WORST = 2000  # characters of a sentence
ELSEWHERE = re.compile(r"There is no target file|/etc/passwd")  # files that a spoilt one names
REPR = re.compile(
    r"Traceback|object at 0x|\b[A-Z]\w*(Error|Exception|Warning)\(|<class |clausewise\.\w+\.[A-Z]"
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
CLAUSE = "account-service.valid-legal-id.done"
TARGET = {
    "version": 1,
    "name": "small",
    "environment": "sandbox",
    "limits": {"rate": 100, "read_timeout": 1.5, "breaker": 3, "max_body_bytes": 100_000},
    "masking": {"fields": ["pin"], "show_personal_data": True},
    "policy": {
        "red": ["documented"],
        "minimum_exercised": {"account-service": 0.5},
        "response_time": {"account-service.*": {"p95": 200, "red": True}},
        "waivers": "waivers.toml",
        "frozen": "frozen.json",
    },
    "families": {
        "account-service": {
            "document": "account-service",
            "base_url": "http://127.0.0.1:9",
            "overlays": ["own.yaml"],
            "bindings": {"cif": "cif", "valid-legal-id": {"legal_id": "legalId"}},
            "credentials": {"default": {"type": "header", "name": "X-Key", "value": {"file": "secret"}}},
            "fixtures": {"customer.active": {"cif": "1", "pin": {"env": "PATH"}}},
            "faults": {"*": {"header": "X-Fault", "value": "{fault}"}},
        }
    },
}
WAIVER = {
    "clause": CLAUSE,
    "target": "small",
    "reason": "late",
    "owner": "QA",
    "ticket": "T-1",
    "expires": "2099-01-01",
}
POLICY = {key: TARGET["policy"][key] for key in ("red", "response_time")}


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A folder with a good file of every kind, each written by the program itself where it writes such."""
    folder = tmp_path_factory.mktemp("good")
    command("run", "--target", folder / "none")  # what it imports is no input's time
    (folder / "secret").write_text("a-made-up-key")
    shutil.copy(shipped.SCHEMAS / "account-service" / "assumed.overlay.yaml", folder / "own.yaml")
    (folder / "target.toml").write_bytes(mutation.as_toml(TARGET))
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in WAIVER.items())
    (folder / "waivers.toml").write_text(f"[[waiver]]\n{lines}\n[[waiver]]\n{lines}")
    (folder / "policy.toml").write_bytes(mutation.as_toml(POLICY))
    (folder / "frozen.json").write_text(rulings.freeze("release", ["account-service"], [CLAUSE]))
    (folder / "traffic.har").write_text(json.dumps(har(folder / "target.toml")))
    key = ed25519.Ed25519PrivateKey.generate()
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "key.pub").write_bytes(public)
    target, run = folder / "target.toml", folder / "run"
    assert command("judge", folder / "traffic.har", "--target", target, "--run-dir", run)[0] in {1, 2}
    assert command("evidence", run, "--key", folder / "key.pem", "--output", folder / "e.zip")[0] == 0
    assert command("history", folder / "history.sqlite", "--append", run)[0] == 0
    told = json.loads((run / "results.json").read_text())
    few = [*[row["id"] for row in told["clauses"] if row["findings"]][:3], CLAUSE]
    told["clauses"] = [row for row in told["clauses"] if row["id"] in few or row["id"] in named(told)]
    told["operations"], told["ledger"] = told["operations"][:3], told["ledger"][:3]
    (folder / "results.json").write_bytes(mutation.as_json(told))
    return folder


def named(results):
    """Return the clauses of the findings."""
    return {row["clause"] for row in results["findings"]}


def har(target):
    """Return a small HAR file: calls of two operations, one broken, and one that nobody documents."""
    known = scope.of(targets.load(target, shipped.SCHEMAS / "target.schema.json"), shipped.SCHEMAS)
    paths = [one.path for one in known.contracts["account-service"].operations.values()][:3]
    entries = [
        {
            "startedDateTime": "2026-01-01T00:00:00Z",
            "time": 12.5,
            "request": {
                "method": "POST",
                "url": f"http://bank.example.com{path}?token=abcdef",
                "headers": [{"name": "Content-Type", "value": "application/json"}],
                "postData": {"mimeType": "application/json", "text": '{"cif": "1"}'},
            },
            "response": {
                "status": status,
                "statusText": "OK",
                "headers": [{"name": "Content-Type", "value": "application/json"}],
                "content": {"mimeType": "application/json", "text": text},
            },
        }
        for path, status, text in zip(
            [*paths, "/other"], (200, 418, 500, 200), ("{}", "[1", "", "{}"), strict=True
        )
    ]
    entries[1]["request"]["postData"] = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "password", "value": "hunter22"}],
    }
    entries[2]["response"]["content"] = {"encoding": "base64", "text": "e30="}
    return {"log": {"version": "1.2", "entries": entries}}


def command(*arguments):
    """Run a command in this process; return its exit code and what it said on both streams."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return code, *(stream.buffer.getvalue().decode() for stream in (out, err))


class TooLong(Exception):
    """One input took more CPU time than any may."""


@contextmanager
def bounded():
    """Hold what goes on inside to so much CPU time and so much memory."""

    def stop(*_):
        raise TooLong

    pages = int(Path("/proc/self/statm").read_text().split()[0]) if sys.platform == "linux" else 0
    before, limits = signal.signal(signal.SIGPROF, stop), resource.getrlimit(resource.RLIMIT_AS)
    if pages:
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + BYTES, limits[1]))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def is_sentence(text, name=""):
    """See that a refusal is fit to be read: short, about the file, of plain letters."""
    assert text
    assert len(text) <= WORST, text[:WORST]
    assert len(text.strip().splitlines()) <= 3, text
    assert not REPR.search(text), text
    assert str(name) in text or ELSEWHERE.search(text), text


def reads(call, name):
    """Call what reads an input; it does, or says in a sentence about `name` why not."""
    with bounded():
        try:
            return call()
        except ConfigurationError as bad:
            is_sentence(str(bad)[:WORST], name)  # no user sees more of it
    return None


def answers(*arguments, name="", codes=(0, 1, 2, 3, 4)):
    """Run a command; it ends as the documentation says, and a refusal is a sentence about `name`."""
    with bounded():
        code, out, err = command(*arguments)
    assert code in codes, (code, out, err)
    assert "internal error (" not in err, err
    assert not CONTROL.search(out + err), out + err
    if code == 4:
        is_sentence(err, name)
        assert err.startswith(("clausewise: ", "ERROR: ")), err  # the second is pytest's
    else:
        assert not REPR.search(out + err), out + err
    return code


def load(path):
    return targets.load(path, shipped.SCHEMAS / "target.schema.json")


def whole(path):
    return scope.of(load(path), shipped.SCHEMAS)


@st.composite
def either(draw, raw, value, write):
    """Spoil a file in one of the two ways: as its value, three times of four, or as its bytes."""
    if draw(st.integers(0, 3)):
        return write(draw(mutation.spoilt(value)))
    return draw(mutation.broken(raw))


def target_file(data, good, folder):
    """A target file, and the contract, the rulings and the bindings that it leads to."""
    path = folder / "target.toml"
    path.write_bytes(data.draw(either((good / "target.toml").read_bytes(), TARGET, mutation.as_toml)))
    for name in ("own.yaml", "waivers.toml", "frozen.json", "secret"):
        shutil.copy(good / name, folder)
    made = reads(lambda: load(path), folder)
    if made:
        reads(lambda: scope.of(made, shipped.SCHEMAS), folder)
        reads(lambda: rulings.load(made.policy, made.path, made.name), folder)


def waiver_file(data, good, folder):
    """Waivers, a policy file and a frozen set, each alone."""
    path = folder / "ruled"
    kind = data.draw(st.sampled_from(["waivers", "policy", "frozen"]))
    raw, value, write = {
        "waivers": ((good / "waivers.toml").read_bytes(), {"waiver": [WAIVER, WAIVER]}, mutation.as_toml),
        "policy": ((good / "policy.toml").read_bytes(), POLICY, mutation.as_toml),
        "frozen": (
            (good / "frozen.json").read_bytes(),
            json.loads((good / "frozen.json").read_text()),
            mutation.as_json,
        ),
    }[kind]
    path.write_bytes(data.draw(either(raw, value, write)))
    reads(lambda: rulings.load({}, good / "target.toml", "small", **{kind: str(path)}).as_json(), folder)


def overlay(data, good, folder):
    """An overlay, laid over the contract."""
    raw = (good / "own.yaml").read_bytes()
    value = yaml.load(raw, Loader=loading.Yaml12)
    value["actions"] = value["actions"][: data.draw(st.sampled_from([1, 3, 99]))]
    raw = raw if data.draw(st.booleans()) else raw[:2000]
    name = f"own{next(COUNT)}.yaml"  # the engine remembers overlays by their path
    (folder / name).write_bytes(data.draw(either(raw, value, mutation.as_json)))
    target = json.loads(json.dumps(TARGET))
    target["families"]["account-service"] |= {"overlays": [name], "bindings": {}}
    (folder / "target.toml").write_bytes(mutation.as_toml(target))
    shutil.copy(good / "secret", folder)
    reads(lambda: whole(folder / "target.toml"), folder)
    if loading._resolve.cache_info().currsize > 50:
        loading._resolve.cache_clear()


def traffic(data, good, folder):
    """A HAR file, judged."""
    raw = (good / "traffic.har").read_bytes()
    path = folder / "spoilt.har"
    path.write_bytes(data.draw(either(raw, json.loads(raw), mutation.as_json)))
    answers("judge", path, "--target", good / "target.toml", "--run-dir", folder / "run", name=folder)


def exchanges(data, good, folder):
    """An exchanges.jsonl, judged."""
    raw = (good / "run" / "exchanges.jsonl").read_bytes()
    path = folder / "spoilt.jsonl"
    rows = [json.loads(line) for line in raw.splitlines()]
    path.write_bytes(data.draw(either(raw, rows, mutation.as_lines)))
    answers("judge", path, "--target", good / "target.toml", "--run-dir", folder / "run", name=folder)


def results_file(data, good, folder):
    """A results.json: compared, drawn, remembered."""
    raw = (good / "results.json").read_bytes()
    (folder / "results.json").write_bytes(data.draw(either(raw, json.loads(raw), mutation.as_json)))
    before = good / "run"
    which = data.draw(st.sampled_from(["diff", "back", "json", "report", "history", "read"]))
    if which == "diff":
        answers("diff", folder, before, name=folder)
    elif which == "back":
        answers("diff", before, folder, name=folder)
    elif which == "json":
        answers("diff", before, folder, "--format", "json", name=folder)
    elif which == "report":
        answers("report", folder, name=folder, codes=(0, 1, 2, 3, 4, 5))  # the exit code that it tells of
    elif which == "history":
        answers(
            "history", folder / "h.sqlite", "--append", folder, "--page", folder / "page.html", name=folder
        )
    else:
        made = reads(lambda: report.read(folder), folder)
        if made:
            statement.difference(made, made)


def run_folder(data, good, folder):
    """A run that was killed: its journal, added up."""
    name = data.draw(st.sampled_from(["run.json", "verdicts.jsonl", "exchanges.jsonl"]))
    for known in ("run.json", "verdicts.jsonl", "exchanges.jsonl"):
        shutil.copy(good / "run" / known, folder)
    (folder / name).write_bytes(data.draw(member(name, (good / "run" / name).read_bytes())))
    codes = (0, 1, 2, 3, 4, 5)  # a journal may say that a test broke
    answers("report", folder, name=folder, codes=codes)


@st.composite
def member(draw, name, raw):
    """Spoil a file of a run by what its name says it is."""
    if name.endswith(".jsonl"):
        rows = [json.loads(line) for line in raw.splitlines()]
        return draw(either(raw, rows, mutation.as_lines))
    if name.endswith(".json"):
        return draw(either(raw, json.loads(raw), mutation.as_json))
    return draw(mutation.broken(raw))


def evidence_pack(data, good, folder):
    """An evidence pack whose bytes are spoilt."""
    (folder / "e.zip").write_bytes(data.draw(mutation.broken((good / "e.zip").read_bytes())))
    answers("verify", folder / "e.zip", "--public-key", good / "key.pub", name=folder)


def signed_pack(data, good, folder):
    """An evidence pack with a spoilt file in it whose hashes and signature fit."""
    held = contents(good / "e.zip")
    name = data.draw(st.sampled_from(sorted(held)))
    held[name] = data.draw(member(name, held[name]))
    resigned(held, good, folder / "e.zip", keep={name})
    answers("verify", folder / "e.zip", "--public-key", good / "key.pub", name=folder)


def contents(pack):
    with ZipFile(pack) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def resigned(held, good, path, keep=()):
    """Write a pack whose manifest and signature fit its files, but for those to keep as they are."""
    if "manifest.json" not in keep:
        manifest = json.loads(held["manifest.json"])
        files = set(held) - {"manifest.json", "attestation.json"}
        manifest["files"] = {name: sha256(held[name]).hexdigest() for name in files}
        held["manifest.json"] = json.dumps(manifest).encode()
    if "attestation.json" not in keep:
        subjects = {"manifest.json": sha256(held["manifest.json"]).hexdigest()}
        held["attestation.json"] = signing.signed(subjects, {"result": "PASSED"}, good / "key.pem").encode()
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name, content)


def key_file(data, good, folder):
    """A private key to sign with, a public key to check with."""
    name = data.draw(st.sampled_from(["key.pem", "key.pub"]))
    (folder / name).write_bytes(data.draw(mutation.broken((good / name).read_bytes())))
    if name == "key.pem":
        answers("evidence", good / "run", "--key", folder / name, "--output", folder / "e.zip", name=folder)
    else:
        answers("verify", good / "e.zip", "--public-key", folder / name, name=folder)


def database(data, good, folder):
    """A history: other bytes, or other cells in its tables."""
    path = folder / "h.sqlite"
    if data.draw(st.integers(0, 3)):
        shutil.copy(good / "history.sqlite", path)
        with closing(sqlite3.connect(path)) as made:
            tables = [row[0] for row in made.execute("select name from sqlite_master where type = 'table'")]
            table = data.draw(st.sampled_from(sorted(tables)))
            columns = [row[1] for row in made.execute(f"pragma table_info({table})")]
            column = data.draw(st.sampled_from(columns))
            change = data.draw(st.sampled_from(["cell", "column", "table", "rows"]))
            values = st.sampled_from(
                [None, "", "x", "{", "[1]", "{}", "null", b"\xff\0", -1, 2**62, 0.5, "\x1b[2J"]
            )
            with suppress(sqlite3.IntegrityError), made:
                if change == "cell":
                    made.execute("pragma ignore_check_constraints = 1")
                    made.execute(f"update or ignore {table} set {column} = ?", [data.draw(values)])
                elif change == "column":
                    made.execute(f"alter table {table} rename column {column} to other")
                else:
                    made.execute(f"drop table {table}" if change == "table" else f"delete from {table}")
    else:
        path.write_bytes(data.draw(mutation.broken((good / "history.sqlite").read_bytes())))
    more = data.draw(
        st.sampled_from([[], ["--clause", CLAUSE], ["--append", good / "run"], ["--page", folder / "p.html"]])
    )
    answers("history", path, *more, "--last", "3", name=path.name)


def remembered(data, _good, folder):
    """Garbage in the folder of counterexamples: a run goes on without it."""
    kept = Counterexamples(folder)
    kept.found("test_a", {"cif": "1"})
    kept.ended("test_a", failed=True)
    path = next(folder.glob("*.json"))
    raw = path.read_bytes()
    path.write_bytes(data.draw(either(raw, json.loads(raw), mutation.as_json)))
    with bounded():
        assert all(isinstance(name, str) for name in kept.tests())
        for variant in kept.bodies("test_a"):
            json.dumps(variant.body)
        kept.ended("test_a", failed=False)
    assert not path.exists()


WORDS = [
    *mutation.TEXTS[:-3],
    "cdp=cdp-2023",
    "account-service=x",
    "=",
    "account-service=",
    "x" * 300,
    "-x",
    "--",
    "@x",
    "1e9",
]


def arguments(data, good, folder):
    """Odd words on the command line."""
    word = st.sampled_from(WORDS).map(lambda text: text.replace("\0", "")) | st.text(
        st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12
    )
    target = ["--target", good / "target.toml"]
    first = data.draw(word)
    commands = {
        "seed": ["run", *target, "--plan", "smoke", "--run-dir", good / "run", "--seed", first],
        "requests": ["run", *target, "--run-dir", good / "run", "--max-requests", first],
        "time": ["run", *target, "--run-dir", good / "run", "--max-time", first],
        "glob": ["run", *target, "--run-dir", good / "run", "--clause", first],
        "operation": ["run", *target, "--run-dir", good / "run", "--operation", first],
        "family": ["run", *target, "--run-dir", good / "run", "--family", first],
        "document": ["run", *target, "--run-dir", good / "run", "--document", first],
        "since": ["run", *target, "--run-dir", good / "run", "--since", first],
        "history": ["run", *target, "--run-dir", good / "run", "--history", f"{first}://x"],
        "workers": ["run", *target, "--run-dir", good / "run", "-n", first],
        "target": ["run", "--target", first, "--run-dir", good / "run"],
        "clauses": ["clauses", "--family", first],
        "freeze": ["clauses", *target, "--freeze", first],
        "judge": ["judge", first, *target, "--run-dir", folder / "run", "--document", first],
        "diff": ["diff", first, good / "run"],
        "report": ["report", first],
        "evidence": ["evidence", first, "--key", first, "--output", folder / "e.zip"],
        "verify": ["verify", first, "--public-key", first],
        "last": ["history", good / "history.sqlite", "--last", first],
        "where": ["history", first, "--clause", first],
        "url": ["history", f"sqlite://{first}", "--target", first],
        "init": ["init", folder / first[:9], "--family", first],
        "serve": ["serve", "--document", first, "--family", "cdp", "--port", "-1"],
        "port": ["serve", "--port", first, "--host", "256.0.0.1"],
        "shard": ["matrix", *target, "--shard", first, "--defect", "none"],
    }
    given_ = commands[data.draw(st.sampled_from(sorted(commands)))]
    answers(*given_)


INPUTS = {
    "target file": (target_file, 30),
    "waivers, policy, frozen set": (waiver_file, 40),
    "overlay": (overlay, 12),
    "HAR": (traffic, 3),
    "exchanges": (exchanges, 3),
    "results": (results_file, 8),
    "run folder": (run_folder, 3),
    "evidence pack": (evidence_pack, 10),
    "signed pack": (signed_pack, 3),
    "keys": (key_file, 3),
    "history": (database, 12),
    "counterexamples": (remembered, 40),
    "arguments": (arguments, 6),
}
COUNT = itertools.count()


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A working folder, a folder for temporary files and one for input, with nothing beside them."""
    for name in ("here", "temporary", "input"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(history, "_WAIT", 0.1)
    return tmp_path


def tried(name, good, house, **more):
    """Try one input's property on examples; return how many."""
    attempt, count = INPUTS[name][0], 0

    @settings(
        deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), **more
    )
    @given(st.data())
    def holds(data):
        nonlocal count
        count += 1
        folder = house / "input" / str(count % 2)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        attempt(data, good, folder)
        assert sorted(path.name for path in house.iterdir()) == ["here", "input", "temporary"]
        assert not list((house / "temporary").iterdir())

    if "derandomize" not in more:
        holds = seed(int.from_bytes(os.urandom(8)))(holds)
    holds()
    return count


@pytest.mark.parametrize("name", INPUTS)
def test_a_spoilt_input_is_read_or_refused_in_a_sentence(name, good, house):
    """A few examples of each input, the same ones every time."""
    assert tried(name, good, house, derandomize=True, max_examples=INPUTS[name][1])


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
HEAD = "overlay: 1.0.0\ninfo: {title: t, version: v}\nactions:\n  - target: $\n    update: "
OVERLAYS = {
    "an alias bomb": (BOMB, "its aliases make it endless"),
    "an alias of itself": ("a: &a [*a]\n", "its aliases make it endless"),
    "nested 100,000 deep": ("[" * 100_000, "nested deeper than"),
    "a tag that does not fit": ("a: !!float x\n", "could not convert"),
    "a tag of no meaning": ("a: !!timestamp x\n", "does not fit its tag"),
    "a tag for code": ("a: !!python/object/apply:os.system [id]\n", "python/object"),
    "a date": ("a: !!timestamp 2026-01-01\n", "a date, which JSON has no word for"),
    "a list as a key": ("? [a]\n: b\n", "unhashable key"),
    "a flag as a key": ("true: b\n", "the key True"),
    "a number without end": (f"{HEAD}{{x-a: .inf}}\n", "a finite number"),
    "a file of this disk": (f"{HEAD}{{x-a: {{$ref: 'file:///etc/hostname'}}}}\n", "no schema of the family"),
    "a file elsewhere": (
        f"{HEAD}{{x-a: {{$ref: 'http://example.com/a.json'}}}}\n",
        "no schema of the family",
    ),
    "a schema that is none": (
        HEAD.replace("target: $", "target: $.paths.*.post")
        + "{requestBody: {content: {application/json: {schema: {pattern: '('}}}}}\n",
        "is no OpenAPI",
    ),
}


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_hostile_overlay_is_one_sentence(name, good, house):
    """Bombs, loops, code, files of the reader's disk, what JSON cannot hold, what is no schema."""
    text, says = OVERLAYS[name]
    (house / "input" / "own.yaml").write_text(text)
    shutil.copy(good / "secret", house / "input")
    told = json.loads(json.dumps(TARGET))
    told["families"]["account-service"]["bindings"] = {}
    (house / "input" / "target.toml").write_bytes(mutation.as_toml(told))
    with bounded(), pytest.raises(ConfigurationError) as bad:
        whole(house / "input" / "target.toml")
    is_sentence(str(bad.value), house / "input" / "own.yaml")
    assert says in str(bad.value)


def test_a_status_without_quotes_is_a_key_like_any_other(good, house):
    """YAML reads `200:` as a number, OpenAPI means a text."""
    text = HEAD.replace("target: $", "target: $.paths.*.post.responses") + "{200: {description: fine}}\n"
    (house / "input" / "own.yaml").write_text(text)
    (house / "input" / "target.toml").write_bytes((good / "target.toml").read_bytes())
    shutil.copy(good / "secret", house / "input")
    told = reads(lambda: whole(house / "input" / "target.toml"), house / "input")
    assert told is None or told.contracts


TOMLS = {
    "dotted": ("a" + ".a" * 3000 + " = 1\n", "nested deeper than 150 levels"),
    "digits": ("version = " + "9" * 5000 + "\n", "no valid TOML"),
    "number": ("version = 1234567890123456789012\n", "more than 18 digits"),
    "nan": ("[limits]\nrate = nan\n", "a finite number was expected"),
    "long": (f"{mutation.LONG} = 1\n", "has an unknown key"),
}


@pytest.mark.parametrize("name", TOMLS)
def test_a_target_file_without_end_is_one_sentence(name, house):
    """Nested by dots alone, a number of thousands of digits, one that is none, a key without end."""
    path = house / "input" / "target.toml"
    path.write_text(TOMLS[name][0])
    with bounded(), pytest.raises(ConfigurationError) as bad:
        load(path)
    is_sentence(str(bad.value), path)
    assert TOMLS[name][1] in str(bad.value)


RESULTS = {
    "a finding that is not there": (lambda told: told["clauses"][0].update(findings=[999]), "there is none"),
    "a finding of no clause": (lambda told: told["findings"][0].update(clause="a.b"), "there is none"),
    "a time that is a text": (lambda told: told["clauses"][0].update(milliseconds="x"), "milliseconds"),
    "version 0": (lambda told: told.update(version=0), "clausewise-results version 0"),
    "version 99": (lambda told: told.update(version=99), "clausewise-results version 99"),
    "no version": (lambda told: told.pop("version"), "version None"),
    "another format": (lambda told: told.update(format="\x1b[2J" * 999), "version 1 was expected"),
    "counts that are a list": (lambda told: told.update(counts=[1]), "counts"),
    "operations that are a number": (lambda told: told.update(operations=7), "operations"),
    "clauses that are nothing": (lambda told: told.update(clauses=None), "clauses"),
    "a verdict that does not exist": (lambda told: told["clauses"][0].update(verdict="splendid"), "splendid"),
    "a number that is none": (lambda told: told["run"].update(seconds=float("nan")), "finite number"),
    "a level too many": (lambda told: told.update(more=mutation.nested(200, lists=True)), "nested deeper"),
    "a text of 100,000 letters": (lambda told: told["run"].update(seed=mutation.LONG), "run.seed"),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_that_nobody_can_read_are_one_sentence(name, good, house):
    """Of another version, of other types, of verdicts that do not exist."""
    told = json.loads((good / "results.json").read_text())
    RESULTS[name][0](told)
    (house / "input" / "results.json").write_bytes(mutation.as_json(told))
    with bounded():
        code, _, err = command("diff", house / "input", good / "run")
    assert code == 4
    is_sentence(err, house / "input")
    assert RESULTS[name][1] in err


def test_no_text_of_a_results_file_moves_the_cursor_or_breaks_the_stream(good, house):
    """Escape sequences, marks that turn the direction of letters, halves of a character."""
    told = json.loads((good / "results.json").read_text())
    told["clauses"][0] |= {"id": "a\x1b[2K\r\u202ebc\ud800", "verdict": "fail"}
    told["clauses"][0] |= {"family": "cdp", "findings": []}
    (house / "input" / "results.json").write_bytes(mutation.as_json(told))
    for arguments_ in (
        ["diff", good / "run", house / "input"],
        ["history", "h", "--append", house / "input"],
    ):
        code, out, err = command(*arguments_)
        assert code in {1, 4}, out + err
        assert not CONTROL.search(out + err)
        if code == 1:
            assert "a\\u001b[2K\\u202ebc\\ud800" in out
    Path("h").unlink()


def packed(held, path, *, method=ZIP_DEFLATED):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a name that comes twice
        with ZipFile(path, "w", method) as archive:
            for name, content in held:
                archive.writestr(name, content)


def patched(path, old, new):
    """Change bytes of a zip in place."""
    raw = path.read_bytes()
    assert old in raw
    path.write_bytes(raw.replace(old, new))


DEEP = b"[" * 100_000
PACKS = {
    "a path outside": ("../evil", b"x", "which no run writes"),
    "an absolute path": ("/tmp/evil", b"x", "which no run writes"),
    "a path outside, in disguise": ("target/../../evil", b"x", "which no run writes"),
    "a file that no run writes": ("evil.exe", b"x", "which no run writes"),
    "two files of one name": ("run.json", b"{}", "two files of one name"),
    "a deep manifest": ("manifest.json", DEEP, "nested too deeply"),
    "a manifest that is a list": ("manifest.json", b"[]", "its manifest is no object"),
    "a name that no file can have": ("target/" + "x" * 300, b"x", "File name too long"),
}


@pytest.mark.parametrize("name", PACKS)
def test_a_hostile_pack_is_refused_and_writes_nothing(name, good, house):
    """Zip slip, names that come twice or cannot be, a manifest without end."""
    member_, content, says = PACKS[name]
    held = contents(good / "e.zip")
    if member_ == "manifest.json":
        held[member_] = content
        rows = list(held.items())
    else:
        rows = [*held.items(), (member_, content)]
    path = house / "input" / "e.zip"
    packed(rows, path)
    assert answers("verify", path, "--public-key", good / "key.pub", name=path) == 4
    code, _, err = command("verify", path)
    assert code == 4
    assert says in err
    assert sorted(entry.name for entry in house.iterdir()) == ["here", "input", "temporary"]


def test_a_pack_without_end_is_refused_before_it_is_unpacked(house):
    """A file that says it holds ten gigabytes, one of 300 MB, fifteen hundred files."""
    path = house / "input" / "e.zip"
    for size, says in ((10 << 30, "more than 4 GB"), (300 << 20, "a file of more than 256 MB")):
        entry = ZipInfo("results.json")
        with ZipFile(path, "w") as archive:
            archive.writestr(entry, b"x")
            entry.file_size = size  # as the directory at its end says
        code, _, err = command("verify", path)
        assert code == 4
        assert says in err
    packed([(f"target/{number}", b"") for number in range(1_500)], path)
    code, _, err = command("verify", path)
    assert code == 4
    assert "1500 files" in err
    assert not list((house / "temporary").iterdir())


@pytest.mark.parametrize("kind", ["long", "64 bits"])
def test_a_pack_of_a_million_files_is_refused_before_its_directory_is_read(house, kind):
    """The last record of a zip says how long the directory is; one for 64 bits is none of ours."""
    path = house / "input" / "e.zip"
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1) if kind == "64 bits" else b""
    size = 0 if locator else 46_000_000
    path.write_bytes(bytes(size) + locator + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, size, 0, 0))
    code, _, err = command("verify", path)
    assert code == 4
    assert "holds more than 1000 files" in err


@pytest.mark.parametrize("method", [ZIP_DEFLATED, ZIP_LZMA, ZIP_BZIP2])
def test_a_pack_of_bad_streams_is_one_sentence(good, house, method):
    """Compressed bytes that were changed, by each way to compress."""
    path = house / "input" / "e.zip"
    packed(contents(good / "e.zip").items(), path, method=method)
    raw = bytearray(path.read_bytes())
    for at in range(60, 3000, 7):
        raw[at] ^= 0x55
    path.write_bytes(raw)
    assert answers("verify", path, name=path) == 4


SIGNED = {
    "exchanges nested 100,000 deep": ("exchanges.jsonl", lambda raw: DEEP + b"\n" + raw, "nested too deeply"),
    "bytes that are no text": ("exchanges.jsonl", lambda raw: b"\xff\xfe\n" + raw, "no exchange record"),
    "a line of too many bytes": (
        "exchanges.jsonl",
        lambda raw: b"x" * 5000 + b"\n" + raw,
        "no exchange record",
    ),
    "verdicts that are a number": ("verdicts.jsonl", lambda raw: b'{"test": 1}\n' + raw, "no run writes"),
    "a run with a path for a name": (
        "run.json",
        lambda raw: json.dumps(json.loads(raw) | {"id": "../../x"}).encode(),
        "id is '../../x'",
    ),
    "results nested 100,000 deep": ("results.json", lambda _: DEEP, "nested too deeply"),
    "a verdict that does not exist": (
        "results.json",
        lambda raw: raw.replace(b'"verdict": "untestable"', b'"verdict": "splendid"', 1),
        "splendid",
    ),
    "an overlay of the reader's disk": (
        "target/target.toml",
        lambda raw: raw.replace(b'"own.yaml"', f'"{shipped.TARGETS}/reference.toml"'.encode()),
        "which is not in the pack",
    ),
}


@pytest.mark.parametrize("name", SIGNED)
def test_a_signed_pack_of_nonsense_is_broken_in_a_sentence(name, good, house, monkeypatch):
    """Its signature and its hashes fit, and what it holds is judged to be none of a run's."""
    if name == "a line of too many bytes":
        monkeypatch.setattr(journal, "_LONGEST", 4000)
    member_, change, says = SIGNED[name]
    held = contents(good / "e.zip")
    held[member_] = change(held[member_])
    resigned(held, good, house / "input" / "e.zip")
    with bounded():
        code, out, err = command("verify", house / "input" / "e.zip", "--public-key", good / "key.pub")
    assert code == 1, out + err
    assert says in out
    assert not REPR.search(out + err)
    assert str(house) not in out  # no path of the folder that it was unpacked to


def test_a_line_that_is_too_long_is_left_out(tmp_path, monkeypatch):
    """However long it is, no more than the longest that we write is held."""
    monkeypatch.setattr(journal, "_LONGEST", 20)
    (tmp_path / "lines").write_bytes(b'{"a": 1}\n{"b": "' + b"x" * 1000 + b'"}\n{"c": 2}\n[3]\n\xff\n' + DEEP)
    assert list(journal.records(tmp_path, "lines")) == [{"a": 1}, {"c": 2}]


def test_half_a_character_in_an_answer_spoils_no_record(good, house):
    """A target may send one as an escape: what was seen of it is judged again, and added up."""
    folder = shutil.copytree(good / "run", house / "input" / "run")
    for name in ("verdicts.jsonl", "exchanges.jsonl"):
        rows = [json.loads(line) for line in (folder / name).read_bytes().splitlines()]
        for row in rows:
            row["test"] = "half \ud800"
            if "response" in row:
                row["response"]["body"] = '{"cif": "\ud800"}'
        (folder / name).write_bytes(mutation.as_lines(rows))
    judged = ["judge", folder, "--target", good / "target.toml", "--run-dir", house / "input" / "again"]
    assert answers(*judged) in {1, 2}
    (folder / "results.json").unlink()
    assert answers("report", folder) in {1, 2}


HISTORIES = {
    "an option that is no number": "sqlite:///h?timeout=long",
    "a port that is a word": "postgresql+psycopg://example.com:port/x",
    "a driver that nobody has": "sqlite+none:///h",
    "a URL of another kind": "sqlite://host/h",
    "a folder": ".",
}


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_that_cannot_be_opened_is_one_sentence(name, house):
    """Its URL asks for what is not there."""
    assert answers("history", HISTORIES[name]) == 4
    assert not list((house / "here").iterdir())


@pytest.mark.parametrize(
    ("column", "value"), [("share", "[1]"), ("counts", "{}"), ("counts", "[1]"), ("started", b"x")]
)
def test_a_history_that_somebody_wrote_into_is_one_sentence(good, house, column, value):
    """SQLite takes any value in any column."""
    shutil.copy(good / "history.sqlite", house / "input" / "h")
    with closing(sqlite3.connect(house / "input" / "h")) as made, made:
        made.execute(f"update clausewise_runs set {column} = ?", [value])
    assert answers("history", house / "input" / "h", name=f"whose {column} is") == 4


def test_a_history_without_runs_makes_a_page(house):
    """It says that there are none."""
    assert answers("history", "sqlite://", "--page", house / "input" / "page.html") == 0
    assert "The last 0 runs" in (house / "input" / "page.html").read_text()


@pytest.mark.usefixtures("house")
def test_a_history_that_another_program_locks_is_one_sentence(good):
    """After the time that it waits."""
    shutil.copy(good / "history.sqlite", "h")
    with closing(sqlite3.connect("h")) as made:
        made.execute("begin exclusive")
        code, _, err = command("history", "h", "--append", good / "run")
    assert code == 4
    assert "database is locked" in err
    Path("h").unlink()


WRONG = {
    "no command": ([], "required: COMMAND"),
    "no target": (["run"], "one of the arguments --target --resume is required"),
    "a seed that is a word": (["run", "--target", "t", "--seed", "x"], "invalid int value"),
    "fewer than no requests": (["run", "--target", "t", "--max-requests", "-1"], "no whole number above 0"),
    "a time that is none": (["run", "--target", "t", "--max-time", "nan"], "no number of seconds above 0"),
    "a glob like an option": (["run", "--target", "t", "--clause=-x"], "There is no target file t"),
    "a target like an option": (["run", "--target=@x"], "There is no target file @x"),
    "a port that is none": (["serve", "--port", "65536"], "is no port: 0 for a free one, up to 65535"),
    "no runs": (["history", "h", "--last", "0"], "no whole number above 0"),
    "a file where a folder is asked for": (["init", "no/such/folder"], "No such file or directory"),
    "a document of no family": (
        ["serve", "--family", "cdp", "--document", "x"],
        "--document x: write FAMILY=ID",
    ),
    "a family that is a path": (["clauses", "--family", "../schemas/cdp"], "There is no family"),
    "a plan that nobody knows": (["run", "--target", "t", "--plan", "x"], "invalid choice"),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.usefixtures("house")
def test_a_wrong_argument_ends_with_4_and_one_sentence(name):
    """Exit code 2, which argparse would end with, says that the evidence is thin."""
    given_, says = WRONG[name]
    code, _, err = command(*given_)
    assert code == 4
    assert says in err
    is_sentence(err)


def test_a_report_that_cannot_be_written_is_one_sentence(good, house):
    """A folder stands where a file should."""
    shutil.copytree(good / "run", house / "input" / "run")
    (house / "input" / "run" / "junit.xml").unlink()
    (house / "input" / "run" / "junit.xml").mkdir()
    assert answers("report", house / "input" / "run", name=house / "input" / "run" / "junit.xml") == 4


def test_a_mistake_of_our_own_ends_with_5_and_no_traceback(monkeypatch):
    """Exit code 1, which Python would end with, says that the target is broken."""
    monkeypatch.setattr(report, "read", lambda _: {}["nothing"])
    code, _, err = command("diff", "a", "b")
    assert code == 5
    assert err.startswith("clausewise: internal error (KeyError in test_fuzz.py, line ")
    assert len(err.splitlines()) == 1


@pytest.mark.soak
@pytest.mark.parametrize("name", INPUTS)
def test_new_spoilt_inputs_for_an_hour(name, good, house, capsys):
    """New examples for this input's share of SOAK_MINUTES."""
    end = time.monotonic() + float(os.environ.get("SOAK_MINUTES", "60")) * 60 / len(INPUTS)
    count = 0
    while time.monotonic() < end:
        count += tried(name, good, house, max_examples=INPUTS[name][1])
    with capsys.disabled():
        sys.stdout.write(f"\n{name}: {count} examples\n")
