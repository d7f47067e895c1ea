"""Token services as banks run them: on a host of their own."""

from dataclasses import replace

import pytest
import runs
from signing_keys import keys

from clausewise import chaos
from clausewise.chaos.wire import relayed

TOKEN = "/auth/realms/cdp/protocol/openid-connect/token"


def forwarded(call):
    """Answer as the token service of the reference, at an address of its own."""
    call.send(relayed(replace(call.asked, target=TOKEN), call.upstream).whole())
    call.keep()


def absent(call):
    """Give no tokens here."""
    call.send(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
    call.keep()


@pytest.fixture
def apart(tmp_path):
    """A target file whose API gives no tokens, and the address of the service that does."""
    gone = chaos.calls_to([("POST", TOKEN)])
    with (
        runs.reference("cdp") as url,
        chaos.serving(chaos.Kind("tokens alone", forwarded), url) as service,
        chaos.serving(chaos.Kind("no tokens", absent), url, struck=gone) as api,
    ):
        yield (
            runs.target_at(tmp_path, api.url, "cdp", read_timeout=5, total_timeout=10),
            f"{service.url}/sso/token",
        )


def test_tokens_may_come_from_another_host(tmp_path, apart):
    """Log-ins go there and calls do not; who is sent what is said, and a pack of the run can be verified."""
    target, url = apart
    folder = tmp_path / "run"
    done = runs.clausewise(
        "run", "--target", runs.given(target, token_url=url), "--plan", "smoke", "--run-dir", folder
    )

    assert done.returncode == 0, done.stdout
    assert f" and {url.rpartition('/sso')[0]} (family cdp)" in done.stderr
    pack = tmp_path / "evidence.zip"
    packed = runs.clausewise("evidence", folder, "--key", keys(tmp_path)[0], "--output", pack)
    assert packed.returncode == 0, packed.stderr
    checked = runs.clausewise("verify", pack)
    assert "which is not at" not in checked.stdout + checked.stderr, checked.stdout


@pytest.mark.parametrize(
    ("family", "url", "said"),
    [
        ("cdp", "http://me:pw@127.0.0.1/token", "families.cdp.token_url holds a user name or password"),
        ("cdp", "/token", "families.cdp.token_url is '/token', but"),
        (
            "ofs-ecm",
            "http://127.0.0.1/token",
            "token_url does nothing, since the family's document has no token",
        ),
    ],
)
def test_a_bad_address_is_one_sentence(tmp_path, family, url, said):
    """Where it stands, and what to do."""
    done = runs.inside(
        "doctor",
        "--target",
        runs.given(runs.target_at(tmp_path, "http://127.0.0.1:9", family), token_url=url),
    )

    assert done.returncode == 4
    assert said in done.stderr


def test_a_service_without_refresh_tokens_breaks_the_field_that_says_so(tmp_path):
    """One documented clause, the field's own: what cannot be tried for want of the token is no fault more."""
    with runs.bent("cdp", "drop:cdp.getToken.token.refresh_token") as url:
        target = runs.target_at(tmp_path, url, "cdp")
        picked = ("--clause", "cdp.token.*", "--clause", "cdp.getToken.*")
        runs.clausewise("run", "--target", target, *picked, "--run-dir", tmp_path / "run")

    red = [row["id"] for row in runs.results(tmp_path / "run")["clauses"] if row["verdict"] == "fail"]
    documented = [name for name in red if "refresh_token" in name or name.endswith("-refresh-token")]
    assert documented == ["cdp.getToken.token.refresh_token"]
