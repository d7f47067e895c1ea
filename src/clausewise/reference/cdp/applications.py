"""What the CDP sandbox refuses in an application: fields that cannot be, values on no master list."""

from __future__ import annotations

import re
from typing import Any

from clausewise.reference.fault_injection import Faults

_TEXT = (
    "channel salutation middle_name last_name preferred_name nationality second_nationality date_of_birth "
    "country_of_birth place_of_birth country_of_residence gender mothers_maiden_name primary_mobile_number "
    "secondary_mobile_number email_id phone_number updated_by"
).split()
_LISTS = ("additional_docs", "address_list", "id_details")
_COUNTRIES = {
    "nationality": "Nationality",
    "second_nationality": "Second Nationality",
    "country_of_birth": "Country Of Birth",
    "country_of_residence": "Country Of Residence",
}
_CODE = re.compile(r"[A-Z]{2}")  # the master list is not in the document; its samples have this form
_NOWHERE = {"XX", "ZZ", "QQ"}


def invalid_fields(sent: Any, bends: Faults) -> dict[str, str]:
    """Return what is wrong by field, in the camel case that the document prints; empty if nothing is."""
    if not isinstance(sent, dict):
        return {} if bends.on("onboarding-takes:malformed") else {"body": "Invalid request body"}
    case = _first_name(sent)
    wrong = ["first_name"] if case and not bends.on(f"onboarding-takes:{case}") else []
    wrong += [name for name in _TEXT if not isinstance(sent.get(name), str | None)]
    wrong += [name for name in _LISTS if not isinstance(sent.get(name, []), list)]
    return {_camel(name): f"Invalid {name.replace('_', ' ')}" for name in wrong}


def unknown_master_value(sent: Any) -> tuple[str, str] | None:
    """Return the first country field, in words, whose value is on no list, and the value."""
    for name, words in _COUNTRIES.items():
        value = sent.get(name) if isinstance(sent, dict) else None
        if value is not None and (not _CODE.fullmatch(value) or value in _NOWHERE):
            return words, value
    return None


def _first_name(sent: dict[str, Any]) -> str:
    """Return how the first name is wrong: missing, null, empty, object; '' if it is right."""
    if not sent:
        return "empty-object"
    if "first_name" not in sent:
        return "missing"
    value = sent["first_name"]
    if value is None:
        return "null"
    if not isinstance(value, str):
        return "object"
    return "" if value.strip() else "empty"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
