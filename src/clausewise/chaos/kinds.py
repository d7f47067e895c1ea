"""Every kind of chaos by its name: what it does, in words and in bytes."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

from clausewise.chaos.wire import Answer, Call

Act = Callable[[Call], None]
Spoil = Callable[[Answer], bytes]

_SLOWLY = 0.4  # seconds between two bytes: below any read timeout, so that only the whole has an end
_ALMOST = 0.7  # seconds: within the read timeout of whoever measures
_LONG = 3600.0  # seconds; whoever waits gives up before
_MB = 1 << 20
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_CHUNKED = _HEAD + b"transfer-encoding: chunked\r\n\r\n"
_RESTLESS = 2  # calls that are put off before one is answered
_ESCAPES = "\x1b[31m\x1b]0;owned\x07\x9b2J\u202e"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `act` answers a call; `greet` has a word before the first; `tls` names a flaw.

    One that is `whole` spoils the host itself, so that it cannot be kept to one operation: nobody listens
    (`deaf`), or the connection is not what the URL, http or `https`, says.
    """

    says: str
    act: Act
    greet: Callable[[socket.socket], None] | None = None
    tls: str = ""
    https: bool = False
    deaf: bool = False

    @property
    def whole(self) -> bool:
        """Whether it spoils the host itself."""
        return bool(self.deaf or self.https or self.tls or self.greet)


def _good(call: Call) -> None:
    call.send(call.good().whole())
    call.keep()


def raw(data: bytes) -> Act:
    """Answer with exactly these bytes."""
    return lambda call: call.send(data)


def _spoiled(spoil: Spoil, *, keep: bool = True) -> Act:
    """Answer with the good answer, spoiled; only what ends with the connection does not `keep` it."""

    def act(call: Call) -> None:
        call.send(spoil(call.good()))
        if keep:
            call.keep()

    return act


def _body(spoil: Callable[[bytes], bytes], **headers: str) -> Act:
    """Answer with the good answer but for its body, in well-formed HTTP."""

    def act(call: Call) -> None:
        good = call.good()
        call.send(good.having(spoil(good.body), **headers).whole())
        call.keep()

    return act


def _status(first: str, more: str = "", body: bytes = b"{}", kind: str = "application/json") -> Act:
    """Answer with this status line and these headers."""
    head = f"HTTP/1.1 {first}\r\ncontent-type: {kind}\r\n{more}content-length: {len(body)}\r\n\r\n"

    def act(call: Call) -> None:
        call.send(head.encode("latin-1") + body)
        call.keep()

    return act


def ever(head: bytes, chunk: bytes, pause: float = 0.0) -> Act:
    """Send a beginning, and then the chunk for as long as somebody listens."""

    def act(call: Call) -> None:
        call.send(head)
        call.ever(chunk, pause)

    return act


def silence(_: Call) -> None:
    """Say nothing for an hour."""
    threading.Event().wait(_LONG)


def _unfinished(call: Call) -> None:
    call.send(_HEAD + b"content-length: 9\r\n\r\n")
    silence(call)


def _reset(head: bytes) -> Act:
    def act(call: Call) -> None:
        call.send(head)
        call.reset()

    return act


def _drops_second(call: Call) -> None:
    """Keep a connection open, and close it without a word when the next call comes on it."""
    call.send(call.good().whole())
    call.connection.recv(65536)


def _gigabyte(call: Call) -> None:
    call.send(_HEAD + b"content-length: 1073741824\r\n\r\n")
    for _ in range(1024):
        call.send(b" " * _MB)


def _many_headers() -> bytes:
    return b"".join(b"x-%d: y\r\n" % number for number in range(5000))


@cache
def _bomb(times: int) -> bytes:
    """Return a gigabyte of blanks, packed; more than once over for `times` above 1."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blanks = b" " * _MB
    first, again = (packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    data = first + again * 1023
    for _ in range(times - 1):
        data = gzip.compress(data)
    return data


def _bombed(times: int) -> Act:
    def act(call: Call) -> None:
        data = _bomb(times)
        codings = ", ".join(["gzip"] * times)
        call.send(
            _HEAD + f"content-encoding: {codings}\r\ncontent-length: {len(data)}\r\n\r\n".encode() + data
        )

    return act


def _inserted(pair: bytes) -> Callable[[bytes], bytes]:
    """Put a pair in front of the others of the good answer's object."""
    return lambda body: body.replace(b"{", b"{" + pair + b", ", 1) if body != b"{}" else b"{" + pair + b"}"


def _doubled(body: bytes) -> bytes:
    """Write the first pair of the good answer's object twice."""
    pairs = json.loads(body) if body else {}
    key = next(iter(pairs), "key")
    return _inserted(f"{json.dumps(key)}: {json.dumps(pairs.get(key))}".encode())(body)


def _chunks(body: bytes, size: int = 7) -> Iterator[bytes]:
    for at in range(0, len(body), size):
        piece = body[at : at + size]
        yield b"%x\r\n%s\r\n" % (len(piece), piece)


def _chunked(answer: Answer, end: bytes = b"0\r\n\r\n", **headers: str) -> bytes:
    told = answer.having(transfer_encoding="chunked", **headers)
    return told.head() + b"".join(_chunks(answer.body)) + end


def _smuggled(call: Call) -> None:
    """Send a second whole answer behind the first, for whoever calls next on this connection."""
    other = b'{"statusCode": "0", "smuggled": true}'
    second = Answer(body=other).whole()
    call.send(call.good().whole() + second)
    call.keep()


def _put_off(status: str, more: str) -> Act:
    """Turn the first calls away with a status, and answer well from then on."""
    refuse = _status(status, more)
    return lambda call: refuse(call) if call.number <= _RESTLESS else _good(call)


def _by_date(call: Call) -> None:
    """Turn the first calls away until a moment, two seconds on by the answer's own clock, that is a date."""
    at = datetime.now(UTC) + timedelta(hours=7)  # a clock of its own
    dates = (format_datetime(when, usegmt=True) for when in (at, at + timedelta(seconds=1)))
    more = "date: {}\r\nretry-after: {}\r\n".format(*dates)
    (_status("429 Too Many Requests", more) if call.number <= _RESTLESS else _good)(call)


def _few_calls(call: Call) -> None:
    """Say that the connection ends with each second call."""
    ends = call.number % 2
    call.send(call.good().having(**({"connection": "close"} if ends else {})).whole())
    if not ends:
        call.keep()


def _slow(call: Call) -> None:
    """Answer well, but only just before a reader's patience ends."""
    threading.Event().wait(_ALMOST)
    _good(call)


def _limited(many: int) -> Act:
    """Answer so many calls a second, whatever their path, and turn all others away until the next second."""
    taken: deque[float] = deque(maxlen=many)
    lock = threading.Lock()
    refuse = _status("429 Too Many Requests", "retry-after: 1\r\n")

    def act(call: Call) -> None:
        with lock:
            now = time.monotonic()
            full = len(taken) == many and now - taken[0] < 1
            if not full:
                taken.append(now)
        (refuse if full else _good)(call)

    return act


def _flapping(call: Call) -> None:
    """Turn every second log-in away; all else is answered well."""
    if not _logs_in(call):
        _good(call)
    elif call.number % 2:
        call.send(call.good().whole())
    else:
        _status("401 Unauthorized", body=b'{"error": "invalid_grant"}')(call)


def _logs_in(call: Call) -> bool:
    return call.asked.path.endswith(("/token", "/login"))


def _token(**changes: object) -> Act:
    """Answer log-ins with other values in the good answer; all else is answered well."""

    def act(call: Call) -> None:
        good = call.good()
        if _logs_in(call) and good.status == 200:  # noqa: PLR2004 - OK
            body = json.dumps(json.loads(good.body) | changes)
            good = good.having(body.replace("Infinity", "1e999").encode())
        call.send(good.whole())
        call.keep()

    return act


def _skewed(call: Call) -> None:
    """Live seven hours ahead: in the Date header, and in what is said of a token's life."""
    date = format_datetime(datetime.now(UTC) + timedelta(hours=7), usegmt=True)
    good = call.good()
    if _logs_in(call) and good.status == 200:  # noqa: PLR2004 - OK
        good = good.having(json.dumps(json.loads(good.body) | {"expires_in": -25200}).encode())
    call.send(good.having(date=date).whole())
    call.keep()


def _elsewhere(call: Call) -> None:
    """Point to another host, which takes note of whoever comes."""
    _status("307 Temporary Redirect", f"location: {call.elsewhere}{call.asked.target}\r\n")(call)


def _dripping_handshake(connection: socket.socket) -> None:
    """Begin a TLS record of 16 kB in answer to the caller's, and send it byte by byte."""
    connection.recv(65536)
    connection.sendall(b"\x16\x03\x03\x40\x00")
    while True:
        connection.sendall(b"\x02")
        threading.Event().wait(_SLOWLY)


def _plain_http(connection: socket.socket) -> None:
    """Answer a TLS handshake as a server of plain HTTP does."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    connection.close()


def _tls_alert(connection: socket.socket) -> None:
    """Answer plain HTTP as a TLS server does: with an alert."""
    connection.recv(65536)
    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x46")
    connection.close()


def _page(first: str, more: str = "") -> Act:
    """Answer with this status line and a gateway's page."""
    return _status(first, more, _PAGE, "text/html")


_PAGE = b"<html><head><title>gate</title></head><body><h1>Gate</h1></body></html>"
_DEEP = b'{"a": ' * 100_000 + b"1" + b"}" * 100_000
_LESS_DEEP = b'{"a": ' * 400 + b"1" + b"}" * 400

KINDS: Mapping[str, Kind] = {
    # the connection
    "refused": Kind("nothing listens", silence, deaf=True),
    "reset-at-once": Kind("a reset before any byte", _reset(b"")),
    "closed-at-once": Kind("a proper end before any byte", raw(b"")),
    "reset-in-headers": Kind("a reset within the headers", _reset(b"HTTP/1.1 200 OK\r\ncontent-ty")),
    "reset-after-headers": Kind("a reset after the headers", _reset(_HEAD + b"content-length: 9\r\n\r\n")),
    "silence": Kind("takes the call and says nothing", silence),
    "silence-after-headers": Kind(
        "says nothing after the headers",
        _unfinished,
    ),
    "dripping-headers": Kind("a byte now and then in a header", ever(_HEAD + b"x-long: ", b"x", _SLOWLY)),
    "dripping-body": Kind("a byte now and then in the body", ever(_HEAD + b"\r\n", b" ", _SLOWLY)),
    "dropped-second-call": Kind(
        "keeps a connection, and drops the next call on it (tolerated)", _drops_second
    ),
    # too much
    "endless-body": Kind("a body without an end", ever(_HEAD + b"\r\n", b" " * _MB)),
    "gigabyte-body": Kind("a body of 1 GB", _gigabyte),
    "fat-body": Kind("the good body and 20 MB of blanks", _body(lambda body: body + b" " * (20 * _MB))),
    "endless-header": Kind("a header line without an end", ever(_HEAD + b"x-long: ", b"x" * 65536)),
    "many-headers": Kind("5000 headers", _spoiled(lambda good: good.having().head()[:-2] + _many_headers())),
    "endless-headers": Kind("headers without an end", ever(_HEAD, b"x-one: more\r\n" * 1000)),
    "huge-reason": Kind("a reason phrase of 1 MB", _status(f"200 {'O' * _MB}")),
    "cookie-flood": Kind(
        "the good answer and 90 cookies of 4 kB",
        _spoiled(
            lambda good: (
                good.head()[:-2]
                + b"".join(b"set-cookie: c%d=%s; path=/\r\n" % (n, b"x" * 4000) for n in range(90))
                + b"content-length: %d\r\n\r\n" % len(good.body)
                + good.body
            )
        ),
    ),
    # codings
    "gzip": Kind("the good body, packed well (tolerated)", _body(gzip.compress, content_encoding="gzip")),
    "deflate": Kind(
        "the good body, deflated well (tolerated)", _body(zlib.compress, content_encoding="deflate")
    ),
    "gzip-bomb": Kind("1 MB that unpacks to 1 GB", _bombed(1)),
    "gzip-bomb-nested": Kind("3 kB that unpack twice, to 1 GB", _bombed(2)),
    "gzip-garbage": Kind("says gzip and is none", _body(lambda body: body, content_encoding="gzip")),
    "gzip-cut": Kind(
        "a gzip stream that stops in the middle",
        _body(lambda body: gzip.compress(body)[:30], content_encoding="gzip"),
    ),
    "brotli": Kind("brotli, which nobody asked for", _body(lambda body: body, content_encoding="br")),
    "unknown-coding": Kind("a coding of its own", _body(lambda body: body, content_encoding="x-ours")),
    # JSON
    "deep-json": Kind("objects nested 100,000 deep", _body(lambda _: _DEEP)),
    "deeper-json": Kind("a pair more, nested 400 deep", _body(_inserted(b'"deep": ' + _LESS_DEEP))),
    "huge-number": Kind("a number of 100,000 digits", _body(_inserted(b'"huge": ' + b"9" * 100_000))),
    "infinite-number": Kind("the number 1e999999", _body(_inserted(b'"huge": 1e999999'))),
    "duplicate-key": Kind("a key twice, with the same value", _body(_doubled)),
    "duplicate-keys": Kind(
        "20,000 keys, each twice",
        _body(_inserted(b", ".join(b'"k%d": 1, "k%d": 2' % (n, n) for n in range(20_000)))),
    ),
    "nan": Kind("NaN and Infinity", _body(_inserted(b'"nan": NaN, "inf": -Infinity'))),
    "lone-surrogate": Kind("half a surrogate pair in a text", _body(_inserted(b'"half": "\\ud800"'))),
    "invalid-utf-8": Kind("a byte that is no UTF-8", _body(_inserted(b'"byte": "\xff"'))),
    "overlong-utf-8": Kind("a slash in two bytes (overlong)", _body(_inserted(b'"slash": "\xc0\xaf"'))),
    "nul-bytes": Kind("NUL bytes around the body", _body(lambda body: b"\0" + body + b"\0")),
    "bom": Kind("a byte order mark in front", _body(lambda body: b"\xef\xbb\xbf" + body)),
    "utf-16": Kind("UTF-16", _body(lambda body: body.decode().encode("utf-16"))),
    "html": Kind(
        "a page of HTML with status 200",
        raw(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>Sign in</html>"),
    ),
    "wide-json": Kind("a list of a million objects", _body(lambda _: b"[" + b"{}," * 1_000_000 + b"{}]")),
    "broad-json": Kind("a list of 250,000 objects", _body(lambda _: b"[" + b"{}," * 250_000 + b"{}]")),
    "leak-bait": Kind(
        "a text made to cost a search for leaks its time",
        _body(_inserted(b'"bait": "' + b"SELECT System. at a.a( " * 50_000 + b'"')),
    ),
    # lengths and chunks
    "length-too-long": Kind(
        "says more bytes than come",
        _spoiled(lambda good: good.head(length=len(good.body) + 9) + good.body, keep=False),
    ),
    "length-too-short": Kind(
        "says fewer bytes than come", _spoiled(lambda good: good.head(length=len(good.body) // 2) + good.body)
    ),
    "length-negative": Kind(
        "a Content-Length of -5", _spoiled(lambda good: good.head(length=-5) + good.body, keep=False)
    ),
    "lengths-differ": Kind(
        "two different Content-Lengths",
        _spoiled(lambda good: good.having(content_length="7").head(length=len(good.body)) + good.body),
    ),
    "chunked": Kind("the good body in chunks of 7 (tolerated)", _spoiled(_chunked)),
    "length-and-chunked": Kind(
        "a Content-Length and chunks, too", _spoiled(lambda good: _chunked(good, content_length="3"))
    ),
    "chunk-garbage": Kind("chunks whose size is no number", raw(_CHUNKED + b"what\r\n{}\r\n")),
    "chunk-negative": Kind("a chunk of -5 bytes", raw(_CHUNKED + b"-5\r\n{}\r\n0\r\n\r\n")),
    "chunk-unended": Kind(
        "chunks that stop without the last", _spoiled(lambda good: _chunked(good, end=b""), keep=False)
    ),
    "trailers": Kind(
        "the good body in chunks, and trailers behind it (tolerated)",
        _spoiled(
            lambda good: _chunked(good, b"0\r\nx-checksum: 1\r\nx-signed: no\r\n\r\n", trailer="x-checksum")
        ),
    ),
    "chunk-trailers": Kind("trailers without an end", ever(_CHUNKED + b"2\r\n{}\r\n0\r\n", b"x: y\r\n" * 99)),
    # status and version
    "http-0.9": Kind("a bare body, as HTTP/0.9 had it", lambda call: call.send(call.good().body)),
    "http-1.0": Kind(
        "HTTP/1.0 without a length (tolerated)",
        _spoiled(lambda good: good.head().replace(b"HTTP/1.1", b"HTTP/1.0", 1) + good.body, keep=False),
    ),
    "http-2": Kind("HTTP/2 frames", raw(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\x00\x03" * 9)),
    "no-http": Kind("another protocol's greeting", raw(b"SSH-2.0-nonsense\x1b[31m\r\n\r\n")),
    "status-000": Kind("the status 000", _status("000 Nothing")),
    "status-999": Kind("the status 999", _status("999 Denied")),
    "status-text": Kind("a word for a status", _status("fine OK")),
    "continue-flood": Kind("100 Continue, for ever", ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99)),
    "via": Kind(
        "the good answer with the headers that proxies add (tolerated)",
        _spoiled(
            lambda good: good.having(
                via="1.1 edge, 1.0 gate", x_forwarded_for="10.0.0.7", x_cache="MISS", server="gate"
            ).whole()
        ),
    ),
    "closed-after-a-few": Kind("ends the connection with each second call (tolerated)", _few_calls),
    "slow": Kind("answers just within the read timeout (tolerated)", _slow),
    "early-hints": Kind(
        "103 Early Hints before the good answer (tolerated)",
        _spoiled(lambda good: b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + good.whole()),
    ),
    "switching": Kind(
        "101 Switching Protocols",
        _spoiled(
            lambda _: b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\nhello"
        ),
    ),
    "no-content": Kind(
        "204 with a body", _spoiled(lambda good: b"HTTP/1.1 204 No Content\r\n\r\n" + good.body)
    ),
    "not-modified": Kind("304 to a call that set no condition", _status("304 Not Modified", body=b"")),
    "redirect-circle": Kind(
        "a redirect to where it came from",
        lambda call: _status("302 Found", f"location: {call.asked.target}\r\n")(call),
    ),
    "redirect-endless": Kind(
        "a redirect with a body without an end",
        ever(b"HTTP/1.1 302 Found\r\nlocation: /\r\n\r\n", b" " * _MB),
    ),
    "redirect-nonsense": Kind("a redirect to no address", _status("302 Found", "location: http://[::1\r\n")),
    "redirect-elsewhere": Kind("a redirect to another host, which takes note of who comes", _elsewhere),
    "reply-smuggled": Kind("a second answer behind the first", _smuggled),
    # log-ins and load
    "unauthorised": Kind("401, good credentials or not", _status("401 Unauthorized")),
    "log-in-flaps": Kind("turns every second log-in away", _flapping),
    "token-for-ever": Kind("a token that lives for ever (1e999)", _token(expires_in=float("inf"))),
    "token-dead": Kind("a token whose life is over when it comes", _token(expires_in=-1)),
    "token-garbled": Kind(
        "a token with a line break and a terminal's escapes",
        _token(access_token=f"a\r\nx-injected: {_ESCAPES}"),
    ),
    "token-no-text": Kind("an object for a token", _token(access_token={"a": 1})),
    "clock-skew": Kind("lives seven hours ahead", _skewed),
    "throttled": Kind("429 for ever, without a word of when", _status("429 Too Many Requests")),
    "throttled-briefly": Kind(
        "429 with Retry-After: 1 twice, then well (tolerated)",
        _put_off("429 Too Many Requests", "retry-after: 1\r\n"),
    ),
    "rate-limited": Kind(
        "five calls a second, and 429 with Retry-After: 1 to all others (tolerated)", _limited(5)
    ),
    "throttled-by-date": Kind(
        "429 with a Retry-After that is a date, twice, then well (tolerated)", _by_date
    ),
    "throttled-for-long": Kind(
        "429 with a Retry-After of a day", _status("429 Too Many Requests", "retry-after: 86400\r\n")
    ),
    "retry-after-nonsense": Kind(
        "429 with a Retry-After that is no time",
        _status("429 Too Many Requests", f"retry-after: {'9' * 5000}\r\n"),
    ),
    "unavailable": Kind("503 twice, then well", _put_off("503 Service Unavailable", "")),
    "unavailable-briefly": Kind(
        "503 with Retry-After: 1 twice, then well (tolerated)",
        _put_off("503 Service Unavailable", "retry-after: 1\r\n"),
    ),
    "page-403": Kind(
        "a gateway's page of HTML with status 403, as one gives that lets nobody write",
        _page("403 Forbidden"),
    ),
    "page-404": Kind(
        "a gateway's page of HTML with status 404, for one operation",
        _page("404 Not Found"),
    ),
    "page-413": Kind(
        "a gateway's page of HTML with status 413",
        _page("413 Payload Too Large"),
    ),
    "page-429": Kind(
        "a gateway's page of HTML with status 429, twice, and Retry-After: 1 (tolerated)",
        lambda call: (
            _page("429 Too Many Requests", "retry-after: 1\r\n") if call.number <= _RESTLESS else _good
        )(call),
    ),
    "page-503": Kind(
        "a gateway's page of HTML with status 503",
        _page("503 Service Unavailable"),
    ),
    "page-504": Kind(
        "a gateway's page of HTML with status 504",
        _page("504 Gateway Timeout"),
    ),
    "bad-gateway": Kind(
        "a gateway's page of HTML with status 502",
        raw(b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\n\r\n<html>Bad Gateway</html>"),
    ),
    # injection
    "terminal-escapes": Kind(
        "a terminal's escape sequences in reason, header and body",
        raw(
            b"HTTP/1.1 299 \x1b[31mowned\x07\r\ncontent-type: \x1b[32mtext/\x9b2J\r\n\r\n"
            + json.dumps({"message": _ESCAPES}, ensure_ascii=False).encode()
        ),
    ),
    "header-injection": Kind(
        "bare line breaks, folded lines and no colon in the headers",
        raw(b"HTTP/1.1 299 No\rx-a: 1\r\nx-b: 1\r 2\n folded\r\nno colon\r\n: empty\r\n\r\n{}"),
    ),
    # TLS
    "tls-self-signed": Kind("a certificate that nobody vouches for", _good, tls="self-signed", https=True),
    "tls-expired": Kind("a certificate that ended yesterday", _good, tls="expired", https=True),
    "tls-wrong-host": Kind("another host's certificate", _good, tls="wrong-host", https=True),
    "tls-1.0": Kind("nothing younger than TLS 1.0", _good, tls="tls-1.0", https=True),
    "tls-client-wanted": Kind("asks for a client certificate", _good, tls="client-wanted", https=True),
    "tls-missing": Kind("plain HTTP where https is asked for", _good, https=True, greet=_plain_http),
    "tls-unasked": Kind("TLS where http is asked for", _good, greet=_tls_alert),
    "tls-dripping": Kind("a handshake byte by byte", _good, https=True, greet=_dripping_handshake),
}
