"""Lies in how a pack is made up, and in its signature."""

import base64
import json

import forging
from signing_keys import keys


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


def _overlay(held, key):
    held["target/own.yaml"] += b"# another one\n"
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
