"""The account sandbox of document 001, in the shape of the family's assumed overlay."""

from __future__ import annotations

import itertools
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.requests import Request

from clausewise.reference.fault_injection import MISSHAPEN, Answer, Faults

Act = Callable[[Request, bytes], Answer]
Fields = dict[str, Any]

_BASE = "/accountService/v1"
_ELSEWHERE = {  # what the document prints in another form, or by analogy (ACC-02, ACC-03)
    "create-ekyc-account": f"/esbuat7801{_BASE}/create-ekyc-account",
    "updateEkycLimit": f"{_BASE}/update-ekyc-limit",
}
_FIRST_CIF, _FIRST_ACCOUNT, _NEW_LIMIT = 70000001, 190000000001, 20000000
_ON_OFFER = 4000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS customer (
  cif TEXT PRIMARY KEY, fullName TEXT, birthDate TEXT, legalId TEXT UNIQUE, phoneNumber TEXT UNIQUE,
  email TEXT, userName TEXT UNIQUE, userStatus TEXT, "limit" INTEGER, consent INTEGER, blocked INTEGER);
CREATE TABLE IF NOT EXISTS account (accountNumber TEXT PRIMARY KEY, cif TEXT, status TEXT);
CREATE INDEX IF NOT EXISTS own ON account (cif);
CREATE TABLE IF NOT EXISTS number (accountNumber TEXT PRIMARY KEY, price INTEGER, held INTEGER);
"""


_FIELDS = {
    *("cif", "accountNumber", "userName", "digits", "limit", "reason", "consent", "legalId", "phoneNumber"),
    *("status", "fullName", "birthDate", "email"),
}

_NOWHERE = Answer("", 404, {"status": 404, "error": "no such operation"})


class _Refused(Exception):
    """A request that is answered 4xx: its status, code and message."""


class Sandbox:
    """Eighteen operations over one database."""

    def __init__(self, document: str, database: str, bends: Faults) -> None:
        self.document = document
        self._bends = bends
        self._asked = itertools.count()
        self.memory = self._db = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_SCHEMA)
        nice = ((f"88{number * 1111:010}", 1000 * (number % 7 + 1)) for number in range(1, _ON_OFFER))
        self._db.executemany("INSERT OR IGNORE INTO number VALUES (?, ?, 0)", nice)
        self._operations: Mapping[str, tuple[tuple[str, ...], Callable[[Fields], Fields]]] = {
            "get-account-list": (("cif",), self._accounts),
            "create-current-account": (("cif",), self._open),
            "create-nice-hold-acct": (("cif", "accountNumber"), self._hold),
            "close-izi-mobile-acct": (("cif", "userName"), self._close),
            "inquiry-nice-acct": (("digits",), self._offer),
            "inquiry-nice-acct-online": (("digits",), self._offer_online),
            "get-customer-info": (("cif",), self._info),
            "updateEkycLimit": (("cif", "limit"), self._limit),
            "update-blacklist-customer": (("cif", "reason"), self._block),
            "update-protect-agreement": (("cif", "consent"), self._agree),
            "valid-ekyc-customer": (("legalId",), self._identified),
            "valid-izi-mobile-user": (("userName",), self._exists),
            "valid-legal-id": (("legalId",), self._exists),
            "valid-phone-number": (("phoneNumber",), self._exists),
            "update-user-ib-status": (("userName", "status"), self._lock),
            "get-user-info-ebank": (("cif", "userName"), self._user),
            "get-customer-by-id": (("cif",), self._basic),
            "create-ekyc-account": (
                ("fullName", "birthDate", "legalId", "phoneNumber", "email", "userName"),
                self._combo,
            ),
        }

    def routes(self) -> Iterator[tuple[str, str, Act]]:
        """Yield method, path and action of every operation."""
        for name, (required, act) in self._operations.items():
            acts = {"POST": self._served(name, required, act), "GET": self._by_another_method(name)}
            for method, answer in acts.items():
                yield method, f"{_BASE}/{name}", self._placed(name, answer, moved=False)
                if name in _ELSEWHERE:
                    yield method, _ELSEWHERE[name], self._placed(name, answer, moved=True)

    def _placed(self, name: str, act: Act, *, moved: bool) -> Act:
        """Return what one of an operation's two paths does: it acts, or nothing is there."""

        def placed(request: Request, body: bytes) -> Answer:
            here = self._bends.on(f"elsewhere:{name}") == moved
            return act(request, body) if here else _NOWHERE

        return placed

    def _by_another_method(self, name: str) -> Act:
        def served(_: Request, __: bytes) -> Answer:
            if self._bends.on(f"gone:{name}"):
                return _NOWHERE
            return Answer("", 405, {"status": 405, "error": "Method Not Allowed"}, {"allow": "POST"})

        return served

    def _served(self, name: str, required: tuple[str, ...], act: Callable[[Fields], Fields]) -> Act:
        def served(_: Request, body: bytes) -> Answer:
            if self._bends.on(f"gone:{name}"):
                return _NOWHERE
            if self._bends.on(f"other-method:{name}"):
                return Answer("", 405, {"status": 405, "error": "Method Not Allowed"}, {"allow": "GET"})
            try:
                sent = self._taken(name, required, body)
                done = act(sent)
            except _Refused as bad:
                status, code, message = bad.args
                return Answer(f"{name}.refused", status, {"code": code, "message": message})
            except MISSHAPEN:
                record = {"code": "INVALID_FIELD", "message": "A field is of another shape."}
                return Answer(f"{name}.refused", 400, record)
            stamp = {"at": time.time(), "call": secrets.token_hex(4)} if self._bends.on("stamped") else {}
            return Answer(f"{name}.done", 200, done | stamp)

        return served

    def _taken(self, name: str, required: tuple[str, ...], body: bytes) -> Fields:
        try:
            sent = json.loads(body)
        except ValueError:
            sent = None
        if not isinstance(sent, dict):
            raise _Refused(400, "INVALID_JSON", "The body is no JSON object.")
        if self._bends.on("knows-its-fields-only") and set(sent) - _FIELDS:
            raise _Refused(400, "INVALID_FIELD", "A field is not known.")
        lacking = [field for field in required if sent.get(field) in (None, "")]
        if self._bends.refuses(name, sent) or lacking:
            raise _Refused(400, "INVALID_FIELD", "A field is missing or not taken.")
        return sent

    def _one(self, query: str, *values: Any) -> Fields:
        row = self._db.execute(query, values).fetchone()
        return dict(row) if row else {}

    def _shown(self, name: str, customer: Fields) -> Fields:
        """Return the customer whose data a query shows: by a defect another's, under the CIF asked for."""
        if self._bends.on(f"anothers-data:{name}") or self._bends.on("anothers-data"):
            other = self._one("SELECT * FROM customer WHERE cif != ? ORDER BY cif DESC", customer["cif"])
            return other | {"cif": customer["cif"], "other": other["cif"]} if other else customer
        return customer

    def _customer(self, sent: Fields) -> Fields:
        """Return the customer of a CIF; refused where nobody has it."""
        known = self._one("SELECT * FROM customer WHERE cif = ?", str(sent["cif"]))
        if not known and self._bends.on("anybody"):
            return self._one("SELECT * FROM customer") | {"cif": sent["cif"]}
        if not known:
            raise _Refused(404, "UNKNOWN_CIF", "No customer has this CIF.")
        return known

    def _set(self, customer: Fields, field: str, value: Any) -> None:
        self._change(
            f'UPDATE customer SET "{field}" = :value',  # noqa: S608 - a column of our own
            f"{field}-of-all",
            value=value,
            cif=customer["cif"],
        )

    def _change(self, update: str, wide: str, **values: Any) -> None:
        """Change one row, by the last value's name, or every row where a defect widens it."""
        whom = "" if self._bends.on(wide) else " WHERE {0} = :{0}".format(list(values)[-1])
        self._db.execute(update + whom, values)

    def _accounts(self, sent: Fields) -> Fields:
        mine = self._customer(sent)["cif"]
        shown = self._shown("get-account-list", {"cif": mine})
        cif = shown.get("other", mine)
        on = self._bends.on
        whose = "" if on("everybody's-list") else " WHERE cif = :cif"
        query = f"SELECT accountNumber, status FROM account{whose} ORDER BY rowid"  # noqa: S608 - our own words
        own = [dict(row) for row in self._db.execute(query, {"cif": cif}).fetchall()]
        own = own[-3:] if on("three-accounts-at-most") else own
        own = own[-1:] if on("newest-only") else own[:1] if on("oldest-only") else own
        if on("held-in-list"):
            held = self._db.execute("SELECT accountNumber FROM number WHERE held = 1").fetchall()
            own += [{"accountNumber": row["accountNumber"], "status": "HELD", "cif": cif} for row in held]
        if (
            on("reading-drops-one")
            and self._db.execute("SELECT 1 FROM account WHERE cif = ?", (cif,)).fetchone()
        ):
            self._db.execute(
                "DELETE FROM account WHERE rowid = (SELECT max(rowid) FROM account WHERE cif = ?)", (cif,)
            )
        own = own[::-1] if on("accounts-newest-first") else own
        found = [{"accountNumber": it["accountNumber"], "status": it["status"]} for it in own]
        return {"cif": mine, "accounts": found}

    def _new_account(self, cif: str) -> str:
        count = self._one("SELECT count(*) AS n FROM account")["n"]
        number = self._numbered(_FIRST_ACCOUNT + count)
        if not self._bends.on("opens-nothing"):
            self._db.execute("INSERT OR IGNORE INTO account VALUES (?, ?, 'ACTIVE')", (number, cif))
        return str(_FIRST_ACCOUNT) if self._bends.on("one-number") else number

    def _numbered(self, number: int) -> str:
        """Return an account number, in one of several forms: the document prints none."""
        if self._bends.on("iban-like-numbers"):
            return f"VN00EXMP{number}"
        return f"{str(number)[:4]}-{str(number)[4:]}" if self._bends.on("hyphenated-numbers") else str(number)

    def _open(self, sent: Fields) -> Fields:
        customer = self._customer(sent)
        if self._bends.on("opening-resets-the-limit"):
            self._set(customer, "limit", _NEW_LIMIT)
        cif = customer["cif"]
        return {"cif": cif, "accountNumber": self._new_account(cif), "status": "ACTIVE"}

    def _hold(self, sent: Fields) -> Fields:
        self._customer(sent)
        free = "SELECT * FROM number WHERE accountNumber = ? AND held = 0"
        if not self._one(free, str(sent["accountNumber"])):
            raise _Refused(409, "NOT_ON_OFFER", "The number is not on offer.")
        if not self._bends.on("holds-nothing"):
            on_offer = "SELECT rowid FROM number WHERE accountNumber >= :number AND held = 0"
            these = f"rowid IN ({on_offer} ORDER BY accountNumber LIMIT :count)"
            count = 2 if self._bends.on("holds-the-next-too") else 1
            record = {"number": str(sent["accountNumber"]), "count": count}
            self._db.execute(f"UPDATE number SET held = 1 WHERE {these}", record)  # noqa: S608 - our own words
        return {"accountNumber": sent["accountNumber"], "status": "HELD"}

    def _offer(self, sent: Fields) -> Fields:
        like = f"%{sent['digits']}%"
        held = "" if self._bends.on("offers-held") else " AND held = 0"
        most = 1 if self._bends.on("offers-one") else 20
        these = f"accountNumber LIKE ?{held} ORDER BY accountNumber LIMIT {most}"
        query = f"SELECT accountNumber, price FROM number WHERE {these}"  # noqa: S608 - our own words
        offered = [dict(row) for row in self._db.execute(query, (like,)).fetchall()]
        return {"numbers": offered[::-1] if self._bends.on("offers-backwards") else offered}

    def _offer_online(self, sent: Fields) -> Fields:
        if self._bends.on("offers-held-online"):
            rows = self._db.execute("SELECT accountNumber, price FROM number ORDER BY accountNumber LIMIT 20")
            return {"numbers": [dict(row) for row in rows.fetchall()]}
        return self._offer(sent)

    def _close(self, sent: Fields) -> Fields:
        customer = self._user_of(sent)
        if not self._bends.on("closes-nothing"):
            self._set(customer, "userStatus", "CLOSED")
        if self._bends.on("closes-accounts"):
            self._db.execute("DELETE FROM account WHERE cif = ?", (customer["cif"],))
        return {"userName": customer["userName"], "status": "CLOSED"}

    def _info(self, sent: Fields) -> Fields:
        known = self._shown("get-customer-info", self._customer(sent))
        names = ("cif", "fullName", "birthDate", "legalId", "phoneNumber", "email", "limit")
        return {name: known[name] for name in names} | {
            "consent": bool(known["consent"]),
            "blocked": bool(known["blocked"])
            and not (self._bends.on("blocks-nothing") or self._bends.on("blocks-first")),
        }

    def _limit(self, sent: Fields) -> Fields:
        customer = self._customer(sent)
        if not isinstance(sent["limit"], int) or sent["limit"] < 0:
            raise _Refused(400, "INVALID_FIELD", "The limit is no amount.")
        if not self._bends.on("limits-nothing"):
            self._set(customer, "limit", sent["limit"])
        return {"cif": customer["cif"], "limit": sent["limit"]}

    def _block(self, sent: Fields) -> Fields:
        customer = self._customer(sent)
        self._set(customer, "blocked", int(not self._bends.on("restricts-only")))
        if not (self._bends.on("blocks-nothing") or self._bends.on("flags-only")):
            self._change("UPDATE account SET status = 'BLOCKED'", "blocks-all", cif=customer["cif"])
        if self._bends.on("blocks-first"):
            first = "SELECT min(rowid) FROM account WHERE cif = :cif"
            open_ = f"UPDATE account SET status = 'ACTIVE' WHERE cif = :cif AND rowid > ({first})"  # noqa: S608 - our own words
            self._db.execute(open_, {"cif": customer["cif"]})
        return {"cif": customer["cif"], "blocked": True}

    def _agree(self, sent: Fields) -> Fields:
        customer = self._customer(sent)
        if not isinstance(sent["consent"], bool):
            raise _Refused(400, "INVALID_FIELD", "The consent is neither true nor false.")
        if not self._bends.on("never-agrees" if sent["consent"] else "never-withdraws"):
            self._set(customer, "consent", int(sent["consent"]))
        if self._bends.on("consent-unlocks"):
            self._set(customer, "userStatus", "ACTIVE")
        return {"cif": customer["cif"], "consent": sent["consent"]}

    def _identified(self, sent: Fields) -> Fields:
        known = self._one("SELECT 1 FROM customer WHERE legalId = ?", str(sent["legalId"]))
        return {"completed": bool(known) and not self._bends.on("nobody-identified")}

    def _exists(self, sent: Fields) -> Fields:
        field = next(name for name in ("userName", "legalId", "phoneNumber") if name in sent)
        known = self._one(f"SELECT 1 FROM customer WHERE {field} = ?", str(sent[field]))  # noqa: S608 - our own words
        if known and self._bends.on("used-as-409"):
            raise _Refused(409, "USED", "It is in use.")
        exists = bool(known) and not self._bends.on(f"never-used:{field}")
        return {"exists": exists is not self._bends.on(f"inverted:{field}")}

    def _user_of(self, sent: Fields) -> Fields:
        known = self._one("SELECT * FROM customer WHERE userName = ?", str(sent["userName"]))
        if not known or ("cif" in sent and str(sent["cif"]) != known["cif"]):
            raise _Refused(404, "UNKNOWN_USER", "No such user.")
        return known

    def _lock(self, sent: Fields) -> Fields:
        customer = self._user_of(sent)
        if sent["status"] not in {"LOCKED", "ACTIVE"}:
            raise _Refused(400, "INVALID_FIELD", "The status is neither LOCKED nor ACTIVE.")
        if not self._bends.on(f"keeps-status:{sent['status']}"):
            self._set(customer, "userStatus", sent["status"])
        if self._bends.on("locking-withdraws-consent"):
            self._set(customer, "consent", 0)
        return {"userName": customer["userName"], "status": sent["status"]}

    def _user(self, sent: Fields) -> Fields:
        known = self._user_of(sent)
        closed = known["userStatus"] == "CLOSED" and self._bends.on("closed-as-404")
        if closed or self._bends.on("no-user"):
            raise _Refused(404, "UNKNOWN_USER", "No such user.")
        cif = str(_FIRST_CIF - 1) if self._bends.on("user-of-another") else known["cif"]
        known = self._shown("get-user-info-ebank", known)
        return {"cif": cif, "userName": known["userName"], "status": known["userStatus"]}

    def _basic(self, sent: Fields) -> Fields:
        known = self._shown("get-customer-by-id", self._customer(sent))
        if self._bends.on("not-by-cif"):
            raise _Refused(404, "UNKNOWN_CIF", "No customer has this CIF.")
        if self._bends.on("always-the-first"):
            known = self._one("SELECT * FROM customer ORDER BY cif LIMIT 1")
        other = {"legalId": known["legalId"][::-1]} if self._bends.on("info-disagrees") else {}
        return {name: known[name] for name in ("cif", "fullName", "birthDate", "legalId")} | other

    def _combo(self, sent: Fields) -> Fields:
        count = self._one("SELECT count(*) AS n FROM customer")["n"]
        cif = ("C-" if self._bends.on("cif-with-letter") else "") + str(_FIRST_CIF + count)
        if self._bends.on("one-cif") and count:
            known = self._one("SELECT cif FROM customer ORDER BY rowid DESC LIMIT 1")
            return {
                "cif": known["cif"],
                "accountNumber": self._new_account(cif),
                "userName": sent["userName"],
            }
        names = ("fullName", "birthDate", "legalId", "phoneNumber", "email", "userName")
        values = [cif, *(str(sent[name]) for name in names), "ACTIVE", _NEW_LIMIT, 0, 0]
        if self._bends.on("every-other-phone-is-taken") and next(self._asked) % 2 == 0:
            raise _Refused(409, "KNOWN", "The phone number is in use.")
        try:
            self._db.execute("INSERT INTO customer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        except sqlite3.IntegrityError:
            raise _Refused(409, "KNOWN", "The ID, the phone number or the user name is in use.") from None
        number = (
            str(_FIRST_ACCOUNT - 1) if self._bends.on("combo-without-account") else self._new_account(cif)
        )
        return {"cif": cif, "accountNumber": number, "userName": sent["userName"]}
