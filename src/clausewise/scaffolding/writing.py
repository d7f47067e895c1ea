"""Writes the folder of a family that is made of an OpenAPI file."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from clausewise import contracts, doctor, families, input_files, scope
from clausewise.contracts.yaml_reader import plain
from clausewise.errors import ConfigurationError
from clausewise.families import Family
from clausewise.model import Clause
from clausewise.scaffolding.contract import ContractBuilder
from clausewise.scaffolding.contradictions import contradictions
from clausewise.scaffolding.openapi_files import OpenApiFiles, shape
from clausewise.scaffolding.rules import clauses, toml

_READABLE = 400_000  # letters of a contract that is written for people; a longer one is JSON, which is YAML
_TESTS = '''\
"""What the document of {family} says of every operation, judged by the tests that clausewise has for that.

What only your own rules say has a file beside this one.
"""

from clausewise import generic_tests

globals().update(generic_tests.tests("{family}"))
'''


@dataclass(frozen=True, slots=True)
class Made:
    """A family that was made: where, how much of it there is, and what to tell of it."""

    folder: Path
    operations: int
    clauses: int
    contradictions: int
    left_out: tuple[str, ...]


def found(path: Path, family: str, folder: Path, *, allowed: bool = False) -> Made:
    """Write the family's folder from an OpenAPI file; nothing is fetched from a network unless `allowed`.

    Raises ConfigurationError, with one sentence, for a file that is none, or a folder that is there.
    """
    _check_new(family, folder)
    library = OpenApiFiles(path, allowed)
    api = library.api
    try:
        return _made(library, family, folder)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as bad:
        if isinstance(bad, ConfigurationError):
            raise
        shape(api, path)
        raise ConfigurationError(
            f"{path} cannot be made a family of ({type(bad).__name__}: {input_files.shown(bad)})."
        ) from bad


def _check_new(family: str, folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(
            f"{folder} is there already; name another place (--output), or move it away."
        )
    if family in (known := families.known()):
        told = known[family].origin
        raise ConfigurationError(f"There is a family {family!r} already ({told}); take another id.")
    if not families.fits(family):
        raise ConfigurationError(
            f"{input_files.shown(repr(family))} is no id of a family: "
            f"small letters, digits and hyphens, and no "
            f"name of a module of Python, as my-bank or api2."
        )


def _made(library: OpenApiFiles, family: str, folder: Path) -> Made:
    version = re.sub(r"[^a-z0-9.]+", "-", str(library.api.get("info", {}).get("version", "1")).lower()).strip(
        "-."
    )
    maker = ContractBuilder(library, family, f"{family}-{version or '1'}")
    contract = maker.contract()
    if not contract["paths"]:
        raise ConfigurationError(
            f"{library.path} has no path with an operation, so that there is nothing to judge."
        )
    with TemporaryDirectory() as name:
        root = Path(name) / "family"
        home = Family(family, root, "")
        home.folder.mkdir(parents=True)
        home.suite.mkdir(parents=True)
        home.contract.write_text(_text(contract), "utf-8")
        rules = list(clauses(maker, contract))
        (home.folder / "clauses.toml").write_text(toml("clause", iter(rules)), "utf-8")
        listed = list(contradictions(maker, contract, contracts.load(home.contract, maker.document)))
        (home.folder / "discrepancies.toml").write_text(_discrepancies(library, listed), "utf-8")
        (home.folder / "roles.toml").write_text(toml("role", _roles(maker, contract)), "utf-8")
        (home.suite / "__init__.py").write_text(f'"""The tests of the family {family}."""\n', "utf-8")
        (home.suite / "test_document.py").write_text(_TESTS.format(family=family), "utf-8")
        book = _whole(home, library)
        starter = doctor.starter([home], root)
        (root / "target.toml").write_text(_pointed(starter, family, maker.base), "utf-8")
        _put(root, folder)
    count = sum(len(item) for item in contract["paths"].values())
    return Made(folder, count, len(book), len(listed), tuple(maker.left_out))


def _whole(home: Family, library: OpenApiFiles) -> Mapping[str, Clause]:
    """Return all clauses of what was written; ConfigurationError where two parts of the file have one id."""
    try:
        return scope.book(home).clauses
    except ConfigurationError as bad:
        told = str(bad).partition(": ")[2]
        raise ConfigurationError(f"{library.path}: two of its parts would have one id: {told}") from bad


def _put(made: Path, folder: Path) -> None:
    """Put what was made in its place only once it is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(made, folder, dirs_exist_ok=True)


def _text(contract: Mapping[str, Any]) -> str:
    """Return the contract as YAML for people, or as JSON where it is long or YAML's readers would differ."""
    short = json.dumps(contract, ensure_ascii=False, indent=1)
    if len(short) > _READABLE:
        return short
    text = yaml.dump(contract, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text if plain(text) == contract else short


class _Dumper(yaml.SafeDumper):
    """Writes each part where it stands, with no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - whatever it is
        """Return True: an alias is hard to read."""
        return True


def _discrepancies(library: OpenApiFiles, found: list[dict[str, Any]]) -> str:
    head = f"# What {library.path.name} contradicts in itself. Neither side is held against a server.\n\n"
    return head + toml("discrepancy", iter(found))


def _roles(maker: ContractBuilder, contract: Mapping[str, Any]) -> Iterator[dict[str, str | list[str]]]:
    """Yield the credentials that the file asks for, guessed by their kind, and the values of its paths."""
    asked = {name for some in maker.security.values() for choice in some for name in choice}
    for name, scheme in contract.get("components", {}).get("securitySchemes", {}).items():
        told = f"{scheme.get('type')} {scheme.get('scheme', '')}".rstrip()
        if name in asked:
            yield {
                "id": f"credentials.{name}",
                "says": f"What the file calls {name}: {told}.",
                "unlocks": "Without it nothing behind it can be judged; take the comment signs away.",
                "template": _credentials(maker.family, name, scheme),
            }
    names = sorted(
        {
            parameter["name"]
            for item in contract["paths"].values()
            for spec in item.values()
            for parameter in spec["parameters"]
            if parameter["in"] == "path"
        }
    )
    if names:
        lines = "".join(f'# {json.dumps(it)} = "..."\n' for it in names)
        yield {
            "id": "values",
            "says": "Values of parameters, by name; [fixtures.<operationId>] has those of one operation.",
            "unlocks": "Unlocks what is there already: an id, an account, a code.",
            "otherwise": "Without it they come from what calls made or listed, and from the file's examples.",
            "template": f"# [families.{maker.family}.fixtures.values]\n{lines}",
        }


def _credentials(family: str, name: str, scheme: Mapping[str, Any]) -> str:
    table = name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)
    variable = re.sub(r"[^A-Z0-9]+", "_", f"{family}_{name}".upper())
    secret = f'{{ env = "{variable}" }}'
    kind, how = scheme.get("type"), str(scheme.get("scheme", "")).lower()
    if kind == "apiKey":
        place = {"query": "query", "cookie": "cookie"}.get(str(scheme.get("in")), "header")
        lines = [f'type = "{place}"', f"name = {json.dumps(scheme.get('name', ''))}", f"value = {secret}"]
    elif kind == "http" and how == "basic":
        lines = ['type = "basic"', 'username = "my-user"', f"password = {secret}"]
    elif kind == "oauth2" and "flows" in scheme:
        lines = [
            'type = "oauth2-password"',
            'client_id = "my-client"',
            'username = "my-user"',
            f"password = {secret}",
        ]
    else:
        lines = ['type = "bearer"', f"token = {secret}"]
    return "\n".join(f"# {line}" for line in (f"[families.{family}.credentials.{table}]", *lines)) + "\n"


def _pointed(starter: str, family: str, base: str) -> str:
    """Say in a target file what server the file names, and give the target a name."""
    told = starter.replace('name = "my-target"', f'name = "{family}"')
    return (
        told.replace('base_url = "', f'# the file names the server {base}\nbase_url = "', 1) if base else told
    )
