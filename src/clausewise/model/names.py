"""What names tell: which are among some globs, and which are secrets, whatever the documents say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

_SECRET = re.compile(
    r"pass(word|wd|phrase|code)|pwd|secret|token(?![-_]?type)|api[-_]?key|private[-_]?key|authorization|base64"
    r"|(?<!allow-)credential|session[-_]?(id|key|state)|cookie|jwt|(^|[-_])(auth|pin|otp|cvv|cvc|sid)$",
    re.IGNORECASE,
)


def secret_name(name: str) -> bool:
    """Tell whether a field or a header of that name holds a secret."""
    return bool(_SECRET.search(name))


def among(name: str, globs: Iterable[str]) -> bool:
    """Tell whether an id fits one of some globs; `[]` in them stands for itself, as it does in clause ids."""
    return any(fnmatchcase(name, glob.replace("[]", "[[]]")) for glob in globs)
