"""`clausewise evidence`, `verify`, `countersign` and `timestamp`: a run as one signed zip, and its check."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from clausewise import evidence, journal
from clausewise.cli import screen
from clausewise.client import timestamp_authority
from clausewise.evidence import Verified
from clausewise.plugin.startup import remembered
from clausewise.untrusted import visible
from clausewise.verdict import Exit

_MARKS = {True: ("holds  ", "green"), False: ("BROKEN ", "bold red"), None: ("unknown", "yellow")}
_WORDS = {True: "Holds", False: "BROKEN, believe nothing of it", None: "Not wholly checked"}
_EXITS = {True: Exit.CONFORMANT, False: Exit.NOT_CONFORMANT, None: Exit.NOT_FULLY_VERIFIED}
_KEY = 16  # characters of a key's id that are shown


def pack(options: Namespace) -> int:
    """Write the evidence of a finished run."""
    folder = Path(options.folder)
    output = Path(options.output or f"evidence-{journal.facts(folder)['id']}.zip")
    evidence.pack(folder, remembered(folder), Path(options.key), output)
    _say(f"Wrote {output}; whoever has your public key can check it: clausewise verify {output}")
    return Exit.CONFORMANT


def verify(options: Namespace) -> int:
    """Check a pack: 0 where everything holds, 2 where something could not be checked, else 1.

    With `--expect conformant` a pack that holds ends with the exit code of its run; of a run whose plan asks
    less than the whole that is 2 at best.
    """
    key, root = (Path(name) if name else None for name in (options.public_key, options.tsa_root))
    done = evidence.verify(Path(options.pack), key, [Path(name) for name in options.witness], root)
    style = _MARKS[done.held][1]
    for line in _headline(done):
        _console().print(Text(visible(line), style=style))
    for check in done.checks:
        mark, style = _MARKS[check.held]
        _console().print(Text(visible(f"{mark} {check.what}: {check.says}"), style=style))
    for row in done.results["excuses"] if done.results else ():
        _say(visible(f"{row['kind']}: {row['says']}"))
    code = _EXITS[done.held]
    if options.expect and done.results and done.held is not False:
        told = done.results["outcome"]
        own = Exit.NOT_FULLY_VERIFIED if told["word"] != options.expect else code
        return int(told["exit"] or own)
    return int(code)


def countersign(options: Namespace) -> int:
    """Sign a pack that holds as its witness."""
    evidence.countersign(Path(options.pack), Path(options.key))
    _say(f"Signed {options.pack}; whoever has both public keys checks it: clausewise verify --witness")
    return Exit.CONFORMANT


def timestamp(options: Namespace) -> int:
    """Have an authority say when a pack's signature was there, and put its word into the pack."""
    pack_ = Path(options.pack)
    told = evidence.stamp(pack_, timestamp_authority.asked(options.tsa, evidence.stamp_request(pack_)))
    _say(f"Stamped {pack_} at {told}; whoever trusts the authority checks it: clausewise verify --tsa-root")
    return Exit.CONFORMANT


def _headline(verified: Verified) -> Iterator[str]:
    """Yield what the run came to, what excused it, who signed that, and when."""
    signers = ", ".join(name[:_KEY] for name in verified.signers) or "nobody"
    when = f"time-stamped {verified.stamped}" if verified.stamped else "at a time that no time stamp proves"
    signed = f"signed by key {signers}, {when}"
    if not verified.results:
        yield f"{_WORDS[verified.held]}; {signed}"
        return
    told, run = verified.results["outcome"], verified.results["run"]
    kinds = list(dict.fromkeys(row["kind"] for row in verified.results["excuses"]))
    rules = f"told below: {', '.join(kinds)}" if kinds else "no waiver, no policy, no selection"
    said = told["sentence"] if verified.held is not False else f"it says of itself: {told['sentence']}"
    yield f"{_WORDS[verified.held]}: {said}" if verified.held is not True else said
    yield f"  run {run['id']} ended {run['ended']}; {rules}; {signed}"


def _say(text: str) -> None:
    _console().print(Text(text))


def _console() -> Console:
    return screen.console(soft_wrap=True)
