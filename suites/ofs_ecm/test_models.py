"""Cases and what is in them, events and their codes, whatever comes in whatever order."""

from itertools import permutations, product
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from clausewise import Model, clause, holds, outcome

from .samples import event, events, extending
from .steps import ADD, EVENTS, EXTEND, GOOD, ITEMS, REPEATED, bare, batch, code, new, promote


def _some(count, most):
    """Return every way to name some of the first numbers, one at least, in any order; the simplest first."""
    return [picks for many in range(1, most + 1) for picks in map(list, permutations(range(count), many))]


THINGS = st.sampled_from(list(product(_some(2, 2), _some(3, 3))))


class Content(Model):
    """Two cases, and what is in each of them, of four kinds and three ids of each."""

    # Of each kind: what is there already stands before what is new, in one case and in the case before;
    # likewise what is gone; and what was removed is added again.
    path = (
        ("two_cases", {}),
        *[
            (rule, {"kind": kind, "things": things})
            for kind in ADD
            for rule, things in [
                *product(("add", "remove"), [([0], [0]), ([0, 1], [0, 1]), ([0], [2]), ([0, 1], [2])]),
                ("add", ([0, 1], [0, 1, 2])),
            ]
        ],
    )

    @initialize()
    def two_cases(self):
        """Open two cases of their own."""
        self.cases = [promote(self.api, self.unique) for _ in range(2)]
        self.names = {kind: [code(self.unique) for _ in range(3)] for kind in ADD}
        self.held: dict[Any, set[str]] = {(case, kind): set() for case in range(2) for kind in ADD}

    @rule(kind=st.sampled_from(ADD), things=THINGS)
    def add(self, kind, things):
        """Add several items to one case or both: what is there already fails, the rest succeeds."""
        at, picks = things
        self._call(kind, kind, at, picks, new, lambda case, name: name not in self.held[case, kind])
        for case in at:
            self.held[case, kind] |= {self.names[kind][pick] for pick in picks}

    @rule(kind=st.sampled_from(ADD), things=THINGS)
    def remove(self, kind, things):
        """Remove several items from one case or both: what is not there fails, the rest succeeds."""
        at, picks = things
        service = kind.replace("add", "remove")
        self._call(service, kind, at, picks, bare, lambda case, name: name in self.held[case, kind])
        for case in at:
            self.held[case, kind] -= {self.names[kind][pick] for pick in picks}

    def _call(self, service, kind, at, picks, make, succeeds):  # noqa: PLR0917 - one call
        names = [self.names[kind][pick] for pick in picks]
        request = [batch(service, self.cases[case], *(make(service, name) for name in names)) for case in at]
        wanted = [["SUCCESS" if succeeds(case, name) else "FAILED" for name in names] for case in at]
        answer = self.api.call(service, request)
        flat = {status for statuses in wanted for status in statuses}
        whole = "partly-successful" if len(flat) > 1 else "successful" if "SUCCESS" in flat else "failed"
        actual = [
            [item.get("STATUS") for item in _records(entry, ITEMS[service][0])]
            for entry in _records(answer.json, "RESULTARRAY")
        ]
        same = holds(actual == wanted, expected=str(wanted), actual=actual, where="/RESULTARRAY")
        self.expect(f"{service} {picks} in {at}", answer, outcome(whole), same)


class Codes(Model):
    """The event codes that are in use, and a case to extend."""

    # Each service takes a code, and the others see that it is taken. Then each is sent a new one beside one
    # that is taken, and the new one alone (ECM-47).
    path = (
        ("a_case", {}),
        *[
            ("save", {"service": service, "picks": [at]})
            for at in range(len(EVENTS))
            for service in [*EVENTS[at:], *EVENTS[:at]]
        ],
        *[
            ("save", {"service": service, "picks": picks})
            for at, service in enumerate(EVENTS, 4)
            for picks in ([0, at], [at])
        ],
    )

    @initialize()
    def a_case(self):
        """Open a case to extend."""
        self.case = promote(self.api, self.unique)
        self.codes = [code(self.unique) for _ in range(7)]  # chance takes the first four
        self.used, self.open = set(), set()

    @rule(service=st.sampled_from(EVENTS), picks=st.sampled_from(_some(4, 2)))
    def save(self, service, picks):
        """Save one event or two: all of them, or none where one code is in use.

        What else is in a call that is refused for one code may be saved or not, unless the target claims one
        of the two (ECM-47); such a code is left alone.
        """
        names = [self.codes[pick] for pick in picks]
        if self.open & set(names):
            return
        some = [event(name) for name in names]
        answer = self.api.call(
            service, extending(self.api, self.case, *some) if service == EXTEND else events(*some)
        )
        repeated = bool(self.used & set(names))
        refused = self.target.lawful("ECM-40", **REPEATED)
        self.expect(f"{service} {picks}", answer, outcome(*(refused if repeated else [GOOD[service]])))
        claimed = self.target.readings.get("ECM-47")
        if not repeated or claimed == "b":
            self.used |= set(names)
        elif claimed is None:
            self.open |= set(names) - self.used


def _records(holder, key):
    """Return the records of a list, nothing where there is none: the answer's own clauses tell that."""
    told = holder.get(key) if isinstance(holder, dict) else None
    return [entry for entry in told if isinstance(entry, dict)] if isinstance(told, list) else []


@clause("ofs-ecm.model.case-content")
def test_a_case_holds_what_was_added_and_not_removed(walk):
    """Several items and cases per call, interleaved: each entry says what the case's content makes of it."""
    walk(Content)


@clause("ofs-ecm.model.events")
def test_a_code_is_taken_once(walk):
    """Whichever service saves an event, its code is in use from then on, for all three."""
    walk(Codes)
