"""The CDP sandbox: token, lookup, onboarding and reading, as documents 002 and 003 say."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

from starlette.requests import Request

from clausewise.reference.cdp.applications import invalid_fields, unknown_master_value
from clausewise.reference.cdp.records import found, record, reread
from clausewise.reference.cdp.seed import FOREIGN_TOKEN
from clausewise.reference.cdp.store import Customer, Store
from clausewise.reference.cdp.tokens import Tokens
from clausewise.reference.fault_injection import MISSHAPEN, Answer, Faults

Act = Callable[[Request, bytes], Answer]

_CONTEXTS = ("/caas-lcm", "/caas")
_STATES = {  # what a customer's state shows as: customer_status, aml_scan_status
    "active": ("ACTIVE", "Accepted"),
    "not-subscribed": ("ACTIVE", "Accepted"),
    "under-investigation": ("INACTIVE", "Under Investigation"),
    "blocked": ("BLOCKED", "Rejected"),
    "update-refused": ("ACTIVE", "Accepted"),
}


class Sandbox:
    """One CDP environment that claims one document."""

    def __init__(self, document: str, database: str, bends: Faults) -> None:
        self._drap = document == "cdp-drap-1.0.1"
        self._bends = bends
        self._store = Store(database)
        self.memory = self._store.memory
        self._tokens = Tokens(self._store, bends)
        self._calls = 0
        self._read: set[str] = set()

    def routes(self) -> Iterator[tuple[str, str, Act]]:
        """Yield method, path and action of every operation."""
        yield (
            "POST",
            "/auth/realms/cdp/protocol/openid-connect/token",
            lambda _, body: self._tokens.answer(body),
        )
        yield "POST", "/caas/api/v2/customer/validate", self._guarded("validateCustomer", self._lookup)
        yield (
            "POST",
            "/caas-lcm/api/v1/CAAS/onBoarding/customer",
            self._guarded("onboardCustomer", self._onboard),
        )
        yield "GET", "/caas/api/v2/customer/{ecrn}", self._guarded("getCustomer", self._get)

    def _guarded(self, operation: str, act: Act) -> Act:
        def guarded(request: Request, body: bytes) -> Answer:
            refused = self._refusal(request)
            if refused and self._bends.on("checks-body-first") and _json_object(body) is None and body:
                return self._misshapen(operation)
            if refused and not self._bends.on(f"let-in:{operation}:{refused}") and not self._bends.on("open"):
                return self._unauthorized(operation, request, body)
            if not refused and self._bends.on(f"shut:{operation}"):
                return self._unauthorized(operation, request, body)
            try:
                return act(request, body)
            except MISSHAPEN:
                return self._misshapen(operation)

        return guarded

    def _misshapen(self, operation: str) -> Answer:
        if operation == "validateCustomer":
            return self._lookup_failure("bad-request", 400, 45005, "Invalid Lookup request")
        if operation == "getCustomer":
            return self._get_failure("not-found", 45001, "Customer not found")
        return self._invalid_request({}, {"request": "Invalid request"})

    def _refusal(self, request: Request) -> str:
        """Return why a caller is not let in: missing, basic, foreign, expired, garbled; '' if let in."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            return "missing"
        if scheme.lower() != "bearer":
            return "basic"
        token = self._store.token(value)
        if token is None:
            return "foreign" if value == FOREIGN_TOKEN else "garbled"
        if token.dead or (token.kind != "access" and not self._bends.on("refresh-token-opens")):
            return "garbled"
        expired = time.time() >= token.expires and not self._bends.on("tokens-never-expire")
        return "expired" if expired else ""

    def _unauthorized(self, operation: str, request: Request, body: bytes) -> Answer:
        if operation == "onboardCustomer" and self._bends.on("stores-refused"):
            self._store.keep(json.loads(body))
        path = request.url.path
        for context in () if self._bends.on("paths-with-context") else _CONTEXTS:
            path = path.removeprefix(context)  # the printed path lacks the gateway's context (CDP-11)
        now = self._moment()
        message = {} if operation == "validateCustomer" else {"message": ""}
        row = {"timestamp": now, "status": 401, "error": "Unauthorized", **message, "path": path}
        return Answer(f"{operation}.unauthorized", 401, row, {"www-authenticate": "Bearer"})

    def _moment(self) -> str:
        """Return the time of a refusal, in the sample's form or in another of the same standard."""
        now = datetime.now(UTC) + timedelta(minutes=7 if self._bends.on("clock-minutes-ahead") else 0)
        if self._bends.on("times-in-microseconds"):
            return now.isoformat(timespec="microseconds")
        if self._bends.on("times-of-the-gulf"):
            return now.astimezone(timezone(timedelta(hours=4))).isoformat(timespec="milliseconds")
        if self._bends.on("times-with-z"):
            return now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return now.isoformat(timespec="milliseconds")

    # --- lookup ---

    def _lookup(self, request: Request, body: bytes) -> Answer:
        if request.headers.get("x-fault") == "validateCustomer.internal-error":
            return self._lookup_failure("internal-error", 404, 45006, "Error while searching customer!")
        asked, wrong = _lookup_request(body)
        if self._bends.on("lookup-knows-two-keys") and set(asked) - {"idNumber", "idType"}:
            wrong = "more"
        if wrong and self._bends.on(f"lookup-takes:{wrong}"):
            return self._lookup_failure("not-found", 404, 45001, "Customer not found")
        if wrong or self._bends.refuses("validateCustomer", asked):
            return self._lookup_failure("bad-request", 400, 45005, "Invalid Lookup request")
        held = self._held(asked["idNumber"], asked["idType"])
        if held is None:
            return self._lookup_failure("not-found", 404, 45001, "Customer not found")
        return self._shown(held, asked["idNumber"])

    def _held(self, number: str, kind: str) -> Customer | None:
        if self._bends.on("lookup-ignores-number"):
            number = "100000000000101"
        found_by = self._store.holder(number, None if self._bends.on("lookup-ignores-type") else kind)
        if found_by is None or self._bends.on("lookup-finds-nobody"):
            return None
        customer, position = found_by
        hidden = self._bends.on("lookup-misses-second-id") and position > 0
        hidden |= self._bends.on("lookup-misses-onboarded") and not customer.ecrn.startswith("9000000000000")
        newer = self._store.newer(customer.ecrn, self._bends.since)
        hidden |= self._bends.on("lookup-forgets-all-but-two") and newer > 1
        hidden |= self._bends.on("reading-hides-second-id") and position > 0 and customer.ecrn in self._read
        return None if hidden else customer

    def _shown(self, customer: Customer, number: str) -> Answer:
        if customer.state == "not-subscribed":
            return self._lookup_failure("not-subscribed", 404, 45003, "Customer not Subscribed")
        if self._drap and customer.state in {"under-investigation", "blocked"}:
            text = f"Customer {customer.ecrn} {_HINDRANCES[customer.state]}"
            return self._lookup_failure(
                customer.state, 406, 45013 if "under" in customer.state else 45051, text
            )
        status, scan = _STATES[customer.state]
        data = found(customer.ecrn, customer.sent, status=status, scan=scan, number=number)
        if self._bends.on("expiry-as-date") and data["id_date_of_expiry"]:
            data["id_date_of_expiry"] = data["id_date_of_expiry"][:10]
        if self._bends.on("lookup-wavers"):
            self._calls += 1
            data["first_name"] = f"{data['first_name']} {self._calls}"
        row = {"status": "success", "statusCode": 200, "message": "Successfully Processed", "data": data}
        return Answer("validateCustomer.found", 200, row)

    def _lookup_failure(self, outcome: str, code: int, error: int, message: str) -> Answer:
        row = {"status": "failure", "statusCode": code, "errorCode": error, "message": message}
        return Answer(f"validateCustomer.{outcome}", 200, row)

    # --- onboarding ---

    def _onboard(self, request: Request, body: bytes) -> Answer:
        if request.headers.get("x-fault") == "onboardCustomer.internal-error":
            row = {"status": "failed", "errorCode": "50203", "message": "Backend Technical Problem"}
            return self._onboarded("internal-error", 502, row | {"status_code": "502"})
        parsed = _json_object(body)
        wrong = invalid_fields(parsed, self._bends)
        sent = {} if parsed is None else parsed
        if refused := self._bends.refuses("onboardCustomer", sent):
            wrong = {refused: f"Invalid {refused}"}
        if wrong:
            return self._invalid_request(sent, wrong)
        if field := unknown_master_value(sent):
            return self._invalid_master_data(sent, *field)
        return self._decide(sent)

    def _decide(self, sent: dict[str, Any]) -> Answer:
        known = self._known(sent)
        if known and known.state in _HINDRANCES:
            text = f"Customer {known.ecrn} {_HINDRANCES[known.state]}"
            return self._onboarded(known.state, 406, _failed("406 NOT_ACCEPTABLE", text))
        if known and self._drap and known.state == "update-refused":
            return self._onboarded(
                "update-failed", 404, _failed("404 NOT_FOUND", "Customer can not be updated")
            )
        only = self._bends.on("one-number-for-all")
        ecrn = self._store.keep(sent, ecrn="9999999999999999" if only else known.ecrn if known else "")
        status, scan = _STATES["active"]
        exposed = bool(sent.get("political_exposed_person")) is not self._bends.on("pep-inverted")
        data = {
            "aml_scan_status": scan,
            "ecrn": ecrn,
            "customer_status": status,
            "pep": exposed,
            "aml_category": 2,
        }
        return self._onboarded("accepted", 200, {"status": "success", "data": data, "status_code": "200 OK"})

    def _known(self, sent: dict[str, Any]) -> Customer | None:
        if "ecrn" in sent:
            return self._store.customer(str(sent["ecrn"]))
        holders = (
            self._store.holder(str(entry.get("id_number")), str(entry.get("id_type")))
            for entry in sent.get("id_details", [])
        )
        return next((held[0] for held in holders if held), None)

    def _invalid_request(self, sent: Any, wrong: dict[str, str]) -> Answer:
        if self._bends.on("stores-invalid-request"):
            self._store.keep({"first_name": ""} | sent)
        details = {"lastName": "Invalid last name"} if self._bends.on("details-name-another-field") else wrong
        details = details | ({"lastName": "Invalid last name"} if self._bends.on("details-name-more") else {})
        if self._bends.on("details-in-snake-case"):
            details = {_CAPITAL.sub(r"_\g<0>", name).lower(): text for name, text in details.items()}
        row = {"status": "failure", "statusCode": 400, "errorCode": 40002}
        message = "Invalid format or missing mandatory request"
        return self._onboarded("invalid-request", 400, row | {"message": message, "details": details})

    def _invalid_master_data(self, sent: dict[str, Any], field: str, value: str) -> Answer:
        if self._bends.on("stores-invalid-master-data"):
            self._store.keep(sent)
        told = _failed("406 NOT_ACCEPTABLE", f" Invalid {field} {value}!")
        return self._onboarded("invalid-master-data", 400, told)

    def _onboarded(self, outcome: str, status: int, record: dict[str, Any]) -> Answer:
        same = self._bends.on("same-request-id-of-" + ("successes" if outcome == "accepted" else "errors"))
        return Answer(
            f"onboardCustomer.{outcome}",
            status,
            {"requestId": "ab" * 16 if same else self._request_id()} | record,
        )

    def _request_id(self) -> str:
        return str(uuid4()) if self._bends.on("request-id-as-uuid") else secrets.token_hex(16)

    # --- reading ---

    def _get(self, request: Request, _: bytes) -> Answer:
        has_type = "content-type" in request.headers
        if self._bends.on("get-refuses-content-type" if has_type else "get-wants-content-type"):
            return self._get_failure("not-found", 45001, "Customer not found")
        customer = self._store.customer(request.path_params["ecrn"])
        self._read.add(request.path_params["ecrn"])
        hidden = self._bends.on("get-misses-onboarded") and customer and customer.ecrn[:13] != "9000000000000"
        if customer is None or hidden or self._bends.refuses("getCustomer", {"ecrn": ""}):
            return self._get_failure("not-found", 45001, "Customer not found")
        if customer.state == "not-subscribed":
            return self._get_failure("not-subscribed", 45003, "Customer not Subscribed")
        status, scan = _STATES[customer.state]
        told = record(customer.ecrn, customer.sent, status=status, scan=scan, updated=customer.updated)
        reread(told, self._bends.on)
        for key in ("id_details", "address_list"):
            if self._bends.on(f"first-entry-for-all:{key}"):
                told[key] = told[key][:1] * len(told[key])
        if self._bends.on("get-wavers"):
            self._calls += 1
            told["first_name"] = f"{told['first_name']} {self._calls}"
        return Answer("getCustomer.record", 200, told)

    def _get_failure(self, outcome: str, error: int, message: str) -> Answer:
        row = {"status": "failure", "statusCode": 404, "errorCode": error, "message": message}
        return Answer(f"getCustomer.{outcome}", 200, row)


_CAPITAL = re.compile("[A-Z]")
_HINDRANCES = {"under-investigation": "Under Compliance Investigation", "blocked": "Can not be Accepted"}


def _failed(status_code: str, message: str) -> dict[str, Any]:
    return {"status": "failed", "status_code": status_code, "error_code": None, "message": message}


def _json_object(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _lookup_request(body: bytes) -> tuple[dict[str, str], str]:
    """Return a lookup request and what is wrong with it: a case by name, or ''."""
    asked = _json_object(body)
    if not isinstance(asked, dict):
        return {}, "malformed" if asked is None else "list"
    for key in ("idNumber", "idType"):
        value = asked.get(key)
        if not isinstance(value, str) or not value.strip():
            case = "missing" if key not in asked else "null" if value is None else "empty"
            return {}, f"{case}-{key}"
    return asked, ""
