"""Personal data that its own form gives away in free text: mail addresses, phone, card and account numbers.

Check digits are left to python-stdnum. Google's phonenumbers would find more phone numbers, and takes three
to five milliseconds for four kilobytes, longer than all other masking of an exchange: see docs/masking.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

# Each begins with what is quickly looked for; what may not stand before it is looked at then.
_BOX = re.compile(r"[\w+%-]+(?:\.[\w+%-]+)*$", re.ASCII)
_DOMAIN = re.compile(r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]*[A-Za-z0-9])+")
_ABROAD = re.compile(r"\+(?<![\w+]\+)[1-9](?:[ .()-]?\d){7,14}(?!\w)", re.ASCII)
_MOBILE = re.compile(
    r"0(?<![\w.,-]0)[35789]\d{2}[ .-]?\d{3}[ .-]?\d{3}(?!\w|[.,-]\d)", re.ASCII
)  # Vietnamese ones
_IBAN = re.compile(
    r"[A-Z](?<![A-Za-z0-9][A-Z])[A-Z]\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])"
)
_CARD = re.compile(r"[3-79](?<![\w.+-][3-79])(?:\d{3}|84-?\d)(?:[ -]?\d){8,15}(?!\w|[.-]\d)", re.ASCII)
_OURS = re.compile(r"[3-6]|9704|784")  # what cards begin with, and the UAE's identity numbers
_LONGEST_BOX = 64
_CHECKED = 1000  # numbers of a text whose check digits are computed; of further ones the form is enough
_CARD_DIGITS = range(13, 20)
_SHORTEST = 10  # characters in which any of these but a mail address fits


def personal(text: str) -> Iterator[Span]:
    """Yield where personal data stands in a text."""
    if "@" in text:
        yield from _mails(text)
    if len(text) < _SHORTEST:
        return
    if "+" in text:
        yield from (found.span() for found in _ABROAD.finditer(text))
    yield from (found.span() for found in _MOBILE.finditer(text))
    for number, found in enumerate(_CARD.finditer(text)):
        if number > _CHECKED or _is_card(found[0]):
            yield found.span()
    for number, found in enumerate(_IBAN.finditer(text)):
        words = found[0].split(" ")
        for many in range(len(words), 0, -1):  # what stands behind it may look as if it went on
            if number > _CHECKED or _is_iban(" ".join(words[:many])):
                yield found.start(), found.start() + len(" ".join(words[:many]))
                break


def _mails(text: str) -> Iterator[Span]:
    at = text.find("@")
    while at >= 0:
        box, domain = _BOX.search(text[max(0, at - _LONGEST_BOX) : at]), _DOMAIN.match(text, at)
        if box and domain:
            yield at - len(box[0]), domain.end()
        at = text.find("@", domain.end() if domain else at + 1)


def _is_card(text: str) -> bool:
    from stdnum import luhn  # noqa: PLC0415 - few runs meet one, and it takes some time to import

    digits = re.sub(r"\D", "", text)
    return bool(_OURS.match(digits)) and len(digits) in _CARD_DIGITS and bool(luhn.is_valid(digits))


def _is_iban(text: str) -> bool:
    from stdnum import iban  # noqa: PLC0415 - as above

    return bool(iban.is_valid(text))
