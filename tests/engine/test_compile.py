"""What the compiler refuses, where it says so, what the text does with given facts, and when a shape is shared."""

import datetime as dt
from fractions import Fraction

import pytest

from shuke.core.program.ir import Window, WindowKind
from shuke.core.program.model import Expiry, ExpiryKind
from shuke.core.state import slots
from shuke.core.values.dates import LUNAR_ENDS, SECONDS_PER_DAY, day_of
from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program, seen_slots
from shuke.engine.generated import functions_of
from shuke.engine.schema import load_program

FILE = """\
shuke: 1
program: made
currency: CNY
time_zone: Asia/Shanghai
units:
  points: {{scale: 0, round: floor, at: order, expiry: none}}
earn:
  - code: first
    unit: points
    points: {first}
  - code: second
    unit: points
    points: {second}
"""
HEAD = """\
shuke: 1
program: made
currency: CNY
time_zone: Asia/Shanghai
"""


def compiled(first="order.net", second="1"):
    return compile_program(load_program(FILE.format(first=first, second=second)))


def refused(**rules):
    with pytest.raises(Refusal) as refusal:
        compiled(**rules)
    return refusal.value


def made(text):
    return compile_program(load_program(HEAD + text))


def decided(program, lines=(), kind=0, **facts):
    """Return what `rules` says of an order: each rule's value, then each grant's points."""
    prepare, rules, _ = functions_of(program)
    o, m = [0] * program.width, [0] * slots.M_SIZE
    o[slots.O_KIND], o[slots.O_LINES] = kind, len(lines)
    for name, value in facts.items():
        if name.startswith("O_"):
            o[getattr(slots, name)] = value
        else:
            m[getattr(slots, name)] = value
    items = [number for line in lines for number in line]
    prepare(o, 0, items, 0, len(lines), (-(1 << 40),), (0,), program.numbers)
    out = [0] * program.out_size
    rules(o, 0, items, 0, len(lines), m, program.numbers, out)
    count = len(program.denominators)
    values = [Fraction(n, den) for n, den in zip(out, program.denominators, strict=False)]
    return values, out[count : count + len(program.grants)]


def test_a_rule_that_could_leave_64_bits_is_refused_where_it_stands():
    refusal = refused(second="SPEND('lifetime') * 1.0375 * 1.0375 * 1.0375 * 1.0375")
    assert (refusal.code, refusal.pointer) == ("may_overflow", "13:13")


def test_an_order_that_could_earn_too_much_is_refused():
    refusal = refused(first="order.net * 1000000")
    assert (refusal.code, refusal.pointer, refusal.params) == ("too_many_points", "10:13", {"limit": 10**12})


def test_programs_that_differ_in_numbers_alone_share_a_shape():
    one, other = compiled(first="order.net * 1.5"), compiled(first="order.net * 1.25")
    assert one.shape == other.shape
    assert one.numbers != other.numbers
    assert compiled(first="order.net / 2 + 1").shape != one.shape


def test_numbers_are_written_out_for_people():
    listing = compiled(first="order.net * 1.5").listing()
    assert "P[" not in listing
    assert "(order_net * 3)" in listing


def test_rules_of_a_unit_add_up_before_they_are_rounded():
    program = compiled(first="order.net * 0.5", second="order.net * 0.25")
    # 0.665 + 0.3325 = 0.9975
    assert decided(program, O_NET=133) == ([Fraction(133, 200), Fraction(133, 400)], [0])
    assert decided(program, O_NET=134)[1] == [1]


def test_what_would_be_negative_earns_nothing():
    assert decided(compiled(first="order.net - 50", second="0"), O_NET=4_999) == ([Fraction(-1, 100), Fraction(0)], [0])


@pytest.mark.parametrize(
    "points", ["order.net / 1000000007 / 1000000009", "ROUND_HALF_UP(order.lines / 999999999999 / 7000000) + 1"]
)
def test_a_denominator_beyond_half_of_64_bits_is_refused(points):
    assert refused(first=points).code == "may_overflow"


def test_amounts_of_all_lines_together_have_the_bound_of_one_order():
    assert compiled(first="SUM(item.net) * 99999").denominators[0] == 100
    assert refused(first="SUM(item.quantity) * 1001").code == "too_many_points"


STACK = """\
units: {{points: {{multipliers: {how}}}}}
earn:
  - {{code: base, unit: points, points: order.net * 1.2}}
  - {{code: bonus, unit: points, points: 10}}
  - {{code: double, unit: points, multiply: 2}}
  - {{code: half-more, unit: points, multiply: 1.5, of: base, when: order.net >= 100}}
"""


@pytest.mark.parametrize(("how", "points"), [("multiply", 380), ("add", 320)])
def test_multipliers_multiply_or_add_up(how, points):
    program = made(STACK.format(how=how))
    # 100.00 × 1.2 × (2 × 1.5 or 2 + 0.5), and 10 × 2
    assert decided(program, O_NET=10_000) == ([Fraction(120), Fraction(10), Fraction(2), Fraction(3, 2)], [points])
    assert decided(program, O_NET=9_999) == ([Fraction(119_988, 1_000), 10, 2, 1], [259])


GROUPS = """\
units: {points: }
groups: {best: best, first: first, all: sum}
earn:
  - {code: a, unit: points, points: 5, group: best}
  - {code: b, unit: points, points: order.net / 10, group: best}
  - {code: twice, unit: points, multiply: 2, of: a, when: order.net < 200}
  - {code: c, unit: points, points: 100, group: first, when: order.net > 150}
  - {code: d, unit: points, points: 1000, group: first, priority: 5, when: order.net > 190}
  - {code: e, unit: points, points: 10000, group: all}
  - {code: f, unit: points, points: 100000, group: all}
"""


@pytest.mark.parametrize(
    ("net", "counting", "points"),
    [
        (9_999, [5, 0, 2, 0, 0], 10),
        (10_000, [5, 0, 2, 0, 0], 10),  # as good as b: the first as written
        (10_010, [0, Fraction(1001, 100), 2, 0, 0], 10),
        (19_000, [0, 19, 2, 100, 0], 119),
        (20_000, [0, 20, 1, 0, 1000], 1020),
    ],
)
def test_groups_choose(net, counting, points):
    values, grants = decided(made(GROUPS), O_NET=net)
    assert values == [*counting, 10_000, 100_000]
    assert grants == [110_000 + points]


BY_LINE = """\
units: {points: {at: line, round: half_up}}
attributes: {item: {fresh: flag}}
earn:
  - {code: spend, unit: points, points: SUM(item.net) * 0.1}
  - {code: fresh, unit: points, points: SUM(item.net) FILTER (WHERE item.fresh) / 20, when: order.net > 1}
  - {code: visit, unit: points, points: 0.5}
"""


def test_points_of_a_unit_may_be_rounded_for_every_line():
    program = made(BY_LINE)
    assert program.line_attributes == ("item.fresh",)
    lines = [(400, 1, -1, -1, 1), (449, 1, -1, -1, 0), (1_000, 2, -1, -1, 1)]
    values, grants = decided(program, lines, O_NET=1_849)
    assert values == [Fraction(1849, 1000), Fraction(14, 20), Fraction(1, 2)]
    # 0.4 + 0.2, 0.449, 1 + 0.5 and 0.5 without a line
    assert grants == [1 + 0 + 2 + 1]
    assert decided(program, lines, O_NET=100)[1] == [0 + 0 + 1 + 1]


@pytest.mark.parametrize(
    ("points", "place"),
    [
        ("order.net", "8:42"),
        ("COUNT(*) * 5", "8:42"),
        ("SUM(item.net) + SUM(item.net) FILTER (WHERE item.sku = 'A')", "8:42"),
        ("FLOOR(SUM(item.net))", "8:42"),
        ("SUM(item.net) + 1", "8:42"),
        ("CASE WHEN order.net > 1 THEN SUM(item.net) ELSE 0 END", "8:42"),
    ],
)
def test_what_is_no_sum_over_lines_cannot_be_rounded_by_line(points, place):
    with pytest.raises(Refusal) as refusal:
        made(
            "units: {points: {at: line}}\nbase: order.net\nearn:\n"
            f'  - {{code: spend, unit: points, points: "{points}"}}\n'
        )
    assert (refusal.value.code, refusal.value.pointer) == ("not_by_line", place)


BEHAVIOURS = """\
behaviours: {review: {stars: {type: number, from: 1, to: 5}}, check_in: }
units:
  points: {expiry: {after: 12 months}, pending: {for: 7 days}}
  growth: {scale: 2}
earn:
  - {code: spend, unit: points, points: order.net}
  - {code: write, unit: points, on: review, points: event.stars, caps: [{per: day, points: 3}]}
  - {code: any, unit: growth, on: [review, check_in], points: 0.25, expiry: {after: 30 days}, pending: none}
  - {code: promo, unit: points, points: 1, expiry: {after: 30 days}, when: order.net > 5}
  - {code: double, unit: growth, on: check_in, multiply: 2}
milestones:
  - {code: ten, unit: points, measure: "EVENTS('review', 'this year')", per: year, at: 10, points: 5}
  - {code: more, unit: growth, measure: "EVENTS('review', 'this year')", per: year, at: 10, points: 5}
"""


def test_rules_are_about_orders_or_behaviours():
    program = made(BEHAVIOURS)
    assert program.behaviours == {"review": 1, "check_in": 2}
    assert program.attributes == ("event.stars",)
    grants = [(grant.unit, grant.rule, grant.expiry is not None, grant.pending is not None) for grant in program.grants]
    assert grants == [
        (0, None, False, False),
        (0, "write", False, False),
        (0, None, True, False),
        (0, None, False, True),  # milestones don't wait
        (1, None, False, False),
        (1, None, True, True),
    ]
    assert decided(program, O_NET=1_250) == ([Fraction(25, 2), 0, 0, 1, 1], [12, 0, 1, 0, 0, 0])
    assert decided(program, kind=1, O_ATTRIBUTE=4) == ([0, 4, Fraction(1, 4), 0, 1], [0, 4, 0, 0, 0, 25])
    assert decided(program, kind=2) == ([0, 0, Fraction(1, 4), 0, 2], [0, 0, 0, 0, 0, 50])


def test_settings_are_laid_out_for_the_machines():
    numbers = made(BEHAVIOURS).numbers
    assert numbers[slots.P_UNITS : slots.P_UNITS + 9] == (2, 5, 6, 1, 0, 1, 0, 1, 2)
    month, year = ((0, 30), (12, 0))
    expiries = [numbers[slots.P_EXPIRY + i * slots.EXPIRY_ROW :][slots.X_MONTHS : slots.X_DAYS + 1] for i in range(3)]
    assert expiries == [year, (0, 0), month]
    first, promo = (numbers[slots.P_GRANT + i * slots.GRANT_ROW :][: slots.GRANT_ROW] for i in (0, 2))
    assert first == (0, -1, 1, 0, 7, 0, 0, 0, 0, -1, -1, -1, -1)
    assert promo[slots.G_EXPIRY] == 2
    assert numbers[slots.P_CAP : slots.P_CAP + slots.CAP_ROW] == (slots.CAP_RULE, 1, 0, 0, 1, 0, 0, 0, 3)
    milestones = [numbers[slots.P_MILESTONE + i * slots.PM_ROW :][: slots.PM_ROW] for i in range(2)]
    assert milestones == [(3, 0, 12, 0, 3, 5, 1), (3, 0, 12, 0, 4, 500, 1)]
    assert numbers[slots.P_COUNTER : slots.P_COUNTER + 2] == (slots.COUNT_EVENTS, 1)


LADDERS = """\
units: {points: {expiry: {after: 12 months}}}
tiers:
  - ladder: main
    measure: SPEND('this year') + SPEND('this tier')
    validity: forever
    reset: on upgrade
    levels: [{code: base}, {code: gold, from: 100, keep: 50.01, never_down: yes, expiry: {points: none}}]
  - {ladder: club, validity: forever, levels: [{code: out}, {code: in, when: "SPEND('this year') >= 10 AND TAGGED('vip')"}]}
earn:
  - {code: spend, unit: points, points: "order.net + SPEND('this year') / 1000", when: "ORDERS('this month') < 9"}
"""


def test_windows_of_a_ladder_that_resets_are_its_own():
    program = made(LADDERS)
    year = Window(WindowKind.PERIOD, step=12)
    month = Window(WindowKind.PERIOD, step=1)
    assert program.windows == ((year, 0, 0), (Window(WindowKind.TIER), 0, 0), (year, 0, -1), (month, 1, -1))
    rows = [program.numbers[slots.P_WINDOW + i * slots.PW_ROW :][: slots.PW_ROW] for i in range(4)]
    assert [row[slots.PW_LADDER] for row in rows] == [0, 0, -1, -1]
    assert [row[slots.PW_MEASURED] for row in rows] == [1, 1, 1, 0]
    assert program.expiries == (
        Expiry(ExpiryKind.AFTER, program.program.units[0].expiry.after),
        Expiry(ExpiryKind.NEVER),
    )
    tier_expiry = program.numbers[slots.P_TIER_EXPIRY :]
    assert (tier_expiry[0], tier_expiry[slots.UNITS_MAX]) == (-1, 1)
    assert program.numbers[slots.P_LADDER + slots.PL_HOLDS] == 2


@pytest.mark.parametrize(
    ("own", "tier", "shared", "tags", "said"),
    [
        (0, 0, 0, 0, [1, 1, 1, 1]),
        (9_999, 0, 1_000, 0, [1, 3, 1, 1]),
        (5_000, 0, 1_000, 1, [1, 1, 3, 3]),
        (5_000, 1, 999, 1, [1, 3, 1, 1]),
        (5_000, 5_000, 0, 1, [3, 3, 1, 1]),
    ],
)
def test_levels_are_reached_and_kept(own, tier, shared, tags, said):
    program = made(LADDERS)
    _, _, tiers = functions_of(program)
    m, t = [0] * slots.M_SIZE, [0] * slots.TIERS_SIZE
    for window, value in enumerate((own, tier, shared)):
        m[slots.WINDOW + window * slots.WINDOW_ROW + slots.W_VALUE] = value
    m[slots.TAGS] = tags
    tiers(m, program.numbers, t)
    assert t[:4] == said


def test_a_decision_sees_the_member_in_one_order():
    program = made(LADDERS)
    windows = [slots.WINDOW + i * slots.WINDOW_ROW + slots.W_VALUE for i in range(4)]
    ranks = [slots.LADDER, slots.LADDER + slots.LADDER_ROW]
    member = [slots.DAY, slots.JOINED, slots.BIRTH, slots.LUNAR, slots.TAGS, slots.ORDERS]
    assert seen_slots(program) == (*member, *ranks, *windows, slots.AVAILABLE, slots.PENDING)


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (" + ".join(f"ORDERS('{i} days')" for i in range(1, 34)), "too_many_windows"),
        ("ORDERS('this tier')", "no_tiers"),
    ],
)
def test_limits_are_refused(rules, code):
    assert refused(first=rules).code == code


def test_too_many_tags_are_refused():
    asked = [
        " + ".join(f"CASE WHEN TAGGED('t{i}') THEN 1 ELSE 0 END" for i in some) for some in (range(32), range(32, 63))
    ]
    refusal = refused(first=asked[0], second=asked[1])
    assert (refusal.code, refusal.pointer, refusal.params) == ("too_many_tags", "13:13", {"limit": 62})


def test_too_many_streaks_and_counters_are_refused():
    codes = [f"b{i}" for i in range(17)]
    listed = "behaviours: {" + ", ".join(f"{code}: " for code in codes) + "}\nunits: {points: }\nearn:\n"
    for call, code in (("STREAK('{}')", "too_many_streaks"), ("EVENTS('{}', 'lifetime')", "too_many_counters")):
        points = " + ".join(call.format(each) for each in codes)
        with pytest.raises(Refusal) as refusal:
            made(listed + f'  - {{code: all, unit: points, points: "{points}"}}\n')
        assert (refusal.value.code, refusal.value.pointer) == (code, "8:40")


@pytest.mark.parametrize(("orders", "said"), [(5, 1), (6, 3)])
def test_a_threshold_between_what_can_be_measured_is_reached_above_it(orders, said):
    program = made(
        "units: {points: }\n"
        "tiers: {ladder: main, measure: ORDERS('lifetime') / 4, validity: forever,"
        " levels: [{code: base}, {code: top, from: 1.3}]}\n"
        "earn: [{code: one, unit: points, points: 1}]\n"
    )
    _, _, tiers = functions_of(program)
    m, t = [0] * slots.M_SIZE, [0] * slots.TIERS_SIZE
    m[slots.WINDOW + slots.W_VALUE] = orders
    tiers(m, program.numbers, t)
    assert t[0] == said


def occasion(asked, day, **facts):
    """Tell whether a rule that asks for an occasion on a civil date gives something."""
    program = made(f'units: {{points: }}\nearn: [{{code: one, unit: points, points: 1, when: "{asked}"}}]\n')
    civil = day_of(day.year, day.month, day.day)
    return decided(program, O_AT=civil * SECONDS_PER_DAY, DAY=civil, **facts)[1] == [1]


@pytest.mark.parametrize(
    "birthday", [dt.date(2024, 2, 29), dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 6, 5)]
)
@pytest.mark.parametrize("away", [-8, -7, -6, -4, -1, 0, 1, 3, 6, 7])
def test_the_week_of_a_birthday_is_the_iso_week_that_holds_it(birthday, away):
    day = birthday + dt.timedelta(away)
    same_week = day.isocalendar()[:2] == birthday.isocalendar()[:2]
    assert occasion("BIRTHDAY('week')", day, BIRTH=birthday.month * 100 + birthday.day) is same_week
    assert occasion("BIRTHDAY('day')", day, BIRTH=birthday.month * 100 + birthday.day) is (away == 0)


@pytest.mark.parametrize(
    ("asked", "day", "facts", "expected"),
    [
        ("BIRTHDAY('day')", dt.date(2023, 2, 28), {"BIRTH": 229}, True),
        ("BIRTHDAY('day')", dt.date(2024, 2, 28), {"BIRTH": 229}, False),
        ("BIRTHDAY('month')", dt.date(2024, 2, 1), {"BIRTH": 229}, True),
        ("BIRTHDAY('month')", dt.date(2024, 2, 1), {"BIRTH": 0}, False),
        ("BIRTHDAY('week')", dt.date(2024, 2, 1), {"BIRTH": 0}, False),
        ("BIRTHDAY('lunar day')", dt.date(2024, 2, 1), {"LUNAR": 1222, "O_LUNAR": 1222}, True),
        ("BIRTHDAY('lunar day')", dt.date(2024, 2, 1), {"LUNAR": 1221, "O_LUNAR": 1222}, False),
        ("BIRTHDAY('lunar day')", dt.date(2150, 2, 1), {"LUNAR": 0, "O_LUNAR": 0}, False),
        ("BIRTHDAY('lunar day')", dt.date(2025, 1, 28), {"LUNAR": 1230, "O_LUNAR": LUNAR_ENDS + 1229}, True),
        ("BIRTHDAY('lunar day')", dt.date(2025, 1, 28), {"LUNAR": 1229, "O_LUNAR": LUNAR_ENDS + 1229}, True),
        ("BIRTHDAY('lunar day')", dt.date(2024, 2, 8), {"LUNAR": 1230, "O_LUNAR": 1229}, False),
        ("BIRTHDAY('lunar day')", dt.date(2025, 1, 28), {"LUNAR": 1130, "O_LUNAR": LUNAR_ENDS + 1229}, False),
        ("order.lunar_month = 12 AND order.lunar_day = 29", dt.date(2025, 1, 28), {"O_LUNAR": LUNAR_ENDS + 1229}, True),
        ("ANNIVERSARY('day')", dt.date(2024, 2, 29), {"JOINED": day_of(2024, 2, 29)}, False),
        ("ANNIVERSARY('day')", dt.date(2025, 2, 28), {"JOINED": day_of(2024, 2, 29)}, True),
        ("ANNIVERSARY('month')", dt.date(2024, 2, 29), {"JOINED": day_of(2024, 2, 1)}, False),
        ("ANNIVERSARY('month')", dt.date(2025, 2, 1), {"JOINED": day_of(2024, 2, 29)}, True),
        ("ANNIVERSARY('month')", dt.date(2025, 3, 1), {"JOINED": day_of(2024, 2, 29)}, False),
        ("order.date = 20250301 AND order.year = 2025", dt.date(2025, 3, 1), {}, True),
        ("member.months = 11 AND member.years = 0", dt.date(2025, 2, 27), {"JOINED": day_of(2024, 2, 29)}, True),
        ("member.months = 12 AND member.years = 1", dt.date(2025, 2, 28), {"JOINED": day_of(2024, 2, 29)}, True),
    ],
)
def test_occasions(asked, day, facts, expected):
    assert occasion(asked, day, **facts) is expected


def test_bounds_of_differences_are_counted_from_both_ends():
    most = "SPEND('lifetime') * 400000"  # 4e18, within half of 64 bits
    assert compiled(first="1", second=f"LEAST(1, {most} - SPEND('this year') * 400000)").denominators[1] == 1
    assert refused(first="1", second=f"LEAST(1, 0 - {most} - {most} - {most})").code == "may_overflow"
    assert refused(first="1", second=f"LEAST(1, {most} - (0 - {most}) - (0 - {most}))").code == "may_overflow"


def test_activities_are_bits_for_the_machines():
    program = made(
        "behaviours: {review: , check_in: }\n"
        "units: {points: {expiry: {inactive: 6 months, activities: [redeem, check_in]}}}\n"
        "earn: [{code: one, unit: points, points: 1}]\n"
    )
    assert program.numbers[slots.P_UNIT + slots.U_ACTIVITY] == slots.ACTIVITY_REDEEM | slots.ACTIVITY_BEHAVIOUR << 1
