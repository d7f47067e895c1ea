"""The case management sandbox of document 004: who is let in, and which service answers."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request

from clausewise.reference.fault_injection import MISSHAPEN, Answer, Faults
from clausewise.reference.ofs_ecm import cases, events, lists, upload
from clausewise.reference.ofs_ecm.store import STATUSES, Store

Act = Callable[[Request, bytes], Answer]

_USER, _PASSWORD = "sandbox-analyst", "sandbox-analyst-6c1f"
_EVENTS = "/rest-api/CMRestService/RealTimeCaseCreationService/"
_CASES = "/rest-api/ECMService/CaseManagementService/"
_ELSEWHERE = {  # the other path that the document prints (ECM-01, ECM-03)
    **{name: f"/restapi/CMRestService/RealTimeCaseCreationService/{name}" for name in events.SERVICES[1:]},
    **{
        name: f"/rest-api/ECMSERVICE/CaseManagementService/{name}"
        for name in ("updateCaseDescription", "removeAccount")
    },
}
_NOWHERE = Answer("", 404, {"status": 404, "error": "Not Found"})
_INVALID = "Invalid JSON Input format. Please correct the data."
_INTERNAL = "Internal error occurred. Please contact system administrator."


class Sandbox:
    """All 18 services over one database."""

    def __init__(self, document: str, database: str, bends: Faults) -> None:
        self.document = document
        self._bends = bends
        self._store = Store(database)
        self.memory = self._store.memory
        self._events = events.Events(self._store, bends)
        self._cases = cases.Cases(self._store, bends)
        self._lists = lists.ManagedLists(bends)
        self._upload = upload.Upload(self._store, bends)

    def routes(self) -> Iterator[tuple[str, str, Act]]:
        """Yield method, path and action of every operation, at each path that the document prints."""
        for method, path, act in self._served():
            name = path.rpartition("/")[2]
            yield method, path, self._placed(name, act, moved=False)
            if name in _ELSEWHERE:
                yield method, _ELSEWHERE[name], self._placed(name, act, moved=True)

    def _placed(self, name: str, act: Act, *, moved: bool) -> Act:
        """Return what one of an operation's paths does: it acts, or nothing is there."""

        def placed(request: Request, body: bytes) -> Answer:
            return act(request, body) if self._bends.on(f"elsewhere:{name}") == moved else _NOWHERE

        return placed

    def _served(self) -> Iterator[tuple[str, str, Act]]:
        for name in events.SERVICES:
            yield "POST", f"{_EVENTS}{name}", self._guarded(name, self._events.answer)
        for name in cases.SERVICES:
            yield "POST", f"{_CASES}{name}", self._guarded(name, self._cases.answer)
        for name, path in lists.SERVICES.items():
            yield "POST", path, self._guarded(name, self._lists.answer)
        own: Mapping[str, Callable[[str, str, Any], Answer]] = {
            "updateCaseDescription": self._describe,
            "getCaseStatusDetails": self._status,
        }
        for name, act in own.items():
            yield "POST", f"{_CASES}{name}", self._guarded(name, act)
        yield "POST", f"{_CASES}ecmUploadFile", self._guarded("ecmUploadFile", None)

    def _guarded(self, name: str, act: Callable[[str, str, Any], Answer] | None) -> Act:
        def guarded(request: Request, body: bytes) -> Answer:
            refused = _refusal(request.headers.get("authorization", ""))
            if refused and self._bends.on("checks-body-first") and act and _json(body) is None and body:
                return self._misshapen(name)
            if (refused and not self._bends.on(f"let-in:{name}:{refused}")) or self._bends.on(f"shut:{name}"):
                record = {"status": 401, "error": "Unauthorized"}
                return Answer(f"{name}.unauthorized", 401, record, {"www-authenticate": "Basic"})
            fault = request.headers.get("x-fault", "")
            fault = fault.partition(".")[2] if fault.startswith(f"{name}.") else ""
            if act is None:
                return self._upload.answer(fault, self._query(request), body)
            try:
                return act(name, fault, _json(body))
            except MISSHAPEN:
                return self._misshapen(name)

        return guarded

    def _misshapen(self, name: str) -> Answer:
        """Answer a request of another shape than the document shows."""
        if name in events.SERVICES:
            return events.failed(name, "invalid-json")
        if name in lists.SERVICES:
            return self._lists.refused(name)
        return _flat(name, "invalid-json", 400, _INVALID)

    def _query(self, request: Request) -> dict[str, str]:
        """Return the parameters of a query, percent-decoded unless a defect leaves them as they came."""
        if not self._bends.on("query-not-decoded"):
            return dict(request.query_params)
        pairs = (pair.partition("=") for pair in request.url.query.split("&"))
        return {name: value for name, _, value in pairs}

    def _describe(self, name: str, fault: str, sent: Any) -> Answer:
        if not isinstance(sent, dict) or self._bends.refuses(name, sent):
            return _flat(name, "invalid-json", 400, _INVALID)
        case = str(sent.get("caseId", ""))
        if refused := self._indescribable(name, fault, case, sent):
            return refused
        self._store.describe(case, str(sent["caseDescription"]))
        text = "Case description updated successfully."
        return Answer(f"{name}.updated", 200, {"MESSAGE": text, "STATUS": "SUCCESS", "caseId": case})

    def _indescribable(self, name: str, fault: str, case: str, sent: Mapping[str, Any]) -> Answer | None:
        known = self._store.case(case)
        if not case:
            return _flat(name, "no-case-id", 400, "Input JSON data does not have caseId.")
        if "caseDescription" not in sent:
            text = "Input JSON data does not have caseDescription."
            return _flat(name, "no-description", 400, text, case)
        if known is None:
            return _flat(name, "no-such-case", 400, "Case does not exist.", case)
        if known.locked_by:
            return _flat(name, "locked", 409, f"Case is locked by another user {known.locked_by}.", case)
        if self._store.description(case) and self._bends.on("description-once"):
            fault = "internal-error"
        if fault:
            status, text = _DESCRIPTION_FAULTS[fault]
            bare = fault in _PRINTED_BARE and not self._bends.on("case-in-rows-8-and-9")
            return _flat(name, fault, status, text, "" if bare else case)
        return None

    def _status(self, name: str, fault: str, sent: Any) -> Answer:
        good = isinstance(sent, list) and sent and all(isinstance(entry, dict) for entry in sent)
        if not good or self._bends.refuses(name, sent):
            return _flat(name, "invalid-json", 400, _INVALID)
        if not all(isinstance(entry.get("caseId"), str) and entry["caseId"] for entry in sent):
            return _flat(name, "no-case-id", 400, "Input JSON data does not have caseId.")
        entries = []
        for entry in sent:
            case = self._store.case(entry["caseId"])
            if case is None:
                record = sent[0] if self._bends.on("unknown-case-named-as-first") else entry
                return _flat(name, "no-such-case", 400, "Case does not exist.", record["caseId"])
            entries.append(
                {
                    "MESSAGE": "Case status fetch successful.",
                    "STATUS": "SUCCESS",
                    "caseId": case.id,
                    "caseStatusCode": case.status,
                    "caseStatusName": STATUSES[case.status],
                    "caseStatusDateTime": _later(case.since, 7 * self._bends.on("times-of-another-zone")),
                    "caseClosedFlag": case.closed,
                }
            )
        if fault:
            return _flat(name, fault, 500, _INTERNAL, entries[0]["caseId"])
        if self._bends.on("status-wavers"):
            entries[0]["caseStatusCode"] += secrets.token_hex(2)
        if self._bends.on("status-in-any-order"):
            entries.reverse()
        entries = [self._spoilt(record, entries[0]) for record in entries]
        if self._bends.on(f"first-case-only:{name}"):
            entries = entries[:1]
        record = {"MESSAGE": "Case Status fetch Successful.", "STATUS": "SUCCESS", "RESULTARRAY": entries}
        return Answer(f"{name}.fetched", 200, record)

    def _spoilt(self, record: dict[str, Any], first: dict[str, Any]) -> dict[str, Any]:
        """Defects only: return a case's status with what belongs to the first one, or with words swapped."""
        on = self._bends.on
        if on("first-case-id:getCaseStatusDetails"):
            return record | {"caseId": first["caseId"]}
        if on("first-case-status"):
            return first | {"caseId": record["caseId"]}
        if on("code-for-name"):
            words = {"caseStatusCode": record["caseStatusName"], "caseStatusName": record["caseStatusCode"]}
            return record | words
        return record


_PRINTED_BARE = {"update-kdd-cases", "insert-kdd-case-actions"}  # rows 8 and 9 of Table 54 have no caseId
_DESCRIPTION_FAULTS = {
    "exists-kdd-case-actions": (409, "Entry already exists in KDD_CASE_ACTIONS table."),
    "update-kdd-cases": (500, "Error occurred while updating KDD_CASES table."),
    "insert-kdd-case-actions": (500, "Error occurred while inserting into KDD_CASE_ACTIONS table."),
    "internal-error": (500, _INTERNAL),
}


def _flat(name: str, outcome: str, status: int, text: str, case: str = "") -> Answer:
    record = {"MESSAGE": text, "STATUS": "FAILED"} | ({"caseId": case} if case else {})
    return Answer(f"{name}.{outcome}", status, record)


def _refusal(header: str) -> str:
    """Return why a caller is not let in: missing, other-scheme, wrong; '' if let in."""
    scheme, _, value = header.partition(" ")
    if not scheme:
        return "missing"
    if scheme.lower() != "basic":
        return "other-scheme"
    try:
        given = b64decode(value, validate=True)
    except Error:
        return "wrong"
    good = f"{_USER}:{_PASSWORD}".encode()
    return "" if secrets.compare_digest(given, good) else "wrong"


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _later(text: str, hours: int) -> str:
    return f"{datetime.fromisoformat(text) + timedelta(hours=hours)}"
