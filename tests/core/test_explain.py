"""Why an order earned what it earned: exact data first, then the sentences, and always what the compiled text says."""

from fractions import Fraction
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from tests.parity.test_engines import cases, compiled_or_none

from shuke.core.program.explain import Decision, Seen, explain, written
from shuke.core.program.wording import render, text_with
from shuke.engine.explanation import EN_LABELS, ZH_LABELS, explain_vector
from shuke.engine.online import Desk, LineFacts, OrderFacts
from shuke.engine.schema import load_program

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
        "SPEND:DAYS:30": Fraction(45, 2),
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
    assert (points.exact, points.points) == (Fraction(516, 5), 103)
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
        "  (SUM(item.net) FILTER (WHERE item.category = 'WINE') 0.00 > 0.00 OR NOT (member.birthday —)): yes",
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


def test_numbers_are_written_exactly():
    assert written(Fraction(86), 2) == "86.00"
    assert written(Fraction(1, 8), 2) == "0.125"
    assert written(Fraction(-1, 4)) == "−0.25"
    assert written(Fraction(310, 3), 2) == "310/3"
    assert text_with(("(", Seen("order.net", "1.00"), ")"), {"order.net": "net"}) == "(net 1.00)"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(members=1))
def test_the_words_arithmetic_is_that_of_the_compiled_text(case):
    text, [life] = case
    compiled = compiled_or_none(text)
    if compiled is None:
        return
    desk = Desk(compiled)
    state = desk.fresh(life.joined_at, life.birth_md)
    for event in (event for event in life.events if event.is_order):
        lines = [LineFacts(*line) for line in event.lines]
        outcome = desk.order(state, OrderFacts(event.at, event.net, event.net, event.store, "", lines))
        trace = desk.replay(outcome.vector)

        decision = explain_vector(compiled, outcome.vector)

        exact = [Fraction(n, d) for n, d in zip(trace, compiled.denominators, strict=False)]
        assert [rule.exact for rule in decision.rules] == exact
        assert [unit.points for unit in decision.units] == trace[len(exact) :]
        assert render(decision, "zh")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("SPEND('30 days')", "近 30 天消费"),
        ("ORDERS('3 months')", "近 3 个月订单数"),
        ("SPEND('last 2 months')", "过去 2 个整月消费"),
        ("orders( 'this  year' )", "本年订单数"),
        ("SPEND('membership year')", "本会籍年度消费"),
        ("SPEND('lifetime')", "累计消费"),
    ],
)
def test_windows_are_worded_in_chinese(source, said):
    text = (Seen(source, "100"), " ≥ 50")
    assert text_with(text, {}, "zh") == f"{said} 100 ≥ 50"
    assert text_with(text, {}, "en") == f"{source} 100 ≥ 50"
