"""Evidence packs: whole runs only, signed; every lie that a pack can hold is noticed, and named."""

import base64
import gzip
import json
import re
import shutil
import time
import tomllib
import zipfile

import forging
import pytest
import runs
import stamps
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signing_keys import MAKES, keys

from clausewise import evidence, package_data, report, rulings, scope, statement, targets
from clausewise.errors import ConfigurationError
from clausewise.evidence import comparing, packing
from clausewise.evidence.contents import Contents
from clausewise.statement.caveats import excuses
from clausewise.statement.tally import Tally

DEFECT = "retype:account-service.close-izi-mobile-acct.done.status"
BROKEN = "account-service.close-izi-mobile-acct.done.status"
UNSCORED = "account-service.get-account-list.json"
POLICY = """
red = ["documented", "agreed", "assumed"]
[minimum_exercised]
account-service = 0.5
[response_time."account-service.*"]
max = 60000
"""
WAIVER = """
[[waiver]]
clause = "account-service.law.used-phone"
target = "reference"
reason = "a made-up reason"
owner = "QA"
ticket = "T-1"
expires = "2099-01-01"
"""
PACKED = re.compile(r'id="packed">([^<]*)<')


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A folder with a run of 200 requests on a target that breaks one clause, and its pack.

    It is ruled in every way; what is personal is masked; the run is red.
    """
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "policy.toml").write_text(POLICY)
    (folder / "waivers.toml").write_text(WAIVER)
    with runs.bent("account-service", DEFECT) as url:
        path = runs.target_at(folder, url, "account-service")
        path.write_text(path.read_text().replace("show_personal_data = true", "") + OVERLAY)
        shutil.copy(package_data.SCHEMAS / "account-service" / "assumed.overlay.yaml", folder / "own.yaml")
        path.write_text(path.read_text().replace('overlays = ["assumed"]', 'overlays = ["own.yaml"]'))
        every = [clause.id for clause in known(path).clauses()]
        (folder / "frozen.json").write_text(
            rulings.freeze("release", ["account-service"], set(every) - {UNSCORED})
        )
        ruled = [f"--{name}={folder / file}" for name, file in RULED.items()]
        chosen = ["--run-dir", folder / "run", "--plan", "proof", "--max-requests", "200", *ruled]
        done = runs.clausewise("run", "--target", path, *chosen)
    assert done.returncode == 1, done.stdout + done.stderr
    keys(folder)
    made = runs.inside("evidence", folder / "run", "--key", folder / "key.pem", "--output", folder / "e.zip")
    assert made.returncode == 0, made.stderr
    return folder


RULED = {"policy": "policy.toml", "waivers": "waivers.toml", "frozen": "frozen.json"}
OVERLAY = """
[families.account-service.fixtures."somebody"]
phoneNumber = "0900000123"
email = "somebody@example.com"
"""


def known(path):
    """Return what a target file claims."""
    return scope.of(targets.load(path, package_data.SCHEMAS / "target.schema.json"))


@pytest.fixture
def held(house):
    """The files of that pack, to be forged."""
    return forging.contents(house / "e.zip")


def checked(held, house, tmp_path, *more):
    """Return what `verify` says of files as a pack."""
    path = forging.written(held, tmp_path / "forged.zip")
    return runs.inside("verify", path, "--public-key", house / "key.pub", *more)


# --- what holds ---


@pytest.mark.parametrize("kind", MAKES)
def test_a_pack_holds_with_its_key(house, tmp_path, kind):
    """Its first line is what the run came to, who signed it; its last lines are what excuses."""
    private, public = keys(tmp_path, kind)
    runs.inside("evidence", house / "run", "--key", private, "--output", tmp_path / "e.zip")
    done = runs.inside("verify", tmp_path / "e.zip", "--public-key", public)

    assert done.returncode == 0, done.stdout + done.stderr
    first, second, *checks = done.stdout.splitlines()
    assert first.startswith("Not conformant (exit 1): 1 cause, 1 broken clause, ")
    assert SCORED.search(first)
    assert re.search(
        r"ended 20\S+; told below: waiver, policy, frozen set, plan, budget; signed by key [0-9a-f]{16},",
        second,
    )
    assert "BROKEN" not in done.stdout
    assert sum(line.startswith("holds ") for line in checks) == 15
    assert [line.partition(": ")[0] for line in checks[15:]] == KINDS


SCORED = re.compile(r"\d{3} of \d{3} clauses scored")
KINDS = ["waiver", "policy", "policy", "policy", "frozen set", "plan", "budget"]


def test_a_gate_gets_the_exit_code_of_the_run(house, tmp_path, held):
    """With --expect conformant; a pack that does not hold ends with 1 all the same."""
    gate = ["--expect", "conformant"]
    assert runs.inside("verify", house / "e.zip", "--public-key", house / "key.pub").returncode == 0
    assert runs.inside("verify", house / "e.zip", "--public-key", house / "key.pub", *gate).returncode == 1
    assert runs.inside("verify", house / "e.zip", *gate).returncode == 1
    held["summary.md"] += b"\n"
    assert checked(held, house, tmp_path, *gate).returncode == 1


def test_a_smaller_plan_never_passes_for_a_conformant_whole(tmp_path):
    """It holds, it is green, and neither its test result nor the gate calls it conformant."""
    path = runs.only(_target_in(tmp_path), "account-service")
    done = runs.clausewise("run", "--target", path, "--run-dir", tmp_path / "run", "--plan", "smoke")
    assert done.returncode == 0, done.stdout
    private, public = keys(tmp_path)
    made = runs.inside("evidence", tmp_path / "run", "--key", private, "--output", tmp_path / "e.zip")
    assert made.returncode == 0, made.stderr

    held = runs.inside("verify", tmp_path / "e.zip", "--public-key", public)
    gate = runs.inside("verify", tmp_path / "e.zip", "--public-key", public, "--expect", "conformant")

    assert held.returncode == 0, held.stdout
    assert held.stdout.startswith("Kept all that plan smoke asks (exit 0): 39 of 390 clauses")
    assert gate.returncode == 2, gate.stdout
    assert forging.predicate(forging.contents(tmp_path / "e.zip"))["result"] == "WARNED"


def test_an_unexcused_green_run_passes_the_gate(tmp_path):
    """The whole command line of a bank's gate, on a run where nothing is broken."""
    path = runs.only(_target_in(tmp_path), "account-service")
    done = runs.clausewise("run", "--target", path, "--run-dir", tmp_path / "run", "--plan", "gate")
    assert done.returncode == 0, done.stdout
    private, public = keys(tmp_path)
    runs.inside("evidence", tmp_path / "run", "--key", private, "--output", tmp_path / "e.zip")
    gate = runs.inside("verify", tmp_path / "e.zip", "--public-key", public, "--expect", "conformant")

    assert gate.returncode == 0, gate.stdout
    assert gate.stdout.startswith("Conformant (exit 0): 390 kept")
    assert runs.inside("verify", tmp_path / "e.zip", "--expect", "conformant").returncode == 2


def _target_in(folder):
    path = folder / "target.toml"
    path.write_text(
        runs.REFERENCE.read_text().replace("reference.d/", f"{package_data.TARGETS}/reference.d/")
    )
    return path


def test_what_excuses_stands_in_every_page_of_the_pack_and_in_what_was_signed(held):
    """Waiver, policy, frozen set, plan: on every page and in the predicate; in short on the badge."""
    says = [row["says"] for row in forging.told(held, "results.json")["excuses"]]
    assert len(says) == len(KINDS)
    assert [row["says"] for row in forging.predicate(held)["excuses"]] == says
    waived = "account-service.law.used-phone is waived until 2099-01-01 by QA, T-1: a made-up reason"
    for name in ("summary.md", "report.html", "statement.html", "junit.xml"):
        page = held[name].decode()
        for told in (waived, "proof: 0 random examples", "at most 200 requests"):
            assert told in page, (name, told)
        assert SCORED.search(page), name
        assert "turn the run red, instead of documented" in page
    assert re.search(r"\d+ of \d+ scored, plan proof, own policy", held["badge.svg"].decode())


def test_a_badge_says_how_few_clauses_are_scored(held):
    """One of 381 is no conformance."""
    results = forging.told(held, "results.json")
    results["frozen"] |= {"scored": 1, "not_scored": 380}
    assert "1 of 381 scored" in report.pages.badge(results)


def test_the_target_file_in_a_pack_is_masked_as_exchanges_are(house, held):
    """A fixture's personal values stand in it as in the exchanges; a note in a comment is left out."""
    own = tomllib.loads(held["target/target.toml"].decode())["families"]["account-service"]["fixtures"]
    clear = tomllib.loads((house / "target.toml").read_text())["families"]["account-service"]["fixtures"]

    assert own.keys() == clear.keys()
    for value in own["somebody"].values():
        assert re.fullmatch(r"\[masked text \d+ [0-9a-f]{8}\]", value)
    assert b"0900000123" not in b"".join(held.values())
    assert own["nice.patterns"] == clear["nice.patterns"]


def test_results_of_the_same_folder_are_the_same(house):
    """Whatever the order in which Python keeps a set: what one process writes another one confirms."""
    for seed in ("1", "2"):
        done = runs.clausewise(
            *("verify", house / "e.zip", "--public-key", house / "key.pub"),
            env=runs.environment(PYTHONHASHSEED=seed),
        )
        assert done.returncode == 0, done.stdout


def test_a_page_that_another_machine_packs_otherwise_is_the_same_page(held):
    """Another zlib, another XML library: not another word."""
    page = held["report.html"].decode()
    packed = PACKED.findall(page)[0]
    again = base64.b64encode(gzip.compress(gzip.decompress(base64.b64decode(packed)), 1, mtime=7)).decode()

    assert again != packed
    assert not comparing.page_differs("report.html", page.replace(packed, again), page)
    assert comparing.page_differs("report.html", page.replace(packed, packed[:-8]), page)
    junit = held["junit.xml"].decode()
    assert not comparing.page_differs("junit.xml", junit.replace("?>", "?>\n", 1), junit)
    assert comparing.page_differs("junit.xml", junit.replace("skipped", "passed", 2), junit)


def test_without_a_key_the_signature_is_unknown_not_good(house):
    """Exit code 2, and it says what to give."""
    done = runs.inside("verify", house / "e.zip")

    assert done.returncode == 2
    assert done.stdout.startswith("Not wholly checked: Not conformant (exit 1)")
    assert "unknown the attestation is signed with the key given: give --public-key" in done.stdout


# --- each kind of lie ---


def _first(rows, **wanted):
    return next(row for row in rows if all(row.get(key) == value for key, value in wanted.items()))


def _results(how):
    """A lie in the results: the owner of the key signs it."""

    def lie(held, key):
        forging.change(held, "results.json", how)
        forging.resigned(held, key)

    return lie


def _turned(told):
    row = _first(told["clauses"], id=BROKEN)
    row["verdict"], row["colour"], row["findings"] = "pass", "green", []


def _unfounded(told):
    told["findings"].clear()
    for row in told["clauses"]:
        row["findings"] = []
    told["causes"] = []


def _conformant(told):
    told["outcome"] = {"exit": 0, "word": "conformant", "sentence": "Conformant (exit 0).", "reasons": []}


def _trend(told):
    run = {"id": "x", "started": "2026-01-01T00:00", "target": "reference", "plan": "gate", "exit": 0}
    told["trend"] = [
        run
        | {"word": "conformant", "counts": {"pass": 1, "fail": 0}, "share": 1.0, "seconds": 1.0}
        | {"exchanges": 9, "broken": [], "mended": []}
    ]


RESULTS = {
    "a broken clause is called kept": (_turned, f'results.json: clauses[{BROKEN}].verdict is "pass"'),
    "the word of the outcome": (_conformant, "results.json: outcome.exit is 0 instead of 1"),
    "the sentence alone": (
        lambda told: told["outcome"].update(sentence="Conformant (exit 0): all is well."),
        "results.json: outcome.sentence",
    ),
    "a reason is left out": (
        lambda told: told["outcome"]["reasons"].pop(),
        "results.json: outcome.reasons has",
    ),
    "the counts": (lambda told: told["counts"].update(fail=0), "results.json: counts.fail is 0 instead of 1"),
    "a finding is left out": (_unfounded, "results.json: findings has 0 entries"),
    "a finding is made harmless": (
        lambda told: told["findings"][0].update(actual="text"),
        "results.json: findings[0].actual",
    ),
    "the target's name": (
        lambda told: told["target"].update(name="production-of-the-bank"),
        "results.json: target.name",
    ),
    "the environment": (
        lambda told: told["target"].update(environment="production"),
        'results.json: target.environment is "production" instead of "sandbox"',
    ),
    "the plan": (lambda told: told["run"].update(plan="certify"), "results.json: run.plan"),
    "the date": (
        lambda told: told["run"].update(ended="2030-01-01T00:00:00.000+00:00"),
        "results.json: run.ended",
    ),
    "the evidence is called enough": (
        lambda told: [row.update(held=True) for row in told["sufficiency"]],
        "results.json: sufficiency[",
    ),
    "the share that was exercised": (lambda told: told["exercised"].update(share=1.0), "exercised.share"),
    "an outcome is called proven": (
        lambda told: next(row for row in told["ledger"] if row["state"] != "proven").update(state="proven"),
        "results.json: ledger[",
    ),
    "a waiver is left out": (lambda told: told["waivers"].clear(), "results.json: waivers has 0 entries"),
    "what excuses is left out": (lambda told: told["excuses"].clear(), "results.json: excuses has 0 entries"),
    "the frozen set": (lambda told: told["frozen"].update(set="", not_scored=0), "results.json: frozen.set"),
    "the response times": (
        lambda told: told["operations"][0]["milliseconds"].update(max=0.1),
        "results.json: operations[0].milliseconds.max is 0.1",
    ),
    "good runs of before": (_trend, "results.json: trend has 1 entries instead of 0"),
    "an exchange beside a finding": (
        lambda told: next(iter(told["evidence"].values()))["response"].update(body="{}"),
        "results.json: evidence.main-",
    ),
    "a field that no run writes": (
        lambda told: told["outcome"].update(approved="by the bank"),
        'results.json: outcome.approved is "by the bank" instead of absent',
    ),
}


def _page(name, before, after):
    """A lie on a page: the owner of the key signs it."""

    def lie(held, key):
        assert before.encode() in held[name]
        held[name] = held[name].replace(before.encode(), after.encode())
        forging.resigned(held, key)

    return lie


def _beside(held, key):
    """A note in what canonical XML leaves out."""
    held["junit.xml"] += b"<!-- approved by the bank -->"
    forging.resigned(held, key)


def _two_streams(held, key):
    """What one program reads as one gzip stream, and another as two."""
    page = held["report.html"].decode()
    packed = PACKED.findall(page)[0]
    more = base64.b64encode(base64.b64decode(packed) + gzip.compress(b"")).decode()
    held["report.html"] = page.replace(packed, more).encode()
    forging.resigned(held, key)


PAGES = {
    "report.html": ("May it ship?</span> No", "May it ship?</span> Yes"),
    "summary.md": ("# clausewise: not conformant", "# clausewise: conformant"),
    "statement.html": ("Not conformant (exit 1)", "Conformant (exit 0)"),
    "badge.svg": ("not conformant", "conformant"),
    "junit.xml": ("<failure", "<skipped"),
}


def _packed(held, key):
    """The exchanges that report.html shows are other ones."""
    page = held["report.html"].decode()
    packed = PACKED.findall(page)[0]
    told = gzip.decompress(base64.b64decode(packed)).replace(b"retyped", b"OPENED!")
    held["report.html"] = page.replace(packed, base64.b64encode(gzip.compress(told)).decode()).encode()
    forging.resigned(held, key)


def _said(**other):
    """A lie in what is signed alone."""

    def lie(held, key):
        forging.attest(held, key, forging.predicate(held) | other)

    return lie


def _passed(held, key):
    said = forging.predicate(held)
    forging.attest(held, key, said | {"failedTests": [], "passedTests": [*said["passedTests"], BROKEN]})


def _other_digest(held, key):
    said = forging.predicate(held)
    said["configuration"][0]["digest"]["sha256"] = "0" * 64
    forging.attest(held, key, said)


ATTESTED = {
    "the attestation's result": (_said(result="PASSED"), 'attestation.predicate.result is "PASSED"'),
    "the attestation's tests": (_passed, "attestation.predicate.passedTests has"),
    "the attestation's failures": (_said(failedTests=[]), "attestation.predicate.failedTests has 0 entries"),
    "the attestation's configuration": (_other_digest, "attestation.predicate.configuration["),
    "the attestation's excuses": (_said(excuses=[]), "attestation.predicate.excuses has 0 entries"),
    "the attestation's outcome": (
        _said(outcome={"exit": 0, "word": "conformant"}),
        "attestation.predicate.outcome.",
    ),
}


def _run(how, *, seal=False):
    """A lie in run.json; with `seal` the seal says the same."""

    def lie(held, key):
        forging.change(held, "run.json", how)
        if seal:
            forging.resealed(held)
        forging.resigned(held, key)

    return lie


def _waived(told):
    told["rulings"]["waivers"].append(dict(told["rulings"]["waivers"][0], clause=BROKEN))


def _elsewhere(told):
    told["target"]["families"]["account-service"]["base_url"] = "https://bank.example.com"


def _target(before, after, *, hosts=False):
    """A lie in the target file; the seal says the same, and with `hosts` run.json does."""

    def lie(held, key):
        text = held["target/target.toml"].decode()
        made = re.sub(before, after, text, count=1)
        assert made != text
        held["target/target.toml"] = made.encode()
        if hosts:
            forging.change(held, "run.json", _elsewhere)
        forging.resealed(held)
        forging.resigned(held, key)

    return lie


RUN = {
    "a waiver that was written later": (_run(_waived), "run.json (rulings) is not as it was then"),
    "a policy that was written later": (
        _run(lambda told: told["rulings"].update(red=[])),
        "run.json (rulings) is not as it was then",
    ),
    "a frozen set that was written later": (
        _run(lambda told: told["rulings"].update(scored=[UNSCORED])),
        "run.json (rulings) is not as it was then",
    ),
    "another plan and seed": (
        _run(lambda told: told.update(seed=7)),
        "run.json (seed) is not as it was then",
    ),
    "a selection that is forgotten": (
        _run(lambda told: told.pop("selected")),
        "run.json (selected) is not as it was then",
    ),
    "a part of the run that never was": (
        _run(lambda told: told.update(resumed=[{"started": told["started"], "before": 1.0}])),
        "run.json (resumed) is not as it was then",
    ),
    "a budget that is forgotten": (
        _run(lambda told: told.update(most={"requests": None, "seconds": None})),
        "run.json (most) is not as it was then",
    ),
    "another host in run.json": (_run(_elsewhere, seal=True), "account-service is at http://127.0.0.1:"),
    "another host in the target file": (
        _target(r"http://127\.0\.0\.1:\d+", "https://bank.example.com"),
        "account-service is at https://bank.example.com, and the run called http://127.0.0.1:",
    ),
    "another host in both": (
        _target(r"http://127\.0\.0\.1:\d+", "https://bank.example.com", hosts=True),
        "which is not at https://bank.example.com",
    ),
    "another environment in the target file": (
        _target('environment = "sandbox"', 'environment = "test"'),
        'target file.environment is "test" instead of "sandbox"',
    ),
    "another name in the target file": (
        _target('name = "reference"', 'name = "bank"'),
        'target file.name is "bank" instead of "reference"',
    ),
}


def _overlay(held, key):
    held["target/own.yaml"] += b"# another one\n"
    forging.resealed(held)
    forging.resigned(held, key)


def _exchange(how, *, seal=True, verdicts=None):
    """A lie in the journal, as a program would tell it: the seal says the same."""

    def lie(held, key):
        forging.change(held, "exchanges.jsonl", how)
        if verdicts:
            forging.change(held, "verdicts.jsonl", verdicts)
        if seal:
            forging.resealed(held)
        forging.resigned(held, key)

    return lie


def _answer(rows):
    return next(row for row in rows if row["matched"] == "refused" and not row.get("stray"))


def _bad(rows):
    return next(row for row in rows if "retyped" in row["response"]["body"])


def _unfound(rows):
    for row in rows:
        row["findings"] = []


def _masked_code(kind):
    def how(rows):
        body = json.loads(_answer(rows)["response"]["body"])
        text = json.dumps(body | {"code": f"[masked {kind} 5 0123abcd]"})
        _answer(rows)["response"]["body"] = text

    return how


def _masked_status(rows):
    """The fault of every broken answer, masked by its owner."""
    for row in rows:
        body = row["response"]["body"]
        row["response"]["body"] = body.replace('["retyped"]', '"[masked text 9 0123abcd]"')


def _uncut(rows):
    _bad(rows)["response"]["cut"] = {"characters": 9, "head": 1, "tail": 1, "sha256": "0" * 64}


def _spoilt(rows):
    row = next(row for row in rows if row["matched"] == "done" and not row.get("loose"))
    row["response"]["headers"] = [["content-type", "text/html"]]


JOURNAL = {
    "an answer that was changed later": (
        _exchange(lambda rows: rows[0]["response"].update(reason="Fine"), seal=False),
        "exchanges.jsonl is not as it was then",
    ),
    "an answer that judges otherwise": (
        _exchange(_spoilt),
        "BROKEN  the exchanges judge as the run says: account-service.",
    ),
    "a finding that nobody wrote down": (
        _exchange(len, verdicts=_unfound),
        f"BROKEN  the exchanges judge as the run says: {BROKEN}",
    ),
    "a number masked that no rule masks": (
        _exchange(_masked_code("int")),
        "[masked int 5 0123abcd] at /code of main-",
    ),
    "a short text masked that no rule masks": (
        _exchange(_masked_code("text")),
        "[masked text 5 0123abcd] at /code of main-",
    ),
    "a longer text masked where the document says which": (
        _exchange(_masked_status),
        "BROKEN  the exchanges judge as the run says: account-service.",
    ),
    "a broken answer that is said to be too long to be kept": (
        _exchange(_uncut, verdicts=_unfound),
        "is said to be cut, and is not",
    ),
    "a broken answer that counts for nothing": (
        _exchange(lambda rows: _bad(rows).update(stray=True), verdicts=_unfound),
        "as documented, and counts for nothing",
    ),
    "a broken answer that counts for a guess": (
        _exchange(lambda rows: [_bad(rows).pop("guess", None), _bad(rows).update(loose=True)]),
        "is held to be a guess, or none, and its test is not",
    ),
    "another documented answer than it is": (
        _exchange(lambda rows: _answer(rows).update(matched="done")),
        "is refused, not done",
    ),
    "an exchange that a verdict rests on is gone": (
        _exchange(lambda rows: rows.remove(_bad(rows))),
        "a verdict names the exchange main-",
    ),
    "the word of a test is gone": (
        _exchange(len, verdicts=lambda rows: rows.remove(next(r for r in rows if r["findings"]))),
        "and its verdict is not there",
    ),
}


def _whole(**how):
    """A lie over several files of the journal, by their names; the seal says the same."""

    def lie(held, key):
        for name, change in how.items():
            forging.change(held, {"run": "run.json"}.get(name, f"{name}.jsonl"), change)
        forging.resealed(held)
        forging.resigned(held, key)

    return lie


def _failing(rows):
    return {row["test"] for row in rows if row["findings"]}


def _vanished(held, key):
    """Nobody ever meant to make the tests that failed."""
    gone = _failing(forging.told(held, "verdicts.jsonl"))
    for name in ("exchanges.jsonl", "verdicts.jsonl", "tests.jsonl"):
        rows = [row for row in forging.told(held, name) if not gone & {row.get("test"), row.get("begun")}]
        for row in rows:
            for test in gone & set(row.get("collected", {})):
                del row["collected"][test]
        forging.tell(held, name, rows)
    forging.resealed(held)
    forging.resigned(held, key)


def _for_others(held, key):
    """The tests that failed judge a guess, so that the document is not held against anyone."""
    gone = _failing(forging.told(held, "verdicts.jsonl"))
    guess = _first(forging.told(held, "results.json")["clauses"], standing="inferred")["id"]

    def guessed(rows):
        for row in rows:
            if row["test"] in gone:
                row["clauses"].insert(0, guess)

    def collected(rows):
        for row in rows:
            for test in gone & set(row.get("collected", {})):
                row["collected"][test].insert(0, guess)

    _whole(verdicts=guessed, tests=collected)(held, key)


def _silent(rows):
    """What could not be exercised passed after all."""
    for row in rows:
        if row["verdict"] == "untestable" and not row["touched"]:
            row |= {"verdict": "pass", "reason": "", "touched": {name: [0, []] for name in row["clauses"]}}


def _cut_body(rows):
    mark = "[5000 characters left out]"
    for row in rows:
        if "retyped" in row["response"]["body"]:
            row["response"]["body"] = f"{'x' * 700}{mark}{'y' * 700}"
            row["response"]["cut"] = {"characters": 6400, "head": 700, "tail": 700, "sha256": "0" * 64}


def _again(rows):
    rows += [dict(row, findings=[], repeats=True) for row in rows if row["findings"]]


def _secret_more(rows):
    rows[0]["begun"]["masks"].append("[masked text 9 0123abcd]")


def _later(rows):
    rows[-1]["ended"]["at"] = "2099-01-01T00:00:00.000+00:00"


def _moved(rows):
    for row in rows:
        row["started"] = "2020-01-01T00:00:00.000+00:00"


def _seen_twice(rows):
    rows.append(rows[-1])


def _drifted(rows):
    rows[-1]["drift"] = ["/approved"]


def _renamed(rows):
    """One exchange less, and who looks at names only sees nothing."""
    for row in rows:
        prefix, _, number = row["id"].rpartition("-")
        row["id"] = f"{prefix}-{int(number) + (int(number) > 100)}"


def _cited(how):
    """Change the first test that counts an exchange."""

    def change(rows):
        row = next(row for row in rows if any(few for _, few in row["touched"].values()))
        clause = next(name for name, (_, few) in row["touched"].items() if few)
        how(row, clause)

    return change


def _raw(name, before, after):
    """A change to how a file is written, which says the same to this program; the seal fits."""

    def lie(held, key):
        assert before in held[name]
        held[name] = held[name].replace(before, after, 1)
        forging.resealed(held)
        forging.resigned(held, key)

    return lie


def _noted(held, key):
    held["target/target.toml"] += b"# Approved by the bank.\n"
    forging.resealed(held)
    forging.resigned(held, key)


COHERENT = {
    "the tests that failed were never to be made": (
        _vanished,
        "BROKEN  it made the tests that the suite has for its target: account_service/",
    ),
    "the tests that failed judge a guess": (
        _for_others,
        "and the suite's judges account-service.",
    ),
    "what was never exercised passed": (
        _whole(verdicts=_silent),
        "passed, and made no exchange",
    ),
    "a repetition that never was": (
        _whole(verdicts=_again),
        "is said to be repeated, and the run repeats nothing so",
    ),
    "a second word of one test": (
        _whole(verdicts=lambda rows: rows.append(dict(rows[0], verdict="pass"))),
        "has 2 verdicts",
    ),
    "a finding less where others are left": (
        _whole(verdicts=lambda rows: next(row for row in rows if row["findings"])["findings"].clear()),
        f"{BROKEN} in account_service/",
    ),
    "more exchanges counted than were": (
        _whole(verdicts=_cited(lambda row, name: row["touched"][name].__setitem__(0, 1000))),
        "counts 1000 exchanges of account-service.",
    ),
    "an exchange of another test's": (
        _whole(verdicts=_cited(lambda row, name: row["touched"][name].__setitem__(1, ["main-200"]))),
        "names the exchange main-200, which is none of its own",
    ),
    "an exchange that is there twice": (_whole(exchanges=_seen_twice), "is there twice"),
    "an exchange is lacking between two": (_whole(exchanges=_renamed), "main-101 is not there"),
    "a short body that is said to be too long": (
        _whole(exchanges=_cut_body, verdicts=_unfound),
        "is said to be cut, and is not",
    ),
    "a secret more than the target file has": (
        _whole(seal=_secret_more, exchanges=_masked_status, verdicts=_unfound),
        "seal.jsonl tells of more secrets than the 0 of the target file",
    ),
    "undocumented parts that nobody saw": (
        _whole(exchanges=_drifted),
        "has other undocumented parts than the run says",
    ),
    "a run that ends in a hundred years": (_whole(seal=_later), "which is not yet"),
    "exchanges of another year": (_whole(exchanges=_moved), "and its run was not"),
    "a run that began years before its exchanges": (
        _whole(run=lambda told: told.update(started="2020-01-01T00:00:00.000+00:00")),
        "began, or ended, an hour from its exchanges",
    ),
    "a run that is called recorded elsewhere": (
        _whole(run=lambda told: told.update(plan="recorded")),
        "run.json says plan 'recorded', and seal.jsonl something else",
    ),
    "an answer that stands twice in its line": (
        _raw("exchanges.jsonl", b'"response":', b'"response":{"status":500},"response":'),
        "exchanges.jsonl, line 1, is written in another way than a run writes it",
    ),
    "a verdict that stands twice in its line": (
        _raw("verdicts.jsonl", b'"verdict":"', b'"verdict":"fail","verdict":"'),
        "verdicts.jsonl, line 1, is written in another way",
    ),
    "a line that is marked as cut off": (
        _raw("exchanges.jsonl", b"}\n", b"}\x18\n"),
        "exchanges.jsonl, line 1, is marked as cut off, and the run never was",
    ),
    "a note in the masked target file": (_noted, "target file: it says what no masked copy of one does"),
}


def _resigned(how):
    def lie(held, key):
        how(held)
        forging.resigned(held, key)

    return lie


def _manifest(**other):
    def lie(held, key):
        said = forging.predicate(held)
        forging.change(held, "manifest.json", lambda told: told.update(other))
        forging.attest(held, key, said)

    return lie


def _listed(held, key):
    """Take the statement out of the manifest as out of the pack."""
    said = forging.predicate(held)
    del held["statement.html"]
    forging.change(held, "manifest.json", lambda told: told["files"].pop("statement.html"))
    forging.attest(held, key, said)


def _older(held, key):
    forging.change(held, "run.json", lambda told: told.update(suite="0.0.1"))
    forging.resealed(held)
    forging.resigned(held, key)


PACK = {
    "a file that no run writes": (
        _resigned(lambda held: held.update({"target/approval.txt": b"approved"})),
        "a file that no run writes: target/approval.txt",
    ),
    "a page that is left out": (_listed, "statement.html is missing"),
    "a seal that is left out": (_resigned(lambda held: held.pop("seal.jsonl")), "seal.jsonl is missing"),
    "a seal of another run": (
        _resigned(
            lambda held: held.update({"seal.jsonl": held["seal.jsonl"].replace(b"begun", b"begun", 1)[:-2]})
        ),
        "seal.jsonl",
    ),
    "another run's name": (_manifest(run="20260101-000000-bank"), "manifest.json.run is"),
    "another suite's version": (_manifest(suite="9.9"), 'manifest.json.suite is "9.9"'),
    "other schemas": (
        _manifest(schemas={}),
        "the schemas and the clause set are those of this suite: others",
    ),
    "a run of another suite": (_older, "clausewise 0.0.1 made it, and this is"),
    "an overlay that was changed": (_overlay, "overlays of account-service.own.yaml is"),
}


def _unsigned(name, how):
    def lie(held, _):
        held[name] = how(held[name])

    return lie


def _swapped(held, _):
    """The attestation of another pack, which the same key signed."""
    said = json.loads(held["attestation.json"])
    payload = json.loads(base64.b64decode(said["payload"]))
    payload["subject"][0]["digest"]["sha256"] = "0" * 64
    said["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()
    held["attestation.json"] = json.dumps(said, indent=1).encode()


def _other_key(held, key):
    private, _ = keys(key.parent, name="somebody-else")
    forging.resigned(held, private)


UNSIGNED = {
    "a file that was changed after signing": (
        _unsigned("results.json", lambda raw: raw.replace(b'"untestable"', b'"pass"', 1)),
        "BROKEN  every file is as the manifest says: changed, missing or added: results.json",
    ),
    "a file that was added after signing": (
        _unsigned("summary.md", lambda raw: raw + b"Approved.\n"),
        "changed, missing or added: summary.md",
    ),
    "a manifest that was changed after signing": (
        _unsigned("manifest.json", lambda raw: raw.replace(b'"run"', b'"ran"')),
        "BROKEN  the attestation is about this manifest",
    ),
    "an attestation that was changed": (
        _unsigned("attestation.json", lambda raw: raw.replace(b'"payload": "', b'"payload": "AAAA')),
        "BROKEN  the attestation is signed with the key given",
    ),
    "an attestation of another pack": (_swapped, "BROKEN  the attestation is signed with the key given"),
    "another key": (_other_key, "it is signed with another key, or badly"),
    "a second signature that nobody made": (
        _unsigned(
            "attestation.json",
            lambda raw: json.dumps(
                (told := json.loads(raw))
                | {"signatures": [*told["signatures"], dict(told["signatures"][0], keyid="ab" * 32)]},
                indent=1,
            ).encode(),
        ),
        "unknown a witness signed it: key abab",
    ),
}
LIES = {
    **{f"results: {name}": (_results(how), says) for name, (how, says) in RESULTS.items()},
    **{f"page: {name}": (_page(name, *how), f"{name} says something else") for name, how in PAGES.items()},
    "page: the exchanges in report.html": (_packed, "report.html says something else"),
    "page: a note beside junit.xml": (_beside, "junit.xml says something else"),
    "page: a second stream in report.html": (_two_streams, "report.html says something else"),
    **{f"attestation: {name}": lie for name, lie in ATTESTED.items()},
    **{f"run: {name}": lie for name, lie in RUN.items()},
    **{f"journal: {name}": lie for name, lie in JOURNAL.items()},
    **{f"journal: {name}": lie for name, lie in COHERENT.items()},
    **{f"pack: {name}": lie for name, lie in PACK.items()},
    **{f"signature: {name}": lie for name, lie in UNSIGNED.items()},
}


@pytest.mark.parametrize("name", LIES)
def test_each_kind_of_lie_is_named(name, held, house, tmp_path):
    """Whoever tells it owns the vendor's key and this program."""
    lie, says = LIES[name]
    lie(held, house / "key.pem")
    done = checked(held, house, tmp_path)

    assert says in done.stdout, done.stdout + done.stderr
    assert done.returncode == (2 if says.startswith("unknown") else 1)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["target/../../x", "/x", "notes.md", "target/", "target\\x"])
def test_a_file_that_no_run_writes_makes_it_no_pack(name, held, house, tmp_path):
    """Refused before anything is unpacked, however well it is signed."""
    held[name] = b"approved"
    done = checked(held, house, tmp_path)

    assert done.returncode == 4
    assert "which no run writes" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["forged.zip"]


def _zipped(held, path, how):
    """Write a pack in which one entry, or the whole zip, is odd."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in held.items():
            entry = zipfile.ZipInfo(name)
            if name == "summary.md":
                how(entry, archive)
            archive.writestr(entry, content)


def _left_in(_, archive):
    """Write a file that the zip's directory does not name."""
    archive.writestr("approval.txt", b"approved")
    archive.filelist.pop()
    del archive.NameToInfo["approval.txt"]


ZIPS = {
    "a comment": lambda _, archive: setattr(archive, "comment", b"approved"),
    "a comment of one file": lambda entry, _: setattr(entry, "comment", b"approved"),
    "a second name of one file": lambda entry, _: setattr(entry, "extra", b"\x75\x70\1\0x"),
    "a link": lambda entry, _: setattr(entry, "external_attr", 0o120777 << 16),
    "a program": lambda entry, _: setattr(entry, "external_attr", 0o100755 << 16),
    "a file that is not listed": _left_in,
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_of_which_others_make_something_else_is_no_pack(name, held, house, tmp_path):
    """Whatever stands in it beside its files: this program would not show it, and another one might."""
    _zipped(held, tmp_path / "odd.zip", ZIPS[name])
    done = runs.inside("verify", tmp_path / "odd.zip", "--public-key", house / "key.pub")

    assert done.returncode == 4, done.stdout
    assert re.search(r"written otherwise than a pack|holds bytes beside its files", done.stderr)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("more", [b"approved", b"PK"])
def test_bytes_before_and_behind_a_zip_make_it_no_pack(more, house, tmp_path):
    """Another program may take the whole for something else: a page, a script, another zip."""
    raw = (house / "e.zip").read_bytes()
    for content in (more + raw, raw + more, raw + raw):
        (tmp_path / "odd.zip").write_bytes(content)
        done = runs.inside("verify", tmp_path / "odd.zip", "--public-key", house / "key.pub")
        assert done.returncode == 4, done.stdout
        assert "is no evidence pack" in done.stderr or "written otherwise" in done.stderr


def test_two_names_that_a_file_system_may_take_for_one_make_it_no_pack(held, house, tmp_path):
    """By their letters' case, or by how Unicode writes an accent."""
    held["target/TARGET.toml"] = b"x"
    assert "two files of one name" in checked(held, house, tmp_path).stderr


def test_rulings_that_somebody_makes_up_stand_in_the_headline(house, tmp_path):
    """Who rewrites the whole journal before signing is not found out; what excuses is told all the same."""
    folder = shutil.copytree(house / "run", tmp_path / "run")
    held = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}
    forging.change(held, "run.json", _waived)
    forging.resealed(held)
    for name, content in held.items():
        (folder / name).write_bytes(content)
    (folder / "results.json").unlink()
    runs.inside("report", folder)
    made = runs.inside("evidence", folder, "--key", house / "key.pem", "--output", tmp_path / "e.zip")
    assert made.returncode == 0, made.stderr
    done = runs.inside("verify", tmp_path / "e.zip", "--public-key", house / "key.pub")

    assert done.returncode == 0
    assert "told below: waiver" in done.stdout.splitlines()[1]
    assert (
        f"waiver: {BROKEN} is waived until 2099-01-01 by QA, T-1: a made-up reason (applied)" in done.stdout
    )


def test_a_pattern_that_takes_for_ever_ends_no_check(held, house, tmp_path):
    """An overlay in a pack may hold one, and an answer what it takes for ever to be held against it."""
    slow = """
  - target: $.paths['/accountService/v1/valid-phone-number'].post.responses['200'].content
    update: {application/json: {schema: {properties: {exists: {pattern: '^(a|a)*(?=b)(a|a)*$'}}}}}
"""
    held["target/own.yaml"] = held["target/own.yaml"].rstrip() + slow.encode()

    def asked(rows):
        for row in rows:
            if row["operation"] == "valid-phone-number":
                row["response"]["body"] = json.dumps({"exists": "a" * 5000 + "!"})

    forging.change(held, "exchanges.jsonl", asked)
    forging.resealed(held)
    forging.resigned(held, house / "key.pem")
    began = time.monotonic()
    done = checked(held, house, tmp_path)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "its run can be read and judged again: " in done.stdout
    assert "judge as the run says: account-service.valid-phone-number.done.exists" in done.stdout
    assert time.monotonic() - began < 30


def _files(folder):
    return [path for path in folder.rglob("*") if path.is_file() and "allure-results" not in path.parts]


# --- any change at all ---


def changed(value, data):
    """Return a JSON value with one thing in it changed: a value, a key, an entry."""
    if isinstance(value, dict) and value:
        key = data.draw(st.sampled_from(sorted(value)))
        kind = data.draw(st.sampled_from(["deeper", "deeper", "deeper", "gone", "added"]))
        if kind == "gone":
            return {name: item for name, item in value.items() if name != key}
        return value | ({"zzz": 1} if kind == "added" else {key: changed(value[key], data)})
    if isinstance(value, list) and value:
        at = data.draw(st.integers(0, len(value) - 1))
        return [changed(item, data) if here == at else item for here, item in enumerate(value)]
    return data.draw(st.sampled_from([None, True, 0, 1.5, "other", [], {}]).filter(lambda new: new != value))


JSON = (
    "results.json",
    "run.json",
    "seal.jsonl",
    "verdicts.jsonl",
    "exchanges.jsonl",
    "tests.jsonl",
    "manifest.json",
)
NOTICED = settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@NOTICED
@given(data=st.data())
def test_any_byte_that_changes_in_any_member_is_noticed(house, tmp_path, data):
    """By whoever has not the key: one byte of one file."""
    held = forging.contents(house / "e.zip")
    name = data.draw(st.sampled_from(sorted(held)))
    at, by = data.draw(st.integers(0, len(held[name]) - 1)), data.draw(st.integers(1, 255))
    raw = bytearray(held[name])
    raw[at] ^= by
    assert not _holds(held | {name: bytes(raw)}, house, tmp_path)


@NOTICED
@given(data=st.data())
def test_any_field_that_changes_in_any_member_is_noticed_however_well_it_is_signed(house, tmp_path, data):
    """By the owner of the key: one field, key or entry of one file; manifest and signature fit."""
    held = forging.contents(house / "e.zip")
    said = forging.predicate(held)
    name = data.draw(st.sampled_from([*JSON, "predicate"]))
    if name == "predicate":
        said = changed(said, data)
    else:
        forging.tell(held, name, changed(forging.told(held, name), data))
    if name == "manifest.json":
        forging.attest(held, house / "key.pem", said)
    else:
        forging.resigned(held, house / "key.pem", said or {"result": "PASSED"})
    assert not _holds(held, house, tmp_path), name


def _holds(held, house, folder):
    try:
        done = evidence.verify(forging.written(held, folder / "changed.zip"), house / "key.pub")
    except ConfigurationError:
        return False
    return done.held is True


# --- before it is signed ---


def _edited(name, how):
    def edit(folder):
        path = folder / name
        path.write_text(how(path.read_text()))

    return edit


EDITED = {
    "results": (
        _edited("results.json", lambda text: text.replace('"fail": 1', '"fail": 0', 1)),
        "results.json: ",
    ),
    "a page": (
        _edited("summary.md", lambda text: text.replace("not conformant", "conformant")),
        "summary.md",
    ),
    "rulings": (_edited("run.json", lambda text: text.replace('"T-1"', '"T-2"')), "run.json (rulings)"),
    "an answer": (
        _edited("exchanges.jsonl", lambda text: text.replace("retyped", "OPENED!")),
        "exchanges.jsonl",
    ),
    "a verdict": (
        _edited("verdicts.jsonl", lambda text: text.replace('"retyped', '"OPENED!', 1)),
        "verdicts.jsonl",
    ),
    "the target file": (_edited("target/target.toml", lambda text: text + "# x"), "target/target.toml"),
    "the seal": (_edited("seal.jsonl", lambda text: text.splitlines()[0] + "\n"), "seal.jsonl lacks"),
    "a garbled seal": (
        _edited("seal.jsonl", lambda _: "garbage\n"),
        "seal.jsonl, line 1, is no record that a run writes",
    ),
}


@pytest.mark.parametrize("name", EDITED)
def test_no_evidence_of_a_run_that_was_edited(house, tmp_path, name):
    """The same checks are made before it is signed: one sentence, exit code 4, no zip."""
    folder = shutil.copytree(house / "run", tmp_path / "run")
    edit, says = EDITED[name]
    edit(folder)
    done = runs.inside("evidence", folder, "--key", house / "key.pem", "--output", tmp_path / "e.zip")

    assert done.returncode == 4, done.stdout
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "e.zip").exists()


def test_no_evidence_of_an_incomplete_run(house, tmp_path):
    """One that was stopped, one of some clauses, one that lost a file, one that never ended."""
    for name, change, says in (
        ("stopped", lambda told: told["run"].update(interrupted=True), "was stopped before its end"),
        ("partial", lambda told: told["run"].update(partial=True), "took some clauses only"),
    ):
        folder = shutil.copytree(house / "run", tmp_path / name)
        told = json.loads((folder / "results.json").read_text())
        change(told)
        (folder / "results.json").write_text(json.dumps(told))
        done = runs.inside("evidence", folder, "--key", house / "key.pem", "--output", tmp_path / "e.zip")
        assert done.returncode == 4
        assert says in done.stderr
    for lost in (
        "verdicts.jsonl",
        "results.json",
        "run.json",
        "exchanges.jsonl",
        "tests.jsonl",
        "seal.jsonl",
        "target/own.yaml",
    ):
        folder = shutil.copytree(house / "run", tmp_path / lost.rpartition("/")[2])
        (folder / lost).unlink()
        done = runs.inside("evidence", folder, "--key", house / "key.pem", "--output", tmp_path / "e.zip")
        assert done.returncode == 4
        assert lost.rpartition("/")[2] in done.stderr
    assert not (tmp_path / "e.zip").exists()


def test_runs_of_a_history_are_left_out_of_a_pack(house, tmp_path):
    """Of other runs this one's journal knows nothing; the run's own pages may show them."""
    folder = shutil.copytree(house / "run", tmp_path / "run")
    told = json.loads((folder / "results.json").read_text())
    _trend(told)
    statement.write(told, folder)
    report.draw(told, folder)
    done = runs.inside("evidence", folder, "--key", house / "key.pem", "--output", tmp_path / "e.zip")

    assert done.returncode == 0, done.stderr
    assert forging.told(forging.contents(tmp_path / "e.zip"), "results.json")["trend"] == []
    assert runs.inside("verify", tmp_path / "e.zip", "--public-key", house / "key.pub").returncode == 0


def test_a_resumed_run_says_so_and_holds(tmp_path):
    """Each part is sealed, and called the hosts that its seal says; no part of it can be forgotten."""
    path = runs.only(_target_in(tmp_path), "account-service")
    folder = tmp_path / "run"
    cut = runs.clausewise(
        *("run", "--target", path, "--run-dir", folder, "--plan", "proof", "--max-requests", "60")
    )
    assert cut.returncode == 2
    on = runs.clausewise("run", "--resume", folder, "--max-requests", "60")
    assert on.returncode == 2, on.stdout + on.stderr
    private, public = keys(tmp_path)
    made = runs.inside("evidence", folder, "--key", private, "--output", tmp_path / "e.zip")
    assert made.returncode == 0, made.stderr
    done = runs.inside("verify", tmp_path / "e.zip", "--public-key", public)

    assert done.returncode == 0, done.stdout
    assert "resumed: the run was cut short and went on 1 time: 20" in done.stdout
    held = forging.contents(tmp_path / "e.zip")
    forging.change(held, "run.json", lambda told: told.pop("resumed"))
    forging.resigned(held, private)
    forged = runs.inside("verify", forging.written(held, tmp_path / "f.zip"), "--public-key", public)
    assert forged.returncode == 1
    assert "run.json (resumed) is not as it was then" in forged.stdout


# --- a second signature, and a time stamp ---


def test_a_witness_signs_what_holds(house, tmp_path):
    """Both keys are checked; who gives one only is told of the other."""
    private, public = keys(tmp_path, "ecdsa", "witness")
    pack = shutil.copy(house / "e.zip", tmp_path / "e.zip")
    vendor = ["--public-key", house / "key.pub"]
    assert runs.inside("countersign", pack, "--key", private).returncode == 0
    both = runs.inside("verify", pack, *vendor, "--witness", public)
    one = runs.inside("verify", pack, *vendor)
    swapped = runs.inside("verify", pack, "--public-key", public, "--witness", house / "key.pub")
    again = runs.inside("countersign", pack, "--key", private)

    assert both.returncode == 0, both.stdout
    assert "holds   a witness signed it: key " in both.stdout
    assert one.returncode == 2
    assert "unknown a witness signed it: key " in one.stdout
    assert swapped.returncode == 1
    assert again.returncode == 4
    assert "has signed this pack already" in again.stderr
    assert runs.inside("verify", house / "e.zip", *vendor, "--witness", public).returncode == 1


def test_no_witness_for_a_lie(house, held, tmp_path):
    """A pack that does not hold is not signed, and stays as it was."""
    _results(_conformant)(held, house / "key.pem")
    pack = forging.written(held, tmp_path / "e.zip")
    before = pack.read_bytes()
    done = runs.inside("countersign", pack, "--key", house / "key.pem")

    assert done.returncode == 4
    assert "is not signed, since it does not hold" in done.stderr
    assert pack.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["e.zip"]


needs_authority = pytest.mark.skipif(bool(stamps.possible()), reason=stamps.possible())


@needs_authority
def test_an_authority_says_when_a_pack_was_signed(house, tmp_path):
    """Who trusts it sees the time in the headline; a witness may sign later, and both hold."""
    pack = shutil.copy(house / "e.zip", tmp_path / "e.zip")
    vendor = ["--public-key", house / "key.pub"]
    with stamps.authority(tmp_path) as url:
        done = runs.inside("timestamp", pack, "--tsa", url)
    assert done.returncode == 0, done.stderr
    private, public = keys(tmp_path, name="witness")
    assert runs.inside("countersign", pack, "--key", private).returncode == 0
    vendor += ["--witness", public]
    trusted = runs.inside("verify", pack, *vendor, "--tsa-root", tmp_path / "root.pem")
    blind = runs.inside("verify", pack, *vendor)
    other = stamps.other_root(tmp_path)
    wrong = runs.inside("verify", pack, *vendor, "--tsa-root", other)

    assert trusted.returncode == 0, trusted.stdout
    assert re.search(r"signed by key \w+, \w+, time-stamped 20\d\d-", trusted.stdout.splitlines()[1])
    assert blind.returncode == 2
    assert "if its authority is to be trusted: give --tsa-root to check it" in blind.stdout
    assert wrong.returncode == 1
    assert "BROKEN  the time stamp is of this signature: the time stamp does not hold" in wrong.stdout
    none = runs.inside("verify", house / "e.zip", "--public-key", house / "key.pub", "--tsa-root", other)
    assert none.returncode == 1
    assert "it carries none" in none.stdout


@needs_authority
def test_a_stamp_of_another_signature_is_told(house, held, tmp_path):
    """One that the same authority made for another pack, one with bytes behind it, one that is none."""
    with stamps.authority(tmp_path):
        good = stamps.stamped(tmp_path, evidence.stamp_request(house / "e.zip"))
        private, _ = keys(tmp_path, name="other")
        forging.resigned(held, private)
        other = forging.written(held, tmp_path / "other.zip")
        bad = stamps.stamped(tmp_path, evidence.stamp_request(other))
    held = forging.contents(house / "e.zip")
    for stamp in (bad, good + b"x", good[:-1], b"", b"garbage"):
        for more in ([], ["--tsa-root", tmp_path / "root.pem"]):
            done = checked(held | {"timestamp.tsr": stamp}, house, tmp_path, *more)
            assert done.returncode == 1, (stamp[:9], done.stdout)
            assert "BROKEN  the time stamp is of this signature" in done.stdout
    assert checked(held | {"timestamp.tsr": good}, house, tmp_path).returncode == 2


@needs_authority
def test_an_authority_that_answers_nonsense_leaves_the_pack_alone(house, tmp_path):
    """Nobody there, garbage, no answer of the kind: one sentence, exit code 4."""
    pack = shutil.copy(house / "e.zip", tmp_path / "e.zip")
    before = pack.read_bytes()
    with stamps.authority(tmp_path, b"garbage") as url:
        nonsense = runs.inside("timestamp", pack, "--tsa", url)
    with runs.reference("account-service") as url:
        no_authority = runs.inside("timestamp", pack, "--tsa", url)
    nobody = runs.inside("timestamp", pack, "--tsa", "http://127.0.0.1:9")
    no_url = runs.inside("timestamp", pack, "--tsa", "nowhere")

    for done in (nonsense, no_authority, nobody, no_url):
        assert done.returncode == 4
        assert "authority" in done.stderr
        assert "Traceback" not in done.stderr
    assert pack.read_bytes() == before


# --- bad input ---


def test_bad_keys_and_packs_are_one_sentence(house, tmp_path):
    """Exit code 4 and what was expected."""
    private, public = keys(tmp_path, name="again")
    locked = tmp_path / "locked.pem"
    secret = BestAvailableEncryption(b"x")
    locked.write_bytes(MAKES["ed25519"]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret))
    for key in (public, locked, tmp_path / "no.pem", house / "run" / "run.json"):
        done = runs.inside("evidence", house / "run", "--key", key, "--output", tmp_path / "n.zip")
        assert done.returncode == 4
        assert "openssl genpkey" in done.stderr
        assert runs.inside("countersign", house / "e.zip", "--key", key).returncode == 4
    done = runs.inside("evidence", house / "run", "--key", private, "--output", house / "e.zip")
    assert done.returncode == 4
    assert "is there already" in done.stderr
    held = forging.contents(house / "e.zip")
    raw = (house / "e.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(raw[:5000])
    (tmp_path / "head.zip").write_bytes(raw[5000:])
    (tmp_path / "empty.zip").write_bytes(b"")
    forging.written(held | {"manifest.json": b"[]"}, tmp_path / "list.zip")
    forging.written({name: held[name] for name in held if name != "manifest.json"}, tmp_path / "none.zip")
    for name in ("cut", "head", "empty", "list", "none", "no"):
        for command in (
            ["verify"],
            ["countersign", "--key", private],
            ["timestamp", "--tsa", "http://127.0.0.1:9"],
        ):
            done = runs.inside(command[0], tmp_path / f"{name}.zip", *command[1:])
            assert done.returncode == 4, (name, command)
            assert "is no evidence pack that can be read" in done.stderr or "takes: pip" in done.stderr
            assert "Traceback" not in done.stderr
    assert runs.inside("verify", house / "e.zip", "--public-key", private).returncode == 4
    assert runs.inside("verify", house / "e.zip", "--tsa-root", private).returncode == 4


def test_every_file_may_be_missing(house, held, tmp_path):
    """With its line in the manifest or without; one sentence each."""
    for name in sorted(held):
        less = {other: content for other, content in held.items() if other != name}
        for signed in (False, True):
            if signed and name not in {"manifest.json", "attestation.json"}:
                forging.resigned(less, house / "key.pem")
            done = checked(less, house, tmp_path)
            assert done.returncode in {1, 4}, (name, done.stdout)
            assert name.rpartition("/")[2] in done.stdout + done.stderr
            assert "Traceback" not in done.stderr


def test_a_run_of_before_has_no_evidence(house, tmp_path):
    """A run folder that an earlier clausewise left has no seal and keeps no target file."""
    folder = shutil.copytree(house / "run", tmp_path / "run")
    shutil.rmtree(folder / "target")
    checks = list(Contents(folder).checks())

    assert [check.held for check in checks] == [False]
    assert "target.toml" in checks[0].says
    assert packing.digests(known(house / "target.toml"))["clauses"]


GROUPS = ("results", "page", "attestation", "run", "journal", "pack", "signature")


def test_the_page_on_evidence_lists_each_kind_of_lie():
    """As many as there are tests, each with what `verify` says."""
    page = (package_data.ROOT / "docs" / "evidence.md").read_text()
    rows = re.findall(rf"^\| ((?:{'|'.join(GROUPS)}): .+?) \| `(.+)` \|$", page, re.MULTILINE)

    assert dict(rows) == {name: says for name, (_, says) in LIES.items()}
    assert len(rows) >= 25


def test_what_a_target_file_hides_beyond_the_usual_is_told(house, held, tmp_path):
    """Fields that its owner masks, and bodies that it cuts early, are not judged again."""
    (tmp_path / "reference.d").symlink_to(house / "reference.d")
    (tmp_path / "own.yaml").symlink_to(house / "own.yaml")
    text = (house / "target.toml").read_text()
    (tmp_path / "target.toml").write_text(
        text.replace("[masking]", '[masking]\nfields = ["remark"]').replace(
            "[limits]", "[limits]\nmax_kept_body = 2000"
        )
    )
    weighed = forging.told(held, "results.json")
    told = [
        [
            row
            for row in excuses(known(path), {}, rulings.Rulings(), weighed, Tally())
            if row["kind"] == "masking"
        ]
        for path in (house / "target.toml", tmp_path / "target.toml")
    ]

    assert told[0] == []
    assert told[1][0]["says"].startswith("the target file masks remark, too")
    assert told[1][1]["says"].startswith("of a body 2000 characters are kept")
