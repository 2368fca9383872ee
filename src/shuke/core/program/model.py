"""A program as the file says it, typed and checked, and nothing else: no YAML, no generated text.

Points in here are counted in the smallest fraction of their unit, money in major units, days as civil day numbers.
"""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from shuke.core.offers.model import Effect, Minimum, Mode, Stacking
from shuke.core.offers.paying import PointsPayment
from shuke.core.program.cases import Case
from shuke.core.program.ir import Node, Window


@dataclass(frozen=True, slots=True)
class Duration:
    """So many months or days (one of them 0), rounded up to the end of a period of `step` months (0: not rounded).

    `shift` moves the periods: `step` 12 and `shift` 3 are years that begin in April.
    """

    months: int = 0
    days: int = 0
    step: int = 0
    shift: int = 0


class ExpiryKind(Enum):
    """When points end. The value is the number that the machines see."""

    NEVER = 0
    AFTER = 1  # a duration after they became usable
    DATES = 2  # on the next of some dates of the year, after a duration
    IDLE = 3  # a duration after the member's last activity


@dataclass(frozen=True, slots=True)
class Expiry:
    """When points end: `after` for AFTER and IDLE; DATES go on to the next of `dates` (MMDD, the last usable day).

    `activities` of IDLE: "earn", "redeem" and codes of behaviours.
    """

    kind: ExpiryKind
    after: Duration = Duration()
    dates: tuple[int, ...] = ()
    activities: tuple[str, ...] = ()


NO_EXPIRY = Expiry(ExpiryKind.NEVER)


class PendingKind(Enum):
    """What pending points wait for. The value is the number that the machines see."""

    NONE = 0
    PERIOD = 1
    DATE = 2
    EVENT = 3


@dataclass(frozen=True, slots=True)
class Pending:
    """Points are usable after a period, from a date on, or once a behaviour about the order came.

    A period is `after`, or so many `workdays` of the program's country (0: none), and goes on to the next of `dates` of
    the year (MMDD; none: not). `within` bounds the wait for the behaviour: at its end the points are cancelled (None:
    they wait for ever).
    """

    kind: PendingKind
    after: Duration = Duration()
    workdays: int = 0
    dates: tuple[int, ...] = ()
    day: int = 0
    event: str = ""
    within: Duration | None = None


class Refunds(Enum):
    """What a refund does where its points are spent. The value is the number that the machines see."""

    DEBT = 0  # the rest is owed and repaid first
    WITHIN_BALANCE = 1  # the rest is forgiven
    ONLY_PENDING = 2  # only points that are not usable yet are taken back
    KEEP = 3  # nothing is taken back


@dataclass(frozen=True, slots=True)
class Transfer:
    """How members may give points away; None: no limit. `keeps_expiry` False dates the points anew."""

    least: int
    most: int | None
    cool_down_days: int
    keeps_expiry: bool
    regift: bool  # whether points that were a gift may be given on


@dataclass(frozen=True, slots=True)
class Conversion:
    """On some days of the year (MMDD), or as periods begin, a balance of `least` or more becomes the unit `into`.

    `every` is the time to the next period (None: on `dates`). `gives` come for every whole `step`, each in the smallest
    fraction of its unit; the rest stays.
    """

    into: str
    dates: tuple[int, ...]
    every: Duration | None
    least: int
    step: int
    gives: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of value (积分 …): integers of `scale` decimal places, rounded once per order or once per line."""

    code: str
    name: str
    scale: int
    rounding: str  # "floor" | "ceil" | "half_up" | "half_even"
    at_line: bool
    value: Fraction | None  # what one whole unit is worth, in major units of the currency
    expiry: Expiry
    pending: Pending | None
    spendable: bool  # False: a growth value, which only counts
    refunds: Refunds
    reinstate: Duration | None  # for how long returned points live whose lot has ended; None: they stay ended
    adds_multipliers: bool  # whether multipliers of rules add up (x2 and x1.5: x2.5) or multiply (x3)
    transfer: Transfer | None
    supply: int | None  # the most that may ever be issued
    redeem_least: int  # of one redemption
    redeem_step: int  # what is redeemed is a whole number of steps
    pay: PointsPayment | None  # how carts are paid with it; None: they are not
    convert: Conversion | None


class CapOf(Enum):
    """What a cap counts. The value is the number that the machines see."""

    EARNED = 0
    REDEEMED = 1
    TRANSFERRED = 2


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` (points, or times) per `window`: of a unit, or of one rule of it.

    `window` None is one transaction, which is refused where it would be more; `balance` caps what the member has,
    pending included. All others reduce an award to what is left.
    """

    of: CapOf
    unit: str
    rule: str | None
    window: Window | None
    balance: bool
    times: bool
    limit: int


class ValidityKind(Enum):
    """How long a tier holds from the day it was qualified for. The value is the number that the machines see."""

    FOREVER = 0
    END_OF = 1  # `length` whole periods of `step` months after the current one
    MONTHS = 2
    DAYS = 3
    ANNIVERSARY = 4  # to the end of the membership year, and `length` whole ones after it
    MEASURED = 5  # as long as the measure says, looked at with every fact and at every evaluation


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a tier holds; one by calendar or membership year lasts `more` months after the end of its period."""

    kind: ValidityKind
    length: int = 0
    step: int = 12
    shift: int = 0
    more: int = 0


class Evaluation(Enum):
    """When members move up. The value is the number that the machines see."""

    FACT = 0  # with every fact
    DAY = 1  # with every fact and at every midnight
    MONTH = 2  # on the first of a month, and only then
    QUARTER = 3
    YEAR = 4


class Downgrade(Enum):
    """How a tier falls at its review. The value is the number that the machines see."""

    NONE = 0
    ONE = 1
    FULL = 2


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a ladder, reached by a `threshold` of the ladder's measure or by a condition `when`, never both.

    `keep` or `keep_when` say what keeps it at a review (None: what reaches it). `holds`: nobody falls below it again.
    `expiry` overrides that of units. `colour` is that of its members' pages and cards as #rrggbb, empty for the usual.
    """

    code: str
    name: str  # what people read; the code where the file gives none
    colour: str
    threshold: Fraction | None
    when: Node | None
    keep: Fraction | None
    keep_when: Node | None
    multiplier: Fraction
    holds: bool
    expiry: tuple[tuple[str, Expiry], ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """A ladder of tiers. `measure` is what thresholds compare with, `keep_measure` what those for keeping do."""

    code: str
    name: str
    measure: Node | None
    keep_measure: Node | None
    evaluation: Evaluation
    validity: Validity
    downgrade: Downgrade
    grace: Duration | None
    resets: bool  # counters of the ladder begin at 0 again with every step up
    one_step: bool  # members climb one level at a time
    falls_at_once: bool  # a refund may take the tier at once, not only at the review
    levels: tuple[Level, ...]  # from the lowest


@dataclass(frozen=True, slots=True)
class EarnRule:
    """What an order (`on` empty) or a behaviour of the codes `on` earns where `when` holds (None: always).

    Either `points` in whole units of `unit`, or `multiply`, a factor on the rules `of` (all of the unit where empty).
    """

    code: str
    unit: str
    on: tuple[str, ...]
    when: Node | None
    points: Node | None
    multiply: Node | None
    of: tuple[str, ...]
    group: str | None
    priority: int
    expiry: Expiry | None
    pending: Pending | None
    line: int  # where the rule stands in the file, from 1
    place: str  # where its points stand, as "line:column"


class Choice(Enum):
    """Which rules of a group count."""

    SUM = "sum"
    BEST = "best"
    FIRST = "first"  # the first match by priority, the highest first, then as written


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class Milestone:
    """`points` for reaching `at` of a measure within `window`, and again at each further `every`, at most `most` times.

    A refund that takes the measure back below a milestone takes its points back.
    """

    code: str
    unit: str
    measure: Node
    window: Window
    at: Fraction
    every: Fraction | None
    most: int
    points: int
    line: int
    place: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A typed attribute of orders, lines or behaviours: "number" (an integer from `lo` to `hi`), "text" or "flag".

    `texts` are the only ones that a text may be (none: any).
    """

    code: str
    type: str
    lo: int = 0
    hi: int = 0
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Something that members do which is not an order: review, check_in, …"""

    code: str
    name: str
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class OfferCap:
    """An offer applies at most `limit` times, or takes at most so many minor units off, per `window`: of all orders, or
    of those of each member.
    """

    window: Window
    times: bool
    each_member: bool
    limit: int


@dataclass(frozen=True, slots=True)
class OfferRule:
    """What is taken off carts that `when` is true of: of the lines that `lines` is true of, or of all.

    `gets` says which lines a deal reduces, where they are not those that must be bought. A condition that stands beside
    a program may be about the behaviours `on` instead of an order.
    """

    code: str
    name: str
    when: Node | None
    lines: Node | None
    gets: Node | None
    effect: Effect  # amounts in minor units
    minimum: Minimum | None
    stacking: Stacking
    group: str | None
    whole_order: bool  # of several such only the better one applies
    line: int
    place: str
    caps: tuple[OfferCap, ...] = ()
    on: tuple[str, ...] = ()


class UseOrder(Enum):
    """What of a member's stored value pays first."""

    PRINCIPAL = "principal first"
    BONUS = "bonus first"
    SHARE = "in proportion"


class BonusBack(Enum):
    """What becomes of the bonus where principal is refunded: what goes with it, all of it, nothing."""

    SHARE = "share"
    ALL = "all"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class StoredValue:
    """Money that members pay ahead: the units of principal and bonus ("": none), and its terms, in minor units.

    A top-up is of `least` to `most`; `steps` are (from, bonus), ascending. A balance of more than `named`, or a card of
    more than `unnamed`, is warned of, or refused where `refuses` says so. `fee_percent` is kept of what is refunded.
    """

    principal: str
    bonus: str
    use: UseOrder
    least: int
    most: int
    steps: tuple[tuple[int, int], ...]
    named: int | None
    unnamed: int | None
    refuses: bool
    fee_percent: Fraction
    bonus_back: BonusBack


@dataclass(frozen=True, slots=True)
class Program:
    code: str
    name: str
    currency: str
    currency_digits: int
    time_zone: str
    country: str  # whose holidays count, ISO 3166; empty: none
    brands: tuple[str, ...]  # scope: orders of other brands and stores are not decided; empty: all
    stores: tuple[str, ...]
    order_attributes: tuple[Attribute, ...]
    line_attributes: tuple[Attribute, ...]
    behaviours: tuple[Behaviour, ...]
    texts: tuple[tuple[str, tuple[str, ...]], ...]  # facts whose values the file declares: (name, values)
    base: Node | None  # what `order.base` means; None: the net amount
    units: tuple[Unit, ...]
    ladders: tuple[Ladder, ...]
    groups: tuple[Group, ...]
    earn: tuple[EarnRule, ...]
    milestones: tuple[Milestone, ...]
    offer_groups: tuple[tuple[str, Mode], ...]
    offers: tuple[OfferRule, ...]
    caps: tuple[Cap, ...]
    tags: tuple[str, ...]  # tags that the rules ask for, by bit; filled by the loader
    migration: tuple[tuple[str, str], ...]  # (what, how) of a change on a live base
    stored_value: StoredValue | None = None
    cases: tuple[Case, ...] = ()
