"""One member's life as one list: orders with their points, redemptions, expiries, tiers, coupons and what staff did.

Each source is read by its own room, page by page; here they are merged by business time: the instant as of which
something counts, and for equal ones the order in which it was recorded. Knows no request and no template.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shuke.foundation import clock, ids
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import HeldCoupon
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.orders.contracts import Order
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import AuditLine
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Entry, Kind
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import DecidedOrder
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.tiers.contracts import TierChange
from shuke.surfaces.console.acting import REDEMPTION_PREFIX

END = "end"  # a source that has nothing more
ENROLLED = "members.enrolled"
_TIME = UUID(int=0)  # what time did alone, before anything that was recorded as of the same instant
_SPARE = 5  # read beyond the page, so that an order and its points are never torn apart


Key = tuple[datetime, UUID]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Event:
    """Something on the timeline; `kind` says which of the others is set. `entries` are of one transaction, all units.

    `at` is when it counts; `late_since` when a late order happened, `recorded_at` when a late enrolment was recorded.
    """

    at: datetime
    kind: str
    order: Order | None = None
    late_since: datetime | None = None
    recorded_at: datetime | None = None
    entries: list[Entry] = field(default_factory=list)
    change: Any = None
    line: AuditLine | None = None
    coupon: HeldCoupon | None = None

    @property
    def sums(self) -> list[tuple[int, int]]:
        """What it did to what can be used, by unit; what it did to other accounts where it did nothing to that."""
        usable = _sums(entry for entry in self.entries if entry.account == "available" and entry.kind != Kind.REPAYMENT)
        return usable or _sums(entry for entry in self.entries)

    @property
    def redemption_id(self) -> str:
        """The outside id of the redemption that its entries are of."""
        reference = self.entries[0].reference
        return ids.encode(REDEMPTION_PREFIX, reference) if reference else ""

    @property
    def parts(self) -> list[tuple[Entry, int]]:
        """The first entry of each kind and unit with their sum, where there are several of them."""
        found: dict[tuple[int, Kind], list[Entry]] = {}
        for entry in reversed(self.entries):
            found.setdefault((entry.key.unit_id, entry.kind), []).append(entry)
        parts = [(entries[0], sum(entry.amount for entry in entries)) for entries in found.values()]
        return parts if len(parts) > 1 else []


def _sums(entries: Iterable[Entry]) -> list[tuple[int, int]]:
    sums: dict[int, int] = {}
    for entry in entries:
        sums[entry.key.unit_id] = sums.get(entry.key.unit_id, 0) + entry.amount
    return sorted(sums.items())


@dataclass(frozen=True, slots=True)
class Source:
    """A list of a room, newest first: `read(limit, cursor)` gives (items, next cursor), `key` an item's place.

    A place is the instant and, for equal ones, the id of the fact that was recorded.
    """

    name: str
    read: Callable[[int, str | None], tuple[Sequence[Any], str | None]]
    key: Callable[[Any], Key]


def sources(
    member_id: UUID, joined_at: datetime, program_id: int | None, *, sees_coupons: bool = True
) -> tuple[Source, ...]:
    """Return where a member's events come from; tiers are those of one program."""

    def read_orders(limit: int, cursor: str | None) -> tuple[Sequence[DecidedOrder], str | None]:
        found = programs.decided_orders(member_id, limit, cursor)
        return found.orders, found.next_cursor

    def read_entries(limit: int, cursor: str | None) -> tuple[Sequence[Entry], str | None]:
        found = points.entries_page(member_id, limit, cursor)
        return found.entries, found.next_cursor

    def read_lines(limit: int, cursor: str | None) -> tuple[Sequence[AuditLine], str | None]:
        found = org.audit_lines(limit, cursor, ids.encode(ID_PREFIX, member_id))
        return found.lines, found.next_cursor

    def read_changes(limit: int, cursor: str | None) -> tuple[Sequence[TierChange], str | None]:
        if program_id is None:
            return (), None
        found = tiers.changes_page(member_id, program_id, limit, cursor)
        return [change for _, change in found.changes], found.next_cursor

    def read_coupons(limit: int, cursor: str | None) -> tuple[Sequence[HeldCoupon], str | None]:
        found = coupons.received(member_id, limit, cursor, clock.business_now())
        return found.coupons, found.next_cursor

    def place_of_line(line: AuditLine) -> Key:
        at = joined_at if line.action == ENROLLED else line.business_at
        return at, _TIME if line.action == ENROLLED else _id_of(line.at)

    received = Source("coupons", read_coupons, lambda held: (held.issued_at, held.id))
    return (  # of one place the result stands above its cause
        *((received,) if sees_coupons else ()),
        Source("tiers", read_changes, lambda change: (change.occurred_at, change.reference or _TIME)),
        Source("orders", read_orders, lambda decided: (decided.effective_at, decided.order.id)),
        Source("entries", read_entries, lambda entry: (entry.occurred_at, entry.reference or _TIME)),
        Source("staff", read_lines, place_of_line),
    )


def _id_of(at: datetime) -> UUID:
    """Return the least id that can be made at an instant: ids begin with their millisecond."""
    return UUID(int=(at - _EPOCH) // timedelta(milliseconds=1) << 80)


def page(
    sources: Sequence[Source],
    cursors: Mapping[str, str],
    limit: int,
    sees: Callable[[str], bool] = lambda _store: True,
) -> tuple[list[Event], dict[str, str] | None]:
    """Return up to about `limit` events, newest first, and where each source goes on, None when all have ended.

    Orders of a store that the reader does not see are left out; the points that they moved are the member's and stay.
    """
    heads = {source.name: _read(source, limit + _SPARE, cursors.get(source.name)) for source in sources}
    taken = dict.fromkeys(heads, 0)
    events: list[Event] = []
    last: Key | None = None
    while True:
        waiting = [source for source in sources if taken[source.name] < len(heads[source.name][0])]
        if not waiting:
            break
        newest = max(waiting, key=lambda source: source.key(heads[source.name][0][taken[source.name]]))
        item = heads[newest.name][0][taken[newest.name]]
        if sum(taken.values()) >= limit and newest.key(item) != last:
            break
        last = newest.key(item)
        taken[newest.name] += 1
        _add(events, item, last[0])
    events = [event for event in events if event.order is None or sees(event.order.store)]
    _join_points(events)
    onward = {
        source.name: _onward(source, taken[source.name], heads[source.name], cursors.get(source.name))
        for source in sources
    }
    return events, None if set(onward.values()) == {END} else onward


def _read(source: Source, limit: int, cursor: str | None) -> tuple[Sequence[Any], str | None]:
    return ((), None) if cursor == END else source.read(limit, cursor or None)


def _onward(source: Source, taken: int, head: tuple[Sequence[Any], str | None], cursor: str | None) -> str:
    """Return from where to go on after `taken` items of a page; "" is the source's beginning."""
    items, following = head
    if taken == len(items):
        return following or END
    return cursor or "" if taken == 0 else source.read(taken, cursor or None)[1] or END


def _add(events: list[Event], item: Any, at: datetime) -> None:
    if isinstance(item, Entry):
        before = events[-1].entries if events else []
        if before and _transaction(before[-1]) == _transaction(item):
            before.append(item)
        else:
            events.append(Event(at, _kind_of_entry(item), entries=[item]))
    elif isinstance(item, DecidedOrder):
        late_since = item.order.occurred_at if item.late else None
        events.append(Event(at, "order", order=item.order, late_since=late_since))
    elif isinstance(item, HeldCoupon):
        events.append(Event(at, "coupon", coupon=item))
    elif isinstance(item, AuditLine):
        later = item.business_at - at >= timedelta(minutes=1)
        recorded_at = item.business_at if later else None
        events.append(Event(at, _kind_of(item), line=item, recorded_at=recorded_at))
    else:
        events.append(Event(at, "tier", change=item))


def _kind_of(line: AuditLine) -> str:
    return "joined" if line.action == ENROLLED else "staff"


def _join_points(events: list[Event]) -> None:
    """Show what an order earned with the order itself."""
    bought = {event.order.id: event for event in events if event.order is not None}
    for event in [event for event in events if event.entries and event.entries[0].reference in bought]:
        bought[event.entries[0].reference].entries.extend(event.entries)
        events.remove(event)


def _transaction(entry: Entry) -> int:
    return entry.transaction_number


_TOGETHER = {  # kinds that one cause writes side by side
    Kind.ACCRUAL_PENDING: "accrual",
    Kind.CLAWBACK: "refund",
    Kind.CLAWBACK_PENDING: "refund",
    Kind.OWED: "refund",
}


def _kind_of_entry(entry: Entry) -> str:
    return _TOGETHER.get(entry.kind, entry.kind.value)
