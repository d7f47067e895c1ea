"""Opens the zip of an evidence pack without trusting it, and writes one anew."""

from __future__ import annotations

import lzma
import os
import stat
import struct
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from clausewise import input_files, journal, report, statement
from clausewise.errors import ConfigurationError

MANIFEST, ATTESTATION, STAMP = "manifest.json", "attestation.json", "timestamp.tsr"
TARGET = f"{journal.KEPT}/"
FORMAT = {"format": "clausewise-evidence", "version": 2}
JOURNAL = (journal.RUN, journal.SEAL, *journal.SEALED)
RUN_FILES = (*JOURNAL, statement.RESULTS, *report.PAGES)
_MOST = 4 << 30  # bytes; a pack that unfolds to more is none of ours
_LARGEST = 256 << 20  # bytes of a file that is read as a whole: all but the exchanges
_MOST_FILES = 1000
_TAIL = 65_557  # bytes at the end of a zip within which its last record must begin
_HEAD, _LISTED, _END = (
    30,
    46,
    22,
)  # bytes of an entry's head, of its line in the directory, of the last record
_UTF_8 = 0x800  # that a name is in UTF-8
_RUNS = 0o7111  # bits of a file's mode that make it a program
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same run makes the same bytes
NONSENSE = (
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    RuntimeError,
)
_UNPACKING = (zlib.error, lzma.LZMAError, struct.error)


def unpacked(pack: Path, folder: Path) -> dict[str, Any]:
    """Unpack a pack into a folder and return its manifest; ConfigurationError for what is no pack."""
    try:
        _check_directory(pack)
        with ZipFile(pack) as archive:
            _check_size(pack, archive.infolist())
            _check_plain(pack, archive)
            archive.extractall(folder)
        manifest = input_files.load(folder / MANIFEST)
    except (OSError, BadZipFile, NotImplementedError, EOFError, *NONSENSE, *_UNPACKING) as bad:
        why = input_files.shown(str(bad).replace(f"{folder}/", "")) or "it is cut off"
        raise ConfigurationError(f"{pack} is no evidence pack that can be read: {why}.") from bad
    if not isinstance(manifest, dict):
        raise ConfigurationError(f"{pack} is no evidence pack that can be read: its manifest is no object.")
    if {key: manifest.get(key) for key in FORMAT} != FORMAT or not isinstance(manifest.get("files"), dict):
        raise ConfigurationError(f"{pack} is an evidence pack of another format or version.")
    return manifest


def write(pack: Path, contents: Mapping[str, bytes]) -> None:
    """Write a new zip, which has the same bytes for the same contents; ConfigurationError where one is."""
    try:
        with pack.open("xb") as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for name, content in contents.items():
                entry = ZipInfo(name, _EPOCH)
                entry.compress_type = ZIP_DEFLATED
                archive.writestr(entry, content)
    except FileExistsError:
        raise ConfigurationError(f"{pack} is there already; name another file or move it away.") from None
    except OSError as bad:
        raise ConfigurationError(f"The evidence cannot be written to {pack}: {bad}.") from bad


def amend(pack: Path, changed: Mapping[str, bytes]) -> None:
    """Replace some files of a pack, or add them, all at once: a reader sees the old pack or the new one."""
    part = pack.with_name(f".{pack.name}.{os.getpid()}.part")
    try:
        with ZipFile(pack) as archive:
            held = {name: archive.read(name) for name in archive.namelist()}
        write(part, {**held, **changed})
        part.replace(pack)
    except OSError as bad:
        raise ConfigurationError(f"The evidence cannot be written to {pack}: {bad}.") from bad
    finally:
        part.unlink(missing_ok=True)


def ours(name: str) -> bool:
    """Tell whether a run could have packed a file of that name; which ones it did, the target file says."""
    path = PurePosixPath(name)
    inside = path.as_posix() == name and not path.is_absolute() and ".." not in path.parts
    told = name in {MANIFEST, ATTESTATION, STAMP, *RUN_FILES} or name.startswith(TARGET)
    return inside and told and "\\" not in name and "\0" not in name


def _check_directory(pack: Path) -> None:
    """Refuse a zip whose directory is too long to be read: a million entries take minutes and gigabytes."""
    with pack.open("rb") as file:
        file.seek(-min(pack.stat().st_size, _TAIL), os.SEEK_END)
        tail = file.read()
    at = tail.rfind(b"PK\5\6")  # the record at its end; the length of the directory stands at byte 12 of it
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    if at >= 0 and (length > _MOST_FILES << 10 or tail[at - 20 : at - 16] == b"PK\6\7"):
        raise ConfigurationError(f"{pack} holds more than {_MOST_FILES} files; it is no evidence pack.")


def _check_plain(pack: Path, archive: ZipFile) -> None:
    """Refuse a zip of which another reader makes something else, or which holds more than its entries.

    Bytes before, between and behind the entries, comments, links, a second name: none is ever written here.
    """
    end = 0
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    with pack.open("rb") as file:
        for entry in entries:
            file.seek(entry.header_offset)
            name, more = struct.unpack("<26xHH", file.read(_HEAD))
            mode = entry.external_attr >> 16
            odd = more or entry.extra or entry.comment or entry.flag_bits & ~_UTF_8
            odd = odd or stat.S_IFMT(mode) not in {0, stat.S_IFREG} or mode & _RUNS
            if odd or entry.header_offset != end:
                raise ConfigurationError(
                    f"{pack} is written otherwise than a pack, from {input_files.shown(entry.filename)!r} on."
                )
            end += _HEAD + name + entry.compress_size
        listed = sum(_LISTED + len(_file_name(entry)) for entry in entries)
        if (archive.start_dir, file.seek(0, os.SEEK_END)) != (end, end + listed + _END) or archive.comment:
            raise ConfigurationError(f"{pack} holds bytes beside its files; it is no evidence pack.")


def _file_name(entry: ZipInfo) -> bytes:
    """Return the name of an entry as it stands in the zip."""
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & _UTF_8 else "cp437")


def _check_size(pack: Path, entries: Sequence[ZipInfo]) -> None:
    """Refuse what no run of ours packs, before anything is unpacked."""
    names = [entry.filename for entry in entries]
    if sum(entry.file_size for entry in entries) > _MOST:
        text = f"unfolds to more than {_MOST >> 30} GB"
    elif len(names) > _MOST_FILES:
        text = f"holds {len(names)} files"
    elif any(entry.file_size > _LARGEST for entry in entries if entry.filename != journal.EXCHANGES):
        text = f"holds a file of more than {_LARGEST >> 20} MB"
    elif len({unicodedata.normalize("NFC", name).casefold() for name in names}) < len(names):
        text = "holds two files of one name"
    elif stray := [name for name in names if not ours(name)]:
        text = f"holds {input_files.shown(stray[0])!r}, which no run writes"
    else:
        return
    raise ConfigurationError(f"{pack} {text}; it is no evidence pack.")
