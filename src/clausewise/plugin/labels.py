"""What Allure shows about a test: its clauses, their document sections and standings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import allure

from clausewise.scope import Scope


def put(scope: Scope, ids: Sequence[str]) -> None:
    """Label and link the current test; does nothing where allure-pytest is not writing."""
    show: Any = allure.dynamic  # allure ships no type information
    for name in ids:
        clause = scope.clause(name)
        if clause is None:
            continue
        show.epic(clause.family)
        show.feature(clause.operation or "across operations")
        show.story(clause.statement)
        show.label("clause", clause.id)
        show.label("standing", clause.standing)
        show.link(f"../report.html#{clause.id}", name=clause.id)
        for source in clause.sources:
            show.label("document", source.document)
            show.label("section", ", ".join(filter(None, (source.section, source.table, source.row))))
