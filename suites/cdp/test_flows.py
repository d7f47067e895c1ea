"""What onboarding took, lookup and record show again."""

import pytest

from clausewise import clause, has, holds, outcome

from .echoes import echoes, entries, near, same
from .people import IMAGE, applicant
from .steps import look_up, onboard, read, read_next, some_customer

PHOTO = "/customer_classification/profile_photo_file_name"

PEOPLE = {
    "names": ("first_name", "middle_name", "last_name", "preferred_name"),
    "origin": (
        "nationality",
        "second_nationality",
        "native_region",
        "date_of_birth",
        "country_of_birth",
        "place_of_birth",
        "resident_type_id",
        "country_of_residence",
    ),
    "person": ("gender", "mothers_maiden_name", "occupation_id", "political_exposed_person"),
    "contact": ("primary_mobile_number", "secondary_mobile_number", "email_id", "phone_number"),
}
AGREED = {
    "ecrn": ("ecrn",),
    "names": ("first_name", "middle_name", "last_name"),
    "contact": ("primary_mobile_number", "email_id"),
    "status": ("customer_status", "aml_scan_status"),
}


def groups(table, prefix):
    """Parametrise a test over groups of fields, each the voice of its own clause."""
    rows = [pytest.param(names, id=slug, marks=clause(f"{prefix}-{slug}")) for slug, names in table.items()]
    return pytest.mark.parametrize("names", rows)


@clause("cdp.flow.onboarded-is-found")
def test_the_onboarded_are_found(api, judge, unique):
    """Whoever was onboarded with an ID is found under it, with the ECRN that onboarding gave."""
    person = applicant(unique)
    judge(look_up(api, person), outcome("not-found"))
    ecrn = onboard(api, person)

    judge(look_up(api, person), outcome("found"), has("/data/ecrn", ecrn))


@clause("cdp.flow.onboarded-is-read")
def test_the_onboarded_can_be_read(api, judge, unique):
    """The ECRN that onboarding gives reads the record."""
    ecrn = onboard(api, applicant(unique))

    judge(read(api, ecrn), outcome("record"), has("/ecrn", ecrn))


@groups(PEOPLE, "cdp.flow.record-returns")
def test_the_record_returns_what_onboarding_took(api, judge, target, unique, names):
    """What onboarding took of a person comes back in the record, whoever was read before."""
    person, ecrn = some_customer(api, unique)

    record = read_next(api, target, ecrn)

    judge(record, outcome("record"), *echoes({name: person[name] for name in names}, record.json))


@clause("cdp.flow.record-returns-salutation")
def test_the_record_has_no_other_salutation(api, judge, unique):
    """The salutation that onboarding took comes back, or none, as in the printed record."""
    person, ecrn = some_customer(api, unique)

    record = judge(read(api, ecrn), outcome("record"))

    wanted, told = person["salutation"], record.at("/salutation")
    fits = same(None, told) or same(wanted, told)
    judge(record, holds(fits, expected=f"{wanted}, or none", actual=told, where="/salutation"))


@clause("cdp.flow.record-returns-addresses")
def test_the_record_returns_the_addresses(api, judge, unique):
    """Each address that onboarding took comes back in the record."""
    person, ecrn = some_customer(api, unique)

    record = read(api, ecrn)

    judge(record, outcome("record"), *echoes({"address_list": person["address_list"]}, record.json))


@clause("cdp.flow.record-returns-id-details")
def test_the_record_returns_the_identity_documents(api, judge, target, unique):
    """Each identity document that onboarding took comes back, both or one as the default (CDP-26)."""
    person, ecrn = some_customer(api, unique)
    sent = [_but(known, "id_front", "id_back", "default_status") for known in person["id_details"]]

    record = judge(read(api, ecrn), outcome("record"))

    marks = [known.get("default_status") for known in entries(record, "/id_details")]
    fits = marks.count(True) in target.lawful("CDP-26", a=len(sent), b=1)
    one = holds(fits, expected="the default documents", actual=marks, where="/id_details")
    judge(record, one, *echoes({"id_details": sent}, record.json))


@clause("cdp.flow.record-returns-classification")
def test_the_record_returns_the_classification(api, judge, target, unique):
    """The classification that onboarding took comes back in the record, links and photo apart."""
    person, ecrn = some_customer(api, unique)
    sent = _but(person["customer_classification"], "social_links", "profile_photo")

    record = read_next(api, target, ecrn)

    judge(record, outcome("record"), *echoes({"customer_classification": sent}, record.json))


@clause("cdp.flow.record-returns-social-links")
def test_the_record_returns_the_social_links(api, judge, unique):
    """Each link to a social network that onboarding took comes back in the record."""
    person, ecrn = some_customer(api, unique)
    sent = {"social_links": person["customer_classification"]["social_links"]}

    record = read(api, ecrn)

    judge(record, outcome("record"), *echoes({"customer_classification": sent}, record.json))


@clause("cdp.flow.record-returns-documents")
def test_the_record_names_the_further_documents(api, judge, unique):
    """The record has a file name for each further document that onboarding took."""
    person, ecrn = some_customer(api, unique)

    record = judge(read(api, ecrn), outcome("record"))

    files = [known.get("file_name") for known in entries(record, "/additional_docs")]
    enough = len(list(filter(None, files))) == len(person["additional_docs"])
    judge(record, holds(enough, expected="2 file names", actual=files, where="/additional_docs"))


@clause("cdp.flow.record-returns-id-images")
def test_the_record_names_the_images_of_the_documents(api, judge, unique):
    """The record has a file name for the front of each identity document."""
    record = judge(read(api, some_customer(api, unique)[1]), outcome("record"))

    fronts = [front.get("file_name") for front in _fronts(record)]

    named = bool(fronts) and all(fronts)
    judge(record, holds(named, expected="2 file names", actual=fronts, where="/id_details"))


@clause("cdp.flow.record-returns-photo")
def test_the_record_names_the_photo(api, judge, unique):
    """The record has a file name for the profile photo that onboarding took."""
    record = judge(read(api, some_customer(api, unique)[1]), outcome("record"))

    named = bool(record.at(PHOTO))
    judge(record, holds(named, expected="a file name", actual=record.at(PHOTO), where=PHOTO))


@clause("cdp.flow.record-returns-media-types")
def test_the_record_tells_the_media_types(api, judge, unique):
    """Each image that has a file name is of the media type that onboarding was told (CDP-21)."""
    record = judge(read(api, some_customer(api, unique)[1]), outcome("record"))

    kinds = [held.get("contentType", held.get("content_type")) for held in _files(record)]

    judge(record, holds(set(kinds) <= {IMAGE["content_type"]}, expected=IMAGE["content_type"], actual=kinds))


@clause("cdp.flow.record-files-differ")
def test_each_image_has_a_file_of_its_own(api, judge, unique):
    """No two images of two customers have the same file name, and none is named by its media type."""
    people = [some_customer(api, unique)[1] for _ in range(2)]
    records = [judge(read(api, ecrn), outcome("record")) for ecrn in people]

    names = [held["file_name"] for record in records for held in _files(record)]
    names += [photo for record in records if (photo := record.at(PHOTO))]

    twice = sorted({str(name) for name in names if names.count(name) > 1})
    judge(records[1], holds(not twice, expected="a file name for each image", actual=twice))


@clause("cdp.flow.record-updated-now")
def test_the_record_tells_when_it_was_written(api, judge, target, unique):
    """What was onboarded just now was last changed now, give or take an hour, and not when another was."""
    record = judge(read_next(api, target, onboard(api, applicant(unique))), outcome("record"))

    parts = [
        *entries(record, "/address_list"),
        *entries(record, "/id_details"),
        {"dateUpdated": record.at("/customer_classification/dateUpdated")},
    ]
    actual = [part.get("dateUpdated") for part in parts]
    fits = all(near(time, record.started) for time in actual)
    judge(record, holds(fits, expected=f"about {record.started}", actual=actual, where="dateUpdated"))


@clause("cdp.flow.record-keeps-status")
def test_the_record_keeps_the_status(api, judge, unique):
    """Customer status and AML result are those that onboarding answered."""
    made = judge(api.call("onboardCustomer", applicant(unique)), outcome("accepted"))
    row = {name: made.at(f"/data/{name}") for name in ("customer_status", "aml_scan_status")}

    record = read(api, made.at("/data/ecrn"))

    judge(record, outcome("record"), *echoes(row, record.json))


@clause("cdp.flow.record-keeps-category")
def test_the_record_keeps_the_category(api, judge, unique):
    """Where both tell an AML category, the record's is the one that onboarding answered."""
    made = judge(api.call("onboardCustomer", applicant(unique)), outcome("accepted"))

    record = judge(read(api, made.at("/data/ecrn")), outcome("record"))

    told, kept = made.at("/data/aml_category"), record.at("/aml_category")
    fits = not (told and kept) or same(told, kept)
    judge(record, holds(fits, expected=str(told), actual=kept, where="/aml_category"))


@groups(AGREED, "cdp.flow.lookup-and-record-agree-on")
def test_lookup_and_record_agree(api, judge, unique, names):
    """What both show of a customer is the same in both."""
    person, ecrn = some_customer(api, unique)
    found = judge(look_up(api, person), outcome("found"))

    record = read(api, ecrn)

    row = {name: found.at(f"/data/{name}") for name in names}
    judge(record, outcome("record"), *echoes(row, record.json))


@clause("cdp.flow.lookup-and-record-agree-on-expiry")
def test_lookup_and_record_agree_on_the_expiry(api, judge, unique):
    """The day that lookup tells is that of the document it was asked about, date or timestamp."""
    person, ecrn = some_customer(api, unique)
    told = judge(look_up(api, person), outcome("found")).at("/data/id_date_of_expiry")

    record = judge(read(api, ecrn), outcome("record"))

    number = person["id_details"][0]["id_number"]
    listed = entries(record, "/id_details")
    days = [known.get("date_of_expiry") for known in listed if same(number, known.get("id_number"))]
    agree = [str(day)[:10] for day in days] == [str(told)[:10]]
    judge(record, holds(agree, expected=f"the day of {told}", actual=days, where="/id_details"))


def _but(whole, *names):
    return {name: value for name, value in whole.items() if name not in names}


def _fronts(record):
    fronts = [known.get("id_front") for known in entries(record, "/id_details")]
    return [front if isinstance(front, dict) else {} for front in fronts]


def _files(record):
    """Return all images of a record that have a file name: further documents, fronts and backs."""
    sides = [known.get(side) for known in entries(record, "/id_details") for side in ("id_front", "id_back")]
    held = [*entries(record, "/additional_docs"), *(side for side in sides if isinstance(side, dict))]
    return [image for image in held if image.get("file_name")]
