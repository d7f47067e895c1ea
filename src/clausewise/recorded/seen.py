"""One recorded exchange, ready to be judged."""

from __future__ import annotations

from dataclasses import dataclass

from clausewise.model import Exchange


@dataclass(frozen=True, slots=True)
class Seen:
    """An exchange, or None where it called no documented operation; the outcomes that were wanted of it.

    `loose` tells that any outcome of their roles would have done, `guess` that this was a guess.
    """

    exchange: Exchange | None
    wanted: tuple[str, ...] = ()
    loose: bool = False
    test: str = ""
    guess: bool = False
