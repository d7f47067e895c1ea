"""What `clausewise init` writes to start from, with nothing but the installed package."""

import stat

import pytest
import runs
import tomlkit

from clausewise import contracts, package_data


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_reference_with_its_secrets(here):
    """All of it, as it ships; the secrets are for their owner's eyes."""
    done = runs.inside("init", "--reference", "sandbox")

    assert done.returncode == 0, done.stderr
    for path in [package_data.TARGETS / "reference.toml", *(package_data.TARGETS / "reference.d").iterdir()]:
        written = here / "sandbox" / path.relative_to(package_data.TARGETS)
        assert written.read_text() == path.read_text()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (here / "sandbox" / "reference.d").iterdir()} == {
        0o600
    }


def test_the_reference_of_one_family(here):
    """Its part of the target file, and the secrets that it names; the doctor has nothing against it."""
    assert runs.inside("init", "--reference", ".", "--family", "int-ecm").returncode == 0

    told = tomlkit.parse((here / "reference.toml").read_text())
    assert list(told["families"]) == ["int-ecm"]
    assert all(path.name.startswith("images-") for path in (here / "reference.d").iterdir())
    assert runs.inside("doctor", "--target", "reference.toml").returncode == 0


def test_the_overlay_to_edit(here):
    """It is the one that we assume, and laid over the contract it gives what that gives."""
    assert runs.inside("init", "--overlay", "account-service", "ours.yaml").returncode == 0

    path = package_data.SCHEMAS / "account-service"
    own, assumed = (
        contracts.load(path / "openapi.yaml", "account-service", overlays=[overlay])
        for overlay in (here / "ours.yaml", path / "assumed.overlay.yaml")
    )
    assert {clause.id for clause in own.clauses} == {clause.id for clause in assumed.clauses}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--overlay", "cdp"],
            "leaves no gap that takes an overlay; those of account-service and int-ecm do",
        ),
        (["--overlay", "x"], "There is no family 'x'"),
        (["--reference", ".", "--family", "x"], "There is no family 'x'"),
        (["--reference", ".", "--overlay", "cdp"], "not allowed with argument --reference"),
        (["--reference", "there"], "is there already; name another place"),
    ],
)
def test_what_cannot_be_written_is_one_sentence(here, words, said):
    """And nothing is left behind."""
    (here / "there").mkdir()
    (here / "there" / "reference.toml").touch()
    done = runs.inside("init", *words)

    assert done.returncode == 4
    assert said in done.stderr
    assert [path.name for path in here.rglob("*")] == ["there", "reference.toml"]
