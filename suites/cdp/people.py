"""Made-up persons, as onboarding takes them."""

# The smallest JPEG there is: one grey pixel.
PIXEL = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
    "AQEBAQEBAQEBAQEBAQEBAQH/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAA"
    "AAD/2gAIAQEAAD8AP//Z"
)
IMAGE = {"base64_data": PIXEL, "content_type": "image/jpeg"}


def applicant(unique, **changes):
    """Return the documented request with every field filled, for a person nobody knows yet.

    Codes and numbers of the master data are those of the document's sample, the only known good ones. All
    else is this person's own, so that one entry shown for another is seen. `changes` replace whole fields.
    """
    mobile, first, last = unique.phone(), f"Amina {unique.word()}", unique.word()
    return {
        "channel": "WEB",
        "first_name": first,
        "salutation": "Mr",
        "middle_name": unique.word(),
        "last_name": last,
        "preferred_name": f"{first} {last}",
        "nationality": "IN",
        "second_nationality": "GB",
        "native_region": 1,
        "date_of_birth": _day(unique, 198),
        "country_of_birth": "IN",
        "place_of_birth": unique.word(),
        "resident_type_id": 101,
        "country_of_residence": "AE",
        "gender": "Male",
        "mothers_maiden_name": unique.word(),
        "primary_mobile_number": mobile,
        "secondary_mobile_number": unique.phone(),
        "email_id": unique.email(),
        "phone_number": unique.phone(),
        "occupation_id": 2856,
        "political_exposed_person": False,
        "updated_by": "clausewise",
        "additional_docs": [IMAGE | {"document_id": "1"}, IMAGE | {"document_id": "2"}],
        "address_list": [_address(unique, "1", "AE", 0), _address(unique, "2", "IN", 13345)],
        "id_details": [_residence_card(unique), _passport(unique)],
        "customer_classification": _classification(unique),
    } | changes


def with_id(person, id_number, id_type):
    """Return the person with another number and type on the first identity document."""
    first, *others = person["id_details"]
    return person | {"id_details": [first | {"id_number": id_number, "id_type": int(id_type)}, *others]}


def _day(unique, decade):
    """Return a day of a decade (198: the 1980s), in the form of the sample."""
    return f"{decade}{unique.digits(1)}-0{unique.digits(1)}-1{unique.digits(1)}"


def _address(unique, kind, country, code):
    names = ("building_name", "street_name", "landmark", "city", "district", "state")
    return {
        "address_type_id": kind,
        **{name: unique.word() for name in names},
        "country": country,
        "zip": code,
        "mobile_number": unique.phone(),
    }


def _residence_card(unique):
    return {"id_type": 4, "id_number": unique.digits(15), **_issued(unique, "AE")}


def _passport(unique):
    visa = {"visa_number": f"V{unique.digits(7)}", "visa_expiry_date": _day(unique, 203)}
    return {"id_type": 2, "id_number": f"P{unique.digits(7)}", **visa, **_issued(unique, "IN")}


def _issued(unique, country):
    return {
        "name_as_per_id": f"Amina {unique.word()}",
        "issued_country": country,
        "issued_by": unique.word(),
        "issued_at": unique.word(),
        "issued_on": _day(unique, 201),
        "date_of_expiry": _day(unique, 203),
        "default_status": True,
        "active_status": True,
        "id_front": IMAGE,
        "id_back": IMAGE,
    }


def _classification(unique):
    return {
        "customer_type_id": 2,
        "annual_income_range_id": 15,
        "annual_income_currency_code": "AED",
        "social_security_number": f"SSN{unique.digits(6)}",
        "tax_registration_number": int(unique.digits(6)),
        "txn_issued_country": "AE",
        "employer_name": unique.word(),
        "employer_address": unique.word(),
        "employer_phone": unique.phone(),
        "employer_ecrn": "",
        "employer_establishment_id": f"E{unique.digits(7)}",
        "risk_rating_id": 3,
        "pep_category": 1,
        "personal_mohre_id": f"M{unique.digits(7)}",
        "income_type": 1,
        "profession_category": "PC1",
        "reason_for_acc": "Remittance",
        "txn_vol_month": 1,
        "txn_count_month": 1,
        "show_remarks_on_txn": False,
        "customer_remarks": f"A made-up person {unique.word()}",
        "agent_ref_no": unique.digits(9),
        "social_links": [
            {"social_links_id": 2, "text_field": f"example.com/{unique.word()}"},
            {"social_links_id": 1, "text_field": f"example.org/{unique.word()}"},
        ],
        "first_language": "en",
        "marital_status": 2,
        "dnfbp": False,
        "dpms": False,
        "profile_category": 1,
        "profile_photo": IMAGE,
    }
