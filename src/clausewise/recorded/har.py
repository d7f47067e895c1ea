"""Reads HAR 1.2 and what else holds such entries, as browsers, proxies and gateways write it.

Libraries for HAR analyse page loads and do not check what they read. What is odd in one entry keeps no
other one from being judged. What we wrote ourselves says in its comments what was expected, and what is
masked in it stays out of judgement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clausewise import input_files, masking
from clausewise.errors import ConfigurationError
from clausewise.model import Exchange, Operation, Request, Response
from clausewise.recorded import har_entries, har_writer, har_zip, own_runs, postman
from clausewise.recorded.exchanges import LeftOut, Seen, alone
from clausewise.recorded.har_entries import Headers, table, word
from clausewise.recorded.hosts import Hosts, host
from clausewise.scope import Scope

_LARGEST = 2_000_000_000  # bytes of a file once it is unpacked
_GZIP = b"\x1f\x8b"
_WIDE = {b"\xff\xfe", b"\xfe\xff"}  # how UTF-16 begins
_DIGITS = 18  # of a whole number that any part of an entry means
_BYTES = re.compile("[\udc80-\udcff]")  # what is no UTF-8 in a file
_STALE = 304
_NOWHERE = 404
_TOO_MANY, _UNAVAILABLE, _GATEWAYS = 429, 503, {502, 503, 504}
_JSON = {b"{", b"[", b'"'}


def read(path: Path, scope: Scope, hosts: Sequence[str] = ()) -> Iterator[Seen]:
    """Yield the entries of a HAR file, or the answers that a Postman collection saved.

    One that is not judged says why. `hosts` are others that count as the target's. Raises ConfigurationError
    for what is neither, and where no entry is one.
    """
    told = _load(path)
    entries = postman.entries(told) if postman.is_collection(told) else _entries(told, path)
    known = Hosts(scope, hosts)
    broken = []
    for number, entry in enumerate(entries, 1):
        try:
            seen = _seen(f"har-{number}", entry, scope, known)
        except LeftOut as left:
            broken += (
                [f"entry {number} cannot be read (log.entries.{number - 1}): {left}"] if left.broken else []
            )
            if len(broken) == len(entries):
                raise ConfigurationError(f"{path}: {broken[0]}, and no other can.") from None
            seen = Seen(None, why=f"unreadable: {left}" if left.broken else str(left))
        yield seen


def _load(path: Path) -> Any:
    try:
        raw = path.read_bytes()
        if raw.startswith(har_zip.MARK):
            return har_zip.read(raw, _LARGEST, _parsed)
        return _parsed(har_entries.unzipped(raw, _LARGEST) if raw.startswith(_GZIP) else raw)
    except RecursionError:
        why = "it is nested too deeply"
    except (OSError, ValueError) as bad:
        why = input_files.shown(bad)
    raise ConfigurationError(
        f"{path} is no HAR file that can be read: {why}. HAR 1.2 or a Postman collection is expected; "
        f"docs/recorded.md says how to make one of other recordings."
    )


def _parsed(raw: bytes) -> Any:
    text = raw.decode("utf-16") if raw[:2] in _WIDE else raw.decode("utf-8-sig", "surrogateescape")
    return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) <= _DIGITS else float(digits))


def _entries(value: Any, path: Path) -> list[Any]:
    what = "a HAR file has its entries as a list under log.entries; export it anew"
    if not isinstance(value, dict):
        kind = "[]" if value == [] else "a list" if isinstance(value, list) else "no object"
        raise ConfigurationError(f"{path}: the top of the file is {kind}, but {what}.")
    for name in ("log", "entries"):
        if not isinstance(value, dict) or name not in value:
            raise ConfigurationError(f"{path}: it lacks the key {name!r}; {what}.")
        value = value[name]
    if not isinstance(value, list):
        raise ConfigurationError(f"{path}: log.entries is no list; {what}.")
    return value


def _seen(name: str, entry: Any, scope: Scope, hosts: Hosts) -> Seen:
    asked, told = table(entry, "request"), table(entry, "response")
    if not asked or not told:
        raise LeftOut(f"it has no {'response' if asked else 'request'}", broken=True)
    try:
        if (record := har_writer.record(entry)) is not None:
            input_files.check_record(record, "exchange.schema.json")
            return own_runs.seen(record, scope)
    except (ValueError, LookupError, TypeError, AttributeError, ConfigurationError, RecursionError) as bad:
        raise LeftOut(masking.plain(input_files.shown(bad)).rstrip("."), broken=True) from bad
    given = har_entries.headers(asked)
    operation = _called(entry, asked, given, scope, hosts)
    place = operation.family, operation.id
    try:
        exchange = _exchange(name, entry, given, operation)
    except LeftOut as left:
        if left.broken:
            raise
        return Seen(None, why=str(left), operation=place)
    return alone(exchange, operation)


def _called(
    entry: Any, request: Mapping[str, Any], headers: Headers, scope: Scope, hosts: Hosts
) -> Operation:
    """Return the operation that an entry calls; LeftOut where it is none of the target's."""
    method, url = word(request.get("method")).upper(), word(request.get("url"))
    if not method or not url:
        raise LeftOut(f"its request has no {'url' if method else 'method'}", broken=True)
    beside = {name.lower(): value for name, value in headers}
    try:
        path = urlsplit(url).path
        families, services = hosts.families(url, beside), hosts.tokens(url, beside)
        other = host(url) or host(beside.get("host", ""))
    except ValueError:
        raise LeftOut("its url is none", broken=True) from None
    if not (families or services):
        raise LeftOut(f"another host, {other}; --host {other} counts it as the target's")
    known = [
        it
        for name, contract in scope.contracts.items()
        if name in families
        for it in contract.operations.values()
    ]
    operation = _service(method, services, scope) or _operation(method, path, known)
    if operation is None:
        raise LeftOut("no operation that the target claims")
    if _BYTES.search(json.dumps(entry, ensure_ascii=False, default=str)):
        raise LeftOut("it holds bytes that are no UTF-8", broken=True)
    return operation


def _service(method: str, families: Collection[str], scope: Scope) -> Operation | None:
    """Return the operation that gives the tokens of one of these families."""
    wanted = [
        operation
        for name in families
        for operation in scope.contracts[name].operations.values()
        if operation.path == scope.contracts[name].token_path and operation.method == method
    ]
    return next(iter(wanted), None)


def _exchange(name: str, entry: Mapping[str, Any], given: Headers, operation: Operation) -> Exchange:
    asked, told = table(entry, "request"), table(entry, "response")
    status, headers = har_entries.status(told), har_entries.headers(told)
    if status == _STALE:
        raise LeftOut("HTTP 304, whose answer stood in the caller's cache")
    body, sent = har_entries.sent(asked)
    text, hidden = masking.plausible(
        har_entries.body(told, status, headers).decode("utf-8", "surrogateescape")
    )
    response = Response(
        status, headers, text.encode("utf-8", "surrogateescape"), word(told.get("statusText"))
    )
    if status == _NOWHERE and operation.other_paths and not _lists(operation, status):
        raise LeftOut(f"HTTP {status} at one of the paths that the documents print for it")
    if _in_its_place(operation, response):
        raise LeftOut(f"HTTP {status} of a gateway in the target's place, or that puts the call off")
    return Exchange(
        id=name,
        family=operation.family,
        operation=operation.id,
        request=Request(word(asked.get("method")).upper(), word(asked.get("url")), given, body),
        response=response,
        started=har_entries.started(entry),
        milliseconds=har_entries.milliseconds(entry),
        sent=sent,
        wrapped=operation.wrapped,
        plain=operation.plain,
        spellings=operation.spellings,
        masks=operation.masks,
        hidden=hidden,
    )


def _lists(operation: Operation, status: int) -> bool:
    """Tell whether a document names that status of an operation, and not its class only."""
    return any((form := known.form(status)) and form.exact for known in operation.outcomes)


def _in_its_place(operation: Operation, response: Response) -> bool:
    """Tell whether a gateway answered, or the call was put off: what a live run asks for again."""
    status, later = response.status, response.header("Retry-After") is not None
    forms = [(known, form) for known in operation.outcomes if (form := known.form(status))]
    exact = [known for known, form in forms if form.exact]
    if status == _TOO_MANY or (status == _UNAVAILABLE and later):
        return not exact and (later or not forms)
    bare = any(known.any_body or known.by_status or known.vague for known in exact)
    return status in _GATEWAYS and not bare and response.body.strip()[:1] not in _JSON


def _operation(method: str, path: str, operations: Sequence[Operation]) -> Operation | None:
    """Return the operation that a call meant, the one with the fewest path parameters first."""
    fitting = [
        known
        for known in operations
        if known.method == method and any(_fits(it, path) for it in (known.path, *known.other_paths))
    ]
    return min(fitting, key=lambda known: known.path.count("{"), default=None)


def _fits(template: str, path: str) -> bool:
    """Tell whether a path ends as an operation's does, whatever a gateway has put before it."""
    parts = [re.escape(part) for part in re.split(r"\{[^}]*\}", template)]
    return re.search("[^/]+".join(parts) + "/?$", path) is not None
