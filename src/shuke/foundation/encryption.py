"""Seals personal fields (AES-256-GCM) and makes the blind indexes by which they are found (HMAC-SHA-256).

Knows nothing of what a field means: the caller's `context` and `purpose` bind a value to its place.
"""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from shuke.foundation import randomness

_ID_BYTES = 4
_NONCE_BYTES = 12
_BLIND_BYTES = 16


class UnreadableSecretError(Exception):
    """A sealed value that no key at hand opens, or that was moved or changed."""


def key_id(key: bytes) -> bytes:
    """Return the 4 bytes by which a sealed value names its key; they say nothing about the key."""
    return hashlib.sha256(b"shuke key id" + key).digest()[:_ID_BYTES]


def seal(plaintext: str, context: str) -> bytes:
    """Encrypt `plaintext` so that it opens only under the same `context` (table, column and row).

    The result is key id (4 bytes), nonce (12), ciphertext and tag (16).
    """
    key: bytes = settings.SHUKE_FIELD_KEYS[0]
    head = key_id(key)
    nonce = randomness.token_bytes(_NONCE_BYTES)
    return head + nonce + AESGCM(key).encrypt(nonce, plaintext.encode(), head + context.encode())


def open_sealed(sealed: bytes, context: str) -> str:
    """Decrypt what `seal` made, under any of the deployment's keys.

    Raises: UnreadableSecretError.
    """
    sealed = bytes(sealed)
    head, nonce, ciphertext = sealed[:_ID_BYTES], sealed[_ID_BYTES : _ID_BYTES + _NONCE_BYTES], sealed[16:]
    for key in settings.SHUKE_FIELD_KEYS:
        if key_id(key) == head:
            try:
                return AESGCM(key).decrypt(nonce, ciphertext, head + context.encode()).decode()
            except InvalidTag as error:
                raise UnreadableSecretError("The value was changed or belongs to another place.") from error
    raise UnreadableSecretError("The value was sealed with a key that this deployment does not have.")


def blind(value: str, purpose: str) -> bytes:
    """Return 16 bytes that are equal for equal values of one `purpose` and say nothing else about them."""
    message = purpose.encode() + b"\x00" + value.encode()
    return hmac.digest(settings.SHUKE_BLIND_KEY, message, "sha256")[:_BLIND_BYTES]
