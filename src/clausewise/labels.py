"""What was judged, in the words of whoever runs us: labels by hand, and those that a CI server tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Formatter

from clausewise.errors import ConfigurationError

Labels = Mapping[str, str]

KNOWN = ("build", "release", "commit", "url")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST, _MOST = 300, 50  # characters of a value, and labels of a run
_COMMIT = 12  # characters of a commit that name a run

# By the variable that a CI server sets in every job: what its other variables say.
_SERVERS: Mapping[str, Labels] = {
    "GITHUB_ACTIONS": {
        "build": "{GITHUB_RUN_NUMBER}",
        "commit": "{GITHUB_SHA}",
        "branch": "{GITHUB_REF_NAME}",
        "url": "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    },
    "GITLAB_CI": {
        "build": "{CI_PIPELINE_ID}",
        "commit": "{CI_COMMIT_SHA}",
        "branch": "{CI_COMMIT_REF_NAME}",
        "url": "{CI_PIPELINE_URL}",
    },
    "JENKINS_URL": {
        "build": "{BUILD_NUMBER}",
        "commit": "{GIT_COMMIT}",
        "branch": "{GIT_BRANCH}",
        "url": "{BUILD_URL}",
    },
    "TF_BUILD": {
        "build": "{BUILD_BUILDNUMBER}",
        "commit": "{BUILD_SOURCEVERSION}",
        "branch": "{BUILD_SOURCEBRANCHNAME}",
        "url": "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
    },
}


def given(words: Iterable[str]) -> dict[str, str]:
    """Read labels as `KEY=VALUE`, the last of a key; ConfigurationError for what is none."""
    made: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not (equals and value.strip() and _KEY.fullmatch(key)):
            raise ConfigurationError(
                f"--label {word[:_LONGEST]!r}: write KEY=VALUE, such as build=412; the key is of "
                f"letters, digits, '.', '_' and '-'."
            )
        made[key] = value
    if len(made) > _MOST:
        raise ConfigurationError(f"There are {len(made)} labels, and a run takes {_MOST}.")
    return {key: value[:_LONGEST] for key, value in made.items()}


def of_ci(variables: Mapping[str, str]) -> dict[str, str]:
    """Return what the variables of a CI server say of the job; empty where none is at work."""
    server = next((told for name, told in _SERVERS.items() if variables.get(name)), {})
    filled = {}
    for key, form in server.items():
        names = [name for _, name, _, _ in Formatter().parse(form) if name]
        if all(variables.get(name) for name in names):
            filled[key] = form.format_map(variables)[:_LONGEST]
    return filled


def said(words: Iterable[str], variables: Mapping[str, str]) -> dict[str, str]:
    """Return what is said of the thing that is judged: by options, and by the variables of a CI server."""
    return of_ci(variables) | given(words)


def name(labels: Labels) -> str:
    """Return what a run is called by its labels: its build, its release, or its commit; '' for none."""
    parts = [f"{key} {labels[key]}" for key in ("build", "release") if labels.get(key)]
    commit = labels.get("commit", "")[:_COMMIT]
    return ", ".join(parts) or (f"commit {commit}" if commit else "")


def told(labels: Labels) -> str:
    """Return all labels in one line, the known ones first."""
    order = [key for key in KNOWN if key in labels] + sorted(set(labels) - set(KNOWN))
    return ", ".join(f"{key} {labels[key]}" for key in order)
