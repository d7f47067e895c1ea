"""`clausewise watch`: while somebody mends a target, what is broken is asked again until it is kept."""

from __future__ import annotations

import glob
import os
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.text import Text

from clausewise import families, journal, report
from clausewise.cli import screen
from clausewise.errors import ConfigurationError
from clausewise.plugin import consent
from clausewise.plugin.startup import check_owner, claimed
from clausewise.untrusted import visible
from clausewise.verdict import Exit, many

_RECORDED = "recorded"
_OVER = {Exit.USAGE, Exit.INTERNAL}  # waiting mends neither
_NAMED = 20


def run(options: Namespace) -> int:
    """Ask again until all that was broken is kept: 0; 1 where somebody ends it before."""
    folder = Path(options.run)
    results = report.read(folder)
    broken = [row["id"] for row in results["clauses"] if row["verdict"] == "fail" and row["colour"] == "red"]
    console = screen.console(soft_wrap=True)
    if not broken:
        console.print(Text(f"Nothing is broken in {folder}, so there is nothing to watch."))
        return Exit.CONFORMANT
    watch = Watch(options, folder, results["run"], broken)
    try:
        return watch.until_kept(console)
    except KeyboardInterrupt:
        console.print(Text(f"Still broken: {_names(watch.left)}"))
        return Exit.NOT_CONFORMANT


class Watch:
    """Rounds of runs that ask for what is `left` of the clauses that were broken."""

    def __init__(
        self, options: Namespace, folder: Path, run_: Mapping[str, Any], broken: Sequence[str]
    ) -> None:
        facts = journal.facts(folder)
        if run_["plan"] == _RECORDED and not options.target:
            raise ConfigurationError(f"{folder} was judged from a recording: give --target, to ask it.")
        target = Path(options.target or facts["path"]).absolute()
        known = claimed(target, facts["documents"], options.allow_file)
        check_owner(known, options.i_own_this_target)
        consent.see(known)
        plan = [] if run_["plan"] == _RECORDED else [f"--plan={run_['plan']}"]
        self._words = [
            *(f"--target={target}", f"--i-own-this-target={options.i_own_this_target}", *plan),
            *(f"--document={claim}" for claim in facts["documents"]),
            *families.options(),
            *(f"--allow-file={Path(path).absolute()}" for path in options.allow_file),
            f"--counterexamples={(folder.parent / 'counterexamples').absolute()}",
        ]
        self._every = options.every
        self._all = tuple(broken)
        self.left = list(broken)

    def until_kept(self, console: Console) -> int:
        """Ask, wait and ask again; at the end all of it once more, since a mend may break what was mended."""
        console.print(Text(f"{many(len(self.left), 'clause is', 'clauses are')} broken: {_names(self.left)}"))
        asked: Sequence[str] = self._all
        while True:
            began = time.monotonic()
            code, verdicts, said = self._round(asked)
            if code in _OVER:
                raise ConfigurationError(f"The clauses cannot be asked again: {said}")
            if verdicts:
                self._tell(console, asked, verdicts)
            else:
                console.print(Text(visible(f"{time.strftime('%H:%M:%S')} no verdict: {said}")))
            if verdicts and not self.left and len(asked) == len(self._all):
                console.print(Text(f"{many(len(self._all), 'clause is', 'clauses are')} kept now."))
                return Exit.CONFORMANT
            if self.left:
                time.sleep(max(0.0, began + self._every - time.monotonic()))
            asked = tuple(self.left) or self._all

    def _tell(self, console: Console, names: Sequence[str], verdicts: Mapping[str, str]) -> None:
        """Take note of what is kept now, and say what changed."""
        left = [name for name in self._all if name in names and verdicts.get(name) != "pass"]
        mended = [name for name in self.left if name not in left]
        if mended or len(left) != len(self.left):
            at = time.strftime("%H:%M:%S")
            kept = f" kept now: {_names(mended)};" if mended else ""
            console.print(Text(f"{at}{kept} {len(left)} of {len(self._all)} left"))
        self.left = left

    def _round(self, clauses: Sequence[str]) -> tuple[int, dict[str, str], str]:
        """Run some clauses; return how it ended, their verdicts, and what was said where there are none."""
        with TemporaryDirectory() as place:
            words = [*self._words, *(f"--clause={glob.escape(name)}" for name in clauses)]
            command = [sys.executable, "-m", "clausewise", "run", f"--run-dir={place}/run", "--quiet", *words]
            # In a folder and with variables of its own: no history and no notice is meant for a round.
            own = {name: value for name, value in os.environ.items() if not name.startswith("CLAUSEWISE_")}
            own |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            done = subprocess.run(  # noqa: S603 - our own command
                command,
                cwd=place,
                env=own,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            text = " ".join((done.stderr or done.stdout).split())
            if done.returncode in {*_OVER, Exit.TARGET_UNUSABLE}:
                return done.returncode, {}, text
            rows = report.read(Path(place) / "run")["clauses"]
            return (
                done.returncode,
                {row["id"]: str(row["verdict"]) for row in rows if row["id"] in clauses},
                text,
            )


def _names(clauses: Sequence[str]) -> str:
    more = f" and {len(clauses) - _NAMED} more" if len(clauses) > _NAMED else ""
    return ", ".join(clauses[:_NAMED]) + more
