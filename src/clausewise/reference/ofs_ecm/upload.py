"""The attachment and comments service of document 004, section 6.18 and table 50."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from clausewise.reference.fault_injection import Answer, Faults
from clausewise.reference.ofs_ecm.store import Store

_NAME = "ecmUploadFile"
_MANDATORY = ("entityId", "entityType", "comments")
_CONFIGURED = {"CASE": (), "CUSTOMER": ("senderId", "actionCode")}  # table 52's example
_LONG, _MOST = 500, 64 * 1024
_ACTIONS = {"CA985", "CA986", "CA901", "CA902"}
_USERS = {"sandbox-analyst"}
_OF_FILES = {"attachment-insert-failed", "upload-failed"}
_MOVES = {"CA901": "ESC"}  # known to the workflow, too
_FAILURES = {
    "workflow-failed": "Unable to start workflow.",
    "service-insert-failed": "Unable to INSERT the record to the service table.",
    "attachment-insert-failed": "Unable to INSERT the record to attachment table.",
    "comment-insert-failed": "Unable to INSERT the record to comment table.",
    "upload-failed": "Unable to upload selected files.",
}


class Upload:
    """Comments and files on cases and entities."""

    def __init__(self, store: Store, bends: Faults) -> None:
        self._store = store
        self._bends = bends

    def answer(self, fault: str, query: Mapping[str, str], body: bytes) -> Answer:
        """Answer one call."""
        if self._bends.refuses(_NAME, dict(query)):
            return self._placed(_invalid("entityId"))
        files = re.findall(rb'filename="([^"]*)"', body)
        met = fault and self._meets(fault, query, files)
        refused = _failure(fault) if met else self._missing(query) or self._invalid(query, files)
        if refused or self._files_refused(files):
            return self._placed(self._unmoved(query, refused or _failure("upload-failed")))
        self._act(query)
        text = "The request has been successfully processed."
        return Answer(f"{_NAME}.processed", 200, {"status": "Success", "description": text})

    def _placed(self, answer: Answer) -> Answer:
        """Give a failure the HTTP status that the sandbox is bent to (ECM-126)."""
        statuses = (status for status in (400, 500) if self._bends.on(f"upload-failures-at-{status}"))
        return replace(answer, status=next(statuses, answer.status))

    def _meets(self, fault: str, query: Mapping[str, str], files: list[bytes]) -> bool:
        """Tell whether a call comes by what is to fail: a file, or a workflow."""
        on = self._bends.on
        if fault in _OF_FILES and on("files-fail-only-where-sent"):
            return bool(files)
        if fault == "workflow-failed" and on("workflows-fail-only-where-called"):
            return query.get("actionCode") in {*_MOVES, "CA986"}
        return True

    def _files_refused(self, names: list[bytes]) -> bool:
        on = self._bends.on
        bad = any(name.endswith(b".exe") for name in names) and not on("takes-any-file")
        none = not names and on("wants-a-file")
        bad |= any(name.endswith(b".pdf") for name in names) and on("refuses-pdf")
        return bad or none or bool(names and on("refuses-files")) or (len(names) > 1 and on("one-file-only"))

    def _missing(self, query: Mapping[str, str]) -> Answer | None:
        own = _CONFIGURED.get(query.get("entityType", "").upper(), ())
        lacking = [
            name
            for name in (*_MANDATORY, *own)
            if not query.get(name) and not self._bends.on(f"upload-takes-missing:{name}")
        ]
        lacking += [
            name
            for name in ("senderId", "docDesc", "docType", "caseId", "actionCode", "source")
            if name not in query and self._bends.on(f"upload-wants:{name}")
        ]
        named = () if self._bends.on("names-three-parameters") else own
        text = f"Please make sure you send these parameters : {', '.join((*_MANDATORY, *named))}."
        record = {"status": "Failed", "description": f"Missing mandatory parameters. {text}"}
        return Answer(f"{_NAME}.missing-parameters", 200, record) if lacking else None

    def _invalid(self, query: Mapping[str, str], files: list[bytes]) -> Answer | None:
        bad = next(self._bad_values(query), "")
        if query.get("caseId") and not bad and query.get("entityType", "").upper() != "CASE":
            bad = "beside" if self._bends.on("breaks-on-unknown:beside") else ""
        if (
            query.get("actionCode") == "CA985"
            and not files
            and self._bends.on("document-action-wants-a-file")
        ):
            bad = bad or "actionCode"
        if query.get("senderId", "sandbox-analyst") not in _USERS and self._bends.on("knows-senders"):
            bad = bad or "senderId"
        if query.get("entityType") == "case" and self._bends.on("breaks-on-lower-case"):
            return _failure("workflow-failed")
        if bad and self._bends.on(f"breaks-on-unknown:{bad}"):
            return _failure("workflow-failed")
        return _invalid(bad) if bad else None

    def _bad_values(self, query: Mapping[str, str]) -> Iterator[str]:
        """Yield the names of the parameters whose values are on no list."""
        on = self._bends.on
        kind = query.get("entityType", "CASE")
        kind = kind if on("case-in-capitals-only") else kind.upper()
        if kind not in _CONFIGURED and not on("takes-any-type"):
            yield "entityType"
        unknown = kind == "CASE" and not self._store.case(query.get("entityId", ""))
        if (unknown and not on("takes-any-case")) or (kind != "CASE" and on("checks-entity-id")):
            yield "entityId"
        beside = query.get("caseId")
        both = on("one-or-the-other") or (kind != "CASE" and on("one-or-the-other:entity"))
        wrong = beside and (not self._store.case(beside) or both)
        if wrong and not on("takes-any-case-beside"):
            yield "caseId"
        text = query.get("comments", "")
        odd = {"percent": "%" in text, "other-scripts": not text.isascii(), "long": len(text) > _LONG}
        endless = len(text) > _MOST and not on("takes-any-comment")
        if endless or any(on(f"refuses-comment:{what}") for what, held in odd.items() if held):
            yield "comments"
        action = query.get("actionCode")
        known = action in _ACTIONS or on("takes-any-action") or on("unknown-action-moves")
        if action and (not known or on("refuses-action-codes")):
            yield "actionCode"

    def _act(self, query: Mapping[str, str]) -> None:
        case = query.get("caseId") or query.get("entityId", "")
        action = query.get("actionCode", "")
        on = self._bends.on
        of_comments = action == "CA986" and on("comment-action-moves")
        kept = action in {"CA985", "CA902"} and on(f"kept-action-moves:{action}")
        unknown = action and action not in _ACTIONS and on("unknown-action-moves")
        if on("every-call-moves") or (action and on("every-action-moves")) or of_comments or kept or unknown:
            self._store.move(case, "ESC")
        elif action in _MOVES and not on("no-action-moves"):
            self._store.move(case, _MOVES[action])

    def _unmoved(self, query: Mapping[str, str], answer: Answer) -> Answer:
        if self._bends.on("refused-call-moves"):
            self._store.move(query.get("caseId") or query.get("entityId", ""), "ESC")
        return answer


def _invalid(name: str) -> Answer:
    text = f"Invalid value for the parameter. Please make sure you send valid value for : {name}."
    return Answer(f"{_NAME}.invalid-value", 200, {"status": "Failed", "description": text})


def _failure(name: str) -> Answer:
    text = f"Request has been failed : {_FAILURES.get(name, 'Unknown.')}"
    return Answer(f"{_NAME}.{name}", 200, {"status": "Failed", "description": text})
