"""Certificates that no caller should take, made anew at each start and kept nowhere."""

from __future__ import annotations

import ipaddress
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


def context(flaw: str, folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return the server's side of TLS with one flaw, and its certificate's file in the folder.

    A flaw is 'self-signed', 'expired', 'wrong-host', 'tls-1.0' or 'client-wanted': then the
    caller has to show this very certificate. A caller that names the file as its
    bundle of authorities trusts the certificate, so that it meets the flaw and nothing else.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    key, certificate = _pair(flaw)
    private, public = folder / "key.pem", folder / "certificate.pem"
    private.write_bytes(key)
    public.write_bytes(certificate)
    made.load_cert_chain(public, private)
    if flaw == "client-wanted":
        made.verify_mode = ssl.CERT_REQUIRED
        made.load_verify_locations(public)
    if flaw == "tls-1.0":
        _outdate(made)
    return made, public


def _pair(flaw: str) -> tuple[bytes, bytes]:
    """Return a key and its self-signed certificate for 127.0.0.1 and localhost, flawed as asked."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    begins = now - 30 * _DAY
    ends = now - _DAY if flaw == "expired" else now + 2 * _DAY
    host = "elsewhere.example.com" if flaw == "wrong-host" else "localhost"
    addresses: list[x509.GeneralName] = [x509.DNSName(host)]
    if flaw != "wrong-host":
        addresses.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)


def _outdate(made: ssl.SSLContext) -> None:
    """Let the server speak nothing younger than TLS 1.0 (1999), which Python warns of and no client takes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1
    made.set_ciphers("ALL:@SECLEVEL=0")
