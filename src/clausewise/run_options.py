"""The options of a run, each stated once.

`clausewise run` and the pytest plugin make their options of this table, and `pytest_words` turns those that
were given to the one into words for the other. A further option is one entry, and its use.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Any

from clausewise import option_types
from clausewise.plans import DEFAULT, HELP, PLANS, seconds


class Takes(Enum):
    """What follows an option: a value, a value each time that it is given, or nothing."""

    VALUE = auto()
    LIST = auto()
    NOTHING = auto()


class Side(Enum):
    """Who has an option: `clausewise run`, pytest, or both."""

    BOTH = auto()
    COMMAND = auto()
    PYTEST = auto()


class Completion(Enum):
    """What a shell completes an option's value to."""

    FILE = auto()
    FOLDER = auto()


class Heading(StrEnum):
    """The headings of a command's help; an option without one stands in the plain list."""

    WHAT = "what is judged"
    DEPTH = "how much is sent"
    COUNTS = "what counts"
    TRUST = "what you answer for"
    OUT = "what is written"
    SCREEN = "what the screen shows"
    PLAYS = "what it plays"


@dataclass(frozen=True, slots=True)
class OneOf:
    """Options of which one is given at most, or exactly one where that is `required`."""

    of: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOption:
    """One option of a run.

    Only a `resumable` one may stand beside --resume. One with a `setting` may be given by that key of
    clausewise.toml. `pytest_name` is what pytest calls it, if anything else; `translated` returns pytest's
    words for a value, where they are of another form. One that is not `handed_down` is left to whoever starts
    pytest.
    """

    name: str
    help: str
    heading: Heading | None = None
    takes: Takes = Takes.VALUE
    metavar: str | None = None
    read: Callable[[str], Any] | None = None
    choices: Sequence[str] | None = None
    default: Any = None
    held_as: str = ""
    completes: Completion | None = None
    one_of: OneOf | None = None
    resumable: bool = False
    setting: str = ""
    side: Side = Side.BOTH
    pytest_name: str = ""
    translated: Callable[[Any], list[str]] | None = None
    handed_down: bool = True

    @property
    def dest(self) -> str:
        """The attribute that argparse holds its value in."""
        return self.held_as or self.name.lstrip("-").replace("-", "_")

    @property
    def for_pytest(self) -> str:
        """What pytest calls it."""
        return self.pytest_name or self.name

    @property
    def unset(self) -> Any:
        """Its value where it is not given."""
        return {Takes.NOTHING: False, Takes.LIST: []}.get(self.takes, self.default)

    def declared(self) -> dict[str, Any]:
        """Return it in argparse's words, which are pytest's, too: all but its name."""
        if self.takes is Takes.NOTHING:
            return {"action": "store_true", "help": self.help}
        record: dict[str, Any] = {"default": self.unset, "metavar": self.metavar, "help": self.help}
        record |= {"action": "append"} if self.takes is Takes.LIST else {}
        record |= {"choices": list(self.choices)} if self.choices else {}
        return record | ({"type": self.read} if self.read else {})

    def words(self, value: Any) -> list[str]:
        """Return pytest's words for its value; none where it is not given, or not handed down."""
        if value == self.unset:
            return []
        if self.translated:
            return self.translated(value)
        if not self.handed_down or self.side is Side.COMMAND:
            return []
        if self.takes is Takes.NOTHING:
            return [self.for_pytest]
        return [f"{self.for_pytest}={it}" for it in (value if self.takes is Takes.LIST else [value])]


def pytest_words(given: argparse.Namespace) -> list[str]:
    """Return what was given to `clausewise run` as options of pytest."""
    options = (it for it in of_command() if it.resumable or not given.resume)
    return [word for option in options for word in option.words(getattr(given, option.dest))]


def contrary_to_resume(given: argparse.Namespace) -> str:
    """Return the name of an option that was given, and cannot be with --resume; '' where none was."""
    changed = (it for it in of_command() if getattr(given, it.dest) != it.unset and not it.resumable)
    return next((it.name for it in changed), "")


def of_command() -> Iterator[RunOption]:
    """Yield the options of `clausewise run`."""
    return (it for it in RUN_OPTIONS.values() if it.side is not Side.PYTEST)


def of_pytest() -> Iterator[RunOption]:
    """Yield the options of the pytest plugin."""
    return (it for it in RUN_OPTIONS.values() if it.side is not Side.COMMAND)


_BEGUN, _AT_ONCE = OneOf("a new run, or one that goes on", required=True), OneOf("calls, or processes")
_ALL = (
    RunOption(
        name="--target",
        help="the target file",
        metavar="FILE",
        completes=Completion.FILE,
        one_of=_BEGUN,
        setting="target",
    ),
    RunOption(
        name="--resume",
        help="go on with the run of this folder, with what is left of it",
        metavar="RUN",
        completes=Completion.FOLDER,
        one_of=_BEGUN,
        resumable=True,
    ),
    RunOption(
        name="--document",
        help="claim another document",
        heading=Heading.WHAT,
        takes=Takes.LIST,
        metavar="FAMILY=ID",
    ),
    RunOption(
        name="--i-own-this-target",
        help="say so of a production target, by its name",
        heading=Heading.TRUST,
        metavar="NAME",
        default="",
        resumable=True,
    ),
    RunOption(
        name="--allow-file",
        help="a file, or a folder, of secrets that does not lie beside the target file",
        heading=Heading.TRUST,
        takes=Takes.LIST,
        metavar="PATH",
        completes=Completion.FILE,
        resumable=True,
    ),
    RunOption(
        name="--run-dir",
        help="where the run's files go (default: reports/<date>-<target>)",
        heading=Heading.OUT,
        metavar="DIR",
        completes=Completion.FOLDER,
    ),
    RunOption(
        name="--seed",
        help="seed of all that is made by chance (default: a new one)",
        heading=Heading.DEPTH,
        metavar="N",
        read=int,
    ),
    RunOption(
        name="--clause",
        help="only clauses with such an id",
        heading=Heading.WHAT,
        takes=Takes.LIST,
        metavar="GLOB",
    ),
    RunOption(
        name="--operation",
        help="only this operation's clauses",
        heading=Heading.WHAT,
        takes=Takes.LIST,
        metavar="NAME",
    ),
    RunOption(
        name="--family",
        help="only this family's clauses",
        heading=Heading.WHAT,
        takes=Takes.LIST,
        metavar="ID",
    ),
    RunOption(
        name="--counterexamples",
        help="what chance finds is kept there and tried first the next time (default: beside the run)",
        heading=Heading.DEPTH,
        metavar="DIR",
        completes=Completion.FOLDER,
        resumable=True,
    ),
    RunOption(
        name="--since",
        help="only what failed or was not judged in that run's folder",
        heading=Heading.WHAT,
        metavar="RUN",
        completes=Completion.FOLDER,
    ),
    RunOption(
        name="--plan",
        help=f"how deep to go (default: {DEFAULT.name}). {HELP}",
        heading=Heading.DEPTH,
        metavar="PLAN",
        choices=tuple(PLANS),
        default=DEFAULT.name,
        setting="plan",
    ),
    RunOption(
        name="--shard",
        help="only the K-th of N parts, for `merge`; --seed is the same for all",
        heading=Heading.WHAT,
        metavar="K/N",
    ),
    RunOption(
        name="--max-requests",
        help="send no more than so many requests",
        heading=Heading.DEPTH,
        metavar="N",
        read=option_types.count,
        resumable=True,
    ),
    RunOption(
        name="--max-time",
        help="begin no request after so long: 90, 10m, 1h",
        heading=Heading.DEPTH,
        metavar="TIME",
        read=seconds,
        resumable=True,
    ),
    RunOption(
        name="--rate",
        help="at most N requests a second, if the target file allows more",
        heading=Heading.DEPTH,
        metavar="N",
        read=option_types.rate,
        resumable=True,
    ),
    RunOption(
        name="--while-read",
        help=argparse.SUPPRESS,
        takes=Takes.NOTHING,
        resumable=True,
        side=Side.COMMAND,
    ),
    RunOption(
        name="--policy",
        help="what turns the run red (default: the target file's)",
        heading=Heading.COUNTS,
        metavar="FILE",
        completes=Completion.FILE,
        setting="policy",
    ),
    RunOption(
        name="--waivers",
        help="broken clauses that somebody answers for until a day",
        heading=Heading.COUNTS,
        metavar="FILE",
        completes=Completion.FILE,
        setting="waivers",
    ),
    RunOption(
        name="--frozen",
        help="score only the clauses of this frozen set",
        heading=Heading.COUNTS,
        metavar="FILE",
        completes=Completion.FILE,
        setting="frozen",
    ),
    RunOption(
        name="--confirm-failures",
        help="repeat what failed once: broken, or unstable",
        heading=Heading.COUNTS,
        takes=Takes.NOTHING,
    ),
    RunOption(
        name="--dry-run",
        help="send nothing to the target: count the calls on the reference",
        heading=Heading.DEPTH,
        takes=Takes.NOTHING,
    ),
    RunOption(
        name="--no-clean-up",
        help="leave what the run's calls made in the target",
        heading=Heading.TRUST,
        takes=Takes.NOTHING,
        resumable=True,
    ),
    RunOption(
        name="--label",
        help="what is judged: build, release, commit, url, or your own key (repeat it; a CI's are read)",
        heading=Heading.COUNTS,
        takes=Takes.LIST,
        metavar="KEY=VALUE",
        setting="labels",
    ),
    RunOption(
        name="--history",
        help="append the run to a history: a path, or a database's URL",
        heading=Heading.OUT,
        metavar="URL",
        resumable=True,
        setting="history",
        side=Side.COMMAND,
    ),
    RunOption(
        name="--strict",
        help="inferred clauses turn the run red, too",
        heading=Heading.COUNTS,
        takes=Takes.NOTHING,
        pytest_name="--strict-clauses",  # pytest has a --strict of its own
    ),
    RunOption(
        name="-n",
        help="N calls at once, or as many as pay by what the target's answers take: auto",
        heading=Heading.DEPTH,
        metavar="N",
        read=option_types.calls,
        default=0,
        held_as="at_once",
        one_of=_AT_ONCE,
        resumable=True,
        side=Side.COMMAND,
        translated=lambda calls: [f"--overlap={0 if calls == 'auto' else calls}"],
    ),
    RunOption(
        name="--overlap",
        help="N calls at once, in threads of each process; 0 as many as it pays (default: 1)",
        metavar="N",
        read=option_types.overlap,
        default=1,
        side=Side.PYTEST,
    ),
    RunOption(
        name="--processes",
        help="N processes instead, each with a call at a time, or one for each processor: auto",
        heading=Heading.DEPTH,
        metavar="N",
        read=option_types.processes,
        default=0,
        held_as="workers",
        one_of=_AT_ONCE,
        resumable=True,
        side=Side.COMMAND,
        translated=lambda number: ["-n", str(number), "--maxschedchunk", "1"],  # as pytest-xdist has it
    ),
    RunOption(
        name="--notify",
        help="with --history: say there what changed, in Apprise's words; CLAUSEWISE_NOTIFY keeps it secret",
        heading=Heading.OUT,
        takes=Takes.LIST,
        metavar="URL",
        resumable=True,
        setting="notify",
        side=Side.COMMAND,
    ),
    RunOption(
        name="--quiet",
        help="say what it came to in one sentence, no more",
        heading=Heading.SCREEN,
        takes=Takes.NOTHING,
        resumable=True,
        side=Side.COMMAND,
    ),
    RunOption(
        name="--no-progress",
        help="no live line",
        heading=Heading.SCREEN,
        takes=Takes.NOTHING,
        resumable=True,
        side=Side.COMMAND,
    ),
    RunOption(
        name="--families",
        help="a folder of families of your own, which holds schemas/ and suites/ (repeatable)",
        heading=Heading.WHAT,
        takes=Takes.LIST,
        metavar="DIR",
        completes=Completion.FOLDER,
        resumable=True,
        setting="families",
        handed_down=False,  # `families.options()` names those of clausewise.toml, too
    ),
    RunOption(
        name="--reference-url",
        help="where the reference of embedded families runs",
        metavar="URL",
        side=Side.PYTEST,
    ),
)
RUN_OPTIONS: Mapping[str, RunOption] = {it.name: it for it in _ALL}
