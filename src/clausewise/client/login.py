"""How a role of credentials becomes request headers."""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_plus, urlencode

from oauthlib.oauth2 import LegacyApplicationClient, OAuth2Error

from clausewise import thread_turns
from clausewise.bindings import Bindings
from clausewise.errors import CredentialsRefused, LoginLost, NoToken
from clausewise.model import Exchange, Json

_EARLY = 0.2  # renew when a fifth of the life is left, so that no call carries a dying token
_UNTOLD = 30.0  # seconds
_LONGEST = 86_400.0  # seconds that a token is kept at most, whatever is said of its life
_SHOWN = 200  # characters of what a log-in's answer is said to lack
_LATIN = 256  # a header's characters come before
_LOCKED = 3  # refusals in a row of credentials that were let in before
_REFUSALS = {400, 401, 403}

Post = Callable[[str, Mapping[str, str]], Exchange]


@dataclass
class Token:
    """A bearer token, when to renew it (monotonic seconds), and what renews it."""

    value: str = field(repr=False)
    renew_at: float
    refresh: str = field(default="", repr=False)


class Login:
    """Logs one role in by OAuth2 password grant and keeps its token fresh.

    `post` sends a form body, with some headers more, to the token operation and returns the exchange.
    """

    _what = "user name, password, client id and secret"
    _by_default = "form"  # where client id and secret go

    def __init__(self, role: str, credentials: Mapping[str, str], post: Post) -> None:
        self._role = role
        self._credentials = credentials
        self._secret = {key: credentials[key] for key in ("client_secret",) if key in credentials}
        self._oauth = LegacyApplicationClient(credentials["client_id"])
        self._post = post
        self._door = _Door(role)
        self._token: Token | None = None
        self._one = threading.RLock()  # threads wait for the log-in that one of them makes

    def saw(self, sent: Json, status: int) -> None:
        """Take note of a log-in or refresh that somebody else made.

        These credentials may be let in by it, and where a server keeps one session of a user, the token
        held here has ended with it: the next one comes from a new log-in.
        """
        own = (self._credentials["username"], self._credentials["password"])
        told = sent if status == HTTPStatus.OK and isinstance(sent, dict) else {}
        if (told.get("username"), told.get("password")) == own:
            self._door.opened()
            self._token = None
        elif "refresh_token" in told:
            self._token = None

    def token(self) -> str:
        """Return a token that will live on for a while, from a new log-in or a refresh if need be.

        Raises CredentialsRefused where the target turns the log-in away, NoToken where it answers
        without one.
        """
        with thread_turns.alone(self._one):
            if self._token is None or time.monotonic() >= self._token.renew_at:
                self._token = self._renewed() or self._new()
            return self._token.value

    def form(self) -> str:
        """Return the form of a log-in."""
        given = self._credentials
        body: str = self._oauth.prepare_request_body(
            given["username"],
            given["password"],
            scope=given.get("scope"),
            **self._own(),
        )
        return body

    def _own(self) -> dict[str, Any]:
        """Return client id and secret as the form has them: not where they are a header."""
        return (
            {"include_client_id": False} if self._headers() else {"include_client_id": True, **self._secret}
        )

    def _headers(self) -> Mapping[str, str]:
        """Return client id and secret as a header, if they are to be one (RFC 6749, 2.3.1)."""
        if not self._secret or self._credentials.get("client_authentication", self._by_default) != "basic":
            return {}
        pair = ":".join(quote_plus(self._credentials[key]) for key in ("client_id", "client_secret"))
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    def _new(self) -> Token:
        answer = self._post(self.form(), self._headers())
        self._door.tried(answer, self._what)
        return self._read(answer)

    def _renewed(self) -> Token | None:
        if self._token is None or not self._token.refresh:
            return None
        body = self._oauth.prepare_refresh_body(
            refresh_token=self._token.refresh,
            scope="",
            **({} if self._headers() else {"client_id": self._credentials["client_id"], **self._secret}),
        )
        answer = self._post(body, self._headers())
        return self._read(answer) if answer.response.status not in _REFUSALS else None

    def _read(self, answer: Exchange) -> Token:
        try:
            told = self._oauth.parse_request_body_response(answer.response.body.decode("utf-8", "replace"))
            life = told.get("expires_in")
            seconds = min(float(life), _LONGEST) if isinstance(life, int | float) else 60.0
        except (OAuth2Error, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as bad:
            why = str(bad)[:_SHOWN] or type(bad).__name__
            page = (
                f" It was answered HTTP {answer.response.status} with no JSON: see to base_url, or name the "
                f"token service as token_url."
            )
            lost = answer.parsed.problem and answer.response.status == HTTPStatus.NOT_FOUND
            raise NoToken(
                f"The log-in of the role {self._role!r} answered without a usable token: {why}."
                f"{page if lost else ''}"
            ) from bad
        renew_at = time.monotonic() + seconds * (1 - _EARLY)
        return Token(_sendable(told["access_token"], self._role), renew_at, told.get("refresh_token") or "")


class ClientLogin(Login):
    """Gets tokens for a client in its own name, by the client credentials grant (RFC 6749, 4.4)."""

    _what = "client id and secret"
    _by_default = "basic"

    def saw(self, sent: Json, status: int) -> None:
        """Take note of nothing: no log-in of a user ends a token of a client."""

    def form(self) -> str:
        """Return the form of a log-in; client id and secret stand in it where they are no header."""
        own = {"client_id": self._credentials["client_id"], **self._secret}
        record = {"grant_type": "client_credentials", "scope": self._credentials.get("scope")}
        return urlencode(
            {key: value for key, value in record.items() if value} | ({} if self._headers() else own)
        )

    def _renewed(self) -> None:
        return None


class BoundLogin:
    """Logs one role in by the family's own log-in operation, and takes the token from its bound place.

    `log_in` sends the log-in of a role and returns the exchange. `lives` is how many seconds the owner
    says a token lives; the documents do not tell, so that without it one is kept for half a minute.
    """

    def __init__(
        self, role: str, log_in: Callable[[str], Exchange], bindings: Bindings, lives: float = _UNTOLD
    ) -> None:
        self._role = role
        self._log_in = log_in
        self._bindings = bindings
        self._lives = lives
        self._door = _Door(role)
        self._token: Token | None = None
        self._one = threading.RLock()  # threads wait for the log-in that one of them makes

    def token(self) -> str:
        """Return the role's token, from a log-in where there is none yet.

        Raises CredentialsRefused where the target turns the log-in away, Untestable where it answers
        without a token at the bound place, NoToken with one that no header can carry.
        """
        with thread_turns.alone(self._one):
            if self._token is None or time.monotonic() >= self._token.renew_at:
                answer = self._log_in(self._role)
                self._door.tried(answer, "user name and password")
                renew_at = time.monotonic() + self._lives * (1 - _EARLY)
                self._token = Token(_sendable(self._bindings.one(answer, "token"), self._role), renew_at)
            return self._token.value


class _Door:
    """What the log-ins of one role came to: wrong credentials, or a door that lets nobody in any more."""

    def __init__(self, role: str) -> None:
        self._role = role
        self._let_in = False
        self._refused = 0

    def opened(self) -> None:
        """Take note that the credentials were let in."""
        self._let_in, self._refused = True, 0

    def tried(self, answer: Exchange, what: str) -> None:
        """Take note of a log-in with credentials (`what` they are).

        Raises CredentialsRefused where they are turned away; LoginLost where they were let in before, as
        long as that may be a passing fault.
        """
        status = answer.response.status
        if status not in _REFUSALS:
            self.opened()
            return
        self._refused += 1
        if not self._let_in:
            raise CredentialsRefused(
                f"The target refused the credentials in the role {self._role!r} with HTTP {status}; "
                f"check its {what}."
            )
        text = f"The target refused the credentials in the role {self._role!r}, which it let in before"
        if self._refused >= _LOCKED:
            raise CredentialsRefused(
                f"{text}, {self._refused} times running (HTTP {status}); see whether it locked them."
            )
        raise LoginLost(f"{text}, with HTTP {status}: its log-in cannot be relied on.")


def carried(text: str) -> bool:
    """Tell whether a header can carry a text as it is."""
    return text.isprintable() and text == text.strip() and all(ord(letter) < _LATIN for letter in text)


def _sendable(token: Json, role: str) -> str:
    """Return a token; NoToken for what no header can carry."""
    if isinstance(token, str) and token and carried(token):
        return token
    text = "a text with characters that no header can carry" if isinstance(token, str) else "no text"
    raise NoToken(f"The log-in of the role {role!r} answered with a token that is {text}.")


def fixed_header(credentials: Mapping[str, str]) -> tuple[str, str]:
    """Return the header of credentials that need no log-in: basic, bearer or a header of their own."""
    if credentials["type"] == "basic":
        pair = f"{credentials['username']}:{credentials['password']}"
        return "Authorization", f"Basic {b64encode(pair.encode()).decode()}"
    if credentials["type"] == "bearer":
        return "Authorization", f"Bearer {credentials['token']}"
    return credentials["name"], credentials["value"]
