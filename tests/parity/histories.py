"""Programs and histories for parity: seeded by hypothesis, leaning to the borders where engines could disagree."""

import datetime as dt
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

ZONES = ("Asia/Shanghai", "America/New_York")
WINDOWS = (
    "lifetime",
    "this day",
    "this week",
    "this month",
    "this quarter",
    "this year",
    "membership year",
    "30 days",
    "3 months",
    "last 2 months",
)
CATEGORIES = ("", "WINE", "BREAD", "其他")


@dataclass(frozen=True)
class Event:
    """An order (`net` in minor units, lines as (net, quantity, category)) or a redemption (`points`)."""

    at: int
    net: int = 0
    lines: tuple[tuple[int, int, str], ...] = ()
    store: str = ""
    unit: int = 0
    points: int = 0

    @property
    def is_order(self) -> bool:
        return self.points == 0


@dataclass(frozen=True)
class Life:
    """One member: joined, born, and what happened in the order of recording."""

    joined_at: int
    birth_md: int
    events: tuple[Event, ...]


def _instants(zone: str):
    """UTC seconds that love midnights, ends of months and years, leap days and clock changes."""
    days = st.one_of(
        st.dates(dt.date(2016, 1, 1), dt.date(2019, 12, 31)),
        st.sampled_from(
            [
                dt.date(2016, 2, 29),
                dt.date(2016, 12, 31),
                dt.date(2017, 1, 1),
                dt.date(2017, 1, 31),
                dt.date(2017, 2, 28),
                dt.date(2017, 3, 12),
                dt.date(2017, 11, 5),
                dt.date(2017, 12, 31),
                dt.date(2018, 1, 1),
            ]
        ),
    )
    times = st.one_of(
        st.sampled_from([dt.time(0), dt.time(0, 0, 1), dt.time(2, 30), dt.time(8), dt.time(23), dt.time(23, 59, 59)]),
        st.times().map(lambda t: t.replace(microsecond=0)),
    )
    return st.builds(lambda d, t: int(dt.datetime.combine(d, t, ZoneInfo(zone)).timestamp()), days, times)


amounts = st.one_of(
    st.sampled_from([0, 1, 99, 100, 4999, 5000, 5001, 9999, 10_000, 49_999, 50_000, 50_001, 10**9]),
    st.integers(0, 100_000),
)


@st.composite
def _orders(draw, zone):
    lines = tuple(draw(st.lists(st.tuples(amounts, st.integers(0, 5), st.sampled_from(CATEGORIES)), max_size=3)))
    return Event(draw(_instants(zone)), draw(amounts), lines, draw(st.sampled_from(["", "S1", "S2"])))


def _redemptions(zone, units):
    points = st.one_of(st.sampled_from([1, 50, 100, 500]), st.integers(1, 3000))
    return st.builds(
        lambda at, unit, points: Event(at, unit=unit, points=points), _instants(zone), st.integers(0, units - 1), points
    )


def _echo(draw, at, zone):
    """An instant on the day that some window, expiry or validity of an earlier instant ends, or beside it."""
    day = dt.datetime.fromtimestamp(at, ZoneInfo(zone)).date()
    months = draw(st.sampled_from([0, 0, 1, 2, 3, 12]))
    if months:
        first = dt.date(day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1, 1)
        after = draw(st.sampled_from([0, day.day - 1, day.day - 2]))
    else:
        first, after = day, draw(st.sampled_from([0, 1, 6, 7, 29, 30, 31]))
    time = draw(st.sampled_from([dt.time(0), dt.time(8), dt.time(23), dt.time(23, 59, 59)]))
    return int(dt.datetime.combine(first + dt.timedelta(days=after), time, ZoneInfo(zone)).timestamp())


@st.composite
def lives(draw, zone, units):
    """A member's life; mostly in order of time, sometimes recorded late."""
    events = draw(st.lists(st.one_of(_orders(zone), _orders(zone), _redemptions(zone, units)), min_size=1, max_size=14))
    for i in range(1, len(events)):
        if draw(st.booleans()):
            earlier = events[draw(st.integers(0, i - 1))]
            events[i] = replace(events[i], at=_echo(draw, earlier.at, zone))
    if draw(st.integers(0, 3)):
        events.sort(key=lambda e: e.at)
    joined = draw(st.one_of(st.just(min(e.at for e in events)), _instants(zone)))
    return Life(joined, draw(st.sampled_from([0, 101, 229, 315, 1231])), tuple(events))


CONDITIONS = (
    "order.net >= 50",
    "order.net > 499.99 AND order.hour BETWEEN 8 AND 22",
    "order.weekday IN (2, 3) OR NOT order.net < 100",
    "member.tier IN ('silver', 'gold')",
    "member.orders = 0",
    "member.days >= 30 AND member.days < 400",
    "order.month = member.birth_month",
    "HAS(member.birthday) AND order.day = member.birth_day",
    "order.store = 'S1'",
    "HAS(order.store) AND order.store <> 'S2'",
    "SPEND('{w}') >= 100",
    "ORDERS('{w}') BETWEEN 1 AND 3",
    "SUM(item.net) FILTER (WHERE item.category = 'WINE') >= 30",
    "COUNT(*) FILTER (WHERE item.category IN ('BREAD', '其他') AND item.quantity <= 3) >= 2",
)
POINTS = (
    "order.net * tier.multiplier",
    "order.net",
    "order.net * 0.15 - 0.5",
    "FLOOR(order.net / 10)",
    "CEIL(order.net / 7) + 1",
    "100",
    "CASE WHEN order.net >= 100 THEN 50 WHEN order.net >= 49.99 THEN 20 ELSE 0 END",
    "LEAST(order.net * 1.5, 60)",
    "GREATEST(order.net / 3, 20)",
    "ROUND_HALF_EVEN(order.net / 2)",
    "ROUND_HALF_UP(order.net * 0.15 - 20)",
    "ABS(order.net - 50) / 4",
    "FLOOR(SPEND('{w}') / 50)",
    "ORDERS('{w}') * 5 - 7",
    "FLOOR(SUM(item.net) FILTER (WHERE item.category = 'WINE') / 10) * 3",
    "SUM(item.quantity) + COUNT(*)",
)


@st.composite
def programs(draw):
    """The text of a program file, its zone and its number of units."""
    zone = draw(st.sampled_from(ZONES))
    units = draw(st.integers(1, 2))
    window = st.sampled_from(WINDOWS)
    lines = ["shuke: 1", "program: made", "currency: CNY", f"time_zone: {zone}", "units:"]
    for unit in range(units):
        scale = draw(st.sampled_from([0, 0, 2]))
        rounding = draw(st.sampled_from(["floor", "ceil", "half_up", "half_even"]))
        expiry = draw(
            st.sampled_from(
                [
                    "none",
                    "{after: 12 months, end_of: month}",
                    "{after: 1 month}",
                    "{after: 30 days}",
                    "{after: 3 months, end_of: quarter}",
                    "{after: 12 months, end_of: year}",
                ]
            )
        )
        if unit == 0 or draw(st.booleans()):
            shared = expiry
        lines.append(f"  u{unit}: {{scale: {scale}, round: {rounding}, at: order, expiry: {shared}}}")
    if draw(st.integers(0, 4)):
        spend = draw(st.booleans())
        measured = draw(st.one_of(window, window, st.just("last 2 months")))  # which rises without an order
        measure = f"{'SPEND' if spend else 'ORDERS'}('{measured}')"
        validity = draw(
            st.sampled_from(
                ["forever", "end of this calendar year", "end of next calendar year", "1 month", "12 months", "30 days"]
            )
        )
        first, second = (50, 500) if spend else (2, 4)
        lines += ["tiers:", "  ladder: main", f'  measure: "{measure}"', f"  validity: {validity}", "  levels:"]
        for code, threshold in (("base", 0), ("silver", first), ("gold", second)):
            multiplier = draw(st.sampled_from(["1", "1.2", "1.25", "1.5", "0.5", "2"]))
            lines.append(f"    - {{code: {code}, from: {threshold}, multiplier: {multiplier}}}")
    tiered = "tiers:" in lines
    lines.append("earn:")
    for rule in range(draw(st.integers(1, 4))):
        points = draw(st.sampled_from([p for p in POINTS if tiered or "tier." not in p])).replace("{w}", draw(window))
        lines += [f"  - code: r{rule}", f"    unit: u{draw(st.integers(0, units - 1))}", f'    points: "{points}"']
        condition = draw(st.none() | st.sampled_from([c for c in CONDITIONS if tiered or "member.tier" not in c]))
        if condition:
            lines.append(f'    when: "{condition.replace("{w}", draw(window))}"')
    if draw(st.booleans()):
        lines.append(f"  - {{code: seen, unit: u0, points: \"ORDERS('{draw(window)}')\"}}")
    return "\n".join(lines) + "\n", zone, units
