"""Puts the shards of a run together: one folder, one statement, as if one machine had made all of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from clausewise import journal, report, statement
from clausewise.errors import ConfigurationError
from clausewise.evidence import Contents
from clausewise.plugin.shards import Shard

_SAME = ("suite", "seed", "plan", "strict", "confirm", "rulings", "selected", "documents")
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One shard's folder and what it says of itself; `ended` is None where it was killed on its way."""

    folder: Path
    facts: Facts
    shard: Shard
    ended: Facts | None

    @classmethod
    def of(cls, folder: Path) -> Part:
        """Read one; ConfigurationError for what is no shard, or is not as it was when it ended."""
        facts = journal.facts(folder)
        if not facts.get("shard"):
            raise ConfigurationError(f"{folder} holds a whole run; merge takes those of `run --shard K/N`.")
        if changed := journal.changed(folder):
            raise ConfigurationError(f"{folder}: {changed[0]} is not as it was when the shard ended.")
        return cls(folder, facts, Shard.read(str(facts["shard"])), journal.ended(folder))

    @property
    def state(self) -> str:
        """Whether it came to its end."""
        return "whole" if self.ended and not self.ended["interrupted"] else "cut short"


def merge(folders: Sequence[Path], into: Callable[[str], Path]) -> tuple[dict[str, Any], Path]:
    """Merge the shards of these folders; return the results and the folder, which `into` names by the run.

    Raises ConfigurationError for shards that do not belong together; nothing is written then.
    """
    parts = sorted((Part.of(folder) for folder in folders), key=lambda it: it.shard.number)
    _check(parts)
    facts = _merged(parts)
    folder = into(str(facts["id"]))
    if (folder / journal.RUN).exists():
        raise ConfigurationError(f"{folder} holds a run already; name a new folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        results = _written(parts, facts, beside)
        if folder.exists():
            folder.rmdir()
        beside.chmod(0o755)
        beside.rename(folder)
    except OSError as bad:
        raise ConfigurationError(f"The run's folder {folder} cannot be written: {bad}") from bad
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return results, folder


def _check(parts: Sequence[Part]) -> None:
    first = parts[0]
    for part in parts[1:]:
        now, then = _sameness(part), _sameness(first)
        for what in [key for key in {**then, **now} if now.get(key) != then.get(key)]:
            raise ConfigurationError(
                f"{part.folder} and {first.folder} are not shards of one run: their {what} differs."
            )
    for part, other in zip(parts[1:], parts, strict=False):
        if part.shard == other.shard:
            raise ConfigurationError(f"{other.folder} and {part.folder} are both shard {part.shard}.")


def _sameness(part: Part) -> dict[str, Any]:
    """Return what all shards of a run have in common."""
    target = part.facts["target"]
    own = {f"family {name}": record.get("sha256") for name, record in target["families"].items()}
    record = {"target": target["name"], "target file": target["sha256"], "number of shards": part.shard.parts}
    return {**{key: part.facts.get(key) for key in _SAME}, **record, **own}


def _merged(parts: Sequence[Part]) -> dict[str, Any]:
    """Return the facts of the whole run."""
    first, began = parts[0].facts, min(str(part.facts["started"]) for part in parts)
    there = {part.shard.number: part for part in parts}
    numbers = range(1, parts[0].shard.parts + 1)
    shards = [_told(there[at]) if at in there else _missing(at, len(numbers)) for at in numbers]
    at = datetime.fromisoformat(began).astimezone(UTC)
    kept = {key: value for key, value in first.items() if key not in {"shard", "resumed", "kept"}}
    return {
        **kept,
        "id": f"{at:%Y%m%d-%H%M%S}-{first['target']['name']}",
        "started": began,
        "workers": sum(int(part.facts.get("workers", 1)) for part in parts),
        "shards": shards,
    }


def _told(part: Part) -> dict[str, Any]:
    """Return what the whole says of one shard."""
    at = part.ended["at"] if part.ended else None
    families = part.facts["target"]["families"]
    return {
        "shard": str(part.shard),
        "state": part.state,
        "id": part.facts["id"],
        "started": part.facts["started"],
        "ended": at,
        "resumed": bool(part.facts.get("resumed")),
        "base_urls": {name: told["base_url"] for name, told in families.items()},
    }


def _missing(number: int, parts: int) -> dict[str, Any]:
    return {"shard": f"{number}/{parts}", "state": "missing"}


def _written(parts: Sequence[Part], facts: Facts, folder: Path) -> dict[str, Any]:
    """Write the whole run into a folder, and return its results."""
    marks = [dict(it["begun"]) for part in parts for it in journal.seals(part.folder) if "begun" in it]
    masks = sorted({mask for told in marks for mask in told.get("masks", ())})
    mark = {"base_urls": {name: it["base_url"] for name, it in facts["target"]["families"].items()}}
    journal.begin(folder, facts, dict(_kept(parts[0])), {**mark, "masks": masks})
    for name in journal.SEALED:
        with (folder / name).open("wb") as file:
            for part in parts:
                for record in journal.records(part.folder, name):
                    own = {key: value for key, value in record.items() if key != "part"}
                    file.write(journal.line_of(own))
    cut = any(part.state != "whole" for part in parts)
    beside = sum(int((part.ended or {}).get("beside", 0)) for part in parts)
    last = max((str(part.ended["at"]) for part in parts if part.ended and part.ended["at"]), default=None)
    journal.end(folder, None if cut else last, interrupted=cut, **({"beside": beside} if beside else {}))
    results = statement.assemble(Contents(folder).scope, folder, ended=not cut)
    statement.write(results, folder)
    report.draw(results, folder)
    return json.loads(statement.text(results))  # type: ignore[no-any-return]


def _kept(part: Part) -> Iterator[tuple[str, bytes]]:
    """Yield the target file and its overlays as a shard keeps them."""
    for name in part.facts.get("kept", {}):
        yield name, (part.folder / journal.KEPT / name).read_bytes()
