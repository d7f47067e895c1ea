"""Judgements made by hand on the toy family, for tests of single steps."""

from dataclasses import replace

from exchanges import TOY, exchange

from clausewise.judge import JudgeContext, Terms
from clausewise.judge.judgement import Judgement
from clausewise.masking import Masker
from clausewise.model import Assertion, Finding, Masks

FAMILIES = {"toy": TOY.operations}
GET, ADD = TOY.operations["getWidget"], TOY.operations["addWidget"]
WIDGET, UNKNOWN, UNAUTHORIZED = (f"toy.getWidget.{name}" for name in ("widget", "unknown", "unauthorized"))
JSON, DOCUMENTED_ONLY = "toy.getWidget.json", "toy.getWidget.only-documented"  # the second is inferred
NAME, SIZE = "toy.addWidget.request.name", "toy.addWidget.request.size"
SERVED = exchange("getWidget", 200, {"name": "Alpha", "size": 1})
REFUSED = exchange("getWidget", 200, {"errorCode": 45001})


class Nowhere:
    """A journal that keeps nothing."""

    def exchange(self, record):
        """Forget it."""

    verdict = exchange


def context(*, standings=(), secrets=(), lacks=(), **more):
    """Return what the toy's exchanges are judged with; some clauses of another standing, or unclaimed."""
    clauses = {clause.id: clause for clause in TOY.clauses if clause.id not in lacks}
    clauses |= {name: replace(clauses[name], standing=standing) for name, standing in dict(standings).items()}
    hides = Masker(b"key", secrets)
    return JudgeContext(clauses, lambda family, name: FAMILIES[family][name], Nowhere(), hides, **more)


def judgement(made=SERVED, *expected, operation=GET, any_of_role=False, inferred=False, **more):
    """Return an exchange that is to be judged, and on which terms."""
    terms = Terms(
        expected, any_of_role=any_of_role, inferred=inferred, unlike_any=more.pop("unlike_any", False)
    )
    terms = replace(terms, compared=more.pop("compared", ()))
    return Judgement(made, operation, terms, "test_x", **more)


def row_of(made):
    """Return the line of an exchange, which was made."""
    assert made.row is not None
    return made.row


def amiss(clause, where="", **more):
    """Return an assertion that something is not as a clause says."""
    return Assertion(clause, (Finding(clause, "one thing", "another", where, **more),), "x-1")


def clauses(assertions):
    return {it.clause for it in assertions}


ODD = exchange("getWidget", 200, {"oops": 1})
KEPT = Assertion(UNKNOWN, (), "x-1")
MASKED = replace(
    exchange("getWidget", 200, {"rows": [{"name": "A***"}, {"name": "B***"}], "id": "1**4", "size": "9*"}),
    masks=Masks(("/rows/*/name", "/id", "size")),
)
