"""Seconds and memory of answers that are made to cost both: thousands of hidden values, or of secret names.

    python benchmarks/floods.py [answers, 100 unless given] [values in each, 200000 unless given]

Masks each answer as a run does; memory should stay flat, and each answer take less than a second.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from clausewise.masking import Masker
from clausewise.model import Exchange, Request, Response

_PAGE = resource.getpagesize()


def values(answer: int, many: int) -> bytes:
    """Return an answer with so many different values under a hidden name."""
    return json.dumps([{"first_name": f"Amina {answer} {number} Example"} for number in range(many)]).encode()


def names(answer: int, many: int) -> bytes:
    """Return an answer with half as many different names of secrets."""
    return json.dumps({f"token_{answer}_{number}": "x" * 9 for number in range(many // 2)}).encode()


def memory() -> float:
    """Return how many MB this process has in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 2**20


def masked(kind: Callable[[int, int], bytes], answers: int, many: int) -> str:
    """Return a row of the table."""
    masker = Masker(b"key", ["s3cret-of-the-bench"])
    took, held = [], []
    for number in range(answers):
        asked = Request("GET", "http://127.0.0.1/flood")
        said = Response(200, (("Content-Type", "application/json"),), kind(number, many))
        exchange = Exchange(f"flood-{number}", "cdp", "getCustomer", asked, said)
        began = time.process_time()
        masker.record(exchange)
        took.append(time.process_time() - began)
        held.append(memory())
    took.sort()
    half = f"{took[len(took) // 2]:.2f} | {took[-1]:.2f}"
    return f"| {kind.__name__} | {answers} | {half} | {held[0]:.0f} | {held[-1]:.0f} | {max(held):.0f} |"


def main() -> None:
    """Measure and print."""
    given = sys.argv[1:]
    answers, many = (int(text) for text in [*given, *("100", "200000")[len(given) :]])
    heads = "| kind | answers | CPU s, median | most | MB after the first | after the last | most |\n"
    sys.stdout.write(heads)
    sys.stdout.write(f"|{' --- |' * 7}\n")
    for kind in (values, names):
        sys.stdout.write(f"{masked(kind, answers, many)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
