"""What crosses the door of programs about carts: what a buyer chooses, and what offers and points make of it.

Amounts in minor units of the program's currency, points in the smallest fraction of their unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from shuke.core.offers.model import Given, Reason


@dataclass(frozen=True, slots=True)
class Choice:
    """What a buyer chooses: to pay with at most so many `points` of the unit that pays (None: with none), the codes of
    the `coupons` to use where they save anything (None: the best of all that the member has), and to pay at most so
    much of what is left then with stored `value`, in minor units (None: nothing).
    """

    points: int | None = None
    coupons: tuple[str, ...] | None = None
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Taxes:
    """The tax of each line as a share of its price, 13 % is 13/100. `included`: prices hold it, or it comes on top."""

    lines: tuple[Fraction, ...]
    included: bool


@dataclass(frozen=True, slots=True)
class AppliedOffer:
    """What an offer did to a cart: minor units off in all, off each line by its place, and off shipping.

    Of a coupon, `code` is the coupon's and `coupon_id` says which one it is.
    """

    code: str
    name: str
    off_minor: int
    lines: Mapping[int, int]
    shipping_off_minor: int
    gifts: tuple[Given, ...]
    points_times: Fraction
    coupon_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PointsOffered:
    """Points that may pay for a cart: from `least` to `most` in whole `step`s (`most` 0: none may), `used` as chosen.

    `most_minor` and `used_minor` are what they pay.
    """

    unit: str
    scale: int
    least: int
    step: int
    most: int
    most_minor: int
    used: int
    used_minor: int


@dataclass(frozen=True, slots=True)
class ValueOffered:
    """Stored value that may pay for a cart, after offers, coupons and points: `most_minor` of it; as chosen, so much is
    used of each of the units `principal` and `bonus` ("": the program has none).
    """

    principal: str
    bonus: str
    most_minor: int
    used_principal_minor: int
    used_bonus_minor: int

    @property
    def used_minor(self) -> int:
        return self.used_principal_minor + self.used_bonus_minor


@dataclass(frozen=True, slots=True)
class CartPriced:
    """A cart with its offers: what each line and shipping still cost, what applied, (code, name, why) of the rest.

    `added_tax_minor` comes on top; `tax_minor` is all tax, that one or the one within the prices. `points` are those
    that may pay for it (None: no unit does, or a guest buys), `value` the stored value that may (None: likewise); it is
    a tender, so the order costs and earns the same as paid in money. `earns` is what the order would earn by unit, None
    where no program would decide it, and `gives` (template, name) of the coupons that it would give by their rules.
    """

    member_id: UUID | None
    program: str
    version: int
    currency: str
    lines_minor: tuple[int, ...]
    shipping_minor: int
    tax_minor: int
    added_tax_minor: int
    applied: tuple[AppliedOffer, ...]
    refused: tuple[tuple[str, str, Reason], ...]
    points: PointsOffered | None
    earns: Mapping[str, int] | None
    value: ValueOffered | None = None
    gives: tuple[tuple[str, str], ...] = ()

    @property
    def total_minor(self) -> int:
        """What all of it costs, however it is paid."""
        return sum(self.lines_minor) + self.shipping_minor + self.added_tax_minor

    @property
    def pay_minor(self) -> int:
        """What is to be paid in money, after points and stored value."""
        other = (self.points.used_minor if self.points else 0) + (self.value.used_minor if self.value else 0)
        return self.total_minor - other
