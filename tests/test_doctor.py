"""The doctor: content with the good target, and right about each thing that is not as its role says."""

import pytest
import runs


def doctor(target):
    done = runs.clausewise("doctor", "--target", target)
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
            ('id_type = "4"', 'id_type = "3"'),
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
    assert "ok" in {state for what, state in states.items() if ".fixtures]" in what}


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
