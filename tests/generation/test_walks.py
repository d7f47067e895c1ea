"""Walks of stateful models: a disagreement is one finding with the calls that lead to it."""

import runs


def test_a_disagreement_is_told_step_by_step(tmp_path):
    """The finding names the step and the few that must come before it, and its curl lines are those calls."""
    with runs.bent("ofs-ecm", "ofs-ecm.model.two-items-at-most") as url:
        target = runs.target_at(tmp_path, url, "ofs-ecm")
        wanted = ("--clause", "ofs-ecm.model.case-content", "--seed", "7")
        done = runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "run", *wanted)

    assert done.returncode == 1
    finding = next(bad for bad in runs.results(tmp_path / "run")["findings"] if "model" in bad["clause"])
    step, _, before = finding["hint"].partition(", after: ")
    assert step.startswith(("add", "remove"))
    steps = before.split("; ")
    assert 1 <= len(steps) <= 2
    assert len(finding["curl"].splitlines()) == len(steps) + 1
    assert "1 cause, 2 broken clauses" in done.stdout  # the walk stands beside its step


def test_a_plan_without_walks_says_so(tmp_path):
    """Smoke walks no model, and does not call one kept."""
    runs.clausewise(
        "run",
        "--target",
        runs.target_at(tmp_path, "embedded", "account-service"),
        "--run-dir",
        tmp_path / "run",
        "--plan",
        "safe",
        "--clause",
        "*.model.*",
    )

    told = {row["verdict"] for row in runs.results(tmp_path / "run")["clauses"] if ".model." in row["id"]}
    assert told == {"untestable"}
