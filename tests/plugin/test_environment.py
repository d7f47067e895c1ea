"""A run takes what the environment has, and says of what it could not exercise what to provide."""

import pytest
import tomlkit
from runs import REFERENCE, clausewise, free, target_at, untestable, verdicts, without

from clausewise import catalogue, package_data, scope
from clausewise.model import among
from clausewise.plugin.startup import claimed

ACCOUNTS = "account-service"
HELD = f"{ACCOUNTS}.law.*held*", f"{ACCOUNTS}.law.others*", f"{ACCOUNTS}.create-nice-hold-acct.*"


@pytest.mark.parametrize("given", [False, True], ids=["nothing", "patterns"])
def test_one_number_on_offer_will_do(tmp_path, given):
    """Where a pattern has one number, only the clause on two lacks one, and the owner's patterns give it."""
    with free(ACCOUNTS, "free.offers-one") as url:
        target = target_at(tmp_path, url, ACCOUNTS)
        if not given:
            without(target, ACCOUNTS, "nice.patterns")
        clausewise(
            "run", "--target", target, "--run-dir", tmp_path / "run", *(f"--clause={it}" for it in HELD)
        )

    left = untestable(tmp_path / "run")
    assert list(left) == ([] if given else [f"{ACCOUNTS}.law.others-still-offered"])
    assert all("nice.patterns" in reason for reason in left.values())
    assert list(verdicts(tmp_path / "run").values()).count("pass") >= 26


@pytest.mark.parametrize(
    ("family", "role", "clauses"),
    [
        ("cdp", "customer.active", ["cdp.lookup.active-customer", "cdp.get.active-customer*"]),
        ("int-ecm", "document.portrait", ["int-ecm.download.stored-portrait"]),
        ("ofs-ecm", "case.open", ["ofs-ecm.*.cases-are-apart", "ofs-ecm.saveEventsAndExtendToCase.cases-*"]),
        ("ofs-ecm", "url.long", ["ofs-ecm.ecmUploadFile.comment-*64k"]),
        (ACCOUNTS, "nice.patterns", HELD),
    ],
)
def test_the_run_makes_what_nobody_gave(tmp_path, family, role, clauses):
    """The reference's file without a fixture that the run gets along without: it judges no clause less."""
    target = target_at(tmp_path, "embedded", family)
    whole = _judged(tmp_path / "whole", target, clauses)

    less = _judged(tmp_path / "less", without(target, family, role), clauses)

    needs = {known.id: known for known in catalogue.roles(package_data.SCHEMAS / family / "roles.toml")}
    assert whole
    assert [name for name in whole - less if not among(name, needs[role].shows)] == []


@pytest.mark.parametrize("family", ["cdp", "int-ecm"])
def test_a_log_in_whose_tokens_live_briefly_will_do(tmp_path, family):
    """Where those of the default log-in live no longer than a test may wait, no other log-in is needed."""
    target = target_at(tmp_path, "embedded", family, max_wait=5)
    told = tomlkit.parse(target.read_text())
    credentials = told["families"][family]["credentials"]
    credentials["default"] = credentials.pop("short_lived")
    target.write_text(tomlkit.dumps(told))

    judged = _judged(tmp_path / "run", target, ["*.refuses-expired-token", "*.good-while-young"])

    assert len([name for name in judged if name.endswith("refuses-expired-token")]) >= 2


def test_every_role_that_a_run_gets_along_without_is_tried():
    """The tests above have a line for each of them."""
    spared = {(family, role) for family, roles in _scope().spared.items() for role in roles}

    [made] = test_the_run_makes_what_nobody_gave.pytestmark
    [briefly] = test_a_log_in_whose_tokens_live_briefly_will_do.pytestmark
    tried = {(family, role) for family, role, _ in made.args[1]}
    assert tried | {(family, "credentials.short_lived") for family in briefly.args[1]} == spared


def _judged(run, target, clauses):
    clausewise("run", "--target", target, "--run-dir", run, *(f"--clause={name}" for name in clauses))
    return {name for name, verdict in verdicts(run).items() if verdict == "pass"}


def _scope():
    return scope.of(claimed(REFERENCE))
