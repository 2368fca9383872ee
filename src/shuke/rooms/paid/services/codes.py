"""Activation codes: 80 random bits each, found by a keyed hash, sealed for the file of their batch, used once."""

from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, encryption, ids, randomness
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor
from shuke.rooms.paid import models, queries
from shuke.rooms.paid.contracts import BATCH_PREFIX, Cause, Length, PeriodKind
from shuke.rooms.paid.services import plans, selling

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_LOOKS_LIKE = str.maketrans("ILO", "110")
_LETTERS, _GROUP = 16, 4
COUNT_MOST = 10_000
_NOTE_MOST = 100


def make(plan_code: str, length: Length, count: int, note: str, ends_at: datetime | None, actor: Actor) -> models.Batch:
    now = clock.business_now()
    if not 0 < count <= COUNT_MOST:
        raise Refusal("code_count", f"A batch has 1 to {COUNT_MOST} codes.", pointer="/count")
    if len(note) > _NOTE_MOST or not note.isprintable():
        raise Refusal("invalid_note", f"A note has at most {_NOTE_MOST} characters.", pointer="/note")
    if ends_at is not None and ends_at <= now:
        raise Refusal("effective_too_early", "The last day lies in the past.", pointer="/ends_at")
    plan = selling.on_sale(plan_code)
    plans.price_of(plans.version_at(plan.id, now).terms, length)
    batch = models.Batch.objects.create(
        id=ids.new_id(), plan=plan, length=length, count=count, note=note.strip(), made_at=now, ends_at=ends_at
    )
    queries.insert_codes([_new(batch, number) for number in range(1, count + 1)])
    told = {"plan": plan_code, "length": length.value, "count": count, "note": batch.note}
    org.audit("codes.made", ids.encode(BATCH_PREFIX, batch.id), None, told, actor)
    return batch


def listed(batch_id: UUID, actor: Actor) -> list[tuple[str, datetime | None]]:
    """Return the codes of a batch in clear, with when each was used; the audit log keeps who took them."""
    batch = queries.batch(batch_id)
    if batch is None:
        raise Refusal("unknown_batch", "There is no such batch.")
    rows = queries.codes(batch_id)
    org.audit("codes.taken", ids.encode(BATCH_PREFIX, batch_id), None, {"count": len(rows)}, actor)
    return [(encryption.open_sealed(bytes(row.sealed), _context(batch_id)), row.used_at) for row in rows]


def use(member_id: UUID, text: str, actor: Actor) -> models.Subscription:
    code = text.upper().translate(_LOOKS_LIKE).replace("-", "").replace(" ", "")
    row = queries.lock_code(encryption.blind(code, "paid_code")) if len(code) == _LETTERS else None
    if row is None:
        raise Refusal("unknown_activation_code", "There is no such activation code.", pointer="/code")
    now = clock.business_now()
    if row.used_at is not None:
        raise Refusal("activation_code_used", "This activation code was used already.", pointer="/code")
    if row.batch.ends_at is not None and row.batch.ends_at <= now:
        raise Refusal("activation_code_expired", "This activation code is no longer good.", pointer="/code")
    plan, length = queries.plan(row.batch.plan_id), Length(row.batch.length)
    found = selling.give(member_id, plan, length, PeriodKind.CODE, Cause.CODE, actor)
    row.used_at, row.member_id = now, member_id
    row.save(update_fields=["used_at", "member_id"])
    return found


def _new(batch: models.Batch, number: int) -> models.Code:
    value = int.from_bytes(randomness.token_bytes(_LETTERS * 5 // 8), "big")
    code = "".join(_ALPHABET[value >> 5 * place & 31] for place in range(_LETTERS))
    shown = "-".join(code[begin : begin + _GROUP] for begin in range(0, _LETTERS, _GROUP))
    sealed = encryption.seal(shown, _context(batch.id))
    return models.Code(blind=encryption.blind(code, "paid_code"), batch=batch, number=number, sealed=sealed)


def _context(batch_id: UUID) -> str:
    return f"paid_code.sealed.{batch_id}"
