"""Readings that count: a claim of one turns what follows another red, or the register says why it cannot.

The freedoms that name a `reading` make the reference follow that one wholly; the matrix shows that each
passes without a claim. Here each is judged under a claim of its own, and of the others.
"""

import re
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
import runs

from clausewise import contracts, matrix, scope, shipped
from clausewise.cli.books import book
from clausewise.errors import ConfigurationError
from clausewise.judge import Bench
from clausewise.model import among
from clausewise.plugin.launch import launch
from clausewise.plugin.opening import claimed, embedded
from clausewise.plugin.session import SESSION

# Several freedoms make one of its readings: test_readings_ofs.py has the matrix play them.
LATER = {"ofs-ecm"}
FAMILIES = [family for family in shipped.families() if family not in LATER]
ENTRIES = {name: known for family in FAMILIES for name, known in book(family).discrepancies.items()}
TOLD_APART = [name for name, known in ENTRIES.items() if not known.inert]
_MOST = 12  # tests that may miss what one of them must see

# Entries whose claim rests on a guess: what follows another reading is amber.
AMBER = {"ACC-08", "CDP-26", "DRAP-03"}

# What a claim in the data or the suites looks like, by the id of its entry.
MARK = r'"{0}:[a-z]"|lawful\(\s*"{0}"'


def freedoms(name):
    """Return the freedoms that follow a reading of an entry wholly, by its letter."""
    family = ENTRIES[name].family
    return {it.reading: it for it in book(family).freedoms.values() if it.discrepancy == name and it.reading}


def states(name):
    """Return how the reference can be made to read an entry: each letter with its freedom, or with none."""
    taken = freedoms(name)
    own = [letter for letter in ENTRIES[name].accepts if letter not in taken]
    return taken | dict.fromkeys(own)


@cache
def marked():
    """Return everything that may tell readings apart, as one text."""
    places = [shipped.SCHEMAS / family for family in FAMILIES]
    places += [shipped.SUITES / family.replace("-", "_") for family in FAMILIES]
    files = (path for place in places for path in place.rglob("*.*"))
    return "\n".join(path.read_text("utf-8") for path in files if path.suffix in {".yaml", ".json", ".py"})


class Claimer(matrix._Runner):
    """The pytest plugin that judges the reference in each state of each entry, under each claim of it.

    `seen` holds, by entry, state and claim, the clauses that were held against the reference, and whether
    each is red.
    """

    def __init__(self, url):
        super().__init__(matrix.Part(), lambda *_: None, url)
        self.seen = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        """Run every test once as it is, then those that an entry is about, again and again."""
        run = session.config.stash[SESSION]
        run.rehearse(self._memory)
        self._items = {item.nodeid: item for item in session.items}
        self._clean = [record for item in session.items for record in self._run(item)]
        whole = run.scope
        for name in TOLD_APART:
            tests = self._about(set(ENTRIES[name].clauses))
            for letter, claim in product(states(name), ENTRIES[name].accepts) if tests else ():
                self._claim(run, whole, name, claim)
                self.seen[name, letter, claim] = self._held(run, name, letter, claim, tests)
        return True

    def _about(self, clauses):
        """Return the tests that met these clauses: their own first, of each function one before others."""
        met = [told for told in self._clean if clauses & set(told["touched"]) and told["verdict"] == "pass"]
        met.sort(key=lambda told: (not clauses & set(told["clauses"]), told["seconds"]))
        firsts = {matrix._function(told["test"]): told["test"] for told in reversed(met)}.values()
        return sorted((told["test"] for told in met), key=lambda test: test not in firsts)

    def _held(self, run, name, letter, claim, tests):
        """Return the clauses held against a state under a claim, and whether each is red.

        What follows another reading is asked until a red one of the entry is found, if there is any.
        """
        freedom = states(name)[letter]
        self._bend(run, {**freedom.bend, "family": ENTRIES[name].family} if freedom else None)
        held = {}
        for test in tests[: _MOST if letter != claim else _MOST // 3]:
            found = {told["clause"] for told in matrix._findings(self._run(self._items[test]))}
            counted = (clause for clause in found if self._counts(clause, name, letter, claim))
            held |= {clause: matrix._firm(run, clause) for clause in counted}
            if letter != claim and any(held.values()):
                break
        return held

    @staticmethod
    def _counts(clause, name, letter, claim):
        """Tell whether a clause is the entry's, or one that a server of the claimed reading keeps."""
        if letter != claim:
            return clause in ENTRIES[name].clauses
        freedom = states(name)[letter]
        return not (freedom and among(clause, freedom.guesses))

    def _claim(self, run, whole, name, letter):
        """Let the target claim one reading, and nothing else."""
        family = ENTRIES[name].family
        target = claiming(whole.target, family, {name: letter})
        own = scope.of(replace(target, families={family: target.families[family]}), shipped.SCHEMAS)
        run.scope = replace(
            whole,
            target=target,
            contracts={**whole.contracts, **own.contracts},
            catalogues={**whole.catalogues, **own.catalogues},
        )
        run._bench = Bench.of(run.scope, self._memory, run.policy, run.key)


def claiming(target, family, readings):
    """Return a target that claims these readings of a family."""
    known = replace(target.families[family], readings=readings)
    return replace(target, families={**target.families, family: known})


def judged(folder, families, *documents):
    """Judge the reference of some families under every claim."""
    target = runs.target_at(folder, "embedded", *families)
    with embedded(claimed(target, documents), "--control") as reached:
        claimer = Claimer(next(iter(reached.families.values())).base_url)
        options = ["--target", str(target), "--run-dir", f"{folder}/run", "--plan", "proof", "--seed", "1"]
        options += [word for known in documents for word in ("--document", known)]
        launch(shipped.SUITES, [*options, "--reference-url", claimer.url], claimer)
    return claimer.seen


@pytest.fixture(scope="session")
def seen(tmp_path_factory):
    """What every entry's readings were judged as under every claim; the newer document's come first."""
    older = judged(tmp_path_factory.mktemp("older"), ["cdp"], f"cdp={runs.DOCUMENTS[1]}")
    return older | judged(tmp_path_factory.mktemp("newer"), FAMILIES)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_told_apart_or_says_why_not(name):
    """Readings that a claim decides between, each of which the reference can follow; or a reason why not."""
    known = ENTRIES[name]
    decides = bool(re.search(MARK.format(name), marked()))

    assert known.accepts
    assert set(known.accepts) <= set(known.readings)
    if known.inert:
        assert not decides, "its claim can change a verdict"
        assert not freedoms(name)
    else:
        assert decides, "nothing reads its claim"
        assert len(known.accepts) > 1
        assert set(states(name)) == set(known.accepts)
        assert list(states(name).values()).count(None) <= 1, "which one does the reference follow?"


@pytest.mark.parametrize("name", TOLD_APART)
def test_a_claim_turns_the_other_readings_red_and_leaves_its_own(name, seen):
    """What follows another reading breaks a clause of the entry; what follows the claimed one breaks none."""
    for letter, claim in product(states(name), ENTRIES[name].accepts):
        held = seen[name, letter, claim]
        told = f"reading {letter} under a claim of {claim}: {held}"
        if letter == claim:
            assert not held, told
        else:
            assert held, told
            assert any(held.values()) is (name not in AMBER), told


@pytest.mark.parametrize("name", TOLD_APART)
def test_a_claim_takes_no_clause_away(name):
    """What is judged stays the same under every claim; only what keeps it changes."""
    path = shipped.SCHEMAS / ENTRIES[name].family / "openapi.yaml"
    document = contracts.documents(path)[0]
    whole = [clause.id for clause in contracts.load(path, document).clauses]

    for letter in ENTRIES[name].accepts:
        held = contracts.load(path, document, {name: letter})
        assert [clause.id for clause in held.clauses] == whole
        assert all(outcome.forms for it in held.operations.values() for outcome in it.outcomes)


def test_a_reading_that_no_document_carries_cannot_be_claimed(tmp_path):
    """What the register does not accept is refused, with the ruling."""
    target = claimed(runs.target_at(tmp_path, "embedded", "cdp"))

    with pytest.raises(ConfigurationError, match=r"CDP-02 = 'b' is a reading that the documents do not"):
        scope.of(claiming(target, "cdp", {"CDP-02": "b"}), shipped.SCHEMAS)


def test_the_reason_is_shown_to_who_asks():
    """`clausewise clauses --discrepancies` tells of each entry whether a claim counts."""
    done = runs.inside("clauses", "--discrepancies", "--family", "int-ecm")

    assert done.stdout.count("a claim changes no verdict: ") == sum(
        bool(known.inert) for known in ENTRIES.values() if known.family == "int-ecm"
    )
