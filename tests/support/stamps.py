"""A tiny time stamp authority on this machine, by OpenSSL's own `ts`."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

_CONFIG = """
[tsa]
dir = .
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
"""


def possible() -> str:
    """Return why there can be no authority here; empty where there can."""
    try:
        import rfc3161_client  # noqa: F401, PLC0415 - an optional extra
    except ModuleNotFoundError:
        return "the extra `timestamp` is not installed"
    return "" if shutil.which("openssl") else "there is no openssl"


@contextmanager
def authority(folder: Path, reply: bytes | None = None) -> Iterator[str]:
    """Run an authority while the context lasts, its root at `root.pem`; yields its URL.

    With `reply` it answers that, whatever it is asked.
    """
    _certificates(folder)
    (folder / "serial").write_text("01")
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            answer = reply if reply is not None else stamped(folder, asked)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def stamped(folder: Path, asked: bytes) -> bytes:
    """Return the authority's answer to a query."""
    (folder / "q.tsq").write_bytes(asked)
    files: list[str | Path] = ["-queryfile", folder / "q.tsq", "-out", folder / "r.tsr"]
    options: list[str | Path] = ["-config", folder / "tsa.cnf", "-section", "tsa"]
    subprocess.run(["openssl", "ts", "-reply", *files, *options], check=True, capture_output=True)
    return (folder / "r.tsr").read_bytes()


def other_root(folder: Path) -> Path:
    """Write the root of an authority that stamped nothing; return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    path = folder / "other-root.pem"
    path.write_bytes(_certificate("another", key, "another", key, ca=True).public_bytes(Encoding.PEM))
    return path


def _certificates(folder: Path) -> None:
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("a made-up root", root_key, "a made-up root", root_key, ca=True)
    own = _certificate("a made-up authority", key, "a made-up root", root_key, ca=False)
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "tsa.pem").write_bytes(own.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "tsa.key").write_bytes(private)


def _certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey, *, ca: bool
) -> x509.Certificate:
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in (subject, issuer)]
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if ca:
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    else:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(purpose, critical=True)
    return builder.sign(by, hashes.SHA256())
