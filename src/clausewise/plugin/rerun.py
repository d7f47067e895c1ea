"""Goes through a test's body once more: what it showed before counts for nothing."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from clausewise.errors import NotConformant, Untestable
from clausewise.judge import Judge
from clausewise.plugin import pytest_internals


def wants(judge: Judge, end: BaseException | None) -> bool:
    """Tell whether a test found something, or could not go on with what it was shown."""
    return judge.broken or isinstance(end, NotConformant | Untestable | LookupError | TypeError | ValueError)


def again(judge: Judge, item: pytest.Function, kept: Collection[str]) -> BaseException | None:
    """Go through a test once more, but for the exchanges `kept`; return how it ended."""
    judge.anew(kept)
    names = pytest_internals.argument_names(item)
    try:
        item.obj(**{name: item.funcargs[name] for name in names})
    except BaseException as bad:  # noqa: BLE001 - whoever asks raises it
        return bad
    return None
