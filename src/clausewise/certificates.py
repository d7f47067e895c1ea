"""Files of certificates and keys, looked at before anybody is called: what is wrong with one, in words."""

from __future__ import annotations

import ssl
from pathlib import Path

from clausewise.errors import ConfigurationError

_TO_PEM = {
    True: "openssl pkcs12 -in FILE -out client.pem -nodes",
    False: "openssl x509 -inform der -in FILE -out FILE.pem",
}
_PKCS12 = b"\x02\x01\x03\x30"  # version 3, then what is kept, at the head of its sequence
_HEAD = 16
_KEY = b"PRIVATE KEY-----"
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


def check(files: dict[str, str], password: str, place: str) -> None:
    """See that the files of [tls] can be used: `ca_bundle`, `client_certificate` and `client_key`.

    Raises ConfigurationError, beginning with `place`.
    """
    for key, name in files.items():
        try:
            content = Path(name).read_bytes()
        except OSError as bad:
            raise ConfigurationError(
                f"{place} {key} names {name}, which cannot be read: {bad.strerror}."
            ) from bad
        _check_text(content, f"{place} {key} names {name}, which", key)
    if "client_key" in files and "client_certificate" not in files:
        raise ConfigurationError(f"{place} has a client_key and no client_certificate; name that, too.")
    if "client_certificate" in files:
        _check_pair(files, password, place)
    if "ca_bundle" in files:
        try:
            ssl.create_default_context(cafile=files["ca_bundle"])
        except (ssl.SSLError, ValueError) as bad:
            raise ConfigurationError(
                f"{place} ca_bundle names {files['ca_bundle']}, of which a certificate cannot be read."
            ) from bad


def _check_text(content: bytes, what: str, key: str) -> None:
    """See that a file is PEM, and what it is asked to be."""
    wanted = _KEY if key == "client_key" else _CERTIFICATE
    if wanted in content.replace(b"TRUSTED ", b""):
        return
    if b"-----BEGIN" in content:
        text = "private key" if key == "client_key" else "certificate"
        raise ConfigurationError(f"{what} holds no {text}; name the file that does.")
    if content[:1] == b"0":  # a sequence of ASN.1
        pkcs12 = _PKCS12 in content[:_HEAD]
        kind = "PKCS#12" if pkcs12 else "DER"
        raise ConfigurationError(f"{what} is {kind}; PEM is taken: {_TO_PEM[pkcs12]} makes it one.")
    raise ConfigurationError(f"{what} is no PEM file: it begins with no -----BEGIN line.")


def _check_pair(files: dict[str, str], password: str, place: str) -> None:
    """See that a certificate has its key, and that the key can be read."""
    certificate = files["client_certificate"]
    at, key = next((it, files[it]) for it in ("client_key", "client_certificate") if it in files)
    content = Path(key).read_bytes()
    if _KEY not in content:
        raise ConfigurationError(
            f"{place} client_certificate names {certificate}, which holds no private key; "
            f"name that as client_key."
        )
    locked = b"ENCRYPTED" in content
    if locked and not password:  # OpenSSL would ask the terminal
        raise ConfigurationError(
            f"{place} {at} names {key}, whose key is encrypted; give its passphrase as client_key_password, "
            f"or name one without that only you can read."
        )
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password or "")
    except (OSError, ValueError) as bad:
        if "KEY_VALUES_MISMATCH" in repr(bad) or "KEY_TYPE_MISMATCH" in repr(bad):
            message = f"{place} {at} names {key}, which is not the key of the certificate {certificate}."
        elif locked:
            message = f"{place} client_key_password does not open the key {key}."
        else:
            message = f"{place} client_certificate {certificate} or its key {key} is damaged."
        raise ConfigurationError(message) from bad
