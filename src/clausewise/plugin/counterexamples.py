"""What an earlier run found wrong by chance: kept on disk, and tried first the next time.

One small file per test, so that parallel workers never write the same one; walks are kept by Hypothesis.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from clausewise import input_files
from clausewise.generation import Variant
from clausewise.model import Json

_MOST = 20  # bodies kept of one test


class Counterexamples:
    """The counterexamples of one target's tests; without a folder, none are kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._made: dict[str, list[Json]] = {}

    @property
    def walks(self) -> ExampleDatabase | None:
        """Where Hypothesis keeps the walks that failed."""
        return DirectoryBasedExampleDatabase(self._folder / "walks") if self._folder else None

    def tests(self) -> set[str]:
        """Return the tests that failed last; a file that cannot be read counts for nothing."""
        return {test for path in self._files() if (test := str(_read(path).get("test", "")))}

    def bodies(self, test: str) -> Iterator[Variant]:
        """Yield the bodies that a test failed on."""
        held = _read(self._path(test)).get("bodies", []) if self._folder else []
        for at, body in enumerate(held if isinstance(held, list) else [], 1):
            yield Variant(f"counterexample {at} of an earlier run", body)

    def found(self, test: str, body: Json) -> None:
        """Note a body that a test failed on."""
        self._made.setdefault(test, []).append(body)

    def ended(self, test: str, *, failed: bool) -> None:
        """Keep what a test failed on, or forget what it passes now."""
        made = self._made.pop(test, [])
        if self._folder is None:
            return
        path = self._path(test)
        with suppress(OSError):  # a run goes on without its memory
            if failed:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps({"test": test, "bodies": made[:_MOST]}), "utf-8")
            else:
                path.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.json")) if self._folder else []

    def _path(self, test: str) -> Path:
        return (self._folder or Path()) / f"{sha256(test.encode()).hexdigest()[:16]}.json"


def _read(path: Path) -> dict[str, Json]:
    try:
        held = input_files.load(path)
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}
