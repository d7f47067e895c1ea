"""What the CDP sandbox makes of an application: the record that reading a customer shows (document 002)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Body = dict[str, Any]

_TOP = (
    "first_name salutation middle_name last_name preferred_name nationality second_nationality native_region "
    "date_of_birth country_of_birth place_of_birth resident_type_id country_of_residence gender "
    "mothers_maiden_name primary_mobile_number secondary_mobile_number email_id phone_number occupation_id "
    "political_exposed_person"
).split()
_ADDRESS = (
    "address_type_id building_name street_name landmark city district state country zip mobile_number".split()
)
_ID = (
    "id_type id_number visa_number visa_expiry_date name_as_per_id issued_country issued_by issued_at "
    "issued_on date_of_expiry default_status active_status"
).split()
_CLASS = (
    "customer_type_id annual_income_range_id annual_income_currency_code social_security_number "
    "tax_registration_number txn_issued_country employer_name employer_address employer_phone employer_ecrn "
    "employer_establishment_id risk_rating_id last_review_date next_review_date pep_category group_companies "
    "group_employer_code personal_mohre_id income_type profession_category reason_for_acc referred_by "
    "referred_by_type txn_vol_month txn_count_month show_remarks_on_txn customer_remarks agent_ref_no "
    "ekyc_provider ekyc_ref_no customer_cards card_number social_links subscriptions first_language "
    "marital_status dnfbp dpms profile_category"
).split()
_LISTS = ("social_links", "subscriptions")


def record(ecrn: str, sent: Mapping[str, Any], *, status: str, scan: str, updated: str) -> Body:
    """Return the full record of a customer; every key of the printed one is there, null where unset."""
    row = {key: sent.get(key) for key in _TOP}
    return {
        "ecrn": ecrn,
        **row,
        "aml_scan_status": scan,
        "customer_iban": f"AE0{ecrn}00001",
        "customer_status": status,
        "aml_category": 2,
        "additional_docs": [_document(ecrn, entry) for entry in sent.get("additional_docs", [])],
        "address_list": [_address(entry, updated) for entry in sent.get("address_list", [])],
        "id_details": [_identity(ecrn, entry, updated) for entry in sent.get("id_details", [])],
        "customer_classification": _classification(ecrn, sent.get("customer_classification", {}), updated),
        "customer_relations": [],
        "communication_consents": [{"allow": True, "communication_type": kind} for kind in (1, 2)],
    }


def found(ecrn: str, sent: Mapping[str, Any], *, status: str, scan: str, number: str) -> Body:
    """Return what lookup tells of a customer by one of the identity documents."""
    identity = next(
        (entry for entry in sent["id_details"] if entry["id_number"] == number), sent["id_details"][0]
    )
    expiry = identity.get("date_of_expiry")
    return {
        "ecrn": ecrn,
        "first_name": sent["first_name"],
        "middle_name": sent.get("middle_name"),
        "last_name": sent.get("last_name"),
        "agent_location_id": "900001",
        "primary_mobile_number": sent.get("primary_mobile_number"),
        "email_id": sent.get("email_id"),
        "customer_status": status,
        "aml_scan_status": scan,
        "id_status": "Active",
        "id_date_of_expiry": f"{expiry}T00:00:00.000+00:00" if expiry else None,
    }


def reread(record: Body, on: Callable[[str], bool]) -> None:
    """Write a record as another reading of the document has it, where that is switched on."""
    for entry in record["id_details"]:
        if on("expiry-as-timestamp") and entry["date_of_expiry"]:
            entry["date_of_expiry"] += "T00:00:00.000+00:00"
    for entry in record["id_details"][1:] if on("one-default-document") else ():
        entry["default_status"] = False


def _document(ecrn: str, entry: Mapping[str, Any]) -> Body:
    name = f"customer/additionalDoc/{ecrn}_{entry.get('document_id')}.jpeg"
    return {"contentType": entry.get("content_type"), "file_name": name}


def _address(entry: Mapping[str, Any], updated: str) -> Body:
    return {"dateUpdated": updated} | {key: entry.get(key, 0 if key == "zip" else None) for key in _ADDRESS}


def _identity(ecrn: str, entry: Mapping[str, Any], updated: str) -> Body:
    row: Body = {"dateUpdated": updated} | {key: entry.get(key) for key in _ID}
    for key, side in (("id_front", "FR"), ("id_back", "BK")):
        image = entry.get(key)
        name = f"customer/id/{ecrn}_ID_{side}_{entry.get('id_type')}_{entry.get('id_number')}.jpeg"
        row[key] = image and {
            "base64_data": "",
            "file_name": name,
            "content_type": image.get("content_type"),
        }
    return row


def _classification(ecrn: str, sent: Mapping[str, Any], updated: str) -> Body:
    row = {key: sent.get(key, [] if key in _LISTS else None) for key in _CLASS}
    photo = f"customer/photo/{ecrn}.jpeg" if sent.get("profile_photo") else None
    return {"dateUpdated": updated, **row, "profile_photo_file_name": photo}
