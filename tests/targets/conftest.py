"""A target file as it is written and loaded."""

import pytest

from clausewise import package_data, targets


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Write a target file and load it, with the password in the environment."""
    monkeypatch.setenv("CLAUSEWISE_TEST_PASSWORD", "a-made-up-password")

    def write_and_load(text):
        path = tmp_path / "target.toml"
        path.write_text(text)
        return targets.load(path, package_data.SCHEMAS / "target.schema.json")

    return write_and_load
