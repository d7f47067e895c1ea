"""The judge of a test on the toy family, and a journal that keeps what it wrote."""

from dataclasses import replace

from exchanges import TOY

from clausewise.judge import Judge, JudgeContext
from clausewise.masking import Masker
from clausewise.model import Standing

UNKNOWN = "toy.getWidget.unknown"
WIDGET = "toy.getWidget.widget"


class Memory:
    """A journal that keeps its records in two lists."""

    def __init__(self):
        self.exchanges, self.verdicts = [], []

    def exchange(self, record):
        self.exchanges.append(record)

    def verdict(self, record):
        self.verdicts.append(record)


def judge_of(pages):
    """Return the judge of a test on the toy's unknown answer."""
    clauses = {clause.id: clause for clause in TOY.clauses}
    bench = JudgeContext(
        clauses, lambda _, name: TOY.operations[name], pages, Masker(b"key", ["s3cret-value"])
    )
    return Judge(bench, "suites/toy/test_x.py::test_x", [UNKNOWN])


def found(pages):
    """Return the clauses that the last record says are broken."""
    return {finding["clause"] for finding in pages.verdicts[-1]["findings"]}


KNOWN, ODD = {"errorCode": 45001}, {"oops": 1}


def on(judge, *clauses, operation=None, **standings):
    """Return the judge of a test of other clauses, some of them of another standing."""
    known = judge.bench.clauses
    known = known | {
        name: replace(known[name], standing=Standing.INFERRED) for name in standings.get("inferred", ())
    }
    find = {operation.id: operation} if operation else TOY.operations
    return replace(
        judge,
        clauses=clauses,
        bench=replace(judge.bench, clauses=known, operation=lambda _, name: find[name]),
    )
