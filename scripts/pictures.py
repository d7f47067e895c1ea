"""Makes the pictures of README and docs from real runs: `make pictures`. Needs Playwright and Chromium.

docs/images gets the report of a bad release, the terminal that told it, and the trend of some nights.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import runs  # noqa: E402 - the tests' way to serve the reference with defects

IMAGES = ROOT / "docs" / "images"
FAMILIES = "cdp", "ofs-ecm", "int-ecm", "account-service"
RELEASE = (
    "bad:ofs-ecm.saveEventsAndPromoteToCase.type-is-mapped",
    "retype:cdp.getCustomer.record.id_details[].id_number",
    "cdp.validateCustomer.unauthorized-is-http-403",
    "gone:account-service.valid-legal-id.there",
)
NIGHTS: tuple[tuple[str, ...], ...] = ((), (), RELEASE[1:3], RELEASE[1:2], (), RELEASE[2:3], ())
WIDE, HIGH = 1280, 900
COLUMNS = 80
_FETCHED = re.compile(r"@font-face \{.*?\n\s*\}", re.DOTALL)  # a page that shows a picture fetches nothing


def main() -> None:
    """Make all three."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as made:
        folder = Path(made)
        _terminal(_judged(folder, "release", RELEASE, FAMILIES))
        for number, defects in enumerate(NIGHTS, 1):
            more = "--history", str(folder / "nightly.db"), "--label", f"build={400 + number}"
            _judged(folder, f"night-{number}", defects, ("cdp",), *more)
        page = folder / "trend.html"
        runs.clausewise("history", folder / "nightly.db", "--page", page)
        _shots({"report.png": folder / "release" / "run" / "report.html", "trend.png": page})


def _judged(root: Path, name: str, defects: tuple[str, ...], families: tuple[str, ...], *more: str) -> str:
    """Judge the reference with some defects, and return what the terminal showed."""
    folder = root / name
    folder.mkdir()
    with runs.bent("", *defects) as url:
        target = runs.target_at(folder, url, *families)
        env = runs.environment(COLUMNS=str(COLUMNS))
        asked: tuple[str | Path, ...] = (
            "--target",
            target,
            "--run-dir",
            folder / "run",
            "--color",
            "always",
            *more,
        )
        return runs.clausewise("run", *asked, env=env, timeout=900).stdout


def _terminal(shown: str) -> None:
    console = Console(record=True, width=COLUMNS, file=Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    console.print(Text.from_ansi("\n".join(shown.splitlines()[:40])))
    title = "clausewise run --target my-target.toml"
    drawn = console.export_svg(title=title, theme=DIMMED_MONOKAI)
    (IMAGES / "terminal.svg").write_text(_FETCHED.sub("", drawn), "utf-8")


def _shots(pages: dict[str, Path]) -> None:
    with sync_playwright() as tool:
        options = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = tool.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        for name, path in pages.items():
            page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
            page.goto(path.as_uri())
            page.screenshot(path=str(IMAGES / name))
        browser.close()


if __name__ == "__main__":
    main()
