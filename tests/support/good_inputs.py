"""A good file of every kind that a user hands in."""

import itertools
import json
import shutil
from typing import Any

import mutation
import runs
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from clausewise import package_data, rulings, scope, targets

CLAUSE = "account-service.valid-legal-id.done"


TARGET: dict[str, Any] = {
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


COUNT = itertools.count()


def fill(folder):
    """Write a good file of every kind into a folder, by the program itself where it writes such."""
    runs.inside("run", "--target", folder / "none")  # what it imports is no input's time
    (folder / "secret").write_text("a-made-up-key")
    shutil.copy(package_data.SCHEMAS / "account-service" / "assumed.overlay.yaml", folder / "own.yaml")
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
    assert runs.inside("judge", folder / "traffic.har", "--target", target, "--run-dir", run).returncode in {
        1,
        2,
    }
    assert (
        runs.inside("evidence", run, "--key", folder / "key.pem", "--output", folder / "e.zip").returncode
        == 0
    )
    assert runs.inside("history", folder / "history.sqlite", "--append", run).returncode == 0
    told = json.loads((run / "results.json").read_text())
    few = [*[row["id"] for row in told["clauses"] if row["findings"]][:3], CLAUSE]
    told["clauses"] = [row for row in told["clauses"] if row["id"] in few or row["id"] in named(told)]
    told["operations"], told["ledger"] = told["operations"][:3], told["ledger"][:3]
    (folder / "results.json").write_bytes(mutation.as_json(told))


def named(results):
    """Return the clauses of the findings."""
    return {row["clause"] for row in results["findings"]}


def har(target):
    """Return a small HAR file: calls of two operations, one broken, and one that nobody documents."""
    known = scope.of(targets.load(target, package_data.SCHEMAS / "target.schema.json"))
    paths = [one.path for one in known.contracts["account-service"].operations.values()][:3]
    entries: list[dict[str, Any]] = [
        {
            "startedDateTime": "2026-01-01T00:00:00Z",
            "time": 12.5,
            "request": {
                "method": "POST",
                "url": f"http://127.0.0.1:9{path}?token=abcdef",
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
