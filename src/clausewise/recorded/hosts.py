"""Which recorded host is which family's: the one of its base URL, and those that somebody says are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urlsplit

from clausewise.errors import ConfigurationError
from clausewise.scope import Scope
from clausewise.targets import EMBEDDED

ANY = ""  # of a URL without a host, and of a family whose base URL has none
_PORTS = {"http": 80, "https": 443, "": 443}


class Hosts:
    """The hosts of a target's families. `given` are further ones: HOST, or HOST=FAMILY for one of them."""

    def __init__(self, scope: Scope, given: Sequence[str] = ()) -> None:
        families = scope.target.families
        self._known: dict[str, set[str]] = defaultdict(set)
        self._services: dict[tuple[str, str], set[str]] = defaultdict(set)
        for name, own in families.items():
            self._known[ANY if own.base_url == EMBEDDED else host(own.base_url)].add(name)
            if own.token_url:
                self._services[host(own.token_url), urlsplit(own.token_url).path.rstrip("/")].add(name)
        for text in given:
            other, equals, family = text.partition("=")
            if not host(other) or (equals and family not in families):
                raise ConfigurationError(
                    f"--host {text}: write HOST or HOST=FAMILY, with a family of {scope.target.path}: "
                    f"{', '.join(families)}."
                )
            self._known[host(other)].update([family] if equals else families)

    def families(self, url: str, headers: Mapping[str, str]) -> Collection[str]:
        """Return the families that a recorded URL may be of; where it has no host, its headers may tell."""
        name = host(url) or host(headers.get("host", ""))
        every = set().union(*self._known.values()) if name == ANY else set()
        return every | self._known[ANY] | self._known.get(name, set())

    def tokens(self, url: str, headers: Mapping[str, str]) -> Collection[str]:
        """Return the families whose token service, on a host of its own, a recorded URL calls."""
        name = host(url) or host(headers.get("host", ""))
        return self._services.get((name, urlsplit(url).path.rstrip("/")), set())


def host(url: str) -> str:
    """Return the host of a URL, in small letters, with its port where that is not the scheme's own.

    '' where it has none; a text without a scheme is a host itself. Raises ValueError for what is no URL.
    """
    parts = urlsplit(url if "://" in url else f"//{url}")
    name, port = (parts.hostname or "").rstrip("."), parts.port
    own = port is None or port == _PORTS.get(parts.scheme) or (not parts.scheme and port in _PORTS.values())
    return name if own else f"{name}:{port}"
