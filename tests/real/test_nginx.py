"""Debian's nginx in front of the reference: what a gateway may do is never red, what it says is told."""

import shutil
import socket
from contextlib import ExitStack, contextmanager
from string import Template

import authority
import pytest
import runs
import tomlkit
from strangers import HERE, amber, await_, exchanges, free_port, judged, red, started

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin") or shutil.which("nginx")
pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is not installed: apt-get install nginx-light")

GZIP = "gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1;"
OWN_PAGES = "proxy_intercept_errors on; error_page 404 405 413 502 504 /own.html;"
OWN_PAGE = "location = /own.html { internal; }"
LONG_URLS = "large_client_header_buffers 4 128k;"
MUTUAL = """ssl_certificate $folder/server.pem; ssl_certificate_key $folder/server.key;
    ssl_client_certificate $folder/authority.pem; ssl_verify_client on;"""


@contextmanager
def front(folder, behind, *, prefix="", server="", location="", tls=""):
    """Serve what is behind through nginx while the context lasts; yields the URL to call."""
    port = free_port()
    (folder / "html").mkdir()
    (folder / "html" / "own.html").write_text(
        "<!DOCTYPE html><title>Sorry</title><h1>Please ask the desk.</h1>\n"
    )
    given = {"folder": folder, "port": port, "prefix": prefix, "behind": behind, "tls": tls}
    given["server"] = Template(server).substitute(given)
    text = Template((HERE / "nginx.conf").read_text()).substitute(given, location=location)
    (folder / "nginx.conf").write_text(text)
    with started([str(NGINX), "-p", folder, "-c", folder / "nginx.conf"], port, folder / "log") as url:
        yield (url.replace("http:", "https:") if tls else url) + prefix


def target_at(folder, url, family, **tls):
    """Write the reference's target file for the address in front of it, as patient as the reference's own."""
    path = runs.target_at(folder, url, family, read_timeout=10, total_timeout=20, max_wait=5)
    if tls:
        told = tomlkit.parse(path.read_text())
        told["tls"] = {name: str(value) for name, value in tls.items()}
        path.write_text(tomlkit.dumps(told))
    return path


GOOD = {
    "prefix-gzip-http-1.0": (
        "cdp",
        "gate",
        {"prefix": "/bank/api", "location": f"proxy_http_version 1.0; {GZIP}"},
    ),
    "unbuffered-http-1.1": (
        "int-ecm",
        "gate",
        {
            "server": "client_max_body_size 20m;",
            "location": "proxy_http_version 1.1; proxy_buffering off; proxy_request_buffering off;",
        },
    ),
    "small-buffers-long-urls": (
        "ofs-ecm",
        "smoke",
        {
            "server": f"{LONG_URLS} client_body_buffer_size 1k;",
            "location": f"proxy_buffer_size 4k; proxy_buffers 2 4k; proxy_busy_buffers_size 4k; {GZIP}",
        },
    ),
}


@pytest.mark.parametrize("setup", GOOD)
def test_what_a_gateway_does_on_the_way_is_nothing_to_the_documents(tmp_path, setup):
    """Behind a prefix, packed, buffered or not, in HTTP/1.0: everything is kept, guesses too."""
    family, plan, how = GOOD[setup]
    with runs.reference(family) as behind, front(tmp_path, behind, **how) as url:
        done, results = judged(target_at(tmp_path, url, family), "--plan", plan)

    assert (red(results), amber(results)) == ([], set())
    assert done.returncode == 0, done.stdout
    assert results["exercised"]["share"] == 1


PAGES = {
    "404": ("account-service", {404}, {"server": OWN_PAGE, "location": OWN_PAGES}),
    "413": ("int-ecm", {413}, {"server": f"{OWN_PAGE} client_max_body_size 1m;", "location": OWN_PAGES}),
}


@pytest.mark.parametrize("setup", PAGES)
def test_a_gateways_own_pages_turn_nothing_red(tmp_path, setup):
    """HTML for what it turns away itself: that it is no JSON, or no such status, breaks a guess at most."""
    family, own, how = PAGES[setup]
    with runs.reference(family) as behind, front(tmp_path, behind, **how) as url:
        target = target_at(tmp_path, url, family)
        done, results = judged(target, "--plan", "proof")

    assert (red(results), done.returncode) == ([], 0), done.stdout
    assert {name.rpartition(".")[2] for name in amber(results)} <= {"json", "only-documented"}
    answers = [told["response"] for told in exchanges(target)]
    assert own <= {answer["status"] for answer in answers if "Please ask the desk." in answer["body"]}


def test_a_gateway_that_asks_for_a_client_certificate_gets_it(tmp_path):
    """Mutual TLS, with the certificate that [tls] names: all is kept. Without: one sentence, nothing red."""
    authority.issue(tmp_path, "server", "caller")
    shown = {"client_certificate": tmp_path / "caller.pem", "client_key": tmp_path / "caller.key"}
    how = {"tls": " ssl", "server": f"{MUTUAL} client_max_body_size 20m;"}
    with runs.reference("int-ecm") as behind, front(tmp_path, behind, **how) as url:
        known = {"ca_bundle": tmp_path / "authority.pem"}
        good, kept = judged(target_at(tmp_path, url, "int-ecm", **known, **shown), "--plan", "proof")
        (tmp_path / "run").rename(tmp_path / "good")
        bad, results = judged(target_at(tmp_path, url, "int-ecm", **known), "--plan", "proof")

    assert (red(kept), amber(kept), good.returncode) == ([], set(), 0), good.stdout
    assert (red(results), bad.returncode) == ([], 3), bad.stdout
    assert "it asks for a client certificate: see to [tls] client_certificate" in bad.stdout


@contextmanager
def nobody():
    """Nothing listens behind the gateway: it answers 502."""
    yield f"http://127.0.0.1:{free_port()}"


@contextmanager
def somebody_silent():
    """Behind the gateway somebody listens, and says nothing: it answers 504."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"


@pytest.mark.parametrize(
    ("family", "gone", "said"),
    [
        ("cdp", nobody, "a 502 (Bad Gateway)"),
        ("ofs-ecm", nobody, "a 502 (Bad Gateway)"),
        ("int-ecm", nobody, "a 502 (Bad Gateway)"),
        ("account-service", somebody_silent, "a 504 (Gateway Timeout)"),
    ],
)
def test_a_gateway_with_nothing_behind_it_is_an_unusable_target(tmp_path, family, gone, said):
    """Exit 3 and one sentence that says who answered; not one clause is red for it."""
    how = {"server": OWN_PAGE, "location": f"proxy_read_timeout 1s; {OWN_PAGES}"}
    with gone() as behind, front(tmp_path, behind, **how) as url:
        done, results = judged(target_at(tmp_path, url, family), "--plan", "smoke")

    assert (red(results), amber(results)) == ([], set())
    assert done.returncode == 3, done.stdout
    (reason,) = results["outcome"]["reasons"]
    assert f"was answered by a gateway, with {said} that is no JSON" in reason
    assert "is up and well, then run again" in reason


def test_a_target_that_goes_while_it_is_judged_is_not_blamed(tmp_path):
    """What was judged before stays; from then on it is the gateway that speaks."""
    with ExitStack() as still_there, ExitStack() as there:
        behind = there.enter_context(runs.reference("cdp"))
        url = still_there.enter_context(front(tmp_path, behind))
        target, folder = target_at(tmp_path, url, "cdp"), tmp_path / "run"
        with runs.begun(target, folder) as run:
            await_(lambda: (folder / "exchanges.jsonl").read_text().count("\n") > 30)
            there.close()
            said, _ = run.communicate(timeout=60)

    results = runs.results(folder)
    assert (red(results), run.returncode) == ([], 3), said
    assert "was answered by a gateway" in results["outcome"]["reasons"][0]
    assert results["counts"]["pass"] > 10
