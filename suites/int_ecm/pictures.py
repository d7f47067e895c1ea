"""Images to upload, each one that a viewer opens; and whether two of them show the same."""

import warnings
from hashlib import shake_256
from io import BytesIO

from PIL import Image, ImageChops, ImageStat
from PIL.PngImagePlugin import PngInfo

from clausewise import File

_MEGABYTE = 1024 * 1024
_CHUNK = 12 + len(b"pad\0")  # what a text chunk of a PNG takes beside its text
_BLIND = 8  # of 255: what another writing of a JPEG changes in a pixel, on the average
_FORMS = ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"]  # of all that Pillow opens some start programs
_BROKEN = OSError, ValueError, SyntaxError, Image.DecompressionBombError
_SPOT = 32  # pixels: two of the blocks that a JPEG writes, so that colours seldom run into each other


def png(unique, name="image.png"):
    """Return a PNG that no other test has: three by three spots of colours by chance."""
    return _png(_spots(unique, 3), name)


def photo(unique):
    """Return a PNG of more than 100 KiB that no other test has: six by six spots of colours, unpacked."""
    return _png(_spots(unique, 6), "photo.png", compress_level=0)


def jpeg(unique):
    """Return a JPEG that no other test has: four by four spots of colours by chance."""
    return File("image.jpg", _written(_spots(unique, 4), "JPEG", quality=95), "image/jpeg")


def one_byte(_):
    """Return the smallest thing that can be sent in place of an image."""
    return File("image.png", b"\x89", "image/png")


def odd_bytes(unique):
    """Return a PNG with every byte value in it as it is, line ends and zeros among them."""
    chance = b"".join(bytes([level]) * _SPOT for level in _chance(unique, 24))
    content = bytes(range(256)) + b"\r\n\x00\n\r\r\n\x1a" + chance
    image = Image.frombytes("P", (len(content), 1), content)  # only one with a palette is written unfiltered
    image.putpalette([level for level in range(256) for _ in "RGB"])
    return _png(image, "image.png", compress_level=0)


def ten_megabytes(unique):
    """Return a PNG of exactly 10 MB, most of it pixels."""
    block = (bytes(range(256)) * 4096)[: _MEGABYTE - 24] + unique.word(24).encode()
    image = Image.frombytes("RGB", (1024, 3328), (block * 10)[: 1024 * 3328 * 3])
    lacking = 10 * _MEGABYTE - len(_written(image, "PNG", compress_level=0)) - _CHUNK
    told = PngInfo()
    told.add_text("pad", "x" * lacking)
    return _png(image, "image.png", compress_level=0, pnginfo=told)


def unlike(one, other):
    """Say how the image that came back differs from the one that was sent; '' where it shows the same.

    The document says that an image is stored and returned, not that its bytes are: another writing of the
    same pixels will do, and of a JPEG, which loses some, of nearly the same.
    """
    if one == other:
        return ""
    sent, back = _opened(other), _opened(one)
    apart = f"{len(one)} bytes, the first difference at byte {_apart(one, other)}"
    if sent is None:
        return apart
    if back is None:
        return f"no image that can be opened: {apart}"
    if back.size != sent.size:  # before any pixel is unpacked: a small file may say that it holds millions
        return f"an image of {back.size[0]} by {back.size[1]} pixels, not {sent.size[0]} by {sent.size[1]}"
    try:
        back.load()
    except _BROKEN:
        return f"no image that can be opened: {apart}"
    off = max(ImageStat.Stat(ImageChops.difference(sent.convert("RGB"), back.convert("RGB"))).mean)
    allowed = _BLIND if "JPEG" in {sent.format, back.format} else 0
    return "" if off <= allowed else f"an image of other pixels: {apart}"


def _spots(unique, count):
    """Return a square of so many spots a side, whose colours two images share by no chance worth naming."""
    small = Image.frombytes("RGB", (count, count), _chance(unique, 3 * count * count))
    return small.resize((count * _SPOT, count * _SPOT), Image.Resampling.NEAREST)


def _chance(unique, size):
    """Return bytes of every value: letters alone would be colours so near that any two images look alike."""
    return shake_256(unique.word(24).encode()).digest(size)


def _png(image, name, **how):
    return File(name, _written(image, "PNG", **how), "image/png")


def _written(image, form, **how):
    page = BytesIO()
    image.save(page, form, **how)
    return page.getvalue()


def _opened(content):
    """Return an image whose size is known and whose pixels are not unpacked, yet; None where it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(BytesIO(content), formats=_FORMS)
    except _BROKEN:
        return None


def _apart(one, other):
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
