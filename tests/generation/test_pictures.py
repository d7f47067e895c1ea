"""The images that the suite sends are real, and two of them are compared by what they show."""

import random
import re
import sqlite3
import tracemalloc
from base64 import b64decode
from contextlib import closing
from io import BytesIO

import pytest
from PIL import Image
from runs import inside, target_at

from clausewise import package_data
from clausewise.plugin.unique import Unique
from clausewise.reference import process
from suites.cdp.people import applicant
from suites.int_ecm.pictures import jpeg, odd_bytes, one_byte, png, ten_megabytes, unlike

KINDS = [png, jpeg, odd_bytes, ten_megabytes]


def one(kind, seed=1):
    return kind(Unique(random.Random(seed))).content


def shown(content):
    """Return the form of an image, all of whose pixels are there; an error of Pillow's where it is none."""
    image = Image.open(BytesIO(content))
    image.load()
    return image.format


def anew(content, form=None, **how):
    image, page = Image.open(BytesIO(content)), BytesIO()
    (image.convert("RGB") if form else image).save(page, form or image.format, **how)
    return page.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_each_image_opens_and_is_nobody_elses(kind):
    """A service that checks what it is sent can take it; no two tests send the same pixels."""
    assert shown(one(kind)) in {"PNG", "JPEG"}
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


@pytest.mark.parametrize("kind", [png, jpeg, odd_bytes])
def test_a_jpeg_of_it_will_do_but_not_of_another(kind):
    """What is allowed for the losses of a JPEG is far from what tells two images apart."""
    assert unlike(anew(one(kind), "JPEG", quality=50), one(kind)) == ""
    for seed in range(2, 202):
        assert "other pixels" in unlike(anew(one(kind, seed), "JPEG", quality=95), one(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_image_is_none(kind):
    content = one(kind)

    assert "no image that can be opened" in unlike(content[: len(content) // 2], content)


@pytest.mark.parametrize("side", [12_000, 30_000])
def test_a_small_file_of_millions_of_pixels_is_not_unpacked(side):
    """A hostile answer costs neither memory nor the run: its size alone tells that it is another image."""
    bomb = BytesIO()
    Image.new("1", (side, side)).save(bomb, "PNG")
    tracemalloc.start()
    told = unlike(bomb.getvalue(), one(png))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "pixels, not 96 by 96" in told or "no image that can be opened" in told
    assert most < 5_000_000


def test_a_form_that_needs_a_program_to_be_drawn_is_no_image():
    """Pillow would start one for PostScript; what a target sends starts nothing."""
    page = BytesIO()
    Image.new("RGB", (96, 96)).save(page, "EPS")

    assert "no image that can be opened" in unlike(page.getvalue(), one(png))


def test_what_is_no_image_is_compared_by_its_bytes():
    assert "the first difference at byte 0" in unlike(b"?", b"\x89")
    assert "pixels, not" in unlike(one(jpeg), one(png))


def test_each_image_that_a_run_uploads_is_real_and_its_own(tmp_path):
    """All that the service has stored opens and shows something else each time, but for the odd byte."""
    kept = tmp_path / "images.db"
    with process.started({"int-ecm": ""}, "--database", str(kept)) as url:
        target = target_at(tmp_path, url, "int-ecm", read_timeout=20, total_timeout=20)
        done = inside("run", "--target", target, "--run-dir", tmp_path / "run", "--", "-k", "not test_depth")
    with closing(sqlite3.connect(kept)) as database:
        stored = [content for (content,) in database.execute("SELECT content FROM image")]

    assert done.returncode == 2, done.stdout  # since tests of the suite were left out
    assert len(stored) > 40
    assert {shown(content) for content in stored if content != one_byte(None).content} == {"PNG", "JPEG"}
    assert len(set(stored)) >= len(stored) - 1  # one test sends the same image twice


def test_each_image_of_an_onboarding_opens():
    """Card, further documents and photo of an applicant are images of the kind that is told."""
    person = applicant(Unique(random.Random(1)))
    images = list(_images(person))

    assert len(images) >= 4
    assert {(told, shown(b64decode(text))) for told, text in images} == {("image/jpeg", "JPEG")}


@pytest.mark.parametrize(
    "path", ["int-ecm/assumed.overlay.yaml", "cdp/bodies/onboardCustomer.request.schema.json"]
)
def test_each_printed_sample_of_an_image_opens(path):
    """What `st run` and a reader take from our samples is an image, too."""
    text = (package_data.SCHEMAS / path).read_text("utf-8")
    images = re.findall(r'(?:\bimage: |"base64_data": ")([\w+/]+=*)', text)

    assert images
    assert {shown(b64decode(image)) for image in images} <= {"PNG", "JPEG"}


def _images(value):
    """Yield kind and base64 text of each image in a request."""
    if isinstance(value, dict) and "base64_data" in value:
        yield value["content_type"], value["base64_data"]
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _images(inner)
