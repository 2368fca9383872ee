"""What clients are shown of a member's points: balances, tier, lots, entries."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from shuke.foundation import ids
from shuke.rooms.members import contracts as members
from shuke.rooms.points.contracts import Entry, Kind, Lot
from shuke.rooms.programs.contracts import Balance, Standing, TierStanding
from shuke.surfaces.http.fields import Answer, Day, Instant, instant
from shuke.surfaces.http.schemas.orders import ORDER_PREFIX
from shuke.surfaces.http.schemas.redemptions import REDEMPTION_PREFIX

EntryId = Annotated[
    str, StringConstraints(pattern=r"^ent_[0-7][0-9A-HJKMNP-TV-Z]{25}[1-9A-HJKMNP-TV-Z][0-9A-HJKMNP-TV-Z]{0,9}$")
]


class ExpiringAnswer(Answer):
    """What of a balance stops being usable next; `on` is the first local day on which it is not usable."""

    points: int
    on: Day


class BalanceAnswer(Answer):
    """A member's usable points of one unit. `scale` is how many decimal places the unit has."""

    unit: str
    scale: int
    available: int
    expiring_30_days: int
    next_expiry: ExpiringAnswer | None


class BalancesAnswer(Answer):
    """A member's balances as of now, nothing past its date in them."""

    member_id: str
    as_of: Instant
    balances: list[BalanceAnswer]
    livemode: bool


class TierAnswer(Answer):
    """The tier a member stands in and the way to the next; `measured` and `missing` in minor units, or orders."""

    code: str
    name: str
    since: Day | None
    until: Day | None
    measure: str
    measured: int
    next_code: str | None
    next_name: str | None
    next_threshold: int | None
    missing: int | None


class StandingAnswer(Answer):
    """Where a member stands in the program as of now; `tier` is null where the program has no ladder."""

    member_id: str
    program: str
    as_of: Instant
    joined_at: Instant
    tier: TierAnswer | None
    balances: list[BalanceAnswer]
    livemode: bool


class LotAnswer(Answer):
    """Points earned together, expiring together; `expires_at` null: never."""

    id: str
    unit: str
    earned: int
    remaining: int
    earned_at: Instant
    expires_at: Instant | None


class LotPageAnswer(Answer):
    """Lots of a member, those with points left first. `next_cursor` is null on the last page."""

    items: list[LotAnswer]
    next_cursor: str | None
    livemode: bool


class EntryAnswer(Answer):
    """A line of a member's ledger, never changed: `amount` is signed, `balance_after` is what was usable after it.

    `order_id` or `redemption_id` names the fact that caused it; time alone causes an expiry.
    """

    id: str
    member_id: str
    unit: str
    number: int
    transaction_number: int
    kind: Literal["accrual", "redemption", "expiry"]
    amount: int
    balance_after: int
    lot_id: str
    order_id: str | None
    redemption_id: str | None
    occurred_at: Instant
    recorded_at: Instant
    livemode: bool


class EntryPageAnswer(Answer):
    """Entries of a member, newest first. `next_cursor` is null on the last page."""

    items: list[EntryAnswer]
    next_cursor: str | None
    livemode: bool


def balance_answer(balance: Balance) -> BalanceAnswer:
    """Return a balance as the API shows it."""
    expiring = balance.next_expiry
    return BalanceAnswer(
        unit=balance.unit,
        scale=balance.scale,
        available=balance.available,
        expiring_30_days=balance.expiring_30_days,
        next_expiry=ExpiringAnswer(points=expiring.points, on=expiring.first_unusable.isoformat())
        if expiring
        else None,
    )


def standing_answer(standing: Standing, *, livemode: bool) -> StandingAnswer:
    """Return a standing as the API shows it."""
    return StandingAnswer(
        member_id=ids.encode(members.ID_PREFIX, standing.member_id),
        program=standing.program,
        as_of=instant(standing.at),
        joined_at=instant(standing.joined_at),
        tier=_tier(standing.tier) if standing.tier else None,
        balances=[balance_answer(balance) for balance in standing.balances],
        livemode=livemode,
    )


def _tier(tier: TierStanding) -> TierAnswer:
    return TierAnswer(
        code=tier.code,
        name=tier.name,
        since=tier.since.isoformat() if tier.since else None,
        until=tier.until.isoformat() if tier.until else None,
        measure=tier.measure,
        measured=tier.measured,
        next_code=tier.next_code,
        next_name=tier.next_name,
        next_threshold=tier.next_threshold,
        missing=tier.missing,
    )


def lot_answer(lot: Lot, unit: str) -> LotAnswer:
    """Return a lot as the API shows it."""
    return LotAnswer(
        id=lot.key.id,
        unit=unit,
        earned=lot.earned,
        remaining=lot.remaining,
        earned_at=instant(lot.earned_at),
        expires_at=instant(lot.expires_at) if lot.expires_at else None,
    )


def entry_answer(entry: Entry, unit: str, *, livemode: bool) -> EntryAnswer:
    """Return an entry as the API shows it."""
    return EntryAnswer(
        id=entry.key.id,
        member_id=ids.encode(members.ID_PREFIX, entry.key.holder_id),
        unit=unit,
        number=entry.key.number,
        transaction_number=entry.transaction_number,
        kind=entry.kind.value,
        amount=entry.amount,
        balance_after=entry.balance_after,
        lot_id=entry.lot_key.id,
        order_id=_reference(entry, Kind.ACCRUAL, ORDER_PREFIX),
        redemption_id=_reference(entry, Kind.REDEMPTION, REDEMPTION_PREFIX),
        occurred_at=instant(entry.occurred_at),
        recorded_at=instant(entry.recorded_at),
        livemode=livemode,
    )


def _reference(entry: Entry, kind: Kind, prefix: str) -> str | None:
    if entry.kind is not kind or entry.reference is None:
        return None
    return ids.encode(prefix, entry.reference)
