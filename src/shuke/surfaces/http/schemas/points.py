"""What clients are shown of a member's points: balances, tier, lots, entries."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.dates import NEVER
from shuke.engine.explanation import EN_LABELS, ZH_LABELS
from shuke.foundation import ids
from shuke.rooms.members import contracts as members
from shuke.rooms.points.contracts import Entry, Kind, Lot
from shuke.rooms.programs.contracts import Balance, Passed, Standing
from shuke.surfaces.http.fields import Answer, Day, Instant, instant
from shuke.surfaces.http.schemas.movements import PassedAnswer, PassedEntry, PassedTier, UnitPoints
from shuke.surfaces.http.schemas.redemptions import REDEMPTION_PREFIX
from shuke.surfaces.http.schemas.tiers import TierAnswer, passed_changes, tier_answer

EntryId = Annotated[
    str, StringConstraints(pattern=r"^ent_[0-7][0-9A-HJKMNP-TV-Z]{25}[1-9A-HJKMNP-TV-Z][0-9A-HJKMNP-TV-Z]{0,9}$")
]

EntryKind = Annotated[str, Field(json_schema_extra={"enum": [kind.value for kind in Kind]})]


class ExpiringAnswer(Answer):
    """What of a balance stops being usable next; `on` is the first local day on which it is not usable."""

    points: int
    on: Day


class BalanceAnswer(Answer):
    """A member's points of one unit: usable, pending, set aside by holds, owed after refunds.

    `scale` is how many decimal places the unit has. `next_ready` is the day on which the next pending points become
    usable, where a day makes them so. A unit that is not `spendable` only counts.
    """

    unit: str
    name: str
    scale: int
    available: int
    pending: int
    held: int
    debt: int
    next_ready: Day | None
    spendable: bool
    expiring_30_days: int
    next_expiry: ExpiringAnswer | None


class BalancesAnswer(Answer):
    """A member's balances as of now, nothing past its date in them."""

    member_id: str
    as_of: Instant
    balances: list[BalanceAnswer]
    livemode: bool


class StandingAnswer(Answer):
    """Where a member stands at `as_of`: `tiers` has every ladder, `tier` is that of the first, null without any."""

    member_id: str
    program: str
    as_of: Instant
    joined_at: Instant
    tier: TierAnswer | None
    tiers: list[TierAnswer]
    balances: list[BalanceAnswer]
    livemode: bool


class LotAnswer(Answer):
    """Points that came together and end together: of what was `earned`, `remaining` is usable, `waiting` is not yet,
    `held` is set aside. `expires_at` null: never, or not before they are usable.

    `origin` is the kind of entry that opened it. Waiting points are usable from `ready_on`, or when a behaviour of the
    kind `ready_when` comes, and go on `cancelled_on` where that does not come.
    """

    id: str
    unit: str
    origin: EntryKind
    gift: bool
    earned: int
    remaining: int
    waiting: int
    held: int
    clawed_back: int
    ready_on: Day | None
    ready_when: str | None
    cancelled_on: Day | None
    earned_at: Instant
    expires_at: Instant | None


class LotPageAnswer(Answer):
    """Lots of a member, those with points left first. `next_cursor` is null on the last page."""

    items: list[LotAnswer]
    next_cursor: str | None
    livemode: bool


class EntryAnswer(Answer):
    """A line of a member's ledger, never changed: `amount` goes to `account` from `counter_account`, below 0 back.

    `balance_after` is what was usable after it; `lot_id` is null only for what is `owed`. `order_id` or `redemption_id`
    name the fact that caused it where it is one; the explanation names every other. Time alone causes an expiry.
    """

    id: str
    member_id: str
    unit: str
    number: int
    transaction_number: int
    kind: EntryKind
    account: str
    counter_account: str
    amount: int
    balance_after: int
    lot_id: str | None
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
        name=balance.name,
        scale=balance.scale,
        available=balance.available,
        pending=balance.pending,
        held=balance.held,
        debt=balance.debt,
        next_ready=balance.next_ready.isoformat() if balance.next_ready else None,
        spendable=balance.spendable,
        expiring_30_days=balance.expiring_30_days,
        next_expiry=ExpiringAnswer(points=expiring.points, on=expiring.first_unusable.isoformat())
        if expiring
        else None,
    )


def standing_answer(standing: Standing, *, language: str, livemode: bool) -> StandingAnswer:
    """Return a standing as the API shows it; its sentences are in "zh" or "en"."""
    tiers = tier_answers(standing, language=language)
    return StandingAnswer(
        member_id=ids.encode(members.ID_PREFIX, standing.member_id),
        program=standing.program,
        as_of=instant(standing.at),
        joined_at=instant(standing.joined_at),
        tier=tiers[0] if tiers else None,
        tiers=tiers,
        balances=[balance_answer(balance) for balance in standing.balances],
        livemode=livemode,
    )


def tier_answers(standing: Standing, *, language: str) -> list[TierAnswer]:
    """Return where a member stands on every ladder."""
    labels = ZH_LABELS if language == "zh" else EN_LABELS
    digits = CURRENCY_DIGITS[standing.currency]
    return [tier_answer(tier, digits, language=language, labels=labels) for tier in standing.tiers]


def lot_answer(lot: Lot, unit: str) -> LotAnswer:
    """Return a lot as the API shows it."""
    return LotAnswer(
        id=lot.key.id,
        unit=unit,
        origin=lot.origin.value,
        gift=lot.gift,
        earned=lot.earned,
        remaining=lot.remaining,
        waiting=lot.waiting,
        held=lot.held,
        clawed_back=lot.clawed,
        ready_on=_day(lot.wait.ready_day) if lot.wait else None,
        ready_when=lot.wait.event if lot.wait else None,
        cancelled_on=_day(lot.wait.cancel_day) if lot.wait else None,
        earned_at=instant(lot.earned_at),
        expires_at=instant(lot.expires_at) if lot.expires_at else None,
    )


def entry_answer(entry: Entry, unit: str, order_id: str | None, *, livemode: bool) -> EntryAnswer:
    """Return an entry as the API shows it; `order_id` is the order that caused it, if one did."""
    return EntryAnswer(
        id=entry.key.id,
        member_id=ids.encode(members.ID_PREFIX, entry.key.holder_id),
        unit=unit,
        number=entry.key.number,
        transaction_number=entry.transaction_number,
        kind=entry.kind.value,
        account=entry.account,
        counter_account=entry.counter_account,
        amount=entry.amount,
        balance_after=entry.balance_after,
        lot_id=entry.lot_key.id if entry.lot_key else None,
        order_id=order_id,
        redemption_id=_redemption(entry),
        occurred_at=instant(entry.occurred_at),
        recorded_at=instant(entry.recorded_at),
        livemode=livemode,
    )


def passed_answer(passed: Passed, units: Mapping[int, str]) -> PassedAnswer:
    """Return what time alone would do as the API shows it; `units` are codes by id."""
    return PassedAnswer(
        as_of=instant(passed.standing.at),
        entries=[
            PassedEntry(
                unit=units[entry.key.unit_id],
                kind=entry.kind.value,
                amount=entry.amount,
                occurred_at=instant(entry.occurred_at),
            )
            for entry in passed.entries
        ],
        tier_changes=passed_changes(passed),
        balances=[UnitPoints(unit=each.unit, points=each.available) for each in passed.standing.balances],
        tiers=[PassedTier(ladder=tier.ladder, code=tier.code) for tier in passed.standing.tiers],
    )


def _redemption(entry: Entry) -> str | None:
    if entry.kind is not Kind.REDEMPTION or entry.reference is None:
        return None
    return ids.encode(REDEMPTION_PREFIX, entry.reference)


def _day(day: int) -> str | None:
    return None if day >= NEVER else (date(1970, 1, 1) + timedelta(days=day)).isoformat()
