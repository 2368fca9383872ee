"""What adapters of providers have in common: RSA signatures with SHA-256, and calls that are answered or are not."""

import base64
from collections.abc import Mapping
from http import HTTPStatus
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from shuke.adapters import calling
from shuke.rooms.payments.contracts import UnansweredError

Key = TypeVar("Key")


def private_key(pem: str) -> RSAPrivateKey:
    """Read a merchant's private key, PKCS#8 or PKCS#1 as PEM.

    Raises: ValueError.
    """
    key = serialization.load_pem_private_key(pem.encode(), None)
    return _rsa(key, RSAPrivateKey)


def public_key(pem: str) -> RSAPublicKey:
    """Read a provider's public key as PEM.

    Raises: ValueError.
    """
    key = serialization.load_pem_public_key(pem.encode())
    return _rsa(key, RSAPublicKey)


def signed(key: RSAPrivateKey, message: str) -> str:
    """Return the signature of a message, base64."""
    return base64.b64encode(key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Say whether a base64 signature is that of a message."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def call(url: str, method: str, body: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Send a request; return status, headers by lower-case name, and body, of refusals too.

    Raises: UnansweredError where nothing came back, or that something broke there.
    """
    try:
        status, found, content = calling.call(url, method, body.encode(), headers)
    except OSError as error:
        raise UnansweredError("The provider did not answer.") from error
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status // 100 == 3:
        raise UnansweredError(f"The provider answered {status}.")
    return status, found, content


def _rsa(key: object, kind: type[Key]) -> Key:
    if isinstance(key, kind):
        return key
    message = "not an RSA key"
    raise ValueError(message)
