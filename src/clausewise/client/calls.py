"""Calls by operation name: builds the request, logs in where needed, records the exchange."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlencode

from urllib3 import encode_multipart_formdata

from clausewise.client.login import Login, fixed_header
from clausewise.client.transport import Transport
from clausewise.errors import ConfigurationError, TargetUnusable, Throttled, Untestable
from clausewise.model import Contract, Exchange, Json, Operation, Request, Role
from clausewise.targets import FamilyTarget

Heard = Callable[[Exchange], None]

_TOO_MANY = 429
_DEFAULT = "default"
_DOORS = 2  # operations that turn credentials away before these are called wrong
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token to send as it is, good or bad."""

    token: str


@dataclass(frozen=True, slots=True)
class Basic:
    """A user name and a password to send as they are, good or bad."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class File:
    """A file to upload as one part of a multipart form."""

    name: str
    content: bytes
    media_type: str = "application/octet-stream"


class Client:
    """The client of one family. Every exchange, log-ins too, goes to `heard` before it is returned."""

    def __init__(self, contract: Contract, target: FamilyTarget, transport: Transport, prefix: str) -> None:
        self._contract = contract
        self._target = target
        self._transport = transport
        self._numbers = (f"{prefix}-{number}" for number in itertools.count(1))
        self._logins = {
            role: Login(role, credentials, self._post_token)
            for role, credentials in target.credentials.items()
            if credentials["type"] == "oauth2-password"
        }
        self.heard: Heard = lambda _: None
        self._turned_away: set[str] = set()
        self._let_in = False

    def call(
        self,
        operation: str,
        body: Json = None,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | str | None = None,
        raw: bytes | None = None,
        files: Sequence[tuple[str, File]] | None = None,
        auth: str | Bearer | Basic | None = _DEFAULT,
        fault: str = "",
    ) -> Exchange:
        """Send one request and return its exchange.

        At most one of `body` (as JSON), `form` (form-encoded), `raw` (as it is) and `files` (parts of a
        multipart form, by name) may be given. `auth` is a role of credentials, a Bearer, a Basic, or
        None; it counts only where the operation asks for one.
        Raises NoVerdict where no answer came, Untestable where the target lacks the role or the fault.
        """
        known = self._operation(operation)
        content, media_type = _content(body, form, raw, files)
        sent = {"Accept": _JSON, "User-Agent": "clausewise"}
        if media_type:
            sent["Content-Type"] = media_type
        sent |= dict([self._target.fault(fault)] if fault else [])
        if known.secured and auth is not None:
            name, value = self._auth(auth)
            sent[name] = value
        url = self._url(known, path or {}, query or {})
        request = Request(known.method, url, tuple((sent | dict(headers or {})).items()), content)
        answer = self._send(known, request, dict(parse_qsl(form)) if isinstance(form, str) else form or body)
        if known.secured and auth == _DEFAULT and auth not in self._logins:
            self._note_entry(known, answer.response.status)
        return answer

    def token(self, role: str = "default") -> str:
        """Return a living token of a role; Untestable where the target has no such role."""
        if role not in self._logins:
            given = self._target.credentials.get(role, {})
            if "token" not in given:
                raise Untestable(
                    f"The target file has no [families.{self._target.family}.credentials.{role}]."
                )
            return given["token"]
        return self._logins[role].token()

    def _note_entry(self, operation: Operation, status: int) -> None:
        """Give up where the default credentials, which need no log-in, are turned away from the start.

        One operation that turns good credentials away is a broken clause; several, and none that lets
        them in, is a mistake in the target file. Raises TargetUnusable.
        """
        refusals = (known for known in operation.outcomes if known.role is Role.REFUSED)
        if not any(known.form(status) for known in refusals):
            self._let_in = True
        elif not self._let_in:
            self._turned_away.add(operation.id)
            if len(self._turned_away) >= _DOORS:
                doors = " and ".join(sorted(self._turned_away))
                raise TargetUnusable(
                    f"The credentials of role {_DEFAULT!r} are turned away: {doors} answered HTTP {status}. "
                    f"Mend [families.{self._target.family}.credentials.{_DEFAULT}]."
                )

    def _operation(self, name: str) -> Operation:
        try:
            return self._contract.operations[name]
        except KeyError:
            known = ", ".join(self._contract.operations)
            raise ConfigurationError(
                f"{self._contract.family} has no operation {name!r}; it has {known}."
            ) from None

    def _url(self, operation: Operation, path: Mapping[str, str], query: Mapping[str, str]) -> str:
        filled = operation.path
        for name, value in path.items():
            filled = filled.replace(f"{{{name}}}", quote(value, safe=""))
        return f"{self._target.base_url}{filled}" + (f"?{urlencode(query)}" if query else "")

    def _auth(self, auth: str | Bearer | Basic) -> tuple[str, str]:
        if isinstance(auth, Basic):
            return fixed_header({"type": "basic", "username": auth.username, "password": auth.password})
        if isinstance(auth, Bearer):
            return "Authorization", f"Bearer {auth.token}"
        if auth in self._logins:
            return "Authorization", f"Bearer {self._logins[auth].token()}"
        if auth not in self._target.credentials:
            raise Untestable(f"The target file has no [families.{self._target.family}.credentials.{auth}].")
        return fixed_header(self._target.credentials[auth])

    def _post_token(self, body: str) -> Exchange:
        where = self._contract.token_path
        operation = next(known for known in self._contract.operations.values() if known.path == where)
        return self.call(operation.id, form=body)

    def _send(self, operation: Operation, request: Request, sent: Json) -> Exchange:
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        response, milliseconds = self._transport.send(request)
        exchange = Exchange(
            id=next(self._numbers),
            family=operation.family,
            operation=operation.id,
            request=request,
            response=response,
            started=started,
            milliseconds=milliseconds,
            sent=sent,
            wrapped=operation.wrapped,
        )
        self.heard(exchange)
        if response.status == _TOO_MANY and not any(o.form(_TOO_MANY) for o in operation.outcomes):
            raise Throttled(
                f"{operation.id} was answered 429: the target asks for fewer requests. "
                f"Set a lower `rate` under [limits] in the target file."
            )
        return exchange


def _content(
    body: Json,
    form: Mapping[str, str] | str | None,
    raw: bytes | None,
    files: Sequence[tuple[str, File]] | None,
) -> tuple[bytes, str]:
    if raw is not None:
        return raw, _JSON
    if files is not None:
        return encode_multipart_formdata([(name, (it.name, it.content, it.media_type)) for name, it in files])
    if form is not None:
        return (form if isinstance(form, str) else urlencode(form)).encode(), _FORM
    if body is not None:
        return json.dumps(body, ensure_ascii=False).encode(), _JSON
    return b"", ""
