"""The ten services of document 004 that work on a list of cases: sections 6.8 to 6.17, tables 56 to 65."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from clausewise.reference.fault_injection import Answer, Faults
from clausewise.reference.ofs_ecm import required_fields
from clausewise.reference.ofs_ecm.batches import BatchFaults
from clausewise.reference.ofs_ecm.store import Store

_INTERNAL = "Internal error occurred. Please contact system administrator."
_INVALID = "Invalid JSON Input format. Please correct the data."
_DONE = {"addition": "added", "removal": "removed", "updation": "updated"}
_HOW = {"SUCCESS": "was successful.", "PARTIALSUCCESS": "was partially successful.", "FAILED": "failed."}
_BUSINESS = {
    "customers": {"SANDBOX-CUST-1"},
    "accounts": {"SANDBOX-ACCT-1"},
    "externalEntities": {"SANDBOX-EXT-1"},
    "transactions": {"SANDBOX-TRX-1"},
}
_RISK_SOURCES = {"P8C"}
_INSTITUTIONS = {"SANDBOX-INSTITUTION"}
_ONLINE_ACCOUNTS = {"SANDBOX-ONLINE-1"}


@dataclass(frozen=True, slots=True)
class Service:
    """How one service names things: the items' key ('' for none), their id, and the words of its messages."""

    key: str
    id: str
    one: str
    many: str
    noun: str
    failure: str
    subject: str = ""

    @property
    def done(self) -> str:
        """The message on an item that went well."""
        return f"{self.one} {_DONE[self.noun]} successfully."

    def summary(self, status: str) -> str:
        """Return the message that goes with the status of a whole call or case."""
        return f"{self.many} {self.noun} {_HOW[status]}"


def _pair(key: str, name: str, one: str, many: str, tables: tuple[str, str]) -> Mapping[str, Service]:
    word, (added, removed) = one.replace(" ", ""), tables
    text = f"{one} insertion failed as error occurred while inserting into {added} related tables."
    gone = f"{one} removal failed as error occurred while deleting from {removed} related tables."
    return {
        f"add{word}": Service(key, name, one, many, "addition", text),
        f"remove{word}": Service(key, name, one, many, "removal", gone),
    }


SERVICES: Mapping[str, Service] = {
    **_pair("customers", "customerId", "Customer", "Customers", ("customer", "customer")),
    **_pair("accounts", "accountId", "Account", "Accounts", ("account", "account")),
    **_pair(
        "externalEntities",
        "externalEntity",
        "External Entity",
        "External Entities",
        ("externalEntity", "External Entity"),
    ),
    **_pair(
        "transactions",
        "transactionReferenceId",
        "Transaction",
        "Transactions",
        ("transaction", "Transaction"),
    ),
    "updateEventRiskDecision": Service(
        "events",
        "eventCode",
        "Event Decision",
        "Event Decision",
        "updation",
        "Event Decision updation failed as error occurred while updating Event Decision related tables.",
        "Event",
    ),
    "addNarrative": Service(
        "",
        "",
        "Narrative",
        "Narrative",
        "addition",
        "Narrative addition failed as error occurred while inserting into narrative related tables.",
    ),
}

Entry = dict[str, Any]


class Cases:
    """Adding to cases, removing from them, deciding on their events."""

    def __init__(self, store: Store, bends: Faults) -> None:
        self._store = store
        self._bends = bends
        self._batches = BatchFaults(bends)
        self._gone: set[tuple[str, str]] = set()

    def answer(self, name: str, fault: str, sent: Any) -> Answer:
        """Answer one call of a service that takes a list of cases."""
        service = SERVICES[name]
        if self._bends.on(f"tells-missing-case-id:{name}") and _lacks_case_id(sent):
            record = {"MESSAGE": "Input JSON data does not have caseId.", "STATUS": "FAILED"}
            return Answer(f"{name}.missing-case-id", 400, record)
        if not _readable(sent, service) or self._bends.refuses(name, sent):
            return Answer(f"{name}.invalid-json", 400, {"MESSAGE": _INVALID, "STATUS": "FAILED"})
        if self._labels_refused(name, sent):
            return Answer(f"{name}.invalid-json", 400, {"MESSAGE": _INVALID, "STATUS": "FAILED"})
        if fault == "internal-error":
            with_items = service.key and self._bends.on(f"internal-error-with-items:{name}")
            shown = _nothing(service) if with_items else {}
            failed = {"MESSAGE": _INTERNAL, "STATUS": "FAILED"}
            entries = [failed | {"caseId": case["caseId"]} | shown for case in sent]
            return self._told(name, "internal-error", self._batches.entries(name, service, entries))
        if stopped := self._batches.stopped(name, [self._hindrance(case) for case in sent]):
            return self._told(name, "", [_untouched(service, case["caseId"], stopped) for case in sent])
        first = {"caseId": sent[0]["caseId"]} if self._bends.on(f"acts-on-first-case:{name}") else {}
        tell = partial(_case_done, service)

        def act(case: Entry) -> Entry:
            return self._case(name, service, fault, case | first) | {"caseId": case["caseId"]}

        entries = self._batches.each(name, "case", sent, act, tell)
        if self._bends.on(f"cases-in-any-order:{name}"):
            entries.reverse()
        return self._told(name, "", self._batches.entries(name, service, entries))

    def _hindrance(self, sent: Entry) -> str:
        """Return why a case cannot be worked on, or ''."""
        case = self._store.case(str(sent["caseId"]))
        if case is None:
            return "Case does not exist."
        return f"Case is locked by another user {case.locked_by}." if case.locked_by else ""

    def _labels_refused(self, name: str, sent: Any) -> bool:
        """Tell whether a deletion of labels has businessAdd, or lacks it, where it must not (ECM-107)."""
        wants, shuns = self._bends.on("labels-want-business-add"), self._bends.on("labels-shun-business-add")
        if name != "addTransaction" or not (wants or shuns):
            return False
        deleting = [
            item
            for case in sent
            for item in case["transactions"]
            if "transactionLabels" not in item
            and self._store.holds(case["caseId"], "transactions", str(item["transactionReferenceId"]))
        ]
        return any(
            (wants and "businessAdd" not in item) or (shuns and item.get("businessAdd") == "Y")
            for item in deleting
        )

    def _told(self, name: str, outcome: str, entries: list[Entry]) -> Answer:
        service = SERVICES[name]
        overall = _overall(entries)
        if self._bends.on(f"mixed-is-success:{name}") and overall == "PARTIALSUCCESS":
            overall = "SUCCESS"
        record = {
            "MESSAGE": service.summary(overall),
            "STATUS": overall,
            "RESULTARRAY": entries,
        }
        names = {"SUCCESS": "successful", "PARTIALSUCCESS": "partly-successful", "FAILED": "failed"}
        return Answer(f"{name}.{outcome or names[overall]}", 500 if overall == "FAILED" else 200, record)

    def _case(self, name: str, service: Service, fault: str, sent: Entry) -> Entry:
        hindrance = self._hindrance(sent)
        why = "unknown" if hindrance == "Case does not exist." else "locked"
        if hindrance and not self._bends.on(f"takes-{why}-case:{name}"):
            told = _untouched(service, sent["caseId"], hindrance)
            return self._batches.untouched(name, service, told, sent)
        if not service.key:
            text = service.failure if fault else service.done
            return {"MESSAGE": text, "STATUS": "FAILED" if fault else "SUCCESS", "caseId": sent["caseId"]}
        act, tell = partial(self._item, name, service, fault, sent["caseId"]), partial(_item_done, service)
        items = self._batches.each(name, "item", sent[service.key], act, tell)
        if self._bends.on(f"items-in-any-order:{name}"):
            items.reverse()
        overall = _overall(items)
        if self._bends.on(f"mixed-case-is-failure:{name}") and overall == "PARTIALSUCCESS":
            overall = "FAILED"
        text = service.summary(overall)
        return {"MESSAGE": text, "STATUS": overall, "caseId": sent["caseId"], service.key: items}

    def _item(self, name: str, service: Service, fault: str, case: str, item: Entry) -> Entry:
        known = str(item[service.id])
        held = self._store.holds(case, service.key, known)
        problem = self._problem(name, service, fault, case, item)
        wrong = problem.partition(":")[0]
        if problem and self._bends.on(f"takes-{wrong}:{name}"):
            problem = ""
        if not problem or self._bends.on(f"adds-what-fails:{name}"):
            self._do(name, service, case, known)
        if held and not problem and self._bends.on("labels-take-all") and "transactionLabels" not in item:
            self._store.remove(case, service.key, known)
        text = problem.partition(":")[2] if problem else service.done
        return {"MESSAGE": text, "STATUS": "FAILED" if problem else "SUCCESS", service.id: known}

    def _do(self, name: str, service: Service, case: str, known: str) -> None:
        if service.noun == "addition":
            self._crowd_out(service, case, known)
            self._store.add(case, service.key, known)
            if self._bends.on(f"adds-everywhere:{name}"):
                self._store.add("CA9001", service.key, known)
        if service.noun == "removal" and not self._bends.on(f"removes-nothing:{name}"):
            self._store.remove(case, service.key, "" if self._bends.on(f"removes-all:{name}") else known)
            if self._bends.on(f"removes-everywhere:{name}"):
                self._store.remove_elsewhere(case, service.key, known)

    def _crowd_out(self, service: Service, case: str, known: str) -> None:
        """Defects only: what an addition takes away that no single call shows."""
        if self._bends.on("an-item-is-in-one-case-only"):
            self._store.remove_elsewhere(case, service.key, known)
        if self._bends.on("two-items-at-most"):
            self._store.keep_newest(case, service.key, 1)

    def _problem(self, name: str, service: Service, fault: str, case: str, item: Entry) -> str:
        """Return 'slug:message' of what is wrong with an item, or ''."""
        one = service.one
        if fault == "unknown":
            return f"unknown:{one} does not exists."
        if fault:
            return f"{fault}:{service.failure}"
        held = self._store.holds(case, service.key, str(item[service.id]))
        if service.noun == "removal" and held and self._bends.on("never-again"):
            self._gone.add((case, str(item[service.id])))
        held |= service.noun == "addition" and (case, str(item[service.id])) in self._gone
        if service.noun != "addition":
            return "" if held else f"not-in-case:{service.subject or one} does not exist in case."
        labelling = name == "addTransaction" and item.get("businessAdd", "Y") == "Y"  # giving or deleting
        stuck = self._bends.on("labels-cannot-go") and "transactionLabels" not in item
        if held and (stuck or not labelling):
            return f"exists:{one} already exists."
        business = item.get("businessAdd") == "Y" and item[service.id] not in _BUSINESS[service.key]
        if business:
            return f"not-in-business:{one} does not exist in business."
        return self._own_problem(name, case, item)

    def _own_problem(self, name: str, case: str, item: Entry) -> str:
        checks = {
            "addCustomer": self._customer_problem,
            "addTransaction": self._transaction_problem,
            "addExternalEntity": self._entity_problem,
        }
        problem = checks[name](case, item) if name in checks else ""
        if not problem and self._bends.on(f"wants-whole:{name}") and not required_fields.whole(name, item):
            return f"insertion-failed:{SERVICES[name].failure}"
        return problem

    def _customer_problem(self, case: str, item: Entry) -> str:
        if not all(self._account(case, entry["accountId"]) for entry in item.get("accounts", [])):
            return "no-account:Customer account does not exists."
        online = {entry["onlineAccountId"] for entry in item.get("onlineAccounts", [])}
        return (
            "no-online-account:Customer online account does not exists." if online - _ONLINE_ACCOUNTS else ""
        )

    def _transaction_problem(self, case: str, item: Entry) -> str:
        names = ("accountId", *(["offsetAccountId"] if self._bends.on("knows-offset-accounts") else []))
        if all(self._account(case, item[key]) for key in names if key in item):
            return ""
        return "no-account:Transaction account does not exists."

    def _entity_problem(self, _: str, item: Entry) -> str:
        unknown = item.get("institution", "SANDBOX-INSTITUTION") not in _INSTITUTIONS
        if unknown and self._bends.on("knows-institutions"):
            return f"insertion-failed:{SERVICES['addExternalEntity'].failure}"
        problem = _entity_problem(item)
        if problem.startswith("two-") and self._bends.on("words-two-institutions-otherwise"):
            return "two-institutions:Institution Id and Institution Name both should be specified."
        return problem

    def _account(self, case: str, name: str) -> bool:
        return name in _BUSINESS["accounts"] or self._store.holds(case, "accounts", name)


def _entity_problem(item: Entry) -> str:
    both = [key for key in ("institutionId", "institutionName") if key in item]
    if "institution" in item and both:
        return (
            "two-institutions:Either existing Institution or new Institution Id and Institution Name should "
            "be specified but not both."
        )
    if len(both) == 1:
        return "half-institution:Institution Id and Institution Name both should be specified."
    sources = {entry.get("riskSource") for entry in item.get("riskListMembership", [])}
    if sources - _RISK_SOURCES:
        return "no-risk-source:External entity risk Source does not exists."
    return ""


def _readable(sent: Any, service: Service) -> bool:
    if not isinstance(sent, list) or not sent:
        return False
    for case in sent:
        if not isinstance(case, dict) or not isinstance(case.get("caseId"), str):
            return False
        items = case.get(service.key, []) if service.key else []
        if not isinstance(items, list) or (service.key and not items):
            return False
        if not all(isinstance(item, dict) and service.id in item for item in items):
            return False
    return True


def _overall(entries: list[Entry]) -> str:
    words = {entry["STATUS"] for entry in entries}
    return words.pop() if len(words) == 1 else "PARTIALSUCCESS"


def _lacks_case_id(sent: Any) -> bool:
    entries = sent if isinstance(sent, list) else []
    return bool(entries) and all(isinstance(entry, dict) and "caseId" not in entry for entry in entries)


def _untouched(service: Service, case: Any, text: str) -> Entry:
    return {"MESSAGE": text, "STATUS": "FAILED", "caseId": case} | _nothing(service)


def _nothing(service: Service) -> Entry:
    """Return the items of a case that was not worked on: one, with nothing in it."""
    return {service.key: [{"MESSAGE": None, "STATUS": None, service.id: None}]} if service.key else {}


def _item_done(service: Service, item: Entry) -> Entry:
    return {"MESSAGE": service.done, "STATUS": "SUCCESS", service.id: str(item[service.id])}


def _case_done(service: Service, sent: Entry) -> Entry:
    text = service.summary("SUCCESS") if service.key else service.done
    entry: Entry = {"MESSAGE": text, "STATUS": "SUCCESS", "caseId": sent["caseId"]}
    if service.key:
        entry[service.key] = [_item_done(service, item) for item in sent[service.key]]
    return entry
