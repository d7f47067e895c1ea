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

    Codes and numbers of the master data are those of the document's sample, the only known good ones.
    `changes` replace whole fields.
    """
    mobile = unique.phone()
    return {
        "channel": "WEB",
        "first_name": "Amina",
        "salutation": "Mr",
        "middle_name": unique.word(),
        "last_name": "Testperson",
        "preferred_name": "Amina Testperson",
        "nationality": "IN",
        "second_nationality": "GB",
        "native_region": 1,
        "date_of_birth": "1990-01-15",
        "country_of_birth": "IN",
        "place_of_birth": "Sampletown",
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
        "address_list": [_address("1", "AE", 0, mobile), _address("2", "IN", 13345, mobile)],
        "id_details": [_residence_card(unique), _passport(unique)],
        "customer_classification": _classification(unique),
    } | changes


def with_id(person, id_number, id_type):
    """Return the person with another number and type on the first identity document."""
    first, *others = person["id_details"]
    return person | {"id_details": [first | {"id_number": id_number, "id_type": int(id_type)}, *others]}


def _address(kind, country, code, mobile):
    return {
        "address_type_id": kind,
        "building_name": f"Example House {kind}",
        "street_name": "Example Street",
        "landmark": "Example Park",
        "city": "Sampletown",
        "district": "Sample District",
        "state": "Sample State",
        "country": country,
        "zip": code,
        "mobile_number": mobile,
    }


def _residence_card(unique):
    return {"id_type": 4, "id_number": unique.digits(15), **_issued("AE", "Example Authority")}


def _passport(unique):
    visa = {"visa_number": f"V{unique.digits(7)}", "visa_expiry_date": "2033-06-30"}
    return {"id_type": 2, "id_number": f"P{unique.digits(7)}", **visa, **_issued("IN", "Example Office")}


def _issued(country, authority):
    return {
        "name_as_per_id": "Amina Testperson",
        "issued_country": country,
        "issued_by": authority,
        "issued_at": "Sampletown",
        "issued_on": "2024-01-10",
        "date_of_expiry": "2034-01-09",
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
        "tax_registration_number": 123,
        "txn_issued_country": "AE",
        "employer_name": "Example Trading",
        "employer_address": "Sampletown",
        "employer_phone": unique.phone(),
        "employer_ecrn": "",
        "employer_establishment_id": "EXAMPLE1",
        "risk_rating_id": 3,
        "pep_category": 1,
        "personal_mohre_id": f"M{unique.digits(7)}",
        "income_type": 1,
        "profession_category": "PC1",
        "reason_for_acc": "Remittance",
        "txn_vol_month": 1,
        "txn_count_month": 1,
        "show_remarks_on_txn": False,
        "customer_remarks": "A made-up person",
        "agent_ref_no": unique.digits(9),
        "social_links": [
            {"social_links_id": 2, "text_field": "example.com/amina"},
            {"social_links_id": 1, "text_field": "example.org/amina"},
        ],
        "first_language": "en",
        "marital_status": 2,
        "dnfbp": False,
        "dpms": False,
        "profile_category": 1,
        "profile_photo": IMAGE,
    }
