"""The CDP sandbox's token endpoint: password grant, refresh grant, and every way to be refused."""

from __future__ import annotations

import secrets
import time
from urllib.parse import parse_qsl
from uuid import uuid4

from clausewise.reference.cdp.seed import CLIENT_ID, CLIENT_SECRET, USERS
from clausewise.reference.cdp.store import Store
from clausewise.reference.fault_injection import Answer, Faults

Form = dict[str, str]

_BRIEF = 1.0  # seconds; what a defect lets a token live that its answer says lives for hours
_SHORT = 120  # seconds; longer than any test, shorter than the sample prints
_ROUNDED = 0.9  # of a second that a token lives on, where its life is told in whole seconds


class Tokens:
    """Issues tokens; a refresh token works until it expires, as often as it is used."""

    def __init__(self, store: Store, bends: Faults) -> None:
        self._store = store
        self._bends = bends
        self._renewed: dict[str, str] = {}  # the access token that each refresh token came with

    def answer(self, body: bytes) -> Answer:
        """Answer a form-encoded request; of a grant type given twice the last counts (CDP-28, CDP-29)."""
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        form = dict(pairs)
        grants = [value for name, value in pairs if name == "grant_type"]
        if self._bends.refuses("getToken", form):
            return _refused(400, "invalid_request", "a parameter is not taken")
        if refusal := self._client(form) or self._twice(grants):
            return refusal
        grant = form.get("grant_type", "")
        if self._bends.on("token-takes:" + ("unknown-grant-type" if grant else "missing-grant-type")):
            grant = "refresh_token" if grant == "refresh_token" else "password"
        if grant == "refresh_token":
            return self._refresh(form)
        if grant == "password":
            return self._password(form)
        return _refused(400, "unsupported_grant_type" if grant else "invalid_request", "grant_type")

    def _twice(self, grants: list[str]) -> Answer | None:
        """Defects only: a service that insists on the doubled lines of the samples."""
        refresh = "refresh_token" in grants
        wanted = "grant-type-twice:" + ("refresh" if refresh else "password")
        if self._bends.on(wanted) and len(grants) < 2:  # noqa: PLR2004 - twice
            return _refused(400, "invalid_request", "grant_type")
        return None

    def _client(self, form: Form) -> Answer | None:
        known = form.get("client_id") == CLIENT_ID or self._bends.on("token-takes:wrong-client-id")
        secret = form.get("client_secret") == CLIENT_SECRET or self._bends.on(
            "token-takes:wrong-client-secret"
        )
        return None if known and secret else _refused(401, "invalid_client", "client_id or client_secret")

    def _password(self, form: Form) -> Answer:
        name, password = form.get("username", ""), form.get("password", "")
        for field, value in (("username", name), ("password", password)):
            if not value and not self._bends.on(f"token-takes:missing-{field}"):
                return _refused(400, "invalid_request", field)
        lenient = any(
            self._bends.on(f"token-takes:{case}") for case in ("wrong-username", "missing-username")
        )
        user = name if name in USERS else "sandbox-partner" if lenient else ""
        open_door = any(
            self._bends.on(f"token-takes:{case}") for case in ("wrong-password", "missing-password")
        )
        if not user or not (
            open_door or secrets.compare_digest(password.encode(), USERS[user].password.encode())
        ):
            return _refused(401, "invalid_grant", "username or password")
        if self._bends.on("one-log-in-at-a-time"):
            self._store.kill(user)
        dead = self._bends.on("brief-tokens-are-dead") and user == "sandbox-brief"
        dead = dead or (self._bends.on("second-log-in-is-dead") and self._has_expired(user))
        return self._issued(user, dead=dead)

    def _has_expired(self, user: str) -> bool:
        """Defects only: tell whether the user logged in before and let the token expire."""
        return user == "sandbox-brief" and self._store.token_expired(user, self._bends.since)

    def _refresh(self, form: Form) -> Answer:
        given = form.get("refresh_token", "")
        token = self._store.token(given)
        case = "garbled-refresh-token" if given else "missing-refresh-token"
        if self._bends.on(f"token-takes:{case}") and token is None:
            return self._issued("sandbox-partner")
        if token is None or token.kind != "refresh" or token.dead or time.time() >= token.expires:
            return _refused(400, "invalid_grant", "refresh_token")
        if self._bends.on("refresh-drops-its-access"):
            self._store.spend(self._renewed.get(given, ""))
        if self._bends.on("refresh-ends-all"):
            self._store.kill(token.user)
        if self._bends.on("refresh-tokens-once"):
            self._store.spend(given)
        if self._bends.on("refresh-gives-the-same") and (same := self._store.newest(token.user)):
            return self._issued(token.user, access=same)
        return self._issued(token.user, dead=self._bends.on("refresh-gives-a-dead-token"))

    def _dies_early(self, name: str) -> bool:
        """Defects only: tell whether a user's tokens live one second, whatever their answer promises."""
        who = "brief" if name == "sandbox-brief" else "partner"
        return self._bends.on("tokens-die-early") or self._bends.on(f"tokens-die-early:{who}")

    def _form(self) -> str:
        """Return a token in another form than the reference's own, where a freedom says so."""
        if self._bends.on("tokens-of-10-kb"):
            return secrets.token_urlsafe(7500)
        parts = 3 if self._bends.on("tokens-in-three-parts") else 0
        return ".".join(secrets.token_urlsafe(300) for _ in range(parts))

    def _issued(self, name: str, *, access: str = "", dead: bool = False) -> Answer:
        user = USERS[name]
        if self._bends.on("three-tokens-at-most"):
            self._store.keep_newest(name, 2)
        lives = min(user.access_life, _SHORT) if self._bends.on("short-lives") else user.access_life
        rest = _ROUNDED if self._bends.on("lives-rounded-down") else 0
        real = min(lives, _BRIEF) if self._dies_early(name) else lives + rest
        value = access or self._store.issue("access", name, real, self._form())
        brief = self._bends.on("refresh-tokens-live-a-second")
        refresh = self._store.issue("refresh", name, _BRIEF if brief else user.refresh_life, self._form())
        self._renewed[refresh] = value
        record = {
            "token_type": "bearer",
            "access_token": secrets.token_urlsafe(48) if dead else value,
            "expires_in": 7199 if self._bends.on("tokens-die-early:brief") else int(lives),
            "refresh_expires_in": int(user.refresh_life),
            "refresh_token": refresh,
            "scope": "openid",
            "not-before-policy": 0,
            "session_state": str(uuid4()) if self._bends.on("session-as-uuid") else secrets.token_hex(16),
        }
        return Answer("getToken.token", 200, record)


def _refused(status: int, error: str, what: str) -> Answer:
    return Answer(
        "getToken.refused", status, {"error": error, "error_description": f"{what} is missing or wrong"}
    )
