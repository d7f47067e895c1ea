"""The documentation: its links lead somewhere, its site has all of it, and its pages say what the code is."""

import posixpath
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import runs
import site_pages
import yaml
from shipped import FAMILIES, book_of

from clausewise import package_data

pytestmark = pytest.mark.quick

ROOT = package_data.ROOT

DOCS = ROOT / "docs"
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
ARCHITECTURE = (DOCS / "architecture.md").read_text("utf-8")
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), ROOT / "reports" / "README.md"])
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=[\"']?(?:https?:)?//[^>]*>")
WORDS = re.compile(r"^\| (.+) \| .+ \| `(clausewise[\w.]*)` \|$", re.MULTILINE)
FLOOR = re.compile(r"^\| \d+ \| (`.+?`) \| .+ \|$", re.MULTILINE)
GLOSSARY = 40  # words, at most
LONGEST = 400  # lines of a file of tests


@pytest.fixture(scope="module")
def made():
    """The pages that are made from code and data."""
    return site_pages.pages()


def navigation(entry):
    """Yield every page that a part of the navigation names."""
    if isinstance(entry, str):
        yield entry
    else:
        for part in entry.values() if isinstance(entry, dict) else entry:
            yield from navigation(part)


def anchors(text):
    """Return the anchors of a page's headings."""
    return {site_pages.slug(heading) for heading in HEADING.findall(FENCED.sub("", text))}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_its_links_lead_somewhere(page):
    """To a file of the checkout, and to a heading in it."""
    for link in LINK.findall(FENCED.sub("", page.read_text("utf-8"))):
        path, _, anchor = link.partition("#")
        if not link.startswith("https:"):
            there = page.parent / path if path else page
            assert there.exists(), link
            assert not anchor or anchor in anchors(there.read_text("utf-8")), link


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_block_within_a_list_is_indented_by_four(page):
    """So that the site's lists, too, go on behind it."""
    assert not re.search(r"^ {1,3}```", page.read_text("utf-8"), re.MULTILINE)


def test_every_page_is_in_the_navigation(made):
    """Once; a page that is added to docs/ is added to mkdocs.yml."""
    lying = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} - set(
        SITE["not_in_nav"].split()
    )
    built = {name for name in made if name.endswith(".md")}

    assert sorted(navigation(SITE["nav"])) == sorted(lying | built)


def test_the_links_of_made_pages_lead_somewhere(made):
    """To another page of the site, made or not."""
    for name, text in made.items():
        for link in LINK.findall(FENCED.sub("", text)) if name.endswith(".md") else ():
            path, _, anchor = link.partition("#")
            there = Path(*(Path(name).parent / path).parts)
            told = posixpath.normpath(there.as_posix()) if path else name
            if not link.startswith("https:"):
                assert told in made or (DOCS / told).is_file(), f"{name}: {link}"
                page = made.get(told) or (DOCS / told).read_text("utf-8")
                assert not anchor or anchor in anchors(page), f"{name}: {link}"


def test_a_link_out_of_the_site_stays_as_words():
    """And one to a part of CONTRIBUTING leads to that part's page."""
    told = site_pages.for_site(
        "[a](../pyproject.toml) [b](../CONTRIBUTING.md#add-a-clause) [c](plans.md#x) [d](https://example.com)",
        "docs/proof.md",
        "proof.md",
    )

    assert told == "a [b](contributing/add-a-clause.md) [c](plans.md#x) [d](https://example.com)"


@pytest.mark.parametrize("family", FAMILIES)
def test_every_clause_has_a_row_to_point_at(made, family):
    """Its id is an anchor, once."""
    rows = re.findall(r'<tr id="([\w-]+\.[^"]+)">', made[f"clauses/{family}.md"])

    assert sorted(rows) == sorted(book_of(family).clauses)


def test_every_key_of_a_target_file_is_listed(made):
    """Those of its credentials, and of the policy that stands in a file of its own, too."""
    page = made["reference/target-file.md"]

    assert all(f"`{key}`" in page for key in ("rate", "base_url", "client_authentication", "lives", "p95"))


def test_every_floor_is_explained():
    """The rooms of the import contracts, floor by floor, and the picture has its place."""
    told = [re.findall(r"`(\w+)`", rooms) for rooms in FLOOR.findall(ARCHITECTURE)]

    assert told == site_pages.layers()
    assert site_pages.with_picture(ARCHITECTURE).count("images/floors.svg") == 1


def test_every_word_of_the_glossary_is_carried_by_something():
    """A class, a function or a module that exists; at most forty words."""
    words = WORDS.findall(ARCHITECTURE)

    assert 0 < len(words) == len({word for word, _ in words}) <= GLOSSARY
    for _, carrier in words:
        found = import_module("clausewise")
        for name in carrier.split(".")[1:]:
            found = getattr(found, name, None) or import_module(f"{found.__name__}.{name}")


def test_a_file_of_tests_is_soon_read():
    """Over 400 lines it is two; and what tests share lies in tests/support: none imports another."""
    tests = {path: path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py")}

    assert [path.name for path, text in tests.items() if text.count("\n") > LONGEST] == []
    assert [
        path.name for path, text in tests.items() if re.search(r"^\s*(from|import) test_", text, re.MULTILINE)
    ] == []


def test_the_site_builds_and_fetches_nothing(tmp_path):
    """A link or a page that is amiss ends it; no page asks another host for a font, script or picture."""
    mkdocs = shutil.which("mkdocs", path=f"{Path(sys.executable).parent}")
    if not mkdocs:
        pytest.skip("needs MkDocs Material: make docs, or make test-all, installs it")
    done = subprocess.run(
        [mkdocs, "build", "--strict", "--quiet", "--site-dir", tmp_path / "site"],
        cwd=ROOT,
        env=runs.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > len(list(DOCS.glob("*.md")))
    assert [found for page in pages for found in FETCHED.findall(page.read_text("utf-8"))] == []
