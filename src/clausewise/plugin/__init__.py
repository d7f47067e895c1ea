"""The pytest plugin: asks for values, collects, hands out fixtures, ends the run with a statement.

It does nothing at all unless `--target` is given. A hook stands here in a few lines; what it does
stands in the room that it calls.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from clausewise import run_options
from clausewise.plugin import (
    complaints,
    concluding,
    eventual_consistency,
    fixtures,
    hookspecs,
    labels,
    loans,
    opening,
    outcomes,
    overlap,
    repeating,
    selection,
    suite_collection,
    workers,
)
from clausewise.plugin.session import session_of


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run, by the table that `clausewise run` has them of, too."""
    group = parser.getgroup("clausewise", "judge a running API by its documents (asleep without --target)")
    for option in run_options.of_pytest():
        group.addoption(option.for_pytest, **option.declared())


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hook that tells others what a run came to, and hand out our fixtures."""
    pluginmanager.add_hookspecs(hookspecs)
    pluginmanager.register(fixtures, "clausewise-fixtures")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read target, contracts and catalogues; bad data stops here with exit code 4."""
    config.addinivalue_line("markers", "clause(*ids): the clauses that a test judges")
    config.addinivalue_line("markers", "late: comes last in a run")
    if config.getoption("--target") == "":
        raise pytest.UsageError("--target is given without a value; is a variable not set?")
    if config.getoption("--target") and not config.option.collectonly:
        with complaints.as_usage_errors():
            opening.begin(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell an xdist worker which run it belongs to."""
    if session := session_of(node.config):  # type: ignore[attr-defined]
        workers.tell(session, node)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Hear from a worker that ended whether it could write down what it saw."""
    if session := session_of(node.config):  # type: ignore[attr-defined]
        workers.hear(session, node)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the suites of families that the target does not claim."""
    session = session_of(config)
    return True if session and suite_collection.is_unclaimed(session, collection_path) else None


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Dir | None:
    """Take what lies above the tests of a family for a mere folder: nobody named a package there."""
    session = session_of(parent.config)
    above = session is not None and suite_collection.lies_above(session, path)
    return pytest.Dir.from_parent(parent, path=path) if above else None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Refuse a run where a file of a family's tests cannot be imported."""
    report = yield
    if session := session_of(collector.config):
        suite_collection.check(session, collector.path, report)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that this target and this selection call for; refuse unknown clause ids."""
    session = session_of(config)
    if session and (dropped := suite_collection.choose(session, config, items)):
        config.hook.pytest_deselected(items=dropped)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write down which tests are to be made, once nobody leaves any out any more."""
    if own := session_of(session.config):
        suite_collection.take_down(own, session.items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run tests at once in threads, where so many calls may be at work; else as pytest itself does."""
    own, many = session_of(session.config), session.config.getoption("--overlap")
    if own is None or own.is_worker or many == 1 or session.config.option.collectonly or not session.items:
        return None  # a worker of pytest-xdist is told by its controller which tests are its own
    return overlap.loop(session, own, many)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test that overlaps with others, or may have to be repeated; leave any other to pytest."""
    session = session_of(item.config)
    if session and session.budget.cancelled:
        raise KeyboardInterrupt
    if session and session.overlap and threading.current_thread() is not threading.main_thread():
        session.overlap.perform(item)
        return True
    if session and session.run.confirming and selection.ids(item):
        repeating.run(session, item, nextitem)
        return True
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Open the test's judge and label the test for Allure; what cannot be set up is an error."""
    session, clauses = session_of(item.config), selection.ids(item)
    if not (session and clauses):
        return (yield)
    session.begin_test(item.nodeid, clauses)
    labels.put(session.run.scope, clauses)
    try:
        return (yield)
    except (Exception, pytest.fail.Exception) as bad:
        outcomes.not_set_up(session, bad)
        raise


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Run the test's body and close its judge, whatever happened."""
    session = session_of(pyfuncitem.config)
    if session is None or session.test.running is None:
        return (yield)
    body, result, end = outcomes.Body(session, pyfuncitem), None, None
    try:
        result = yield
    except BaseException as bad:  # noqa: BLE001 - it is raised below, unless the test is well in the end
        end = bad
    end = eventual_consistency.settled(session.test.judge, pyfuncitem, end)
    if borrower := pyfuncitem.stash.get(loans.BORROWER, None):
        end = borrower.instead(session.test.judge, pyfuncitem, end)
    body.ended(end)
    if end:
        raise end
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test's report say what it judged, for whoever shows how far a run is."""
    report = yield
    if call.when == "call":
        vars(report)["clausewise"] = outcomes.told(session_of(item.config), item)
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """On the controller: add up the run, write its files, set the exit code."""
    if own := session_of(session.config):
        concluding.finish(session, own, exitstatus)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Under plain pytest, say in one line what the run came to and where its files are."""
    if session := session_of(config):
        concluding.summarise(terminalreporter, session)
