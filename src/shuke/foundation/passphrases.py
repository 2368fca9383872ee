"""Seals a text under a passphrase: scrypt makes the key, AES-256-GCM seals. Knows nothing of what the text is."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from shuke.core.values.errors import Refusal
from shuke.foundation import randomness

LEAST_LETTERS = 8
_SALT_BYTES, _NONCE_BYTES = 16, 12
_COST, _BLOCK, _LANES = 1 << 17, 8, 1  # 128 MB and about half a second for each guess


def seal(text: str, passphrase: str, context: str) -> bytes:
    """Encrypt `text` so that it opens only with the passphrase and under the same context.

    The result is salt (16 bytes), nonce (12), ciphertext and tag (16).

    Raises: Refusal `passphrase_short`.
    """
    if len(passphrase) < LEAST_LETTERS:
        raise Refusal(
            "passphrase_short",
            f"A passphrase has at least {LEAST_LETTERS} letters.",
            params={"letters": LEAST_LETTERS},
        )
    salt, nonce = randomness.token_bytes(_SALT_BYTES), randomness.token_bytes(_NONCE_BYTES)
    return salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, text.encode(), context.encode())


def open_sealed(sealed: bytes, passphrase: str, context: str) -> str:
    """Decrypt what `seal` made.

    Raises: Refusal `passphrase_wrong`.
    """
    salt, nonce, ciphertext = sealed[:_SALT_BYTES], sealed[_SALT_BYTES:28], sealed[28:]
    try:
        return AESGCM(_key(passphrase, salt)).decrypt(nonce, ciphertext, context.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Refusal("passphrase_wrong", "The passphrase does not open the secrets of the backup.") from error


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK, p=_LANES).derive(passphrase.encode())
