"""One recorded exchange, ready to be judged."""

from __future__ import annotations

from dataclasses import dataclass

from clausewise.checks import documented, moved, nearest
from clausewise.model import Exchange, Operation


@dataclass(frozen=True, slots=True)
class Seen:
    """An exchange, or None where it is not judged, and `why`; the outcomes that were wanted of it.

    `loose` tells that any outcome of their roles would have done, `guess` that this was a guess, `unlike`
    that it is like no documented answer. One that is not judged may still tell of which `operation` it is.
    """

    exchange: Exchange | None
    wanted: tuple[str, ...] = ()
    loose: bool = False
    test: str = ""
    guess: bool = False
    unlike: bool = False
    why: str = ""
    operation: tuple[str, str] = ("", "")


def alone(exchange: Exchange, operation: Operation) -> Seen:
    """Return an exchange of which nobody says what was wanted: it is read as the answer that it is most like.

    What no document says of its request, it is held against no documented clause but by what it shows itself.
    """
    name = nearest(exchange, operation)
    wanted = (name,) if name else ()
    shown = documented(exchange, operation) or bool(moved(exchange, operation))
    return Seen(exchange, wanted, guess=not shown, unlike=not name)


class LeftOut(Exception):
    """Why a recorded exchange is not judged; one that is `broken` is not as any recorder writes it."""

    def __init__(self, why: str, *, broken: bool = False) -> None:
        super().__init__(why)
        self.broken = broken
