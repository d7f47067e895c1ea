"""Whether anything of an API answers where its target file says, or only what stands in front of it."""

from __future__ import annotations

import re

from clausewise import strict_json
from clausewise.model import Operation, Response

_NOWHERE = 404
_WORDS = re.compile(
    r"not found|(the )?(requested )?(route|resource|url|page|endpoint|path|api)( was)? not found"
    r"|no (such )?(route|operation|resource|api|endpoint|handler)\b.*|cannot (get|post|put|delete) .*",
    re.IGNORECASE,
)


class Reachability:
    """What the operations of one family answered, as long as none did but by a page that nothing is there."""

    def __init__(self) -> None:
        self.proven = False
        self._lost: dict[str, str] = {}

    def heard(self, operation: Operation, response: Response) -> None:
        """Take note of an answer; one that is no such page proves that the API is there.

        Where a document has the operation answer 404 itself, such a page says neither.
        """
        if response.status != _NOWHERE or not _is_page(response):
            self.proven = True
        elif not any(form.exact for known in operation.outcomes if (form := known.form(_NOWHERE))):
            kind = (response.header("Content-Type") or "no media type").partition(";")[0]
            self._lost[operation.id] = f"HTTP {response.status} ({kind})"

    @property
    def several(self) -> bool:
        """Whether more than one operation was answered so."""
        return len(self._lost) > 1

    def sentence(self, base_url: str, family: str) -> str:
        """Say that nothing is there, and what to look at."""
        text = ", ".join(f"{name} {answer}" for name, answer in self._lost.items())
        return (
            f"Nothing of the API answers at {base_url}, only something in front of it: {text}. See to "
            f"the path in [families.{family}] base_url: a gateway may add or take away the first parts of it."
        )


def _is_page(response: Response) -> bool:
    """Tell whether an answer may be of a server that has no such path: no JSON, or a gateway's words."""
    told = strict_json.parse(response.body)
    texts = (text for _, text in strict_json.scalars(told.value) if isinstance(text, str))
    return bool(told.problem) or any(_WORDS.fullmatch(text.strip().rstrip(".!")) for text in texts)
