"""One exchange as it is judged: the terms, and what each step finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clausewise.checks import Reading
from clausewise.model import Assertion, Exchange, Operation

_UNREAD = Reading("", (), as_expected=False)


@dataclass(frozen=True, slots=True)
class Terms:
    """How an exchange is judged. This is all that a record keeps of it, under the keys in brackets.

    `expected`: the outcomes that would do, the one that is meant first. Without any the call only prepared
    the ground, and is judged by what holds for every answer. [expected]

    `compared`: the outcomes that a test compared the answer with, and held nothing against it.
    [expected, with free]

    `any_of_role`: any outcome in the role of an expected one would do. The answer's own fields are not
    judged, since what no document describes in the request may well come back in them. [loose]

    `inferred`: that one of these outcomes comes is inferred, and no document says so. The answer breaks
    a documented clause only by what it shows of itself. [guess]

    `unlike_any`: it was recorded, nobody said what was expected, and the answer is like no documented one.
    [unlike]

    The exchange itself tells whether its request is undocumented, so that nothing holds for its answer
    [stray], and whether its body was sent byte for byte, so that nothing is known of its fields [raw].
    """

    expected: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    any_of_role: bool = False
    inferred: bool = False
    unlike_any: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """An exchange on its way through the steps of `pipeline`, each of which fills in its part.

    It comes with the `test` that made it, and whether it is the `first` time that it is judged: a test may
    expect several things of one answer, and what holds for every answer is judged and written down once.

    - reading fills in `reading`.
    - findings: the assertions on what holds for every answer (`universal`), on the fields of the request
      (`request_fields`), and on the answer as the outcome that it is (`answer_fields`).
    - standing: `assertions`, those that count. It `refuses_inferred` where all fields that the answer
      refuses by name are inferred ones, now or when it was judged before.
    - record: masks the findings of `assertions`; `row` is the journal's line, None but the first time.
    """

    exchange: Exchange
    operation: Operation
    terms: Terms
    test: str = ""
    first: bool = True
    refuses_inferred: bool = False
    reading: Reading = _UNREAD
    universal: tuple[Assertion, ...] = ()
    request_fields: tuple[Assertion, ...] = ()
    answer_fields: tuple[Assertion, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    row: Mapping[str, Any] | None = None

    @property
    def undocumented(self) -> bool:
        """Whether no document describes the request, so that nothing holds for its answer."""
        return self.exchange.stray

    @property
    def sent_as_bytes(self) -> bool:
        """Whether the body was sent byte for byte, so that nothing is known of its fields."""
        return self.exchange.sent is None and bool(self.exchange.request.body)

    @property
    def request_documented(self) -> bool:
        """Whether what was sent is the document's, and not refused by the name of an inferred field."""
        return not self.terms.inferred and not self.refuses_inferred

    @property
    def answer_documented(self) -> bool:
        """Whether what was sent is the document's, or the answer shows itself which one it is."""
        return self.request_documented or self.reading.identified
