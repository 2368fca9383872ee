"""Ids: time-ordered UUIDs (version 7) inside, opaque prefixed text such as `mbr_01J…` outside."""

import threading
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, randomness

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_LETTERS = 26  # 128 bits by 5
_NUMBER_LETTERS = 11  # enough for 53 bits
_TAIL_BITS = 74  # what version 7 leaves beside time, version and variant

_lock = threading.Lock()
_last = 0  # milliseconds << 74 | tail of the newest id


def new_id() -> UUID:
    """Return a new id, greater than every id that this process made before."""
    global _last  # noqa: PLW0603
    tail = int.from_bytes(randomness.token_bytes(10), "big") >> 6
    with _lock:
        # Within a millisecond, or when the machine's clock steps back, count on from the newest by a random step.
        _last = max(clock.machine_milliseconds() << _TAIL_BITS | tail, _last + 1 + (tail >> 42))
        value = _last
    milliseconds, tail = value >> _TAIL_BITS, value & ((1 << _TAIL_BITS) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (tail >> 62) << 64 | 0b10 << 62 | tail & ((1 << 62) - 1))


def first_at(milliseconds: int) -> UUID:
    """Return the least id that can be made at a time of the machine, in milliseconds since 1970."""
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62)


def encode(prefix: str, value: UUID) -> str:
    """Return the outside form of an id: the prefix, an underscore and 26 letters."""
    return f"{prefix}_{_letters(value.int, _LETTERS)}"


def decode(prefix: str, text: str) -> UUID:
    """Return the id behind its outside form.

    Raises: Refusal `invalid_id`.
    """
    head, _, letters = text.partition("_")
    if head != prefix or len(letters) != _LETTERS:
        raise _invalid(prefix)
    return _uuid(prefix, letters)


def encode_numbered(prefix: str, value: UUID, number: int) -> str:
    """Return one token for the `number`-th thing of a holder, such as a lot or an entry; `number` is below 2**53."""
    letters = _letters(number, _NUMBER_LETTERS).lstrip("0")
    return f"{encode(prefix, value)}{letters or '0'}"


def decode_numbered(prefix: str, text: str) -> tuple[UUID, int]:
    """Return what `encode_numbered` was given.

    Raises: Refusal `invalid_id`.
    """
    head, _, letters = text.partition("_")
    number = letters[_LETTERS:]
    canonical = number == "0" or not number.startswith("0")
    if head != prefix or not 1 <= len(number) <= _NUMBER_LETTERS or not canonical:
        raise _invalid(prefix)
    return _uuid(prefix, letters[:_LETTERS]), _value(prefix, number)


def _letters(value: int, length: int) -> str:
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(5 * (length - 1), -1, -5))


def _value(prefix: str, letters: str) -> int:
    value = 0
    for letter in letters:
        if letter not in _VALUES:
            raise _invalid(prefix)
        value = value << 5 | _VALUES[letter]
    return value


def _uuid(prefix: str, letters: str) -> UUID:
    value = _value(prefix, letters)
    if value >> 128:
        raise _invalid(prefix)
    return UUID(int=value)


def _invalid(prefix: str) -> Refusal:
    return Refusal("invalid_id", f"This is not an id of the form {prefix}_….", params={"prefix": prefix})
