"""The contrarian banks: what each takes exists, fits together, and is another choice than its sisters'."""

from fnmatch import fnmatchcase
from itertools import combinations

import pytest

from clausewise import banks, package_data
from clausewise.cli.catalogues import book
from clausewise.errors import ConfigurationError

pytestmark = pytest.mark.quick

KNOWN = {family: list(book(family).freedoms.values()) for family in package_data.families()}
NAMES = ["cautious", "terse", "eager"]
ONE_PER_ANSWER = ("status", "header", "media_type", "raw", "set")


def taken(name, family):
    return banks.bank(name).takes(KNOWN[family])


def choices(freedom):
    """What a freedom decides, each with its decision: a choice by name, or a part of an answer."""
    if freedom.choice:
        yield (freedom.choice, ""), freedom.id
    for step in freedom.bend.get("bend", ()):
        for verb in set(ONE_PER_ANSWER) & set(step):
            place = step[verb].lower() if verb == "header" else step[verb] if verb == "set" else ""
            yield (verb, place), repr(step.get("to", step[verb]))


def meet(one, other):
    """Whether two freedoms are about an answer that both bend, or about no answer."""
    first, second = (str(it.bend.get("answer", "*")) for it in (one, other))
    return fnmatchcase(first, second) or fnmatchcase(second, first)


def test_there_are_three_and_another_name_is_told():
    """A bank that nobody knows is refused, with the names of those that there are."""
    assert list(banks.every()) == NAMES

    with pytest.raises(ConfigurationError, match="there is cautious, terse, eager"):
        banks.bank("reckless")


@pytest.mark.parametrize("name", NAMES)
def test_every_freedom_of_a_bank_exists_and_every_family_has_some(name):
    """A glob that names nothing would be a choice that nobody takes."""
    every = [known.id for family in KNOWN for known in KNOWN[family]]

    assert not [glob for glob in banks.bank(name).freedoms if not any(fnmatchcase(it, glob) for it in every)]
    assert all(taken(name, family) for family in KNOWN)


@pytest.mark.parametrize("name", NAMES)
def test_the_freedoms_of_a_bank_do_not_contradict_each_other(name):
    """No two of them say different things about one part of one answer, or about one choice."""
    pairs = [pair for family in KNOWN for pair in combinations(taken(name, family), 2)]
    wrong = [
        (one.id, other.id)
        for one, other in pairs
        if meet(one, other)
        and any(what == said and how != told for what, how in choices(one) for said, told in choices(other))
    ]

    assert not wrong


def test_no_two_banks_take_the_same_freedom():
    """Each makes another choice everywhere."""
    mine = [{known.id for family in KNOWN for known in taken(name, family)} for name in NAMES]

    assert not [one & other for one, other in combinations(mine, 2) if one & other]
