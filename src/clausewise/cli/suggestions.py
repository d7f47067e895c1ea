"""Words of a command line that nothing is called by, and what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from clausewise.errors import ConfigurationError
from clausewise.suggestions import nearest

_LONGEST = 100  # characters of a misspelt name that are compared and shown


def check(words: Sequence[str], commands: Mapping[str, Iterable[str]]) -> None:
    """See that a command and its options are known; `commands` are the options by command.

    Raises ConfigurationError that names the word, and the nearest one that there is.
    """
    at = next((at for at, word in enumerate(words) if not word.startswith("-")), None)
    if at is None:
        return
    command, *rest = words[at:]
    if command not in commands:
        text = f"There is no command {command[:_LONGEST]!r}"
        raise ConfigurationError(f"{text}{_near(command, commands)}; `clausewise --help` lists them.")
    options = [option for option in commands[command] if option.startswith("--")]
    for word in rest:
        name = word.partition("=")[0]
        if name.startswith("--") and " " not in name and not any(it.startswith(name) for it in options):
            text = f"`clausewise {command}` has no option {name[:_LONGEST]}{_near(name, options)}"
            raise ConfigurationError(f"{text}; `clausewise {command} --help` lists what there is.")


def _near(word: str, known: Iterable[str]) -> str:
    close = nearest(word, known)
    return f", did you mean {close}?" if close else ""
