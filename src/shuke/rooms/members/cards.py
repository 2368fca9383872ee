"""The card of a member: its number, which stays, and the code of the minute, which a till reads and takes once.

A code has 18 digits: the number of the card (10; the first is an 8, as no payment code begins), 6 that are this
card's for a minute, and 2 by which a slip of the finger is noticed (ISO 7064, mod 97-10). Nothing secret is stored.
"""

from datetime import UTC, datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import encryption, randomness, sql
from shuke.rooms.members import models, queries
from shuke.rooms.members.contracts import CODE_MINUTES, CODE_SECONDS, MemberCode, Status

_DIGITS = 18
_NUMBER_DIGITS = 10
_FIRST_NUMBER = 8 * 10 ** (_NUMBER_DIGITS - 1)
_STEP_DIGITS = 6
_DAY_STEPS = 86_400 // CODE_SECONDS
_AHEAD_STEPS = 1  # by which the clock of a phone that is offline may be fast


def show(member_id: UUID, now: datetime) -> MemberCode:
    """Return the code of this minute; `now` is machine time.

    Raises: Refusal `unknown_member`.
    """
    return show_ahead(member_id, now, 1)[0]


def show_ahead(member_id: UUID, now: datetime, count: int) -> tuple[MemberCode, ...]:
    """Return the codes of this minute and of those that follow, for a phone that may be offline then.

    Raises: Refusal `unknown_member`.
    """
    number, first = _number_of(queries.survivors([member_id]).get(member_id, member_id)), _step(now)
    return tuple(
        MemberCode(_text(number, step), datetime.fromtimestamp((step + 1) * CODE_SECONDS, UTC))
        for step in range(first, first + count)
    )


def read(text: str, now: datetime, *, use: bool = True) -> UUID:
    """Return whose code it is; `now` is machine time. `use` takes it, and all that the card showed before it.

    Who was merged stands for the member they live on in.

    Raises: Refusal `member_code_unknown`, `member_code_expired` ten minutes after it was shown, `member_code_used`.
    """
    digits = "".join(text.split())
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()) or int(digits) % 97 != 1:
        raise _unknown()
    card = models.Card.objects.filter(number=int(digits[:_NUMBER_DIGITS])).select_related("member").first()
    current = _step(now)
    step = None if card is None else _step_of(card.number, digits, current)
    if card is None or step is None or card.member.status == Status.EXITED:
        raise _unknown()
    if step <= current - CODE_MINUTES * 60 // CODE_SECONDS:
        raise Refusal("member_code_expired", "This member code is over; the phone shows another one by now.")
    fresh = models.Card.objects.filter(pk=card.pk, used_step__lt=step)
    if not (fresh.update(used_step=step) if use else fresh.exists()):
        raise Refusal("member_code_used", "This member code was used already; the phone shows another in a minute.")
    return queries.survivors([card.pk]).get(card.pk, card.pk)


def _step_of(number: int, digits: str, current: int) -> int | None:
    """Return the minute in which a card shows these digits: from the next one to a day back."""
    steps = range(current + _AHEAD_STEPS, current - _DAY_STEPS, -1)
    return next((step for step in steps if _text(number, step) == digits), None)


def _number_of(member_id: UUID) -> int:
    card = models.Card.objects.filter(pk=member_id).first()
    while card is None:
        if queries.row(member_id) is None:
            raise Refusal("unknown_member", "There is no such member.")
        number = _FIRST_NUMBER + int.from_bytes(randomness.token_bytes(8)) % 10 ** (_NUMBER_DIGITS - 1)
        sql.run(
            "INSERT INTO members_card (member_id, number, used_step) VALUES (%(member)s, %(number)s, 0)"
            " ON CONFLICT DO NOTHING",  # the member got one just now, or another has this number
            {"member": member_id, "number": number},
        )
        card = models.Card.objects.filter(pk=member_id).first()
    return int(card.number)


def _step(at: datetime) -> int:
    return int(at.timestamp()) // CODE_SECONDS


def _text(number: int, step: int) -> str:
    told = int.from_bytes(encryption.blind(f"{number}:{step}", "members.code")) % 10**_STEP_DIGITS
    body = number * 10**_STEP_DIGITS + told
    return f"{body}{98 - body * 100 % 97:02d}"


def _unknown() -> Refusal:
    return Refusal("member_code_unknown", "This is not the code of a member.")
