"""Makes passwords and the secrets of API keys, and says what a secret gives away: its kind and its hash."""

import base64
import hashlib
import re

from shuke.foundation import randomness
from shuke.rooms.org.contracts import Kind

_HEADS = {Kind.SANDBOX: "sk_test_", Kind.LIVE: "sk_live_"}
_READABLE = 12  # the head and four letters, by which people tell keys apart


def new_password() -> str:
    """Return 80 secret bits as four groups of letters and digits that are hard to misread."""
    letters = base64.b32encode(randomness.token_bytes(10)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def new_key_secret(kind: str) -> str:
    return _HEADS[Kind(kind)] + randomness.token(24)


def new_till_secret() -> str:
    return randomness.token(24)


def new_pin() -> str:
    """Return six digits, each as likely as any other."""
    return f"{int.from_bytes(randomness.token_bytes(16)) % 1_000_000:06d}"


def is_pin(text: str) -> bool:
    """Say whether a text may be a PIN: six digits that are not all the same."""
    return re.fullmatch(r"[0-9]{6}", text) is not None and len(set(text)) > 1


def readable_prefix(secret: str) -> str:
    return secret[:_READABLE]


def kind_of(secret: str) -> Kind | None:
    """Return the kind of deployment that the secret was made by, None for what is no secret of a key."""
    return next((kind for kind, head in _HEADS.items() if secret.startswith(head)), None)


def digest(secret: str) -> bytes:
    """Return the 32 bytes that are kept; 192 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()
