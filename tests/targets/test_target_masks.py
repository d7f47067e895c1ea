"""Targets that mask personal data in their answers, as their owner declares."""

import re
from pathlib import Path
from typing import Any

import pytest
import runs
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from clausewise import chaos
from clausewise.chaos.wire import relayed
from clausewise.model import SIGNS, Masks, PartlyMasked

NAMES, RECORD = "cdp.flow.record-returns-names", "cdp.getCustomer.record"
MASKED = "free.persons-masked"


def masked(text: str) -> PartlyMasked:
    """Return a masked text that takes note of what it meets."""
    return PartlyMasked(text, SIGNS, set())


@pytest.mark.parametrize(
    ("shown", "other", "alike", "came"),
    [
        ("A***", "Amina", True, "alike"),
        ("A***", "Zoe", False, "other"),
        ("A*a", "Amina", True, "alike"),
        ("A*a", "Amin", False, "other"),
        ("***", "Amina", True, "blank"),
        ("**-**-*", "01-02-1990", True, "blank"),
        ("j***@e***.com", "jo@example.com", True, "alike"),
        ("\u2022\u2022\u20221234", 991234, True, "alike"),
        ("A***", None, False, "other"),
        ("A***", ["Amina"], False, "other"),
    ],
)
def test_a_masked_text_is_compared_as_far_as_shown(shown, other, alike, came):
    """It takes note of what that came to; where nothing is shown, nothing is proven."""
    text = masked(shown)

    assert (text == other, other == text, text != other) == (alike, alike, not alike)
    assert text.compared == {came}


def test_two_masked_texts_are_alike_where_one_could_be_both():
    """Whatever each of them hides."""
    assert masked("A***") == masked("*na")
    assert masked("A***") != masked("Z*a")
    assert str(masked("A***")) == "Amina"
    assert masked("1990-**-**T00:00")[:10] == "1990-01-02"


@given(st.text("ab*", max_size=6), st.text("ab*", max_size=6), st.text("ab", max_size=8))
def test_texts_that_stand_for_one_are_alike(one, other, text):
    """Of two masked texts that both may be a third, each may be the other."""
    if masked(one) == text and masked(other) == text:
        assert masked(one) == masked(other)


def test_only_declared_places_are_masked():
    """By name wherever it stands, by pointer in one place only."""
    masks = Masks(("name", "/rows/*/id"))
    compared: dict[str, Any] = {}

    told = masks.over({"name": "A*", "rows": [{"id": "1*", "name": "B*"}], "id": "2*", "n": 1}, compared)

    held = [told["name"], told["rows"][0]["id"], told["rows"][0]["name"]]
    assert [type(value) for value in held] == [PartlyMasked] * 3
    assert type(told["id"]) is str
    assert sorted(compared) == ["/name", "/rows/*/id", "/rows/*/name"]


def declared(path: Path, *places: str) -> Path:
    """Declare places of cdp masked in a target file, and no others."""
    told = tomlkit.parse(path.read_text())
    told["families"]["cdp"]["masked"] = list(places)
    path.write_text(tomlkit.dumps(told))
    return path


def run(folder: Path, url: str, *clauses: str, places: tuple[str, ...] | None = None) -> Path:
    """Run clauses of cdp against an address; `places` are declared masked, None for the reference's."""
    target = runs.target_at(folder, url, "cdp")
    if places is not None:
        declared(target, *places)
    picked = [word for name in clauses for word in ("--clause", name)]
    done = runs.inside("run", "--target", target, "--run-dir", folder / "run", *picked)
    assert done.returncode in {1, 2}, done.stderr
    return folder / "run"


def test_a_masked_record_is_compared_as_far_as_shown_and_told_so(tmp_path):
    """Rules between answers are kept; what no letter shows, and the form of a masked field, is not proven."""
    with runs.free("cdp", MASKED, "free.names-masked-whole") as url:
        folder = run(tmp_path, url, "cdp.flow.*", f"{RECORD}*", "cdp.get.*")

    verdicts, untestable = runs.verdicts(folder), runs.untestable(folder)
    assert not {name for name, verdict in verdicts.items() if verdict in {"fail", "error"}}
    assert [verdicts[f"cdp.flow.record-returns-{it}"] for it in ("contact", "id-details")] == ["pass"] * 2
    told = "The target masks getCustomer:/last_name, as its file says, and shows nothing of it."
    assert untestable[NAMES] == told
    assert "that the target masks" in untestable[f"{RECORD}.email_id.pattern"]
    [told] = [it["says"] for it in runs.results(folder)["excuses"] if it["kind"] == "masked"]
    assert told.startswith("masked by the target, and compared only as far as shown, in ")
    assert "getCustomer:/id_details/*/id_number" in told

    target = tmp_path / "target.toml"
    again = runs.inside("judge", folder, "--target", target, "--run-dir", tmp_path / "again")
    assert again.returncode == 2, again.stdout + again.stderr


def test_what_nobody_declared_is_compared_as_it_is(tmp_path):
    """A target file that says nothing of masks leaves the finding."""
    with runs.free("cdp", MASKED) as url:
        folder = run(tmp_path, url, NAMES, places=())

    assert runs.verdicts(folder)[NAMES] == "fail"


def test_another_persons_letters_are_seen(tmp_path):
    """Behind a mask, too: the letters that are shown have to be this person's."""
    with runs.bent("cdp", "cdp.flow.record-masks-another-name") as url:
        folder = run(tmp_path, url, NAMES)

    assert runs.verdicts(folder)[NAMES] == "fail"
    assert "Z***" in str(runs.results(folder)["findings"])


def test_what_is_needed_to_go_on_must_not_be_masked(tmp_path):
    """A test that would have to send what an answer hides is untestable, and says so."""

    def hides_numbers(call):
        told = relayed(call.asked, call.upstream).whole()
        call.send(re.sub(rb'("ecrn": ?")[0-9]{12}', rb"\1************", told))
        call.keep()

    kind = chaos.Kind("masks the number", hides_numbers)
    with runs.reference("cdp") as url, chaos.serving(kind, url) as served:
        folder = run(
            tmp_path, served.url, "cdp.flow.onboarded-is-read", places=("onboardCustomer:/data/ecrn",)
        )

    assert "is to be sent what the target masks" in runs.untestable(folder)["cdp.flow.onboarded-is-read"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("getCustomers:first_name", "'getCustomers:first_name' names no operation; did you mean 'getC"),
        ("frist_name", "'frist_name': no answer has that place."),
        ("/id_details/id_number", "'/id_details/id_number': no answer has that place."),
    ],
)
def test_a_place_that_no_answer_has_is_refused(tmp_path, place, said):
    """Before the first call, with the place in the target file."""
    target = declared(runs.target_at(tmp_path, "http://127.0.0.1:9", "cdp"), place)

    done = runs.inside("run", "--target", target, "--run-dir", tmp_path / "run")

    assert done.returncode == 4
    assert f"[families.cdp] masked {said}" in done.stderr
