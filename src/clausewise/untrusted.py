"""Text that others wrote, made safe for what shows it: the one place for terminal, log, page, XML, Markdown.

Where it is put into HTML, a template escapes what is left of its markup.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_WITHIN_A_LINE = re.compile(r"[^\n\t]+")
# What build servers obey: wherever it stands (Azure, GitHub, TeamCity), and at a line's beginning.
_COMMAND = re.compile(r"#(?=#(?:vso|teamcity|[A-Za-z-]*)\[)|^([ \t]*):(?=:)", re.MULTILINE | re.IGNORECASE)
_UNPRINTABLE = re.compile("[\ufffe\uffff]")  # what XML 1.0 cannot hold at all, and `visible` lets through
# Images, links, mentions, addresses, and references to issues: whatever a page would make something of.
_LIVE = re.compile(r"[\[\]@~]|://|www\.|mailto:|[#!]\d|GH-\d|&[#\w]", re.IGNORECASE)


def visible(text: Any) -> str:
    """Show control characters and bidi marks as escapes, and disarm what a build server would obey."""
    said = _WITHIN_A_LINE.sub(_escaped, str(text))
    return _COMMAND.sub(_disarmed, said) if "##" in said or "::" in said else said


def printable(text: Any) -> str:
    """Make a text safe in XML, too."""
    return _UNPRINTABLE.sub("\ufffd", visible(text))


def cell(text: Any) -> str:
    """Make a text safe in a line or a table cell of Markdown: as code where it would be live."""
    flat = " ".join(visible(text).split())
    if _LIVE.search(flat):
        told = (
            flat.replace("`", "'").replace("|", "\\|").replace("<", "\\u003c")
        )  # not all pages mind the ticks
        return f"`{told}`"
    return flat.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def fenced(text: Any) -> str:
    """Make a text safe within a fence of Markdown."""
    return visible(text).replace("```", "'''")


def _escaped(piece: re.Match[str]) -> str:
    said = piece[0]
    if said.isprintable():  # most are, and it takes a hundredth of the time
        return said
    return "".join(letter if _harmless(letter) else f"\\u{ord(letter):04x}" for letter in said)


def _harmless(letter: str) -> bool:
    return unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _disarmed(found: re.Match[str]) -> str:
    return "\\u0023" if found[0] == "#" else f"{found[1]}\\u003a"
