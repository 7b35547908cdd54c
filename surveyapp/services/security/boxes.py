"""Boxes that anybody can close and we alone can open: what is answered where there is no signal waits in them.

A box is ECIES: an ephemeral P-256 key agrees with ours on a secret (ECDH), HKDF-SHA-256 makes a key of that, and
AES-256-GCM seals with it. WebCrypto in a browser closes them (`static/js/survey/boxes.js`). Our private keys are not
stored: each is worked out of a contact key (HKDF-SHA-256 to 48 bytes, modulo the order of the group less one, plus one;
FIPS 186-5, A.2.1), and so lives and retires with it.
"""

from __future__ import annotations

import base64
import json
import os
from typing import Annotated, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from surveyapp.services.keyring import Keyring

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group P-256 (SP 800-186, 3.2.1.3)."""

_OWN, _BOX, _NOTE = b"shiftline box key", b"shiftline box", b"shiftline note"


class BoxUnreadable(Exception):
    """It was not closed with a key of ours, with one that is there no more, or it was tampered with."""


class SealedBox(BaseModel):
    """What a device sends: the name of our key, the public half of the one it made for this box (an uncompressed point,
    65 bytes), the nonce, and what is sealed; all in base64."""

    model_config = ConfigDict(frozen=True)

    key: Annotated[str, Field(max_length=64)]
    made: Annotated[Base64Bytes, Field(max_length=200)]
    nonce: Annotated[Base64Bytes, Field(max_length=64)]
    sealed: Base64Bytes


def public_key(keyring: Keyring) -> tuple[str, str]:
    """What boxes are closed with now: the name of the key, and its public half in base64."""
    name, secret = next(iter(keyring.contact_keys.items()))
    point = _private(secret).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return name, base64.b64encode(point).decode()


def opened(keyring: Keyring, box: SealedBox) -> bytes:
    """What is in a box. Raises BoxUnreadable."""
    secret = keyring.contact_keys.get(box.key)
    if secret is None:
        raise BoxUnreadable("There is no such key.")
    try:
        other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), box.made)
        key = _agreed(_private(secret).exchange(ec.ECDH(), other), box.made)
        return AESGCM(key).decrypt(box.nonce, box.sealed, None)
    except (ValueError, InvalidTag) as error:
        raise BoxUnreadable("It cannot be opened.") from error


def closed(key: tuple[str, str], content: bytes) -> SealedBox:
    """Closes one as a browser does."""
    name, public = key
    ours = ec.generate_private_key(ec.SECP256R1())
    made = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(public))
    nonce = os.urandom(12)
    sealed = AESGCM(_agreed(ours.exchange(ec.ECDH(), other), made)).encrypt(nonce, content, None)
    written = {each: base64.b64encode(value).decode() for each, value in (("made", made), ("nonce", nonce))}
    return SealedBox.model_validate({"key": name, **written, "sealed": base64.b64encode(sealed).decode()})


def note(keyring: Keyring, content: dict[str, Any]) -> str:
    """Something for a device to hand back unread and unchanged: sealed with the first contact key."""
    name, key = next(iter(keyring.contact_keys.items()))
    nonce = os.urandom(12)
    sealed = AESGCM(_stretched(key, _NOTE, 32)).encrypt(nonce, json.dumps(content).encode(), name.encode())
    return f"{name}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def read_note(keyring: Keyring, written: str) -> dict[str, Any]:
    """What was noted. Raises BoxUnreadable."""
    name, _, text = written.rpartition(".")
    key = keyring.contact_keys.get(name)
    try:
        data = base64.urlsafe_b64decode(text)
        if key is None:
            raise BoxUnreadable("There is no such key.")
        content = json.loads(AESGCM(_stretched(key, _NOTE, 32)).decrypt(data[:12], data[12:], name.encode()))
    except (ValueError, InvalidTag) as error:
        raise BoxUnreadable("It cannot be read.") from error
    assert isinstance(content, dict)
    return content


def _private(secret: bytes) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(_stretched(secret, _OWN, 48)) % (_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def _agreed(shared: bytes, made: bytes) -> bytes:
    return HKDF(SHA256(), 32, made, _BOX).derive(shared)


def _stretched(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, None, purpose).derive(secret)
