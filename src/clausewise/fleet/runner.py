"""Has the targets of a fleet judged on a Dask cluster: whose turn it is, and what became of each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pkgutil import resolve_name
from typing import Any

from clausewise._version import __version__
from clausewise.errors import ConfigurationError, TargetUnusable
from clausewise.fleet import target_run
from clausewise.fleet.fleet_file import Fleet, Member
from clausewise.verdict import Exit

_TICK = 1.0  # seconds between two looks at who may begin
_CONNECT = 10  # seconds for a scheduler's answer, and for its first worker
_WORST = (
    Exit.INTERNAL,
    Exit.USAGE,
    Exit.NOT_CONFORMANT,
    Exit.TARGET_UNUSABLE,
    Exit.NOT_FULLY_VERIFIED,
    Exit.CONFORMANT,
)
_GONE = "the scheduler is gone, and with it what its run came to; its folder holds what was judged"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one target tonight; `results` is what the history keeps, None for nothing judged."""

    name: str
    exit: int
    says: str
    seconds: float = 0.0
    worker: str = ""
    resumed: bool = False
    results: Mapping[str, Any] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Outcome:
        """Read what a worker says."""
        names = ("name", "exit", "says", "seconds", "worker", "resumed", "results")
        return cls(**{name: record[name] for name in names if name in record})

    def as_json(self) -> dict[str, Any]:
        """Return it without its results."""
        names = ("name", "exit", "says", "seconds", "worker", "resumed")
        return {name: getattr(self, name) for name in names}


def worst(outcomes: Sequence[Outcome]) -> Exit:
    """Return the exit code of a whole night: of all that its targets ended with, the one to see to first."""
    codes = {outcome.exit for outcome in outcomes}
    return next((code for code in _WORST if code in codes), Exit.INTERNAL)


@contextmanager
def cluster(scheduler: str, workers: int) -> Iterator[Any]:
    """Connect to a scheduler, or start a cluster on this machine where none is named; yields Dask's client.

    Raises ConfigurationError where Dask is not installed or the workers have another clausewise, and
    TargetUnusable where no scheduler answers, or no worker has joined it.
    """
    try:
        distributed: Any = resolve_name("distributed")
    except ImportError as bad:
        raise ConfigurationError("A fleet takes Dask: pip install 'clausewise[fleet]'.") from bad
    local = (
        None
        if scheduler
        else distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
        )
    )
    try:
        client = distributed.Client(scheduler or local, timeout=_CONNECT, set_as_default=False)
    except (OSError, ValueError) as bad:
        if local:
            local.close()
        raise TargetUnusable(f"No Dask scheduler answers at {scheduler} ({type(bad).__name__}).") from bad
    try:
        _check(client)
        yield client
    finally:
        with suppress(Exception):  # whatever Dask has against its end, the night is over
            client.close()
        if local:
            local.close()


def _check(client: Any) -> None:
    try:
        client.wait_for_workers(1, timeout=_CONNECT)
    except TimeoutError as bad:
        raise TargetUnusable("No worker has joined the Dask scheduler; start one: dask worker URL.") from bad
    try:
        record: Mapping[str, str] = client.run(target_run.version)
    except Exception as bad:
        why = "cannot be asked, since they have no clausewise, or another Python or Dask"
        raise ConfigurationError(
            f"The workers {why} ({type(bad).__name__}); install the same on all."
        ) from bad
    for worker, version in record.items():
        if version != __version__:
            raise ConfigurationError(
                f"The worker {worker} has clausewise {version}, and this is {__version__}."
            )


def judged(
    client: Any,
    fleet: Fleet,
    night: str,
    members: Sequence[Member],
    *,
    owned: Sequence[str] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Outcome]:
    """Have members judged, and yield what becomes of each as it ends.

    A target begins when its window is open and its hosts have room; `owned` are the production targets that
    somebody answers for.
    """
    waiting, running = list(members), dict[Any, Member]()
    busy: Counter[str] = Counter()
    while waiting or running:
        for member in list(waiting):
            if _may_begin(fleet, member, busy, now()):
                waiting.remove(member)
                order = ordered(fleet, night, member, owned, now())
                running[client.submit(target_run.judge, order, key=f"{night}-{member.name}", pure=False)] = (
                    member
                )
                busy.update(_places(fleet, member))
        time.sleep(_TICK / 10)
        for future in [it for it in running if it.done()]:
            member = running.pop(future)
            busy.subtract(_places(fleet, member))
            yield _outcome(future, member)
        if client.status not in {"running", "connecting"}:
            break
    for member in [*running.values(), *waiting]:
        yield Outcome(member.name, int(Exit.TARGET_UNUSABLE), _GONE)


def ordered(fleet: Fleet, night: str, member: Member, owned: Sequence[str], now: datetime) -> dict[str, Any]:
    """Return what a worker is told: names of files, options and bounds, and no secret."""
    closes = member.window.closes(now) if member.window else None
    rate = fleet.rate(member)
    tags = {"fleet": fleet.name, **member.tags}
    return {
        "name": member.name,
        "root": str(fleet.root),
        "path": str(member.path),
        "sha256": member.sha256,
        "folder": f"{fleet.runs}/{night}/{member.name}",
        "options": [
            f"--plan={member.plan}",
            *member.options,
            *(f"--label={key}={value}" for key, value in tags.items()),
        ],
        "always": [
            *(["-n", str(member.workers)] if member.workers else []),
            *([f"--rate={rate:g}"] if rate else []),
            *([f"--i-own-this-target={member.name}"] if member.name in owned else []),
        ],
        "max_time": member.max_time,
        "patience": fleet.patience,
        "closes": closes.isoformat() if closes else "",
    }


def _may_begin(fleet: Fleet, member: Member, busy: Mapping[str, int], now: datetime) -> bool:
    room = all(busy[place] < fleet.host(place).concurrency for place in _places(fleet, member))
    return room and (member.window is None or member.window.closes(now) is not None)


def _places(fleet: Fleet, member: Member) -> set[str]:
    return set(map(fleet.place, member.hosts))


def _outcome(future: Any, member: Member) -> Outcome:
    if future.status == "finished":
        return Outcome.of(future.result())
    if future.status == "error":
        bad = future.exception()
        died = type(bad).__name__ == "KilledWorker"
        says = "each worker that took it died" if died else f"its worker failed ({type(bad).__name__})"
        return Outcome(member.name, int(Exit.TARGET_UNUSABLE if died else Exit.INTERNAL), says)
    return Outcome(member.name, int(Exit.TARGET_UNUSABLE), _GONE)
