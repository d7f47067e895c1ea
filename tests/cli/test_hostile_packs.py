"""Evidence packs that somebody made to do harm: each one is refused in a sentence, and writes nothing."""

import json
import struct
import warnings
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import pytest
from inputs import (
    REPR,
    answers,
    bounded,
    command,
    contents,
    resigned,
)

from clausewise import journal, package_data
from clausewise.errors import ConfigurationError

pytestmark = pytest.mark.quick


def packed(held, path, *, method=ZIP_DEFLATED):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a name that comes twice
        with ZipFile(path, "w", method) as archive:
            for name, content in held:
                archive.writestr(name, content)


def patched(path, old, new):
    """Change bytes of a zip in place."""
    raw = path.read_bytes()
    assert old in raw
    path.write_bytes(raw.replace(old, new))


DEEP = b"[" * 100_000


PACKS = {
    "a path outside": ("../evil", b"x", "which no run writes"),
    "an absolute path": ("/tmp/evil", b"x", "which no run writes"),
    "a path outside, in disguise": ("target/../../evil", b"x", "which no run writes"),
    "a file that no run writes": ("evil.exe", b"x", "which no run writes"),
    "two files of one name": ("run.json", b"{}", "two files of one name"),
    "a deep manifest": ("manifest.json", DEEP, "nested too deeply"),
    "a manifest that is a list": ("manifest.json", b"[]", "its manifest is no object"),
    "a name that no file can have": ("target/" + "x" * 300, b"x", "File name too long"),
}


@pytest.mark.parametrize("name", PACKS)
def test_a_hostile_pack_is_refused_and_writes_nothing(name, good, house):
    """Zip slip, names that come twice or cannot be, a manifest without end."""
    member_, content, says = PACKS[name]
    held = contents(good / "e.zip")
    if member_ == "manifest.json":
        held[member_] = content
        rows = list(held.items())
    else:
        rows = [*held.items(), (member_, content)]
    path = house / "input" / "e.zip"
    packed(rows, path)
    assert answers("verify", path, "--public-key", good / "key.pub", name=path) == 4
    code, _, err = command("verify", path)
    assert code == 4
    assert says in err
    assert sorted(entry.name for entry in house.iterdir()) == ["here", "input", "temporary"]


def test_a_pack_without_end_is_refused_before_it_is_unpacked(house):
    """A file that says it holds ten gigabytes, one of 300 MB, fifteen hundred files."""
    path = house / "input" / "e.zip"
    for size, says in ((10 << 30, "more than 4 GB"), (300 << 20, "a file of more than 256 MB")):
        entry = ZipInfo("results.json")
        with ZipFile(path, "w") as archive:
            archive.writestr(entry, b"x")
            entry.file_size = size  # as the directory at its end says
        code, _, err = command("verify", path)
        assert code == 4
        assert says in err
    packed([(f"target/{number}", b"") for number in range(1_500)], path)
    code, _, err = command("verify", path)
    assert code == 4
    assert "1500 files" in err
    assert not list((house / "temporary").iterdir())


@pytest.mark.parametrize("kind", ["long", "64 bits"])
def test_a_pack_of_a_million_files_is_refused_before_its_directory_is_read(house, kind):
    """The last record of a zip says how long the directory is; one for 64 bits is none of ours."""
    path = house / "input" / "e.zip"
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1) if kind == "64 bits" else b""
    size = 0 if locator else 46_000_000
    path.write_bytes(bytes(size) + locator + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, size, 0, 0))
    code, _, err = command("verify", path)
    assert code == 4
    assert "holds more than 1000 files" in err


@pytest.mark.parametrize("method", [ZIP_DEFLATED, ZIP_LZMA, ZIP_BZIP2])
def test_a_pack_of_bad_streams_is_one_sentence(good, house, method):
    """Compressed bytes that were changed, by each way to compress."""
    path = house / "input" / "e.zip"
    packed(contents(good / "e.zip").items(), path, method=method)
    raw = bytearray(path.read_bytes())
    for at in range(60, 3000, 7):
        raw[at] ^= 0x55
    path.write_bytes(raw)
    assert answers("verify", path, name=path) == 4


SIGNED = {
    "exchanges nested 100,000 deep": (
        "exchanges.jsonl",
        lambda raw: DEEP + b"\n" + raw,
        "line 1, is no record",
    ),
    "bytes that are no text": ("exchanges.jsonl", lambda raw: b"\xff\xfe\n" + raw, "line 1, is no record"),
    "a line of too many bytes": (
        "exchanges.jsonl",
        lambda raw: b"x" * 5000 + b"\n" + raw,
        "is no record that a run writes",
    ),
    "verdicts that are a number": ("verdicts.jsonl", lambda raw: b'{"test": 1}\n' + raw, "no run writes"),
    "a run with a path for a name": (
        "run.json",
        lambda raw: json.dumps(json.loads(raw) | {"id": "../../x"}).encode(),
        "id is '../../x'",
    ),
    "results nested 100,000 deep": ("results.json", lambda _: DEEP, "nested too deeply"),
    "a verdict that does not exist": (
        "results.json",
        lambda raw: raw.replace(b'"verdict": "untestable"', b'"verdict": "splendid"', 1),
        "splendid",
    ),
    "an overlay of the reader's disk": (
        "target/target.toml",
        lambda raw: raw.replace(b'"own.yaml"', f'"{package_data.TARGETS}/reference.toml"'.encode()),
        "which is not in the pack",
    ),
}


@pytest.mark.parametrize("name", SIGNED)
def test_a_signed_pack_of_nonsense_is_broken_in_a_sentence(name, good, house, monkeypatch):
    """Its signature and its hashes fit, and what it holds is judged to be none of a run's."""
    if name == "a line of too many bytes":
        monkeypatch.setattr(journal, "_LONGEST", 4000)
    member_, change, says = SIGNED[name]
    held = contents(good / "e.zip")
    held[member_] = change(held[member_])
    resigned(held, good, house / "input" / "e.zip")
    with bounded():
        code, out, err = command("verify", house / "input" / "e.zip", "--public-key", good / "key.pub")
    assert code == 1, out + err
    assert says in out
    assert not REPR.search(out + err)
    assert str(house) not in out  # no path of the folder that it was unpacked to


@pytest.mark.parametrize("odd", [b'{"b": "' + b"x" * 1000 + b'"}', b"[3]", b"\xff", b"", DEEP], ids=range(5))
def test_a_line_that_no_run_writes_is_told(tmp_path, monkeypatch, odd):
    """However long it is, no more than the longest that we write is held; cut off at the end, it is none."""
    monkeypatch.setattr(journal, "_LONGEST", 20)
    (tmp_path / "lines").write_bytes(b'{"a": 1}\n' + odd + b'\n{"c": 2}\n')
    with pytest.raises(ConfigurationError, match="lines, line 2, is no record that a run writes"):
        list(journal.records(tmp_path, "lines"))

    (tmp_path / "lines").write_bytes(b'{"a": 1}\n{"c": 2}\n' + odd[:15])
    assert list(journal.records(tmp_path, "lines")) == [{"a": 1}, {"c": 2}]
