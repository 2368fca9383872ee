"""Codes that people type or scan: drawn with 80 secret bits, read without regard to case, spaces and dashes."""

import re
import unicodedata

from shuke.foundation import randomness

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_BYTES = 10
_GIVEN = re.compile(r"[0-9A-Z]{4,40}")


def new_code() -> str:
    """Draw a code of 16 letters, 80 bits."""
    number = int.from_bytes(randomness.token_bytes(_BYTES), "big")
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(70, -1, -10)])


def new_codes(count: int) -> list[str]:
    """Draw so many codes."""
    return [new_code() for _ in range(count)]


def plain(text: str) -> str:
    """Return a code as it is stored, however it was typed."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def is_code(code: str) -> bool:
    """Say whether a plain code may come from elsewhere: 4 to 40 letters and digits."""
    return _GIVEN.fullmatch(code) is not None


def grouped(code: str) -> str:
    """Return a code of 16 letters in fours, as people read it; others as they are."""
    return "-".join(code[start : start + 4] for start in range(0, 16, 4)) if len(code) == 16 else code
