"""The catalogue: hand-written clauses, discrepancies, defects, and what it refuses."""

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from clausewise import catalogue, contracts, package_data
from clausewise.cli import catalogues
from clausewise.errors import ConfigurationError
from clausewise.model import among

pytestmark = pytest.mark.quick

TOY = Path(__file__).parents[1] / "support" / "toy"
SWEEP = """
[[sweep]]
prefix = "label"
kind = "answer"
bend = "steps"
steps = [{{ media_type = "text/html" }}]
clauses = ["*.widget"]
breaks = "{}"
"""


def load(folder=TOY, document="toy-1"):
    return catalogue.load(folder, "toy", contracts.every_clause(TOY / "openapi.yaml"), document)


def test_hand_written_clauses_stand_beside_those_of_the_contract():
    """Both kinds are in one catalogue, and a document that is not claimed adds none."""
    book = load()

    assert "toy.widgets.come-back" in book.clauses
    assert "toy.getWidget.widget.name" in book.clauses
    assert "toy.widgets.second-edition" not in book.clauses


def test_a_sweep_is_one_defect_for_each_clause_that_it_names():
    """A sweep over fields makes a defect a field, and leaves out what it excepts."""
    defects = load().defects

    assert defects["drop:toy.getWidget.widget.name"].bend == {
        "answer": "getWidget.widget",
        "bend": [{"drop": "/name"}],
    }
    assert defects["drop:toy.getWidget.widget.parts[].id"].bend["bend"] == [{"drop": "/parts/*/id"}]
    assert "drop:toy.getWidget.widget.parts[].note" not in defects


def test_a_sweep_says_what_else_it_breaks(tmp_path):
    """A fault of every answer may be one of another clause of its operation."""
    (tmp_path / "defects.toml").write_text(SWEEP.format("toy.{operation}.widget.name"))

    defect = load(tmp_path).defects["label:toy.getWidget.widget"]

    assert defect.clause == "toy.getWidget.widget.name"
    assert defect.bend["answer"] == "getWidget.widget"


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "clauses.toml",
            '[[clause]]\nid = "toy.x"\n',
            r"clauses\.toml, \[\[clause\]\] toy\.x: the key 'sources' is missing",
        ),
        ("clauses.toml", "[[clause]\n", r"clauses\.toml cannot be read"),
        (
            "defects.toml",
            '[[defect]]\nid = "d"\nclause = "toy.nobody"\n',
            r"no clause has the id 'toy\.nobody'",
        ),
        (
            "defects.toml",
            SWEEP.format("toy.{operation}.nobody"),
            r"no clause has the id 'toy\.\w+\.nobody'",
        ),
    ],
)
def test_a_malformed_entry_is_named_with_its_file(tmp_path, file, text, said):
    """What is wrong in a data file is said with the file, the entry and the key."""
    (tmp_path / file).write_text(text)

    with pytest.raises(ConfigurationError, match=said):
        load(tmp_path, document="")


def test_an_id_that_stands_twice_is_refused(tmp_path):
    """Clause ids are permanent and unique: a second one with the same id stops the run."""
    entry = (TOY / "clauses.toml").read_text()
    (tmp_path / "clauses.toml").write_text(entry + entry)

    with pytest.raises(ConfigurationError, match=r"'toy\.widgets\.come-back' stands twice"):
        load(tmp_path)


def test_a_freedom_says_what_it_rests_on(tmp_path):
    """The lines or the silence that leave a choice are read; a freedom that names neither is refused."""
    told = '[[freedom]]\nid = "toy.f"\nwhy = "free"\nanswer = "*"\nbend = [{ status = 201 }]\n'
    (tmp_path / "freedoms.toml").write_text(told + 'rests_on = ["toy-1:7"]\n')
    assert load(tmp_path).freedoms["toy.f"].rests_on == ("toy-1:7",)

    (tmp_path / "freedoms.toml").write_text(told + 'rests_on = "silence"\n')
    assert load(tmp_path).freedoms["toy.f"].rests_on == ()

    (tmp_path / "freedoms.toml").write_text(told)
    with pytest.raises(ConfigurationError, match="rests_on is"):
        load(tmp_path)


@pytest.mark.parametrize("family", package_data.families())
def test_the_freedoms_of_a_family_are_as_their_schema_says(family):
    """A misspelt key would be a freedom that nobody plays."""
    schema = json.loads((package_data.SCHEMAS / "freedoms.schema.json").read_text("utf-8"))
    told = tomllib.loads((package_data.SCHEMAS / family / "freedoms.toml").read_text("utf-8"))

    assert not list(Draft202012Validator(schema).iter_errors(told))


@pytest.mark.parametrize("family", package_data.families())
def test_what_is_open_is_a_seeded_defect(family):
    """A glob that names no defect would hide that somebody catches it by now."""
    book = catalogues.book(family)
    globs = tomllib.loads((package_data.SCHEMAS / family / "defects.toml").read_text("utf-8")).get("open", [])

    assert [glob for glob in globs if not any(among(name, [glob]) for name in book.open)] == []
    assert set(book.open) <= set(book.defects)
