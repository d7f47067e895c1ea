"""`clausewise allure`: has Allure 3 draw a run's results, with history, and lets its page ask no network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.text import Text

from clausewise import files, report
from clausewise.cli import screen
from clausewise.errors import ConfigurationError
from clausewise.report.causes import causes
from clausewise.untrusted import visible
from clausewise.verdict import Exit

_RESULTS = "allure-results"
_REMOTE = re.compile(r'<script[^>]*\bsrc="https?:[^>]*>\s*</script>\s*(<script>[^<]*\bgtag\([^<]*</script>)?')
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:\">"
)
_SECONDS = 600
_SPECIAL = re.compile(r"[.\[\](){}*+?^$|\\/]")  # of an expression in JavaScript


def run(options: Namespace) -> int:
    """Draw the page; ConfigurationError where Allure is not installed or does not manage."""
    tool = shutil.which("allure")
    if not tool:
        raise ConfigurationError("Allure is not installed: npm install --global allure (version 3).")
    folder, output = Path(options.folder), Path(options.output)
    results = report.read(folder)
    with TemporaryDirectory() as name:
        config = Path(name) / "allurerc.json"
        files.put(config, json.dumps(_config(results, options.history)))
        words = [tool, "generate", str(folder / _RESULTS), "--config", str(config), "--output", str(output)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
    page = output / "index.html"
    if done.returncode or not page.is_file():
        said = (done.stderr or done.stdout).strip().splitlines()
        raise ConfigurationError(
            f"Allure could not draw {folder / _RESULTS}: {said[-1] if said else 'no word'}"
        )
    files.put(page, quiet(page.read_text("utf-8")))
    screen.console(soft_wrap=True).print(Text(f"Wrote {page}; serve that folder: allure open {output}"))
    return Exit.CONFORMANT


def quiet(page: str) -> str:
    """Return a page without scripts of other hosts, and forbid it to ask any."""
    return _REMOTE.sub("", page).replace("<head>", f"<head>{_POLICY}", 1)


def _config(results: dict[str, Any], history: str) -> dict[str, Any]:
    target = results["target"]
    record = {f"document of {family}": known["document"] for family, known in target["families"].items()}
    return {
        "name": f"clausewise: {target['name']}",
        **({"historyPath": str(Path(history).absolute())} if history else {}),
        "variables": {
            "target": target["name"],
            "environment": target["environment"],
            **record,
            **{key: visible(value) for key, value in results["run"]["labels"].items()},
            "suite": results["suite"]["version"],
            "plan": results["run"]["plan"],
            "seed": str(results["run"]["seed"]),
            "result": f"{results['outcome']['word']} (exit {results['outcome']['exit']})",
        },
        "categories": {
            "rules": [
                *_causes(results),
                {"name": "Broken clauses", "matchers": {"statuses": ["failed"]}, "groupByMessage": False},
                {"name": "Ended in an error", "matchers": {"statuses": ["broken"]}},
                {"name": "Not kept, and amber", "matchers": {"statuses": ["skipped"], "message": "amber:"}},
                {"name": "Untestable here", "matchers": {"statuses": ["skipped"], "message": "untestable:"}},
            ]
        },
    }


def _causes(results: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a category for each cause: the tests whose message names a clause of its."""
    for cause in causes(results):
        names = "|".join(_SPECIAL.sub(r"\\\g<0>", name) for name in cause.row["clauses"])
        yield {
            "name": visible(f"Cause {cause.number}, {cause.colour}: {cause.clause['statement']}"),
            "matchers": {"statuses": ["failed", "skipped"], "message": rf"clause\s+(?:{names})\s"},
            "groupByMessage": False,
        }
