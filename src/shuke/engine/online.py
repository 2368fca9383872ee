"""Run a compiled program for one member at a time, in CPython, over plain lists.

Knows the core's machines and the generated text; must not know where a member's state is kept. The caller loads what
`Desk.needs` names, calls one verb, and writes what the outcome says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from shuke.core.state import machine
from shuke.core.state.slots import (
    ACCRUAL,
    AMOUNT_MAX,
    AT,
    BALANCE,
    BIRTH,
    DAY,
    DAY_ROW,
    DAY_TAIL,
    ENTRIES,
    ENTRY,
    EXPIRY,
    JOINED,
    LINE,
    LINES_MAX,
    LOT,
    LOT_TAIL,
    M_SIZE,
    NEXT_LOT,
    O_AT,
    O_CHANNEL,
    O_DAY,
    O_GROSS,
    O_LINES,
    O_NET,
    O_STORE,
    ORDERS,
    ORDERS_MAX,
    POINTS_MAX,
    REDEMPTION,
    TIER,
    TIER_QUALIFIED,
    TIER_RENEWED,
    TIER_REVIEWED,
    UNTIL,
    W_FIRST,
    W_LAST,
    W_ORDERS,
    W_SPEND,
    WINDOW,
    WINDOW_ROW,
)
from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.engine.compile import Compiled
from shuke.engine.lowering import MISSING_TEXT
from shuke.engine.zones import day_start, local_day, zone_table

KINDS = MappingProxyType(
    {
        ACCRUAL: "accrual",
        REDEMPTION: "redemption",
        EXPIRY: "expiry",
        TIER_QUALIFIED: "qualified",
        TIER_RENEWED: "renewed",
        TIER_REVIEWED: "reviewed",
    }
)
AT_THE_FACT = (ACCRUAL, REDEMPTION, TIER_QUALIFIED, TIER_RENEWED)  # booked at the fact's instant, the rest at midnight
MOVING = (machine.DAYS, machine.MONTHS, machine.LAST_MONTHS)  # windows that days leave one by one
MEMBER_FACTS = (DAY, JOINED, BIRTH, TIER, ORDERS)  # the slots that a decision vector keeps beside the order's facts


@dataclass(slots=True)
class LotState:
    """An open lot: points left of one accrual, usable before local day `expires_day` (NEVER: for ever)."""

    number: int
    unit: int
    remaining: int
    expires_day: int


@dataclass(slots=True)
class MemberState:
    """What the machines must know of a member. The verbs of `Desk` change it in place.

    `lots` sorted by (expires_day, unit, number) and `days` (local day, spend, orders) ascending may be None where
    `Desk.needs` says that they are not needed. `windows` is flat: spend and orders of each window.
    """

    standing_at: int
    standing_day: int
    joined_day: int
    birth_md: int = 0
    tier: int = 0
    tier_until: int = NEVER
    orders: int = 0
    balances: list[int] = field(default_factory=list)
    next_lots: list[int] = field(default_factory=list)
    windows: list[int] = field(default_factory=list)
    lots: list[LotState] | None = None
    days: list[tuple[int, int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """What to load before a member moves: all open lots, and the days with orders from a local day on."""

    lots: bool
    days_from: int | None


@dataclass(frozen=True, slots=True)
class LineFacts:
    net_minor: int
    quantity: int = 1
    category: str = ""
    sku: str = ""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as the rules see it; `occurred_at` in UTC seconds, amounts in minor units."""

    occurred_at: int
    net_minor: int
    gross_minor: int
    store: str = ""
    channel: str = ""
    lines: Sequence[LineFacts] = ()


@dataclass(frozen=True, slots=True)
class EntryFact:
    """A movement of points: `unit` by index, `amount` > 0, booked at the UTC second `at` of local `day`."""

    day: int
    at: int
    kind: str  # "accrual" | "redemption" | "expiry"
    unit: int
    amount: int
    lot: int
    expires_day: int  # of the lot, for an accrual; NEVER otherwise


@dataclass(frozen=True, slots=True)
class TierChangeFact:
    """A change, renewal or review of the tier; `until` is the first local day of no validity (NEVER: none)."""

    day: int
    at: int
    before: int
    after: int
    until: int
    reason: str  # "qualified" | "renewed" | "reviewed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verb did. `vector` is what an order's decision saw; `late` says that it was decided after its time."""

    entries: tuple[EntryFact, ...]
    tier_changes: tuple[TierChangeFact, ...]
    effective_at: int
    next_due_day: int
    vector: tuple[int, ...] = ()
    late: bool = False


class Desk:
    """Everything of one published program that a verb needs, made once per process."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.zone = compiled.program.time_zone
        self._zone_at, self._zone_offset = zone_table(self.zone)
        self._units = len(compiled.program.units)
        self._windows = len(compiled.windows)
        self._P = list(compiled.numbers)
        module: dict[str, Any] = {}
        exec(compile(compiled.source, f"<program {compiled.program.code}>", "exec"), module)  # noqa: S102  our own text
        self._prepare, self._rules = module["prepare"], module["rules"]

    # ---- states

    def fresh(self, joined_at: int, birth_md: int = 0) -> MemberState:
        """Return the state of a member who has just joined, at a UTC second."""
        day = local_day(joined_at, self.zone)
        return MemberState(
            standing_at=joined_at,
            standing_day=day,
            joined_day=day,
            birth_md=birth_md,
            balances=[0] * self._units,
            next_lots=[1] * self._units,
            windows=[0] * (2 * self._windows),
            lots=[],
            days=[],
        )

    def needs(self, state: MemberState, until_at: int, next_due_day: int, *, draws: bool = False) -> Needs:
        """Say what must be loaded before facts up to `until_at` are applied; `draws` where a redemption is among them.

        Lots matter when points are drawn, when time does something on the way (`next_due_day`, as kept with the
        member), or when points credited on the way could end before the last fact. Days matter when one leaves a
        moving window; a calendar period that is over is emptied whole.
        """
        day = max(state.standing_day, local_day(until_at, self.zone))
        ends = (machine.lot_end(self._P, unit, state.standing_day) for unit in range(self._units))
        days_from = None
        for window in self.compiled.windows:
            kind, length = window.kind.value, window.length
            before = machine.window_start(kind, length, state.standing_day, state.joined_day)
            if kind in MOVING and before < machine.window_start(kind, length, day, state.joined_day):
                days_from = before if days_from is None else min(days_from, before)
        return Needs(lots=draws or next_due_day <= day or any(end <= day for end in ends), days_from=days_from)

    def window_bounds(self, day: int, joined_day: int) -> list[tuple[int, int]]:
        """Return each window's first local day and the first one after it, as of local `day`."""
        return [
            (
                machine.window_start(window.kind.value, window.length, day, joined_day),
                machine.window_end(window.kind.value, day),
            )
            for window in self.compiled.windows
        ]

    def windows_from(self, days: Sequence[tuple[int, int, int]], day: int, joined_day: int) -> list[int]:
        """Return what the windows hold as of local `day`, from days with orders (local day, spend, orders)."""
        values = []
        for start, end in self.window_bounds(day, joined_day):
            inside = [row for row in days if start <= row[0] < end]
            values += [sum(spend for _, spend, _ in inside), sum(orders for _, _, orders in inside)]
        return values

    # ---- verbs

    def order(self, state: MemberState, order: OrderFacts) -> Outcome:
        """Advance the member to the order, decide it, count it.

        Raises:
            Refusal: `amount_out_of_range`, `too_many_lines`, `too_many_orders`, `balance_limit`; the state is then
                unchanged.
        """
        self._check(state, order)
        at = max(order.occurred_at, state.standing_at)
        o, items = self._order_row(order, at)
        self._prepare(o, 0, items, 0, len(order.lines), self._zone_at, self._zone_offset, self._P)
        m, L, B, e = self._load(state, o[O_DAY], orders=1)
        machine.advance(m, L, B, e, self._P, at, o[O_DAY])
        vector = (*o, *(m[slot] for slot in MEMBER_FACTS), *self._window_values(m))
        machine.decide(self._rules, o, 0, m, L, B, e, self._P, [0] * self.compiled.out_size)
        if max(m[BALANCE : BALANCE + self._units]) > POINTS_MAX:
            raise Refusal(
                "balance_limit", f"A balance holds at most {POINTS_MAX:,} points.", params={"limit": POINTS_MAX}
            )
        return self._save(state, m, L, B, e, vector, late=order.occurred_at < at)

    def redeem(self, state: MemberState, unit: int, points: int, occurred_at: int) -> Outcome:
        """Advance the member to the redemption and draw points, soonest-ending lots first.

        Raises:
            Refusal: `points_out_of_range`, `insufficient_points`; the state is then unchanged.
        """
        if not 0 < points <= POINTS_MAX:
            raise Refusal("points_out_of_range", f"Points must lie between 1 and {POINTS_MAX:,}.", pointer="/points")
        at = max(occurred_at, state.standing_at)
        day = local_day(at, self.zone)
        m, L, B, e = self._load(state, day, redemptions=1)
        machine.advance(m, L, B, e, self._P, at, day)
        if not machine.redeem(m, L, e, unit, points):
            raise Refusal(
                "insufficient_points",
                f"{points} points asked for, {m[BALANCE + unit]} usable.",
                pointer="/points",
                params={"asked": points, "usable": m[BALANCE + unit]},
            )
        return self._save(state, m, L, B, e, (), late=occurred_at < at)

    def advance(self, state: MemberState, until_at: int) -> Outcome:
        """Let time pass for the member up to a UTC second (never back)."""
        at = max(until_at, state.standing_at)
        day = local_day(at, self.zone)
        m, L, B, e = self._load(state, day)
        machine.advance(m, L, B, e, self._P, at, day)
        return self._save(state, m, L, B, e, (), late=False)

    def replay(self, vector: Sequence[int]) -> list[int]:
        """Run the rules again on what a decision saw; returns every rule's value, then every unit's points."""
        width = self.compiled.width
        m = [0] * M_SIZE
        for slot, value in zip(MEMBER_FACTS, vector[width:], strict=False):
            m[slot] = value
        windows = vector[width + len(MEMBER_FACTS) :]
        for w in range(self._windows):
            m[WINDOW + w * WINDOW_ROW + W_SPEND] = windows[2 * w]
            m[WINDOW + w * WINDOW_ROW + W_ORDERS] = windows[2 * w + 1]
        out = [0] * self.compiled.out_size
        self._rules(list(vector[:width]), 0, m, self._P, out)
        return out

    def code_of(self, text: str) -> int:
        return MISSING_TEXT if text == "" else self.compiled.codes.get(text, 0)

    # ---- arrays

    def _check(self, state: MemberState, order: OrderFacts) -> None:
        amounts = (order.net_minor, order.gross_minor, *(line.net_minor for line in order.lines))
        if not all(0 <= amount <= AMOUNT_MAX for amount in amounts):
            raise Refusal(
                "amount_out_of_range",
                f"Amounts must lie between 0 and {AMOUNT_MAX:,} minor units.",
                pointer="/net_minor",
            )
        if len(order.lines) > LINES_MAX:
            raise Refusal("too_many_lines", f"An order may have {LINES_MAX:,} lines.", pointer="/lines")
        if state.orders >= ORDERS_MAX:
            raise Refusal("too_many_orders", f"A member may have {ORDERS_MAX:,} orders.")

    def _order_row(self, order: OrderFacts, at: int) -> tuple[list[int], list[int]]:
        o = [0] * self.compiled.width
        o[O_AT], o[O_NET], o[O_GROSS], o[O_LINES] = at, order.net_minor, order.gross_minor, len(order.lines)
        o[O_STORE], o[O_CHANNEL] = self.code_of(order.store), self.code_of(order.channel)
        items = [0] * (LINE * len(order.lines))
        for i, line in enumerate(order.lines):
            items[i * LINE : i * LINE + LINE] = (
                line.net_minor,
                line.quantity,
                self.code_of(line.category),
                self.code_of(line.sku),
            )
        return o, items

    def _window_values(self, m: list[int]) -> list[int]:
        return [m[WINDOW + w * WINDOW_ROW + f] for w in range(self._windows) for f in (W_SPEND, W_ORDERS)]

    def _load(
        self, state: MemberState, day: int, *, orders: int = 0, redemptions: int = 0
    ) -> tuple[list[int], list[int], list[int], list[int]]:
        """Lay the state out as arrays with room for what the facts up to local `day` can add."""
        lots, days = state.lots or [], state.days or []
        m = [0] * M_SIZE
        m[AT], m[DAY], m[JOINED], m[BIRTH] = state.standing_at, state.standing_day, state.joined_day, state.birth_md
        m[TIER], m[UNTIL], m[ORDERS] = state.tier, state.tier_until, state.orders
        m[LOT_TAIL], m[DAY_TAIL] = len(lots), len(days)
        m[BALANCE : BALANCE + self._units] = state.balances
        m[NEXT_LOT : NEXT_LOT + self._units] = state.next_lots
        for w, window in enumerate(self.compiled.windows):
            kind, length = window.kind.value, window.length
            s = WINDOW + w * WINDOW_ROW
            start = machine.window_start(kind, length, state.standing_day, state.joined_day)
            end = machine.window_end(kind, state.standing_day)
            m[s + W_FIRST] = sum(1 for day, _, _ in days if day < start)
            m[s + W_LAST] = sum(1 for day, _, _ in days if day < end)
            m[s + W_SPEND], m[s + W_ORDERS] = state.windows[2 * w], state.windows[2 * w + 1]
        L = [value for lot in lots for value in (lot.number, lot.unit, lot.remaining, lot.expires_day)]
        B = [value for row in days for value in row]
        L += [0] * (LOT * self._units * orders)
        B += [0] * (DAY_ROW * orders)
        e = [0] * (ENTRY * machine.most_entries(self._P, len(lots), orders, redemptions, day - state.standing_day))
        return m, L, B, e

    def _save(
        self,
        state: MemberState,
        m: list[int],
        L: list[int],
        B: list[int],
        e: list[int],
        vector: tuple[int, ...],
        *,
        late: bool,
    ) -> Outcome:
        """Take the arrays back into the state and say what happened."""
        due = machine.next_due(m, L)
        state.standing_at, state.standing_day = m[AT], m[DAY]
        state.tier, state.tier_until, state.orders = m[TIER], m[UNTIL], m[ORDERS]
        state.balances = m[BALANCE : BALANCE + self._units]
        state.next_lots = m[NEXT_LOT : NEXT_LOT + self._units]
        state.windows = self._window_values(m)
        rows = (L[i * LOT : i * LOT + LOT] for i in range(m[LOT_TAIL]))
        lots = [LotState(*row) for row in rows if row[2] > 0]
        opened = {(lot.unit, lot.number): lot.expires_day for lot in lots}
        if state.lots is not None:
            state.lots = lots
        if state.days is not None:
            state.days = [(B[i], B[i + 1], B[i + 2]) for i in range(0, m[DAY_TAIL] * DAY_ROW, DAY_ROW)]
        entries, changes = [], []
        for i in range(0, m[ENTRIES] * ENTRY, ENTRY):
            _, day, kind, unit, amount, lot = e[i : i + ENTRY]
            at = m[AT] if kind in AT_THE_FACT else day_start(day, self.zone)
            if kind <= EXPIRY:
                expires = opened.get((unit, lot), NEVER) if kind == ACCRUAL else NEVER
                entries.append(EntryFact(day, at, KINDS[kind], unit, amount, lot, expires))
            else:
                changes.append(TierChangeFact(day, at, unit, amount, lot, KINDS[kind]))
        return Outcome(tuple(entries), tuple(changes), m[AT], due, vector, late)
