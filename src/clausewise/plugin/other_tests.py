"""Tests beside ours in one pytest run: they judge no clause, and their failures are told all the same."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from clausewise.plugin import selection


class OtherTests:
    """A pytest plugin that counts the tests without a clause that failed, in whichever process."""

    def __init__(self) -> None:
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Mark the report of a test that is not ours: the controller sees no items."""
        report = yield
        report.stranger = not selection.ids(item)  # type: ignore[attr-defined]
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that failed, or could not be set up or taken down."""
        if report.failed and getattr(report, "stranger", False):
            self.failed.add(report.nodeid)
