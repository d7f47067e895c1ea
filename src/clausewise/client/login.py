"""How a role of credentials becomes request headers."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from oauthlib.oauth2 import LegacyApplicationClient, OAuth2Error

from clausewise.bindings import Bindings
from clausewise.errors import CredentialsRefused, Untestable
from clausewise.model import Exchange

_EARLY = 0.2  # renew when a fifth of the life is left, so that no call carries a dying token
_UNTOLD = 30.0  # seconds
_REFUSALS = {400, 401, 403}

Post = Callable[[str], Exchange]


@dataclass
class Token:
    """A bearer token, when to renew it (monotonic seconds), and what renews it."""

    value: str = field(repr=False)
    renew_at: float
    refresh: str = field(default="", repr=False)


class Login:
    """Logs one role in by OAuth2 password grant and keeps its token fresh.

    `post` sends a form body to the token operation and returns the exchange.
    """

    def __init__(self, role: str, credentials: Mapping[str, str], post: Post) -> None:
        self._role = role
        self._credentials = credentials
        self._secret = {key: credentials[key] for key in ("client_secret",) if key in credentials}
        self._oauth = LegacyApplicationClient(credentials["client_id"])
        self._post = post
        self._token: Token | None = None

    def token(self) -> str:
        """Return a token that will live on for a while, from a new log-in or a refresh if need be.

        Raises CredentialsRefused where the target turns the log-in away, Untestable where it answers
        without a token.
        """
        if self._token is None or time.monotonic() >= self._token.renew_at:
            self._token = self._renewed() or self._new()
        return self._token.value

    def _new(self) -> Token:
        given = self._credentials
        body = self._oauth.prepare_request_body(
            given["username"],
            given["password"],
            scope=given.get("scope"),
            include_client_id=True,
            **self._secret,
        )
        answer = self._post(body)
        if answer.response.status in _REFUSALS:
            raise CredentialsRefused(
                f"The target refused the credentials in the role {self._role!r} with "
                f"HTTP {answer.response.status}; check its user name, password, client id and secret."
            )
        return self._read(answer)

    def _renewed(self) -> Token | None:
        if self._token is None or not self._token.refresh:
            return None
        body = self._oauth.prepare_refresh_body(
            refresh_token=self._token.refresh,
            client_id=self._credentials["client_id"],
            scope="",
            **self._secret,
        )
        answer = self._post(body)
        return self._read(answer) if answer.response.status not in _REFUSALS else None

    def _read(self, answer: Exchange) -> Token:
        try:
            told = self._oauth.parse_request_body_response(answer.response.body.decode("utf-8", "replace"))
        except (OAuth2Error, ValueError, TypeError, AttributeError) as bad:
            raise Untestable(
                f"The log-in of the role {self._role!r} answered without a usable token: {bad}."
            ) from bad
        life = told.get("expires_in")
        seconds = float(life) if isinstance(life, int | float) else 60.0
        renew_at = time.monotonic() + seconds * (1 - _EARLY)
        return Token(told["access_token"], renew_at, told.get("refresh_token") or "")


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
        self._token: Token | None = None

    def token(self) -> str:
        """Return the role's token, from a log-in where there is none yet.

        Raises CredentialsRefused where the target turns the log-in away, Untestable where it answers
        without a token at the bound place.
        """
        if self._token is None or time.monotonic() >= self._token.renew_at:
            answer = self._log_in(self._role)
            if answer.response.status in _REFUSALS:
                raise CredentialsRefused(
                    f"The target refused the credentials in the role {self._role!r} with "
                    f"HTTP {answer.response.status}; check its user name and password."
                )
            renew_at = time.monotonic() + self._lives * (1 - _EARLY)
            self._token = Token(str(self._bindings.one(answer, "token")), renew_at)
        return self._token.value


def fixed_header(credentials: Mapping[str, str]) -> tuple[str, str]:
    """Return the header of credentials that need no log-in: basic, bearer or a header of their own."""
    if credentials["type"] == "basic":
        pair = f"{credentials['username']}:{credentials['password']}"
        return "Authorization", f"Basic {b64encode(pair.encode()).decode()}"
    if credentials["type"] == "bearer":
        return "Authorization", f"Bearer {credentials['token']}"
    return credentials["name"], credentials["value"]
