"""What Allure shows about a test: its clauses, their document sections and standings."""

from __future__ import annotations

from collections.abc import Sequence

import allure

from clausewise.scope import Scope


def put(scope: Scope, ids: Sequence[str]) -> None:
    """Label and link the current test; does nothing where allure-pytest is not writing."""
    for name in ids:
        clause = scope.clause(name)
        if clause is None:
            continue
        allure.dynamic.epic(clause.family)
        allure.dynamic.feature(clause.operation or "across operations")
        allure.dynamic.story(clause.statement)
        allure.dynamic.label("clause", clause.id)
        allure.dynamic.label("standing", clause.standing)
        allure.dynamic.link(f"../report.html#{clause.id}", name=clause.id)
        for source in clause.sources:
            allure.dynamic.label("document", source.document)
            allure.dynamic.label("section", ", ".join(filter(None, (source.section, source.table, source.row))))
