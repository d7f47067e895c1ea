"""Calls go through the proxy that the target file names, and through no other."""

from contextlib import nullcontext

import pytest
import runs
import tomlkit
from proxying import LOGIN, serving

from clausewise import chaos
from clausewise.client import Transport
from clausewise.errors import AddressNotAllowed, ConfigurationError, NoConnection, TargetUnusable, Unreadable
from clausewise.model import Request
from clausewise.proxies import Proxy, surrounding
from clausewise.targets import Limits, Tls

_PAGE = b"HTTP/1.1 %s\r\ncontent-length: 0\r\n\r\n"


def through(proxy, url, limits=None, tls=None):
    """Send one request through a proxy."""
    transport = Transport(limits or Limits(read_timeout=1, total_timeout=2), tls or Tls(), proxy=proxy)
    try:
        return transport.send(Request("GET", f"{url}/x?personal=1", (("Accept", "*/*"),)))[0]
    finally:
        transport.close()


def by(url, *, login=None, bypass=()):
    """Return the proxy at a URL."""
    return Proxy({"http": url, "https": url}, {url: login} if login else {}, bypass)


@pytest.mark.parametrize("login", [None, LOGIN])
def test_a_call_goes_through_the_proxy(login):
    """The proxy is given the URL as a whole, and its own credentials."""
    with chaos.serving("chunked") as target, serving(login=login) as proxy:
        answer = through(by(proxy.url, login=login), target.url)

    assert answer.status == 200
    assert proxy.seen == [f"GET {target.url}/x?personal=1"]
    assert not [call for call in target.strayed if "proxy-authorization" in call.headers]


@pytest.mark.parametrize("flaw", ["self-signed", "expired"])
def test_a_secured_call_goes_through_a_tunnel_and_certificates_are_still_checked(flaw):
    """The proxy sees host and port; who is at the other end is still looked at."""
    with chaos.serving(f"tls-{flaw}") as target, serving(login=LOGIN) as proxy:
        trusted = Tls(ca_bundle=str(target.certificate))
        with (
            pytest.raises(TargetUnusable, match="its certificate has expired")
            if flaw == "expired"
            else nullcontext()
        ):
            assert through(by(proxy.url, login=LOGIN), target.url, tls=trusted).status == 200

    assert proxy.seen == [f"CONNECT {target.url.removeprefix('https://')}"]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("refusal", "login", "error", "said"),
    [
        (b"", None, TargetUnusable, "asks for credentials (407): see to username and password of [proxy]"),
        (b"", ("me", "wrong"), TargetUnusable, "does not take the credentials (407): see to username"),
    ],
)
def test_a_proxy_that_wants_a_password_is_told_as_such(scheme, refusal, login, error, said):
    """It is the proxy that says 407, and not the target."""
    with serving(refusal, login=LOGIN) as proxy, pytest.raises(error) as told:
        through(by(proxy.url, login=login), f"{scheme}://127.0.0.1:9")

    assert f"the proxy {proxy.url} {said}" in str(told.value)
    assert "personal" not in str(told.value)


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (
            b"403 Forbidden",
            TargetUnusable,
            "does not let it through (403 Forbidden): have it allow this host",
        ),
        (b"502 Bad Gateway", NoConnection, "did not reach it (502 Bad Gateway)"),
    ],
)
def test_a_tunnel_that_is_refused_is_told_in_words(status, error, said):
    """Whoever runs the proxy learns what to allow."""
    with serving(_PAGE % status) as proxy, pytest.raises(error) as told:
        through(by(proxy.url), "https://127.0.0.1:9")

    assert f"the proxy {proxy.url} {said}" in str(told.value)


def test_a_proxy_that_is_not_there_is_told_as_such():
    """The target may be well."""
    with pytest.raises(NoConnection, match=r"the proxy http://127\.0\.0\.1:9 cannot be used: the"):
        through(by("http://127.0.0.1:9"), "http://127.0.0.1:10")


def test_a_hint_names_the_proxy_that_was_not_asked():
    """Who is behind a company's proxy is told why nothing gets through."""
    with pytest.raises(
        NoConnection, match="the proxy of HTTPS_PROXY was not asked, since only the target file"
    ):
        through(Proxy(unused="HTTPS_PROXY"), "http://127.0.0.1:9")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_watchdog_bites_through_a_proxy(scheme):
    """An answer that drips through a proxy has its end, and so has a tunnel that is never dug."""
    too_late = pytest.raises(Unreadable, match="had not ended its answer after 2 s")
    with chaos.serving("dripping-headers") as proxy, too_late:
        through(by(proxy.url), f"{scheme}://127.0.0.1:9")


@pytest.mark.parametrize(
    ("host", "networks", "said"),
    [
        (
            "localhost:9",
            ("127.0.0.0/8",),
            "is looked up by the proxy, so that [limits] addresses cannot be held",
        ),
        ("127.0.0.1:9", ("10.0.0.0/8",), "resolves to 127.0.0.1, which [limits] addresses does not allow"),
    ],
)
def test_addresses_hold_through_a_proxy_or_nothing_is_sent(host, networks, said):
    """A proxy looks names up by itself: only an address in the URL can be held against the list."""
    with serving() as proxy, pytest.raises(AddressNotAllowed) as told:
        through(by(proxy.url), f"http://{host}", Limits(addresses=networks))

    assert said in str(told.value)
    assert proxy.seen == []


@pytest.mark.parametrize(
    ("url", "way"),
    [
        ("http://api.example.com/x", "p"),
        ("http://here.example.org/x", ""),
        ("http://127.0.0.1:80/x", ""),
        ("http://10.1.2.3/x", ""),
        ("http://11.1.2.3/x", "p"),
        ("HTTP://API.EXAMPLE.ORG/x", ""),
        ("http://[::1", ""),
        ("https://api.example.com/x", ""),
    ],
)
def test_what_is_passed_by_is_called_directly(url, way):
    """Names, all below a name, and networks."""
    proxy = Proxy({"http": "p"}, bypass=(".example.org", "10.0.0.0/8")).without("http://127.0.0.1:80")

    assert proxy.of(url) == way


def test_the_environments_proxy_is_read_as_curl_does():
    """Small letters win, a scheme may be missing, credentials are decoded, and NO_PROXY holds."""
    variables = {
        "https_proxy": "me:p%40ss@a:1",
        "HTTPS_PROXY": "http://b:2",
        "ALL_PROXY": "http://c:3",
        "no_proxy": "x",
    }
    proxy = surrounding(variables, "here")

    assert proxy == Proxy(
        {"https": "http://a:1", "http": "http://c:3"}, {"http://a:1": ("me", "p@ss")}, ("x",)
    )


def written(folder, url, proxy):
    """Write a target file with a proxy and return its path."""
    path = runs.target_at(folder, url, "cdp")
    told = tomlkit.parse(path.read_text())
    told["proxy"] = proxy
    path.write_text(tomlkit.dumps(told))
    return path


@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        ({"url": "http://me:pw@p:1"}, "[proxy] url holds a user name or password; secrets stay out"),
        (
            {"url": "socks5://p:1"},
            "Write it as http://proxy.example.com:3128; a SOCKS proxy is not spoken to.",
        ),
        ({"url": "http://p:99999"}, "[proxy] url is no address; write it as http://proxy.example.com:3128"),
        ({"url": "http://[::1"}, "[proxy] url is no address"),
        ({"url": "http://a b"}, "[proxy] url is no address"),
        ({"url": "http://p:1", "username": "me", "password": "pw"}, "password holds its value inline"),
        (
            {"url": "http://p:1", "bypass": ["10.0.0.0/99"]},
            "[proxy] bypass holds '10.0.0.0/99', which is no network",
        ),
        ({"environment": True}, "neither HTTPS_PROXY nor HTTP_PROXY nor ALL_PROXY is set"),
        ({"environment": True, "url": "http://p:1"}, "[proxy] has both environment and url"),
        ({"url": "http://p:1", "username": "me"}, "[proxy] lacks the key 'password'"),
        ({}, "[proxy] lacks"),
    ],
)
def test_a_mistake_in_the_table_is_one_sentence(tmp_path, monkeypatch, proxy, said):
    """What is wrong, where, and what to write."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    done = runs.inside("doctor", "--target", written(tmp_path, "http://127.0.0.1:9", proxy))

    assert done.returncode == 4
    assert said in done.stderr
    assert "pw" not in done.stderr


@pytest.mark.parametrize("named", [True, False], ids=["named", "environment"])
def test_a_run_goes_through_its_proxy_and_its_password_stays_nowhere(tmp_path, monkeypatch, named):
    """The same verdicts as without one; every call is one that the proxy saw."""
    monkeypatch.setenv("PROXY_PASSWORD", LOGIN[1])
    with runs.reference("cdp") as url, serving(login=LOGIN) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", f"//{':'.join(LOGIN)}@"))
        asked = {"url": proxy.url, "username": LOGIN[0], "password": {"env": "PROXY_PASSWORD"}}
        target = written(tmp_path, url, asked if named else {"environment": True})
        picked = ("--clause", "cdp.validateCustomer.not-found", "--run-dir", tmp_path / "run")
        done = runs.clausewise("run", "--target", target, *picked)

    assert runs.verdicts(tmp_path / "run")["cdp.validateCustomer.not-found"] == "pass", done.stdout
    assert proxy.seen
    assert f"by the proxy {proxy.url}" in done.stderr
    left = [
        path
        for path in (tmp_path / "run").rglob("*")
        if path.is_file() and LOGIN[1].encode() in path.read_bytes()
    ]
    assert not left
    assert LOGIN[1] not in done.stdout + done.stderr


def test_the_embedded_reference_is_behind_no_proxy(tmp_path):
    """A proxy that is not there does no harm to what runs on this machine."""
    target = written(tmp_path, "embedded", {"url": "http://127.0.0.1:9"})
    picked = ("--clause", "cdp.validateCustomer.not-found", "--run-dir", tmp_path / "run")
    runs.clausewise("run", "--target", target, *picked)

    assert runs.verdicts(tmp_path / "run")["cdp.validateCustomer.not-found"] == "pass"


def test_a_bad_variable_is_one_sentence():
    """What cannot be a proxy is not guessed at."""
    with pytest.raises(ConfigurationError, match="variable HTTPS_PROXY, which holds no address like"):
        surrounding({"HTTPS_PROXY": "socks5://x:1"}, "here")
