"""Causes: a reader hears of each once, what concerns security first."""

import pytest

from clausewise.report.causes import causes


def told(clause, colour="red", **more):
    """Return a finding on a clause `operation.rule` of the toy family."""
    words = {"expected": "401", "actual": "200", "where": "status", "hint": "", "exchange": clause}
    return {"clause": f"toy.{clause}", "colour": colour, **words, **more}


def results(*findings, auth=()):
    """Return the results that causes are read from."""
    names = dict.fromkeys(bad["clause"] for bad in findings)
    rows = [
        {"id": name, "operation": name.split(".")[1], "kind": "auth" if name in auth else "rule"}
        for name in names
    ]
    return {"findings": list(findings), "clauses": rows}


def test_a_guess_that_is_not_kept_is_told_once():
    """At however many operations it shows; another guess is another cause."""
    alike = [told(f"{name}.json", "amber", actual=name) for name in ("one", "two", "three")]

    found = causes(results(*alike, told("one.media-type", "amber")))

    assert [(it.finding["clause"], len(it.alike)) for it in found] == [
        ("toy.one.json", 2),
        ("toy.one.media-type", 0),
    ]


@pytest.mark.parametrize("differs", ["expected", "where", "exchange"])
def test_what_differs_is_another_cause(differs):
    """Red findings are one cause only where one answer makes them in the same words."""
    same = told("one.a", exchange="x-1"), told("one.b", exchange="x-1")
    other = told("one.c", exchange="x-1") | {differs: "another"}

    assert [len(it.alike) for it in causes(results(*same, other))] == [1, 0]


def test_security_comes_first_and_red_before_amber():
    """Whatever was found first."""
    found = [told("one.a", "amber"), told("one.b"), told("one.door"), told("one.window", "amber")]

    order = [it.finding["clause"] for it in causes(results(*found, auth={"toy.one.door", "toy.one.window"}))]

    assert order == ["toy.one.door", "toy.one.b", "toy.one.window", "toy.one.a"]
