"""Signs and checks attestations: in-toto test results in DSSE envelopes, with the user's own key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
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

from clausewise import input_files
from clausewise.errors import ConfigurationError

PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
_RSA_BITS = 2048
_PAYLOAD = "application/vnd.in-toto+json"
_BAD = (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, UnsupportedAlgorithm, Error)


@dataclass(frozen=True, slots=True)
class Attestation:
    """An envelope that was read: what it says, and by their ids the keys that signed it, the first first."""

    says: Mapping[str, Any]
    signers: tuple[str, ...]
    first: bytes  # the first signature, which a time stamp is about
    envelope: Envelope

    def signed_by(self, key: Key) -> bool:
        """Tell whether a key made one of its signatures."""
        try:
            self.envelope.verify([key], 1)
        except _BAD:
            return False
        return True


def signed(subjects: Mapping[str, str], predicate: Mapping[str, Any], key: Path) -> str:
    """Return a DSSE envelope, as JSON, around a test result about files (name to SHA-256).

    Raises ConfigurationError for a key that is no unencrypted PEM private key.
    """
    signer = _signer(key)
    payload = json_format.MessageToJson(_statement(subjects, predicate).pb, indent=None).encode()
    envelope = Envelope(payload, _PAYLOAD, {})
    envelope.sign(signer)
    return _written(envelope)


def countersigned(attestation: Attestation, key: Path) -> str:
    """Return an envelope with one signature more; ConfigurationError for a bad key, or one that signed it."""
    signer = _signer(key)
    if signer.public_key.keyid in attestation.signers:
        raise ConfigurationError(f"{key} has signed this pack already; a witness signs with another key.")
    attestation.envelope.sign(signer)
    return _written(attestation.envelope)


def expected(subjects: Mapping[str, str], predicate: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an attestation about files says, as `Attestation.says` has it."""
    record: dict[str, Any] = json_format.MessageToDict(_statement(subjects, predicate).pb)
    return record


def public_key(path: Path) -> Key:
    """Return the public key of a PEM file; ConfigurationError where it holds none."""
    try:
        return SSlibKey.from_crypto(_strong(load_pem_public_key(path.read_bytes())))
    except _BAD as bad:
        raise ConfigurationError(
            f"{path} is no public key in PEM that can be used: {input_files.shown(bad)}."
        ) from bad


def _strong(key: Any) -> Any:
    """Return a key; ValueError for an RSA key so short that others can sign for it."""
    bits = key.key_size if isinstance(key, RSAPrivateKey | RSAPublicKey) else _RSA_BITS
    if bits < _RSA_BITS:
        raise ValueError(f"an RSA key of {bits} bits, and {_RSA_BITS} are the least")
    return key


def read(text: str) -> Attestation:
    """Return what an envelope says and by whom; ValueError, with a reason, for one that is malformed."""
    try:
        envelope = Envelope.from_dict(json.loads(text))
        told = json_format.Parse(envelope.payload, Statement([], "", {}).pb)
        Statement.copy_from_pb(told).validate()
        first = next(iter(envelope.signatures.values()))
        read_ = Attestation(
            json_format.MessageToDict(told),
            tuple(envelope.signatures),
            bytes.fromhex(first.signature),
            envelope,
        )
    except (*_BAD, StopIteration, json_format.ParseError) as bad:
        raise ValueError(
            f"its attestation does not hold: {input_files.shown(bad) or 'nobody signed it'}"
        ) from bad
    if told.predicate_type != PREDICATE:
        raise ValueError(f"its attestation is a {input_files.shown(told.predicate_type)}, not a test result")
    if envelope.payload_type != _PAYLOAD or _written(envelope) != text:
        raise ValueError("its attestation is written in another way than `clausewise evidence` writes it")
    return read_


def _signer(key: Path) -> CryptoSigner:
    try:
        return CryptoSigner(_strong(load_pem_private_key(key.read_bytes(), password=None)))
    except _BAD as bad:
        raise ConfigurationError(
            f"{key} is no private key that can be used ({input_files.shown(bad)}); "
            f"an unencrypted PEM file was "
            f"expected, as `openssl genpkey -algorithm ed25519 -out key.pem` makes."
        ) from bad


def _statement(subjects: Mapping[str, str], predicate: Mapping[str, Any]) -> Statement:
    files = [ResourceDescriptor(name=name, digest={"sha256": digest}).pb for name, digest in subjects.items()]
    statement = Statement(files, PREDICATE, dict(predicate))
    statement.validate()
    return statement


def _written(envelope: Envelope) -> str:
    return json.dumps(envelope.to_dict(), indent=1)
