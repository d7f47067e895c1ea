"""One pytest session against one reference target, whose tests are run again and again as it is bent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

import pytest
import requests
from _pytest.runner import runtestprotocol

from clausewise import families
from clausewise.errors import ConfigurationError
from clausewise.plugin import loans
from clausewise.plugin.launch import launch
from clausewise.plugin.session import SESSION, Session
from clausewise.plugin.startup import claimed, embedded

_SEED = "1"  # the proof must come out the same every time
_PATIENT = 60  # seconds for the reference to take a bend, on a machine with much else to do

Record = Mapping[str, Any]
Tell = Callable[[str, int, int], None]


class _Memory:
    """A journal that only remembers the last verdicts, and exchanges, in short or `whole`, where asked to."""

    def __init__(self) -> None:
        self.verdicts: list[Record] = []
        self.exchanges: list[Record] | None = None
        self.whole: list[Record] | None = None

    def exchange(self, record: Record) -> None:
        """Forget the exchange, or remember what was sent and how it was taken, without the answer's body."""
        if self.whole is not None:
            self.whole.append(record)
        if self.exchanges is not None:
            kept = {key: record[key] for key in ("id", "family", "operation", "test", "expected", "matched")}
            sent = {key: record["request"][key] for key in ("url", "body")}
            self.exchanges.append(
                kept | {"request": sent, "response": {"status": record["response"]["status"]}}
            )

    def verdict(self, record: Record) -> None:
        """Remember one test's record."""
        self.verdicts.append(record)

    def close(self) -> None:
        """There is nothing to close."""


class MatrixSession:
    """The pytest plugin that runs tests again and again, with another bend switched on each time."""

    second_hand: ClassVar[bool] = False  # whether a test begins with things that it used before itself

    def __init__(self, tell: Tell, url: str) -> None:
        self.url = url
        self._control = requests.Session()
        self._tell = tell
        self._memory = _Memory()
        self._items: dict[str, pytest.Item] = {}
        self._clean: list[Record] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Let no failure be drawn: thousands are to come, and only their findings are read."""
        assert call.when != "collect"  # which has another hook
        outcome: Literal["failed", "passed"] = "failed" if call.excinfo else "passed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of pytest's own loop."""
        own = session.config.stash[SESSION]
        own.rehearse(self._memory)
        self._items = {item.nodeid: item for item in session.items}
        self.play(own, session.items)
        self._bend(own)
        return True

    def play(self, session: Session, items: Sequence[pytest.Item]) -> None:
        """Run what is to be run, and remember what came of it."""
        raise NotImplementedError

    def _unclean(self, session: Session, *, firm_only: bool = False) -> list[str]:
        """Return what is red or broken without a bend; on a whole bank guesses do not count."""
        errors = [f"{told['test']}: {told['reason']}" for told in self._clean if told["verdict"] == "error"]
        broken = [
            f"{told['clause']}: {told['actual']}"
            for told in findings(self._clean)
            if not firm_only or firm(session, told["clause"])
        ]
        return [*broken, *errors]  # what a call that got no answer left unproven is told

    def _run(self, item: pytest.Item) -> list[Record]:
        item.stash[loans.AGAIN] = False
        told = self._once(item)
        if self.second_hand and loans.second_hand(item):
            told = self._once(item)
        return told

    def _once(self, item: pytest.Item) -> list[Record]:
        self._memory.verdicts.clear()
        item.config.stash[SESSION].shared.expiry.forget()  # each test alone, and as long as it takes alone
        runtestprotocol(item, log=False, nextitem=None)
        return list(self._memory.verdicts)

    def _bend(self, session: Session, *bends: Mapping[str, Any]) -> None:
        """Switch the reference, and begin anew: no log-in and no unique value outlives a bend."""
        session.forget()
        asked = [dict(bend) for bend in bends]
        told = self._control.put(f"{self.url}/__control__/bend", json=asked, timeout=_PATIENT)
        told.raise_for_status()

    def _ask(self, what: str) -> Any:
        """Ask the reference for what its control endpoint tells."""
        told = self._control.get(f"{self.url}/__control__/{what}", timeout=_PATIENT)
        told.raise_for_status()
        return told.json()


Played = TypeVar("Played", bound=MatrixSession)


def staged(
    target: Path, documents: Sequence[str], folder: Path, make: Callable[[str], Played], *, bank: str = ""
) -> Played:
    """Play on the embedded reference, or as it is a `bank`; return the stage that `make` makes for its URL.

    Raises ConfigurationError for a target that is not the embedded reference.
    """
    known = claimed(target, documents)
    homes = [families.family(name, str(target)) for name in known.families]
    for home in homes:
        home.check_plays()
    if set(known.embedded) != set(known.families):
        raise ConfigurationError(
            f"{target}: the matrix bends the embedded reference; every base_url must say so."
        )
    with embedded(known, "--control", *(["--bank", bank] if bank else [])) as reached:
        played = next(iter(reached.families.values())).base_url
        stage = make("/".join(played.split("/")[:3]))  # a foreign family is played below a path of its own
        options = ["--target", str(target), "--run-dir", str(folder), "--plan", "proof", "--seed", _SEED]
        options += [word for claim in documents for word in ("--document", claim)]
        options += ["--reference-url", stage.url]
        code = launch(families.suites(homes), options, stage)
    if not stage._items:  # noqa: SLF001 - its own module
        raise ConfigurationError(f"The suites could not be run (pytest ended with {code!s}).")
    return stage


def firm(session: Session, clause: str) -> bool:
    """Tell whether a clause is a document's or agreed to, and no guess."""
    known = session.run.scope.clause(clause)
    return known is not None and known.standing.firm


def function(test: str) -> str:
    """Return the test function of a test, whatever its parameters."""
    return test.partition("[")[0]


def findings(records: Iterable[Record]) -> list[Record]:
    """Return all that some tests found."""
    return [told for record in records for told in record["findings"]]
