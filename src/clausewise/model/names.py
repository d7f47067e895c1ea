"""What is a secret by its name, whatever the documents say."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"pass(word|wd|phrase|code)|pwd|secret|token(?![-_]?type)|api[-_]?key|private[-_]?key|authorization|base64"
    r"|(?<!allow-)credential|session[-_]?(id|key|state)|cookie|jwt|(^|[-_])(auth|pin|otp|cvv|cvc|sid)$",
    re.IGNORECASE,
)


def secret_name(name: str) -> bool:
    """Tell whether a field or a header of that name holds a secret."""
    return bool(_SECRET.search(name))
