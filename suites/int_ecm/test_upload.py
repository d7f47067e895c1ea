"""Upload: one image per request, each under a document id of its own."""

from typing import Any

from clausewise import Bearer, File, Untestable, clause, holds, outcome

from .pictures import jpeg, png
from .steps import UPLOAD, token, upload


@clause("int-ecm.upload-on-boarding.uploaded")
def test_an_image_is_stored_under_an_id(api, judge, unique):
    """A good upload succeeds, and its answer carries something that can be a document id."""
    answer = upload(api, png(unique))

    record: dict[str, Any] = {"expected": "a document id", "actual": "an empty answer", "formless": True}
    judge(answer, outcome("uploaded"), holds(answer.json not in (None, {}, []), **record))


@clause("int-ecm.upload-on-boarding.validation-error")
def test_an_upload_without_a_field_gets_the_documented_code(api, judge):
    """An upload without a mandatory field is refused with ESB.027.02.008."""
    judge(api.ask(UPLOAD, without=["image"]), outcome("validation-error"))


@clause("int-ecm.upload-on-boarding.missing-image")
def test_an_upload_needs_its_image(api, judge, unique):
    """An upload that is good but for its missing image is refused with ESB.027.02.008."""
    refused = api.ask(UPLOAD, without=["image"])

    judge(upload(api, png(unique)), outcome("uploaded"))
    judge(refused, outcome("validation-error"))


@clause("int-ecm.upload-on-boarding.missing-metadata")
def test_an_upload_needs_each_required_field(api, judge, unique):
    """An upload that is good but for one required field is refused, whichever it is."""
    image, fields = png(unique), _metadata(api)

    judge(upload(api, image), outcome("uploaded"))
    for field in fields:
        judge(api.ask(UPLOAD, without=[field], image=image), outcome("validation-error"))


@clause("int-ecm.upload-on-boarding.empty-image")
def test_an_empty_image_is_refused(api, judge, unique):
    """An upload that is good but for an image without a byte is refused with ESB.027.02.008."""
    judge(upload(api, png(unique)), outcome("uploaded"))
    judge(upload(api, File("image.png", b"", "image/png")), outcome("validation-error"))


@clause("int-ecm.upload-on-boarding.invalid-function-code")
def test_an_unknown_function_is_refused(api, judge, unique):
    """An upload that is good but for its function code is refused with ESB.027.01.009."""
    image = png(unique)

    judge(upload(api, image), outcome("uploaded"))
    judge(upload(api, image, function_code=unique.word(12)), outcome("invalid-function-code"))


@clause("int-ecm.upload-on-boarding.invalid-function-code-stores-nothing")
def test_an_unknown_function_gets_no_id(api, judge, unique):
    """Where the document id stands in a good answer, a refusal has nothing."""
    refused = upload(api, png(unique), function_code=unique.word(12))

    found = api.found(refused, "document_id")
    judge(
        refused,
        outcome("invalid-function-code"),
        holds(not found, expected="no document id", actual=found, where="document_id"),
    )


@clause("int-ecm.upload-on-boarding.one-image")
def test_two_images_in_one_request_are_not_both_stored(api, judge, target, unique):
    """Two images are refused, or one document id is told for one of them (INT-11)."""
    if not api.takes(UPLOAD, "image") or _whole_body(api):
        raise Untestable("The request's body is the image itself: it cannot hold two.")
    answer = upload(api, [png(unique), png(unique)])

    ids = set(map(str, api.found(answer, "document_id"))) | _listed(answer)
    judge(answer, outcome(*target.lawful("INT-11", a="validation-error", b="uploaded")))
    judge(answer, holds(len(ids) <= 1, expected="one document id at most", actual=sorted(ids)))


@clause("int-ecm.upload-on-boarding.own-id")
def test_each_image_has_an_id_of_its_own(api, judge, unique):
    """Two images have two document ids."""
    first = judge(upload(api, png(unique)), outcome("uploaded"))
    second = judge(upload(api, jpeg(unique)), outcome("uploaded"))

    _apart(api, judge, first, second)


@clause("int-ecm.upload-on-boarding.same-image-own-id")
def test_the_same_image_twice_has_two_ids(api, judge, unique):
    """Each successful upload has a document id, though the image was stored before."""
    image = png(unique)
    first = judge(upload(api, image), outcome("uploaded"))
    second = judge(upload(api, image), outcome("uploaded"))

    _apart(api, judge, first, second)


@clause("int-ecm.upload-on-boarding.ids-across-log-ins")
def test_ids_are_new_across_log_ins(api, judge, target, unique):
    """Images that two log-ins upload have two document ids."""
    one, other = Bearer(token(api, target)), Bearer(token(api, target))
    first = judge(upload(api, png(unique), auth=one), outcome("uploaded"))
    second = judge(upload(api, png(unique), auth=other), outcome("uploaded"))

    _apart(api, judge, first, second)


@clause("int-ecm.upload-on-boarding.several-with-one-token")
def test_one_token_uploads_several_images(api, judge, target, unique):
    """The two sides of a card and a selfie go up with one token, one request each."""
    held = Bearer(token(api, target))

    for side in ("side_front", "side_back", "side_selfie"):
        judge(upload(api, png(unique), side=api.bound(side), auth=held), outcome("uploaded"))


def _apart(api, judge, first, second):
    ids = [api.one(answer, "document_id") for answer in (first, second)]
    judge(second, holds(ids[0] != ids[1], expected="another document id", actual=ids[1], where="document_id"))


def _metadata(api):
    named = [name for name in api.required(UPLOAD) if name != api.bound("image")]
    if not named:
        raise Untestable("The overlays call no field of the upload required but the image (INT-10).")
    return [name for name in named if name != api.bound("function_code")] or named


def _listed(answer):
    """Return document ids that an answer lists beside the one it names, whatever the list is called."""
    lists = (
        [value for value in answer.json.values() if isinstance(value, list)]
        if isinstance(answer.json, dict)
        else []
    )
    return {str(item) for items in lists for item in items if isinstance(item, str | int)}


def _whole_body(api):
    return not isinstance(api.printed(UPLOAD, "image"), str)
