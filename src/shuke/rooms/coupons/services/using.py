"""Uses coupons for orders: sets them aside, redeems them, and takes either back. One coupon, one order at a time."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shuke.core.offers.model import Reason
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.coupons import queries
from shuke.rooms.coupons.contracts import OrderRef, State, Use, UseState
from shuke.rooms.coupons.models import Template as Row
from shuke.rooms.coupons.services import limits, supply, views
from shuke.rooms.coupons.services.views import Coupon
from shuke.rooms.members import facade as members

CHUNK = 1_000


@dataclass(slots=True, eq=False)
class _Item:
    """A use on its way: its coupon, the template of a code for many, and what is against it."""

    use: Use
    coupon: Coupon | None = None
    row: Row | None = None
    reason: Reason | None = None
    repeated: bool = False
    ours: bool = False  # set aside for this very order, and still so
    counted: bool = False  # so it was, and nobody has let go of it yet

    @property
    def key(self) -> tuple[UUID, str, str]:
        return self.use.coupon_id, self.use.order_source, self.use.order_external_id

    @property
    def open(self) -> bool:
        return self.reason is None and not self.repeated


def lock(uses: Sequence[Use], until: datetime) -> list[Reason | None]:
    """Set coupons aside for orders until an instant; answer each with why not, None where it is done."""
    return _act(uses, until)


def redeem(uses: Sequence[Use]) -> list[Reason | None]:
    """Use coupons for orders; answer each with why not, None where it is done or was before."""
    return _act(uses, None)


def _act(uses: Sequence[Use], until: datetime | None) -> list[Reason | None]:
    items = [_Item(use) for use in uses]
    if items:
        with unit_of_work():
            _open(items)
            _judge(items, until)
            _count(items)
            _write([item for item in items if item.open], until)
    return [item.reason for item in items]


def _open(items: Sequence[_Item]) -> None:
    """Lock the orders of codes for many against themselves, then their templates, then coupons."""
    ids = {item.use.coupon_id for item in items}
    many = {coupon.template_id for row in queries.coupons(ids) if (coupon := Coupon(*row)).many}
    if many:  # nothing else keeps two of the same order apart
        queries.lock_orders([item.key for item in items])
    rows = queries.using(many) if many else {}
    coupons = {row[0]: Coupon(*row) for row in queries.lock_coupons(ids)}
    for item in items:
        item.coupon = coupons.get(item.use.coupon_id)
        item.row = rows.get(item.coupon.template_id) if item.coupon else None


def _judge(items: Sequence[_Item], until: datetime | None) -> None:
    """Say what is against each use but the limits of codes for many."""
    kept = {key[:3]: key[3:] for key in queries.uses([item.key for item in items])}
    heirs = _heirs(items)
    taken: set[object] = set()
    for item in items:
        state, ends = kept.get(item.key, (None, None))
        item.counted = state == UseState.LOCKED
        item.ours = item.counted and ends > item.use.at
        if item.coupon is None:
            item.reason = Reason.NOT_USABLE
        elif not _may(item.coupon.member_id, item.use.member_id, heirs):
            item.reason = Reason.NOT_THIS_MEMBER
        elif state == UseState.USED:
            item.repeated = True
            item.reason = None if until is None else Reason.NOT_USABLE
        elif not item.ours:
            item.reason = _against(item.coupon, item.row, item.use.at)
        if item.open:
            place = item.key if item.coupon.many else item.coupon.id
            item.reason = Reason.NOT_USABLE if place in taken else None
            taken.add(place)


def _may(owner: UUID | None, user: UUID | None, heirs: dict[UUID, UUID]) -> bool:
    return owner is None or user in (owner, heirs.get(owner, owner))


def _heirs(items: Sequence[_Item]) -> dict[UUID, UUID]:
    """Return in whom owners live on who are not those that bring their coupons."""
    owners = {item.coupon.member_id for item in items if item.coupon and item.coupon.member_id != item.use.member_id}
    found = members.heirs(owners - {None}) if owners - {None} else {}
    return {owner: heirs[-1].member_id for owner, heirs in found.items()}


def _against(coupon: Coupon, row: Row | None, at: datetime) -> Reason | None:
    return views.not_usable(coupon, at) or (views.not_open_now(row, at) if row is not None else None)


def _count(items: Sequence[_Item]) -> None:
    """Count uses of codes for many: at their members, then in the supply, which everybody shares."""
    counted = [item for item in items if item.open and item.row is not None and not item.counted]
    asked: dict[tuple[UUID, UUID, int], list[_Item]] = defaultdict(list)
    for item in counted:
        if item.row.per_member is not None and item.use.member_id is not None:
            asked[_counter(item.row, item.use.member_id, item.use.at)].append(item)
    for key, had in limits.had(asked).items() if asked else ():
        for item in asked[key][max(0, asked[key][0].row.per_member - had) :]:
            item.reason = Reason.LIMIT_REACHED
    queries.count_taken({key: sum(item.open for item in asking) for key, asking in asked.items()})
    for row in sorted({item.row.id: item.row for item in counted}.values(), key=lambda row: row.id):
        asking = [item for item in counted if item.open and item.row.id == row.id]
        granted, _ = supply.take(row, len(asking))
        for item in asking[granted:]:
            item.reason = views.out_of_room(row)
            if item.row.per_member is not None and item.use.member_id is not None:
                queries.count_taken({_counter(row, item.use.member_id, item.use.at): -1})


def _counter(row: Row, member_id: UUID, at: datetime) -> tuple[UUID, UUID, int]:
    return row.id, member_id, views.period_start(row, at)


def _write(items: Sequence[_Item], until: datetime | None) -> None:
    if not items:
        return
    single = [item for item in items if not item.coupon.many]
    for at in {item.use.at for item in single}:
        queries.release_lapsed([item.coupon.id for item in single if item.use.at == at], at)
    state = UseState.USED if until is None else UseState.LOCKED
    rows = []
    for item in items:
        coupon, use = item.coupon, item.use
        ours = (*item.key, coupon.template_id, use.member_id, state.value, coupon.many)
        rows.append((*ours, use.off_minor, use.at, until))
    queries.write_uses(rows)
    if single:
        stored = State.USED if until is None else State.LOCKED
        queries.set_states([item.coupon.id for item in single], stored, until)


# --- taking back ---


class _Kept(NamedTuple):
    """A use as it is kept, in the order of `queries.uses_of_orders`."""

    coupon_id: UUID
    source: str
    external_id: str
    template_id: UUID
    member_id: UUID | None
    state: str
    many: bool
    at: datetime

    @property
    def key(self) -> tuple[UUID, str, str]:
        return self.coupon_id, self.source, self.external_id


def release(orders: Sequence[OrderRef]) -> list[UUID]:
    """End the locks of orders that come to nothing, and return their coupons."""
    return _take_back(lambda: _of(orders), UseState.LOCKED, UseState.RELEASED)


def give_back(orders: Sequence[OrderRef]) -> list[UUID]:
    """Make coupons of refunded orders usable again, those whose template says so, and return them."""
    return _take_back(lambda: _of(orders), UseState.USED, UseState.GIVEN_BACK)


def release_lapsed(now: datetime) -> int:
    """End the locks whose time is over, a committed chunk at a time, and return how many."""
    total = 0
    while found := _take_back(lambda: queries.lapsed_uses(now, CHUNK), UseState.LOCKED, UseState.RELEASED):
        total += len(found)
    return total


def _of(orders: Sequence[OrderRef]) -> list[tuple[Any, ...]]:
    return queries.uses_of_orders([(order.source, order.external_id) for order in orders])


def _take_back(find: Callable[[], Iterable[tuple[Any, ...]]], before: UseState, after: UseState) -> list[UUID]:
    with unit_of_work():
        asked = [use for row in find() if (use := _Kept(*row)).state == before]
        if not asked:
            return []
        rows = queries.using({use.template_id for use in asked})
        coupons = {row[0]: Coupon(*row) for row in queries.lock_coupons({use.coupon_id for use in asked})}
        now = {key[:3]: key[3] for key in queries.uses([use.key for use in asked])}  # as it is behind the locks
        ended = [use for use in asked if now.get(use.key) == before]
        if after is UseState.GIVEN_BACK:
            ended = [use for use in ended if rows[use.template_id].gives_back]
        if not ended:
            return []
        queries.end_uses([use.key for use in ended], after)
        held = (State.USED, State.LOCKED)
        back = [coupons[use.coupon_id] for use in ended if not use.many and coupons[use.coupon_id].state in held]
        queries.set_states([coupon.id for coupon in back if not coupon.recalled], State.ISSUED)
        queries.set_states([coupon.id for coupon in back if coupon.recalled], State.VOID)
        _count_back([use for use in ended if use.many], rows)
        return [use.coupon_id for use in ended]


def _count_back(uses: Sequence[_Kept], rows: dict[UUID, Row]) -> None:
    limited = Counter(
        _counter(rows[use.template_id], use.member_id, use.at)
        for use in uses
        if rows[use.template_id].per_member is not None and use.member_id is not None
    )
    if limited:
        queries.lock_taken(list(limited))
        queries.count_taken({key: -count for key, count in limited.items()})
    for template_id, count in sorted(Counter(use.template_id for use in uses).items()):
        supply.give(rows[template_id], count)
