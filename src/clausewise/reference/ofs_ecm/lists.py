"""Trusted pairs and suppression rules of document 004, sections 6.4 and 6.5."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from clausewise.reference.fault_injection import Answer, Faults

_BASE = "/rest-api/CMRestService/"
SERVICES = {
    "getTrustedPairsList": f"{_BASE}TrustedPairsListRestService/getTrustedPairsList",
    "getSuppressionRulesList": f"{_BASE}SupressionListRestService/getSuppressionRulesList",
}

Record = dict[str, str]
_JURISDICTIONS = ("AMEA", "IND", "AMEA", "EMEA")
_DOMAINS = ("a", "c", "d")


class ManagedLists:
    """Two lists with the same filters."""

    def __init__(self, bends: Faults) -> None:
        self._bends = bends
        self._records = {
            "getTrustedPairsList": [_pair(number) for number in range(12)],
            "getSuppressionRulesList": [_rule(number) for number in range(12)],
        }

    def answer(self, name: str, _: str, sent: Any) -> Answer:
        """Answer one call of a list service."""
        filters = sent if isinstance(sent, dict) else {}
        if not isinstance(sent, dict) or self._bends.refuses(name, filters):
            return self.refused(name)
        records = [record for record in self._records[name] if self._passes(name, record, filters)]
        if self._bends.on(f"forgets-one:{name}") and not filters:
            records = records[1:]
        if not records and self._bends.on(f"never-empty:{name}"):
            records = self._records[name][:1]
        if self._bends.on(f"newest-first:{name}"):
            records = records[::-1]
        if self._bends.on(f"odd-ones-first:{name}"):
            records = records[1::2] + records[::2]
        if self._bends.on("no-blank-for-no-sequence"):
            records = [
                {key: "" if text == " " else text for key, text in record.items()} for record in records
            ]
        alone = len(records) == 1 and self._bends.on(f"one-record-alone:{name}")
        return Answer(f"{name}.records", 200, records[0] if alone else records)

    def refused(self, name: str) -> Answer:
        """Answer a request that cannot be read; the document does not show how."""
        status = 500 if self._bends.on(f"unreadable-filters-500:{name}") else 400
        return Answer(f"{name}.refused", status, {"status": "FAILED"})

    def _passes(self, name: str, record: Record, filters: Mapping[str, str]) -> bool:
        pair = name == "getTrustedPairsList"
        made = _day(record[("tp" if pair else "sup") + self._date(name)])
        parties = self._parties(name)
        places = _values(record, [f"tpMbrParty{it}JrsdcnCd" for it in parties] if pair else ["supJrsdcnCd"])
        domains = _values(record, [f"tpMbrParty{it}BusDmn" for it in parties] if pair else ["supBusDmn"])
        both = self._bends.on(f"excludes-bounds:{name}")
        before = timedelta(days=both or self._bends.on(f"excludes-first-day:{name}"))
        after = timedelta(days=both or self._bends.on(f"excludes-last-day:{name}"))
        checks: dict[str, Callable[[str], bool]] = {
            "fromDate": lambda text: made >= self._asked(name, text) + before,
            "toDate": lambda text: made <= self._asked(name, text) - after,
            "jurisdiction": lambda text: bool(places & self._list(name, text)),
            "domain": lambda text: bool(domains & self._list(name, text)),
        }
        held = [
            self._bends.on(f"ignores-{key}:{name}") or check(filters[key])
            for key, check in checks.items()
            if key in filters
        ]
        if self._bends.on(f"any-filter-will-do:{name}"):
            return any(held) or not held
        return all(held)

    def _date(self, name: str) -> str:
        """Return the end of the name of the date that both date filters look at."""
        if self._bends.on(f"filters-review-date:{name}"):
            return "ReviewDate"
        return "ExprnDate" if self._bends.on(f"filters-expiry-date:{name}") else "CreateDate"

    def _parties(self, name: str) -> tuple[int, ...]:
        """Return the parties that a filter looks at."""
        return next((who for who in ((1,), (2,)) if self._bends.on(f"party-{who[0]}-only:{name}")), (1, 2))

    def _asked(self, name: str, text: str) -> date:
        form = "%m/%d/%Y" if self._bends.on(f"reads-month-first:{name}") else "%d/%m/%Y"
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, no time
        except ValueError:
            return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - as such readers do with a 13th month

    def _list(self, name: str, text: str) -> set[str]:
        values = [part.strip() for part in text.split(",")]
        return set(values[:1] if self._bends.on(f"first-value-only:{name}") else values)


def _values(record: Record, keys: Sequence[str]) -> set[str]:
    return {record[key] for key in keys}


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").date()  # noqa: DTZ007 - the document knows no zone


def _moment(number: int) -> str:
    return f"{date(2031, 1, 5) + timedelta(days=9 * number)} 1{number % 10}:30:00"


def _pair(number: int) -> Record:
    account = {"Seq": " ", "TypeCd": "IA"}
    entity = {"Seq": str(100100 + number), "TypeCd": "XA"}
    parties = (account, account if number % 3 == 0 else entity)
    record = {
        "tpCode": str(101 + number),
        "tpSeqId": str(101 + number),
        "tpCreateId": "10008",
        "tpCreateDate": _moment(number),
        "tpExprnDate": "2032-08-18 18:29:59",
        "tpStatusCode": "TPAPP",
        "tpEventCode": f"{4450 + number},{4468 + number}",
        "tpCaseId": "CA9001",
        "tpMbrSeqId": str(101 + number),
    }
    for position, party in enumerate(parties, 1):
        who = f"tpMbrParty{position}"
        record |= {
            f"{who}Seq": party["Seq"],
            f"{who}Id": f"SANDBOX-PARTY-{number}-{position}",
            f"{who}Nm": f"Example Party {number} {position}",
            f"{who}TypeCd": party["TypeCd"],
            f"{who}RiskNb": "9",
            f"{who}JrsdcnCd": _JURISDICTIONS[(number + position) % 4],
            f"{who}BusDmn": _DOMAINS[(number * position) % 3],
        }
    return record | {
        "tpDirnCd": ("SEND", "RECEIVE", "BOTH")[number % 3],
        "tpReviewerId": "10004",
        "tpReviewDate": "2031-12-18 07:40:54",
        "tpReviewComment": "Example comment",
    }


def _rule(number: int) -> Record:
    kind = ("ACCOUNT", "EXTERNAL_ENTITY", "CLIENT_BANK")[number % 3]
    return {
        "supCode": str(160 + number),
        "supSeqId": str(160 + number),
        "supCreateId": "10008",
        "supCreateDate": _moment(number),
        "supEffectiveDate": "2031-12-17 08:43:30",
        "supExprnDate": "2032-02-17 23:59:59",
        "supStatusCode": "SUPACT",
        "supEventCode": str(4458 + number),
        "supCaseId": "CA9001",
        "supScenarioSkey": "220",
        "supScenarioOrigSkey": "117350037",
        "supEntityType": kind,
        "supCentricityCd": "113000011",
        "supEntitySeq": str(100249 + number) if kind == "EXTERNAL_ENTITY" else "",
        "supEntityId": f"BIC/{400 + number}" if kind == "CLIENT_BANK" else f"SANDBOX-{number}",
        "supJrsdcnCd": _JURISDICTIONS[number % 4],
        "supBusDmn": _DOMAINS[number % 3],
        "supReviewerId": "10004",
        "supReviewDate": "2031-12-19 10:29:27",
        "supReviewComment": "Example comment",
    }
