"""The pytest plugin: asks for values, collects, hands out fixtures, ends the run with a statement.

It does nothing at all unless `--target` is given.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from platformdirs import user_cache_dir

from clausewise import families, journal
from clausewise.errors import ClausewiseError, ConfigurationError, Unwritable
from clausewise.plans import DEFAULT, PLANS, seconds
from clausewise.plugin import (
    cancel,
    case_selection,
    consent,
    dry_run,
    eventual_consistency,
    fixtures,
    hookspecs,
    labels,
    loans,
    outcomes,
    overlap,
    pytest_internals,
    selection,
)
from clausewise.plugin.redaction import Redactor
from clausewise.plugin.session import SESSION, Session
from clausewise.plugin.startup import claimed
from clausewise.untrusted import visible

_LONGEST = 1500  # characters of a complaint


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run; `clausewise run` has the same ones."""
    group = parser.getgroup("clausewise", "judge a running API by its documents")
    group.addoption("--target", metavar="FILE", help="the target file; without it the plugin is asleep")
    group.addoption(
        "--run-dir", metavar="DIR", help="where the run's files go (default: reports/<date>-<target>)"
    )
    group.addoption(
        "--seed", type=int, metavar="N", help="seed of all generated values (default: by chance, printed)"
    )
    group.addoption(
        "--clause", action="append", default=[], metavar="GLOB", help="only clauses with such an id"
    )
    group.addoption(
        "--operation", action="append", default=[], metavar="NAME", help="only clauses of this operation"
    )
    group.addoption("--family", action="append", default=[], metavar="ID", help="only clauses of this family")
    group.addoption(
        "--since", metavar="RUN", default="", help="only what failed or was not judged in that run's folder"
    )
    group.addoption(
        "--plan", choices=list(PLANS), default=DEFAULT.name, help="how deep to go, and what may be done"
    )
    group.addoption(
        "--counterexamples",
        metavar="DIR",
        default="",
        help="what chance finds is kept there, and tried first the next time (default: beside the run)",
    )
    group.addoption(
        "--overlap",
        type=overlap.number,
        default=1,
        metavar="N",
        help="N calls at once, in threads of each process; 0 as many as it pays (default: 1)",
    )
    group.addoption("--rate", type=float, metavar="N", help="at most N requests a second")
    group.addoption("--max-requests", type=int, metavar="N", help="send no more than so many requests")
    group.addoption(
        "--max-time", type=seconds, metavar="TIME", help="begin no request after so long: 90, 10m, 1h"
    )
    group.addoption(
        "--document", action="append", default=[], metavar="FAMILY=ID", help="claim another document"
    )
    group.addoption(
        "--i-own-this-target", metavar="NAME", default="", help="say so of a production target, by its name"
    )
    group.addoption(
        "--allow-file",
        action="append",
        default=[],
        metavar="PATH",
        help="a file, or a folder, of secrets that does not lie beside the target file",
    )
    group.addoption(
        "--families", action="append", default=[], metavar="DIR", help="a folder of families of your own"
    )
    group.addoption(
        "--no-clean-up", action="store_true", help="leave what the run's calls made in the target"
    )
    group.addoption(
        "--dry-run", action="store_true", help="send nothing to the target: count the calls on the reference"
    )
    group.addoption(
        "--label", action="append", default=[], metavar="KEY=VALUE", help="what is judged, such as build=412"
    )
    group.addoption("--resume", metavar="RUN", default="", help="go on with the run of this folder")
    group.addoption("--shard", metavar="K/N", default="", help="only the K-th of N parts")
    group.addoption(
        "--reference-url", metavar="URL", default="", help="where the reference of embedded families runs"
    )
    group.addoption(
        "--policy", metavar="FILE", default="", help="what turns the run red (default: the target's)"
    )
    group.addoption("--waivers", metavar="FILE", default="", help="broken clauses that somebody answers for")
    group.addoption("--frozen", metavar="FILE", default="", help="score only the clauses of this frozen set")
    group.addoption(
        "--confirm-failures", action="store_true", help="repeat what failed once: broken, or unstable"
    )
    group.addoption("--strict-clauses", action="store_true", help="inferred clauses turn the run red, too")


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
        try:
            for folder in config.getoption("--families"):
                families.name(Path(folder), f"--families {folder}")
            _ask(config)
            session = Session.of(config)
        except ConfigurationError as bad:
            raise pytest.UsageError(visible(bad)[:_LONGEST]) from bad
        config.stash[SESSION] = session
        # Hypothesis keeps its tables of Unicode there: a second to make, and no litter where the user stands.
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", user_cache_dir("clausewise/hypothesis"))
        if not config.option.allure_report_dir:
            _label(config, session)
        config.add_cleanup(session.close)
        if not session.is_worker:
            cancel.listen(config, session)
        config.pluginmanager.register(Redactor(config, session))
        config.pluginmanager.register(session.strangers)


def _ask(config: pytest.Config) -> None:
    """Under plain pytest say and ask what goes where before anything does; `clausewise run` has done so."""
    if config.pluginmanager.is_blocked("terminal") or hasattr(config, "workerinput"):
        return
    target = claimed(Path(config.getoption("--target")), allowed=config.getoption("--allow-file"))
    if capture := config.pluginmanager.get_plugin("capturemanager"):
        capture.suspend_global_capture(in_=True)  # pytest takes it up again with the first test
    consent.see(target, dry=config.getoption("--dry-run"))


def _label(config: pytest.Config, session: Session) -> None:
    """Have Allure's results written, and the run ended where they cannot be."""

    def full(error: OSError) -> None:
        session.lose(journal.full(session.folder, error), config.pluginmanager.get_plugin("session"))

    try:
        labels.write(config, session.folder / "allure-results", full)
        if not session.is_worker:
            labels.environment(session.folder / "allure-results", session.environment)
    except OSError as bad:
        full(bad)
        session.close()
        raise pytest.UsageError(session.lost) from bad


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell an xdist worker which run it belongs to."""
    session = node.config.stash.get(SESSION, None)  # type: ignore[attr-defined]
    if session:
        node.workerinput["clausewise"] = session.for_workers()  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Hear from a worker that ended whether it could write down what it saw."""
    session = node.config.stash.get(SESSION, None)  # type: ignore[attr-defined]
    if session:
        session.lost = session.lost or getattr(node, "workeroutput", {}).get("clausewise_lost", "")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the suites of families that the target does not claim."""
    session = config.stash.get(SESSION, None)
    return True if session and Path(os.path.realpath(collection_path)) in session.unclaimed else None


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Dir | None:
    """Take what lies above the tests of a family for a mere folder: nobody named a package there."""
    session = parent.config.stash.get(SESSION, None)
    homes = session.scope.homes.values() if session else ()
    above = any(path in home.suite.parents for home in homes if not home.ships)
    return pytest.Dir.from_parent(parent, path=path) if above else None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Say which file of a family's tests cannot be imported, and why: a run without it is another run."""
    report = yield
    session = collector.config.stash.get(SESSION, None)
    own = session.scope.homes.values() if session and report.failed else ()
    if any(collector.path.is_relative_to(home.suite) for home in own):
        why = str(report.longrepr).strip().splitlines()[-1].removeprefix("E ").strip()
        raise pytest.UsageError(visible(f"{collector.path} cannot be imported: {why}")[:_LONGEST])
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that this target and this selection call for; refuse unknown clause ids."""
    session = config.stash.get(SESSION, None)
    if session:
        try:
            kept, dropped = selection.split(session.scope, items, session.choice, session.shard, session.done)
        except ConfigurationError as bad:
            raise pytest.UsageError(visible(bad)[:_LONGEST]) from bad
        failed = session.counterexamples.tests()
        items[:] = selection.ordered(kept, failed, alone=not session.is_worker)
        if session.budget.most["requests"] is not None:
            items[:] = case_selection.by_worth(session, items, failed)
        session.left_out = {item.nodeid for item in kept if selection.ids(item)} | set(_ignored(config))
        if dropped:
            config.hook.pytest_deselected(items=dropped)


def _ignored(config: pytest.Config) -> Iterator[str]:
    """Yield what pytest's own options have it not look for among the suites: files, folders, globs."""
    own = [home.suite for home in config.stash[SESSION].scope.homes.values()]
    for name in config.getoption("ignore") or ():
        path = Path(os.path.realpath(name))
        if any(path.is_relative_to(suite) or suite.is_relative_to(path) for suite in own):
            yield f"--ignore={name}"
    yield from (f"--ignore-glob={name}" for name in config.getoption("ignore_glob") or ())


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write down which tests are to be made, once nobody leaves any out any more."""
    run = session.config.stash.get(SESSION, None)
    if run:
        try:
            run.collected({item.nodeid: named for item in session.items if (named := selection.ids(item))})
        except Unwritable as bad:
            run.lose(bad, None)
            raise pytest.UsageError(run.lost) from bad


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run tests at once in threads, where so many calls may be at work; else as pytest itself does."""
    run = session.config.stash.get(SESSION, None)
    many = session.config.getoption("--overlap")
    if run is None or run.is_worker or many == 1 or session.config.option.collectonly or not session.items:
        return None  # a worker of pytest-xdist is told by its controller which tests are its own
    return overlap.loop(session, run, many)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Under --confirm-failures repeat what failed, once, with new values; show the second end."""
    session = item.config.stash.get(SESSION, None)
    if session and session.budget.cancelled:
        raise KeyboardInterrupt
    if session and session.overlap and threading.current_thread() is not threading.main_thread():
        session.overlap.perform(item)
        return True
    if not (session and selection.ids(item) and session.confirming):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = pytest_internals.protocol(item, nextitem=nextitem, log=False)
    if overlap.wants_again(reports):
        with session.repeating():
            reports = pytest_internals.protocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Open the test's judge and label the test for Allure; what cannot be set up is an error."""
    session = item.config.stash.get(SESSION, None)
    if not (session and selection.ids(item)):
        return (yield)
    session.open(item.nodeid, selection.ids(item))
    labels.put(session.scope, selection.ids(item))
    try:
        return (yield)
    except (Exception, pytest.fail.Exception) as bad:
        outcomes.not_set_up(session, bad)
        raise


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Run the test's body and close its judge, whatever happened."""
    session = pyfuncitem.config.stash.get(SESSION, None)
    if session is None or session.current is None:
        return (yield)
    body, result, end = outcomes.Body(session, pyfuncitem), None, None
    try:
        result = yield
    except BaseException as bad:  # noqa: BLE001 - it is raised below, unless the test is well in the end
        end = bad
    end = eventual_consistency.settled(session.judge, pyfuncitem, end)
    if borrower := pyfuncitem.stash.get(loans.BORROWER, None):
        end = borrower.instead(session.judge, pyfuncitem, end)
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
        session = item.config.stash.get(SESSION, None)
        spent = session.budget.spending()._asdict() if session else {}
        judged: dict[str, object] = item.stash.get(outcomes.JUDGED, {})
        vars(report)["clausewise"] = judged | spent
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """On the controller: add up the run, write its files, set the exit code."""
    run = session.config.stash.get(SESSION, None)
    if run and exitstatus not in _NOT_OURS:
        run.clean_up()
    if run and run.is_worker:
        session.config.workeroutput["clausewise_lost"] = run.lost  # type: ignore[attr-defined]
    if run is None or run.is_worker or run.rehearsing or exitstatus in _NOT_OURS:
        return
    if run.is_dry:
        rows = dry_run.planned(run.scope, run.folder, run.log_ins)
        session.exitstatus = pytest.ExitCode.OK
        session.config.hook.pytest_clausewise_rehearsed(
            rows=rows, target=run.scope.target.name, scope=run.asked
        )
        return
    stopped = session.shouldstop or session.shouldfail or run.lost
    cut = bool(stopped) or exitstatus == pytest.ExitCode.INTERRUPTED
    try:
        results = run.conclude(interrupted=cut)
    except ClausewiseError as bad:
        raise pytest.UsageError(visible(bad)[:_LONGEST]) from bad
    except OSError as bad:
        again = f"make room, then: clausewise report {run.folder}"
        told = f"The reports in {run.folder} cannot be written: {bad.strerror}; {again}"
        raise pytest.UsageError(run.lost or told) from bad
    if run.lost:
        raise pytest.UsageError(run.lost)
    session.exitstatus = results["outcome"]["exit"]
    session.config.hook.pytest_clausewise_concluded(results=results, folder=run.folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Under plain pytest, say in one line what the run came to and where its files are."""
    run = config.stash.get(SESSION, None)
    if run and run.results:
        terminalreporter.section("clausewise")
        terminalreporter.write_line(run.results["outcome"]["sentence"])
        terminalreporter.write_line(f"{Path(run.folder) / 'report.html'}")


_NOT_OURS = {pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR}
