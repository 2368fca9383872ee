"""What several verbs of the room ask of the text they are given."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from shuke.core.values.errors import Refusal

CODE_LIMIT = 200  # as orders name stores


def require_name(name: str) -> None:
    """Raises: Refusal `invalid_name`."""
    if not name.strip() or not name.isprintable():
        raise Refusal("invalid_name", "A name of printable characters is needed.", pointer="/name")


def require_code(code: str) -> None:
    """Raises: Refusal `invalid_code`."""
    if not code.isprintable() or code.strip() != code or not 1 <= len(code) <= CODE_LIMIT:
        raise Refusal("invalid_code", f"A code has 1 to {CODE_LIMIT} printable characters.", pointer="/code")


def require_language(language: str) -> None:
    """Raises: Refusal `unknown_language`."""
    if language not in dict(settings.LANGUAGES):
        raise Refusal("unknown_language", "The language is one of zh-hans and en.", pointer="/language")


def normal_email(email: str) -> str:
    """Return the address as staff are found by, in lower case.

    Raises: Refusal `invalid_email`.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refusal("invalid_email", "This is not an e-mail address.", pointer="/email") from error
    return email
