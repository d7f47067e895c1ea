"""A run takes what the environment has, and says of what it could not exercise what to provide."""

import pytest
from runs import clausewise, free, target_at, untestable, verdicts, without

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
