"""The causes of what a run found so far, for whoever shows how far it is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from clausewise.model import Verdict
from clausewise.scope import Scope
from clausewise.statement.causes import Seen, causes, folded
from clausewise.verdict import Policy

_EVERY = 2.0  # seconds between two counts: each looks at all that was found


class Live:
    """Counts causes while tests go on, once in a while: the last count may miss what was found since."""

    def __init__(self, scope: Scope, policy: Policy) -> None:
        self._scope = scope
        self._clauses = {it.id: asdict(it) for it in scope.clauses()}
        self._colours = {it.id: policy.colour(Verdict.FAIL, it.standing) for it in scope.clauses()}
        self._findings: list[dict[str, Any]] = []
        self._seen: dict[str, Seen] = {}
        self._counted = -_EVERY
        self.causes = 0

    def add(self, report: Mapping[str, Any]) -> None:
        """Take what one test says that it found (`Judge.told`)."""
        for bad in report.get("findings", ()):
            standing = self._clauses[bad["clause"]]["standing"]
            about = {"test": "", "standing": standing, "colour": self._colours[bad["clause"]]}
            self._findings.append(bad | about)
        for record in report.get("exchanges", ()):
            operation = self._scope.operation(record["family"], record["operation"])
            self._seen[record["id"]] = Seen.of(operation, record)
        if report.get("findings") and time.monotonic() - self._counted >= _EVERY:
            found = folded(self._findings, self._clauses, self._seen)
            self.causes = len(causes(found, self._clauses, self._seen))
            self._counted = time.monotonic()
