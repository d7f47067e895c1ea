"""Lies in results, on pages and in what is signed: the owner of the key tells them."""

import base64
import gzip

import forging
from packs import BROKEN, PACKED


def first(rows, **wanted):
    return next(row for row in rows if all(row.get(key) == value for key, value in wanted.items()))


def in_results(how):
    """A lie in the results: the owner of the key signs it."""

    def lie(held, key):
        forging.change(held, "results.json", how)
        forging.resigned(held, key)

    return lie


def _turned(told):
    row = first(told["clauses"], id=BROKEN)
    row["verdict"], row["colour"], row["findings"] = "pass", "green", []


def _unfounded(told):
    told["findings"].clear()
    for row in told["clauses"]:
        row["findings"] = []
    told["causes"] = []


def conformant(told):
    told["outcome"] = {"exit": 0, "word": "conformant", "sentence": "Conformant (exit 0).", "reasons": []}


def trend(told):
    run = {"id": "x", "started": "2026-01-01T00:00", "target": "reference", "plan": "gate", "exit": 0}
    told["trend"] = [
        run
        | {"word": "conformant", "counts": {"pass": 1, "fail": 0}, "share": 1.0, "seconds": 1.0}
        | {"exchanges": 9, "broken": [], "mended": []}
    ]


RESULTS = {
    "a broken clause is called kept": (_turned, f'results.json: clauses[{BROKEN}].verdict is "pass"'),
    "the word of the outcome": (conformant, "results.json: outcome.exit is 0 instead of 1"),
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
    "good runs of before": (trend, "results.json: trend has 1 entries instead of 0"),
    "an exchange beside a finding": (
        lambda told: next(iter(told["evidence"].values()))["response"].update(body="{}"),
        "results.json: evidence.main-",
    ),
    "a field that no run writes": (
        lambda told: told["outcome"].update(approved="by the bank"),
        'results.json: outcome.approved is "by the bank" instead of absent',
    ),
}


def on_page(name, before, after):
    """A lie on a page: the owner of the key signs it."""

    def lie(held, key):
        assert before.encode() in held[name]
        held[name] = held[name].replace(before.encode(), after.encode())
        forging.resigned(held, key)

    return lie


def beside(held, key):
    """A note in what canonical XML leaves out."""
    held["junit.xml"] += b"<!-- approved by the bank -->"
    forging.resigned(held, key)


def two_streams(held, key):
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


def packed(held, key):
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
