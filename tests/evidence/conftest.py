"""The run and the pack that the tests of evidence share."""

import shutil

import forging
import pytest
import runs
import shared
from packs import DEFECT, OVERLAY, POLICY, RULED, UNSCORED, WAIVER, known
from signing_keys import keys

from clausewise import package_data, rulings


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    """A folder with a run of 200 requests on a target that breaks one clause, and its pack.

    It is ruled in every way; what is personal is masked; the run is red.
    """
    return shared.once(tmp_path_factory, "evidence", _packed)


def _packed(folder):
    (folder / "policy.toml").write_text(POLICY)
    (folder / "waivers.toml").write_text(WAIVER)
    with runs.bent("account-service", DEFECT) as url:
        path = runs.target_at(folder, url, "account-service")
        path.write_text(path.read_text().replace("show_personal_data = true", "") + OVERLAY)
        shutil.copy(package_data.SCHEMAS / "account-service" / "assumed.overlay.yaml", folder / "own.yaml")
        path.write_text(path.read_text().replace('overlays = ["assumed"]', 'overlays = ["own.yaml"]'))
        every = [clause.id for clause in known(path).clauses()]
        (folder / "frozen.json").write_text(
            rulings.freeze("release", ["account-service"], set(every) - {UNSCORED})
        )
        ruled = [f"--{name}={folder / file}" for name, file in RULED.items()]
        chosen = ["--run-dir", folder / "run", "--plan", "proof", "--max-requests", "200", *ruled]
        done = runs.clausewise("run", "--target", path, *chosen)
    assert done.returncode == 1, done.stdout + done.stderr
    keys(folder)
    made = runs.inside("evidence", folder / "run", "--key", folder / "key.pem", "--output", folder / "e.zip")
    assert made.returncode == 0, made.stderr


@pytest.fixture
def held(house):
    """The files of that pack, to be forged."""
    return forging.contents(house / "e.zip")
