"""The matrix for auditors: every clause with its source and tests, and with what a run said of it."""

import csv
import io
import json
import sys

import openpyxl
import pytest
import runs
from made_results import NASTY, clause, results
from reqif.cli.cli_arg_parser import ValidateCommandConfig
from reqif.commands.validate.validate import ValidateCommand
from reqif.parser import ReqIFParser

from clausewise.report import traceability

pytestmark = pytest.mark.quick

CLAUSES = [clause(1), clause(2, standing="inferred"), clause(3), clause(9, id="toy.op[*].c9/x")]


def made(name, judged=None):
    """Return the matrix of the made-up clauses in a format."""
    return getattr(traceability, name)(CLAUSES, judged)


def table(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_a_row_for_each_line_that_states_a_clause():
    """One with two sources stands twice; one with none stands once."""
    two = clause(
        1,
        sources=[
            *clause(1)["sources"],
            {"document": "toy-2", "section": "", "table": "", "row": "", "line": 8},
        ],
    )
    told = list(traceability.rows([two, clause(2, sources=[])], None))

    assert [(row["clause"], row["document"], row["line"]) for row in told] == [
        ("toy.op.c1", "toy-1", 7),
        ("toy.op.c1", "toy-2", 8),
        ("toy.op.c2", "", ""),
    ]


def test_a_run_adds_its_verdicts():
    """And says of a clause that it does not claim just that."""
    told = {row["clause"]: row for row in table(made("csv", results()))}

    assert [told[f"toy.op.c{at}"]["verdict"] for at in (1, 2, 3)] == ["pass", "fail", "untestable"]
    assert told["toy.op[*].c9/x"]["verdict"] == "not claimed"
    assert told["toy.op.c3"]["reason"] == "no fixture"
    assert told["toy.op.c2"]["exchanges"] == "x-1"
    assert "verdict" not in table(made("csv"))[0]


def test_a_workbook_can_be_filtered_and_computes_nothing():
    """A text that looks like a formula is a text; the run has a sheet of its own."""
    judged = results()
    judged["clauses"][2]["reason"] = "=1+1"
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx", judged)))
    sheet = book["clauses"]
    heads = [cell.value for cell in sheet[1]]

    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.freeze_panes == "A2"
    assert [row[heads.index("verdict")].value for row in sheet.iter_rows(min_row=2)][:3] == [
        "pass",
        "fail",
        "untestable",
    ]
    assert sheet.cell(4, heads.index("reason") + 1).value == "'=1+1"
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert ("plan", judged["run"]["plan"]) in list(book["run"].values)


@pytest.mark.parametrize("judged", [None, results()], ids=["alone", "with a run"])
def test_reqif_is_reqif(tmp_path, judged):
    """Its own schema has nothing against it; each clause is an object, and stands in its document."""
    path = tmp_path / "m.reqif"
    path.write_bytes(made("reqif", judged))
    found = ValidateCommand._validate(ValidateCommandConfig(str(path), use_reqif_schema=True))

    assert not found.has_any_errors(), vars(found)
    content = ReqIFParser.parse(str(path)).core_content.req_if_content
    assert [it.long_name for it in content.spec_objects] == [row["id"] for row in CLAUSES]
    assert [len(it.children) for it in content.specifications] == [len(CLAUSES)]
    values = {it.definition_ref: it.value for it in content.spec_objects[1].attributes}
    assert values["source"] == "toy-1, S, T, R (line 7)"
    assert values.get("verdict") == ("fail" if judged else None)
    assert "</script><script>" in values["statement"]


@pytest.mark.parametrize("name", ["csv", "reqif"])
def test_no_control_character_gets_through(name):
    """Whatever a target said."""
    assert NASTY in CLAUSES[0]["statement"]
    assert "\u202e" not in made(name, results()).decode()


@pytest.mark.parametrize(("name", "module"), [("xlsx", "openpyxl"), ("reqif", "reqif")])
def test_without_its_library_a_format_says_what_to_install(tmp_path, monkeypatch, name, module):
    """One sentence."""
    monkeypatch.setitem(sys.modules, module, None)
    done = runs.inside("clauses", "--family", "int-ecm", "--format", name, "--output", tmp_path / "m")

    assert done.returncode == 4
    assert "pip install 'clausewise[traceability]'" in done.stderr


def test_the_command_writes_every_clause(tmp_path):
    """With the verdicts of a run, into a file or to whoever reads on."""
    (tmp_path / "results.json").write_text(json.dumps(results()))
    done = runs.inside("clauses", "--family", "int-ecm", "--format", "csv", "--run", tmp_path)
    known = json.loads(runs.inside("clauses", "--family", "int-ecm", "--format", "json").stdout)["clauses"]

    rows = table(done.stdout.encode())
    assert {row["clause"] for row in rows} == {row["id"] for row in known}
    assert {row["verdict"] for row in rows} == {"not claimed"}
    assert all(row["tests"] for row in rows if row["observability"] == "black-box")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--run", "x"], "--run goes with --format csv, xlsx, reqif"),
        (["--output", "x"], "--output goes with --format csv, xlsx, reqif"),
        (["--format", "xlsx"], "give --output FILE"),
        (["--format", "csv", "--run", "nowhere"], "name the folder of a run"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(words, said):
    """Before the tests are looked through."""
    done = runs.inside("clauses", "--family", "int-ecm", *words)

    assert done.returncode == 4
    assert said in done.stderr
