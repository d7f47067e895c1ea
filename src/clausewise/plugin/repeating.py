"""Under --confirm-failures a test that failed is made once more, with new values: broken, or unstable."""

from __future__ import annotations

import pytest

from clausewise.plugin import pytest_internals
from clausewise.plugin.session import Session


def wants_again(reports: pytest_internals.Reports) -> bool:
    """Tell whether a test failed, so that a run that confirms failures repeats it."""
    return any(report.failed or hasattr(report, "wasxfail") for report in reports)


def run(session: Session, item: pytest.Item, following: pytest.Item | None) -> None:
    """Run a test as pytest does, once more where it failed; only the second end is shown."""
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = pytest_internals.protocol(item, nextitem=following, log=False)
    if wants_again(reports):
        with session.test.repeating():
            reports = pytest_internals.protocol(item, nextitem=following, log=False)
    for report in reports:
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
