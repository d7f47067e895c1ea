"""Whatever file or argument a user hands in is read, or refused in a sentence: no traceback, no hang.

`make test` tries a few examples of each input, always the same; `make soak` tries new ones for SOAK_MINUTES.
"""

import os
import shutil
import time

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from inputs import INPUTS


def tried(name, good, house, **more):
    """Try one input's property on examples; return how many."""
    attempt, count = INPUTS[name][0], 0

    @settings(
        deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), **more
    )
    @given(st.data())
    def holds(data):
        nonlocal count
        count += 1
        folder = house / "input" / str(count % 2)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        attempt(data, good, folder)
        assert sorted(path.name for path in house.iterdir()) == ["here", "input", "temporary"]
        assert not list((house / "temporary").iterdir())

    if "derandomize" not in more:
        holds = seed(int.from_bytes(os.urandom(8)))(holds)
    holds()
    return count


@pytest.mark.parametrize("name", INPUTS)
def test_a_spoilt_input_is_read_or_refused_in_a_sentence(name, good, house):
    """A few examples of each input, the same ones every time."""
    assert tried(name, good, house, derandomize=True, max_examples=INPUTS[name][1])


@pytest.mark.soak
@pytest.mark.parametrize("name", INPUTS)
def test_new_spoilt_inputs_for_an_hour(name, good, house, record_property):
    """New examples for this input's share of SOAK_MINUTES."""
    end = time.monotonic() + float(os.environ.get("SOAK_MINUTES", "60")) * 60 / len(INPUTS)
    count = 0
    while time.monotonic() < end:
        count += tried(name, good, house, max_examples=INPUTS[name][1])
    record_property("examples", count)
