"""The proxy of a target's calls: named in its file, or the environment's where the file says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import unquote, urlsplit

from clausewise.errors import ConfigurationError

_SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Which proxy takes calls to http and to https URLs; none by default.

    `logins` are user name and password by the proxy's URL. Hosts in `bypass` are called directly; `unused`
    names a variable that holds a proxy which the target file does not ask for.
    """

    urls: Mapping[str, str] = field(default_factory=dict)
    logins: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    bypass: tuple[str, ...] = ()
    unused: str = ""

    def of(self, url: str) -> str:
        """Return the URL of the proxy that a call to a URL goes through; '' where it goes directly."""
        way = self.urls.get(url.partition("://")[0].lower(), "")
        if not way:
            return ""
        try:
            parts = urlsplit(url)
        except ValueError:  # whoever calls it says so
            return ""
        return "" if self._passed_by(parts.netloc, parts.hostname or "") else way

    def without(self, *urls: str) -> Proxy:
        """Return the same proxy, but for the hosts of some URLs."""
        return replace(self, bypass=(*self.bypass, *(urlsplit(url).netloc for url in urls)))

    def _passed_by(self, netloc: str, host: str) -> bool:
        """Tell whether a host is called directly: `bypass` holds names, what is below one, networks, or *."""
        held = [it.lower().removeprefix("*") for it in self.bypass if it != "*"]
        if len(held) < len(self.bypass) or any(
            it in {netloc, host} or host.endswith(f".{it.lstrip('.')}") for it in held
        ):
            return True
        try:
            here = ip_address(host)
        except ValueError:
            return False
        return any(here in ip_network(it, strict=False) for it in held if "/" in it)


def check(spec: Mapping[str, Any], place: str) -> None:
    """Raise ConfigurationError, beginning with `place`, for keys of a table that do not go together."""
    if "environment" in spec and len(spec) > 1:
        other = next(key for key in spec if key != "environment")
        raise ConfigurationError(
            f"{place} has both environment and {other}; delete environment, or leave it alone in there."
        )
    if not spec.keys() & {"environment", "url"}:
        raise ConfigurationError(
            f"{place} lacks the key 'url'; write url = \"http://proxy.example.com:3128\", or "
            f"environment = true for the proxy that HTTPS_PROXY and HTTP_PROXY name."
        )
    for one, other in (("username", "password"), ("password", "username")):
        if one in spec and other not in spec:
            raise ConfigurationError(f"{place} lacks the key {other!r}, which goes with {one}.")


def named(url: str, login: tuple[str, str] | None, bypass: tuple[str, ...], place: str) -> Proxy:
    """Return the proxy that a target file names; ConfigurationError, beginning with `place`, else."""
    _check_networks(bypass, f"{place} bypass")
    url = url.rstrip("/")
    try:
        parts = urlsplit(url)
        fine = parts.hostname and parts.port != 0 and url.isprintable() and " " not in url
    except ValueError:
        fine = False
    if not fine:
        raise ConfigurationError(f"{place} url is no address; write it as http://proxy.example.com:3128.")
    return Proxy(dict.fromkeys(_SCHEMES, url), {url: login} if login else {}, bypass)


def surrounding(variables: Mapping[str, str], place: str) -> Proxy:
    """Return the proxy that the environment's variables name, as curl reads them.

    Raises ConfigurationError, beginning with `place`, where they name none or one that cannot be used.
    """
    urls: dict[str, str] = {}
    logins: dict[str, tuple[str, str]] = {}
    for scheme in _SCHEMES:
        name, value = _variable(variables, f"{scheme}_proxy", "all_proxy")
        if not value:
            continue
        try:
            parts = urlsplit(value if "://" in value else f"http://{value}")
            host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
        except ValueError:
            host = ""
        if not host or parts.scheme not in _SCHEMES:
            raise ConfigurationError(
                f"{place} takes the proxy of the environment variable {name}, which holds no address like "
                f"http://proxy.example.com:3128; mend it, or name the proxy as [proxy] url."
            )
        urls[scheme] = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"
        if parts.username:
            logins[urls[scheme]] = unquote(parts.username), unquote(parts.password or "")
    if not urls:
        raise ConfigurationError(
            f"{place} asks for the proxy of the environment, and neither HTTPS_PROXY nor HTTP_PROXY nor "
            f"ALL_PROXY is set; export one, or name the proxy as [proxy] url."
        )
    bypass = (name.strip() for name in _variable(variables, "no_proxy")[1].split(","))
    return Proxy(urls, logins, tuple(name for name in bypass if name))


def unasked(variables: Mapping[str, str]) -> Proxy:
    """Return no proxy, and the variable that holds one, where there is one."""
    name, value = _variable(variables, *(f"{scheme}_proxy" for scheme in (*reversed(_SCHEMES), "all")))
    return Proxy(unused=name if value else "")


def _variable(variables: Mapping[str, str], *names: str) -> tuple[str, str]:
    """Return the first variable that is set, and its value; names in small letters come before large ones."""
    every = (spelt for name in names for spelt in (name, name.upper()))
    return next(((name, variables[name]) for name in every if variables.get(name)), ("", ""))


def _check_networks(bypass: tuple[str, ...], place: str) -> None:
    for text in bypass:
        try:
            ip_network(text if "/" in text else "127.0.0.1", strict=False)
        except ValueError as bad:
            raise ConfigurationError(
                f"{place} holds {text!r}, which is no network ({bad}); write a host, as .example.com, or a "
                f"network, as 10.0.0.0/8."
            ) from bad
