"""Made histories, told twice: as files, and to `HistoryWriter` in the order that docs/reference/history-files.md says."""

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass

import numpy as np
from hypothesis import strategies as st

from shuke.core.values.errors import Refusal
from shuke.engine.history import History, Texts
from shuke.engine.lives import HistoryWriter
from shuke.engine.remains import NOTHING_OFF, TakenOff, take_off
from shuke.engine.states import LineFacts, OrderFacts

START = int(dt.datetime(2024, 1, 1, tzinfo=dt.UTC).timestamp())


@dataclass
class Refund:
    id: int
    at: int
    lines: dict[int, tuple[int, int]] = field(default_factory=dict)
    amount: int = 0
    whole: bool = False


@dataclass
class Order:
    id: int
    facts: OrderFacts
    refunds: list[Refund] = field(default_factory=list)


@dataclass
class Redemption:
    id: int
    at: int
    points: int
    order: int | None


@dataclass
class Member:
    id: str
    joined_at: int
    birth_md: int
    tags: tuple[str, ...]
    orders: list[Order]
    redemptions: list[Redemption]


small = st.integers(0, 6)
amounts = st.one_of(st.just(0), st.integers(1, 500), st.just(10**9 // 4))


@st.composite
def tellings(draw: st.DrawFn) -> list[Member]:
    """Draw members whose refunds stay within their orders."""
    numbers = iter(range(1, 10_000))
    found = []
    for name in draw(st.lists(st.sampled_from("abcdefg"), unique=True, max_size=4)):
        orders = [_order(draw, next(numbers)) for _ in range(draw(st.integers(1, 4)))]
        redemptions = [
            Redemption(
                next(numbers),
                START + draw(small),
                draw(st.one_of(st.integers(1, 40), st.just(10**12))),
                draw(st.sampled_from([None, *(order.id for order in orders)])),
            )
            for _ in range(draw(st.integers(0, 3)))
        ]
        tags = tuple(draw(st.lists(st.sampled_from(("vip", "new", "老客")), unique=True)))
        found.append(
            Member(name, START - draw(small), draw(st.sampled_from((0, 229, 1231))), tags, orders, redemptions)
        )
    return found


def _order(draw: st.DrawFn, number: int) -> Order:
    lines = [
        LineFacts(draw(amounts), draw(st.integers(0, 3)), draw(st.sampled_from(("", "tea"))), f"s{i}")
        for i in range(draw(st.integers(1, 3)))
    ]
    net = sum(line.net_minor for line in lines)
    facts = OrderFacts(
        occurred_at=START + draw(small),
        net_minor=net,
        gross_minor=net + draw(small),
        store=draw(st.sampled_from(("", "S1", "S2"))),
        lines=lines,
        tax_minor=min(net, draw(small)),
    )
    order, taken = Order(number, facts), NOTHING_OFF
    times = sorted(facts.occurred_at + draw(small) for _ in range(draw(st.integers(0, 3))))
    for i, at in enumerate(times):
        refund = _refund(draw, order, taken, Refund(number * 10 + i, at))
        if refund is not None:
            order.refunds.append(refund)
            taken = take_off(facts, taken, refund.lines, refund.amount)
    return order


def _refund(draw: st.DrawFn, order: Order, before: TakenOff, refund: Refund) -> Refund | None:
    left = order.facts.net_minor - before.net
    if before.whole or (order.refunds and order.facts.net_minor == 0):
        return None
    how = draw(st.sampled_from(("amount", "lines", "whole")))
    if how == "whole":
        refund.whole, refund.amount = True, left
    elif how == "amount":
        refund.amount = draw(st.integers(0, left))
    else:
        for i, line in enumerate(order.facts.lines):
            if draw(st.booleans()):
                net, quantity = before.lines.get(i, (0, 0))
                refund.lines[i] = (
                    draw(st.integers(0, line.net_minor - net)),
                    draw(st.integers(0, line.quantity - quantity)),
                )
        if not refund.lines:
            return None
    try:
        take_off(order.facts, before, refund.lines, refund.amount)
    except Refusal:
        return None  # lines and amounts together above the order
    return refund


def told_in_order(members: Sequence[Member], scale: int = 0) -> History:
    """Tell everything to a writer: by instant; redemptions before orders before refunds; by number."""
    writer = HistoryWriter()
    for member in sorted(members, key=lambda one: one.id):
        by_id = {order.id: order for order in member.orders}
        events = []
        for redeemed in member.redemptions:
            about = by_id.get(redeemed.order) if redeemed.order else None
            at = min(redeemed.at, about.facts.occurred_at) if about else redeemed.at
            events.append((at, 0, redeemed.id, redeemed))
        for order in member.orders:
            events.append((order.facts.occurred_at, 1, order.id, order))
            events += [(refund.at, 2, refund.id, (order, refund)) for refund in order.refunds]
        events.sort(key=lambda event: event[:3])
        first = min(event[0] for event in events)
        writer.member(member.id, min(member.joined_at, first), member.birth_md, 0, member.tags)
        for at, kind, _, what in events:
            if kind == 0:
                writer.redeem(at, 0, what.points * 10**scale, about=str(what.order) if what.order else "")
            elif kind == 1:
                writer.order(str(what.id), what.facts)
            else:
                order, refund = what
                writer.refund(str(order.id), refund.at, refund.lines, refund.amount)
    return writer.history()


def write_files(folder, members: Sequence[Member]) -> dict[str, str]:
    """Write four files, in no order; return their names by kind."""
    tables = {"orders": [], "refunds": [], "redemptions": [], "members": []}
    for member in reversed(members):
        birthday = f"{member.birth_md // 100:02}-{member.birth_md % 100:02}" if member.birth_md else ""
        tables["members"].append((member.id, instant(member.joined_at), birthday, ",".join(member.tags)))
        for one in member.redemptions:
            tables["redemptions"].append((one.id, member.id, instant(one.at), one.points, one.order or ""))
        for order in reversed(member.orders):
            facts = order.facts
            for i, line in enumerate(facts.lines):
                rest = (facts.gross_minor - facts.net_minor, facts.tax_minor) if i == 0 else (0, 0)
                tables["orders"].append(
                    (order.id, member.id, instant(facts.occurred_at), money(line.net_minor),
                     money(line.net_minor + rest[0]), money(rest[1]), line.quantity, line.category, line.sku, facts.store)
                )  # fmt: skip
            for refund in order.refunds:
                row = (refund.id, order.id, instant(refund.at))
                if refund.whole:
                    tables["refunds"].append((*row, "", "", "", "true"))
                elif not refund.lines:
                    tables["refunds"].append((*row, money(refund.amount), "", "", ""))
                for i, (net, quantity) in refund.lines.items():
                    tables["refunds"].append((*row, money(net), facts.lines[i].sku, quantity, ""))
    headers = {
        "orders": "order_id,member_id,occurred_at,net,gross,tax,quantity,category,sku,store",
        "refunds": "refund_id,order_id,occurred_at,net,sku,quantity,whole",
        "redemptions": "redemption_id,member_id,occurred_at,points,order_id",
        "members": "member_id,joined_at,birthday,tags",
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="") as out:
            csv.writer(out).writerows([headers[name].split(","), *rows])
    return {name: folder / f"{name}.csv" for name in tables}


def instant(at: int) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat()


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def plain(what: object, path: str = "") -> dict[str, object]:
    """Return everything a history says, texts and tags by name, by its path."""
    if isinstance(what, History):
        tags = [sorted(name for bit, name in enumerate(what.tag_names) if int(bits) >> bit & 1) for bits in what.tags]
        said = {one.name: getattr(what, one.name) for one in fields(what)} | {"tags": tags, "tag_names": None}
        return {name: value for key, part in said.items() for name, value in plain(part, f"{path}.{key}").items()}
    if isinstance(what, Texts):
        return {path: [what.names[code] for code in what.codes]}
    if is_dataclass(what):
        return {
            name: value
            for one in fields(what)
            for name, value in plain(getattr(what, one.name), f"{path}.{one.name}").items()
        }
    if isinstance(what, dict):
        return {name: value for key, part in what.items() for name, value in plain(part, f"{path}.{key}").items()}
    return {path: what.tolist() if isinstance(what, np.ndarray) else what}
