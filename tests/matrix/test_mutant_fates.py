"""What becomes of mutants: which survive, for what reason, and what is published of it."""

import json
import sqlite3
import subprocess
import sys
import tomllib

import pytest
import runs
from jsonschema import Draft202012Validator
from toy_mutants import MADE, SURVIVORS

from clausewise import mutants, mutation_testing, package_data
from clausewise.errors import ConfigurationError
from clausewise.mutants import Mutant, Reason
from clausewise.mutation_testing import MutantOutcome, MutantResult, MutationResults
from clausewise.reference.effects import Effects
from clausewise.reference.fault_injection import Answer, Faults
from clausewise.report import matrix


@pytest.mark.parametrize(
    ("how", "rows"),
    [("dropped", []), ("doubled", [1, 1, 2, 2]), ("late", [1]), ("astray", [1, 1]), ("spread", [1, 2, 1])],
)
def test_what_becomes_of_an_effect(how, rows):
    """Two calls add a row each: their answers are given, whatever is done."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    memory.execute("CREATE TABLE row (n)")
    bends = Faults([{"family": "toy", "of": "add", "effect": how}])
    effects = Effects("toy", bends, memory)

    def adding(number):
        def add():
            memory.execute("INSERT INTO row VALUES (?)", (number,))
            return Answer("add.added", 200, number)

        return add

    assert [effects.act(adding(number)).body for number in (1, 2)] == [1, 2]
    assert [n for (n,) in memory.execute("SELECT n FROM row ORDER BY rowid")] == rows
    assert bends.changed


def test_a_choice_of_mutants_is_made_by_their_ids():
    """Whatever else there is: a part, a sample and a thinner set hold the same ones each time."""
    made = list(MADE.values())
    parts = [mutants.shard(made, number, 3) for number in (1, 2, 3)]
    thinner = mutants.thin(made, len({it.group for it in made}), 1)

    assert sorted(it.id for part in parts for it in part) == sorted(MADE)
    assert mutants.sample(made[::-1], 5, 1) == mutants.sample(made, 5, 1) != mutants.sample(made, 5, 2)
    assert {it.group for it in thinner} == {it.group for it in made}
    assert len(thinner) < len(made) == len(mutants.thin(made, len(made), 1))


def fates(*ends):
    """Return a fate of each end, and the mutants that they are of."""
    told = [MutantResult(f"mutant:toy.op.yes:/f{at}:null", "toy", "null", end) for at, end in enumerate(ends)]
    return told, [Mutant(it.id, "toy", "op.yes", "null", it.id, {}) for it in told]


def test_a_survivor_without_a_reason_is_told():
    """Each kind of reason is an end of its own; what was caught or changes nothing needs none."""
    told, made = fates(
        *[MutantOutcome.UNEXPLAINED] * 3, MutantOutcome.RED, MutantOutcome.AMBER, MutantOutcome.NOT_APPLICABLE
    )
    kinds = enumerate(("allowed", "unobservable"))
    why = [Reason(f"toy.f{at}", (f"mutant:toy.*:/f{at}:*",), kind, "says who") for at, kind in kinds]

    found = mutation_testing.settled(MutationResults(made={"toy": 6}, fates=told), {"toy": why}, made)

    assert found.unexplained == ["mutant:toy.op.yes:/f2:null"]
    assert not found.holds
    assert found.unneeded == []
    assert found.tally()["toy"] == {"made": 6} | dict.fromkeys(MutantOutcome, 1)
    assert [it.reason for it in told[:3]] == ["toy.f0", "toy.f1", ""]


def test_equivalent_mutants_are_no_survivors():
    """The share is of the defects that were played: without what is allowed, or changes nothing."""
    toy = [
        MutantOutcome.RED,
        MutantOutcome.AMBER,
        MutantOutcome.UNOBSERVABLE,
        MutantOutcome.UNEXPLAINED,
        *[MutantOutcome.ALLOWED] * 7,
        MutantOutcome.NOT_APPLICABLE,
    ]
    alike = [
        MutantResult(it.id, "alike", "null", MutantOutcome.ALLOWED) for it in fates(MutantOutcome.RED)[0]
    ]
    found = MutationResults(made={"toy": 99, "alike": 1}, fates=[*fates(*toy)[0], *alike])

    assert found.shares() == {"toy": 0.5, "alike": None, "all": 0.5}
    assert found.as_json()["survivors"] == found.shares()


def test_the_shares_are_published(tmp_path):
    """Of each family and of all: a column of the page, beside what became of how many."""
    ends = [MutantOutcome.UNOBSERVABLE, *[MutantOutcome.RED] * 7, MutantOutcome.ALLOWED]
    made = MutationResults(made={"toy": 12, "idle": 3}, fates=fates(*ends)[0]).as_json()

    page = matrix.publish_mutants(made, tmp_path).read_text("utf-8")

    head = " | ".join(["family", "made", *MutantOutcome, "survive"])
    assert f"| {head} |" in page
    assert "| toy | 12 | 7 | 0 | 1 | 1 | 0 | 0 | 12.50% |" in page
    assert "| idle | 3 | 0 | 0 | 0 | 0 | 0 | 0 | - |" in page
    assert "| all | 15 | 7 | 0 | 1 | 1 | 0 | 0 | 12.50% |" in page


def test_a_test_that_breaks_is_told():
    """It ends in an error of ours, and not in a verdict, whatever other tests say of the mutant."""
    told, made = fates(MutantOutcome.RED)
    told[0].broken = ["test_x.py::test_y"]

    found = mutation_testing.settled(MutationResults(fates=told), {"toy": []}, made)

    assert found.broken == ["mutant:toy.op.yes:/f0:null: test_x.py::test_y"]
    assert not found.holds


@pytest.mark.parametrize("glob", ["mutant:toy.*:/f0:null", "mutant:toy.op.gone:*"])
def test_a_reason_that_no_survivor_needs_is_told(glob):
    """Its mutant is caught by now, or is none."""
    told, made = fates(MutantOutcome.RED)

    assert mutation_testing.settled(
        MutationResults(fates=told), {"toy": [Reason("toy.old", (glob,), "allowed", "")]}, made
    ).unneeded == ["toy.old"]


def test_a_reason_is_left_alone_while_some_of_its_mutants_were_not_played():
    """A sample tells nothing of the others."""
    told, made = fates(MutantOutcome.RED, MutantOutcome.RED)
    why = Reason("toy.all", ("mutant:toy.*",), "allowed", "")

    assert mutation_testing.settled(MutationResults(fates=told[:1]), {"toy": [why]}, made).unneeded == []


def test_a_reason_says_what_it_rests_on(tmp_path):
    """Lines, or the word silence."""
    path = tmp_path / "survivors.toml"
    told = '[[reason]]\nid = "toy.r"\nmutants = ["mutant:toy.*"]\nkind = "allowed"\nwhy = "so"\nrests_on = '

    path.write_text(told + '["toy-1:7"]\n')
    assert mutants.reasons(path) == [Reason("toy.r", ("mutant:toy.*",), "allowed", "so", ("toy-1:7",))]
    path.write_text(told + '"silence"\n')
    assert mutants.reasons(path)[0].rests_on == ()
    for bad in ('"line 7"\n', "[]\n", '["line 7"]\n'):
        path.write_text(told + bad)
        with pytest.raises(ConfigurationError, match="rests_on is"):
            mutants.reasons(path)
    assert mutants.reasons(tmp_path / "none.toml") == []


@pytest.mark.parametrize("kind", ["", 'kind = "explained"'], ids=["none", "another"])
def test_a_reason_says_of_which_kind_it_is(tmp_path, kind):
    """Whether the documents allow the mutant or no call shows it: nothing else, and never nothing."""
    path, schema = tmp_path / "survivors.toml", json.loads(SURVIVORS.read_text("utf-8"))
    told = [
        "[[reason]]",
        'id = "toy.r"',
        'mutants = ["mutant:toy.*"]',
        kind,
        'why = "so"',
        'rests_on = "silence"',
    ]
    path.write_text("\n".join(told))

    with pytest.raises(ConfigurationError, match="kind"):
        mutants.reasons(path)
    assert list(Draft202012Validator(schema).iter_errors(tomllib.loads(path.read_text())))


@pytest.mark.parametrize("family", package_data.families())
def test_the_reasons_of_a_family_are_as_their_schema_says(family):
    """A misspelt key would be a reason that nobody reads; each id stands once, in its family."""
    schema = json.loads(SURVIVORS.read_text("utf-8"))
    told = tomllib.loads((package_data.SCHEMAS / family / "survivors.toml").read_text("utf-8"))
    names = [it["id"] for it in told["reason"]]

    assert not list(Draft202012Validator(schema).iter_errors(told))
    assert len(set(names)) == len(names)
    assert all(name.startswith(f"{family}.") for name in names)


CAUGHT = "mutant:int-ecm.login.validation-error:/code:dropped"


LEFT = "mutant:int-ecm.download.image:/mediaType:half"


UNREASONED = """
import sys
from clausewise import mutants
from clausewise.cli import main
mutants.reasons = lambda path: []
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("program", "end"), [("", "allowed"), (UNREASONED, "unexplained")])
def test_mutants_are_played_on_the_reference(tmp_path, program, end):
    """A dropped code is red; a media type that no document gives may be any text, if a reason says so."""
    output, patient = tmp_path / "mutants.json", {"read_timeout": 10, "total_timeout": 20}
    target = runs.target_at(tmp_path, "embedded", "int-ecm", **patient)
    picked = [word for name in (CAUGHT, LEFT) for word in ("--defect", name)]
    start = [sys.executable, *(["-c", program] if program else ["-m", "clausewise"])]
    given = ["matrix", "--mutants", "--target", str(target), *picked, "--output", str(output)]
    done = subprocess.run([*start, *given], capture_output=True, text=True, timeout=600, check=False)

    ends = {it["id"]: it["end"] for it in json.loads(output.read_text())["fates"]}
    assert ends == {CAUGHT: "red", LEFT: end}, done.stdout
    assert done.returncode == (end == "unexplained")
    assert (f"survives without a reason: {LEFT}" in done.stdout) is (end == "unexplained")
    share = "50.00%" if end == "unexplained" else "0.00%"
    assert f"not applicable; {share} survive\nin all: {share} survive" in done.stdout


@pytest.mark.parametrize("words", [["--sample", "3"], ["--mutants", "--bank", "terse"]])
def test_options_that_do_not_fit_are_refused(words):
    """A sample is one of mutants, and these are played on the plain reference."""
    done = runs.inside("matrix", "--target", runs.REFERENCE, *words)

    assert done.returncode == 4
    assert "--mutants" in done.stderr + done.stdout
