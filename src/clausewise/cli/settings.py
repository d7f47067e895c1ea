"""What need not be typed: `clausewise.toml` where a command is called, and CLAUSEWISE_* variables.

A variable wins over the file, and what is typed over both. Neither can say what somebody has to answer for:
whose target it is, and which files of secrets may lie elsewhere.
"""

from __future__ import annotations

import os
from argparse import Action
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from clausewise import families, package_data, run_options
from clausewise.errors import ConfigurationError

FILE = "clausewise.toml"
_FAMILIES = "families"
_RULED = ("policy", "waivers", "frozen")
_OF_RUN = {it.setting: it for it in run_options.of_command() if it.setting}
_BY_COMMAND: Mapping[str, Sequence[str]] = {
    "run": tuple(_OF_RUN),
    "doctor": ("target", _FAMILIES),
    "judge": ("target", _FAMILIES, *_RULED),
    "history": ("history",),
    "merge": ("history", _FAMILIES),
    "fleet": (_FAMILIES,),
    **dict.fromkeys(
        "clauses families family serve init report evidence verify countersign matrix watch".split(),
        (_FAMILIES,),
    ),
}
_IN_FILE = ("labels", _FAMILIES)  # and in no variable

Options = Mapping[str, Action]


def applied(words: Sequence[str], commands: Mapping[str, Options]) -> list[str]:
    """Return a command line with what the file and the variables add to it, ahead of what was typed.

    The folders of families that the file says are named to this process.

    Raises ConfigurationError for a file that is wrong, or a variable that is empty.
    """
    at = next((at for at, word in enumerate(words) if not word.startswith("-")), len(words))
    command, rest = "".join(words[at : at + 1]), words[at + 1 :]
    if command not in _BY_COMMAND or {"-h", "--help"} & set(rest):
        return list(words)
    ours = rest[: rest.index("--")] if "--" in rest else rest
    told, options = _file() | _variables(_BY_COMMAND[command]), commands[command]
    added: list[str] = []
    for name in (name for name in _BY_COMMAND[command] if name in told):
        if name == _FAMILIES:
            for folder in told[name][0]:
                families.name(Path(folder), told[name][1])
        elif name == command:
            added += [] if _has_positional(ours, options) else [str(told[name][0])]
        elif _wanted(name, ours, options):
            added += _words(name, *told[name], options)
    return [*words[: at + 1], *added, *rest]


def _wanted(name: str, typed: Sequence[str], options: Options) -> bool:
    """Tell whether what nobody typed may be added."""
    going_on = _typed("--resume", typed) and "--resume" in options
    if going_on and not _OF_RUN[name].resumable:
        return False
    return name == "labels" or not _typed(_OF_RUN[name].name, typed)


def _typed(option: str, words: Sequence[str]) -> bool:
    names = [word.partition("=")[0] for word in words]
    return any(len(name) > len("--") and option.startswith(name) for name in names)


def _has_positional(words: Sequence[str], options: Options) -> bool:
    """Tell whether a word stands there that is no option, and no option's value."""
    before = ["", *words]
    takes = {name for name, action in options.items() if action.nargs != 0}
    return any(
        not word.startswith("-") and last not in takes for last, word in zip(before, words, strict=False)
    )


def _words(name: str, value: Any, where: str, options: Options) -> Iterator[str]:
    option = _OF_RUN[name].name
    if isinstance(value, dict):
        yield from (f"{option}={key}={text}" for key, text in value.items() if option in options)
        return
    choices = options[option].choices if option in options else None
    if choices and value not in choices:
        raise ConfigurationError(f"{where} is {value!r}; there is {', '.join(choices)}.")
    if name == "notify":
        yield from (f"{option}={url}" for url in str(value).split())
    else:
        yield f"{option}={value}"


def _file() -> dict[str, tuple[Any, str]]:
    path = Path(FILE)
    if not path.is_file():
        return {}
    read = resolve_name("clausewise.input_files:read")
    told, _ = read(path, package_data.SCHEMAS / "settings.schema.json", "settings file")
    return {name: (value, f"{path}: {name}") for name, value in told.items()}


def _variables(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    record = {}
    for name in set(names).difference(_IN_FILE):
        variable = f"CLAUSEWISE_{name.upper()}"
        if variable in os.environ:
            if not os.environ[variable]:
                raise ConfigurationError(f"The variable {variable} is empty; unset it, or give it a value.")
            record[name] = (os.environ[variable], variable)
    return record
