"""Two engines judge every body schema alike: the quick one for bulk, the exact one for words."""

import json

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator
from shipped import BODIES

from clausewise.generation import one_wrong

pytestmark = pytest.mark.quick

MOST = 400  # mutations of one example


@pytest.mark.parametrize("path", BODIES, ids=lambda path: f"{path.parent.parent.name}-{path.name}")
def test_both_engines_agree_on_every_example_and_mutation(path):
    """A value that one engine takes and the other does not would be judged by luck."""
    schema = json.loads(path.read_text())
    quick = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    exact = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)

    for example in schema["examples"]:
        assert quick.is_valid(example)
        for made in list(one_wrong(example, schema))[:MOST]:
            assert quick.is_valid(made.body) == exact.is_valid(made.body), made.about
