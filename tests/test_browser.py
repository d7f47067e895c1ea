"""report.html in a real browser: filters, links, exchanges, no error, no network, no sideways scrolling."""

import json
import os
import shutil

import pytest
import requests
import runs
from test_report import results

from clausewise.report import pages

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: make test-all")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium."""
    with playwright.sync_playwright() as tool:
        options = ["--no-sandbox"] if os.getuid() == 0 else []
        made = tool.chromium.launch(executable_path=CHROMIUM, args=options)
        yield made
        made.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report of a run with a broken clause and drift."""
    folder = tmp_path_factory.mktemp("browser")
    bend = {"answer": "validateCustomer.found", "bend": [{"set": "/data/first_name", "to": 7}]}
    bend["bend"].append({"set": "/data/novelty", "to": "<script>alert(1)</script>"})
    with runs.reference("cdp", control=True) as url:
        requests.put(f"{url}/__control__/bend", json=bend, timeout=5).raise_for_status()
        target = runs.target_at(folder, url, "cdp")
        chosen = ["--plan", "proof", "--history", folder / "history.db"]
        runs.clausewise("run", "--target", target, "--run-dir", folder / "run", *chosen)
    return folder / "run" / "report.html"


@pytest.fixture
def page(browser):
    """An open page that heard every console message, error and request."""
    made = browser.new_page(viewport={"width": 1280, "height": 900})
    made.heard = []
    made.on("console", lambda message: made.heard.append(f"console {message.type}: {message.text}"))
    made.on("pageerror", lambda error: made.heard.append(f"error: {error}"))
    made.on("dialog", lambda dialog: (made.heard.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    made.on(
        "request",
        lambda asked: (
            None if asked.url.startswith(("file:", "data:", "about:")) else made.heard.append(asked.url)
        ),
    )
    yield made
    assert made.heard == []
    made.close()


def found(page):
    return int(page.inner_text("#found").split()[0])


def test_filters_search_and_links_find_clauses(page, report):
    """By verdict, section and words; a link of a finding leads to its clause; all without a mouse, too."""
    page.goto(report.as_uri())
    everything = found(page)
    page.select_option("#verdict", "fail")
    assert 0 < found(page) < 9
    page.select_option("#verdict", "*")
    section = page.locator("#section option").nth(1).get_attribute("value")
    page.select_option("#section", section)
    assert 0 < found(page) < everything
    page.select_option("#section", "*")
    page.fill("#search", "no such words anywhere")
    playwright.expect(page.locator("#found")).to_contain_text("0 of")
    page.click("article.finding a")
    playwright.expect(page.locator("#found")).to_contain_text("2 of")
    assert "cdp.validateCustomer.found.data.first_name" in page.inner_text("#rows")
    page.goto("about:blank")
    page.goto(report.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_an_exchange_is_unpacked_when_it_is_asked_for(page, report):
    """The dialog shows request and answer as text, whatever stands in them."""
    page.goto(f"{report.as_uri()}#cdp.validateCustomer.found.data.first_name")
    page.click("button.exchange")
    page.wait_for_selector("dialog[open] pre")
    told = page.inner_text("dialog")
    assert "/caas/api/v2/customer/validate" in told
    assert "<script>alert(1)</script>" in told
    assert "HTTP 200" in told
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_the_page_fits_its_window(page, report, tmp_path, width, theme):
    """Desktop and phone, light and dark: nothing sticks out sideways."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    page.goto(report.as_uri())

    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert "Drift" in page.inner_text("main")
    shot = os.environ.get("CLAUSEWISE_SCREENSHOTS", str(tmp_path))
    page.screenshot(path=f"{shot}/report-{width}-{theme}.png", full_page=False)


def test_two_thousand_clauses_and_ten_thousand_exchanges_are_one_page(page, tmp_path, record_property):
    """The page shows them, and opens the first exchange; how soon is told, and not judged."""
    rows = []
    exchanges = []
    sample = results()
    for number in range(2000):
        row = {**sample["clauses"][0], "id": f"toy.op.c{number}", "exchanges": []}
        for at in range(5):
            name = f"x-{number}-{at}"
            row["exchanges"].append(name)
            exchanges.append({**sample["evidence"]["x-1"], "id": name})
        rows.append(row)
    path = tmp_path / "report.html"
    path.write_text(
        pages.html({**sample, "clauses": rows, "findings": []}, exchanges), "utf-8", "backslashreplace"
    )

    page.goto(path.as_uri())
    record_property("ms to the page", round(page.evaluate("performance.now()")))
    page.click("button.exchange")
    page.wait_for_selector("dialog[open] pre")
    record_property("ms to the first exchange", round(page.evaluate("performance.now()")))


def test_a_hostile_answer_is_shown_as_text(page, tmp_path):
    """Markup, bidi marks and control characters in every place of the results."""
    path = tmp_path / "report.html"
    path.write_text(pages.html(results(), [results()["evidence"]["x-1"]]), "utf-8", "backslashreplace")
    page.goto(path.as_uri())
    page.click("button.exchange")
    page.wait_for_selector("dialog[open] pre")

    text = json.dumps(page.inner_text("body"), ensure_ascii=False)
    assert "\u202e" not in text
    assert "alert(1)" in text
