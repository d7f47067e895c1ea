"""Writes a contract as YAML that people can read: what is too long for one line stands below one another.

    python scripts/format_schemas.py schemas/ofs-ecm/openapi.yaml

Comments, order and quotes of values are kept, and so is every value. Needs ruamel.yaml, which keeps comments.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

_LONGEST = 150  # characters of a list or an object that stays on one line
_PLAIN = re.compile(r"[A-Za-z$][\w$-]*", re.ASCII)
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}  # which some readers take for others


def main() -> None:
    """Format the files that are named."""
    for name in sys.argv[1:]:
        path, writer = Path(name), _writer()
        contract = writer.load(path.read_text(encoding="utf-8"))
        _spread(contract, 0)
        with path.open("w", encoding="utf-8") as file:
            writer.dump(contract, file)


def _writer(*, flow: bool = False) -> YAML:
    made = YAML()
    made.preserve_quotes, made.width = True, sys.maxsize
    made.default_flow_style = flow
    made.indent(mapping=2, sequence=4, offset=2)
    return made


def _spread(node: Any, depth: int) -> None:
    """Put what is too long for a line below one another, and take quotes from keys that need none."""
    if not isinstance(node, CommentedMap | CommentedSeq):
        return
    if node.fa.flow_style() and depth + _width(node) > _LONGEST:
        node.fa.set_block_style()
    if isinstance(node, CommentedMap):
        for at, key in enumerate(list(node)):
            if type(key) is not str and _PLAIN.fullmatch(str(key)) and key.lower() not in _WORDS:
                value = node.pop(key)
                node.insert(at, str(key), value)
    for inner in node.values() if isinstance(node, CommentedMap) else node:
        _spread(inner, depth + 2)


def _width(node: Any) -> int:
    text = io.StringIO()
    _writer(flow=True).dump(node, text)
    return len(text.getvalue().strip())


if __name__ == "__main__":
    main()
