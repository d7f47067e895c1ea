"""One recorded exchange, ready to be judged."""

from __future__ import annotations

from dataclasses import dataclass

from clausewise.checks import documented, moved, nearest, read
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

    Where no document describes its request, only what an answer shows itself is held against it.
    """
    name = nearest(exchange, operation)
    guess = not (documented(exchange, operation) or moved(exchange, operation))
    if name and guess and not read(exchange, operation, [name]).known:
        name = ""
    return Seen(exchange, (name,) if name else (), guess=guess, unlike=not name)


class LeftOut(Exception):
    """Why a recorded exchange is not judged; one that is `broken` is not as any recorder writes it."""

    def __init__(self, why: str, *, broken: bool = False) -> None:
        super().__init__(why)
        self.broken = broken
