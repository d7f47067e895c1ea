"""Turns how a test's body ended into a verdict, and the verdict into pytest's own words."""

from __future__ import annotations

import traceback

import pytest

from clausewise.errors import (
    Beyond,
    ClausewiseError,
    NotConformant,
    NoToken,
    NoVerdict,
    Spent,
    TargetUnusable,
    Untestable,
    Unwritable,
)
from clausewise.foreign import visible
from clausewise.model import Verdict
from clausewise.plugin.session import Session

JUDGED = pytest.StashKey[dict[str, object]]()  # what a test that ended judged
_TIMEOUT = "from pytest-timeout"
_MARKS = {"spent": Spent, "useless": NoToken, "beyond": Beyond}  # what the record says of an untestable end


def not_set_up(session: Session, bad: BaseException) -> None:
    """Write down the end of a test that never began."""
    judge = session.judge
    session.shut()
    lacking = getattr(bad, "argname", "")  # of pytest's FixtureLookupError, whose text is no sentence
    why = f"fixture {lacking!r} not found" if lacking else str(bad).strip().partition("\n")[0]
    told = _cut(bad) or f"the test could not be set up: {why or type(bad).__name__}"
    judge.close(Verdict.ERROR, told, broken=not _cut(bad))


def _cut(bad: BaseException) -> str:
    """Say that pytest-timeout cut a test short, which is nobody's fault in here; '' where it did not."""
    if isinstance(bad, BaseExceptionGroup):  # Hypothesis tried again, was not cut, and wrapped what cut it
        return next(filter(None, (_cut(it.__cause__ or it) for it in bad.exceptions)), "")
    told = str(bad).strip().partition("\n")[0]
    cut = isinstance(bad, pytest.fail.Exception) and _TIMEOUT in told
    return f"the test was cut short: {told}" if cut else ""


class Body:
    """One test's body, from its start to its verdict."""

    def __init__(self, session: Session, item: pytest.Function) -> None:
        self._session = session
        self._item = item
        self._judge = session.judge

    def ended(self, bad: BaseException | None) -> None:
        """Close the judge; raises what pytest shows: a failure, an expected one (amber), or a skip."""
        judge = self._judge
        judge.flush()
        self._session.shut()
        bad = bad or (Untestable(judge.unseen) if judge.unseen else None)
        if judge.broken or bad is None:
            self._session.counterexamples.ended(judge.test, failed=judge.broken)
        try:
            self._close(bad)
        except NotConformant as broken:
            if isinstance(bad, KeyboardInterrupt):
                return
            if broken.red:
                raise pytest.fail.Exception(str(broken), pytrace=False) from None
            raise pytest.xfail.Exception(f"amber: {broken}") from None
        except (NoVerdict, Spent) as late:
            told = visible(judge.bench.masker.text(str(late)))
            if isinstance(late, Spent):
                raise pytest.skip.Exception(f"untestable: {told}") from None
            raise pytest.fail.Exception(f"error: {told}", pytrace=False) from None
        except Unwritable as full:
            self._session.lose(full, self._item.session)
            raise pytest.fail.Exception(f"error: {self._session.lost}", pytrace=False) from None
        finally:
            self._item.stash[JUDGED] = judge.told
            if bad:  # its frames hold the test's answers, and would until all garbage is collected
                traceback.clear_frames(bad.__traceback__)
        if isinstance(bad, Untestable):
            raise pytest.skip.Exception(f"untestable: {visible(judge.bench.masker.text(str(bad)))}") from None

    def _close(self, bad: BaseException | None) -> None:
        judge = self._judge
        if bad is None and not judge.judged:
            text = "the test is marked with clauses but never judged"
            judge.close(Verdict.ERROR, text, broken=True)
            raise pytest.fail.Exception(f"{self._item.nodeid}: {text}.", pytrace=False)
        if bad is None:
            judge.close()
        elif isinstance(bad, NotConformant):
            if not judge.broken:
                judge.fault(str(bad))
            judge.close(finished=False)
        elif isinstance(bad, Untestable):
            marks = {name: True for name, kind in _MARKS.items() if isinstance(bad, kind)}
            judge.close(Verdict.UNTESTABLE, str(bad), **marks)
        elif isinstance(bad, NoVerdict | TargetUnusable):
            self._error(bad)
        elif isinstance(bad, Unwritable):
            raise bad
        else:
            self._broke(bad)

    def _error(self, bad: ClausewiseError) -> None:
        unusable = isinstance(bad, TargetUnusable)
        if unusable:
            self._session.give_up(self._item.session, visible(self._judge.bench.masker.text(str(bad))))
        self._judge.close(Verdict.ERROR, str(bad), unusable=unusable)
        raise pytest.fail.Exception(
            f"error: {visible(self._judge.bench.masker.text(str(bad)))}", pytrace=False
        )

    def _broke(self, bad: BaseException) -> None:
        """Take a test that breaks on a broken answer as done, judged before or not; else the fault is ours.

        What Ctrl-C cuts short has no verdict, but for what was already found.
        """
        judge, cut_short = self._judge, isinstance(bad, KeyboardInterrupt)
        if told := _cut(bad):
            judge.rest(())
        if not (cut_short or told or judge.rest(()) or judge.broken):
            judge.fault(f"an answer that no document describes: the test broke on it ({type(bad).__name__})")
        if judge.broken:
            judge.close(finished=False)
        elif judge.masked and not (told or cut_short):
            judge.close(Verdict.UNTESTABLE, f"the test cannot go on with what the target masks: {bad!r}")
        elif told:
            judge.close(Verdict.ERROR, told)
        elif not cut_short:
            judge.close(Verdict.ERROR, f"the test itself broke: {bad!r}", broken=True)
