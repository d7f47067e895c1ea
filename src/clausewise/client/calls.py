"""Calls by operation name: builds the request, logs in where needed, records the exchange."""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from urllib3 import encode_multipart_formdata

from clausewise import thread_turns
from clausewise.bindings import Bindings
from clausewise.client import retry_after
from clausewise.client.circuit_breaker import Circuit
from clausewise.client.eventual_consistency import EventualConsistency
from clausewise.client.lockouts import Attempt, Ledger, LockoutGuard
from clausewise.client.login import BoundLogin, ClientLogin, Login, carried, fixed_header
from clausewise.client.reachability import Reachability
from clausewise.client.retry_after import RetryAfter
from clausewise.client.transport import Transport
from clausewise.errors import (
    ConfigurationError,
    NoVerdict,
    OutsidePlan,
    TargetUnusable,
    Throttled,
    Unreachable,
    Untestable,
)
from clausewise.model import Contract, Exchange, File, Json, Operation, Request, Response, Role, masked_in
from clausewise.targets import FamilyTarget

Heard = Callable[[Exchange], None]
Sends = Callable[[Request, str], None]
Wavered = Callable[[str], None]
Settled = Callable[[float], None]

_ABSENT = 404
_REFUSED = 300
_TOO_MANY = 429
_UNAVAILABLE = 503
_GATEWAYS = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
_OPENINGS = (b"{", b"[", b'"')  # of a JSON answer, be it in a text of its own
_DEFAULT = "default"
_LOG_IN = "login"  # the operation, in families that have one of their own
_AROUND = 3  # other operations that are asked before nothing is said to be there
_DOORS = 2  # operations that turn credentials away before these are called wrong
_PLACE = re.compile(r"\{[^}]*\}")  # of a parameter in a path
_IN_QUERY, _IN_COOKIE = "query", "cookie"
_APART = {_IN_QUERY, _IN_COOKIE}  # where credentials go that are no header
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token to send as it is, good or bad."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Basic:
    """A user name and a password to send as they are, good or bad."""

    username: str
    password: str = field(repr=False)


class _Ears(threading.local):
    """Who hears of the calls of a thread: each has a test of its own at hand."""

    def __init__(self, seconds: float) -> None:
        self.heard: Heard = lambda _: None
        self.wavered: Wavered | None = None
        self.sends: Sends = lambda _, __: None
        self.settled: Settled = lambda _: None
        self.settling = EventualConsistency(seconds)


class Client:
    """The client of one family. Every exchange, log-ins too, goes to `heard` before it is returned.

    Threads share it: its log-ins, and what it knows of the target, which changes in turns. Whoever hears of
    the calls (`heard` and the like) is set by each thread for its own.
    """

    def __init__(
        self,
        contract: Contract,
        target: FamilyTarget,
        transport: Transport,
        prefix: str,
        bindings: Bindings | None = None,
        *,
        only_reads: bool = False,
        ledger: Ledger | None = None,
    ) -> None:
        self._contract = contract
        self._target = target
        self._transport = transport
        self._numbers = (f"{prefix}-{number}" for number in itertools.count(1))
        self._bindings = bindings or Bindings()
        self.only_reads = only_reads
        self._logins: dict[str, Login | BoundLogin] = {}
        for role, credentials in target.credentials.items():
            if credentials["type"] == "oauth2-password":
                self._logins[role] = Login(role, credentials, self._post_token)
            elif credentials["type"] == "oauth2-client-credentials":
                self._logins[role] = ClientLogin(role, credentials, self._post_token)
            elif credentials["type"] == "login":
                lives = {"lives": float(credentials["lives"])} if "lives" in credentials else {}
                self._logins[role] = BoundLogin(role, self.log_in, self._bindings, **lives)
        self._patience = RetryAfter(transport.limits)
        self._caution = LockoutGuard(
            target,
            ledger or Ledger(),
            hear=self._hear,
            enter=self._enter,
            good=self._good_log_in,
            opened=self._opened,
            patience=self._patience,
            only_reads=only_reads,
        )
        self._ears = _Ears(transport.limits.settle)
        self._circuit = Circuit(transport.limits.breaker)
        self._presence = Reachability()
        self._turned_away: set[str] = set()
        self._paths: dict[str, str] = {}
        self._looking: dict[str, threading.RLock] = {}  # by operation
        self._let_in = False

    @property
    def settled_in(self) -> bool:
        """Whether it is seen that the API is there, and lets the target's credentials in."""
        logs_in = _DEFAULT in self._logins or _DEFAULT not in self._target.credentials
        return self._presence.proven and (logs_in or self._let_in)

    @property
    def target(self) -> FamilyTarget:
        """The target as this family sees it: what its owner claims and provides."""
        return self._target

    @property
    def heard(self) -> Heard:
        """Who hears this thread's exchanges."""
        return self._ears.heard

    @heard.setter
    def heard(self, whoever: Heard) -> None:
        self._ears.heard = whoever

    @property
    def wavered(self) -> Wavered | None:
        """Who is told of a page that a gateway gave once; None for no second try."""
        return self._ears.wavered

    @wavered.setter
    def wavered(self, whoever: Wavered | None) -> None:
        self._ears.wavered = whoever

    @property
    def sends(self) -> Sends:
        """Who is told of each request, and of its template, before it is sent."""
        return self._ears.sends

    @sends.setter
    def sends(self, whoever: Sends) -> None:
        self._ears.sends = whoever

    @property
    def settled(self) -> Settled:
        """Who is told of the seconds that a read waited for a write."""
        return self._ears.settled

    @settled.setter
    def settled(self, whoever: Settled) -> None:
        self._ears.settled = whoever

    @property
    def settling(self) -> EventualConsistency:
        """The reads and writes of the test at hand."""
        return self._ears.settling

    @settling.setter
    def settling(self, calls: EventualConsistency) -> None:
        self._ears.settling = calls

    def call(
        self,
        operation: str,
        body: Json = None,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | str | None = None,
        raw: bytes | None = None,
        files: Sequence[tuple[str, File | str]] | None = None,
        media_type: str = "",
        auth: str | Bearer | Basic | None = _DEFAULT,
        fault: str = "",
    ) -> Exchange:
        """Send one request and return its exchange.

        At most one of `body` (as JSON), `form` (form-encoded), `raw` (as it is, JSON unless `media_type`
        says otherwise) and `files` (parts of a multipart form, by name) may be given. `auth` is a role of
        credentials, a Bearer, a Basic, or None; it counts only where the operation asks for one.
        Raises NoVerdict where no answer came, Untestable where the target lacks the role or the fault.
        """
        known = self._operation(operation)
        if self.only_reads and known.writes:
            raise OutsidePlan(f"{known.id} writes, and plan 'safe' only reads.")
        if self.only_reads and fault:
            raise OutsidePlan(f"{operation} would be sent with a fault hook, and plan 'safe' sends none.")
        _check_whole(operation, body, path, query, headers, form, auth)
        content, kind = _content(body, form, raw, files)
        sent = {"Accept": _accepted(known), "User-Agent": "clausewise"}
        if kind:
            sent["Content-Type"] = media_type or kind
        sent |= dict([self._target.fault(fault)] if fault else [])
        entry = self._entry(known, auth)
        asked = [*(query.items() if isinstance(query, Mapping) else query or ())]
        asked += [(name, value) for place, name, value in entry if place == _IN_QUERY]
        sent = _headed(sent, entry, headers or {})
        url = self._url(known, path or {}, asked)
        request = Request(known.method, url, tuple(sent.items()), content)
        _check(request.headers)
        attempt = self._attempt(known, request, fields := _fields(body, form, files), auth)
        if attempt is None or (attempt.good and fault):  # how that is answered says nothing of the user
            answer = self._send(known, request, fields)
        else:
            send = partial(self._send, known, request, fields, quiet=True)
            answer = self._caution.sent(operation, attempt, send)
        if known.path == self._contract.token_path:
            for login in self._logins.values():
                if isinstance(login, Login):
                    login.saw(answer.sent, answer.response.status)
        if known.secured and auth == _DEFAULT and auth not in self._logins:
            self._note_entry(known, answer.response.status)
        return answer

    def ask(
        self,
        operation: str,
        *,
        without: Collection[str] = (),
        auth: str | Bearer | Basic | None = _DEFAULT,
        fault: str = "",
        **things: Json,
    ) -> Exchange:
        """Send the request that the overlays print, with some things in it and others left out.

        Things go by the names of the family's bindings. Raises what `call` does, and Untestable where no
        request is printed or it has no place for them.
        """
        request = self.request(operation, without=without, **things)
        return self.call(operation, **request, auth=auth, fault=fault)

    def request(self, operation: str, *, without: Collection[str] = (), **things: Json) -> dict[str, Any]:
        """Return the arguments of `call` for the request that the overlays print, filled as `ask` does."""
        return self._bindings.request(self._operation(operation), things, without)

    def log_in(self, role: str, **changes: str) -> Exchange:
        """Log a role in by the family's own log-in, as the overlays print it, some values changed.

        Raises Untestable for credentials of another type.
        """
        given = self._target.credentials[role]
        if given["type"] != "login":
            place = f"[families.{self._target.family}.credentials.{role}]"
            raise Untestable(f"{place} is of type {given['type']!r}, and the log-in takes 'login'.")
        things = {"username": given["username"], "password": given["password"]} | changes
        return self.ask(_LOG_IN, auth=None, **things)

    def takes(self, operation: str, thing: str) -> bool:
        """Tell whether the request that the overlays print has a place for a thing."""
        return self._bindings.takes(self._operation(operation), thing)

    def printed(self, operation: str, thing: str) -> Json:
        """Return the value that the printed request has for a thing; Untestable where it has none."""
        return self._bindings.printed(self._operation(operation), thing)

    def required(self, operation: str) -> Sequence[str]:
        """Return the fields and parameters that the overlays call required."""
        sample = self._operation(operation).sample
        return sample.required if sample else ()

    def bound(self, thing: str) -> Json:
        """Return what the target binds a thing to."""
        return self._bindings.value(thing)

    def found(self, answer: Exchange, thing: str) -> list[Json]:
        """Return every value that an answer has at a thing's place; empty for none."""
        return self._bindings.found(answer, thing)

    def one(self, answer: Exchange, thing: str) -> Json:
        """Return the value that an answer has at a thing's place; Untestable where it has none."""
        return self._bindings.one(answer, thing)

    def stray(self, operation: str, *, method: str = "", path: str = "") -> Exchange:
        """Send an empty request with another method or path; nothing is held against its answer.

        Raises Untestable where only what is documented may be sent.
        """
        known = self._operation(operation)
        if self.only_reads:
            raise OutsidePlan(
                f"{operation} would be called as no document says, and plan 'safe' sends nothing of the kind."
            )
        sent = _headed({"Accept": _JSON, "User-Agent": "clausewise"}, self._entry(known, _DEFAULT), {})
        url = f"{self._target.base_url}{path}" if path else self._url(known, {}, {})
        request = Request(method or known.method, url, tuple(sent.items()))
        return self._send(known, request, None, stray=True)

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

    def _attempt(
        self, operation: Operation, request: Request, sent: Json, auth: str | Bearer | Basic | None
    ) -> Attempt | None:
        """Return what a call is as a log-in; None where it is none."""
        given = self._target.credentials.get(auth, {}) if isinstance(auth, str) else {}
        if self._grants(operation) or self._logs_in(operation):
            return self._caution.log_in(request, sent)
        if isinstance(auth, Basic):
            return self._caution.basic(auth.username, auth.password)
        if given.get("type") == "basic" and operation.secured:
            return self._caution.basic(given["username"], given["password"])
        return None

    def _logs_in(self, operation: Operation) -> bool:
        by_login = (given["type"] == "login" for given in self._target.credentials.values())
        return operation.id == _LOG_IN and any(by_login)

    @property
    def _token_url(self) -> str:
        return self._target.token_url or f"{self._target.base_url}{self._contract.token_path}"

    def _grants(self, operation: Operation) -> bool:
        return operation.path == self._contract.token_path

    def _hear(self, exchange: Exchange) -> None:
        self.heard(exchange)

    def _enter(self, role: str) -> Exchange:
        """Log a role in."""
        login = self._logins[role]
        return self._post_token(login.form(), {}) if isinstance(login, Login) else self.log_in(role)

    def _good_log_in(self, role: str) -> tuple[str, Json]:
        """Return URL and fields of a role's own log-in."""
        login = self._logins[role]
        if isinstance(login, Login):
            return self._token_url, dict(parse_qsl(login.form()))
        given = self._target.credentials[role]
        things = {name: given[name] for name in ("username", "password")}
        request = self.request(_LOG_IN, **things)
        content = {name: request.get(name) for name in ("body", "form", "files")}
        url = self._url(self._operation(_LOG_IN), request["path"], request["query"])
        return url, _fields(**content)

    def _opened(self, answer: Exchange) -> bool:
        """Tell whether the answer of a log-in has a token in it."""
        granted = isinstance(answer.json, dict) and "access_token" in answer.json
        return answer.response.status < _REFUSED and (granted or any(self._bindings.found(answer, "token")))

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

    def _url(
        self,
        operation: Operation,
        path: Mapping[str, str],
        query: Mapping[str, str] | Sequence[tuple[str, str]],
    ) -> str:
        filled = self._token_url if self._grants(operation) else self._target.base_url + self._path(operation)
        for name, value in path.items():
            filled = filled.replace(f"{{{name}}}", quote(value, safe=""))
        return filled + (f"?{urlencode(query)}" if query else "")

    def _path(self, operation: Operation) -> str:
        """Return the operation's path; of several printed ones, the first that an empty request finds."""
        printed = (operation.path, *operation.other_paths)
        if operation.id not in self._paths and operation.other_paths:
            with thread_turns.alone(self._looking.setdefault(operation.id, threading.RLock())):
                if operation.id not in self._paths:
                    answers = ((path, self.stray(operation.id, path=path)) for path in printed)
                    there = (path for path, answer in answers if answer.response.status != _ABSENT)
                    self._paths[operation.id] = next(there, operation.path)
        return self._paths.get(operation.id, operation.path)

    def _auth(self, auth: str | Bearer | Basic) -> tuple[str, str, str]:
        """Return where credentials go, under what name, and what they say."""
        if isinstance(auth, Basic):
            given = {"type": "basic", "username": auth.username, "password": auth.password}
            return ("header", *fixed_header(given))
        if isinstance(auth, Bearer):
            if not isinstance(auth.token, str):  # it comes from an answer, which may hold anything
                raise Untestable("The token that is to be sent is no text.")
            return ("header", *self._bindings.header(auth.token))
        if auth in self._logins:
            return ("header", *self._bindings.header(self._logins[auth].token()))
        if auth not in self._target.credentials:
            raise Untestable(f"The target file has no [families.{self._target.family}.credentials.{auth}].")
        given = dict(self._target.credentials[auth])
        return given["type"] if given["type"] in _APART else "header", *fixed_header(given)

    def _entry(self, operation: Operation, auth: str | Bearer | Basic | None) -> list[tuple[str, str, str]]:
        """Return the credentials that an operation asks for or may get: place, name and value of each."""
        roles = self._roles(operation) if auth == _DEFAULT else (auth,)
        given = all(not isinstance(role, str) or role in self._target.credentials for role in roles)
        asked = operation.secured or (operation.accepts_credentials and given)
        return [self._auth(role) for role in roles if role is not None] if asked else []

    def _roles(self, operation: Operation) -> Sequence[str]:
        """Return the roles that the operation asks for, where the target has them; or the default."""
        held = self._target.credentials
        return next((some for some in operation.schemes if all(role in held for role in some)), (_DEFAULT,))

    def _post_token(self, body: str, headers: Mapping[str, str]) -> Exchange:
        where = self._contract.token_path
        operation = next(known for known in self._contract.operations.values() if known.path == where)
        return self.call(operation.id, form=body, headers=headers)

    def _send(
        self, operation: Operation, request: Request, sent: Json, *, stray: bool = False, quiet: bool = False
    ) -> Exchange:
        """Send a request until it is answered, or recall how it was; a `quiet` sender notes the answer."""
        if not (known := self.settling.recalled(request)):
            return self._sent(operation, request, sent, stray=stray, quiet=quiet)
        if not quiet:
            self.heard(known)
        return known

    def _sent(
        self, operation: Operation, request: Request, sent: Json, *, stray: bool, quiet: bool
    ) -> Exchange:
        waited = 0.0
        gone: Unreachable | None = None
        self.sends(request, operation.path)
        self._settle(operation)
        while True:
            began = time.monotonic()
            exchange = self._exchange(operation, request, sent, stray=stray)
            pause = self._put_off(operation, exchange.response)
            if pause is None and _by_gateway(operation, exchange.response):
                self.heard(replace(exchange, stray=True))
                again = self.wavered and not gone and _harmless(operation, exchange.response)
                gone = Unreachable(_behind(self._named(operation, request, stray=stray), exchange))
                if again:
                    continue
                self._circuit.came_to_nothing(operation.id, gone, began)
                raise gone
            if pause is None:
                if self.wavered and gone:
                    self.wavered(str(gone))
                self._circuit.answered(operation.id)
                self._look_around(operation, exchange)
                self._patience.answered()
                done = operation.writes and not stray and exchange.response.status < _REFUSED
                self.settling.answered(exchange, writes=done, reads=self._reads(operation))
                if not quiet:
                    self.heard(exchange)
                return exchange
            self.heard(replace(exchange, stray=True))
            if 0 <= pause <= self._patience.most:
                self._transport.put_off(pause)
            if pause < 0 or not self._patience.wait(pause, waited):
                late = Throttled(_put_off(operation, exchange.response.status, pause, waited))
                self._circuit.came_to_nothing(operation.id, late, began)
                raise late
            waited += pause

    def _look_around(self, operation: Operation, exchange: Exchange) -> None:
        """See by an answer, and by a few other operations if need be, that anything of the API is there.

        Raises TargetUnusable where each that is asked is answered by a page that there is nothing.
        """
        if self._presence.proven or exchange.stray or (self._target.token_url and self._grants(operation)):
            return
        self._presence.heard(operation, exchange.response)
        every = self._contract.operations.values()
        others = [it for it in every if it != operation and self._may_be_tried(it)]
        if self._presence.proven or (self.only_reads and not self._presence.several):
            return
        for other in () if self.only_reads else others[:_AROUND]:
            for path in (other.path, *other.other_paths):
                url = self._target.base_url + _PLACE.sub("0", path)
                request = Request(other.method, url, (("User-Agent", "clausewise"),))
                self.sends(request, other.path)
                answer = self._exchange(other, request, None, stray=True)
                self.heard(answer)
                self._presence.heard(other, answer.response)
                if self._presence.proven:
                    return
        if not self._presence.several:
            return
        self.heard(replace(exchange, stray=True))
        raise TargetUnusable(self._presence.sentence(self._target.base_url, self._target.family))

    def _settle(self, operation: Operation) -> None:
        """Wait until the target shows what was written, where its owner says that it takes a while."""
        left = self.settling.left
        if left > 0 and self.settling.patient and self._reads(operation):
            self.settled(left)
            thread_turns.pause(left)

    def _may_be_tried(self, operation: Operation) -> bool:
        """Tell whether an operation changes nothing when it is called with neither body nor credentials."""
        bare = operation.method == "POST" and operation.body_required
        return self._reads(operation) or (operation.writes and bare)

    def _reads(self, operation: Operation) -> bool:
        return not (operation.writes or self._logs_in(operation) or self._grants(operation))

    def _exchange(self, operation: Operation, request: Request, sent: Json, *, stray: bool) -> Exchange:
        """Send a request once, unless the circuit is open."""
        self._circuit.check(operation.id, "/".join(request.url.split("/")[:3]))
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        began = time.monotonic()
        try:
            what = self._named(operation, request, stray=stray)
            response, milliseconds = self._transport.send(request, what, harmless=self._reads(operation))
        except NoVerdict as bad:
            self._circuit.came_to_nothing(operation.id, bad, began)
            raise
        return Exchange(
            id=next(self._numbers),
            family=operation.family,
            operation=operation.id,
            request=request,
            response=response,
            started=started,
            milliseconds=milliseconds,
            sent=sent,
            wrapped=operation.wrapped,
            plain=operation.plain,
            spellings=operation.spellings,
            masks=operation.masks,
            stray=stray,
        )

    def _named(self, operation: Operation, request: Request, *, stray: bool) -> str:
        """Return what an error calls a request: by its template, since a parameter may be personal."""
        bare = request.url.partition("?")[0]
        if stray or "{" not in operation.path:
            return f"{request.method} {bare}"
        return f"{request.method} {self._target.base_url}{operation.path}"

    def _put_off(self, operation: Operation, response: Response) -> float | None:
        """Return the seconds after which the target wants to be asked again: negative where it does not say.

        None for an answer to be judged. A 429 that the documents do not list puts a call off in any case,
        a 503 only where it says `Retry-After`: without that it is one more undocumented answer. What they
        list as a class only, 4XX, is an answer of theirs unless it says `Retry-After`.
        """
        status = response.status
        forms = [form for known in operation.outcomes if (form := known.form(status))]
        listed = any(form.first == form.last for form in forms)
        if status not in {_TOO_MANY, _UNAVAILABLE} or listed:
            return None
        seconds = retry_after.asked(response)
        return -1.0 if seconds is None and status == _TOO_MANY and not forms else seconds


def _accepted(operation: Operation) -> str:
    """Return what an operation's answers may come in: JSON, where any of them is JSON."""
    found = {it for known in operation.outcomes for form in known.forms for it in form.media_types}
    if operation.free and not any("json" in it for it in found):
        return "*/*"
    plain = sorted(it for it in found if "json" in it and it != _JSON)
    return ", ".join([_JSON, *plain, "*/*;q=0.1"]) if found else _JSON


def _headed(
    sent: Mapping[str, str], entry: Iterable[tuple[str, str, str]], more: Mapping[str, str]
) -> dict[str, str]:
    """Return the headers of a request with those of its credentials, and those that a test gives."""
    made = {**sent, **{name: value for place, name, value in entry if place == "header"}, **more}
    cookies = [f"{name}={value}" for place, name, value in entry if place == _IN_COOKIE]
    if cookies:
        made["Cookie"] = "; ".join([*([made["Cookie"]] if "Cookie" in made else []), *cookies])
    return made


def _by_gateway(operation: Operation, response: Response) -> bool:
    """Tell whether a gateway answers in the target's place: a 502, 503 or 504 that is nothing like JSON.

    An operation may document such an answer without a body; a whole class (5XX) is no such word.
    """
    body = response.body.strip()
    if response.status not in _GATEWAYS or body == b"null" or body.startswith(_OPENINGS):
        return False
    own = [known for known in operation.outcomes if (form := known.form(response.status)) and form.exact]
    return not any(known.any_body or known.by_status or known.vague for known in own)


def _harmless(operation: Operation, response: Response) -> bool:
    """Tell whether a call that a gateway answered may be made again: it was not done, or it only reads.

    Behind a 502 or 504 it may have been done all the same.
    """
    return response.status == _UNAVAILABLE or not operation.writes


def _behind(what: str, exchange: Exchange) -> str:
    status = exchange.response.status
    return (
        f"{what} was answered by a gateway, with a {status} ({_GATEWAYS[status]}) that is no JSON, "
        f"and not by the target behind it."
    )


def _check(headers: Iterable[tuple[str, str]]) -> None:
    """Raise Untestable for what cannot be sent; its text may be a secret that a target gave."""
    for name, value in headers:
        if not carried(value):
            raise Untestable(f"The header {name} is to hold characters that no header can carry.")


def _check_whole(operation: str, *sent: object) -> None:
    """Raise Untestable for a request that is to hold what an answer showed in part only."""
    held = (part.token if isinstance(part, Bearer) else part for part in sent)
    if any(True for part in held for _ in masked_in(part)):
        raise Untestable(
            f"{operation} is to be sent what the target masks in its answers ([families.<id>] masked)."
        )


def _put_off(operation: Operation, status: int, pause: float, waited: float) -> str:
    """Say that a target put a call off for longer than its owner lets us wait."""
    text = f"{operation.id} was answered {status}"
    if pause < 0:
        return (
            f"{text}: the target asks for fewer requests. "
            f"Set a lower `rate` under [limits] in the target file."
        )
    after = f" after {waited:g} s of waiting" if waited else ""
    return (
        f"{text}{after}: the target asks to wait {pause:.0f} s, and [limits] max_wait allows no longer wait. "
        f"Set a lower `rate`, or a longer max_wait."
    )


def _content(
    body: Json,
    form: Mapping[str, str] | str | None,
    raw: bytes | None,
    files: Sequence[tuple[str, File | str]] | None,
) -> tuple[bytes, str]:
    if raw is not None:
        return raw, _JSON
    if files is not None:
        return encode_multipart_formdata([(name, _part(it)) for name, it in files])
    if form is not None:
        return (form if isinstance(form, str) else urlencode(form)).encode(), _FORM
    if body is not None:
        return json.dumps(body, ensure_ascii=False).encode(), _JSON
    return b"", ""


def _fields(
    body: Json, form: Mapping[str, str] | str | None, files: Sequence[tuple[str, File | str]] | None
) -> Json:
    """Return what was sent as a JSON value; a file stands by its name."""
    if files is not None:
        return {name: it if isinstance(it, str) else it.name for name, it in files}
    return dict(parse_qsl(form)) if isinstance(form, str) else form or body


def _part(given: File | str) -> str | tuple[str, bytes, str]:
    return given if isinstance(given, str) else (given.name, given.content, given.media_type)
