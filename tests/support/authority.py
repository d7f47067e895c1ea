"""An authority of certificates that lives as long as a test."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def issue(folder: Path, *names: str) -> None:
    """Write NAME.pem and NAME.key for each name, signed by the authority of authority.pem."""
    ours = ec.generate_private_key(ec.SECP256R1())
    for name in ("authority", *names):
        key = ours if name == "authority" else ec.generate_private_key(ec.SECP256R1())
        (folder / f"{name}.pem").write_bytes(_signed(name, key, ours))
        (folder / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


def _signed(name: str, key: ec.EllipticCurvePrivateKey, ours: ec.EllipticCurvePrivateKey) -> bytes:
    now, day = datetime.now(UTC), timedelta(days=1)
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_called(name))
        .issuer_name(_called("authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .add_extension(x509.BasicConstraints(ca=name == "authority", path_length=None), critical=True)
        .sign(ours, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
