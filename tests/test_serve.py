"""`clausewise serve` plays all that it is asked to play, and says so."""

import runs

from clausewise.reference import process

CODE = "cdp.lookup.not-found-code-as-text"
OTHER = "drop:cdp.validateCustomer.not-found.errorMessage"


def test_two_defects_are_played_together(tmp_path):
    """Both clauses are broken in one run, and what is served says their names."""
    with process.started({"cdp": ""}, "--defect", CODE, "--defect", OTHER) as url:
        target = runs.target_at(tmp_path, url, "cdp")
        picked = ("--clause", "cdp.validateCustomer.not-found*", "--run-dir", tmp_path / "run")
        done = runs.clausewise("run", "--target", target, *picked)

    broken = {name for name, verdict in runs.verdicts(tmp_path / "run").items() if verdict == "fail"}
    assert done.returncode == 1, done.stderr
    assert {"cdp.validateCustomer.not-found.errorCode", OTHER.partition(":")[2]} <= broken


def test_what_is_served_names_its_defects():
    """On the line that says where."""
    command = ("serve", "--port", "0", "--while-read", "--family", "cdp", "--defect", CODE, "--defect", OTHER)
    done = runs.clausewise(*command, input="")

    assert f"serving cdp with {CODE} and {OTHER} at http://127.0.0.1:" in done.stdout
