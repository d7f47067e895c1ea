"""Failures inside the target, which only its fault hooks provoke: tables 50 and 53 to 65."""

import pytest

from clausewise import File, clause, outcome, provoked

from .steps import good

OF_FILES = {"attachment-insert-failed", "upload-failed"}  # lines 3602 and 3604 speak of files


@pytest.mark.parametrize(
    ("service", "name"),
    [
        pytest.param(service, name, id=f"{service}-{name}", marks=clause(f"ofs-ecm.{service}.{name}"))
        for service, name in provoked("ofs-ecm")
    ],
)
def test_a_failure_inside_is_told(api, judge, unique, service, name):
    """A good call that fails inside is answered as the table says."""
    request = good(api, unique, service)
    if name in OF_FILES:
        request |= {"files": [("file", File("note.txt", b"An example note.", "text/plain"))]}

    judge(api.call(service, **request, fault=f"{service}.{name}"), outcome(name))
