"""Drivers that run the same lives through each engine and give back comparable results."""

from dataclasses import dataclass, replace

import numpy as np

from shuke.core.state.slots import BALANCE, M_SIZE, ORDERS, TIER, UNTIL, WINDOW, WINDOW_ROW
from shuke.core.values.errors import Refusal
from shuke.engine.backtest import backtest
from shuke.engine.history import History
from shuke.engine.online import KINDS, Desk, LineFacts, LotState, OrderFacts
from tests.parity.histories import Event, Life

POINT_KINDS = ("accrual", "redemption", "expiry")
NO_NEED = 1 << 41  # later than NEVER: nothing is due


@dataclass
class Told:
    """What one life left: accepted events, point entries, tier entries, end state, open lots."""

    accepted: list
    entries: list
    changes: list
    state: tuple
    lots: list


def history_of(lives) -> History:
    """Lay lives out as columns."""
    orders = [[e for e in life.events if e.is_order] for life in lives]
    flat = [e for some in orders for e in some]
    lines = [line for e in flat for line in e.lines]
    stores = tuple(sorted({e.store for e in flat}))
    categories = tuple(sorted({line[2] for line in lines}))
    redemptions = [
        (i, j, e.at, e.unit, e.points)
        for i, life in enumerate(lives)
        for j, e in enumerate(life.events)
        if not e.is_order
    ]
    column = lambda values: np.array(list(values), np.int64)  # noqa: E731
    return History(
        members=tuple(str(i) for i in range(len(lives))),
        joined_at=column(life.joined_at for life in lives),
        birth_md=column(life.birth_md for life in lives),
        orders_before=column(np.cumsum([0] + [len(o) for o in orders])),
        order_ids=tuple(str(i) for i in range(len(flat))),
        order_at=column(e.at for e in flat),
        net_minor=column(e.net for e in flat),
        gross_minor=column(e.net for e in flat),
        store=column(stores.index(e.store) for e in flat),
        store_names=stores,
        channel=column(0 for _ in flat),
        channel_names=("",),
        line_of=column(np.cumsum([0] + [len(e.lines) for e in flat])),
        line_net_minor=column(line[0] for line in lines),
        line_quantity=column(line[1] for line in lines),
        line_category=column(categories.index(line[2]) for line in lines),
        category_names=categories,
        line_sku=column(0 for _ in lines),
        sku_names=("",),
        redemptions=np.array(redemptions, np.int64).reshape(-1, 5),
    )


def columns(compiled, lives, until_at, engine):
    """Run accepted lives through the backtest."""
    result = backtest(compiled, history_of(lives), until_at, keep_entries=True, engine=engine)
    units, windows = len(compiled.program.units), len(compiled.windows)
    members = []
    for i in range(len(lives)):
        m = result.states[i].tolist()
        assert len(m) == M_SIZE
        rows = [(KINDS[kind], day, unit, amount, lot) for _, day, kind, unit, amount, lot in result.entries_of(i)]
        sums = [m[WINDOW + w * WINDOW_ROW + f] for w in range(windows) for f in (2, 3)]
        told = Told(
            accepted=list(lives[i].events),
            entries=[row for row in rows if row[0] in POINT_KINDS],
            changes=[row for row in rows if row[0] not in POINT_KINDS],
            state=(m[TIER], m[UNTIL], m[ORDERS], m[BALANCE : BALANCE + units], sums),
            lots=sorted(result.lots_of(i)),
        )
        members.append(told)
    assert result.refused == 0
    return members


class Member:
    """A member kept as rows, as the rooms keep it: before each event only what `needs` names is loaded."""

    def __init__(self, desk: Desk, life: Life) -> None:
        self.desk, self.state = desk, desk.fresh(life.joined_at, life.birth_md)
        self.lots: dict = {}
        self.days: list = []
        self.due = NO_NEED
        self.told = Told([], [], [], (), [])

    def do(self, at, verb, *, draws=False):
        needs = self.desk.needs(self.state, at, self.due, draws=draws)
        lots = sorted((replace(x) for x in self.lots.values()), key=lambda x: (x.expires_day, x.unit, x.number))
        self.state.lots = lots if needs.lots else None
        self.state.days = None if needs.days_from is None else [d for d in self.days if d[0] >= needs.days_from]
        outcome = verb()
        self.due = outcome.next_due_day if needs.lots else min(self.due, outcome.next_due_day)
        for e in outcome.entries:
            if e.kind == "accrual":
                self.lots[e.unit, e.lot] = LotState(e.lot, e.unit, e.amount, e.expires_day)
        if needs.lots:
            self.lots = {(x.unit, x.number): replace(x) for x in self.state.lots}
        self.told.entries += [(e.kind, e.day, e.unit, e.amount, e.lot) for e in outcome.entries]
        self.told.changes += [(c.reason, c.day, c.before, c.after, c.until) for c in outcome.tier_changes]

    def order(self, event: Event) -> None:
        lines = [LineFacts(net, quantity, category) for net, quantity, category in event.lines]
        facts = OrderFacts(event.at, event.net, event.net, event.store, "", lines)
        self.do(event.at, lambda: self.desk.order(self.state, facts))
        day = self.state.standing_day
        before = self.days.pop() if self.days and self.days[-1][0] == day else (day, 0, 0)
        self.days.append((day, before[1] + event.net, before[2] + 1))

    def redeem(self, event: Event) -> bool:
        try:
            self.do(event.at, lambda: self.desk.redeem(self.state, event.unit, event.points, event.at), draws=True)
        except Refusal as refusal:
            if refusal.code != "insufficient_points":
                raise
            return False
        return True


def online(compiled, life: Life, until_at: int) -> Told:
    """Run one life through the desk."""
    member = Member(Desk(compiled), life)
    for event in life.events:
        if event.is_order:
            member.order(event)
        elif not member.redeem(event):
            continue
        member.told.accepted.append(event)
    member.do(until_at, lambda: member.desk.advance(member.state, until_at), draws=True)
    s = member.state
    member.told.state = (s.tier, s.tier_until, s.orders, s.balances, s.windows)
    member.told.lots = sorted((x.number, x.unit, x.remaining, x.expires_day) for x in member.lots.values())
    return member.told
