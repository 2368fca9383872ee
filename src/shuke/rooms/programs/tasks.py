"""Jobs of programs that somebody asks for; what comes round by itself is said in config/wiring.py."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import jobs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Audience, Batch
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import ClockMove, ImportReport
from shuke.rooms.programs.imports import importing
from shuke.rooms.programs.services import advancing, pushing


@jobs.job("move_clock")
def move_clock(to: str, kind: str, id: str) -> Mapping[str, int]:
    """Move the test clock as `ask_clock_move` was asked to."""
    advanced = advancing.move_clock(datetime.fromisoformat(to), org.actor_known_as(ActorKind(kind), id))
    return {"members": advanced.members, "entries": advanced.entries, "tier_changes": advanced.tier_changes}


def ask_clock_move(to: datetime, actor: Actor) -> ClockMove:
    """Let a worker move the test clock, in the transaction that is open or one of its own; one move at a time."""
    with unit_of_work():
        start = advancing.start_of_move(to)
        if jobs.is_under_way(move_clock.name) or not jobs.defer_once(
            move_clock, to=to.isoformat(), kind=actor.kind.value, id=actor.id
        ):
            raise Refusal("clock_is_moving", "The test clock is being moved; wait until it has arrived.")
        queries.note_clock_move(start, to)
    return ClockMove(start, to, start)


@jobs.job("import_members")
def import_members(import_id: str, kind: str, id: str, undo: bool) -> Mapping[str, int]:  # noqa: FBT001  # as JSON
    """Commit or undo an import as `ask_import` was asked to."""
    actor = org.actor_known_as(ActorKind(kind), id)
    done = (importing.undo if undo else importing.commit)(UUID(import_id), actor)
    return {state.value: count for state, count in done.counts.items()}


def ask_import(import_id: UUID, actor: Actor, *, undo: bool) -> ImportReport:
    """Let a worker commit or undo an import, in the transaction that is open or one of its own."""
    with unit_of_work():
        importing.begin(import_id, actor, undo=undo)
        import_members.defer(import_id=str(import_id), kind=actor.kind.value, id=actor.id, undo=undo)
    return importing.report(import_id)


@jobs.job("push_coupons")
def run_push(batch_id: str) -> Mapping[str, int]:
    """Issue coupons to an audience as `push_coupons` was asked to."""
    return {"coupons": pushing.run(UUID(batch_id))}


def push_coupons(template_id: UUID, audience: Audience, name: str, actor: Actor) -> Batch:
    """Let a worker issue a coupon to each member of an audience; those who may have none are counted as skipped.

    Raises: Refusal `unknown_coupon_template`, `coupon_code_for_many`, `coupons_stopped`, `coupons_paused`,
        `coupons_not_open`, `coupons_over`.
    """
    with unit_of_work():
        wanted = pushing.reckon_push(template_id, audience).members
        batch = coupons.open_push(template_id, audience, wanted, name, actor)
        run_push.defer(batch_id=str(batch.id))
    return batch
