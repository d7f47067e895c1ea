"""A validator's complaint, said as an expectation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_FORMATS = {
    "date": "a date such as 2031-05-20",
    "date-time": "a timestamp with zone such as 2031-05-20T08:00:00Z (RFC 3339)",
    "email": "a mail address",
    "uri": "a URI",
    "uuid": "a UUID",
}


def value(item: Any, limit: int = 200) -> str:
    """Show a JSON value as it would stand on the wire, cut at `limit` characters."""
    text = json.dumps(item, ensure_ascii=False, default=str)
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"


def expectation(keyword: str, rule: Any, description: str = "") -> str:
    """Say what a schema keyword asks for; the schema's own description where no phrase is known."""
    phrase = _PHRASES.get(keyword)
    return phrase(rule) if phrase else description or f"{keyword} {value(rule)}"


def _types(rule: str | list[str]) -> str:
    names = [rule] if isinstance(rule, str) else rule
    return " or ".join(_TYPES.get(name, name) for name in names)


_PHRASES: dict[str, Callable[[Any], str]] = {
    "type": _types,
    "const": value,
    "enum": lambda rule: "one of " * (len(rule) > 1) + ", ".join(value(item) for item in rule),
    "format": lambda rule: _FORMATS.get(rule, rule),
    "pattern": lambda rule: f"text like {rule}",
    "minLength": lambda rule: f"at least {rule} characters",
    "maxLength": lambda rule: f"at most {rule} characters",
    "minimum": lambda rule: f"{rule} or more",
    "maximum": lambda rule: f"{rule} or less",
    "exclusiveMinimum": lambda rule: f"more than {rule}",
    "minItems": lambda rule: f"at least {rule} entries",
    "maxItems": lambda rule: f"at most {rule} entries",
    "minProperties": lambda rule: f"at least {rule} keys",
}
