"""Labels: what was judged, by hand and by a CI server's variables, wherever a run is named."""

import pytest
import runs
from made_results import result

from clausewise import labels
from clausewise.errors import ConfigurationError
from clausewise.history import History

NASTY = "<b>8</b> [y](http://x.example.com) ##vso[task.complete]\x1b[2J"
SERVERS = {
    "GitHub": {
        "GITHUB_ACTIONS": "true",
        "GITHUB_RUN_NUMBER": "412",
        "GITHUB_SHA": "abc",
        "GITHUB_SERVER_URL": "https://git.example.com",
        "GITHUB_REPOSITORY": "a/b",
        "GITHUB_RUN_ID": "9",
    },
    "GitLab": {
        "GITLAB_CI": "true",
        "CI_PIPELINE_ID": "412",
        "CI_COMMIT_SHA": "abc",
        "CI_PIPELINE_URL": "https://git.example.com/a/b/actions/runs/9",
    },
    "Jenkins": {
        "JENKINS_URL": "https://ci.example.com",
        "BUILD_NUMBER": "412",
        "GIT_COMMIT": "abc",
        "BUILD_URL": "https://git.example.com/a/b/actions/runs/9",
    },
    "Azure": {
        "TF_BUILD": "True",
        "BUILD_BUILDNUMBER": "412",
        "BUILD_SOURCEVERSION": "abc",
        "SYSTEM_COLLECTIONURI": "https://git.example.com/",
        "SYSTEM_TEAMPROJECT": "a",
        "BUILD_BUILDID": "9",
    },
}


@pytest.mark.parametrize("server", SERVERS)
def test_a_ci_server_says_what_it_builds(server):
    """Its build, the commit and where the job is seen; what it does not say is left out."""
    told = labels.of_ci(SERVERS[server])

    assert (told["build"], told["commit"]) == ("412", "abc")
    assert told["url"].startswith("https://git.example.com/a/")
    assert "branch" not in told
    assert labels.of_ci({"BUILD_NUMBER": "412"}) == {}


def test_the_last_of_a_key_wins():
    """What is typed stands behind what clausewise.toml says."""
    assert labels.given(["build=1", "url=https://example.com/?a=b", "build=2"]) == {
        "build": "2",
        "url": "https://example.com/?a=b",
    }


@pytest.mark.parametrize("words", [["412"], ["=412"], ["build="], ["a b=1"]])
def test_what_is_no_label_is_one_sentence(words):
    """It names the option and what was given."""
    with pytest.raises(ConfigurationError, match="--label"):
        labels.given(words)


def test_a_run_is_told_by_its_labels_and_nothing_in_them_is_alive(tmp_path):
    """By hand wins over the server; a secret is masked; Markdown, markup and commands are disarmed."""
    secret = (runs.REFERENCE.parent / "reference.d" / "images-password").read_text().strip()
    given = ["--label", "build=500", "--label", f"release={NASTY}", "--label", f"note=is {secret}"]
    done = runs.clausewise(
        *("run", "--target", runs.REFERENCE, "--run-dir", tmp_path / "run", "--operation", "login", *given),
        *("--history", tmp_path / "nightly.db"),
        env=runs.environment(**SERVERS["GitHub"]),
    )
    folder = tmp_path / "run"
    told = runs.results(folder)["run"]["labels"]

    assert (told["build"], told["commit"]) == ("500", "abc"), done.stderr
    assert told["note"].startswith("is [masked")
    assert "of build 500, release <b>8</b>" in done.stdout
    pages = (
        "report.html",
        "summary.md",
        "statement.html",
        "junit.xml",
        "allure-results/environment.properties",
    )
    for name in pages:
        text = (folder / name).read_text()
        assert "500" in text, name
        assert secret not in text, name
        assert "<b>8</b>" not in text, name
        assert "##vso" not in text, name
        assert "\x1b" not in text, name
    listed = runs.inside("history", tmp_path / "nightly.db", "--since-build", "500")
    assert "build 500" in listed.stdout
    assert "\x1b" not in listed.stdout
    target, again = ("--target", runs.REFERENCE), tmp_path / "again"
    runs.inside(
        "judge", folder, *target, "--label", "build=501", "--label", f"note={secret}", "--run-dir", again
    )
    told = runs.results(again)["run"]["labels"]
    assert told["build"] == "501"
    assert told["note"].startswith("[masked")


def test_a_history_begins_with_a_build(tmp_path):
    """Its first run on that target, and all later ones; a build that nobody ran is told."""
    with History.at(str(tmp_path / "h.db")) as history:
        for number, build in enumerate(("7", "8", "8", "9"), 1):
            made = result(number)
            made["run"]["labels"] = {"build": build}
            history.append(made)

        assert [row["name"] for row in history.runs(build="8")] == ["build 8", "build 8", "build 9"]
        with pytest.raises(ConfigurationError, match="no run of the build 70"):
            history.runs(build="70")
