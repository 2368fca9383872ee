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


def of_code(text: str, at: datetime, *, use: bool) -> UUID | None:
    """Return whose member code a text is, None where it is none; `at` is when it was scanned, by the machine's clock.

    `use` takes it, in the transaction of what is done with it: nobody does anything with it again.

    Raises: Refusal `member_code_expired`, `member_code_used`.
    """
    try:
        return members.read_code(text, at, use=use)
    except Refusal as refused:
        if refused.code != "member_code_unknown":
            raise
        return None


def known_as(text: str) -> UUID:
    """Return the member with an id or a whole phone number.

    Raises: Refusal `unknown_member`.
    """
    try:
        ref = MemberRef(id=ids.decode(ID_PREFIX, text))
    except Refusal:
        ref = MemberRef(phone=text)
    return members.find(ref).id
