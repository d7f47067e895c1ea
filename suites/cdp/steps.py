"""The calls that many tests begin with, and the forms of a log-in."""

from clausewise import NotConformant, Untestable

from .people import applicant

JSON = {"Content-Type": "application/json"}
ACTIVE = "customer.active"
PROTECTED = ("validateCustomer", "onboardCustomer", "getCustomer")

# What a call of `harmless` is answered where the caller is let in.
LET_IN = {"validateCustomer": "not-found", "onboardCustomer": "accepted", "getCustomer": "not-found"}


def password_grant(target, role="default", **changes):
    """Return the form of a log-in with a role's credentials; Untestable where they are of another type."""
    known = target.credentials.get(role, {"type": "missing"})
    if known["type"] != "oauth2-password":
        raise Untestable(f"The credentials {role!r} of the target file are no log-in (oauth2-password).")
    sent = ("scope", "client_id", "client_secret", "username", "password")
    return {"grant_type": "password"} | {name: known[name] for name in sent if name in known} | changes


def brief(target):
    """Return the role whose tokens are waited for: short-lived ones, or those that all calls use."""
    return "short_lived" if target.has("credentials.short_lived") else "default"


def refresh_grant(target, refresh_token, role="default"):
    """Return the form of a role's refresh; its grant type is refresh_token alone (CDP-29)."""
    known = password_grant(target, role)
    client = {name: known[name] for name in ("client_id", "client_secret") if name in known}
    return {"grant_type": "refresh_token", "refresh_token": str(refresh_token)} | client


def without(request, field):
    """Return the request without a field; Untestable where it has none."""
    if field not in request:
        raise Untestable(f"The credentials of the target file have no {field}.")
    return {name: value for name, value in request.items() if name != field}


def harmless(operation, unique):
    """Return the arguments of a call that only a missing right can keep from its `LET_IN` answer."""
    if operation == "onboardCustomer":
        return {"body": applicant(unique)}
    if operation == "getCustomer":
        return {"path": {"ecrn": unique.digits(16)}, "headers": JSON}
    return {"body": {"idNumber": unique.digits(15), "idType": "4"}}


def log_in(api, target, role="default"):
    """Log in with a role's credentials and return the answer."""
    return api.call("getToken", form=password_grant(target, role))


def seconds(given, place="/expires_in"):
    """Return the life that a log-in's answer promises; Untestable where it says no number."""
    told = given.at(place)
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise Untestable(f"The log-in does not say in a number how long its token lives ({place}).")
    return told


def ask(api, unique, auth):
    """Make a harmless lookup, which a good token is answered not-found."""
    return api.call("validateCustomer", **harmless("validateCustomer", unique), auth=auth)


def onboard(api, person):
    """Onboard a person and return the ECRN; Untestable where there is nobody to go on with."""
    answer = api.call("onboardCustomer", person)
    try:
        return str(answer.at("/data/ecrn"))
    except NotConformant:
        message = f"Onboarding gave no customer to go on with: it was answered HTTP {answer.response.status}."
        raise Untestable(message) from None


def some_customer(api, unique):
    """Return a person and the ECRN of theirs, onboarded by this test or an earlier one, to be read only."""

    def make():
        person = applicant(unique)
        return person, onboard(api, person)

    return unique.borrowed("customer", make)


def look_up(api, person, document=0):
    """Look a person up by one of the identity documents."""
    known = person["id_details"][document]
    return api.call("validateCustomer", {"idNumber": known["id_number"], "idType": str(known["id_type"])})


def read(api, ecrn, **how):
    """Read the record of an ECRN, with the header that is printed though there is no payload (CDP-34)."""
    return api.call("getCustomer", path={"ecrn": ecrn}, **({"headers": JSON} | how))


def read_next(api, target, ecrn):
    """Read the record of an ECRN right after that of the customer whom the owner gives, if any."""
    if target.has(ACTIVE):
        read(api, given(target, ACTIVE, "ecrn"))
    return read(api, ecrn)


def nobody(target, unique):
    """Return an ECRN that no customer has: the one the target's owner gives, or a made-up one."""
    return target.fixtures.get("customer.unknown", {}).get("ecrn") or unique.digits(16)


def known(api, target, unique):
    """Return the ECRN, the ID number and its type of a customer: the owner's, or one onboarded now.

    Untestable, saying what would do as well, where that cannot be.
    """
    keys = ("ecrn", "id_number", "id_type")
    if target.has(ACTIVE):
        return tuple(given(target, ACTIVE, key) for key in keys)
    person = applicant(unique)
    try:
        ecrn = onboard(api, person)
    except Untestable as bad:
        raise Untestable(f'{bad} Or name one: [families.cdp.fixtures."{ACTIVE}"].') from None
    card = person["id_details"][0]
    return ecrn, card["id_number"], str(card["id_type"])


def given(target, role, key):
    """Return one key of a fixture, as text; Untestable where the target's owner does not give it."""
    known = target.fixture(role)
    if key not in known:
        raise Untestable(f'The fixture "{role}" of the target file has no {key}.')
    return str(known[key])
