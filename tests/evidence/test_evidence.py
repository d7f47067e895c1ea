"""Evidence packs: whole runs only, signed; every lie that a pack can hold is noticed, and named."""

import base64
import gzip
import json
import re
import shutil
import tomllib

import forging
import pytest
import runs
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from lies.results import trend
from packs import PACKED, SCORED, checked, known, target_in
from signing_keys import MAKES, keys

from clausewise import report, rulings, statement
from clausewise.evidence import comparing, packing
from clausewise.evidence.contents import Contents
from clausewise.statement.caveats import excuses
from clausewise.statement.tally import Tally


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
    path = runs.only(target_in(tmp_path), "account-service")
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
    path = runs.only(target_in(tmp_path), "account-service")
    done = runs.clausewise("run", "--target", path, "--run-dir", tmp_path / "run", "--plan", "gate")
    assert done.returncode == 0, done.stdout
    private, public = keys(tmp_path)
    runs.inside("evidence", tmp_path / "run", "--key", private, "--output", tmp_path / "e.zip")
    gate = runs.inside("verify", tmp_path / "e.zip", "--public-key", public, "--expect", "conformant")

    assert gate.returncode == 0, gate.stdout
    assert gate.stdout.startswith("Conformant (exit 0): 390 kept")
    assert runs.inside("verify", tmp_path / "e.zip", "--expect", "conformant").returncode == 2


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
    trend(told)
    statement.write(told, folder)
    report.draw(told, folder)
    done = runs.inside("evidence", folder, "--key", house / "key.pem", "--output", tmp_path / "e.zip")

    assert done.returncode == 0, done.stderr
    assert forging.told(forging.contents(tmp_path / "e.zip"), "results.json")["trend"] == []
    assert runs.inside("verify", tmp_path / "e.zip", "--public-key", house / "key.pub").returncode == 0


def test_a_resumed_run_says_so_and_holds(tmp_path):
    """Each part is sealed, and called the hosts that its seal says; no part of it can be forgotten."""
    path = runs.only(target_in(tmp_path), "account-service")
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
