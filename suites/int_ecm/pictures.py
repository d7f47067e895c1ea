"""Images to upload: small ones that a viewer opens, and bytes that show what a detour does to them."""

from clausewise import File

_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c6360f8cf00000301010018dd8db00000000049454e44ae426082"
)
_JPEG_HEAD = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")
_JPEG_TAIL = bytes.fromhex("ffd9")
_MEGABYTE = 1024 * 1024


def png(unique, name="image.png"):
    """Return a PNG that no other test has: a pixel, and a text chunk's worth of chance behind it."""
    return File(name, _PNG + unique.word(24).encode(), "image/png")


def jpeg(unique):
    """Return a JPEG that no other test has, its chance in a comment segment."""
    told = unique.word(24).encode()
    comment = b"\xff\xfe" + (len(told) + 2).to_bytes(2, "big") + told
    return File("image.jpg", _JPEG_HEAD + comment + _JPEG_TAIL, "image/jpeg")


def one_byte(_):
    """Return the smallest image that can be sent."""
    return File("image.png", b"\x89", "image/png")


def odd_bytes(unique):
    """Return an image with every byte value in it, line ends and zeros among them."""
    return File("image.png", _PNG + bytes(range(256)) + b"\r\n\x00\n" + unique.word(24).encode(), "image/png")


def ten_megabytes(unique):
    """Return an image of exactly 10 MB."""
    head = _PNG + unique.word(24).encode()
    block = bytes(range(256)) * 4096
    return File("image.png", (head + block * 10)[: 10 * _MEGABYTE], "image/png")
