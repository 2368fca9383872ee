"""The room's verbs: tell somebody something once, carry what waits, and show what a sandbox sent."""

from collections.abc import Collection
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import transaction

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, encryption, ids, logs, masks
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.messaging import models, queries, texts
from shuke.rooms.messaging.contracts import Carrier, Kept, Message, Notice

_TRIED = timedelta(days=1)
_LEASED = timedelta(minutes=2)
_KEPT = timedelta(days=30)
_CHUNK = 200
_carrier: Carrier | None = None


def carry_with(carrier: Carrier | None) -> None:
    """Say what brings messages to phones; called when the house is wired. None: nothing does. Raises nothing."""
    global _carrier  # noqa: PLW0603  # one house, wired once
    _carrier = carrier


def reaches_people() -> bool:
    """Say whether anything brings messages to phones. Raises nothing."""
    return _carrier is not None


def send(notice: Notice) -> bool:
    """Tell somebody something when the open unit of work is committed; False where it was told before.

    Raises: Refusal `unknown_member`.
    """
    if (notice.member_id is None) is (not notice.address):
        raise AssertionError("A notice goes to a member or to an address.")
    with unit_of_work():
        address = notice.address or members.phone_of(notice.member_id)  # type: ignore[arg-type]  # asserted above
        row = models.Notice(
            id=ids.new_id(),
            kind=notice.kind,
            key=notice.key,
            member_id=notice.member_id,
            at=clock.business_now(),
            sent_at=clock.machine_now(),
        )
        row.address_sealed = encryption.seal(address, _context(row.id, "address"))
        text = texts.text(notice.kind, notice.language, notice.params)
        row.text_sealed = encryption.seal(text, _context(row.id, "text"))
        fresh = queries.insert(row)
        if fresh and _carrier is not None and address:
            transaction.on_commit(partial(_carry, row.id), robust=True)
        return fresh


def told(kind: str, keys: Collection[str]) -> set[str]:
    """Return the keys of a kind that were told already. Raises nothing."""
    return queries.told(kind, keys)


def carry_waiting() -> int:
    """Carry what waits and was sent within a day, and return how much was taken; comes round. Raises nothing."""
    return _carry()


def prune() -> int:
    """Forget addresses and texts of notices of a month ago, and return of how many. Raises nothing."""
    return queries.forget(clock.machine_now() - _KEPT)


def inbox(limit: int) -> list[Kept]:
    """Return the latest notices of a sandbox, in clear.

    Raises: Refusal `inbox_is_live` outside a sandbox, which shows nobody what members are told.
    """
    if not clock.is_tested():
        raise Refusal("inbox_is_live", "Only a sandbox has an inbox; a live deployment keeps no texts.")
    return [
        Kept(
            row.id,
            row.kind,
            row.member_id,
            masks.phone(_opened(row, "address")),
            _opened(row, "text"),
            row.at,
            row.carried_at is not None,
        )
        for row in queries.latest(limit)
    ]


def _carry(only: UUID | None = None) -> int:
    """Give what waits to the carrier, outside of any transaction; what it did not take is tried again in minutes."""
    if _carrier is None:
        return 0
    now = clock.machine_now()
    with unit_of_work():
        rows = queries.lease(now, now - _TRIED, now + _LEASED, _CHUNK, only)
    taken = 0
    for row in rows:
        address = _opened(row, "address")
        if not address:
            continue
        try:
            _carrier.carry(Message(row.id, address, _opened(row, "text")))
        except Exception as error:  # noqa: BLE001  # whatever a carrier raises, the others' messages go on
            logs.failure("message", error, notice=str(row.id))
        else:
            queries.carried(row.id, clock.machine_now(), forget=not clock.is_tested())
            taken += 1
    return taken


def _opened(row: models.Notice, part: str) -> str:
    sealed = row.address_sealed if part == "address" else row.text_sealed
    return "" if sealed is None else encryption.open_sealed(sealed, _context(row.id, part))


def _context(notice_id: UUID, part: str) -> str:
    return f"messaging_notice.{part}_sealed:{notice_id}"
