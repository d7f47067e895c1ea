"""`--notify`: says by mail, chat or webhook what changed since the run before, where anything did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pkgutil import resolve_name
from typing import Any

from rich.text import Text

from clausewise.cli import screen
from clausewise.errors import ConfigurationError
from clausewise.untrusted import visible
from clausewise.verdict import Exit

_NAMED = 10  # clauses in a message


def usable(urls: Sequence[str], history: str | None) -> None:
    """Find out before a run whether it can be told there; ConfigurationError where not."""
    if not urls:
        return
    if not history:
        raise ConfigurationError(
            "--notify tells what changed since the run before: give --history, which remembers it."
        )
    _place(urls)


def tell(urls: Sequence[str], results: Mapping[str, Any]) -> int:
    """Say what changed, if anything did; return 0, or what a message ends with that cannot be sent."""
    told = message(results) if urls else None
    if told is None or _place(urls).notify(title=told[0], body=told[1]):
        return Exit.CONFORMANT
    screen.console(stderr=True, soft_wrap=True).print(
        Text("clausewise: --notify: a message could not be sent. The run is judged and written.")
    )
    return results["outcome"]["exit"] or Exit.USAGE


def message(results: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the title and the text of what changed since the run before; None where nothing did."""
    trend = results["trend"]
    if len(trend) <= 1:
        return None
    before, now = trend[-2:]
    changed = before["word"] != now["word"]
    if not (changed or now["broken"] or now["mended"]):
        return None
    was = f", was {before['word']}" if changed else ""
    lines = [results["outcome"]["sentence"]]
    lines += [_named(name, now[name]) for name in ("broken", "mended") if now[name]]
    return visible(f"{now['target']}: {now['word']}{was}"), visible("\n".join(lines))


def _named(change: str, clauses: Sequence[str]) -> str:
    more = f" and {len(clauses) - _NAMED} more" if len(clauses) > _NAMED else ""
    word = "newly broken" if change == "broken" else change
    return f"{len(clauses)} {word}: {', '.join(clauses[:_NAMED])}{more}"


def _place(urls: Sequence[str]) -> Any:
    try:
        place = resolve_name("apprise:Apprise")()
    except ImportError as bad:
        raise ConfigurationError("--notify takes: pip install 'clausewise[notify]'.") from bad
    for url in urls:
        if not place.add(url):
            kind = url.partition(":")[0][:20]  # no more of it: the rest may be a secret
            raise ConfigurationError(
                f"--notify: Apprise cannot read the URL that begins with {kind!r}; its pages list how "
                f"each kind is written."
            )
    return place
