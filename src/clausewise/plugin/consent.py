"""Says what of this machine a target file sends where, and asks whoever sits at the terminal.

A target file that somebody else wrote may name any variable, any host, and a folder of tests. What was said
yes to is remembered by target file, host and names, so that it is asked once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from platformdirs import user_state_dir

from clausewise import families, masking
from clausewise.errors import ConfigurationError
from clausewise.targets import EMBEDDED, PROXY, Target
from clausewise.untrusted import visible

_WORDS = {
    "env": "the variable",
    "file": "the file",
    "keyring": "the keyring's entry",
    "dotenv": "the variable of .env",
}
_ROBOTS = ("CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE")
_YES = {"y", "yes"}


def see(target: Target, *, always: bool = False, dry: bool = False) -> None:
    """Say what a target file sends where, and runs, unless that is known; ask where somebody can answer.

    `always` says it again where it is known. A `dry` run sends nothing. Raises ConfigurationError for a no.
    """
    found = [*_code(target), *([] if dry else _told(target))]
    page = Path(user_state_dir("clausewise")) / "trusted" / _digest(target, found)
    if not found or (page.exists() and not always):
        return
    for line in found:
        _say(f"{visible(masking.plain(line, target.secrets))}\n")
    if page.exists() or not (sys.stdin.isatty() and sys.stderr.isatty()) or any(map(os.environ.get, _ROBOTS)):
        return
    _say("Is that as you want it? [y/N] ")
    if sys.stdin.readline().strip().lower() not in _YES:
        raise ConfigurationError(f"{target.path} was not agreed to, so that nothing was sent, or run.")
    _keep(page)


def _code(target: Target) -> Iterator[str]:
    """Yield a line for each family whose tests the file itself brings along."""
    for name, home in families.known().items():
        if name in target.families and home.origin.startswith(f"{target.path}: "):
            yield f"{target.path} names the family {name} in {home.root}, whose tests are programs that run."


def _told(target: Target) -> Iterator[str]:
    """Yield a line for each host."""
    ways = {}
    for name, family in target.families.items():
        if family.base_url == EMBEDDED:
            continue
        of_it = [it for it in target.references if it.family in {"", name}]
        sent = dict.fromkeys(f"{_WORDS[it.kind]} {it.name}" for it in of_it)
        if sent:
            urls = filter(None, (family.base_url, family.token_url))
            host = " and ".join(dict.fromkeys("/".join(url.split("/")[:3]) for url in urls))
            way = target.proxy.of(family.base_url)
            ways[way] = f" by the proxy {way}" if way else ""
            yield f"{target.path} sends to {host}{ways[way]} (family {name}): {', '.join(sent)}."
    own = dict.fromkeys(f"{_WORDS[it.kind]} {it.name}" for it in target.references if it.family == PROXY)
    for way in filter(None, ways):
        if own:
            yield f"{target.path} sends to the proxy {way}: {', '.join(own)}."


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _digest(target: Target, lines: list[str]) -> str:
    return sha256("\n".join([str(target.path.absolute()), *lines]).encode()).hexdigest()


def _keep(page: Path) -> None:
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.touch(mode=0o600)
    except OSError:  # then it is asked again
        return
