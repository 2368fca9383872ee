"""What crosses the door of programs: facts going in, results, standings and explanations coming out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from uuid import UUID

from shuke.core.program.progress import LadderReason
from shuke.core.values.errors import Refusal
from shuke.rooms.coupons.contracts import HeldCoupon
from shuke.rooms.orders.contracts import Order
from shuke.rooms.points.contracts import Entry, EntryKey
from shuke.rooms.programs.cart_facts import (
    AppliedOffer,
    CartPriced,
    Choice,
    PointsOffered,
    Taxes,
    ValueOffered,
)
from shuke.rooms.programs.comparisons import (
    Comparison,
    Difference,
    Effect,
    Liability,
    Moves,
    PublishTerms,
    Reviews,
    Sample,
    Shift,
    Worth,
    Yearly,
    above,
    comparison_json,
)
from shuke.rooms.programs.drafts import DRAFT_PREFIX, SavedDraft
from shuke.rooms.programs.exchanges import Exchanged, ExchangeFact, MallOffer, MallView
from shuke.rooms.programs.explanations import Cause, Explanation, LotStory, PaidBack, Undecided
from shuke.rooms.programs.facts import (
    KINDS,
    AdjustFact,
    BehaviourFact,
    CaptureFact,
    DepositFact,
    Fact,
    HoldFact,
    OpeningFact,
    OrderFact,
    RedeemFact,
    RefundFact,
    ReleaseFact,
    ReturnFact,
    TierFact,
    TransferFact,
    WithdrawalFact,
)
from shuke.rooms.programs.promotions import Deployments, Preview, Promoted, Target
from shuke.rooms.programs.reports import FaultGroup, ImportFile, ImportReport, ImportState, RowState
from shuke.rooms.programs.value_facts import TopUpFact, ValueHeld, ValuePaymentFact
from shuke.rooms.tiers.contracts import TierChange

__all__ = (  # what is handed on; what stands below needs no mention
    "DRAFT_PREFIX",
    "KINDS",
    "AdjustFact",
    "AppliedOffer",
    "BehaviourFact",
    "CaptureFact",
    "CartPriced",
    "Cause",
    "Choice",
    "Comparison",
    "Deployments",
    "DepositFact",
    "Difference",
    "Effect",
    "ExchangeFact",
    "Exchanged",
    "Explanation",
    "Fact",
    "FaultGroup",
    "HoldFact",
    "ImportFile",
    "ImportReport",
    "ImportState",
    "Liability",
    "LotStory",
    "MallOffer",
    "MallView",
    "Moves",
    "OpeningFact",
    "OrderFact",
    "PaidBack",
    "PointsOffered",
    "Preview",
    "Promoted",
    "PublishTerms",
    "RedeemFact",
    "RefundFact",
    "ReleaseFact",
    "ReturnFact",
    "Reviews",
    "RowState",
    "Sample",
    "SavedDraft",
    "Shift",
    "Target",
    "Taxes",
    "TierFact",
    "TopUpFact",
    "TransferFact",
    "Undecided",
    "ValueHeld",
    "ValueOffered",
    "ValuePaymentFact",
    "WithdrawalFact",
    "Worth",
    "Yearly",
    "above",
    "comparison_json",
)


class Status(Enum):
    """What became of an item of a batch."""

    RECORDED = "recorded"
    REPEATED = "repeated"  # it was recorded before; the first answer again
    REFUSED = "refused"  # nothing of it was written


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one fact.

    `reference` is the id of the order, behaviour, refund, redemption or hold. `points` are what the rules gave for an
    order or behaviour, what a redemption or hold used, and what of anything else came to the member (below 0: was
    taken), by unit; `milestones` what the milestones that were reached by it gave besides, of units that they gave.
    `owed` is what the member owes after it. `late` says that the fact was older than the instant where its member
    already stood, so it was decided as of `effective_at`. `version` is the number of the program version that decided.
    `tier_before`, the tier that the decision saw, and `tier_after` are codes ("" without a ladder). `coupons` are those
    that templates gave for it by their rules.
    """

    status: Status
    refusal: Refusal | None = None
    reference: UUID | None = None
    member_id: UUID | None = None
    undecided: Undecided | None = None
    version: int | None = None
    late: bool = False
    effective_at: datetime | None = None
    points: Mapping[str, int] | None = None
    milestones: Mapping[str, int] = field(default_factory=dict)
    balances: Mapping[str, int] | None = None
    tier_before: str = ""
    tier_after: str = ""
    entries: tuple[EntryKey, ...] = ()
    owed: Mapping[str, int] | None = None
    coupons: tuple[HeldCoupon, ...] = ()


@dataclass(frozen=True, slots=True)
class CartCommitted:
    """A cart that became an order: as it was priced then, and what became of the order."""

    priced: CartPriced
    order: Result


@dataclass(frozen=True, slots=True)
class Draft:
    """A program file that was found good; `source` is what would run, with its numbers written out.

    `cautions` are codes of what to look at again before it is published (engine/cautions.py).
    """

    program: str
    name: str
    currency: str
    time_zone: str
    units: tuple[str, ...]
    tiers: tuple[str, ...]
    rules: tuple[str, ...]
    source: str
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """What a merge moved between a source and the survivor: `points` of a unit came, or (below 0) paid what it owed."""

    member_id: UUID
    unit: str
    lots: int
    points: int


@dataclass(frozen=True, slots=True)
class VersionView:
    """A published version; `source` is the text generated from the file, kept as its audit record.

    `withdrawn_at` and `withdrawn_by` are None unless it was taken back before it came into force.
    """

    id: int
    program_id: int
    program: str
    name: str
    number: int
    text: str
    source: str
    shape: str
    effective_from: datetime
    published_at: datetime
    published_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None


@dataclass(frozen=True, slots=True)
class Expiring:
    """What of a balance stops being usable, and on which local day."""

    points: int
    first_unusable: date

    @property
    def last_usable(self) -> date:
        """The last local day on which they can be used."""
        return self.first_unusable - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Balance:
    """A unit of a member: usable now, pending, held, owed, and what goes within 30 days or, failing that, next.

    `next_ready` is the day on which the next pending points become usable, where a day makes them so.
    """

    unit: str
    name: str
    scale: int
    available: int
    expiring_30_days: int
    next_expiry: Expiring | None
    pending: int = 0
    held: int = 0
    debt: int = 0
    next_ready: date | None = None
    spendable: bool = True


@dataclass(frozen=True, slots=True)
class TierStanding:
    """The tier a member stands in on a ladder, and the ways up and down; amounts in the measure's own units.

    `rank` counts from 0, the lowest; `measured` is the ladder's measure now (None: it has levels by conditions only),
    `threshold` what this level asks for; `next_threshold` and `missing` are None where there is nothing to say. `until`
    is the last local day of validity; `grace`: it is a grace. `projected` is the tier from the day after `until` if
    nothing is bought until then, `to_keep` what is missing to keep this one. `gift` is the tier given by hand that is
    held at least, to the last day `gift_until` (None: for ever). `reason` has every level with what it asks for and
    what was seen.
    """

    ladder: str
    ladder_name: str
    rank: int
    code: str
    name: str
    since: date | None
    until: date | None
    measure: str
    is_money: bool
    measured: Fraction | None
    threshold: Fraction | None
    next_code: str | None
    next_name: str | None
    next_threshold: Fraction | None
    missing: Fraction | None
    grace: bool = False
    projected: str | None = None
    to_keep: Fraction | None = None
    gift: str | None = None
    gift_until: date | None = None
    reason: LadderReason | None = None


@dataclass(frozen=True, slots=True)
class Fall:
    """That a member will have a lower tier after the last day of this one if nothing more comes until then."""

    member_id: UUID
    tier: TierStanding

    @property
    def key(self) -> str:
        """The name of this fall: another end is another fall."""
        return fall_key(self.member_id, self.tier.ladder, self.tier.until)


def fall_key(member_id: UUID, ladder: str, last_day: date | None) -> str:
    """Return the name of the fall of a member from a tier that ends."""
    return f"{member_id}:{ladder}:{last_day}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands at `at`, time advanced in memory only; `tier` is that of the first ladder."""

    member_id: UUID
    program: str
    currency: str
    at: datetime
    joined_at: datetime
    balances: tuple[Balance, ...]
    tiers: tuple[TierStanding, ...]

    @property
    def tier(self) -> TierStanding | None:
        return self.tiers[0] if self.tiers else None


@dataclass(frozen=True, slots=True)
class Outstanding:
    """The points of a unit that are out, as booked, in its smallest parts.

    `usable` can be used right now; `barred` could, if their members were not frozen, blacklisted or gone; `pending` are
    not usable yet, `held` are set aside, `owed` is what members owe.
    """

    usable: int
    barred: int
    pending: int
    held: int
    owed: int


@dataclass(frozen=True, slots=True)
class Advanced:
    """What one run of the nightly advance did."""

    members: int
    entries: int
    expired: Mapping[str, int]
    tier_changes: int


@dataclass(frozen=True, slots=True)
class Passed:
    """What time alone did to a member until an instant, oldest first, and where the member stands then."""

    entries: tuple[Entry, ...]
    tier_changes: tuple[TierChange, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class DecidedOrder:
    """An order and the instant as of which it was decided: later than its own where it came `late`."""

    order: Order
    effective_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class DecidedPage:
    """Orders of one member, the latest decided first; `next_cursor` is None on the last page."""

    orders: tuple[DecidedOrder, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class ClockMove:
    """A move of the test clock that was asked for: from where, to where, and where it is now."""

    start: datetime
    to: datetime
    now: datetime

    @property
    def done(self) -> bool:
        return self.now >= self.to

    @property
    def days(self) -> int:
        return (self.to - self.start).days

    @property
    def days_done(self) -> int:
        return min(self.days, (self.now - self.start).days)


IMPORT_PREFIX = "imp"
