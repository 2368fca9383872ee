"""The verbs of programs: check and publish, enrol, record, say where members stand, and let time pass."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.foundation.verification import Verification
from shuke.rooms.members.contracts import Member, MergeRecord, NewMember, Status
from shuke.rooms.org.contracts import Actor, Approval, Principal, Values
from shuke.rooms.points.contracts import EntryKey
from shuke.rooms.programs import queries, tasks
from shuke.rooms.programs.carts import committing, evaluating
from shuke.rooms.programs.contracts import (
    AdjustFact,
    Advanced,
    ClockMove,
    Comparison,
    DecidedPage,
    Draft,
    Explanation,
    Fact,
    ImportReport,
    Moved,
    Outstanding,
    Passed,
    RedeemFact,
    Result,
    Standing,
    VersionView,
)
from shuke.rooms.programs.imports import importing
from shuke.rooms.programs.services import (
    adjusting,
    advancing,
    approving,
    benefit_points,
    comparing,
    dealings,
    drafting,
    enrolling,
    entitling,
    exchanging,
    explaining,
    foreseeing,
    gift_cards,
    histories,
    laws,
    merging,
    promoting,
    publishing,
    recording,
    simulating,
    statuses,
    stored_value,
    telling,
    using_value,
    value_refunds,
    verifying,
    withdrawing,
)
from shuke.rooms.programs.services import standing as standings_of
from shuke.rooms.programs.services.advancing import Progress
from shuke.rooms.programs.services.coupons import claim_coupons, coupons_to_take, create_coupon_template
from shuke.rooms.programs.services.falling import falls_coming
from shuke.rooms.programs.services.pushing import reckon_push
from shuke.rooms.programs.services.returning import give_back_coupons
from shuke.rooms.programs.services.timeline import timeline
from shuke.rooms.programs.tasks import push_coupons
from shuke.rooms.value import facade as value

__all__ = (
    "claim_coupons",
    "coupons_to_take",
    "create_coupon_template",
    "falls_coming",
    "give_back_coupons",
    "push_coupons",
    "reckon_push",
)  # handed on; what stands below needs no mention


def validate(text: str) -> Draft:
    """Check a program file and say what it holds; nothing is written.

    Raises:
        ProgramErrors: everything that is wrong, each with line and column.
        Refusal: what only compiling finds, such as `may_overflow`.
    """
    return publishing.validate(text)


publish, carry_out_publish = approving.publish, approving.carry_out
publish_terms, set_publish_terms = approving.terms, approving.set_terms
simulate = simulating.simulate
drafts, draft, drop_draft = drafting.drafts, drafting.draft, drafting.drop_draft
create_draft, save_draft = drafting.create_draft, drafting.save_draft
preview_promotion, promote, reach_deployments_with = promoting.preview, promoting.promote, promoting.reach_with


def withdraw(slug: str, number: int, actor: Actor) -> VersionView:
    """Take back a version that is planned: it stays in the list, keeps its number, and never comes into force.

    Units that only it declared are gone with it. One that is withdrawn already is answered as it is.

    Raises:
        Refusal: `no_program`, `version_not_found`, `version_in_force` where members have come to it, too,
            `version_followed` where a later one is planned, `supply_below_issued` where more was issued meanwhile
            than the version before allows, `writers_busy`.
    """
    return withdrawing.withdraw(slug, number, actor)


def compare(text: str, effective_from: datetime | None = None, against: str | None = None) -> Comparison:
    """Say what publishing a program file would change against another one, by default the newest version: in meaning,
    text by text, who would move where, what is owed, and what a year would cost.

    Members are looked at as they will stand at `effective_from` (now by default) if nothing happens until then, at
    most 2,000, spread evenly; the past of at most 200 of them is replayed under both. Nothing is written.

    Raises:
        ProgramErrors: everything that is wrong with the file.
        Refusal: `no_program`, `comparison_running` while this process compares another file, and what `publish`
            refuses but `writers_busy`.
    """
    return comparing.compare(text, effective_from, against)


recorded_history = histories.recorded_history
member_ids_after, member_count = histories.member_ids_after, histories.member_count


def programs() -> list[str]:
    """Return the slugs of all programs. Raises: nothing."""
    return [program.slug for program in queries.programs()]


def current(slug: str | None = None) -> VersionView:
    """Return the version in force now of a program, by default of the only one.

    Raises:
        Refusal: `no_program`.
    """
    plan = timeline(slug)
    if plan is None:
        raise Refusal("no_program", "No such program is published.")
    running = plan.at(int(clock.business_now().timestamp()))
    return publishing.version(running.id)


def versions(slug: str) -> list[VersionView]:
    """Return every version of a program, withdrawn ones included, newest first.

    Raises:
        Refusal: `no_program`.
    """
    return publishing.versions(slug)


def ready_versions() -> int:
    """Make every published version ready to run, as a process does that starts, and return how many there are.

    Raises: Refusal `version_recompiled_differently`.
    """
    running = timeline()
    return len(running.versions) if running else 0


def enrol(new: Sequence[NewMember], actor: Actor) -> list[Member | Refusal]:
    """Enrol people: member, holder of points, membership of the program. One answer each, in the order given.

    Raises: what `members.enrol` raises for the whole batch; a refused person stands in their answer.
    """
    return enrolling.enrol(new, actor)


def set_status(member_id: UUID, status: Status, reason: str, actor: Actor, *, give_up_value: bool = False) -> Member:
    """Give a member another status: what is on its way is written before it, and nothing more is decided after it.

    Raises: Refusal `value_left` where somebody leaves with principal that nobody gives up, and as `members.set_status`.
    """
    return statuses.set_status(member_id, status, reason, actor, give_up_value=give_up_value)


def record(facts: Sequence[Fact], actor: Actor, *, history: bool = False, dry_run: bool = False) -> list[Result]:
    """Record orders and redemptions, 1 to 1,000, decide them in the order given and answer each. The one write path.

    `history` allows facts older than 30 days or more than 5 minutes ahead, and gives coupons only for those of the last
    day; nothing allows more than 24 hours in a live deployment. A dry run takes the same path and is rolled back. A
    repeat is answered from what was stored, without effect.

    Raises:
        Refusal: `batch_size`. Refusals of single facts stand in their results: `out_of_bounds`, `text_length`,
            `text_characters`, `time_without_zone`, `too_old`, `too_far_ahead`, `occurs_in_future`,
            `reason_required`, `reason_too_long`, `refund_of_nothing`, `currency_mismatch`, `no_program`,
            `unknown_unit`, `unknown_member`, `already_recorded_differently`, `insufficient_points`,
            `not_enrolled`, `member_frozen`, `member_blacklisted`, `member_exited`, `too_many_orders`,
            `not_recordable`; and `unavailable` where the database gave up after a part was committed.
    """
    return recording.record(facts, actor, history=history, dry_run=dry_run)


evaluate_cart = evaluating.evaluate_cart
commit_cart = committing.commit_cart


def redeem(fact: RedeemFact, actor: Actor, *, history: bool = False, dry_run: bool = False) -> Result:
    """Redeem points: `record` of one.

    Raises:
        Refusal: as in the results of `record`.
    """
    (result,) = record([fact], actor, history=history, dry_run=dry_run)
    if result.refusal is not None:
        raise result.refusal
    return result


# The mall; what each raises stands where it is written.
create_mall_item = exchanging.create_item
change_mall_item = exchanging.change_item
exchange = exchanging.exchange
confirm_exchange = exchanging.confirm
cancel_exchange = exchanging.cancel
refund_exchange = exchanging.refund
lapse_exchanges = exchanging.lapse_due
deliver_exchanges = exchanging.deliver_due
mall_of = exchanging.view
mall_payment_of = exchanging.payment_of
mall_paid = exchanging.paid


# Stored value, of which rooms/value reads what there is; what each raises stands where it is written.
value_terms, needed_value_terms = stored_value.terms, stored_value.needed_terms
value_of = stored_value.held
top_up = stored_value.top_up
value_paid = stored_value.paid
value_failed = stored_value.failed
pay_with_value = using_value.pay_with_value
give_value_back = using_value.give_value_back
refund_money = using_value.money_back
preview_value_refund = value_refunds.preview
ask_value_refund, ask_own_value_refund = value_refunds.ask, value_refunds.ask_for_oneself
carry_out_value_refund = value_refunds.carry_out
make_gift_cards, sell_gift_cards = gift_cards.make, gift_cards.sell
load_gift_card, void_gift_card = gift_cards.load, gift_cards.void
value_figures = stored_value.figures
top_up_of, top_ups = value.top_up, value.top_ups


require_other = adjusting.require_other


def adjust(
    fact: AdjustFact,
    actor: Actor,
    principal: Principal | None,
    *,
    ask: bool = False,
    history: bool = False,
    dry_run: bool = False,
) -> Result | Approval:
    """Give or take points by hand; above the personal limit of `principal`, or where they `ask`, request it instead.

    `principal` is None on the command line, which has no limit. What would be refused is never requested.

    Raises:
        Refusal: `forbidden`, `own_account`, and as in the results of `record`.
    """
    return adjusting.adjust(fact, actor, principal, ask=ask, history=history, dry_run=dry_run)


def carry_out_adjustment(approval: Approval, payload: Values, actor: Actor) -> str | None:
    """Record an adjustment that was approved: the executor of `points.adjustment`.

    Raises:
        Refusal: as in the results of `record`.
    """
    return adjusting.carry_out(approval, payload, actor)


def let_pass(member_id: UUID, since: datetime) -> Passed | None:
    """Let time pass for a member until the instant that the open dry run imagines, and say what it did after `since`.

    None where the member does not belong to the program. Raises: nothing.
    """
    return foreseeing.let_pass(member_id, since)


def standing(member_id: UUID, at: datetime | None = None) -> Standing:
    """Say where a member stands, at the business clock by default: time is advanced in memory, nothing is written.

    Raises:
        Refusal: `not_enrolled`.
    """
    found = standings([member_id], at).get(member_id)
    if found is None:
        raise Refusal("not_enrolled", "The member does not belong to the program.")
    return found


def standings(member_ids: Sequence[UUID], at: datetime | None = None) -> dict[UUID, Standing]:
    """Say where members stand; who does not belong to the program is left out. Raises: nothing."""
    return standings_of.standings(member_ids, at or clock.business_now())


def outstanding(unit_id: int) -> Outstanding:
    """Return what members together have of a unit, and who of them can use it. Raises: nothing."""
    return standings_of.outstanding(unit_id)


def explain_entry(key: EntryKey) -> Explanation:
    """Explain an entry: the decision behind an accrual, the lots and the date rule behind a redemption or an expiry.

    Raises:
        Refusal: `unknown_entry`, `no_program`.
    """
    return explaining.explain_entry(key)


def explain_order(order_id: UUID) -> Explanation:
    """Explain what an order earned; `decision` is None where it was stored undecided.

    Raises:
        Refusal: `unknown_order`, `no_program`.
    """
    return explaining.explain_order(order_id)


told = telling.told  # an explanation in sentences
why = telling.why  # a tier was set


def decided_orders(member_id: UUID, limit: int, cursor: str | None = None) -> DecidedPage:
    """Return up to `limit` orders of a member by the instant as of which each was decided, latest first.

    Raises: Refusal `invalid_cursor`.
    """
    return dealings.decided_orders(member_id, limit, cursor)


def version_numbers(orders: Sequence[tuple[UUID, UUID]]) -> dict[UUID, int]:
    """Return by order the number of the version that decided it, of (member, order) pairs. Raises: nothing."""
    return queries.version_numbers(orders)


def advance_due(until: datetime | None = None, chunk: int = advancing.CHUNK) -> Advanced:
    """Advance everybody whom time owes something by `until` (the business clock by default), in chunks of members.

    Resumable and repeatable: who was advanced is not due any more. Raises: nothing.
    """
    return advancing.advance_due(until or clock.business_now(), chunk)


def move_clock(to: datetime, actor: Actor, progress: Progress | None = None) -> Advanced:
    """Move a sandbox's test clock, doing at each local midnight on the way what is due; `progress(done, all)`.

    Raises:
        Refusal: `clock_is_live`, `clock_moves_back`.
    """
    return advancing.move_clock(to, actor, progress)


def at_each_stop(work: Callable[[], object]) -> None:
    """Let other work of business time be done wherever the test clock stops, in this order. Raises: nothing."""
    advancing.at_each_stop(work)


def ask_clock_move(to: datetime, actor: Actor) -> ClockMove:
    """Let a worker do `move_clock`, and return at once.

    Raises:
        Refusal: `clock_is_live`, `clock_moves_back`, `clock_is_moving`.
    """
    return tasks.ask_clock_move(to, actor)


def verify() -> Verification:
    """Check that orders, decisions, memberships and ledger say the same. Raises: nothing."""
    return verifying.verify()


verify_all, seal = laws.verify_all, laws.seal


def clock_move() -> ClockMove | None:
    """Return the last move of the clock that was asked for, and how far it is. Raises: nothing."""
    return advancing.clock_move()


apply_benefits, keep_benefits, benefit_sheet = entitling.apply, entitling.keep, entitling.sheet
PointsOfBenefits = benefit_points.PointsOfBenefits


# --- members from files ---

check_import = importing.check
column_meanings = importing.column_meanings
commit_import = importing.commit
undo_import = importing.undo


def ask_import(import_id: UUID, actor: Actor, *, undo: bool = False) -> ImportReport:
    """Let a worker do `commit_import` or `undo_import`, and return at once.

    Raises:
        Refusal: `unknown_import`, `import_in_other_state`.
    """
    return tasks.ask_import(import_id, actor, undo=undo)


import_report = importing.report
imports = importing.latest
import_bad_rows = importing.bad_rows


# --- two records of one person ---


def merge_members(survivor_id: UUID, source_ids: Sequence[UUID], reason: str, actor: Actor) -> MergeRecord:
    """Let up to 20 members live on in another one, with all their lots and dates, and their tier where it is higher.

    In a dry run, the standing of the survivor and `moved_by_merge` say what it would come to.

    Raises:
        Refusal: `unknown_member`, `nothing_to_merge`, `too_many_to_merge`, `not_mergeable`, `too_many_tags`,
            `reason_required`, `reason_too_long`, `merge_unsettled` while a source has points pending or held, or owes
            more than the survivor can pay, `merge_two_plans` while two of them have the same paid plan, `not_enrolled`
            where the survivor does not belong to the program.
    """
    return merging.merge(survivor_id, source_ids, reason, actor)


def moved_by_merge(record: MergeRecord) -> tuple[Moved, ...]:
    """Return by source and unit what a merge moved, later refunds included. Raises: nothing."""
    return merging.moved(record)


def unmerge_members(merge_id: UUID, reason: str, actor: Actor) -> MergeRecord:
    """Take a merge apart: records, lots and tiers are as they were, as far as nothing was changed or used since.

    Raises:
        Refusal: `unknown_merge`, `merge_undone`, `merge_covered`, `duplicate_phone`, `duplicate_email`,
            `reason_required`, `reason_too_long`, `merge_spent` when points that came over were used.
    """
    return merging.unmerge(merge_id, reason, actor)
