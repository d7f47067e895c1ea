"""The doctor: content with the good target, and right about each thing that is not as its role says."""

import hostile
import pytest
import runs

from clausewise import package_data
from clausewise.reference import process

PORTRAIT = "10000000-0000-4000-8000-000000000001", "10000000-0000-4000-8000-000000000999"


def doctor(target, *more):
    done = runs.clausewise("doctor", "--target", target, *more)
    told = [line.split(maxsplit=1) for line in done.stdout.splitlines() if not line.startswith(" ")]
    return done.returncode, {what: state for state, what in told}, done.stdout


def test_the_doctor_is_content_with_the_reference():
    """Whatever its target file gives is told once, and is well."""
    code, states, said = doctor(runs.REFERENCE)

    assert code == 0, said
    assert set(states.values()) <= {"ok", "missing"}
    assert states["[families.ofs-ecm.fixtures] case.locked"] == "ok"
    assert states["[families.int-ecm.credentials.barred]"] == "ok"
    assert len(states) == sum(not line.startswith(" ") for line in said.splitlines())


def test_a_claim_that_changes_nothing_is_told(tmp_path):
    """One sentence per claim of an entry that can change no verdict, and none for one that can."""
    target = runs.target_at(tmp_path, "embedded", "ofs-ecm")
    target.write_text(f'{target.read_text()}\n[families.ofs-ecm.readings]\nECM-05 = "a"\nECM-71 = "a"\n')

    code, states, said = doctor(target)

    told = [what for what in states if "changes no verdict" in what]
    assert len(told) == 1, said
    assert told[0].startswith('[families.ofs-ecm.readings] ECM-05 = "a" changes no verdict: a token is')
    assert (code, states[told[0]]) == (0, "ok")


@pytest.mark.parametrize(
    ("family", "change", "what", "says"),
    [
        (
            "ofs-ecm",
            ("CA9003", "CA404"),
            "[families.ofs-ecm.fixtures] case.locked",
            "getCaseStatusDetails gives the no-such-case answer for it, not fetched: A case that another",
        ),
        (
            "int-ecm",
            ("-barred", ""),
            "[families.int-ecm.credentials.barred]",
            "login gives the token answer for it, not forbidden: A user whom log-in itself denies access.",
        ),
        (
            "cdp",
            ('ecrn = "9000000000000101"', 'ecrn = "9000000000000103"'),
            "[families.cdp.fixtures] customer.active",
            "validateCustomer shows another /data/ecrn for it than the ecrn of the file: ",
        ),
        (
            "cdp",
            ('ecrn = "9000000000000102"', 'ecrn = "9000000000000999"'),
            "[families.cdp.fixtures] customer.not_subscribed",
            "getCustomer gives the not-found answer for it, not not-subscribed: ",
        ),
        (
            "cdp",
            ('id_number = "100000000000104"', 'id_number = "100000000000999"'),
            "[families.cdp.fixtures] customer.blocked",
            "validateCustomer gives the not-found answer for it, not found or not-subscribed: ",
        ),
        (
            "int-ecm",
            PORTRAIT,
            "[families.int-ecm.fixtures] document.portrait",
            "download gives ",
        ),
        (
            "cdp",
            ('id_number = "100000000000101"', 'id_number = "100000000000909"'),
            "[families.cdp.fixtures] customer.active",
            "validateCustomer gives the not-found answer for it, not found: ",
        ),
    ],
)
def test_what_is_not_as_its_role_says_is_told(tmp_path, family, change, what, says):
    """A case that is not there, a user who is let in, a customer who was never onboarded."""
    target = runs.target_at(tmp_path, "embedded", family)
    text = target.read_text()
    assert change[0] in text
    target.write_text(text.replace(*change))

    code, states, said = doctor(target)

    assert states[what] == "wrong", said
    assert says in said
    assert code == 4
    assert "ok" in {state for what, state in states.items() if ".fixtures]" in what or family == "int-ecm"}


def test_a_role_that_is_to_log_in_needs_a_log_in(tmp_path):
    """A token where user name and password are asked for is one sentence."""
    target = runs.target_at(tmp_path, "embedded", "int-ecm")
    old = 'type = "login"\nusername = "sandbox-channel-barred"\npassword ='
    text = target.read_text()
    assert old in text
    target.write_text(text.replace(old, 'type = "bearer"\ntoken ='))

    code, states, said = doctor(target)

    assert states["[families.int-ecm.credentials.barred]"] == "dead"
    assert "[families.int-ecm.credentials.barred] is of type 'bearer', and the log-in takes 'login'." in said
    assert code == 3


@pytest.mark.parametrize("plays", runs.DOCUMENTS)
@pytest.mark.parametrize("claims", runs.DOCUMENTS)
def test_the_document_that_a_target_looks_like_is_told(tmp_path, plays, claims):
    """By what it answers on fixtures; the other one than is claimed is wrong."""
    with process.started({"cdp": plays}) as url:
        code, states, said = doctor(runs.target_at(tmp_path, url, "cdp"), "--document", f"cdp={claims}")

    (told,) = [what for what in states if what.startswith(f"[families.cdp] document {claims}")]
    assert states[told] == ("ok" if plays == claims else "wrong"), said
    assert (f"the target looks like {plays}. Claim that one" in said) is (plays != claims)
    assert code == (0 if plays == claims else 4)


def test_an_unedited_template_is_told_before_any_name_is_looked_up(tmp_path):
    """The file that init writes, with no secret set: one sentence on the address; its schema is beside."""
    path = tmp_path / "mine.toml"
    assert runs.inside("init", path, "--family", "cdp").returncode == 0

    done = runs.inside("doctor", "--target", path)

    assert done.returncode == 4
    assert "[families.cdp] base_url is still the example of `clausewise init`" in done.stderr
    assert "CDP_PASSWORD" not in done.stderr
    assert path.read_text().startswith("#:schema ./target.schema.json\n")
    schema = (tmp_path / "target.schema.json").read_text()
    assert schema == (package_data.SCHEMAS / "target.schema.json").read_text()


def test_all_secrets_that_are_not_there_are_told_at_once(tmp_path, monkeypatch):
    """Each variable and file with its place."""
    path = tmp_path / "mine.toml"
    runs.inside("init", path, "--family", "cdp")
    text = path.read_text().replace("https://api.example.com", "http://127.0.0.1:9")
    path.write_text(text.replace('{ env = "CDP_PASSWORD" }', '{ file = "gone" }'))
    monkeypatch.delenv("CDP_CLIENT_SECRET", raising=False)

    done = runs.inside("doctor", "--target", path)

    assert done.returncode == 4
    assert "2 secrets are not there" in done.stderr
    assert "CDP_CLIENT_SECRET (families.cdp.credentials.default.client_secret)" in done.stderr
    assert "gone (families.cdp.credentials.default.password)" in done.stderr


@pytest.mark.parametrize(
    ("family", "said"),
    [
        (
            "cdp",
            "/prefix, only something in front of it: getToken HTTP 404 (text/html), validateCu",
        ),
        (
            "ofs-ecm",
            "See to the path in [families.ofs-ecm] base_url: a gateway may add or take away the first",
        ),
    ],
)
def test_a_path_that_a_gateway_does_not_know_is_told_as_such(tmp_path, family, said):
    """A prefix that is wrong or missing is no fixture that is wrong."""
    page = hostile.http(b"<html>404</html>", status="404 Not Found", headers="Content-Type: text/html\r\n")
    with hostile.serving(page) as url:
        done = runs.inside("doctor", "--target", runs.target_at(tmp_path, f"{url}/prefix/", family))

    assert done.returncode == 3
    assert said in " ".join(done.stdout.split())
    assert "/prefix//" not in done.stdout
