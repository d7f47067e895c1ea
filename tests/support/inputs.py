"""Every kind of file and argument that a user hands in: a good one, and how it is spoilt and read."""

import json
import re
import resource
import shutil
import signal
import sqlite3
import sys
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import mutation
import runs
import yaml
from good_inputs import CLAUSE, COUNT, POLICY, TARGET, WAIVER
from hypothesis import strategies as st

from clausewise import package_data, report, rulings, scope, statement, targets
from clausewise.contracts import loading, yaml_reader
from clausewise.errors import ConfigurationError
from clausewise.evidence import signing
from clausewise.plugin.counterexamples import Counterexamples

SECONDS = 5  # of CPU time, for one input
BYTES = 1 << 30  # of memory more than before
WORST = 2000  # characters of a sentence
# Files that a spoilt one names.
ELSEWHERE = re.compile(r"There is no target file|The target file \S* cannot be read|/etc/passwd")
REPR = re.compile(
    r"Traceback|object at 0x|\b[A-Z]\w*(Error|Exception|Warning)\(|<class |clausewise\.\w+\.[A-Z]"
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def command(*arguments):
    """Run a command in this process; return its exit code and what it said on both streams."""
    done = runs.inside(*arguments)
    return done.returncode, done.stdout, done.stderr


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
    err = "".join(line for line in err.splitlines(keepends=True) if " sends to " not in line)
    if code == 4:
        is_sentence(err, name)
        assert err.startswith(("clausewise: ", "ERROR: ")), err  # the second is pytest's
    else:
        assert not REPR.search(out + err), out + err
    return code


def load(path):
    return targets.load(path, package_data.SCHEMAS / "target.schema.json")


def whole(path):
    return scope.of(load(path))


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
        reads(lambda: scope.of(made), folder)
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
    value = yaml.load(raw, Loader=yaml_reader.Yaml12)
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
