"""RFC 3161 time stamps: an authority's word that a pack's signature was there at a time."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from hashlib import sha512
from pathlib import Path
from typing import Any

from cryptography.x509 import Certificate, load_pem_x509_certificates

from clausewise import input_files
from clausewise.errors import ConfigurationError

_BAD = (ValueError, TypeError, KeyError, AttributeError, OverflowError)


def request(signature: bytes) -> bytes:
    """Return what an authority is asked for a signature."""
    known = _library()
    return bytes(known.TimestampRequestBuilder().data(signature).build().as_bytes())


def time(response: bytes, signature: bytes, roots: Sequence[Certificate]) -> str:
    """Return when a signature was stamped, ISO 8601 in UTC; without `roots` whoever stamped it.

    Raises ValueError, with the reason, for a stamp that does not hold.
    """
    known = _library()
    try:
        stamp = known.decode_timestamp_response(response)
        if stamp.as_bytes() != response:
            raise ValueError("it is followed by something else")
        told = stamp.tst_info.gen_time
        if roots:
            builder = known.VerifierBuilder()
            for root in roots:
                builder = builder.add_root_certificate(root)
            builder.build().verify_message(stamp, signature)
        elif stamp.tst_info.message_imprint.message != sha512(signature).digest():
            raise ValueError("it is of another signature")
    except (known.VerificationError, *_BAD) as bad:
        raise ValueError(f"the time stamp does not hold: {input_files.shown(bad)}") from bad
    return str(told.isoformat())


def roots(path: Path) -> list[Certificate]:
    """Return the certificates of a PEM file; ConfigurationError where it holds none."""
    try:
        return load_pem_x509_certificates(path.read_bytes())
    except (OSError, *_BAD) as bad:
        raise ConfigurationError(f"{path} holds no certificate in PEM: {input_files.shown(bad)}.") from bad


def _library() -> Any:
    try:
        return importlib.import_module("rfc3161_client")
    except ModuleNotFoundError as bad:
        raise ConfigurationError("Time stamps take: pip install 'clausewise[timestamp]'.") from bad
