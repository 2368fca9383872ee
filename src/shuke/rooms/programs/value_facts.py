"""What members ask of their stored value, and what they are told of it. Amounts are in minor units of the currency."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.programs.facts import Key
from shuke.rooms.value.contracts import ValueWarning


@dataclass(frozen=True, slots=True)
class TopUpFact:
    """Money that a member pays ahead; (source, external_id) names the top-up for ever.

    `method` is "desk" where a clerk took the money, else a provider of payments ("": the deployment's first). `order`
    is the order that it was sold with, for which it does not pay.
    """

    source: str
    external_id: str
    member: MemberRef
    amount_minor: int
    method: str = ""
    store: str = ""
    order: Key | None = None


@dataclass(frozen=True, slots=True)
class ValuePaymentFact:
    """So much of what a till is to get is paid with stored value, for `order` where it has a name already."""

    source: str
    external_id: str
    member: MemberRef
    amount_minor: int
    order: Key | None = None


@dataclass(frozen=True, slots=True)
class ValueHeld:
    """What a member has of stored value, to be used now; `held_minor` is set aside. Of the bonus, `bonus_ending_minor`
    ends first, on `bonus_ends_on` (the first day without it; None: it does not end).
    """

    member_id: UUID
    currency: str
    digits: int
    principal_minor: int
    bonus_minor: int
    held_minor: int
    bonus_ending_minor: int
    bonus_ends_on: date | None
    warnings: tuple[ValueWarning, ...]

    @property
    def total_minor(self) -> int:
        return self.principal_minor + self.bonus_minor

    @property
    def bonus_last_day(self) -> date | None:
        """The last day with what of the bonus ends first, as people are told it."""
        return None if self.bonus_ends_on is None else self.bonus_ends_on - timedelta(days=1)
