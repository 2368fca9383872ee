"""Programs and facts drawn at random, for tests that compare the compiled text with an evaluation in fractions.

The programs use every part of the language; the facts are rows of plain integers, as the machines see them.
"""

from hypothesis import strategies as st

from shuke.core.state.slots import (
    AVAILABLE,
    BIRTH,
    CAP,
    DAY,
    JOINED,
    LADDER,
    LADDER_ROW,
    LINE_ATTRIBUTE,
    LUNAR,
    M_SIZE,
    O_AT,
    O_ATTRIBUTE,
    O_BRAND,
    O_GROSS,
    O_HOLIDAY,
    O_KIND,
    O_LINES,
    O_LUNAR,
    O_NET,
    O_POINTS_PAID,
    O_SHIPPING,
    O_STORE,
    O_TAX,
    O_WORKDAY,
    ORDERS,
    PENDING,
    STREAK,
    T_RANK,
    TAGS,
    W_VALUE,
    WINDOW,
    WINDOW_ROW,
)
from shuke.core.values.dates import SECONDS_PER_DAY, day_of
from shuke.engine.zones import zone_table

HEAD = """\
shuke: 1
program: drawn
currency: CNY
time_zone: Asia/Shanghai
country: CN
attributes: {{order: {{guests: number, gift: flag, code: text}}, item: {{fresh: flag, age: number}}}}
behaviours:
  review: {{stars: {{type: number, from: 1, to: 5}}, photo: flag}}
  share: {{stars: {{type: number, from: 0, to: 9}}}}
base: {base}
units:
  points: {{scale: 0, round: {round}, multipliers: {stack}, caps: [{{per: day, points: 50}}, {{per: transaction, points: 900}}]}}
  coins: {{scale: 2, round: half_even, at: line, caps: [{{per: balance, points: 40}}]}}
tiers:
  - {{ladder: main, measure: "SPEND('12 months') + 0.5 * SPEND('last 12 months ending 12 months ago')", validity: forever,
     keep_measure: SPEND('this year from April'), levels: [{{code: base}}, {{code: silver, from: 100.01, multiplier: 1.25, keep: 50}},
     {{code: gold, from: 500, multiplier: 1.5}}]}}
  - {{ladder: club, validity: 12 months, reset: on upgrade, levels: [{{code: out}}, {{code: in, when: "EVENTS('review', '7 days') >= 2
     AND (TAGGED('vip') OR EARNED('coins', 'this tier') >= 1.5)", keep_when: "BALANCE('points') > 3"}}]}}
groups: {{best: best, first: first}}
earn:
"""
MILESTONES = """\
milestones:
  - {code: tens, unit: points, measure: "ORDERS('this year') + 1", per: year, at: 3, every: 2, most: 3, points: 7}
  - {code: once, unit: coins, measure: SPEND('this month'), per: month, at: 99.5, points: 1.25}
"""
CONDITIONS = (
    "order.net >= 12.34 OR order.workday",
    "order.store = 'S1' AND NOT order.gift",
    "order.code IN ('A', 'B') OR HAS(order.brand)",
    "club.tier = 'in' OR member.tier IN ('silver', 'gold')",
    "BIRTHDAY('day') OR BIRTHDAY('week')",
    "BIRTHDAY('month') AND member.days_to_birthday < 20",
    "BIRTHDAY('lunar day') OR order.lunar_month = 1",
    "ANNIVERSARY('day') OR ANNIVERSARY('month')",
    "TAGGED('vip') AND NOT TAGGED('staff')",
    "STREAK('review') >= 3",
    "EVENTS('share', 'lifetime') = 2 OR EARNED('coins', 'this month') > 0.1",
    "order.holiday = 'spring_festival' OR order.weekday BETWEEN 2 AND 4",
    "order.date BETWEEN 20200301 AND 20210228 OR order.year = 2022",
    "MOD(member.orders + 1, 3) = 0",
    "COUNT(*) FILTER (WHERE item.fresh AND item.age < 3) >= 1",
    "member.months >= 1 AND member.days_from_anniversary < 40",
)
EVENT_CONDITIONS = ("event.stars >= 3", "event.hour < 12 OR order.weekday = 1", "HAS(event.store)")
NUMBERS = (
    "order.base * tier.multiplier",
    "order.net * 0.3 - 2",
    "FLOOR(order.net / 10) * club.multiplier",
    "CASE WHEN order.gross > 50 THEN 3.5 ELSE ABS(order.discount) END",
    "LEAST(STREAK('review'), 7) + MOD(order.hour, 5)",
    "SUM(item.net * 0.05) FILTER (WHERE item.category <> 'GIFT')",
    "7",
    "order.guests * 0.4",
    "order.tax + order.shipping / 3 - order.points_paid",
    "GREATEST(member.years, 1) * 2.5",
)
LINE_NUMBERS = (
    "SUM(item.net) * 0.015",
    "SUM(item.net) FILTER (WHERE item.fresh) / 3 * tier.multiplier",
    "0.01 * SUM(item.quantity * 0.3)",
    "0.125",
)
EVENT_NUMBERS = ("event.stars * 2", "1.5")
FACTORS = ("2", "1.5", "tier.multiplier", "0.5", "1 + order.hour / 24")


@st.composite
def programs(draw):
    """Draw the text of a program."""
    base = draw(st.sampled_from(["order.net - order.shipping", "SUM(item.net) FILTER (WHERE item.category <> 'GIFT')"]))
    rounding = draw(st.sampled_from(["floor", "ceil", "half_up", "half_even"]))
    text = HEAD.format(base=base, round=rounding, stack=draw(st.sampled_from(["add", "multiply"])))
    for index in range(draw(st.integers(1, 8))):
        text += draw(rules(index))
    return text + MILESTONES


@st.composite
def rules(draw, index):
    """Draw one rule; the first is on orders, so that multipliers have one to name."""
    on = draw(st.sampled_from(["order", "order", "review", "[review, share]"])) if index else "order"
    unit = draw(st.sampled_from(["points", "points", "coins"])) if index else "points"
    ordered = on == "order"
    parts = [f"code: r{index}", f"unit: {unit}", f"on: {on}"]
    conditions = CONDITIONS if ordered else EVENT_CONDITIONS
    if draw(st.booleans()):
        parts.append(f'when: "{draw(st.sampled_from(conditions))}"')
    if index and draw(st.integers(0, 3)) == 0:
        parts.append(f'multiply: "{draw(st.sampled_from(FACTORS if ordered else FACTORS[:4]))}"')
        if unit == "points" and ordered and draw(st.booleans()):
            parts.append("of: r0")
    else:
        numbers = EVENT_NUMBERS if not ordered else LINE_NUMBERS if unit == "coins" else NUMBERS
        parts.append(f'points: "{draw(st.sampled_from(numbers))}"')
        group = draw(st.sampled_from(["", "group: best", f"group: first, priority: {draw(st.integers(0, 2))}"]))
        parts += [group] if group else []
        if draw(st.integers(0, 4)) == 0:
            parts.append("caps: [{per: week, points: 20}]")
    return "  - {" + ", ".join(parts) + "}\n"


@st.composite
def members(draw, compiled):
    """Draw the slots of a member."""
    m = [0] * M_SIZE
    m[JOINED] = draw(st.integers(day_of(2020, 2, 20), day_of(2020, 3, 10)))
    m[DAY] = m[JOINED] + draw(st.one_of(st.integers(0, 40), st.integers(350, 1_200)))
    m[BIRTH] = draw(st.sampled_from([0, 101, 228, 229, 301, 1231]))
    m[LUNAR] = draw(st.sampled_from([0, 101, 815, 1230]))
    m[TAGS] = draw(st.integers(0, 3))
    m[ORDERS] = draw(st.integers(0, 12))
    for index, ladder in enumerate(compiled.program.ladders):
        m[LADDER + index * LADDER_ROW + T_RANK] = draw(st.integers(0, len(ladder.levels) - 1))
    for index in range(len(compiled.windows)):
        m[WINDOW + index * WINDOW_ROW + W_VALUE] = draw(
            st.sampled_from([0, 1, 2, 3, 150, 5_000, 9_950, 10_001, 50_000])
        )
    for index in range(len(compiled.streaks)):
        m[STREAK + index * 2] = draw(st.integers(0, 9))
    for index in range(len(compiled.program.caps)):
        m[CAP + index] = draw(st.integers(0, 55))
    for index in range(len(compiled.program.units)):
        m[AVAILABLE + index], m[PENDING + index] = draw(st.integers(0, 3_000)), draw(st.integers(0, 3_000))
    return m


@st.composite
def decisions(draw, compiled, prepare):
    """Draw what a decision sees: the row of an order or behaviour, its lines, the member."""
    m = draw(members(compiled))
    o = [0] * compiled.width
    o[O_AT] = m[DAY] * SECONDS_PER_DAY + draw(st.integers(-8 * 3_600, 16 * 3_600 - 1))
    o[O_STORE], o[O_BRAND] = draw(texts(compiled)), draw(texts(compiled))
    o[O_HOLIDAY], o[O_WORKDAY], o[O_LUNAR] = (
        draw(texts(compiled)),
        draw(st.integers(0, 1)),
        draw(st.sampled_from([101, 815, 1230])),
    )
    kind = o[O_KIND] = draw(st.sampled_from([0, 0, 1, 2]))
    for index, name in enumerate(compiled.attributes):
        if name.startswith("event.") is (kind > 0):
            o[O_ATTRIBUTE + index] = draw(attributes(compiled, name))
    lines = [] if kind else draw(st.lists(orders_lines(compiled), max_size=4))
    if kind == 0:
        money = st.one_of(st.sampled_from([0, 1, 1_234, 1_233, 5_000]), st.integers(0, 100_000))
        for column in (O_NET, O_GROSS, O_TAX, O_SHIPPING, O_POINTS_PAID):
            o[column] = draw(money)
        o[O_LINES] = len(lines)
    items = [number for line in lines for number in line]
    prepare(o, 0, items, 0, len(lines), *zone_table("Asia/Shanghai"), compiled.numbers)
    return o, items, m


def texts(compiled):
    """Draw the code of a text: none, another one, or one that the program names."""
    return st.sampled_from([-1, 0, *compiled.codes.values()])


def attributes(compiled, name):
    """Draw the value of an attribute."""
    if name.endswith((".gift", ".photo", ".fresh")):
        return st.integers(0, 1)
    return texts(compiled) if name == "order.code" else st.integers(0, 9)


@st.composite
def orders_lines(draw, compiled):
    """Draw one line of an order."""
    line = [draw(st.integers(0, 20_000)), draw(st.integers(0, 5)), draw(texts(compiled)), draw(texts(compiled))]
    names = compiled.line_attributes
    assert len(line) == LINE_ATTRIBUTE
    return line + [draw(attributes(compiled, name)) for name in names]
