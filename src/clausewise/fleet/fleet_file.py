"""Fleet files: which targets there are, how deep each is judged, when, and what those on one host share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clausewise import input_files, package_data, plans, targets
from clausewise.errors import ConfigurationError

_PATIENCE = 15 * 60.0
_MAX_TIME = 8 * 3600.0
_VALUED = ("policy", "waivers", "max_requests", "seed")


@dataclass(frozen=True, slots=True)
class Window:
    """When a target may be judged: from a time of the day to another one, which may be of the next day."""

    begin: time
    end: time
    zone: ZoneInfo

    @classmethod
    def read(cls, text: str, zone: str, place: str) -> Window:
        """Read HH:MM-HH:MM; ConfigurationError for a zone that nobody knows."""
        try:
            known = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as bad:
            raise ConfigurationError(
                f"{place} zone {zone!r} is no time zone; write one such as UTC."
            ) from bad
        begin, end = (time.fromisoformat(part) for part in text.split("-"))
        return cls(begin, end, known)

    def closes(self, now: datetime) -> datetime | None:
        """Return when the window that is open now closes; None where none is."""
        here = now.astimezone(self.zone)
        for day in (here.date() - timedelta(days=1), here.date()):
            opened = datetime.combine(day, self.begin, self.zone)
            after = self.end if self.end > self.begin else None
            closed = datetime.combine(day if after else day + timedelta(days=1), self.end, self.zone)
            if opened <= here < closed:
                return closed
        return None


@dataclass(frozen=True, slots=True)
class Member:
    """One target of a fleet: its file, where it is called, and how its run is made."""

    name: str
    path: Path
    sha256: str
    hosts: frozenset[str]
    families: Mapping[str, str]
    tags: Mapping[str, str] = field(default_factory=dict)
    plan: str = plans.DEFAULT.name
    options: tuple[str, ...] = ()
    workers: int = 0
    window: Window | None = None
    max_time: float = _MAX_TIME

    @property
    def vendor(self) -> str:
        """Whose target it is: what the tag says, or its own name."""
        return self.tags.get("vendor", self.name)


@dataclass(frozen=True, slots=True)
class Host:
    """What the targets on one host share: so many at once, so many requests a second."""

    concurrency: int = 1
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Fleet:
    """What a fleet file says."""

    path: Path
    name: str
    members: Sequence[Member]
    hosts: Mapping[str, Host]
    history: str
    runs: str
    page: str
    patience: float

    @property
    def root(self) -> Path:
        """The folder that the fleet file lies in, from which all others are named."""
        return self.path.parent.absolute()

    def host(self, name: str) -> Host:
        """Return what is said of a host: by its name and port, or by its name; else one target at once."""
        bare = name.rpartition(":")[0] or name
        return self.hosts.get(name, self.hosts.get(bare, Host()))

    def rate(self, member: Member) -> float | None:
        """Return how many requests a second a target's run may send, as its share of what its hosts allow."""
        shares = [host.rate / host.concurrency for host in map(self.host, member.hosts) if host.rate]
        return min(shares, default=None)

    def place(self, name: str) -> str:
        """Return the name by which a host's targets are counted: its own, or the one that the file says."""
        bare = name.rpartition(":")[0] or name
        return bare if name not in self.hosts and bare in self.hosts else name


def read(path: Path) -> Fleet:
    """Read a fleet file and every target file that it names; no secret is fetched for that.

    Raises ConfigurationError with one sentence: a file that is not there, two targets of one name.
    """
    raw, _ = input_files.read(path, package_data.SCHEMAS / "fleet.schema.json", "fleet file")
    members: dict[str, Member] = {}
    for number, spec in enumerate(raw["targets"], 1):
        for file in _files(path, spec["files"]):
            member = _member(path, f"{path}: [[targets]] {number}", file, spec, raw)
            if other := members.get(member.name):
                raise ConfigurationError(
                    f"{path}: {other.path} and {file} are both named {member.name!r}; a fleet tells its "
                    f"targets apart by their names."
                )
            members[member.name] = member
    hosts = {
        name: Host(told.get("concurrency", 1), told.get("rate"))
        for name, told in raw.get("hosts", {}).items()
    }
    history = raw.get("history", "fleet.db")
    return Fleet(
        path=path,
        name=raw["name"],
        members=list(members.values()),
        hosts=hosts,
        history=history if "://" in history else str(path.parent / history),
        runs=raw.get("runs", "runs"),
        page=str(path.parent / raw.get("page", "fleet.html")),
        patience=plans.seconds(raw["patience"]) if "patience" in raw else _PATIENCE,
    )


def _files(path: Path, names: Sequence[str]) -> Iterator[Path]:
    for name in names:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ConfigurationError(f"{path}: {name} does not lie below the fleet file; move it there.")
        found = sorted(path.parent.glob(name)) if set(name) & set("*?[") else [path.parent / name]
        if not [file for file in found if file.is_file()]:
            raise ConfigurationError(f"{path}: there is no target file {name}.")
        yield from found


def _member(fleet: Path, place: str, file: Path, spec: Mapping[str, Any], raw: Mapping[str, Any]) -> Member:
    target = targets.load(file, package_data.SCHEMAS / "target.schema.json", secrets=False)
    if stray := sorted(set(spec.get("documents", {})) - set(target.families)):
        raise ConfigurationError(f"{place} documents names {stray[0]!r}, which {file} does not claim.")
    options = [f"--document={family}={document}" for family, document in spec.get("documents", {}).items()]
    for key in _VALUED:
        if key in spec:
            value = (fleet.parent / spec[key]).absolute() if key in {"policy", "waivers"} else spec[key]
            options.append(f"--{key.replace('_', '-')}={value}")
    limit = spec.get("max_time", raw.get("max_time"))
    window = spec.get("window")
    return Member(
        name=target.name,
        path=file.relative_to(fleet.parent),
        sha256=target.sha256,
        hosts=frozenset(_hosts(target)),
        families={
            name: spec.get("documents", {}).get(name, it.document) for name, it in target.families.items()
        },
        tags=dict(spec.get("tags", {})),
        plan=spec.get("plan", raw.get("plan", plans.DEFAULT.name)),
        options=tuple(options),
        workers=spec.get("workers", 0),
        window=Window.read(window, spec.get("zone", "UTC"), place) if window else None,
        max_time=plans.seconds(limit) if limit else _MAX_TIME,
    )


def _hosts(target: targets.Target) -> Iterator[str]:
    """Yield where a target is called; an embedded reference is each run's own."""
    for family in target.families.values():
        for url in (family.base_url, family.token_url):
            if url and url != targets.EMBEDDED:
                yield urlsplit(url).netloc.rpartition("@")[2]
