"""What others wrote stays text wherever it is shown."""

import re

import pytest

from clausewise.report import pages
from clausewise.untrusted import cell, fenced, printable, visible

pytestmark = pytest.mark.quick

COMMANDS = [
    "##vso[task.setvariable variable=x]y",
    "said ##vso[task.complete]",
    "##[error]broken",
    "##teamcity[buildStatus status='SUCCESS']",
    "::error file=a::broken",
    "first\n  ::set-output name=a::b",
    "##VSO[task.complete]",
]
LIVE = [
    "![x](https://evil.example.com/x.png)",
    "[click](https://evil.example.com)",
    "see https://evil.example.com",
    "www.evil.example.com",
    "@somebody, have a look",
    "closes #12 and GH-13",
    "<img src=x onerror=alert(1)>",
    "&#x40;somebody",
    "a | b ` c",
]


@pytest.mark.parametrize("text", COMMANDS)
@pytest.mark.parametrize("show", [visible, printable, cell, fenced])
def test_no_build_server_obeys_an_answer(text, show):
    """Neither Azure, nor GitHub, nor TeamCity finds a command of theirs in a line."""
    told = show(text)

    assert not re.search(r"##\[|##vso\[|##teamcity\[", told, re.IGNORECASE)
    assert not re.search(r"^\s*`?::", told, re.MULTILINE)


@pytest.mark.parametrize("text", LIVE)
def test_nothing_of_an_answer_is_live_in_a_summary(text):
    """Images, links, mentions and references stand as code, from which nothing breaks out."""
    told = cell(text)

    code = re.fullmatch(r"`([^`]*)`", told)
    assert code or not re.search(r"[\[\]@]|://|www\.|[#!]\d|GH-\d|&#", told)
    assert "<" not in told
    assert not re.search(r"(?<!\\)\|", told)


def test_what_is_no_command_and_not_live_stays_as_it_is():
    """Two colons and number signs within words, tabs, line ends, an ordinary sentence."""
    for text in (
        "a::b",
        "C# and #",
        "1\t2\n3",
        "HTTP 400 (Bad Request) instead of 200, see /data/0/first_name",
    ):
        assert visible(text) == text
    assert cell("HTTP 400 instead of 200") == "HTTP 400 instead of 200"


def test_one_place_serves_all():
    """The pages' filters are those functions."""
    filters = pages._environment(autoescape=False).filters

    assert (filters["cell"], filters["visible"], filters["fenced"]) == (cell, visible, fenced)
