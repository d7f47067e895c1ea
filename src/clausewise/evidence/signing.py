"""Signs and checks attestations: in-toto test results in DSSE envelopes, with the user's own key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from google.protobuf import json_format
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import Error
from securesystemslib.signer import (
    CryptoSigner,
    Key,
    SSlibKey,
)

from clausewise import tables
from clausewise.errors import ConfigurationError

PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
_RSA_BITS = 2048
_PAYLOAD = "application/vnd.in-toto+json"
_BAD = (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, UnsupportedAlgorithm, Error)


def signed(subjects: Mapping[str, str], predicate: Mapping[str, Any], key: Path) -> str:
    """Return a DSSE envelope, as JSON, around a test result about files (name to SHA-256).

    Raises ConfigurationError for a key that is no unencrypted PEM private key.
    """
    try:
        signer = CryptoSigner(_strong(load_pem_private_key(key.read_bytes(), password=None)))
    except _BAD as bad:
        raise ConfigurationError(
            f"{key} is no private key that can be used ({tables.shown(bad)}); an unencrypted PEM file was "
            f"expected, as `openssl genpkey -algorithm ed25519 -out key.pem` makes."
        ) from bad
    files = [ResourceDescriptor(name=name, digest={"sha256": digest}).pb for name, digest in subjects.items()]
    statement = Statement(files, PREDICATE, dict(predicate))
    statement.validate()
    payload = json_format.MessageToJson(statement.pb, indent=None).encode()
    envelope = Envelope(payload, _PAYLOAD, {})
    envelope.sign(signer)
    return json.dumps(envelope.to_dict(), indent=1)


def public_key(path: Path) -> Key:
    """Return the public key of a PEM file; ConfigurationError where it holds none."""
    try:
        return SSlibKey.from_crypto(_strong(load_pem_public_key(path.read_bytes())))
    except _BAD as bad:
        raise ConfigurationError(
            f"{path} is no public key in PEM that can be used: {tables.shown(bad)}."
        ) from bad


def _strong(key: Any) -> Any:
    """Return a key; ValueError for an RSA key so short that others can sign for it."""
    bits = key.key_size if isinstance(key, RSAPrivateKey | RSAPublicKey) else _RSA_BITS
    if bits < _RSA_BITS:
        raise ValueError(f"an RSA key of {bits} bits, and {_RSA_BITS} are the least")
    return key


def attested(envelope: str, key: Key | None) -> dict[str, str]:
    """Return the files that an envelope speaks about (name to SHA-256), its signature checked by a key.

    Raises ValueError, with a reason, for an envelope that is malformed or not signed by that key.
    """
    try:
        given = Envelope.from_dict(json.loads(envelope))
        if key:
            given.verify([key], 1)
        told = json_format.Parse(given.payload, Statement([], "", {}).pb)
        Statement.copy_from_pb(told).validate()
    except (*_BAD, json_format.ParseError) as bad:
        raise ValueError(f"its attestation does not hold: {tables.shown(bad)}") from bad
    if told.predicate_type != PREDICATE:
        raise ValueError(f"its attestation is a {tables.shown(told.predicate_type)}, not a test result")
    return {file.name: file.digest.get("sha256", "") for file in told.subject}
