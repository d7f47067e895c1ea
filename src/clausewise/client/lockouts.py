"""What a run does to the users of its target: none is locked by wrong log-ins.

Many servers lock a user after a few wrong passwords in a row. So before a wrong log-in that names a real
user a good one is seen to, whoever of all workers sent the last; a run that only reads sends none at all.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlsplit

from clausewise import files, thread_turns
from clausewise.client.retry_after import RetryAfter
from clausewise.errors import CredentialsRefused, LoginLost, OutsidePlan, Untestable
from clausewise.model import Exchange, Json, Request
from clausewise.strict_json import scalars
from clausewise.targets import FamilyTarget

_TURNED_AWAY = {400, 401, 403, 423}
_UNAUTHORIZED, _FORBIDDEN, _REFUSED, _FAILURE = 401, 403, 400, 500
_LOCKED = 3  # log-ins in a row that are turned away, and the run is over
_LOCKED_FOR = (1 / 8, 1 / 4, 5 / 8)  # of what may be waited: a lock ends by itself after a while
_BY_LOG_IN = {"oauth2-password", "login"}
_BASIC = "basic"
_OTHERS, _MOMENT = 100, 0.05  # looks for another thread's call, and seconds between two
_REFRESH = "refresh_token"
_OF_CLIENT = "client_credentials"

Send = Callable[[], Exchange]


class Ledger:
    """What the log-ins of a run came to, by user; workers share it that share a `book`, a file.

    A page is open over a wait, that for a log-in's answer: a lock keeps the other threads of a process from
    it.
    """

    def __init__(self, book: Path | None = None) -> None:
        self._book = book
        self._told: dict[str, Any] = {}
        self._open = False
        self._one = threading.RLock()

    @contextmanager
    def page(self) -> Iterator[dict[str, Any]]:
        """Open the book for one at a time; what is written into the page stays."""
        with thread_turns.alone(self._one), self._opened() as told:
            yield told

    @contextmanager
    def _opened(self) -> Iterator[dict[str, Any]]:
        if self._open or self._book is None:
            yield self._told
            return
        with files.alone(self._book) as book:
            self._told = json.loads(book.read() or b"{}")
            self._open = True
            try:
                yield self._told
            finally:
                self._open = False
                book.seek(0)
                book.write(json.dumps(self._told).encode())
                book.truncate()

    def wrong(self, family: str, operation: str) -> tuple[int, int]:
        """Return how many wrong log-ins were sent by an operation, and how many of them named a real user."""
        with self.page() as told:
            many, real = told.get("wrong", {}).get(f"{family}.{operation}", (0, 0))
        return many, real

    def forget(self) -> None:
        """Begin anew, as a new run would."""
        with self.page() as told:
            told.clear()


@dataclass(frozen=True, slots=True)
class Attempt:
    """A log-in: of which user and role ('' for nobody that the target file names), and whether it is good."""

    user: str
    role: str
    good: bool


class LockoutGuard:
    """Watches over the log-ins of one family.

    `hear` takes note of an exchange; `enter` logs a role in, and raises what a call does; `good` returns URL
    and fields of that log-in, and `opened` tells whether an answer lets somebody in.
    """

    def __init__(
        self,
        target: FamilyTarget,
        ledger: Ledger,
        *,
        hear: Callable[[Exchange], None],
        enter: Callable[[str], Exchange],
        good: Callable[[str], tuple[str, Json]],
        opened: Callable[[Exchange], bool],
        patience: RetryAfter,
        only_reads: bool,
    ) -> None:
        self._family = target.family
        self._credentials = target.credentials
        self._ledger = ledger
        self._hear = hear
        self._enter = enter
        self._good = good
        self._opened = opened
        self._patience = patience
        self._only_reads = only_reads

    def log_in(self, request: Request, sent: Json) -> Attempt | None:
        """Return what a call of the log-in operation is: good is what a role's own log-in would send.

        None for a refresh, and for a client in its own name: they name no user.
        """
        fields = sent if sent is not None else _read(request.body)
        roles = [role for role, given in self._credentials.items() if given["type"] in _BY_LOG_IN]
        for role in roles:
            try:
                good = self._good(role)
            except Untestable:
                continue
            if good == (request.url, fields):
                return Attempt(self._credentials[role]["username"], role, good=True)
        told = _texts(request, fields)
        whole = _plain(request.body.decode("utf-8", "replace")) if sent is None else ""
        for role in roles:
            user = self._credentials[role]["username"]
            if _plain(user) in told or _plain(user) in whole:
                return Attempt(user, role, good=False)
        nameless = isinstance(fields, dict) and (_REFRESH in fields or fields.get("grant_type") == _OF_CLIENT)
        return None if nameless else Attempt("", "", good=False)

    def basic(self, username: str, password: str) -> Attempt:
        """Return what a call with a user name and a password is."""
        for role, given in self._credentials.items():
            if given["type"] == _BASIC and _plain(given["username"]) == _plain(username):
                good = (given["username"], given["password"]) == (username, password)
                return Attempt(given["username"], role, good=good)
        return Attempt("", "", good=False)

    def sent(self, operation: str, attempt: Attempt, send: Send) -> Exchange:
        """Send a log-in and take note of it, a good one before it if need be.

        Raises Untestable for what may not be sent, and LoginLost or CredentialsRefused for a user who was let
        in and no longer is.
        """
        return self._well(attempt, send) if attempt.good else self._ill(operation, attempt, send)

    def _ill(self, operation: str, attempt: Attempt, send: Send) -> Exchange:
        if attempt.user and self._only_reads:
            raise OutsidePlan(
                f"{operation} would be a wrong log-in with a real user's name, and plan 'safe' sends none."
            )
        self._let_others_in(attempt)
        with self._ledger.page() as told:
            if attempt.user:
                user = self._user(told, attempt)
                if user.get("last") != "good":
                    self._let_in_first(attempt, user)
                user |= {"last": "wrong", "wrong": user.get("wrong", 0) + 1}
            wrong = told.setdefault("wrong", {})
            many, real = wrong.get(f"{self._family}.{operation}", (0, 0))
            wrong[f"{self._family}.{operation}"] = many + 1, real + bool(attempt.user)
            answer = send()
            if attempt.user and self._opened(answer):  # the target does not take it for wrong
                user |= {"last": "good", "let_in": True, "wrong": user["wrong"] - 1}
        self._hear(answer)
        return answer

    def _let_others_in(self, attempt: Attempt) -> None:
        """Wait a little for a good call of a user after the wrong one of another thread.

        A password that goes with each call has no log-in that could be seen to; threads make calls all the
        time.
        """
        left = _OTHERS if attempt.user and thread_turns.beside() else 0
        while left and self._credentials[attempt.role]["type"] == _BASIC:
            with self._ledger.page() as told:
                if self._user(told, attempt).get("last") != "wrong":
                    return
            thread_turns.pause(_MOMENT)
            left -= 1

    def _let_in_first(self, attempt: Attempt, user: Mapping[str, Any]) -> None:
        """See to a good log-in of a user, so that no two wrong ones come in a row."""
        if self._credentials[attempt.role]["type"] == _BASIC:
            if "last" in user:
                raise Untestable(
                    f"The last password that was sent of the role {attempt.role!r} was wrong; "
                    f"a second wrong one in a row might lock its user."
                )
            return
        answer = self._enter(attempt.role)
        if user.get("last") != "good":
            raise LoginLost(
                f"The target refused the credentials in the role {attempt.role!r} with HTTP "
                f"{answer.response.status}, so that no wrong log-in of that user is sent."
            )

    def _well(self, attempt: Attempt, send: Send) -> Exchange:
        with self._ledger.page() as told:
            before = self._user(told, attempt).get("wrong", 0)
        answer = send()
        basic = self._credentials[attempt.role]["type"] == _BASIC
        away = {_UNAUTHORIZED} if basic else _TURNED_AWAY
        status = answer.response.status
        let_in = status not in away | {_FORBIDDEN} and status < (_FAILURE if basic else _REFUSED)
        with self._ledger.page() as told:
            user = self._user(told, attempt)
            if let_in:
                user |= {"let_in": True, "refused": 0}
                if (
                    user.get("wrong", 0) == before
                ):  # or the wrong one of another worker may have come behind it
                    user["last"] = "good"
            elif status in away and user.get("let_in") and user.get("wrong"):
                answer = self._let_in_again(attempt, user, answer, send)
                user |= {"last": "good", "refused": 0}
        self._hear(answer)
        return answer

    def _let_in_again(self, attempt: Attempt, user: dict[str, Any], first: Exchange, send: Send) -> Exchange:
        """Try a log-in again that was turned away: at once, and as long as may be waited for a lock to end.

        Returns the answer to go on with: the first, where the next is another, or the one that
        a wait brought. Raises LoginLost or CredentialsRefused where the user stays shut out.
        """
        refused, waited = [first], 0.0
        for pause in (0.0, *(share * self._patience.most for share in _LOCKED_FOR)):
            if pause and not self._patience.wait(pause, waited):
                break
            waited += pause
            again = send()
            if again.response.status not in _TURNED_AWAY and not waited:
                self._hear(again)
                return first
            refused.append(again)
            if again.response.status not in _TURNED_AWAY:
                break
        in_again = refused.pop() if refused[-1].response.status not in _TURNED_AWAY else None
        for earlier in refused:
            self._hear(replace(earlier, stray=True))
        return in_again or self._locked(attempt, user, first.response.status, waited)

    def _locked(self, attempt: Attempt, user: dict[str, Any], status: int, waited: float) -> NoReturn:
        user["refused"] = user.get("refused", 0) + 1
        many = user["wrong"]
        still = f", and still after {waited:g} s" if waited else ""
        why = (
            f"The target refused good credentials in the role {attempt.role!r}, which it let in before, "
            f"twice (HTTP {status}){still}: their user seems locked by the run's own wrong log-ins "
            f"({many} so far). Have it unlocked, or let the run wait for the lock's end ([limits] max_wait); "
            f"plan 'safe' sends no wrong log-in of a real user."
        )
        raise (CredentialsRefused if user["refused"] >= _LOCKED else LoginLost)(why)

    def _user(self, record: dict[str, Any], attempt: Attempt) -> dict[str, Any]:
        """Return what the book has of a user, by a name that nobody reads a name in."""
        kind = self._credentials[attempt.role]["type"]
        key = sha256(f"{self._family}/{kind}/{_plain(attempt.user)}".encode()).hexdigest()
        found: dict[str, Any] = record.setdefault("users", {}).setdefault(key, {})
        return found


def _read(body: bytes) -> Json:
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


def _texts(request: Request, fields: Json) -> Collection[str]:
    """Return every text of a request that may name a user."""
    found = [text for _, text in scalars(fields) if isinstance(text, str)]
    query = [value for _, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True)]
    return {_plain(text) for text in (*found, *query, *(value for _, value in request.headers))}


def _plain(name: str) -> str:
    """Return a user name as servers compare it that forgive blanks and case."""
    return name.strip().casefold()
