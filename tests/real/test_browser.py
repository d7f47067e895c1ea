"""report.html in a real browser: filters, links, exchanges, no error, no network, no sideways scrolling."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import runs
from made_fleets import NOON, many
from made_results import NASTY, RUN, results

from clausewise import fleet
from clausewise.fleet import target_status
from clausewise.history import History
from clausewise.report import fleet as fleets
from clausewise.report import pages, read

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: make test-all")
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report of a run with a broken clause and drift."""
    folder = tmp_path_factory.mktemp("browser")
    bend: dict[str, Any] = {
        "answer": "validateCustomer.found",
        "bend": [{"set": "/data/first_name", "to": 7}],
    }
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


def violations(page):
    """What axe has against a page, those of its rules among them that it leaves out by itself."""
    rules = {name: {"enabled": True} for name in ("label-content-name-mismatch", "target-size")}
    found = page.evaluate("rules => axe.run(document, {rules, resultTypes: ['violations']})", rules)
    return [(it["id"], it["nodes"][0]["html"]) for it in found["violations"]]


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
    page.click("article.finding p a")
    playwright.expect(page.locator("#found")).to_contain_text("2 of")
    assert "cdp.validateCustomer.found.data.first_name" in page.inner_text("tr.here")
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


def test_an_exchange_leads_to_its_clauses_and_to_the_next(page, report):
    """Those that it breaks first; a clause's link closes the dialog and shows the clause."""
    page.goto(report.as_uri())
    page.click("article.finding button.exchange")
    page.wait_for_selector("dialog[open] pre")
    first = page.inner_text("#h-exchange")
    assert page.locator("#told ul").first.locator("li").first.inner_text().startswith("fail")
    page.click("#after")
    page.wait_for_function("name => document.getElementById('h-exchange').textContent !== name", arg=first)
    page.click("#before")
    page.wait_for_function("name => document.getElementById('h-exchange').textContent === name", arg=first)
    link = page.locator("#told ul a").first
    clause = link.inner_text()
    link.click()
    playwright.expect(page.locator("dialog[open]")).to_have_count(0)
    assert clause in page.inner_text("tr.here")


def test_what_is_chosen_lives_in_the_address(page, report):
    """Filters, search, the ledger's and the theme survive a reload, and a link shows them to others."""
    page.goto(report.as_uri())
    page.select_option("#verdict", "pass")
    page.fill("#search", "token")
    page.check("#open")
    page.click("#theme")
    theme = page.evaluate("document.documentElement.dataset.theme")
    page.wait_for_function("location.search.includes('search=token')")
    count = found(page)
    page.reload()

    assert found(page) == count
    assert page.input_value("#verdict") == "pass"
    assert page.is_checked("#open")
    assert page.locator("#outcomes li.proven >> visible=true").count() == 0
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    page.uncheck("#open")
    assert page.locator("#outcomes li.proven >> visible=true").count() > 0


def test_a_cell_shows_the_clauses_of_its_operation(page, report):
    """And gives them all back when it is chosen again."""
    page.goto(report.as_uri())
    everything = found(page)
    page.click("button.cell.red")
    assert page.input_value("#operation") == "validateCustomer"
    assert 0 < found(page) < everything
    page.click("button.cell.red")
    assert found(page) == everything


def test_the_first_screen_answers_the_questions(page, report, tmp_path):
    """May it ship, what is broken, since when, who acts: without scrolling; causes are linked."""
    told = read(report.parent)
    lead = told["causes"][0]["clauses"][0]
    told["trend"] = [told["trend"][0] | {"id": "earlier"}, told["trend"][0] | {"broken": [lead]}]
    path = tmp_path / "report.html"
    path.write_text(pages.html(told), "utf-8")
    page.goto(path.as_uri())
    for words in ("May it ship? No", "expected text, got 7", "since this run", "the team that serves cdp"):
        place = page.get_by_text(words, exact=False).first.bounding_box()
        assert place["y"] + place["height"] < 900
    page.click(".overview a")
    assert page.evaluate("location.hash") == "#cause-1"
    assert page.locator("#cause-1 .sides mark").inner_text() == "7"
    page.click("#cause-1 .copy[data-from=waiver-1]")
    playwright.expect(page.locator("#cause-1 .copy[data-from=waiver-1]")).to_have_text("Copied")


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make test-all")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_shut_out(page, report, theme):
    """An audit by axe finds nothing on the page, nor with all that is folded and the dialog open."""
    page.emulate_media(color_scheme=theme)
    page.goto(report.as_uri())
    page.evaluate(AXE.read_text("utf-8"))
    told = violations(page)
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    told += violations(page)
    page.click("#rows button.exchange")
    page.wait_for_selector("dialog[open] pre")

    assert told + violations(page) == []


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make test-all")
@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_the_other_pages_shut_nobody_out(page, tmp_path, width, theme):
    """A statement, and a history of two targets whose names are as nasty as they can be."""
    told = [
        RUN | {"id": f"r{number}", "target": f"{number % 2} {NASTY}", "share": number / 9}
        for number in range(9)
    ]
    ids = [str(run["id"]) for run in told]
    verdicts = {"toy.op.c1": {name: "fail" if name > "r4" else "pass" for name in ids}}
    times = {"toy op": dict(zip(ids, range(9), strict=True))}
    made = {
        "history": pages.history(told, verdicts, times, {"r8": "r8/report.html"}),
        "statement": pages.statement(results(), {"exchanges.jsonl": "0" * 64}),
    }
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    for name, text in made.items():
        path = tmp_path / f"{name}.html"
        path.write_text(text, "utf-8", "backslashreplace")
        page.goto(path.as_uri())
        page.evaluate(AXE.read_text("utf-8"))
        assert violations(page) == []
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make test-all")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_of_a_fleet_shuts_nobody_out(page, tmp_path, width, theme):
    """Twelve targets with weeks, something newly broken, something slower, and some that were not judged."""
    file, ids, guess = many(tmp_path, 12, 20, 6)
    told = fleet.read(file)
    with History.at(told.history) as held:
        stand = target_status.standings(told, held, NOON)
    new = replace(stand[0], newly=stand[0].broken, mended=ids[3:])
    nasty = target_status.Standing(
        fleet.Member(NASTY, Path("x"), "", frozenset(), {"cdp": ""}, {"stage": NASTY})
    )
    rows = [new, *stand[1:], nasty]
    path = tmp_path / "fleet.html"
    drawn = fleets.html(
        "vendors",
        "2031-03-10",
        rows,
        target_status.shared(rows),
        fleets.weeks(stand),
        outcomes={NASTY: f"the scheduler is gone: {NASTY}"},
        links={(new.last or {})["id"]: "runs/one/report.html"},
    )
    path.write_text(drawn, "utf-8", "backslashreplace")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    page.evaluate(AXE.read_text("utf-8"))

    assert guess in page.inner_text("#h-shared ~ details")
    assert violations(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    broken = "[...document.querySelectorAll('.fleet .tag')].filter((it) => it.getClientRects().length > 1)"
    tall = "[...document.querySelectorAll('.fleet .tag')].filter((it) => it.offsetHeight > 26)"
    assert page.evaluate(f"{broken}.concat({tall}).map((it) => it.textContent)") == []


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
        pages.html({**sample, "clauses": rows, "findings": [], "causes": []}, exchanges),
        "utf-8",
        "backslashreplace",
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
