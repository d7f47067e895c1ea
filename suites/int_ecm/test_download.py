"""Download: what was uploaded comes back, in its bytes or in others that show the same."""

import pytest

from clausewise import Bearer, clause, holds, outcome, status

from .pictures import jpeg, odd_bytes, one_byte, photo, png, ten_megabytes
from .steps import DOWNLOAD, fetch, good, image_of, portrait, same, some_image, stored, token, unknown, upload


@clause("int-ecm.download.image")
def test_a_stored_image_is_returned(api, judge, unique):
    """A good download succeeds, and its answer is the image, however large a photo it is."""
    image = photo(unique)

    answer = judge(fetch(api, stored(api, image)), outcome("image"))

    judge(answer, same(api, answer, image))


@clause("int-ecm.download.validation-error")
def test_a_download_without_its_id_gets_the_documented_code(api, judge):
    """A download without its document id is refused with ESB.027.02.008."""
    judge(api.ask(DOWNLOAD, without=["document_id"]), outcome("validation-error"), status(400))


@clause("int-ecm.download.id-of-upload")
def test_the_id_of_an_upload_fetches_its_image(api, judge, unique):
    """Download takes the document id that upload told."""
    sent = judge(upload(api, png(unique)), outcome("uploaded"))

    judge(fetch(api, api.one(sent, "document_id")), outcome("image"))


@pytest.mark.parametrize(
    "side",
    [
        pytest.param("side_front", id="front", marks=clause("int-ecm.download.returns-front")),
        pytest.param("side_back", id="back", marks=clause("int-ecm.download.returns-back")),
        pytest.param("side_selfie", id="selfie", marks=clause("int-ecm.download.returns-selfie")),
    ],
)
def test_each_side_comes_back_as_it_was(api, judge, unique, side):
    """The photo of a side of the card, or of the customer, is the one that was uploaded."""
    image = photo(unique)
    name = stored(api, image, side=api.bound(side))

    back = judge(fetch(api, name), outcome("image"))

    judge(back, same(api, back, image))


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(jpeg, id="jpeg", marks=clause("int-ecm.download.returns-jpeg")),
        pytest.param(png, id="png", marks=clause("int-ecm.download.returns-png")),
        pytest.param(one_byte, id="one-byte", marks=clause("int-ecm.download.returns-one-byte")),
        pytest.param(odd_bytes, id="odd-bytes", marks=clause("int-ecm.download.returns-odd-bytes")),
        pytest.param(
            ten_megabytes, id="ten-megabytes", marks=clause("int-ecm.download.returns-ten-megabytes")
        ),
    ],
)
def test_each_kind_of_image_comes_back_as_it_was(api, judge, unique, make):
    """Whatever an image's form and size, what comes back is what was uploaded."""
    image = make(unique)
    name = stored(api, image)

    back = judge(fetch(api, name), outcome("image"))

    judge(back, same(api, back, image))


@clause("int-ecm.download.each-its-own")
def test_images_are_not_mixed_up(api, judge, unique):
    """Of three images uploaded in a row, each comes back under its own id."""
    images = [png(unique), jpeg(unique), odd_bytes(unique)]
    names = [stored(api, image) for image in images]

    for image, name in zip(images, names, strict=True):
        back = judge(fetch(api, name), outcome("image"))
        judge(back, same(api, back, image))


@clause("int-ecm.download.after-a-new-log-in")
def test_an_image_stays_for_a_later_log_in(api, judge, target, unique):
    """What one log-in stored another one fetches."""
    image = png(unique)
    name = stored(api, image, auth=Bearer(token(api, target)))

    back = judge(fetch(api, name, auth=Bearer(token(api, target))), outcome("image"))

    judge(back, same(api, back, image))


@clause("int-ecm.download.twice-the-same")
def test_fetching_takes_nothing_away(api, judge, unique):
    """The same id brings the same image the second time."""
    image, name = some_image(api, unique)
    judge(fetch(api, name), outcome("image"))

    back = judge(fetch(api, name), outcome("image"))

    judge(back, same(api, back, image))


@clause("int-ecm.download.unknown-id")
def test_an_unknown_id_is_refused(api, judge, target, unique):
    """An id like a good one, that nothing was stored under, is refused, or not found (INT-14)."""
    _, known = some_image(api, unique)

    refused = fetch(api, unknown(unique, known))

    judge(fetch(api, known), outcome("image"))
    judge(refused, outcome("validation-error"), status(*target.lawful("INT-14", a=400, b=404)))


@clause("int-ecm.download.missing-id")
def test_a_download_needs_its_id(api, judge, unique):
    """A download that is good but for its missing id is refused with ESB.027.02.008."""
    judge(fetch(api, some_image(api, unique)[1]), outcome("image"))
    judge(api.ask(DOWNLOAD, without=["document_id"]), outcome("validation-error"), status(400))


@clause("int-ecm.download.invalid-function-code")
def test_an_unknown_function_is_refused(api, judge, unique):
    """A download that is good but for its function code is refused with ESB.027.01.009."""
    things = good(api, unique, DOWNLOAD)

    judge(api.ask(DOWNLOAD, **things), outcome("image"))
    judge(api.ask(DOWNLOAD, function_code=unique.word(12), **things), outcome("invalid-function-code"))


@clause("int-ecm.download.stored-portrait")
def test_a_portrait_of_the_archive_can_be_fetched(api, judge, target, unique):
    """The portrait of an existing customer, or one just stored, comes as an image with something in it."""
    back = judge(fetch(api, portrait(api, target, unique)), outcome("image"))

    size = len(image_of(api, back))
    judge(back, holds(size > 0, expected="an image", actual="nothing", where="body"))
