"""What tests lend each other: each thing is one test's alone, and what others did with it is no finding."""

from __future__ import annotations

from functools import partial

import pytest
import runs

from clausewise.matrix_session import MatrixSession
from clausewise.plugin.loans import Borrower, Loans


@pytest.fixture
def loans():
    return Loans()


def test_what_was_given_back_is_lent_again(loans):
    """The thing that was longest unused comes first; another family, or another kind, has its own."""
    first = Borrower(loans, "a")
    assert [first.borrow("case", partial(str, at)) for at in range(2)] == ["0", "1"]
    first.give_back()

    assert Borrower(loans, "b").borrow("case", lambda: "new") == "new"
    assert Borrower(loans, "a").borrow("account", lambda: "new") == "new"
    assert Borrower(loans, "a").borrow("case", lambda: "new") == "0"


def test_nobody_has_what_another_one_has(loans):
    """A thing is lent to one at a time, and what a test that ended badly had to nobody any more."""
    Borrower(loans).borrow("case", lambda: "spoilt")

    assert Borrower(loans).borrow("case", lambda: "new") == "new"


def test_without_loans_each_makes_its_own():
    """Where nothing is lent, nothing is kept either."""
    made = Borrower()
    made.borrow("case", lambda: "own")
    made.give_back()

    assert made.borrow("case", lambda: "another") == "another"


def test_a_server_that_gives_a_thing_once_is_held_against_no_more_clauses(tmp_path):
    """A test that stumbles over what others did with a thing goes through it once more with its own."""
    with runs.bent("", "int-ecm.download.once") as url:
        target = runs.target_at(tmp_path, url, "int-ecm")
        runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "run")

    red = {row["id"] for row in runs.results(tmp_path / "run")["clauses"] if row["verdict"] == "fail"}
    twice = {
        "image",
        "request.document_id",
        "request.functionCode",
        "twice-the-same",
    }  # whose tests fetch twice
    assert red == {f"int-ecm.download.{name}" for name in twice} | {"int-ecm.model.documents"}


def test_what_was_used_before_hides_no_defect(monkeypatch):
    """The kills of some defects, with things that the same test has used before."""
    monkeypatch.setattr(MatrixSession, "second_hand", True)

    done = runs.inside(
        "matrix", "--target", runs.REFERENCE, "--quick", "--defect", "ofs-ecm.removeAccount.*exists*"
    )

    assert done.returncode == 0, done.stdout
