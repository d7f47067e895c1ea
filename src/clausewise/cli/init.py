"""`clausewise init`: writes a target file to start from, the reference's own, or an overlay to edit."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import tomlkit
from rich.text import Text

from clausewise import families, files, package_data
from clausewise.cli import doctor, screen
from clausewise.cli.families import named
from clausewise.errors import ConfigurationError
from clausewise.verdict import Exit

_REFERENCE = "reference.toml"
_SECRETS = "reference.d"
_OVERLAY = "assumed.overlay.yaml"
_STARTER = "target.toml"


def run(options: Namespace) -> int:
    """Write what is asked for; ConfigurationError where it is there already."""
    if options.reference is not None:
        return _reference(Path(options.reference), options.file, options.family)
    if options.overlay is not None:
        return _overlay(options.overlay, options.file)
    options.file = options.file or _STARTER
    return doctor.init(options)


def _reference(folder: Path, file: str, wanted: Sequence[str]) -> int:
    """Write the reference's target file, of some families or all, and beside it the secrets that it names."""
    given = _targets(wanted)
    target = folder / (file or _REFERENCE)
    kept = _kept((given / _REFERENCE).read_text("utf-8"), wanted, target.parent)
    beside = folder / _SECRETS
    held = [path for path in sorted((given / _SECRETS).glob("*")) if f'"{_SECRETS}/{path.name}"' in kept]
    secrets = {beside / path.name: path for path in held}
    _check_new(target, *secrets)
    beside.mkdir(parents=True, exist_ok=True)
    for put, path in secrets.items():
        files.put(put, path.read_text("utf-8"), new=True).chmod(0o600)
    files.put(target, kept, new=True)
    _say(f"Wrote {target} and {len(secrets)} secrets beside it: clausewise run --target {target}")
    return Exit.CONFORMANT


def _targets(wanted: Sequence[str]) -> Path:
    """Return the folder with the reference's target file of some families, or of all that ship."""
    if not wanted:
        return package_data.TARGETS
    folders = {home.root / "targets": home.id for home in named(wanted)}
    for folder, family in folders.items():
        if not (folder / _REFERENCE).is_file():
            raise ConfigurationError(
                f"The family {family} brings no target file for a reference, {folder / _REFERENCE}."
            )
    if len(folders) > 1:
        raise ConfigurationError(
            f"{' and '.join(wanted)} do not lie in one place; write a file for each place."
        )
    return next(iter(folders))


def _kept(text: str, wanted: Sequence[str], beside: Path) -> str:
    """Return a target file, to lie in a folder, with the families named, or as it is."""
    told = tomlkit.parse(text)
    for family in list(told["families"]):
        if wanted and family not in wanted:
            del told["families"][family]
        elif "folder" in told["families"][family]:
            told["families"][family]["folder"] = families.family(family).way(beside)
    return tomlkit.dumps(told)


def _overlay(family: str, file: str) -> int:
    """Write the overlay that we assume for a family whose document names no field."""
    own = families.family(family).folder / _OVERLAY
    if not own.is_file():
        thin = [home.id for home in families.known().values() if (home.folder / _OVERLAY).is_file()]
        raise ConfigurationError(
            f"The document of {family} leaves no gap that takes an overlay; those of {' and '.join(thin)} do."
        )
    path = Path(file or f"{family}.overlay.yaml")
    _check_new(path)
    files.put(path, own.read_text("utf-8"), new=True)
    _say(f'Wrote {path}. Edit it, and name it in the target file: overlays = ["{path.name}"]')
    return Exit.CONFORMANT


def _check_new(*paths: Path) -> None:
    for path in paths:
        if path.exists():
            raise ConfigurationError(f"{path} is there already; name another place or move it away.")


def _say(text: str) -> None:
    screen.console(soft_wrap=True).print(Text(text))
