"""Personal fields as text: the one normal form of each, and how it looks masked."""

import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from shuke.core.values.errors import Refusal
from shuke.foundation import masks
from shuke.rooms.members.contracts import Field

_FIRST_BIRTHDAY = date(1900, 1, 1)
_NAME_LIMIT = 100


def phone(text: str, region: str) -> str:
    """Return a phone number as E.164, such as +8613800000001; without a prefix it lies in `region` (ISO 3166).

    Raises: Refusal `invalid_phone`.
    """
    number = _e164(text, region)
    if number is None:
        detail = "This is not a phone number."
        if not text.lstrip().startswith(("+", "＋")):
            where = f"of {region}" if region else "of any country"
            detail = f"Without a country code this is not a phone number {where}; write it as +8613800000001."
        raise Refusal("invalid_phone", detail, pointer="/phone", params={"region": region})
    return number


@lru_cache(maxsize=2_048)  # a person of a batch is looked for, then enrolled
def _e164(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None


def email(text: str) -> str:
    """Return an e-mail address in lower case.

    Raises: Refusal `invalid_email`.
    """
    text = text.strip().lower()
    try:
        validate_email(text)
    except ValidationError:
        text = ""
    if not text or not text.isprintable():
        raise Refusal("invalid_email", "This is not an e-mail address.", pointer="/email")
    return text


def name(text: str) -> str:
    """Return a name with single spaces.

    Raises: Refusal `invalid_name` when it is empty, longer than 100 characters or not printable.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not 0 < len(text) <= _NAME_LIMIT or not text.isprintable():
        raise Refusal("invalid_name", "A name has 1 to 100 printable characters.", pointer="/name")
    return text


def birthday(day: date, today: date) -> str:
    """Return a date of birth as YYYY-MM-DD.

    Raises: Refusal `invalid_birthday` when it lies before 1900 or after `today`.
    """
    if not _FIRST_BIRTHDAY <= day <= today:
        raise Refusal("invalid_birthday", "A birthday lies between 1900 and today.", pointer="/birthday")
    return day.isoformat()


def masked(field: Field, plain: str) -> str:
    """Return how a field looks to those who need not see it; empty stays empty."""
    return _MASKS[field](plain) if plain else ""


def _mask_phone(plain: str) -> str:
    return masks.phone(phonenumbers.national_significant_number(phonenumbers.parse(plain)))


def _mask_birthday(plain: str) -> str:
    return f"****{plain[4:]}"


_MASKS: dict[Field, Callable[[str], str]] = {
    Field.NAME: masks.name,
    Field.PHONE: _mask_phone,
    Field.EMAIL: masks.email,
    Field.BIRTHDAY: _mask_birthday,
}
