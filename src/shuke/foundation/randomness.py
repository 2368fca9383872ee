"""The only place where the house draws random numbers: secret ones for keys and ids, seeded ones for demo data."""

import random
import secrets


def token(nbytes: int) -> str:
    """Draw `nbytes` secret bytes, as URL-safe text without padding."""
    return secrets.token_urlsafe(nbytes)


def token_bytes(nbytes: int) -> bytes:
    """Draw `nbytes` secret bytes."""
    return secrets.token_bytes(nbytes)


def seeded(seed: int | str) -> random.Random:
    """Return a generator that repeats itself for the same seed; never for anything secret."""
    return random.Random(seed)  # noqa: S311


def below(limit: int) -> int:
    """Draw a secret number from 0 to `limit` - 1."""
    return secrets.randbelow(limit)
