"""The verbs of the benefits room: the catalogue, giving and withdrawing, using, services that staff fulfil, figures."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, cursors, guards
from shuke.foundation.guards import CHANGE, EMPTYING, Guard
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Invariant, Verification, Violation
from shuke.rooms.benefits import catalogue as catalogues
from shuke.rooms.benefits import coupon_gifts, days, effects, file, fulfilment, giving, keeping, merging, queries, using
from shuke.rooms.benefits import sheet as sheets
from shuke.rooms.benefits.claims import Claim
from shuke.rooms.benefits.contracts import (
    Benefit,
    BenefitHandler,
    Catalogue,
    Difference,
    Entitlement,
    Event,
    EventKind,
    EventPage,
    Gift,
    Kept,
    Kind,
    May,
    Moved,
    NewRequest,
    Request,
    RequestPage,
    Sheet,
    Stage,
    State,
    Step,
    Use,
    UseFact,
)
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Status
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points

ENTITLEMENT_IS_RECORD = Invariant(
    "I50", "Every entitlement is what its record comes to, and is used no more often than its quota."
)
RECORD_STAYS = Invariant("I51", "The record of entitlements and of requests is never changed.")
INVARIANTS = (ENTITLEMENT_IS_RECORD, RECORD_STAYS)
GUARDS = (
    Guard("benefits_event", "benefits_event_append_only", CHANGE),
    Guard("benefits_event", "benefits_event_never_emptied", EMPTYING),
    Guard("benefits_request_step", "benefits_request_step_append_only", CHANGE),
    Guard("benefits_request_step", "benefits_request_step_never_emptied", EMPTYING),
)


# --- the catalogue ---


def catalogue() -> Catalogue:
    """Return what is given, and to whom. Raises: nothing."""
    return queries.catalogue()


def every_benefit() -> dict[str, Benefit]:
    """Return all benefits by code, those that are no longer in the catalogue too. Raises: nothing."""
    return queries.benefits()


def read_file(text: str) -> Catalogue:
    """Read a benefits file, with amounts in the organisation's currency.

    Raises:
        ProgramErrors: everything that is wrong with the file, each with line and column.
    """
    return file.read(text, catalogues.digits())


def written(of: Catalogue) -> str:
    """Return a catalogue as a file. Raises: nothing."""
    return file.written(of, catalogues.digits())


def digits() -> int:
    """Return how many digits after the point the organisation's currency has. Raises: nothing."""
    return catalogues.digits()


def differences(before: Catalogue, after: Catalogue) -> tuple[Difference, ...]:
    """Return what differs between two catalogues, in the order of the file. Raises: nothing."""
    return catalogues.differences(before, after)


def apply(wanted: Catalogue, actor: Actor) -> tuple[Difference, ...]:
    """Put a catalogue in the place of the one that is; members follow at the next `keep`.

    Names of the program are not checked here, those of coupon templates are.

    Raises:
        Refusal: `unknown_coupon_template`, `benefit_kind_fixed`, `writers_busy`.
    """
    return catalogues.apply(wanted, actor)


def handle(kind: Kind, handler: BenefitHandler | None) -> BenefitHandler | None:
    """Let a handler (None: nobody) give what benefits of a kind issue, and return who did before. Raises: nothing."""
    return effects.handle(kind, handler)


CouponGifts, coupons_given_by = coupon_gifts.CouponGifts, coupon_gifts.given_by


# --- giving ---


def follow(moves: Sequence[Moved]) -> None:
    """Let entitlements follow where members now stand on ladders, in the open transaction, the holders locked.

    One statement where no tier gives anything.

    Raises:
        StaleEntitlementError: another transaction was first.
    """
    giving.follow(moves)


def welcome(member_ids: Sequence[UUID], now: datetime) -> None:
    """Give who has just been enrolled what joining, today's occasions and their tags give. Raises: nothing."""
    keeping.welcome(member_ids, now)


def give(gifts: Sequence[Gift]) -> int:
    """Give members the sets of subjects, such as `plan:plus` to a day, and return to how many something came.

    What they have already is as the set says; a later end prolongs it, and quotas of the term begin anew where the
    gift says so.

    Raises:
        Refusal: `unknown_holder`.
    """
    with unit_of_work():
        points.lock(sorted({gift.member_id for gift in gifts}))
        return giving.give(gifts)


def withdraw(member_ids: Collection[UUID], subject: str, at: datetime, *, recall: bool = False) -> int:
    """Withdraw what a subject such as `plan:plus` gives members, and return how many entitlements that were.

    `recall` also takes back what was issued in the period that runs and is not used: coupons and points.

    Raises:
        Refusal: `unknown_holder`.
    """
    with unit_of_work():
        points.lock(sorted(member_ids))
        return giving.withdraw(member_ids, {subject}, at, None, recall=recall)


def leave(member_ids: Collection[UUID], at: datetime) -> None:
    """Withdraw all that members have who leave; their holders are locked. Raises: nothing."""
    giving.withdraw(member_ids, None, at, None)


def gone(member_ids: Collection[UUID]) -> set[UUID]:
    """Return those of some members who have left or live on in another one. Raises: nothing."""
    ended = (Status.EXITED, Status.MERGED)
    return {id for id, person in members.facts(member_ids).items() if person.status in ended}


def merge(survivor_id: UUID, source_ids: Sequence[UUID], merge_id: UUID, at: datetime) -> None:
    """Let claims of merged records go on with the member that stays, and what was used count on. Raises: nothing."""
    merging.merge(survivor_id, source_ids, merge_id, at)


def unmerge(survivor_id: UUID, source_ids: Sequence[UUID], merge_id: UUID, at: datetime) -> None:
    """Put claims back as they were before a merge. Raises: nothing."""
    merging.unmerge(survivor_id, source_ids, merge_id, at)


def keep(now: datetime, settle: Callable[[datetime], int]) -> Kept:
    """Do what is due by an instant: a new catalogue, occasions, ends, new periods, effects; repeatable.

    `settle` lets everybody's entitlements follow their tiers, and says of how many members.

    Raises: nothing.
    """
    return keeping.keep(now, settle)


def carry_out_due() -> int:
    """Ask handlers for what is due, and return how much was done; what fails is tried later. Raises: nothing."""
    return effects.carry_out_due()


# --- using ---


def use(fact: UseFact, actor: Actor) -> Use:
    """Use a benefit once for ever under its outside id; a repeat is answered from what was recorded.

    Raises:
        Refusal: `unknown_benefit`, `benefit_not_used`, `out_of_bounds`, `unknown_member`,
            `already_recorded_differently`, `benefit_not_held`, `quota_used_up`, `member_frozen`,
            `member_blacklisted`, `member_exited`.
    """
    return using.use(fact, actor)


def undo(member_id: UUID, use_id: UUID, reason: str, actor: Actor) -> Use:
    """Undo a use; the quota has it back where its period still runs. Undoing it again changes nothing.

    Raises:
        Refusal: `unknown_member`, `unknown_use`, `use_of_request` where it belongs to a request for a service.
    """
    if fulfilment.is_request(use_id):
        raise Refusal("use_of_request", "This use belongs to a request; decline or cancel that.")
    return using.undo(member_id, use_id, reason, actor)


def may(member_id: UUID, right: str, now: datetime | None = None, opens_at: datetime | None = None) -> May:
    """Say whether a member has a right; with `opens_at`, when everybody may, whether they may already.

    Raises:
        Refusal: `unknown_benefit`, `unknown_member`.
    """
    return using.may(member_id, right, now or clock.business_now(), opens_at)


def of_member(member_id: UUID, now: datetime | None = None, *, ended: bool = False) -> tuple[Entitlement, ...]:
    """Return what a member has now, in the order of the catalogue; with `ended`, also what is over. Raises: nothing."""
    day, known = days.day_of(now or clock.business_now()), queries.benefits()
    order = list(known)
    held = [one for one in queries.claims([member_id]).values() if ended or one.holds_on(day)]
    held.sort(key=lambda one: (not one.holds_on(day), order.index(one.benefit), one.cause))
    return tuple(_entitlement(one, known[one.benefit], day) for one in held)


def events(member_id: UUID, limit: int, cursor: str | None = None) -> EventPage:
    """Return up to `limit` lines of a member's record, latest first.

    Raises:
        Refusal: `invalid_cursor`.
    """
    skip = 0 if cursor is None else cursors.decode(cursor, 1)[0]
    rows = queries.events(member_id, limit + 1, skip)
    found = tuple(_event(row) for row in rows[:limit])
    return EventPage(found, cursors.encode(skip + limit) if len(rows) > limit else None)


def waiting_effects(member_id: UUID) -> dict[tuple[str, str, int], tuple[str, datetime | None]]:
    """Return by (benefit, cause, line) why something was not issued to a member yet, and when it is tried again.

    Raises: nothing.
    """
    return effects.waiting(member_id)


# --- services that staff fulfil ---


def ask(new: NewRequest, actor: Actor) -> Request:
    """Ask for a service, once for ever under its outside id; the entitlement is used at once.

    Raises:
        Refusal: `text_length`, `not_a_service`, and as `use`.
    """
    return fulfilment.ask(new, actor)


def take(request_id: UUID, step: Step, actor: Actor) -> Request:
    """Take a request to its next stage; declined or cancelled, the entitlement has its use back.

    Raises:
        Refusal: `unknown_request`, `stage_not_possible`, `quote_missing`, `reason_required`, `text_length`,
            `out_of_bounds`.
    """
    return fulfilment.take(request_id, step, actor)


def request(request_id: UUID) -> Request:
    """Return a request with its steps.

    Raises:
        Refusal: `unknown_request`.
    """
    return fulfilment.get(request_id)


def requests(
    stages: Sequence[Stage], limit: int, cursor: str | None = None, member_id: UUID | None = None
) -> RequestPage:
    """Return up to `limit` requests in some stages, the oldest first.

    Raises:
        Refusal: `invalid_cursor`.
    """
    return fulfilment.page(tuple(stages), limit, cursor, member_id)


def requests_waiting() -> int:
    """Return how many requests are open. Raises: nothing."""
    return fulfilment.waiting()


# --- figures and laws ---


def sheet(levels: Sequence[tuple[str, str, int]], first: date, last: date) -> Sheet:
    """Return the balance sheet over some days, along (ladder, level, members), the lowest first. Raises: nothing."""
    return sheets.sheet(levels, first, last)


def verify() -> Verification:
    """Check every entitlement against its record. Raises: nothing."""
    found = [Violation(ENTITLEMENT_IS_RECORD.id, member_id, detail) for member_id, detail in queries.violations()]
    if guards.broken(GUARDS):
        detail = "The record of benefits can be changed: a trigger that refuses it is missing, off or another."
        found.append(Violation(RECORD_STAYS.id, None, detail))
    return Verification(INVARIANTS, tuple(found))


def _entitlement(claim: Claim, benefit: Benefit, day: int) -> Entitlement:
    holds = claim.holds_on(day)
    left = claim.left_on(day) if holds else 0
    return Entitlement(
        claim.member_id,
        benefit,
        claim.cause,
        claim.subject,
        claim.state if holds or claim.state is not State.ACTIVE else State.EXPIRED,
        claim.quota,
        claim.quota - left if claim.quota is not None and left is not None and holds else claim.used,
        left,
        claim.per,
        claim.period_day,
        claim.since_day,
        claim.until_day,
    )


def _event(row: tuple[Any, ...]) -> Event:
    told = dict(zip(queries.EVENT, row, strict=True))
    return Event(**told | {"kind": EventKind(told["kind"])})
