"""`clausewise serve --chaos`: the reference target with chaos in front of it."""

from __future__ import annotations

import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from clausewise import chaos, contracts, families
from clausewise.cli import screen
from clausewise.errors import ConfigurationError
from clausewise.reference import process
from clausewise.untrusted import visible
from clausewise.verdict import Exit

_LIST = "list"
_TICK = 0.5  # seconds between two looks at the other host


def run(options: Namespace, documents: Mapping[str, str]) -> int:
    """Serve one kind of chaos in front of the good reference, until stopped."""
    console = screen.console(soft_wrap=True)
    if options.chaos == _LIST:
        return _list(console)
    if options.defect or options.control or options.database != ":memory:" or options.host != chaos.HOST:
        raise ConfigurationError(
            f"--chaos listens on {chaos.HOST}, in front of a good reference with a database of its own: "
            f"leave out --defect, --control, --database and --host."
        )
    struck = chaos.calls_to(_operations(documents, options.chaos_operation))
    with chaos.serving(options.chaos, struck=struck, port=options.port) as served:
        if served.kind.whole and options.chaos_operation:
            raise ConfigurationError(
                f"The chaos {options.chaos!r} breaks the host itself, so it cannot be kept to one operation: "
                f"leave out --chaos-operation."
            )
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(Exit.CONFORMANT))  # or the reference would live on
        with process.started(documents) as upstream:
            served.upstream = upstream
            what = " and ".join(options.chaos_operation) or "every call"
            text = f"serving {options.chaos} ({served.kind.says}) for {what} of {', '.join(documents)}"
            console.print(Text(f"{text} at {served.url}"))
            if served.certificate:
                console.print(Text(f'its certificate, for [tls] ca_bundle: "{served.certificate}"'))
            _watch(served, console)
    return Exit.CONFORMANT


def _list(console: Console) -> int:
    width = max(map(len, chaos.KINDS))
    for name, kind in chaos.KINDS.items():
        console.print(Text(f"{name:<{width}}  {kind.says}"))
    return Exit.CONFORMANT


def _watch(served: chaos.Chaos, console: Console) -> None:
    """Tell who followed a redirect to the other host, until stopped."""
    told = 0
    while not threading.Event().wait(_TICK):
        for asked in served.strayed[told:]:
            told += 1
            carried = "with" if "authorization" in asked.headers else "without"
            followed = f"{asked.method} {asked.target} came to the other host, {carried} credentials"
            console.print(Text(visible(followed)))


def _operations(documents: Mapping[str, str], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield method and path of the operations named; ConfigurationError where one is unknown."""
    files = {family: families.family(family).contract for family in documents}
    loaded = [
        contracts.load(file, documents[family] or contracts.documents(file)[0])
        for family, file in files.items()
    ]
    known = {name: operation for contract in loaded for name, operation in contract.operations.items()}
    for name in names:
        if name not in known:
            raise ConfigurationError(f"There is no operation {name!r}; there is {', '.join(known)}.")
        yield known[name].method, known[name].path
