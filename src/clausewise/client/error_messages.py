"""What went wrong with a call, in the user's words and not in those of three nested libraries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

from clausewise.proxies import Proxy
from clausewise.targets import Limits

_UNCONNECTED = re.compile(
    r"ConnectTimeout|NewConnectionError|NameResolution|refused|Tunnel connection failed: 5"
)
_BROKEN_OFF = re.compile(r"RemoteDisconnected|EOF occurred|reset|Broken pipe")
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3}) ?([^'\"]{,60})")
_SHOW = "see to [tls] client_certificate and client_key in the target file"
_BUNDLE = "name the authority that signed it under [tls] ca_bundle in the target file"

# What no later call would mend, and then what one may; {} stands for what the pattern's group found.
_SETTLED: Mapping[str, str] = {
    r"self.signed certificate": f"its certificate is self-signed: {_BUNDLE}",
    r"certificate has expired": "its certificate has expired, or one that vouches for it: have it renewed",
    r"certificate is not yet valid": "its certificate is not valid yet: see to the clocks",
    r"(?:Hostname|IP address) mismatch": (
        "its certificate is another host's: see to base_url, or have the certificate issued anew"
    ),
    r"unable to get (?:local )?issuer": f"its certificate's authority is not known: {_BUNDLE}",
    r"CERTIFICATE_VERIFY_FAILED": f"its certificate cannot be verified: {_BUNDLE}",
    r"WRONG_VERSION_NUMBER|HTTP_REQUEST": "it does not speak TLS, and base_url says https",
    r"UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|NO_PROTOCOLS|INTERNAL_ERROR": (
        "it speaks no version of TLS that is safe (1.2 or 1.3)"
    ),
    r"ALERT_CERTIFICATE_EXPIRED": f"it says that the client certificate has expired: {_SHOW}",
    r"ALERT_CERTIFICATE_REQUIRED": f"it asks for a client certificate: {_SHOW}",
    r"ALERT_(?:[A-Z]+_)?(?:CERTIFICATE|UNKNOWN_CA|DECRYPT_ERROR|ACCESS_DENIED)": (
        f"it does not take the client certificate: {_SHOW}"
    ),
    r"HANDSHAKE_FAILURE": (
        f"it broke the handshake off: it asks for a client certificate ({_SHOW}), or speaks no safe TLS"
    ),
    r"BadStatusLine\(.*\\x15\\x03": "it answers in TLS, and base_url says http",
}
_KNOWN: Mapping[str, str] = {
    # so few characters, since what stands there may be a body that nobody masks
    r"BadStatusLine\(.*?[\"'](.{1,16})": "it answers something that is no HTTP/1.1, and begins with {}",
    r"got more than \d+ bytes when reading": "a line of its headers is longer than 64 kB",
    r"got more than (\d+) headers": "it has more than {} headers",
    r"unmatching values \(([^)]{,40})": "it has several Content-Lengths: {}",
    r"content-encoding: ([\w-]+)": "its Content-Encoding says {}, and its body is not",
    r"RemoteDisconnected|EOF occurred": "the connection was closed before an answer came",
    r"IncompleteRead|InvalidChunkLength": "the answer was cut off, or its chunks cannot be read",
    r"NameResolution": "its name cannot be resolved",
    r"refused": "the connection was refused",
    r"reset|Broken pipe": "the connection was reset",
}
_ADDRESS = re.compile(r"(?i)\s*\bwith url:? \S+|(?<=://)\S+")  # an address may hold a number of a person


# What nginx says on a page of its own, with status 400, where others break the handshake off.
_UNSHOWN: Mapping[bytes, str] = {
    b"No required SSL certificate was sent": f"it asks for a client certificate: {_SHOW}",
    b"The SSL certificate error": f"it does not take the client certificate: {_SHOW}",
}


def unshown(status: int, body: bytes) -> str:
    """Say what a gateway's page has against the client certificate; '' for any other answer."""
    told = (words for page, words in _UNSHOWN.items() if status == HTTPStatus.BAD_REQUEST and page in body)
    return next(told, "")


def barred(status: int, proxy: Proxy, way: str) -> str:
    """Say what a proxy wants before it lets anybody through; '' for any other answer."""
    if not way or status != HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return ""
    login = "does not take the credentials" if way in proxy.logins else "asks for credentials"
    return f"the proxy {way} {login} (407): see to username and password of [proxy] in the target file"


def _of_proxy(text: str, proxy: Proxy, way: str) -> str:
    """Say what a proxy on the way did; '' where it was something else."""
    if found := _TUNNEL.search(text):
        status, reason = int(found[1]), found[2].strip()
        message = f"({status} {reason})" if reason else f"({status})"
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return barred(status, proxy, way) or (
                f"the proxy {way} does not let it through {message}: have it allow this host and port, or "
                f"name the host under bypass of [proxy] in the target file"
            )
        return f"the proxy {way} did not reach it {message}"
    if "Unable to connect to proxy" not in text:
        return ""
    known = (words for pattern, words in _KNOWN.items() if re.search(pattern, text) and "{" not in words)
    return f"the proxy {way} cannot be used: {next(known, 'no connection to it')}"


def why(
    error: Exception, limits: Limits, proxy: Proxy | None = None, way: str = "", *, fresh: bool = False
) -> str:
    """Say in a phrase what went wrong; `way` is the URL of the proxy that the call went through.

    A `fresh` call was the first after a handshake of TLS.
    """
    proxy = proxy or Proxy()
    told = (way and _of_proxy(repr(error), proxy, way)) or _why(error, limits)
    if fresh and _BROKEN_OFF.search(repr(error)):
        told += f"; so ends TLS 1.3, too, with a host that asks for a client certificate: {_SHOW}"
    if proxy.unused and unconnected(error):
        told += (
            f"; the proxy of {proxy.unused} was not asked, since only the target file names one: say "
            f"environment = true under [proxy] where it leads there"
        )
    return told


def _why(error: Exception, limits: Limits) -> str:
    text = repr(error)
    if "ConnectTimeout" in text or "handshake operation timed out" in text:
        return f"no connection within {limits.connect_timeout:g} s"
    if "Read timed out" in text or "ReadTimeout" in text:
        return f"nothing came for {limits.read_timeout:g} s"
    for pattern, words in {**_SETTLED, **_KNOWN}.items():
        if found := re.search(pattern, text, re.DOTALL):
            return words.format(*found.groups())
    return f"{type(error).__name__}: {_ADDRESS.sub('', str(error))[:200]}"


def unconnected(error: Exception) -> bool:
    """Tell whether not even a connection came about."""
    return _UNCONNECTED.search(repr(error)) is not None


def dropped(error: Exception) -> bool:
    """Tell whether a connection ended before a byte of an answer came."""
    return _BROKEN_OFF.search(repr(error)) is not None


def hopeless(error: Exception) -> bool:
    """Tell whether the two do not agree on TLS, or a proxy lets nothing through: no later call mends that."""
    text = repr(error)
    return "Tunnel connection failed: 4" in text or any(
        re.search(pattern, text, re.DOTALL) for pattern in _SETTLED
    )
