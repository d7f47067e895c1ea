"""The browser that several files of this folder look at pages with."""

import os
import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: make test-all"
    )
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as tool:
        options = ["--no-sandbox"] if os.getuid() == 0 else []
        made = tool.chromium.launch(executable_path=CHROMIUM, args=options)
        yield made
        made.close()
