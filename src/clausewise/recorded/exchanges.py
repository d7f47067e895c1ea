"""One recorded exchange, ready to be judged."""

from __future__ import annotations

from dataclasses import dataclass

from clausewise.checks import documented, moved, nearest, read
from clausewise.judge import Terms
from clausewise.model import Exchange, Operation

_UNKNOWN = Terms()


@dataclass(frozen=True, slots=True)
class Seen:
    """An exchange, or None where it is not judged, and `why`; the terms on which it is judged.

    One that is not judged may still tell of which `operation` it is.
    """

    exchange: Exchange | None
    terms: Terms = _UNKNOWN
    test: str = ""
    why: str = ""
    operation: tuple[str, str] = ("", "")


def alone(exchange: Exchange, operation: Operation) -> Seen:
    """Return an exchange of which nobody says what was wanted: it is read as the answer that it is most like.

    Where no document describes its request, only what an answer shows itself is held against it.
    """
    name = nearest(exchange, operation)
    guess = not (documented(exchange, operation) or moved(exchange, operation))
    if name and guess and not read(exchange, operation, [name]).identified:
        name = ""
    return Seen(exchange, Terms((name,) if name else (), inferred=guess, unlike_any=not name))


class LeftOut(Exception):
    """Why a recorded exchange is not judged; one that is `broken` is not as any recorder writes it."""

    def __init__(self, why: str, *, broken: bool = False) -> None:
        super().__init__(why)
        self.broken = broken
