"""Turns how a test's body ended into a verdict, and the verdict into pytest's own words."""

from __future__ import annotations

import traceback

import pytest

from clausewise.errors import (
    BudgetExhausted,
    ClausewiseError,
    NotConformant,
    NoToken,
    NoVerdict,
    OutsidePlan,
    TargetUnusable,
    Untestable,
    Unwritable,
)
from clausewise.model import Verdict
from clausewise.plugin import loans
from clausewise.plugin.session import Session
from clausewise.untrusted import visible

JUDGED = pytest.StashKey[dict[str, object]]()  # what a test that ended judged
_TIMEOUT = "from pytest-timeout"
_MARKS = {
    "spent": BudgetExhausted,
    "useless": NoToken,
    "beyond": OutsidePlan,
}  # what the record says of an untestable end


def told(session: Session | None, item: pytest.Item) -> dict[str, object]:
    """Return what a test that ended judged, and what was spent so far, for its report."""
    spent: dict[str, object] = session.budget.spending()._asdict() if session else {}
    return item.stash.get(JUDGED, {}) | spent


def not_set_up(session: Session, error: BaseException) -> None:
    """Write down the end of a test that never began."""
    judge = session.test.judge
    session.test.end()
    lacking = getattr(error, "argname", "")  # of pytest's FixtureLookupError, whose text is no sentence
    why = f"fixture {lacking!r} not found" if lacking else str(error).strip().partition("\n")[0]
    told = _cut(error) or f"the test could not be set up: {why or type(error).__name__}"
    judge.close(Verdict.ERROR, told, broken=not _cut(error))


def _cut(error: BaseException) -> str:
    """Say that pytest-timeout cut a test short, which is nobody's fault in here; '' where it did not."""
    if isinstance(error, BaseExceptionGroup):  # Hypothesis tried again, was not cut, and wrapped what cut it
        return next(filter(None, (_cut(it.__cause__ or it) for it in error.exceptions)), "")
    told = str(error).strip().partition("\n")[0]
    cut = isinstance(error, pytest.fail.Exception) and _TIMEOUT in told
    return f"the test was cut short: {told}" if cut else ""


class Body:
    """One test's body, from its start to its verdict."""

    def __init__(self, session: Session, item: pytest.Function) -> None:
        self._session = session
        self._item = item
        self._judge = session.test.judge

    def ended(self, error: BaseException | None) -> None:
        """Close the judge; raises what pytest shows: a failure, an expected one (amber), or a skip."""
        judge = self._judge
        judge.flush()
        self._session.test.end()
        error = error or (Untestable(judge.unseen) if judge.unseen else None)
        if judge.broken or error is None:
            self._session.shared.counterexamples.ended(judge.test, failed=judge.broken)
        try:
            self._close(error)
        except NotConformant as broken:
            if isinstance(error, KeyboardInterrupt):
                return
            if broken.red:
                raise pytest.fail.Exception(str(broken), pytrace=False) from None
            raise pytest.xfail.Exception(f"amber: {broken}") from None
        except (NoVerdict, BudgetExhausted) as late:
            told = visible(judge.bench.masker.text(str(late)))
            if isinstance(late, BudgetExhausted):
                raise pytest.skip.Exception(f"untestable: {told}") from None
            raise pytest.fail.Exception(f"error: {told}", pytrace=False) from None
        except Unwritable as full:
            self._session.lose(full, self._item.session)
            raise pytest.fail.Exception(f"error: {self._session.lost}", pytrace=False) from None
        finally:
            self._item.stash[JUDGED] = judge.told
            self._item.stash[loans.WELL] = error is None and not judge.broken
            if error:  # its frames hold the test's answers, and would until all garbage is collected
                traceback.clear_frames(error.__traceback__)
        if isinstance(error, Untestable):
            raise pytest.skip.Exception(
                f"untestable: {visible(judge.bench.masker.text(str(error)))}"
            ) from None

    def _close(self, error: BaseException | None) -> None:
        judge = self._judge
        if error is None and not judge.judged:
            text = "the test is marked with clauses but never judged"
            judge.close(Verdict.ERROR, text, broken=True)
            raise pytest.fail.Exception(f"{self._item.nodeid}: {text}.", pytrace=False)
        if error is None:
            judge.close()
        elif isinstance(error, NotConformant):
            if not judge.broken:
                judge.fault(str(error))
            judge.close(finished=False)
        elif isinstance(error, Untestable):
            marks = {name: True for name, kind in _MARKS.items() if isinstance(error, kind)}
            judge.close(Verdict.UNTESTABLE, str(error), **marks)
        elif isinstance(error, NoVerdict | TargetUnusable):
            self._error(error)
        elif isinstance(error, Unwritable):
            raise error
        else:
            self._broke(error)

    def _error(self, error: ClausewiseError) -> None:
        unusable = isinstance(error, TargetUnusable)
        if unusable:
            self._session.give_up(self._item.session, visible(self._judge.bench.masker.text(str(error))))
        self._judge.close(Verdict.ERROR, str(error), unusable=unusable)
        raise pytest.fail.Exception(
            f"error: {visible(self._judge.bench.masker.text(str(error)))}", pytrace=False
        )

    def _broke(self, error: BaseException) -> None:
        """Take a test that breaks on a broken answer as done, judged before or not; else the fault is ours.

        What Ctrl-C cuts short has no verdict, but for what was already found.
        """
        judge, cut_short = self._judge, isinstance(error, KeyboardInterrupt)
        if told := _cut(error):
            judge.rest(())
        if not (cut_short or told or judge.rest(()) or judge.broken):
            judge.fault(
                f"an answer that no document describes: the test broke on it ({type(error).__name__})"
            )
        if judge.broken:
            judge.close(finished=False)
        elif judge.masked and not (told or cut_short):
            judge.close(Verdict.UNTESTABLE, f"the test cannot go on with what the target masks: {error!r}")
        elif told:
            judge.close(Verdict.ERROR, told)
        elif not cut_short:
            judge.close(Verdict.ERROR, f"the test itself broke: {error!r}", broken=True)
