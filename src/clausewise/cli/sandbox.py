"""`clausewise serve`: the reference target, by itself, or with chaos in front of it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from clausewise import chaos, contracts, shipped
from clausewise.cli import screen
from clausewise.cli.books import book
from clausewise.errors import ConfigurationError
from clausewise.reference import process, server
from clausewise.verdict import Exit, visible

_LIST = "list"
_TICK = 0.5  # seconds between two looks at the other host


def _end_with_parent() -> None:
    """Wait for the end of standard input, which a parent that is killed brings about, and go, too."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def run(given: Namespace) -> int:
    """Serve until stopped."""
    console = screen.console(soft_wrap=True)
    families = given.family or shipped.families()
    books = {family: book(family) for family in families}
    defects = {name: known for book in books.values() for name, known in book.defects.items()}
    if given.defect and given.defect not in defects:
        raise ConfigurationError(
            f"There is no defect {given.defect!r}; they stand in schemas/<family>/defects.toml."
        )
    bend = defects[given.defect].bend if given.defect else None
    documents = dict.fromkeys(families, "")
    for text in given.document:
        family, _, document = text.partition("=")
        if family not in documents or not document:
            raise ConfigurationError(f"--document {text}: write FAMILY=ID with a family that is served.")
        documents[family] = document
    if given.chaos_operation and not given.chaos:
        raise ConfigurationError("--chaos-operation says where --chaos strikes: give --chaos, too.")
    if given.chaos == _LIST:
        return _list(console)
    if given.while_read:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    if given.chaos:
        return _chaos(given, documents, console)

    def ready(url: str) -> None:
        console.print(Text(f"serving {', '.join(families)} at {url}"))

    server.serve(
        documents,
        given.host,
        given.port,
        database=given.database,
        bend=bend,
        control=given.control,
        ready=ready,
    )
    return Exit.CONFORMANT


def _list(console: Console) -> int:
    width = max(map(len, chaos.KINDS))
    for name, kind in chaos.KINDS.items():
        console.print(Text(f"{name:<{width}}  {kind.says}"))
    return Exit.CONFORMANT


def _chaos(given: Namespace, documents: dict[str, str], console: Console) -> int:
    """Serve one kind of chaos in front of the good reference, until stopped."""
    if given.defect or given.control or given.database != ":memory:" or given.host != chaos.HOST:
        raise ConfigurationError(
            f"--chaos listens on {chaos.HOST}, in front of a good reference with a database of its own: "
            f"leave out --defect, --control, --database and --host."
        )
    struck = chaos.calls_to(_operations(documents, given.chaos_operation))
    with chaos.serving(given.chaos, struck=struck, port=given.port) as served:
        if served.kind.whole and given.chaos_operation:
            raise ConfigurationError(
                f"The chaos {given.chaos!r} breaks the host itself, so it cannot be kept to one operation: "
                f"leave out --chaos-operation."
            )
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(Exit.CONFORMANT))  # or the reference would live on
        with process.started(documents) as upstream:
            served.upstream = upstream
            what = " and ".join(given.chaos_operation) or "every call"
            told = f"serving {given.chaos} ({served.kind.says}) for {what} of {', '.join(documents)}"
            console.print(Text(f"{told} at {served.url}"))
            if served.certificate:
                console.print(Text(f'its certificate, for [tls] ca_bundle: "{served.certificate}"'))
            _watch(served, console)
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
    files = {family: shipped.SCHEMAS / family / "openapi.yaml" for family in documents}
    loaded = [
        contracts.load(file, documents[family] or contracts.documents(file)[0])
        for family, file in files.items()
    ]
    known = {name: operation for contract in loaded for name, operation in contract.operations.items()}
    for name in names:
        if name not in known:
            raise ConfigurationError(f"There is no operation {name!r}; there is {', '.join(known)}.")
        yield known[name].method, known[name].path
