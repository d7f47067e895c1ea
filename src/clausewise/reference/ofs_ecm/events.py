"""The three event services of document 004, sections 6.1 to 6.3 and table 53."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clausewise.reference.fault_injection import Answer, Faults
from clausewise.reference.ofs_ecm import required_fields
from clausewise.reference.ofs_ecm.store import Store

SERVICES = ("saveEvents", "saveEventsAndPromoteToCase", "saveEventsAndExtendToCase")

_TEXTS = {
    "invalid-json": "Invalid JSON Input format. Please correct the data.",
    "no-events": "Input JSON data does not have events array.",
    "event-lookup-exists": "Event lookup entry already exists.",
    "event-code-exists": "Event Code already exists.",
    "generic-entity-exists": "Generic entity already exists.",
    "event-entity-map-exists": "Event entity map entry already exists.",
    "event-binding-exists": "Event binding entry already exists.",
    "event-details-exists": "Event details entry already exists.",
    "status-forbids": "Event(s) cannot be saved and extended to case in the current case status.",
    "no-such-case": "Case does not exist.",
    "delete-entity": "Error occurred while deleting from FCC_ACCOUNT table.",
    "insert-entity": "Error occurred while inserting into FCC_ACCOUNT table.",
    "insert-ptc": "Error occurred while inserting into configured PTC query table.",
    "exists-ptc": "Entry already exists in the configured PTC query table.",
    "workflow-failed": "PMF service call failed : HTTP error code : 503",
    "no-sequence-name": (
        "Sequence retrieval failed for Lookup Table as V_LOOKUP_SEQUENCE_NAME is configured as null in "
        "FCC_RT_EVENT_ENTITY_TABLES."
    ),
    "sequence-failed": "Error occurred while getting next value for SEQ_FCC_EVENTS sequence.",
    "no-connection": "Error occurred while getting database connection.",
    "internal-error": "Internal error occurred. Please contact system administrator.",
    "refused": "Exactly one entity has to be the focus of an event.",
}
_VERBS = {
    "insert-": "Error occurred while inserting into {} table.",
    "update-": "Error occurred while updating {} table.",
    "exists-": "Entry already exists in {} table.",
}


class Events:
    """Saving events, alone or into a case."""

    def __init__(self, store: Store, bends: Faults) -> None:
        self._store = store
        self._bends = bends
        self._service = ""
        self._first = ""

    def answer(self, name: str, fault: str, sent: Any) -> Answer:
        """Answer one call of an event service."""
        if not isinstance(sent, dict) or self._bends.refuses(name, sent):
            return failed(name, "invalid-json")
        events = sent.get("events")
        if not isinstance(events, list):
            return failed(name, "no-events")
        if problem := fault or self._problem(name, sent, events):
            if self._bends.on(f"saves-refused:{name}"):
                self._save(events)
            if self._bends.on(f"saves-part:{name}") and not fault:
                self._save_part(events)
            return failed(name, problem)
        self._service = name
        self._save(events)
        return self._saved(name, sent, [str(event["eventCode"]) for event in events])

    def _save(self, events: list[Any]) -> None:
        for event in events[:1] if self._bends.on(f"saves-first-only:{self._service}") else events:
            self._store.save_event(self._code(event))

    def _save_part(self, events: list[Any]) -> None:
        """Save what was fine of a call that is refused all the same (ECM-47)."""
        for event in events:
            good = isinstance(event, dict) and event.get("eventCode")
            if good and not next(_missing([event]), "") and not self._out_of_focus(self._service, event):
                self._store.save_event(self._code(event))

    def _code(self, event: Any) -> str:
        own = f"{self._service}/" if self._bends.on("codes-of-each-service") else ""
        return own + str(event.get("eventCode"))

    def _problem(self, name: str, sent: Any, events: list[Any]) -> str:
        self._service = name
        codes = [self._code(event) for event in events]
        if any(self._store.knows_event(code) for code in codes) or len(set(codes)) < len(codes):
            return "" if self._bends.on(f"takes-repeated:{name}") else "event-code-exists"
        if missing := next(_missing(events), "") and not self._bends.on(f"takes-missing:{name}"):
            return "missing-attribute:actId" if missing else ""
        if self._bends.on(f"wants-whole:{name}") and (key := required_fields.lacking(sent)):
            return f"missing-attribute:{key}"
        if any(self._out_of_focus(name, event) for event in events):
            return "refused"
        return self._case_problem(sent) if name.endswith("ExtendToCase") else ""

    def _out_of_focus(self, name: str, event: Any) -> bool:
        entities = event.get("entities", [])
        focal = [entity for entity in entities if entity.get("focusFlag") == "Y"]
        if any("genericEntityInformation" in entity for entity in focal):
            return not self._bends.on(f"takes-generic-focal:{name}")
        if len(focal) > 1:
            return not self._bends.on(f"takes-two-focal:{name}")
        return not focal and not self._bends.on(f"takes-no-focal:{name}")

    def _case_problem(self, sent: Any) -> str:
        named = self._named(sent)
        if named is None:
            return "no-such-case" if self._bends.on("no-case-is-unknown-case") else "missing-attribute:caseID"
        case = self._store.case(named)
        if case is None:
            return "no-such-case"
        return "status-forbids" if case.closed == "Y" else ""

    def _named(self, sent: Any) -> str | None:
        """Return the case that an extension names: on top, or among the entities (ECM-21)."""
        if not self._bends.on("case-id-among-entities"):
            return str(sent["caseID"]) if "caseID" in sent else None
        named = (entity["caseID"] for entity in sent.get("entities", []) if "caseID" in entity)
        return next(map(str, named), None)

    def _saved(self, name: str, sent: Any, codes: list[str]) -> Answer:
        shown = codes[:1] if self._bends.on(f"first-code-only:{name}") else codes
        joined: str | list[str] = shown if self._bends.on(f"ids-in-a-list:{name}") else ",".join(shown)
        ids = {"Event Id(s)": joined}
        if name == "saveEvents":
            text = "Event(s) saved successfully."
            return Answer(f"{name}.saved", 200, {"MESSAGE": text, "STATUS": "SUCCESS", **ids})
        if name.endswith("PromoteToCase"):
            case = "CA9001" if self._bends.on("one-case-for-all") else self._promoted()
            text, outcome = "Event(s) saved successfully and promoted to case.", "promoted"
            shown_case = {"caseId": f"X{case}" if self._bends.on("names-another-case") else case}
            if self._bends.on("new-case-is-closed"):
                case = shown_case["caseId"] = "CA9002"
        else:
            case, text, outcome = (
                str(self._named(sent)),
                "Event(s) saved successfully and extended to case.",
                "extended",
            )
            shown_case = {}
        self._link(name, case, codes)
        kind = f"AML_{case}" if self._bends.on("case-type-wavers") else "AML_SURV"
        if self._bends.on(f"case-type-is-event-type:{name}"):
            kind = str(sent["events"][0].get("type", kind))
        record = {**shown_case, "message": text, **ids, "status": "SUCCESS", "caseType": kind}
        return Answer(f"{name}.{outcome}", 200, record)

    def _promoted(self) -> str:
        """Return the case of a promotion: a new one, or, by a defect, that of the first promotion."""
        if not self._bends.on("one-case-after-the-first"):
            self._first = ""
            return self._new_case()
        self._first = self._first or self._new_case()
        return self._first

    def _new_case(self) -> str:
        pattern = "CASE-2031-{:07}" if self._bends.on("cases-by-year") else "CA{}"
        pattern = "{}" if self._bends.on("cases-as-numbers") else pattern
        return self._store.open_case("AML_SURV", pattern)

    def _link(self, name: str, case: str, codes: list[str]) -> None:
        codes = codes[:1] if self._bends.on(f"links-first-only:{name}") else codes
        if not self._bends.on(f"event-not-linked:{name}"):
            for code in codes:
                self._store.add(case, "events", code)
        if self._bends.on("event-in-every-case"):
            for code in codes:
                self._store.add("CA9001", "events", code)


def _missing(events: list[Any]) -> Iterator[str]:
    """Yield the name of each mandatory attribute that an account entity lacks."""
    for event in events:
        for entity in event.get("entities", []):
            if entity.get("entityType") == "ACCOUNT" and "actId" not in entity:
                yield "actId"


def failed(name: str, problem: str) -> Answer:
    """Answer a call that failed, in the words of the tables."""
    outcome, _, attribute = problem.partition(":")
    if attribute or problem == "missing-attribute":
        outcome, text = "missing-attribute", f'JSONObject["{attribute or "actId"}"] not found.'
    else:
        text = _TEXTS.get(problem) or _table_text(problem)
    keys = ("MESSAGE", "STATUS") if name == "saveEvents" else ("message", "status")
    return Answer(f"{name}.{outcome}", 500, {keys[0]: text, keys[1]: "FAILED"})


def _table_text(problem: str) -> str:
    for verb, text in _VERBS.items():
        if problem.startswith(verb):
            return text.format(problem.removeprefix(verb).upper().replace("-", "_"))
    return _TEXTS["internal-error"]
