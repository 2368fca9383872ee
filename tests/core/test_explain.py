"""Why something was earned: exact data first, then the sentences; that it is what the text says is tested apart."""

from fractions import Fraction
from types import MappingProxyType

import pytest

from shuke.core.program.explain import Decision, explain
from shuke.core.program.progress import explain_ladder
from shuke.core.program.tracing import Seen, written
from shuke.core.program.wording import render, render_ladder, text_with
from shuke.core.state import slots
from shuke.core.values.dates import SECONDS_PER_DAY
from shuke.engine.compile import compile_program, seen_slots
from shuke.engine.explanation import EN_LABELS, ZH_LABELS, explain_levels, explain_vector, measure_of
from shuke.engine.generated import functions_of
from shuke.engine.online import Desk
from shuke.engine.schema import load_program
from shuke.engine.states import OrderFacts

PROGRAM = load_program("""shuke: 1
program: why
currency: CNY
time_zone: Asia/Shanghai
units: {points: {round: floor}, stars: {scale: 1, round: half_up}}
tiers:
  ladder: main
  measure: SPEND('this year')
  validity: forever
  levels: [{code: base, from: 0}, {code: gold, name: 金卡, from: 100, multiplier: 1.2}]
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
  - {code: big, unit: points, when: "order.net >= 100 AND member.tier IN ('gold')", points: 50}
  - {code: wine, unit: stars, when: "SUM(item.net) FILTER (WHERE item.category = 'WINE') > 0 OR NOT HAS(member.birthday)",
     points: "(SPEND('30 days') + 1) / 3 - 0.5"}
""")
SEEN = MappingProxyType(
    {
        "order.net": Fraction(86),
        "member.tier": "gold",
        "tier.multiplier": Fraction(6, 5),
        "SUM(item.net) FILTER (WHERE item.category = 'WINE')": Fraction(0),
        "HAS(member.birthday)": False,
        "SPEND::DAYS:30:0:0:0": Fraction(45, 2),
    }
)


def test_a_decision_as_data():
    decision = explain(PROGRAM, SEEN)

    assert isinstance(decision, Decision)
    assert decision.tier == "金卡"
    spend, big, wine = decision.rules
    assert (spend.matched, spend.exact, spend.line) == (True, Fraction(516, 5), 12)
    assert spend.arithmetic == (Seen("order.net", "86.00"), " × ", Seen("tier.multiplier", "1.2"))
    assert (big.matched, big.exact, big.arithmetic) == (False, 0, ())
    assert [(c.source, c.holds) for c in big.conditions] == [
        ("order.net >= 100", False),
        ("member.tier IN ('gold')", True),
    ]
    assert (wine.matched, wine.exact) == (True, Fraction(22, 3))
    points, stars = decision.units
    assert (points.exact, points.points, points.rules) == (Fraction(516, 5), 103, ("spend", "big"))
    assert (stars.exact, stars.scale, stars.points) == (Fraction(22, 3), 1, 73)


def test_a_decision_in_words():
    decision = explain(PROGRAM, SEEN)

    assert render(decision, "en") == [
        "Tier before the order: 金卡.",
        "Rule spend (line 12): order.net 86.00 × tier.multiplier 1.2 = 103.2.",
        "Rule big (line 13) does not apply.",
        "  order.net 86.00 ≥ 100.00: no",
        "  member.tier «gold» ∈ {«gold»}: yes",
        "Rule wine (line 14): (SPEND('30 days') 22.50 + 1.00) ÷ 3 − 0.50 = 22/3.",
        "  (SUM(item.net) FILTER (WHERE item.category = 'WINE') 0.00 > 0.00 OR NOT (member.birthday ✗)): yes",
        "points: 103.2 in total, rounded down: 103.",
        "stars: 22/3 in total, rounded: 7.3.",
    ]
    assert render(decision, "zh", ZH_LABELS)[:5] == [
        "下单前等级：金卡。",
        "规则 spend（第 12 行）：实付金额 86.00 × 等级倍率 1.2 = 103.2。",
        "规则 big（第 13 行）不适用。",
        "  实付金额 86.00 ≥ 100.00：不满足",
        "  会员等级 «gold» ∈ {«gold»}：满足",
    ]
    assert set(ZH_LABELS) == set(EN_LABELS)


RICH = """shuke: 1
program: rich
currency: CNY
time_zone: UTC
behaviours: {review: {stars: {type: number, from: 1, to: 5}}}
base: order.net - order.shipping
units:
  points: {multipliers: add, caps: [{per: day, points: 100}]}
  coins: {name: Taler, scale: 2, at: line, caps: [{per: balance, points: 3}]}
groups: {promo: best}
earn:
  - {code: spend, unit: points, points: order.base}
  - {code: five, unit: points, points: 5, group: promo}
  - {code: ten, unit: points, points: 10, group: promo, when: TAGGED('vip')}
  - {code: twice, unit: points, multiply: 2, of: spend, when: "MOD(member.orders + 1, 3) = 0"}
  - {code: more, unit: points, multiply: 1 + order.lines / 4}
  - {code: back, unit: coins, points: SUM(item.net) * 0.0125}
  - {code: write, unit: points, on: review, points: event.stars}
milestones:
  - {code: third, unit: coins, measure: ORDERS('this year'), per: year, at: 3, every: 3, most: 5, points: 1.5}
"""


def decided(kind=0, used=0, balance=0):
    """Return the explanation of the third order of a tagged member, 40.00 of which 4.00 are shipping, in two lines."""
    compiled = compile_program(load_program(RICH))
    prepare, _, _ = functions_of(compiled)
    o, m = [0] * compiled.width, [0] * slots.M_SIZE
    o[slots.O_KIND] = kind
    items: list[int] = []
    if kind:
        o[slots.O_ATTRIBUTE] = 4
    else:
        o[slots.O_NET], o[slots.O_GROSS], o[slots.O_SHIPPING], o[slots.O_LINES] = 4_000, 4_500, 400, 2
        items = [1_234, 1, -1, -1, 2_366, 1, -1, -1]
    prepare(o, 0, items, 0, len(items) // 4, (-(1 << 40),), (0,), compiled.numbers)
    m[slots.ORDERS], m[slots.TAGS], m[slots.CAP], m[slots.AVAILABLE + 1] = 2, 1, used, balance
    m[slots.WINDOW + slots.W_VALUE] = 2
    return explain_vector(compiled, (*o, *(m[slot] for slot in seen_slots(compiled))), items=items)


def test_groups_multipliers_lines_caps_and_milestones_as_data():
    decision = decided(used=20, balance=290)

    rules = {rule.code: rule for rule in decision.rules}
    assert list(rules) == ["spend", "five", "ten", "twice", "more", "back"]
    assert rules["spend"].arithmetic == (Seen("order.net", "40.00"), " − ", Seen("order.shipping", "4.00"))
    assert rules["spend"].times == (("twice", Fraction(2)), ("more", Fraction(3, 2)))
    assert (rules["five"].matched, rules["five"].left_out, rules["ten"].left_out) == (True, True, False)
    points, coins = decision.units
    # 36 × (1 + 1 + 0.5) + 10 × 1.5
    assert (points.exact, points.points, points.granted) == (105, 105, 80)
    # 12.34 × 0.0125 and 23.66 × 0.0125, each rounded down: 0.15 + 0.29
    assert (coins.exact, coins.points, coins.granted, coins.at_line) == (Fraction(45, 100), 44, 10, True)
    assert [(cap.used, cap.wanted, cap.granted) for cap in decision.caps] == [(20, 105, 80), (290, 44, 10)]
    [third] = decision.milestones
    assert (third.code, third.value, third.times, third.points) == ("third", 3, 1, 150)


def test_groups_multipliers_lines_caps_and_milestones_in_words():
    decision = decided(used=20, balance=290)

    assert render(decision, "en") == [
        "Rule spend (line 12): order.net 40.00 − order.shipping 4.00 = 36.",
        "  times 2 by rule twice",
        "  times 1.5 by rule more",
        "Rule five (line 13): 5, left out: another rule of promo counts.",
        "Rule ten (line 14): 10.",
        "  TAGGED('vip') ✓: yes",
        "  times 1.5 by rule more",
        "Rule twice (line 15) multiplies by 2.",
        "  MOD(member.orders 2 + 1, 3) = 0: yes",
        "Rule more (line 16) multiplies by 1 + order.lines 2 ÷ 4 = 1.5.",
        "Rule back (line 17): SUM(item.net) 36.00 × 0.0125 = 0.45.",
        "points: 105 in total.",
        "Taler: 0.45 in total, every line rounded down: 0.44.",
        "points: at most 100 in a day; 20 before, 105 more asked for, 80 granted.",
        "Taler: at most 3 in the balance; 2.9 before, 0.44 more asked for, 0.1 granted.",
        "points: 80 granted of 105.",
        "Taler: 0.1 granted of 0.44.",
        "Milestone third (line 20): ORDERS('this year') 3, 1.5 Taler.",
    ]
    assert render(decision, "zh", ZH_LABELS)[3:6] == [
        "规则 five（第 13 行）：5，未计入：promo 组取另一规则。",
        "规则 ten（第 14 行）：10。",
        "  标签「vip」 ✓：满足",
    ]
    assert render(decision, "zh", ZH_LABELS)[-6:] == [
        "Taler：合计 0.45，逐行向下取整后为 0.44。",
        "points：每天最多 100；此前 20，本次 105，实得 80。",
        "Taler：余额最多 3；此前 2.9，本次 0.44，实得 0.1。",
        "points：应得 105，实得 80。",
        "Taler：应得 0.44，实得 0.1。",
        "里程碑 third（第 20 行）：本年订单数 3，Taler 1.5。",
    ]


def test_a_behaviour_is_explained_by_its_own_rules():
    decision = decided(kind=1)

    assert (decision.on, [rule.code for rule in decision.rules]) == ("review", ["write"])
    assert render(decision, "en") == ["Rule write (line 18): event.stars 4 = 4.", "points: 4 in total."]
    assert decision.caps == decision.milestones == ()


STEPS = load_program("""shuke: 1
program: steps
currency: CNY
time_zone: UTC
units: {points: }
tiers:
  ladder: main
  name: 会员
  measure: SPEND('this year')
  keep_measure: SPEND('last year')
  validity: forever
  levels:
    - {code: base}
    - {code: silver, name: 银卡, from: 100, keep: 80}
    - {code: gold, name: 金卡, when: "ORDERS('this year') >= 3"}
earn: [{code: spend, unit: points, points: order.net}]
""")


def test_where_a_member_stands_on_a_ladder():
    values = {
        "SPEND::PERIOD:0:12:0:0": Fraction(99),
        "SPEND::ENDED:1:12:0:0": Fraction(85),
        "ORDERS::PERIOD:0:12:0:0": Fraction(2),
    }
    ladder = explain_ladder(STEPS.ladders[0], 2, values, {})

    _, silver, gold = ladder.levels
    assert (silver.reach.met, silver.reach.missing, silver.keep.met, silver.keep.missing) == (False, 1, True, 0)
    assert (gold.reach.met, gold.keep.met, gold.reach.threshold) == (False, False, None)
    assert render_ladder(ladder, "en") == [
        "会员: SPEND('this year') 99.00.",
        "会员: SPEND('last year') 85.00.",
        "银卡: 1 of 100 missing.",
        "银卡: would be kept.",
        "金卡: not reached.",
        "  ORDERS('this year') 2 ≥ 3: no",
        "金卡: would not be kept.",
        "  ORDERS('this year') 2 ≥ 3: no",
    ]
    assert render_ladder(ladder, "zh") == [
        "会员：本年消费 99.00。",
        "会员：过去 1 个整年消费 85.00。",
        "银卡：距 100 还差 1。",
        "银卡：可保级。",
        "金卡：未达到。",
        "  本年订单数 2 ≥ 3：不满足",
        "金卡：不能保级。",
        "  本年订单数 2 ≥ 3：不满足",
    ]


def test_the_measure_of_a_member_as_kept():
    compiled = compile_program(STEPS)
    desk = Desk(compiled)
    state = desk.fresh(0)
    desk.order(state, OrderFacts(SECONDS_PER_DAY, 12_345, 12_345))

    assert measure_of(compiled, state, 0) == Fraction(12_345, 100)
    assert measure_of(compiled, state, 0, keep=True) == 0
    _, silver, gold = explain_levels(compiled, state, 0).levels
    assert (silver.reach.met, silver.keep.missing, gold.reach.met) == (True, 80, False)


def test_numbers_are_written_exactly():
    assert written(Fraction(86), 2) == "86.00"
    assert written(Fraction(1, 8), 2) == "0.125"
    assert written(Fraction(-1, 4)) == "−0.25"
    assert written(Fraction(310, 3), 2) == "310/3"
    assert text_with(("(", Seen("order.net", "1.00"), ")"), {"order.net": "net"}) == "(net 1.00)"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("SPEND('30 days')", "近 30 天消费"),
        ("ORDERS('3 months')", "近 3 个月订单数"),
        ("SPEND('2 years')", "近 2 年消费"),
        ("SPEND('last 2 months')", "过去 2 个整月消费"),
        ("SPEND('last month')", "过去 1 个整月消费"),
        ("SPEND('last 12 months ending 1 month ago')", "过去 12 个整月（截至 1 个月前）消费"),
        ("SPEND('last year from April')", "过去 1 个整年（自 4 月起算）消费"),
        ("orders( 'this  year' )", "本年订单数"),
        ("ORDERS('this year from April')", "本年（自 4 月起算）订单数"),
        ("SPEND('membership year')", "本会籍年度消费"),
        ("SPEND('lifetime')", "累计消费"),
        ("EARNED('growth', 'this half year')", "本半年获得 成长值"),
        ("EARNED('miles', '12 calendar months')", "含当期连续 12 个自然月获得 miles"),
        ("SPEND('2 calendar years from April')", "含当期连续 2 个自然年（自 4 月起算）消费"),
        ("EVENTS('review', '7 days')", "近 7 天 review 次数"),
        ("BALANCE('points')", "points 余额"),
        ("STREAK('check_in')", "check_in 连续天数"),
    ],
)
def test_what_is_counted_is_worded_in_chinese(source, said):
    text = (Seen(source, "100"), " ≥ 50")
    assert text_with(text, {"'growth'": "成长值"}, "zh") == f"{said} 100 ≥ 50"
    assert text_with(text, {}, "en") == f"{source} 100 ≥ 50"
