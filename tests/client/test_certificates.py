"""Certificates and keys as people have them: what cannot be used is told before anybody is called."""

from typing import Any

import pytest
import runs
import tomlkit
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from clausewise import chaos, package_data, targets
from clausewise.chaos import certificates
from clausewise.client import Transport
from clausewise.errors import ConfigurationError, TargetUnusable, Unreachable
from clausewise.model import Request
from clausewise.targets import Limits, Tls

PASSPHRASE = "0pen-Sesame-4711"
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a certificate and its key in every form."""
    made = tmp_path_factory.mktemp("pki")
    private, public = certificates._pair("")
    _, other = certificates._pair("")
    key: Any = serialization.load_pem_private_key(private, None)
    certificate = x509.load_pem_x509_certificate(public)
    locked = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    plain, pkcs8 = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    files = {
        "me.pem": public,
        "me.key": private,
        "both.pem": public + private,
        "other.pem": other,
        "me.der": certificate.public_bytes(DER),
        "key.der": key.private_bytes(DER, pkcs8, plain),
        "me.p12": pkcs12.serialize_key_and_certificates(b"me", key, certificate, None, locked),
        "locked.key": key.private_bytes(PEM, pkcs8, locked),
        "cut.key": private[:90] + private[-30:],
        "text.pem": b"hello\n",
        "empty.pem": b"",
    }
    for name, content in files.items():
        (made / name).write_bytes(content)
    return made


def load(folder, monkeypatch, **tls):
    """Load a target file with a table [tls]."""
    monkeypatch.setenv("KEY_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("KEY_WRONG", "another one")
    path = runs.target_at(folder, "https://127.0.0.1:9", "cdp")
    told = tomlkit.parse(path.read_text())
    told["tls"] = tls
    path.write_text(tomlkit.dumps(told))
    return targets.load(path, package_data.SCHEMAS / "target.schema.json", allowed=())


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ({"client_certificate": "me.der"}, "is DER; PEM is taken: openssl x509 -inform der"),
        ({"client_certificate": "me.p12"}, "is PKCS#12; PEM is taken: openssl pkcs12 -in"),
        ({"client_certificate": "me.pem", "client_key": "key.der"}, "key.der, which is DER; PEM is taken"),
        ({"client_certificate": "me.pem"}, "holds no private key; name that as client_key"),
        ({"client_certificate": "me.key"}, "holds no certificate; name the file that does"),
        (
            {"client_certificate": "me.pem", "client_key": "me.pem"},
            "holds no private key; name the file that",
        ),
        ({"client_certificate": "other.pem", "client_key": "me.key"}, "me.key, which is not the key of the"),
        ({"client_certificate": "me.pem", "client_key": "cut.key"}, "cut.key is damaged"),
        (
            {"client_certificate": "me.pem", "client_key": "locked.key"},
            "is encrypted; give its passphrase as",
        ),
        ({"client_key": "me.key"}, "has a client_key and no client_certificate"),
        ({"ca_bundle": "me.der"}, "ca_bundle names"),
        ({"ca_bundle": "text.pem"}, "is no PEM file: it begins with no -----BEGIN line"),
        ({"ca_bundle": "empty.pem"}, "is no PEM file"),
        (
            {
                "client_certificate": "me.pem",
                "client_key": "locked.key",
                "client_key_password": {"env": "KEY_WRONG"},
            },
            "client_key_password does not open the key",
        ),
        (
            {"client_certificate": "me.pem", "client_key": "locked.key", "client_key_password": "inline"},
            "[tls] client_key_password holds its value inline",
        ),
    ],
)
def test_what_cannot_be_used_is_told_in_words(folder, monkeypatch, tls, said):
    """In one sentence, with what to do, and without OpenSSL's."""
    with pytest.raises(ConfigurationError) as told:
        load(folder, monkeypatch, **tls)

    assert said.replace("[tls] client_key_password", "tls.client_key_password") in str(told.value)
    assert "_ssl.c" not in str(told.value)
    assert PASSPHRASE not in str(told.value)


@pytest.mark.parametrize(
    "tls",
    [
        {"client_certificate": "me.pem", "client_key": "me.key"},
        {"client_certificate": "both.pem"},
        {
            "client_certificate": "me.pem",
            "client_key": "locked.key",
            "client_key_password": {"env": "KEY_PASSPHRASE"},
        },
        {"ca_bundle": "me.pem"},
    ],
)
def test_what_can_be_used_is_taken(folder, monkeypatch, tls):
    """A passphrase is known as a secret."""
    target = load(folder, monkeypatch, **tls)

    assert (PASSPHRASE in target.secrets) is ("client_key_password" in tls)


@pytest.mark.parametrize("locked", [True, False, None], ids=["locked", "plain", "none"])
def test_a_host_that_asks_for_a_client_certificate_gets_it(tmp_path, locked):
    """With its key, encrypted or not; without one the run says what is asked for."""
    with chaos.serving("tls-client-wanted") as served:
        pem = served.certificate
        assert pem
        key = serialization.load_pem_private_key((pem.parent / "key.pem").read_bytes(), None)
        how = (
            serialization.BestAvailableEncryption(PASSPHRASE.encode())
            if locked
            else serialization.NoEncryption()
        )
        (tmp_path / "key").write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, how))
        own: dict[str, Any] = (
            {"client_certificate": str(pem), "client_key": str(tmp_path / "key")}
            if locked is not None
            else {}
        )
        tls = Tls(ca_bundle=str(pem), **own, client_key_password=PASSPHRASE if locked else "")
        transport = Transport(Limits(), tls)
        try:
            if locked is None:
                with pytest.raises((TargetUnusable, Unreachable), match="asks for a client certificate"):
                    transport.send(Request("GET", served.url))
            else:
                assert transport.send(Request("GET", served.url))[0].status == 200
        finally:
            transport.close()
