"""Where the parts of a trend's pictures stand: bars of runs with axes, lines of times, strips of verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

Row = Mapping[str, Any]

_LEFT, _RIGHT, _TOP, _HIGH, _WIDE = 48, 48, 14, 120, 26
_BOTTOM = _TOP + _HIGH
_STEPS = (1, 2, 5)
_TICKS = 4
_TONES = {0: "green", 2: "amber"}
_BROKEN = {"fail", "unstable", "error"}
_CELLS = {
    "pass": "green",
    "fail": "red",
    "error": "red",
    "unstable": "amber",
    "waived": "amber",
    "untestable": "thin",
}
_FLAKY = 3  # times that a verdict went to and fro
_SLOW, _AT_LEAST = 1.5, 20.0  # times as long as usual, and milliseconds more


@dataclass(frozen=True, slots=True)
class Bar:
    """A run: where its bar stands and how high it is, and where its exercised share is."""

    x: int
    y: float
    height: float
    share: float
    tone: str
    label: str  # a date, where there is room for one


@dataclass(frozen=True, slots=True)
class Chart:
    """Runs beside one another: `ticks` are heights of the left axis, with how many broken clauses each is."""

    width: int
    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, int]]
    shares: Sequence[tuple[float, str]]
    line: str
    wide: int = _WIDE - 8
    left: int = _LEFT
    right: int = _RIGHT
    top: int = _TOP
    bottom: int = _BOTTOM


def chart(runs: Sequence[Row]) -> Chart:
    """Return where the bars of some runs stand, the oldest first."""
    most = max((run["counts"]["fail"] for run in runs), default=0)
    step = _step(most)
    scale = max(step, -(-most // step) * step)
    each = max(1, -(-len(runs) * 2 // 11))
    bars = []
    for at, run in enumerate(runs):
        height = round(_HIGH * run["counts"]["fail"] / scale, 1)
        label = str(run["started"])[5:10] if at % each == 0 else ""
        share = round(_BOTTOM - _HIGH * min(1.0, max(0.0, run["share"])), 1)
        place = _LEFT + at * _WIDE + 4
        bars.append(
            Bar(
                place,
                round(_BOTTOM - height - 2, 1),
                height + 2,
                share,
                _TONES.get(run["exit"], "red"),
                label,
            )
        )
    half = (_WIDE - 8) / 2
    return Chart(
        _LEFT + len(runs) * _WIDE + _RIGHT,
        bars,
        [(round(_BOTTOM - _HIGH * at / scale, 1), at) for at in range(0, scale + 1, step)],
        [(_BOTTOM - _HIGH * part / 2, f"{50 * part}%") for part in range(3)],
        " ".join(f"{bar.x + half},{bar.share}" for bar in bars),
    )


def _step(most: int) -> int:
    """Return how many a tick is: 1, 2 or 5, and ten times as many."""
    power = 1
    while True:
        for digit in _STEPS:
            if digit * power * _TICKS >= most:
                return digit * power
        power *= 10


@dataclass(frozen=True, slots=True)
class Pace:
    """The 95th percentile of an operation's times over some runs, in milliseconds."""

    name: str
    last: float
    usual: float
    most: float
    points: Sequence[tuple[float, float, str]]
    slower: bool

    @property
    def line(self) -> str:
        """Return the points as a line."""
        return " ".join(f"{x},{y}" for x, y, _ in self.points)


def pace(name: str, figures: Sequence[tuple[Row, float]]) -> Pace:
    """Return where an operation's times stand, a run after another."""
    times = [time for _, time in figures]
    most, usual = max(times), median(times)
    points = [
        (
            8.0 * at + 4,
            round(22 - 18 * (time / most if most else 0.0), 1),
            f"{run['started'][:16]}: {time} ms",
        )
        for at, (run, time) in enumerate(figures)
    ]
    slower = times[-1] > usual * _SLOW and times[-1] - usual > _AT_LEAST
    return Pace(name, times[-1], round(usual, 2), most, points, slower)


@dataclass(frozen=True, slots=True)
class Strip:
    """The verdicts of a clause over some runs: since when it is broken, and whether it goes to and fro."""

    clause: str
    since: str
    flaky: bool
    cells: Sequence[tuple[str, str, int]]  # tone, words, and which run


def strip(clause: str, runs: Sequence[tuple[int, Row]], verdicts: Mapping[str, str]) -> Strip:
    """Return the strip of a clause; a run that did not judge it has an empty cell."""
    found = [verdicts.get(run["id"], "") for _, run in runs]
    judged = [verdict in _BROKEN for verdict in found if verdict in _BROKEN | {"pass", "waived"}]
    changes = sum(one != other for one, other in pairwise(judged))
    since = ""
    for (_, run), verdict in zip(reversed(runs), reversed(found), strict=True):
        if verdict in _BROKEN:
            since = str(run["started"])[:16]
        elif verdict:
            break
    cells = [
        (_CELLS.get(verdict, ""), f"{str(run['started'])[:16]}: {verdict or 'not judged'}", at)
        for (at, run), verdict in zip(runs, found, strict=True)
    ]
    return Strip(clause, since, changes >= _FLAKY or "unstable" in found, cells)
