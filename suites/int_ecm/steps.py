"""The calls that many tests begin with. What a field is called, the target's bindings say."""

from base64 import b64decode, urlsafe_b64decode
from binascii import Error

from clausewise import Bearer, NotConformant, Untestable, holds

from .pictures import png, unlike

UPLOAD, DOWNLOAD = "upload-on-boarding", "download"
PORTRAIT = "document.portrait"
LET_IN = {UPLOAD: "uploaded", DOWNLOAD: "image"}
_SUCCESS = range(200, 300)


def credentials(target, role="default"):
    """Return the user name and password of a role; Untestable where they are of another type."""
    known = target.credentials.get(role, {"type": "missing"})
    if known["type"] != "login":
        raise Untestable(f"The credentials {role!r} of the target file are no log-in (type login).")
    return {"username": known["username"], "password": known["password"]}


def log_in(api, target, role="default", **changes):
    """Log in with a role's credentials, some of them changed, and return the answer."""
    return api.ask("login", auth=None, **(credentials(target, role) | changes))


def token(api, target, role="default"):
    """Return a new token of a role."""
    return str(api.one(log_in(api, target, role), "token"))


def brief(target):
    """Return the role whose tokens are waited for: short-lived ones, or those that all calls use."""
    return "short_lived" if target.has("credentials.short_lived") else "default"


def life(target):
    """Return the seconds that those tokens live; Untestable where nobody says it of the default ones."""
    role = brief(target)
    told = target.credentials[role].get("lives", None if role == "default" else 60)
    if told is None:
        place = "[families.int-ecm.credentials.default]"
        raise Untestable(f"Say as `lives` in {place} how many seconds its tokens live, or give short_lived.")
    return float(told)


def promised(given):
    """Return the seconds that a log-in's answer says its token lives; Untestable where it says no number."""
    told = given.json.get("expires_in") if isinstance(given.json, dict) else None
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise Untestable("The log-in does not say as expires_in, in a number, how long its token lives.")
    return told


def upload(api, image, **how):
    """Upload an image, as the front of an ID card unless told otherwise."""
    side = {"side": api.bound("side_front")} if api.takes(UPLOAD, "side") else {}
    return api.ask(UPLOAD, image=image, **(side | how))


def stored(api, image, **how):
    """Upload an image and return its document id; Untestable where that did not succeed."""
    answer = upload(api, image, **how)
    if answer.response.status not in _SUCCESS:
        raise Untestable(f"No image was stored: the upload was answered HTTP {answer.response.status}.")
    return api.one(answer, "document_id")


def some_image(api, unique):
    """Return an image and its document id, stored by this test or an earlier one, to be fetched only."""

    def make():
        image = png(unique)
        return image, stored(api, image)

    return unique.borrowed("image", make)


def portrait(api, target, unique):
    """Return the document id of a portrait in the archive: the owner's, or one that another log-in stored."""
    if not target.has(PORTRAIT):
        if api.only_reads:
            place = f'[families.int-ecm.fixtures."{PORTRAIT}"]'
            raise Untestable(f"{UPLOAD} writes, and plan 'safe' only reads. Name an image: {place}.")
        side = {"side": api.bound("side_selfie")} if api.takes(UPLOAD, "side") else {}
        return stored(api, png(unique), auth=Bearer(token(api, target)), **side)
    if "document_id" not in target.fixture(PORTRAIT):
        raise Untestable(f'The fixture "{PORTRAIT}" of the target file has no document_id.')
    return target.fixture(PORTRAIT)["document_id"]


def fetch(api, name, **how):
    """Ask for the image of a document id."""
    return api.ask(DOWNLOAD, document_id=name, **how)


def unknown(unique, known):
    """Return an id of the form of a known one that nothing was stored under."""
    text = str(known)
    return unique.digits(len(text) + 6) if text.isdecimal() else unique.like(text) + unique.like(text)[-4:]


def good(api, unique, operation):
    """Return the things of a request that only a missing right can keep from success."""
    if operation == DOWNLOAD:
        return {"document_id": some_image(api, unique)[1]}
    return {"image": png(unique)}


def image_of(api, answer):
    """Return the bytes of a downloaded image: the body itself, or its base64 text in JSON."""
    if answer.parsed.problem:  # no JSON, however it is labelled
        return answer.response.body
    held = api.found(answer, "image_back") or [api.one(answer, "image_back")]
    text = str(held[0]).rpartition("base64,")[2]  # a data: URL says what it is
    try:
        return urlsafe_b64decode(text) if set(text) & set("-_") else b64decode(text, validate=True)
    except (Error, ValueError):
        raise NotConformant(f"The image of the answer is no base64 text: {text[:40]}", red=True) from None


def same(api, answer, image):
    """Expect the image that was uploaded, in these bytes or in others that show the same."""
    actual = unlike(image_of(api, answer), image.content)
    return holds(
        not actual, expected=f"the image of {len(image.content)} bytes that was uploaded", actual=actual
    )
