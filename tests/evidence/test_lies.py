"""Each lie that a pack can hold is noticed and named, and so is any change at all."""

import json
import re
import shutil
import time
import zipfile

import forging
import pytest
import runs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lies import LIES
from lies.journal import waived
from packs import BROKEN, checked, files_of

from clausewise import evidence, package_data
from clausewise.errors import ConfigurationError


@pytest.mark.parametrize("name", LIES)
def test_each_kind_of_lie_is_named(name, held, house, tmp_path):
    """Whoever tells it owns the vendor's key and this program."""
    lie, says = LIES[name]
    lie(held, house / "key.pem")
    done = checked(held, house, tmp_path)

    assert says in done.stdout, done.stdout + done.stderr
    assert done.returncode == (2 if says.startswith("unknown") else 1)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["target/../../x", "/x", "notes.md", "target/", "target\\x"])
def test_a_file_that_no_run_writes_makes_it_no_pack(name, held, house, tmp_path):
    """Refused before anything is unpacked, however well it is signed."""
    held[name] = b"approved"
    done = checked(held, house, tmp_path)

    assert done.returncode == 4
    assert "which no run writes" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["forged.zip"]


def _zipped(held, path, how):
    """Write a pack in which one entry, or the whole zip, is odd."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in held.items():
            entry = zipfile.ZipInfo(name)
            if name == "summary.md":
                how(entry, archive)
            archive.writestr(entry, content)


def _left_in(_, archive):
    """Write a file that the zip's directory does not name."""
    archive.writestr("approval.txt", b"approved")
    archive.filelist.pop()
    del archive.NameToInfo["approval.txt"]


ZIPS = {
    "a comment": lambda _, archive: setattr(archive, "comment", b"approved"),
    "a comment of one file": lambda entry, _: setattr(entry, "comment", b"approved"),
    "a second name of one file": lambda entry, _: setattr(entry, "extra", b"\x75\x70\1\0x"),
    "a link": lambda entry, _: setattr(entry, "external_attr", 0o120777 << 16),
    "a program": lambda entry, _: setattr(entry, "external_attr", 0o100755 << 16),
    "a file that is not listed": _left_in,
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_of_which_others_make_something_else_is_no_pack(name, held, house, tmp_path):
    """Whatever stands in it beside its files: this program would not show it, and another one might."""
    _zipped(held, tmp_path / "odd.zip", ZIPS[name])
    done = runs.inside("verify", tmp_path / "odd.zip", "--public-key", house / "key.pub")

    assert done.returncode == 4, done.stdout
    assert re.search(r"written otherwise than a pack|holds bytes beside its files", done.stderr)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("more", [b"approved", b"PK"])
def test_bytes_before_and_behind_a_zip_make_it_no_pack(more, house, tmp_path):
    """Another program may take the whole for something else: a page, a script, another zip."""
    raw = (house / "e.zip").read_bytes()
    for content in (more + raw, raw + more, raw + raw):
        (tmp_path / "odd.zip").write_bytes(content)
        done = runs.inside("verify", tmp_path / "odd.zip", "--public-key", house / "key.pub")
        assert done.returncode == 4, done.stdout
        assert "is no evidence pack" in done.stderr or "written otherwise" in done.stderr


def test_two_names_that_a_file_system_may_take_for_one_make_it_no_pack(held, house, tmp_path):
    """By their letters' case, or by how Unicode writes an accent."""
    held["target/TARGET.toml"] = b"x"
    assert "two files of one name" in checked(held, house, tmp_path).stderr


def test_rulings_that_somebody_makes_up_stand_in_the_headline(house, tmp_path):
    """Who rewrites the whole journal before signing is not found out; what excuses is told all the same."""
    folder = shutil.copytree(house / "run", tmp_path / "run")
    held = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files_of(folder)}
    forging.change(held, "run.json", waived)
    forging.resealed(held)
    for name, content in held.items():
        (folder / name).write_bytes(content)
    (folder / "results.json").unlink()
    runs.inside("report", folder)
    made = runs.inside("evidence", folder, "--key", house / "key.pem", "--output", tmp_path / "e.zip")
    assert made.returncode == 0, made.stderr
    done = runs.inside("verify", tmp_path / "e.zip", "--public-key", house / "key.pub")

    assert done.returncode == 0
    assert "told below: waiver" in done.stdout.splitlines()[1]
    assert (
        f"waiver: {BROKEN} is waived until 2099-01-01 by QA, T-1: a made-up reason (applied)" in done.stdout
    )


def test_a_pattern_that_takes_for_ever_ends_no_check(held, house, tmp_path):
    """An overlay in a pack may hold one, and an answer what it takes for ever to be held against it."""
    slow = """
  - target: $.paths['/accountService/v1/valid-phone-number'].post.responses['200'].content
    update: {application/json: {schema: {properties: {exists: {pattern: '^(a|a)*(?=b)(a|a)*$'}}}}}
"""
    held["target/own.yaml"] = held["target/own.yaml"].rstrip() + slow.encode()

    def asked(rows):
        for row in rows:
            if row["operation"] == "valid-phone-number":
                row["response"]["body"] = json.dumps({"exists": "a" * 5000 + "!"})

    forging.change(held, "exchanges.jsonl", asked)
    forging.resealed(held)
    forging.resigned(held, house / "key.pem")
    began = time.monotonic()
    done = checked(held, house, tmp_path)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "its run can be read and judged again: " in done.stdout
    assert "judge as the run says: account-service.valid-phone-number.done.exists" in done.stdout
    assert time.monotonic() - began < 30


def changed(value, data):
    """Return a JSON value with one thing in it changed: a value, a key, an entry."""
    if isinstance(value, dict) and value:
        key = data.draw(st.sampled_from(sorted(value)))
        kind = data.draw(st.sampled_from(["deeper", "deeper", "deeper", "gone", "added"]))
        if kind == "gone":
            return {name: item for name, item in value.items() if name != key}
        return value | ({"zzz": 1} if kind == "added" else {key: changed(value[key], data)})
    if isinstance(value, list) and value:
        at = data.draw(st.integers(0, len(value) - 1))
        return [changed(item, data) if here == at else item for here, item in enumerate(value)]
    return data.draw(st.sampled_from([None, True, 0, 1.5, "other", [], {}]).filter(lambda new: new != value))


JSON = (
    "results.json",
    "run.json",
    "seal.jsonl",
    "verdicts.jsonl",
    "exchanges.jsonl",
    "tests.jsonl",
    "manifest.json",
)


NOTICED = settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@NOTICED
@given(data=st.data())
def test_any_byte_that_changes_in_any_member_is_noticed(house, tmp_path, data):
    """By whoever has not the key: one byte of one file."""
    held = forging.contents(house / "e.zip")
    name = data.draw(st.sampled_from(sorted(held)))
    at, by = data.draw(st.integers(0, len(held[name]) - 1)), data.draw(st.integers(1, 255))
    raw = bytearray(held[name])
    raw[at] ^= by
    assert not _holds(held | {name: bytes(raw)}, house, tmp_path)


@NOTICED
@given(data=st.data())
def test_any_field_that_changes_in_any_member_is_noticed_however_well_it_is_signed(house, tmp_path, data):
    """By the owner of the key: one field, key or entry of one file; manifest and signature fit."""
    held = forging.contents(house / "e.zip")
    said = forging.predicate(held)
    name = data.draw(st.sampled_from([*JSON, "predicate"]))
    if name == "predicate":
        said = changed(said, data)
    else:
        forging.tell(held, name, changed(forging.told(held, name), data))
    if name == "manifest.json":
        forging.attest(held, house / "key.pem", said)
    else:
        forging.resigned(held, house / "key.pem", said or {"result": "PASSED"})
    assert not _holds(held, house, tmp_path), name


def _holds(held, house, folder):
    try:
        done = evidence.verify(forging.written(held, folder / "changed.zip"), house / "key.pub")
    except ConfigurationError:
        return False
    return done.held is True


GROUPS = ("results", "page", "attestation", "run", "journal", "pack", "signature")


def test_the_page_on_evidence_lists_each_kind_of_lie():
    """As many as there are tests, each with what `verify` says."""
    page = (package_data.ROOT / "docs" / "evidence.md").read_text()
    rows = re.findall(rf"^\| ((?:{'|'.join(GROUPS)}): .+?) \| `(.+)` \|$", page, re.MULTILINE)

    assert dict(rows) == {name: says for name, (_, says) in LIES.items()}
    assert len(rows) >= 25
