"""The images that the suite sends are real, and two of them are compared by what they show."""

import random
from io import BytesIO

import pytest
from PIL import Image

from clausewise.plugin.fixtures import Unique
from suites.int_ecm.pictures import jpeg, odd_bytes, png, ten_megabytes, unlike

KINDS = [png, jpeg, odd_bytes, ten_megabytes]


def one(kind, seed=1):
    return kind(Unique(random.Random(seed))).content


def anew(content, form=None, **how):
    image, page = Image.open(BytesIO(content)), BytesIO()
    image.save(page, form or image.format, **how)
    return page.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_each_image_opens_and_is_nobody_elses(kind):
    """A service that checks what it is sent can take it; no two tests send the same pixels."""
    image = Image.open(BytesIO(one(kind)))
    image.load()

    assert image.format in {"PNG", "JPEG"}
    assert unlike(one(kind), one(kind)) == ""
    assert "other pixels" in unlike(one(kind, 2), one(kind))


def test_odd_bytes_are_in_the_file_as_they_are():
    """What a detour through text would change is there to be changed."""
    content = one(odd_bytes)

    assert bytes(range(256)) in content
    assert b"\r\n\x00\n" in content


def test_ten_megabytes_are_ten_megabytes():
    assert len(one(ten_megabytes)) == 10 * 1024 * 1024


@pytest.mark.parametrize(
    ("kind", "how"), [(png, {"compress_level": 1}), (odd_bytes, {"optimize": True}), (jpeg, {"quality": 85})]
)
def test_another_writing_of_the_same_pixels_will_do(kind, how):
    """The document says that the image is returned, not its bytes."""
    written = anew(one(kind), **how)

    assert written != one(kind)
    assert unlike(written, one(kind)) == ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_image_is_none(kind):
    content = one(kind)

    assert "no image that can be opened" in unlike(content[: len(content) // 2], content)


def test_what_is_no_image_is_compared_by_its_bytes():
    assert "the first difference at byte 0" in unlike(b"?", b"\x89")
    assert "pixels, not" in unlike(one(jpeg), one(png))
