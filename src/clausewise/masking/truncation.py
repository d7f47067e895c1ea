"""What is kept of a huge body: its head, its tail, its length and its digest; it was judged whole."""

from __future__ import annotations

from hashlib import sha256

KEPT = 1 << 20  # characters of a body, unless the target file says otherwise


def cut(body: str, most: int) -> tuple[str, dict[str, object]]:
    """Return a masked body as it is kept, and what is told of one that was cut.

    Its digest is that of the masked body.
    """
    if len(body) <= most:
        return body, {}
    head = most // 2
    tail = most - head
    digest = sha256(body.encode("utf-8", "backslashreplace")).hexdigest()
    left = len(body) - most
    shown = f"{body[:head]}[{left} characters left out]{body[len(body) - tail :]}"
    return shown, {"characters": len(body), "head": head, "tail": tail, "sha256": digest}
