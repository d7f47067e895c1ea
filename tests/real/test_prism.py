"""Prism plays our own contracts: what it answers by them passes; what only a bank with a memory does is red.

Its validator is a second judge: a header of each answer that it makes says whether that breaks the contract.
"""

import json
import re
import shutil

import pytest
import runs
import tomlkit
import yaml
from strangers import exchanges, free_port, judged, started

from clausewise import package_data
from clausewise.contracts import overlays
from clausewise.model import among

PRISM = shutil.which("prism")
pytestmark = pytest.mark.skipif(not PRISM, reason="@stoplight/prism-cli is not installed: make test-all")

CLAIMED = {"cdp": "cdp-2023", "ofs-ecm": runs.ECM, "int-ecm": "int-ecm", "account-service": "account-service"}
SHAPES = {"response-field", "facet"}
ECHOED = "*.Event Id(s)"  # the ids of the very events that were sent
# What is left to do for a server that makes each answer up: the documented clauses of other kinds.
MEMORY = {"answer", "auth", "example", "flow", "request-field", "rule"}


def contract(family, folder):
    """Write the family's contract as its target claims it: gaps filled, answers of other documents gone."""
    home = package_data.SCHEMAS / family
    document = yaml.safe_load((home / "openapi.yaml").read_text())
    if (home / "assumed.overlay.yaml").exists():
        document = overlays.read(home / "assumed.overlay.yaml").apply(document)
    if (home / "bodies").exists():
        shutil.copytree(home / "bodies", folder / "bodies")
    path = folder / "openapi.yaml"
    path.write_text(yaml.safe_dump(_claimed(document, CLAIMED[family]), sort_keys=False))
    return path


def _claimed(node, document):
    if isinstance(node, dict):
        return {key: _claimed(value, document) for key, value in node.items()}
    if isinstance(node, list):
        own = [it for it in node if not isinstance(it, dict) or document in it.get("x-documents", [document])]
        return [_claimed(it, document) for it in own]
    return node


def played(folder, family, how, options):
    """Judge Prism, which answers as `how` says; return the process, the results and the target file."""
    port = free_port()
    command = [PRISM, "mock", "--verboseLevel", "warn", "--port", str(port), *how, contract(family, folder)]
    with started(command, port, folder / "log") as url:
        target = runs.target_at(folder, url, family, read_timeout=10, total_timeout=20)
        told = tomlkit.parse(target.read_text())
        told["families"][family].get("fixtures", {}).pop("url.long", None)  # Node.js takes 16 kB of headers
        target.write_text(tomlkit.dumps(told))
        return *judged(target, "--plan", "proof", *options), target


def denied(told, where):
    """Tell whether Prism itself says that its answer is wrong at that place, or made it by no contract."""
    headers = {name.lower(): value for name, value in told["response"]["headers"]}
    by_itself = "problem+json" in headers["content-type"] or told.get("raw")
    return by_itself or where in {_place(it) for it in json.loads(headers.get("sl-violations", "[]"))}


def _place(violation):
    """Return the JSON pointer of a violation in an answer; of one in a request none that anybody finds."""
    side, *_ = path = violation["location"]
    lacking = re.findall(r"required property '(.+)'", violation["message"])
    return "/".join(["" if side == "response" else side, *map(str, path[2:]), *lacking])


LISTS = ["--operation", "getTrustedPairsList", "--operation", "getSuppressionRulesList"]
PLAYS = [
    pytest.param("cdp", [], [], 240, id="cdp"),
    pytest.param("cdp", ["--dynamic", "--seed", "5"], [], 150, id="cdp-made-up"),
    pytest.param("ofs-ecm", [], ["--plan", "smoke"], 220, id="ofs-ecm"),
    pytest.param("ofs-ecm", ["--dynamic", "--seed", "1"], LISTS, 90, id="ofs-ecm-made-up"),
    pytest.param("int-ecm", [], [], 8, id="int-ecm"),
    pytest.param("int-ecm", ["--dynamic", "--seed", "2"], [], 8, id="int-ecm-made-up"),
    pytest.param("account-service", [], [], 70, id="account-service"),
    pytest.param("account-service", ["--dynamic", "--seed", "3"], [], 70, id="account-service-made-up"),
]


@pytest.mark.parametrize(("family", "how", "options", "least"), PLAYS)
def test_prism_and_we_agree_on_every_shape(tmp_path, family, how, options, least):
    """No field is red that Prism's own validator lets pass; the rest has a line, a finding and no crash."""
    done, results, target = played(tmp_path, family, how, options)

    assert done.returncode in {0, 1, 2}, done.stdout
    answers = {told["id"]: told for told in exchanges(target)}
    clauses = {row["id"]: row for row in results["clauses"]}
    assert [row["reason"] for row in clauses.values() if row["verdict"] == "error"] == []
    shapes = [bad for bad in results["findings"] if clauses[bad["clause"]]["kind"] in SHAPES]
    shapes = [bad for bad in shapes if not among(bad["clause"], [ECHOED])]
    assert [bad for bad in shapes if not denied(answers[bad["exchange"]], bad["where"])] == []
    kept = [row for row in clauses.values() if row["kind"] in SHAPES and row["verdict"] == "pass"]
    assert len(kept) >= least

    for bad in [bad for bad in results["findings"] if bad["colour"] == "red"]:
        clause = clauses[bad["clause"]]
        assert clause["standing"] == "documented"
        assert clause["sources"][0]["line"]
        assert clause["kind"] in MEMORY | SHAPES
        assert bad["expected"] != bad["actual"]
