"""What the controller and its workers under pytest-xdist tell each other."""

from __future__ import annotations

from typing import TypedDict

import pytest

from clausewise.plugin.session import Session

_INPUT, _LOST = "clausewise", "clausewise_lost"


class WorkerInput(TypedDict):
    """What a worker must know to belong to a run."""

    run: str
    folder: str
    seed: int
    key: str
    base_urls: dict[str, str]
    part: int
    done: list[str]
    book: str


def received(config: pytest.Config) -> WorkerInput | None:
    """Return what the controller told this process; None where it is no worker."""
    given: WorkerInput | None = getattr(config, "workerinput", {}).get(_INPUT)
    return given


def name(config: pytest.Config) -> str:
    """Return the name of this process."""
    return str(getattr(config, "workerinput", {}).get("workerid", "main"))


def tell(session: Session, node: object) -> None:
    """Tell a worker which run it belongs to."""
    run = session.run
    node.workerinput[_INPUT] = WorkerInput(  # type: ignore[attr-defined]
        run=run.id,
        folder=str(run.folder),
        seed=run.seed,
        key=run.key.hex(),
        base_urls=run.base_urls,
        part=run.part,
        done=sorted(run.done),
        book=str(session.budget.book or ""),
    )


def report(session: Session, config: pytest.Config) -> None:
    """As a worker, say whether this process could write down what it saw."""
    config.workeroutput[_LOST] = session.lost  # type: ignore[attr-defined]


def hear(session: Session, node: object) -> None:
    """As the controller, take note of what a worker that ended said."""
    session.lost = session.lost or getattr(node, "workeroutput", {}).get(_LOST, "")
