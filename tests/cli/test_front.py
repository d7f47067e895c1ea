"""The front door: what suites import, and what a command starts with."""

import subprocess
import sys

import pytest

import clausewise

pytestmark = pytest.mark.quick

LIGHT = "import sys, clausewise.cli, clausewise.cli.serve; print(*sys.modules)"


@pytest.mark.parametrize("name", clausewise.__all__)
def test_a_suite_gets_what_the_front_door_offers(name):
    """Each name leads to a thing, imported when it is asked for."""
    assert getattr(clausewise, name)


def test_what_the_front_door_lacks_is_an_attribute_error():
    """As of any module, so that `hasattr` and submodules work."""
    assert not hasattr(clausewise, "nothing")
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        from clausewise import nothing  # type: ignore[attr-defined]  # noqa: F401, PLC0415


def test_the_reference_starts_without_what_judges():
    """A run waits for it: none of the libraries that generate, call or report is imported."""
    told = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True)

    assert not {"hypothesis", "pytest", "requests", "jsonschema", "jinja2"} & set(told.stdout.split())
