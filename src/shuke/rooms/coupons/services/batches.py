"""Coupons made together: codes for a pool, drawn or from elsewhere, and a coupon for each member of an audience.

A chunk and how far its batch is then are committed together, so a batch that was interrupted goes on where it stopped.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import codes, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.coupons import queries
from shuke.rooms.coupons.contracts import (
    BATCH_LIMIT,
    BATCH_PREFIX,
    Audience,
    Batch,
    BatchKind,
    BatchState,
    Cause,
    Codes,
    IssueFact,
)
from shuke.rooms.coupons.models import Batch as Row
from shuke.rooms.coupons.models import Template
from shuke.rooms.coupons.services import issuing, supply, views
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor

CHUNK = 20_000
SOURCE = ":batch"  # of the facts of a push; no source that a client sends begins so
_NOBODY = UUID(int=0)


def open_codes(template_id: UUID, count: int, name: str, actor: Actor, now: datetime) -> Row:
    """Begin a batch of so many new codes."""
    if not 1 <= count <= BATCH_LIMIT:
        raise Refusal("coupon_batch_size", f"A batch makes 1 to {BATCH_LIMIT} coupons.", pointer="/count")
    with unit_of_work():
        row = _pool(template_id, now)
        return _open(row, BatchKind.CODES, name, count, actor, now)


def open_push(template_id: UUID, audience: Audience, wanted: int, name: str, actor: Actor, now: datetime) -> Row:
    """Begin a batch of coupons for each member of an audience."""
    with unit_of_work():
        row = _issuing(template_id, now)
        if row.codes == Codes.ONE:
            raise Refusal("coupon_code_for_many", "Its one code is for whoever has it; nothing is issued.")
        return _open(row, BatchKind.PUSH, name, wanted, actor, now, audience)


def import_codes(template_id: UUID, asked: Sequence[str], name: str, actor: Actor, now: datetime) -> Row:
    """Put codes from elsewhere into a template's pool; the same codes again answer the batch of the first time."""
    if not 1 <= len(asked) <= BATCH_LIMIT:
        raise Refusal("coupon_batch_size", f"A batch makes 1 to {BATCH_LIMIT} coupons.", pointer="/codes")
    digest = hashlib.sha256("\n".join(asked).encode()).digest()
    with unit_of_work():
        known = queries.batch_of(template_id, digest)
        if known is not None:
            return known
        row = _pool(template_id, now)
        batch = _open(row, BatchKind.IMPORT, name, len(asked), actor, now, digest=digest)
        skipped: Counter[str] = Counter()
        seen: set[str] = set()
        for start in range(0, len(asked), CHUNK):
            good = _good(asked[start : start + CHUNK], seen, skipped)
            made = _make(row, batch, good, now)
            skipped["exhausted"] += len(good) - made
            batch.made += made
        batch.skipped, batch.state = dict(+skipped), BatchState.DONE.value
        batch.save(update_fields=["made", "skipped", "state"])
        return batch


def _good(asked: Sequence[str], seen: set[str], skipped: Counter[str]) -> list[str]:
    """Return the codes that can be made, and count the others by what is wrong with them."""
    plain = [codes.plain(code) for code in asked]
    taken = queries.known_codes([code for code in plain if codes.is_code(code)])
    good = []
    for code in plain:
        wrong = (
            "bad_code" if not codes.is_code(code) else "twice" if code in seen else "taken" if code in taken else None
        )
        seen.add(code)
        if wrong:
            skipped[wrong] += 1
        else:
            good.append(code)
    return good


def make_chunk(batch_id: UUID, now: datetime) -> bool:
    """Make the next codes of a batch, and say whether there are more to be made."""
    with unit_of_work():
        batch = queries.lock_batch(batch_id)
        if batch is None or batch.state != BatchState.RUNNING:
            return False
        row = queries.using([batch.template_id])[batch.template_id]
        count = min(CHUNK, batch.wanted - batch.made)
        made = _make(row, batch, codes.new_codes(count), now) if views.not_open(row, now) is None else 0
        batch.made += made
        if made < count:
            batch.skipped = {"exhausted": batch.wanted - batch.made}
        if made < count or batch.made == batch.wanted:
            batch.state = BatchState.DONE.value
        batch.save(update_fields=["made", "skipped", "state"])
        return batch.state == BatchState.RUNNING


def _make(row: Template, batch: Row, texts: Sequence[str], now: datetime) -> int:
    """Write coupons that nobody holds yet, as many as the supply allows, and return how many."""
    granted, _ = supply.take(row, len(texts))
    dates = views.dates(row, now)
    kept = (None, batch.id, False, True, None, now, *dates, Cause.BATCH.value, None)
    queries.insert_coupons([(ids.new_id(), row.id, text, *kept) for text in texts[:granted]])
    return granted


def push_chunk(batch_id: UUID, member_ids: Sequence[UUID], now: datetime, *, over: bool) -> bool:
    """Issue a coupon to each of the next members, ascending, of a push; `over`: they are the last.

    Return whether the batch goes on: somebody may have cancelled it.
    """
    with unit_of_work():
        batch = queries.lock_batch(batch_id)
        if batch is None or batch.state != BatchState.RUNNING:
            return False
        row = queries.using([batch.template_id])[batch.template_id]
        facts = [
            IssueFact(SOURCE, f"{batch.id}:{member_id}", row.code, member_id, Cause.PUSH, now)
            for member_id in member_ids
        ]
        refused = Counter(answer.refusal.code for answer in issuing.issue(facts, batch.id) if answer.refusal)
        batch.skipped = dict(Counter(batch.skipped) + refused)
        batch.made += len(facts) - refused.total()
        batch.told_upto = member_ids[-1] if member_ids else batch.told_upto
        batch.state = BatchState.DONE.value if over else batch.state
        batch.save(update_fields=["made", "skipped", "told_upto", "state"])
        return not over


def cancel(batch_id: UUID, actor: Actor) -> Row:
    """Make no more of a batch; what was made stays."""
    with unit_of_work():
        batch = queries.lock_batch(batch_id)
        if batch is None:
            raise unknown()
        if batch.state != BatchState.RUNNING:
            raise Refusal("coupon_batch_over", "The batch is made already.")
        batch.state = BatchState.CANCELLED.value
        batch.save(update_fields=["state"])
        org.audit("coupons.batch_cancelled", ids.encode(BATCH_PREFIX, batch.id), None, {"made": batch.made}, actor)
        return batch


def export(batch_id: UUID) -> Iterator[tuple[str, str]]:
    """Yield (code, state) of every coupon of a batch, in the order in which they were made."""
    after = _NOBODY
    while rows := queries.codes_of_batch(batch_id, after, CHUNK):
        yield from ((code, state) for _, code, state in rows)
        after = rows[-1][0]


def view(row: Row) -> Batch:
    """Return a batch as it leaves the room."""
    audience = None if row.audience is None else Audience(tuple(row.audience["tags"]), row.audience["tier"])
    return Batch(
        row.id,
        row.template_id,
        BatchKind(row.kind),
        BatchState(row.state),
        row.name,
        row.wanted,
        row.made,
        row.skipped,
        audience,
        row.created_at,
    )


def told_upto(batch_id: UUID) -> UUID:
    """Return the last member whom a push was told of."""
    return known(batch_id).told_upto


def known(batch_id: UUID) -> Row:
    """Return a batch that is there."""
    row = queries.batch(batch_id)
    if row is None:
        raise unknown()
    return row


def unknown() -> Refusal:
    """Return the refusal of a batch that is not there."""
    return Refusal("unknown_coupon_batch", "There is no such batch of coupons.")


def _pool(template_id: UUID, now: datetime) -> Template:
    row = _issuing(template_id, now)
    if row.codes != Codes.POOL:
        raise Refusal("coupons_not_pooled", "Only a template with a pool gets codes beforehand.")
    return row


def _issuing(template_id: UUID, now: datetime) -> Template:
    row = queries.using([template_id]).get(template_id)
    if row is None:
        raise Refusal("unknown_coupon_template", "There is no such coupon template.")
    refusal = views.not_open(row, now)
    if refusal is not None:
        raise refusal
    return row


def _open(
    row: Template,
    kind: BatchKind,
    name: str,
    wanted: int,
    actor: Actor,
    now: datetime,
    audience: Audience | None = None,
    digest: bytes | None = None,
) -> Row:
    batch = Row(
        id=ids.new_id(),
        template=row,
        kind=kind.value,
        state=BatchState.RUNNING.value,
        name=name[:80],
        digest=digest,
        wanted=wanted,
        made=0,
        skipped={},
        audience=None if audience is None else asdict(audience),
        told_upto=_NOBODY,
        created_at=now,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
    )
    batch.save(force_insert=True)
    told = {"template": row.code, "kind": kind.value, "name": batch.name, "wanted": wanted}
    org.audit("coupons.batch_opened", ids.encode(BATCH_PREFIX, batch.id), None, told, actor)
    return batch
