"""Fault hooks of a target file: which faults a pattern fits, and what is refused."""

from pathlib import Path

import pytest
from good_target import GOOD

from clausewise import doctor, families, scope
from clausewise.errors import ConfigurationError, Untestable

pytestmark = pytest.mark.quick


def test_a_hook_may_take_its_value_from_elsewhere(load):
    """It is known for masking then."""
    hook = '[families.cdp.faults.x]\nheader = "X-Api-Key"\nvalue = { env = "CLAUSEWISE_TEST_PASSWORD" }\n'
    target = load(GOOD + hook)

    assert target.families["cdp"].fault("x") == ("X-Api-Key", "a-made-up-password")


def test_one_hook_may_serve_every_fault(load):
    """A hook named * provides each fault role, and its value is told which fault is meant."""
    hook = '[families.cdp.faults."*"]\nheader = "X-Fault"\nvalue = "please {fault}"\n'
    family = load(GOOD + hook).families["cdp"]

    assert family.has("fault.saveEvents.no-connection")
    assert family.fault("saveEvents.no-connection") == ("X-Fault", "please saveEvents.no-connection")


def test_a_missing_hook_makes_a_test_untestable(load):
    """Without a hook the fault is named."""
    with pytest.raises(Untestable, match=r"faults\] entry 'lookup'"):
        load(GOOD).families["cdp"].fault("lookup")


PATTERNS = """
[families.cdp.faults]
header = "X-Inject"
"*" = "all {name} {*}"
"insert-*" = "insert:{table}"
"saveEvents.insert-*" = "events:{*}"
"saveEvents.insert-entity" = "entity {fault}"
"""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("saveCases.insert-fcc-precase", "insert:fcc-precase"),
        ("saveEvents.insert-fcc-precase", "events:fcc-precase"),
        ("saveEvents.insert-entity", "entity saveEvents.insert-entity"),
        ("saveEvents.delete-entity", "all saveEvents.delete-entity delete-entity"),
    ],
)
def test_a_pattern_gives_every_fault_that_it_fits_a_hook(load, name, value):
    """The fault's own name wins, then the pattern that says most; placeholders are filled in."""
    family = load(GOOD + PATTERNS).families["cdp"]

    assert family.has(f"fault.{name}")
    assert family.fault(name) == ("X-Inject", value)


def test_a_pattern_gives_no_other_fault_a_hook(load):
    """What no key fits stays untestable."""
    family = load(GOOD + PATTERNS.replace('"*"', '"update-*"')).families["cdp"]

    assert not family.has("fault.saveEvents.delete-entity")


def test_a_hook_of_its_own_header_beats_the_common_one(load):
    """A table names its header; the others have that of all."""
    own = '[families.cdp.faults."a.b"]\nheader = "X-Own"\nvalue = "1"\n'
    family = load(GOOD + PATTERNS + own).families["cdp"]

    assert family.fault("a.b") == ("X-Own", "1")


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        ('"onboardCustomer.internal-eror" = "x"', "did you mean 'onboardCustomer.internal-error'?"),
        ('"zzz" = "x"', "'zzz' is no fault that the documents name; did you mean"),
        ('"insert-*" = "x"', "'insert-*' fits no fault's name; `clausewise init` lists the names."),
        ('"onboard*" = "x"', "'onboard*' fits no fault's name"),
        ('"*a*e*" = "x"', "has more than 2 stars"),
        (
            '"internal-*" = "x"\n"*nal-error" = "y"\n"*-error" = "z"',
            "'internal-*' and '*nal-error' both fit the fault 'onboardCustomer.internal-error'",
        ),
    ],
)
def test_a_hook_for_no_fault_of_the_family_is_one_sentence(load, hooks, said):
    """A misspelt name, a pattern that fits nothing, two that fit alike."""
    text = f'{GOOD}[families.cdp.faults]\nheader = "X-Fault"\n{hooks}\n'
    with pytest.raises(ConfigurationError) as caught:
        scope.of(load(text))

    assert said in str(caught.value)
    assert "target.toml: [families.cdp.faults]" in str(caught.value)


def test_a_name_of_its_own_settles_what_two_patterns_fit_alike(load):
    """A pattern that fits both faults of the family, and another of the same length."""
    hooks = 'header = "X-Fault"\n"internal-*" = "a"\n"*nal-error" = "b"\n'
    own = '"onboardCustomer.internal-error" = "c"\n"validateCustomer.internal-error" = "d"\n'

    known = scope.of(load(f"{GOOD}[families.cdp.faults]\n{hooks}{own}"))

    assert known.target.families["cdp"].fault("onboardCustomer.internal-error") == ("X-Fault", "c")


def test_a_hook_without_a_header_is_one_sentence(load):
    """A value alone takes the header of all, so there must be one."""
    with pytest.raises(ConfigurationError, match=r"'a\.b' has no header; give it one, or write header ="):
        load(GOOD + '[families.cdp.faults]\n"a.b" = "x"\n')


def test_a_common_header_that_holds_a_secret_takes_no_inline_value(load):
    """A short line hides no more than a table."""
    with pytest.raises(ConfigurationError, match="holds its value inline") as caught:
        load(GOOD + '[families.cdp.faults]\nheader = "X-Api-Key"\n"a.b" = "hunter2"\n')

    assert "hunter2" not in str(caught.value)


def test_every_fault_name_stands_in_the_starter():
    """A vendor with names of its own learns ours without a run, and patterns can be tried at once."""
    told = doctor.starter([families.family("ofs-ecm")], Path())

    names = scope.faults(families.family("ofs-ecm"))
    words = set(told.split())
    assert len(names) > 150
    assert {name.partition(".")[0] + "." for name in names} <= words
    assert {name.partition(".")[2] for name in names} <= words
    assert '# "*" = "{name}"' in told
