"""Lies in what a run was, and in its journal."""

import json
import re

import forging
from packs import BROKEN, UNSCORED


def _run(how, *, seal=False):
    """A lie in run.json; with `seal` the seal says the same."""

    def lie(held, key):
        forging.change(held, "run.json", how)
        if seal:
            forging.resealed(held)
        forging.resigned(held, key)

    return lie


def waived(told):
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
    "a waiver that was written later": (_run(waived), "run.json (rulings) is not as it was then"),
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


def unfound(rows):
    for row in rows:
        row["findings"] = []


def _masked_code(kind):
    def how(rows):
        body = json.loads(_answer(rows)["response"]["body"])
        text = json.dumps(body | {"code": f"[masked {kind} 5 0123abcd]"})
        _answer(rows)["response"]["body"] = text

    return how


def masked_status(rows):
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
        _exchange(len, verdicts=unfound),
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
        _exchange(masked_status),
        "BROKEN  the exchanges judge as the run says: account-service.",
    ),
    "a broken answer that is said to be too long to be kept": (
        _exchange(_uncut, verdicts=unfound),
        "is said to be cut, and is not",
    ),
    "a broken answer that counts for nothing": (
        _exchange(lambda rows: _bad(rows).update(stray=True), verdicts=unfound),
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
