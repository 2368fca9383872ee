"""Test cases of a program file: read with places, run in memory, and told where one comes to something else."""

import pytest

from shuke.core.program.cases import CaseFact, CaseLine, CaseMember
from shuke.core.program.meaning import changes
from shuke.engine.compile import compile_program
from shuke.engine.schema import ProgramErrors, load_program
from shuke.engine.trying import failed_cases, run_cases

SHOP = """\
shuke: 1
program: corner
currency: CNY
time_zone: Asia/Shanghai
attributes: {order: {promo: text, guests: number, pickup: flag}}
behaviours: {check_in: 签到}
units:
  points: {round: floor, value: 0.01}
tiers:
  ladder: main
  measure: SPEND('this year')
  validity: forever
  levels:
    - {code: base, from: 0}
    - {code: silver, from: 500, multiplier: 1.2}
    - {code: gold, from: 5000, multiplier: 1.5}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
  - {code: member-day, unit: points, when: order.day = 18 AND member.tier <> 'base', multiply: 2, of: [spend]}
  - {code: check-in, unit: points, on: check_in, points: 5}
"""
MEMBER_DAY = """\
cases:
  - code: member-day
    at: 2026-06-18 12:00
    member: {joined: 2025-01-01, birthday: 06-18, tier: silver, tags: [vip]}
    order: {net: 86, store: S1, items: [{net: 86, category: WINE}], attributes: {promo: TEN, guests: 3, pickup: yes}}
    earns: {points: 206}
    tier: silver
"""


def results(cases: str):
    return run_cases(compile_program(load_program(SHOP + cases)))


def test_a_case_is_read_as_it_stands_and_comes_out():
    """86 by silver is 103.2, twice on the member day: 206 rounded down once."""
    (done,) = results(MEMBER_DAY)
    assert done.failures == ()
    assert done.case.member == CaseMember(1735704000, 618, "silver", ("vip",))
    assert done.case.fact == CaseFact(
        1781755200,
        net=8600,
        gross=8600,
        store="S1",
        lines=(CaseLine(8600, 1, "WINE", ""),),
        attributes=(("promo", "TEN"), ("guests", 3), ("pickup", True)),
    )
    assert done.tried.earned == {"points": 206}
    assert (done.tried.before.available, done.tried.after.available) == ({"points": 0}, {"points": 206})
    assert [(rule.code, rule.matched) for rule in done.tried.decision.rules][:2] == [
        ("spend", True),
        ("member-day", True),
    ]


def test_what_happened_before_counts_and_behaviours_are_cases_too():
    first, second = results("""\
cases:
  - {code: up, at: 2026-03-02, before: [{at: 2026-03-01, order: {net: 499}}], order: {net: 1}, earns: {points: 1}, tier: silver}
  - {code: in, at: 2026-03-02 08:30, behaviour: check_in, earns: {points: 5}}
""")
    assert (first.failures, second.failures) == ((), ())


def test_a_case_that_comes_to_something_else_is_told_at_its_place():
    compiled = compile_program(
        load_program(SHOP + MEMBER_DAY.replace("206", "103").replace("tier: silver\n", "tier: gold\n"))
    )
    failed = failed_cases(compiled)
    assert [(each.code, each.pointer, each.params) for each in failed] == [
        ("case_failed", "22:5", {"case": "member-day", "what": "points", "expected": "103", "found": "206"}),
        ("case_failed", "22:5", {"case": "member-day", "what": "tier", "expected": "gold", "found": "silver"}),
    ]


def test_a_unit_that_is_not_named_has_to_earn_nothing():
    (done,) = results("cases:\n  - {code: free, at: 2026-03-02, order: {net: 5}}\n")
    assert done.failures == (("points", "0", "5"),)


@pytest.mark.parametrize(
    ("case", "code", "place"),
    [
        ("{code: x, at: 2026-13-01, order: {net: 1}}", "bad_date", "22:19"),
        ("{code: x, at: 2026-03-01}", "one_of_these", "22:5"),
        ("{code: x, at: 2026-03-01, order: {nett: 1}}", "unknown_key", "22:39"),
        ("{code: x, at: 2026-03-01, order: {net: 1.234}}", "too_many_digits", "22:44"),
        ("{code: x, at: 2026-03-01, behaviour: sing}", "unknown_behaviour", "22:42"),
        ("{code: x, at: 2026-03-01, order: {net: 1}, earns: {miles: 1}}", "unknown_unit", "22:56"),
        ("{code: x, at: 2026-03-01, order: {net: 1}, tier: vip}", "unknown_tier", "22:54"),
        ("{code: x, at: 2026-03-01, order: {net: 1, attributes: {colour: red}}}", "unknown_choice", "22:60"),
        ("{at: 2026-03-01, order: {net: 1}}", "missing_key", "22:5"),
    ],
)
def test_what_is_wrong_in_a_case_has_its_place(case, code, place):
    with pytest.raises(ProgramErrors) as wrong:
        load_program(f"{SHOP}cases:\n  - {case}\n")
    first = wrong.value.refusals[0]
    assert (first.code, first.pointer) == (code, place)


def test_cases_decide_nothing():
    plain, tested = (compile_program(load_program(text)) for text in (SHOP, SHOP + MEMBER_DAY))
    assert (plain.shape, plain.numbers) == (tested.shape, tested.numbers)


def test_a_case_is_told_among_what_a_program_says_otherwise():
    (change,) = changes(
        load_program(SHOP),
        load_program(SHOP + MEMBER_DAY.replace(", attributes: {promo: TEN, guests: 3, pickup: yes}", "")),
    )
    assert change.en == (
        "new test case member-day: a member (joined 2025-01-01, tier silver, birthday 06-18, tags vip): 2026-06-18 12:00 "
        "an order of ¥86.00, store S1, items WINE ¥86.00; what it earns points 206; tier afterwards silver"
    )
    assert change.zh == (
        "新增用例 member-day：会员（2025-01-01 入会，等级 silver，生日 06-18，标签 vip）：2026-06-18 12:00 "
        "下单 ¥86.00，门店 S1，商品 WINE ¥86.00；应得 points 206；之后的等级 silver"
    )


def test_a_case_that_is_about_something_else_is_told_with_both():
    old, new = (
        load_program(SHOP + MEMBER_DAY.replace("order: {net: 86", f"order: {{net: {net}")) for net in ("86", "90")
    )
    (change,) = changes(old, new)
    who = "会员（2025-01-01 入会，等级 silver，生日 06-18，标签 vip）：2026-06-18 12:00"
    rest = "门店 S1，promo TEN，guests 3，pickup 是，商品 WINE ¥86.00"
    assert change.path == "cases.member-day.facts"
    assert change.zh == f"用例 member-day：{who} 下单 ¥86.00，{rest} → {who} 下单 ¥90.00，{rest}"
