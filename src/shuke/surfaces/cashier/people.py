"""Whom a text at the till means: a member by number, phone or id, or those whose phone ends like it."""

from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, Member, MemberRef

TAIL = "/"
_TAIL_DIGITS = 4
_MOST = 8


def by_tail(text: str) -> list[Member]:
    """Return the members whose phone ends with the four digits after the slash.

    Raises: Refusal `tail_too_short`.
    """
    digits = text.removeprefix(TAIL)
    if not digits.isdecimal() or len(digits) < _TAIL_DIGITS:
        raise Refusal("tail_too_short", "Type the last four digits of the phone.")
    if len(digits) > _TAIL_DIGITS:
        return [members.find(MemberRef(phone=digits))]
    return [found for found in members.search(digits, _MOST) if found.phone_masked.endswith(digits)]


def meant(text: str, at: datetime) -> UUID:
    """Return the one member whom a text names: the code on their phone, an id, or a whole phone number.

    `at` is when it was read by the machine's clock. A code is taken by this: nobody shows it again.

    Raises: Refusal `unknown_member`, `member_code_expired`, `member_code_used`.
    """
    try:
        return members.read_code(text, at)
    except Refusal as refused:
        if refused.code != "member_code_unknown":
            raise
    try:
        ref = MemberRef(id=ids.decode(ID_PREFIX, text))
    except Refusal:
        ref = MemberRef(phone=text)
    return members.find(ref).id
