"""What the tests of a process are judged with, and where that is written down."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property

from clausewise.client import Budget
from clausewise.journal import Journal, JournalFiles
from clausewise.judge import JudgeContext
from clausewise.plugin.run_config import RunConfig
from clausewise.scope import Scope


class Judging:
    """The journal and the context of every judge of a process, made when first needed."""

    def __init__(self, run: RunConfig, budget: Budget, stack: ExitStack) -> None:
        self._run = run
        self._budget = budget
        self._stack = stack

    @cached_property
    def journal(self) -> JournalFiles:
        """What this process writes down."""
        made = JournalFiles(self._run.folder, self._run.part)
        self._stack.callback(made.close)
        return made

    @cached_property
    def context(self) -> JudgeContext:
        """What every test judges with."""
        run = self._run
        made = JudgeContext.of(run.scope, self.journal, run.policy, run.key)
        return made.timed(self._budget.check, run.scope.target.limits.total_timeout)

    def write_to(self, journal: Journal) -> None:
        """Write verdicts and exchanges elsewhere from now on."""
        self.context = replace(self.context, journal=journal)

    def claim(self, scope: Scope) -> None:
        """Judge by another scope from now on."""
        clauses = {clause.id: clause for clause in scope.clauses()}
        self.context = replace(self.context, clauses=clauses, operation=scope.operation)

    def forget(self, run: RunConfig) -> None:
        """Hide nothing any more of what was seen, as a new run would."""
        self.context = replace(self.context, masker=run.new_masker())
