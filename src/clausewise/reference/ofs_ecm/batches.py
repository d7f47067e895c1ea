"""Defects only: what a case service gets wrong of several cases in a request, or several items in a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from clausewise.reference.fault_injection import Faults

Entry = dict[str, Any]
Act = Callable[[Entry], Entry]

_LOCKED, _UNKNOWN = "Case is locked", "Case does not exist."


class Names(Protocol):
    """How a service names things."""

    @property
    def key(self) -> str:
        """The items' key, '' for none."""

    @property
    def id(self) -> str:
        """The key of an item's id."""

    def summary(self, status: str) -> str:
        """Return the message that goes with a status."""


class BatchFaults:
    """Spoils what a service tells of its cases, each defect by a switch with the service's name."""

    def __init__(self, bends: Faults) -> None:
        self._bends = bends

    def each(self, name: str, what: str, sent: Iterable[Entry], act: Act, done: Act) -> list[Entry]:
        """Do what was sent one by one; what stands behind a failure may be left out, or told as `done`."""
        found: list[Entry] = []
        for one in sent:
            behind = any(entry["STATUS"] == "FAILED" for entry in found)
            if behind and self._bends.on(f"silent-behind-failed-{what}:{name}"):
                break
            idle = behind and self._bends.on(f"idle-behind-failed-{what}:{name}")
            found.append(done(one) if idle else act(one))
        return found

    def entries(self, name: str, names: Names, entries: list[Entry]) -> list[Entry]:
        """Return the entries of an answer as the active defect leaves them."""
        whole: Mapping[str, Callable[[list[Entry]], list[Entry]]] = {
            "first-case-id": lambda told: [it | {"caseId": told[0]["caseId"]} for it in told],
            "first-case-only": lambda told: told[:1],
        }
        for switch, spoil in whole.items():
            if self._bends.on(f"{switch}:{name}"):
                entries = spoil(entries)
        partly = len({entry["STATUS"] for entry in entries}) > 1
        return [self._entry(name, names, entry, partly=partly) for entry in entries]

    def _entry(self, name: str, names: Names, entry: Entry, *, partly: bool) -> Entry:
        """Return one case's entry: its items, and what it says of itself in a partly successful answer."""
        items = entry.get(names.key) or []
        if not items or items[0]["STATUS"] is None:
            return entry
        if self._bends.on(f"first-item-id:{name}"):
            items = [it | {names.id: items[0][names.id]} for it in items]
        if self._bends.on(f"first-item-only:{name}"):
            items = items[:1]
        text = entry["MESSAGE"]
        if partly and entry["STATUS"] == "FAILED" and self._bends.on(f"failed-case-says-partly:{name}"):
            text = names.summary("PARTIALSUCCESS")
        if partly and entry["STATUS"] == "FAILED" and self._bends.on(f"failed-case-says-item:{name}"):
            text = items[0]["MESSAGE"]
        return entry | {names.key: items, "MESSAGE": text}

    def untouched(self, name: str, names: Names, entry: Entry, sent: Entry) -> Entry:
        """Return the entry of an unknown or locked case: with the items sent, or with none at all."""
        why = "unknown" if entry["MESSAGE"] == _UNKNOWN else "locked"
        if not names.key:
            return entry
        if self._bends.on(f"{why}-names-items:{name}"):
            named = [{"MESSAGE": None, "STATUS": None, names.id: item[names.id]} for item in sent[names.key]]
            return entry | {names.key: named}
        if self._bends.on(f"{why}-without-items:{name}"):
            return {word: value for word, value in entry.items() if word != names.key}
        if self._bends.on(f"{why}-empty-items:{name}"):
            return entry | {names.key: []}
        return entry

    def stopped(self, name: str, problems: Iterable[str]) -> str:
        """Return what stops a whole request, of what is wrong with its cases, or ''."""
        for switch, begins in {"locked-stops-all": _LOCKED, "unknown-stops-all": _UNKNOWN}.items():
            met = next((text for text in problems if text.startswith(begins)), "")
            if met and self._bends.on(f"{switch}:{name}"):
                return met
        return ""
