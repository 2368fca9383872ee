"""What offers say about a cart, and what comes of them: amounts in minor units, lines by their place in the cart.

An offer arrives here with its lines chosen and its conditions about member, store and time decided by the caller;
what depends on other offers (minimums, stacking, the best of several) is decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class CartLine:
    """Pieces of one thing. `minor` is their price together as listed, without tax where the cart says so; a line that
    takes something off (a trade-in) is negative. `tax` is a share of the price, 13 % is 13/100.
    """

    sku: str
    quantity: int
    minor: int
    tax: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Cart:
    """What somebody is about to buy. `taxed`: prices hold their tax; otherwise it comes on top."""

    lines: tuple[CartLine, ...]
    shipping_minor: int = 0
    taxed: bool = True


class Base(Enum):
    """Which amount a share or a minimum is taken of."""

    INITIAL = "initial"  # as listed
    LEFT = "left"  # after the offers before it


class Pick(Enum):
    """Which pieces an offer takes first."""

    CHEAPEST = "cheapest"
    DEAREST = "dearest"


class Grain(Enum):
    """Of what a share is taken and rounded by itself."""

    ORDER = "order"  # of all its lines together
    LINE = "line"
    PIECE = "piece"


class Measure(Enum):
    """What steps, minimums and repetitions count, of the offer's lines or of the whole cart: money in minor units,
    pieces, or kinds, which are different SKUs.
    """

    MONEY = "money"
    PIECES = "pieces"
    KINDS = "kinds"
    CART_MONEY = "cart_money"
    CART_PIECES = "cart_pieces"
    CART_KINDS = "cart_kinds"

    @property
    def is_money(self) -> bool:
        return self in (Measure.MONEY, Measure.CART_MONEY)

    @property
    def of_cart(self) -> bool:
        return self in (Measure.CART_MONEY, Measure.CART_PIECES, Measure.CART_KINDS)


@dataclass(frozen=True, slots=True)
class Percent:
    """A share of its lines off, at most `cap` minor units, taken of all of them, each line or each piece by itself.

    Only of the first `pieces` pieces, or of at most `most` pieces of each kind, where that is told.
    """

    percent: Fraction
    cap: int | None = None
    base: Base = Base.LEFT
    pieces: int | None = None
    pick: Pick = Pick.CHEAPEST
    most: int | None = None
    at: Grain = Grain.ORDER


@dataclass(frozen=True, slots=True)
class Amount:
    """So much off its lines together, once an order; off the first `pieces` pieces only where that is told.

    With `every`: so much for each full `every` of what is counted `by`, at most `times` times.
    """

    minor: int
    pieces: int | None = None
    pick: Pick = Pick.CHEAPEST
    every: int | None = None
    times: int | None = None
    by: Measure = Measure.MONEY


@dataclass(frozen=True, slots=True)
class EachPiece:
    """So much off each piece, of at most `most` pieces of each kind, or of the first `pieces` pieces of all lines only.

    With `further`: so much off the first piece of a kind and `further` off each other, all off the kind together. A
    kind is a SKU, or a line without one.
    """

    minor: int
    most: int | None = None
    further: int | None = None
    pieces: int | None = None
    pick: Pick = Pick.CHEAPEST


@dataclass(frozen=True, slots=True)
class Prices:
    """Another price of a piece by SKU; "" is that of every other. A price above what a piece costs changes nothing."""

    minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Any `pieces` pieces for so much together, the dearest first, at most `times` times.

    `different`: no two pieces of one SKU, so that a bundle of as many pieces as there are SKUs is one of each.
    """

    pieces: int
    minor: int
    times: int | None = None
    different: bool = False


@dataclass(frozen=True, slots=True)
class Deal:
    """Of every `pieces` pieces, `reduced` are cheaper: buy two get one free, the second at half price.

    Each is cheaper by a share, by `minor`, or costs no more than `price`. Where the offer has `gets`, the reduced
    pieces are taken of those, and `pieces` counts those that must be bought. `different`: as of a bundle, of what is
    bought.
    """

    pieces: int
    reduced: int = 1
    percent: Fraction = Fraction(100)
    pick: Pick = Pick.CHEAPEST
    times: int | None = None
    minor: int | None = None
    price: int | None = None
    different: bool = False


@dataclass(frozen=True, slots=True)
class Shipping:
    """A share of what shipping costs above `price` off, at most `cap` minor units."""

    percent: Fraction = Fraction(100)
    cap: int | None = None
    price: int = 0


@dataclass(frozen=True, slots=True)
class Gift:
    """Pieces that come with the order, once or as an amount does with `every`; the cart's amounts stay."""

    sku: str
    quantity: int = 1
    every: int | None = None
    times: int | None = None
    by: Measure = Measure.MONEY


@dataclass(frozen=True, slots=True)
class PointsTimes:
    """What the order earns, so many times; the cart's amounts stay."""

    factor: Fraction


Single = Percent | Amount | EachPiece | Prices | Bundle | Deal | Shipping | Gift | PointsTimes


@dataclass(frozen=True, slots=True)
class Steps:
    """The effect of the highest step that is reached; nothing below the first. `steps`: (from, effect), rising."""

    measure: Measure
    steps: tuple[tuple[int, Single], ...]
    base: Base = Base.LEFT


Effect = Single | Steps


@dataclass(frozen=True, slots=True)
class Minimum:
    """What must be reached before an offer takes effect, and, where `after`, still once it has."""

    measure: Measure
    least: int
    base: Base = Base.LEFT
    after: bool = False


class Stacking(Enum):
    """Beside which other offers one may stand (Voucherify's three classes)."""

    COMMON = "common"  # beside common and always
    NEVER = "never"  # beside never and always
    ALWAYS = "always"


class Mode(Enum):
    """What a group lets its offers do (Talon.One's evaluation groups)."""

    STACKABLE = "stackable"  # each in turn
    LIST_ORDER = "list_order"  # the first that takes effect
    LOWEST = "lowest"  # the one that takes least off
    HIGHEST = "highest"  # the one that takes most off


class Reason(Enum):
    """Why an offer does nothing for a cart."""

    EXPIRED = "expired"
    NOT_STARTED = "not_started"
    NOT_USABLE = "not_usable"  # used, frozen, recalled, locked by another order
    NOT_THIS_MEMBER = "not_this_member"
    CONDITION = "condition"  # what its rule asks for is not so
    LIMIT_REACHED = "limit_reached"
    BUDGET_REACHED = "budget_reached"
    NO_MATCHING_LINES = "no_matching_lines"
    MINIMUM_NOT_MET = "minimum_not_met"
    MINIMUM_LOST = "minimum_lost"  # it would no longer be reached afterwards
    NOT_STACKABLE = "not_stackable"
    OTHER_CHOSEN = "other_chosen"  # another of its group, or a better discount of the whole order
    TOO_MANY = "too_many"
    NO_EFFECT = "no_effect"


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it bears on one cart. `lines` and `gets` are places of lines; without `gets`, a deal reduces some of
    the lines themselves, and with empty ones nothing. `of_order`: a discount of the whole order, of which only the
    better of two applies. `coupon`: whoever buys chooses whether to use it. `refused`: what the caller found against
    it. `budget` is what it may take off at most (None: no bound); it never takes a part.
    """

    code: str
    effect: Effect
    lines: tuple[int, ...]
    gets: tuple[int, ...] | None = None
    minimum: Minimum | None = None
    stacking: Stacking = Stacking.COMMON
    of_order: bool = False
    coupon: bool = False
    refused: Reason | None = None
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Offers that are looked at together, after those of the groups before."""

    offers: tuple[Offer, ...]
    mode: Mode = Mode.STACKABLE


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one order takes: offers in all, those that are NEVER stackable, and coupons."""

    offers: int = 30
    never: int = 5
    coupons: int = 30


@dataclass(frozen=True, slots=True)
class Given:
    """Pieces of a gift that come with one order."""

    sku: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Applied:
    """What an offer did: minor units off each line and off shipping, gifts, and the factor of points."""

    code: str
    off: Mapping[int, int]
    shipping_off: int = 0
    gifts: tuple[Given, ...] = ()
    points_times: Fraction = Fraction(1)

    @property
    def total(self) -> int:
        """Minor units off in all."""
        return sum(self.off.values()) + self.shipping_off


@dataclass(frozen=True, slots=True)
class Priced:
    """A cart with its offers: `lines` are what each line still costs in the amounts that were reckoned with."""

    lines: tuple[int, ...]
    shipping_minor: int
    applied: tuple[Applied, ...]
    refused: Mapping[str, Reason] = field(default_factory=dict)

    @property
    def pay_minor(self) -> int:
        """What is to be paid for lines and shipping."""
        return sum(self.lines) + self.shipping_minor

    @property
    def off_minor(self) -> int:
        """What all offers take off."""
        return sum(each.total for each in self.applied)
