"""Where families are found: in the wheel, in folders that are named, in installed packages.

A family lies in the same way everywhere: `schemas/<id>/` is its data, `suites/<id>/` its tests, with
underscores for the id's hyphens. Which folders are named is told once for a process, as `sys.path` is.
Data are only read; tests and references are code, and run only where the user names their family.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import metadata, util
from itertools import chain
from pathlib import Path
from pkgutil import resolve_name

from clausewise import package_data
from clausewise.errors import ConfigurationError

GROUP = "clausewise.families"
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_DATA = {".json", ".yaml", ".toml"}
_LAYOUT = "schemas/<id>/openapi.yaml was expected in it, as docs/own-family.md says"
_LONGEST = 200  # characters of a name that a complaint shows
_named: dict[Path, str] = {}  # folders, and where each was named


@dataclass(frozen=True, slots=True)
class Family:
    """One family: its id, the root of the layout that it lies in, and where that was found.

    One that `ships` is the wheel's own; one that is `installed` was named by nobody yet.
    """

    id: str
    root: Path
    origin: str
    ships: bool = False
    installed: bool = False

    @property
    def folder(self) -> Path:
        """Where its data lie."""
        return self.root / "schemas" / self.id

    @property
    def contract(self) -> Path:
        """Its OpenAPI."""
        return self.folder / "openapi.yaml"

    @property
    def suite(self) -> Path:
        """Where its tests lie."""
        return self.root / "suites" / self.id.replace("-", "_")

    @property
    def reference(self) -> str:
        """The ASGI app that plays it, as module:app; '' where there is none, or ours does."""
        path = self.folder / "family.toml"
        if self.ships or not path.exists():
            return ""
        read = resolve_name("clausewise.input_files:read")
        told, _ = read(path, package_data.SCHEMAS / "family.schema.json", "family's file")
        return str(told.get("reference", ""))

    @property
    def plays(self) -> bool:
        """Whether there is a reference of it."""
        return self.ships or bool(self.reference)

    def check_plays(self) -> None:
        """Raise ConfigurationError where no reference plays it."""
        if not self.plays:
            raise ConfigurationError(
                f"The family {self.id} brings no reference, so that it has no sandbox, no dry run and no "
                f'matrix; name an ASGI app in {self.folder / "family.toml"}: reference = "module:app".'
            )

    def below(self, url: str) -> str:
        """Return where it is called at a server that plays it: a foreign one has a path of its own."""
        return url if self.ships else f"{url}/{self.id}"

    def way(self, folder: Path) -> str:
        """Return the way to it from a folder, as a file says it that is carried along with both."""
        try:
            return Path(os.path.relpath(self.root, folder.resolve())).as_posix()
        except ValueError:  # on Windows there is none to another drive
            return self.root.as_posix()

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of its data by name, and of its tests where our version does not tell them."""
        found = {f"{self.id}/{name}": digest for name, digest in _digests(self.folder, _DATA)}
        if not self.ships:
            found |= {
                f"suites/{self.id}/{name}": digest for name, digest in _digests(self.suite, {*_DATA, ".py"})
            }
        return found

    def digest(self) -> str:
        """Return one SHA-256 for all of that."""
        lines = [f"{digest} {name}\n" for name, digest in self.digests().items()]
        return sha256("".join(lines).encode("utf-8", "backslashreplace")).hexdigest()


def begin() -> None:
    """Forget what another command before this one named in this process."""
    _named.clear()
    _installed.cache_clear()


def name(folder: Path, where: str) -> None:
    """Name a folder; `where` says where that is done.

    Raises ConfigurationError where no family lies in it, or one whose id another has.
    """
    for one in within(folder, where):
        _named.setdefault(one.root, where)
    known()


def options() -> list[str]:
    """Return the command line's words that name the same folders in another process."""
    return [f"--families={root}" for root in _named]


def known() -> Mapping[str, Family]:
    """Return every family by its id; ConfigurationError, naming both places, where two have one id."""
    found: dict[str, Family] = {}
    given = (one for root, where in _named.items() for one in within(root, where))
    for one in chain(_shipped(), given, _installed()):
        there = found.setdefault(one.id, one)
        if there.root != one.root:
            raise ConfigurationError(
                f"There are two families {one.id!r}: in {there.root} ({there.origin}) and in {one.root} "
                f"({one.origin}); leave one of them out."
            )
    return dict(sorted(found.items()))


def family(name: str, place: str = "") -> Family:
    """Return the family of an id; ConfigurationError, beginning with `place`, where there is none."""
    every = known()
    if name not in every:
        given = repr(name[:_LONGEST])
        text = f"{place}: there is no family {given}" if place else f"There is no family {given}"
        raise ConfigurationError(
            f"{text}; clausewise knows {', '.join(every)}, and --families DIR names the folder of another."
        )
    return every[name]


def suites(asked: Iterable[Family]) -> list[str]:
    """Return what pytest has to collect for some families: their tests, and none of whoever lies beside them.

    Raises ConfigurationError for tests that pytest would mistake for others.
    """
    wanted = list(asked)
    words: list[str] = []
    for one in wanted:
        if not one.suite.is_dir():
            continue
        if not one.ships:
            _check_package(one.suite)
        words.append(str(one.suite.parent))
        words += [] if one.ships else ["--noconftest"]  # nobody named what lies further up
        beside = [] if one.ships else within(one.root, one.origin)
        words += [f"--ignore={it.suite}" for it in beside if it.id not in {own.id for own in wanted}]
    return list(dict.fromkeys(words)) or [str(package_data.SUITES)]


def _check_package(suite: Path) -> None:
    """Refuse tests that Python would take for those of another family."""
    if not (suite / "__init__.py").is_file():
        raise ConfigurationError(
            f"{suite} has no __init__.py, by which its tests are told from those of another family; put an "
            f"empty one there."
        )
    if (beside := suite.parent / "__init__.py").exists():
        raise ConfigurationError(
            f"{beside} makes a package `suites` of the folder, which is clausewise's own; take the file away."
        )


def within(folder: Path, where: str, *, installed: bool = False) -> list[Family]:
    """Return the families that lie in a folder; ConfigurationError, beginning with `where`, for none."""
    try:
        root = folder.resolve()
        ids = sorted(path.parent.name for path in root.glob("schemas/*/openapi.yaml"))
        lacks = "holds no family" if root.is_dir() else "is no folder"
    except (OSError, ValueError) as bad:
        raise ConfigurationError(f"{where}: the folder cannot be read ({bad}).") from bad
    if not ids:
        raise ConfigurationError(f"{where}: {root} {lacks}; {_LAYOUT}.")
    for one in ids:
        if not fits(one):
            why = "is the name of a module of Python" if _ID.fullmatch(one) else "is no id of a family"
            raise ConfigurationError(
                f"{where}: {root / 'schemas' / one} {why}; call it otherwise, as my-bank or api2."
            )
    return [Family(one, root, where, installed=installed) for one in ids]


def fits(name: str) -> bool:
    """Tell whether a name may be the id of a family."""
    return bool(_ID.fullmatch(name)) and name.replace("-", "_") not in sys.stdlib_module_names


def _shipped() -> Iterator[Family]:
    root = package_data.ROOT.resolve()
    yield from (Family(one, root, "clausewise", ships=True) for one in package_data.families())


@cache
def _installed() -> tuple[Family, ...]:
    """Return the families of installed packages; nothing of these is imported."""
    points = metadata.entry_points(group=GROUP)
    return tuple(one for point in points for one in within(*_placed(point), installed=True))


def _placed(point: metadata.EntryPoint) -> tuple[Path, str]:
    """Return the folder of the package that an entry point names, and what to call that place."""
    where = f"the installed package {point.dist.name}" if point.dist else "an installed package"
    top, *inner = point.value.strip().split(".")
    try:
        spec = util.find_spec(top) if top.isidentifier() else None
    except (ImportError, ValueError):
        spec = None
    places = spec.submodule_search_locations if spec else None
    if not places or not all(part.isidentifier() for part in inner):
        raise ConfigurationError(
            f"{where}: its entry point {GROUP} is {point.value[:_LONGEST]!r}, which is no package; "
            f"name the package in whose folder schemas/ lies, or uninstall it."
        )
    return Path(places[0], *inner), where


def _digests(folder: Path, kinds: set[str]) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in kinds:
            yield path.relative_to(folder).as_posix(), sha256(path.read_bytes()).hexdigest()
