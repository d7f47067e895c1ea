"""Runs the reference as a process of its own; imports nothing of what that process runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryFile

from clausewise import families
from clausewise.errors import ConfigurationError

_END_SECONDS = 20


@contextmanager
def started(documents: Mapping[str, str], *options: str) -> Iterator[str]:
    """Run the reference as a process of its own while the context lasts; yields its URL.

    `options` are more options of `clausewise serve`; without a port it takes a free one.
    """
    command = [sys.executable, "-m", "clausewise", "serve", "--port", "0", "--while-read", *options]
    command += families.options()
    for family, document in documents.items():
        command += ["--family", family, *(["--document", f"{family}={document}"] if document else [])]
    with (
        TemporaryFile("w+") as told,  # a pipe that nobody reads would fill up and stop the server
        subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=told, text=True
        ) as process,
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            if " at http://" not in line:
                told.seek(0)
                raise ConfigurationError(
                    f"The embedded reference did not start: {told.read().strip() or line.strip()}"
                )
            yield line.rpartition(" at ")[2].strip()
        finally:
            process.terminate()
            process.wait(_END_SECONDS)
