"""Conditions in words: what a member reads of «item.category = 'COFFEE'», in both languages."""

import pytest
from django.utils import translation

from shuke.core.values.errors import Refusal
from shuke.engine.schema import load_program
from shuke.engine.single_offers import read_offer, read_when
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation, NewStore
from shuke.rooms.programs import facade as programs
from shuke.surfaces.wording.condition_words import in_words, only_items
from shuke.surfaces.wording.coupon_words import told
from shuke.surfaces.wording.running import running

BY = Actor(ActorKind.SYSTEM, "tests", "tests")
PROGRAM = """\
shuke: 1
program: corner
currency: CNY
country: CN
time_zone: Asia/Shanghai
attributes: {order: {pickup: flag}, item: {organic: flag}}
units: {points: {name: 积分}}
tiers:
  ladder: main
  measure: SPEND('12 months')
  validity: 12 months
  levels: [{code: base, from: 0}, {code: gold, name: 金卡, from: 1000}, {code: black, name: 黑卡, from: 9000}]
earn:
  - {code: spend, unit: points, points: order.net}
"""


@pytest.fixture(scope="module")
def corner():
    return load_program(PROGRAM)


@pytest.fixture
def program(db):
    org.create_organisation(NewOrganisation("街角", "CNY", "Asia/Shanghai", "zh-hans", Kind.SANDBOX), BY)
    org.open_store(NewStore("nanjinglu", "南京路店"), None, BY)
    programs.publish(PROGRAM, BY)
    return running().program


@pytest.mark.parametrize(
    ("lines", "chinese", "english"),
    [
        ("item.category = 'COFFEE'", "仅限类目为「COFFEE」的商品", "only items whose category is COFFEE"),
        (
            "item.category IN ('TEA', 'CAKE', 'BREAD') AND item.net >= 20",
            "仅限类目为「TEA」、「CAKE」或「BREAD」且金额至少为 ¥20 的商品",
            "only items whose category is TEA, CAKE or BREAD and amount is at least ¥20",
        ),
        (
            "NOT (item.category = 'TEA' OR item.quantity < 2)",
            "仅限类目不是「TEA」且件数至少为 2 的商品",
            "only items whose category is not TEA and quantity is at least 2",
        ),
        ("item.organic", "仅限 organic 为是的商品", "only items whose organic is yes"),
    ],
)
def test_lines_in_words(program, corner, lines, chinese, english):
    rule = read_offer(f'{{percent: 20, lines: "{lines}"}}', corner)
    with translation.override("zh-hans"):
        assert only_items(rule.lines, program) == chinese
    with translation.override("en"):
        assert only_items(rule.lines, program) == english


@pytest.mark.parametrize(
    ("when", "chinese", "english"),
    [
        (
            "member.tier IN ('gold', 'black') AND order.day = 18",
            "会员等级为「金卡」或「黑卡」且下单日为 18 号",
            "the member's tier is 金卡 or 黑卡 and the day of the month is 18",
        ),
        (
            "order.store = 'nanjinglu' OR order.store <> 'elsewhere'",
            "下单门店为「南京路店」或下单门店不是「门店 elsewhere」",
            "the store is 南京路店 or the store is not Store elsewhere",
        ),
        (
            "3 <= member.orders AND NOT TAGGED('staff')",
            "此前订单数至少为 3 且会员没有标签「staff」",
            "the number of earlier orders is at least 3 and the member does not have the tag staff",
        ),
        (
            "(order.weekday = 3 OR order.hour < 9) AND order.workday",
            "（下单日为周三或下单时刻小于 9:00）且当天是工作日",
            "(the day of the week is Wednesday or the hour is less than 9:00) and it is a working day",
        ),
        (
            "NOT BIRTHDAY('month') AND HAS(member.birthday)",
            "当月不是会员生日月且有生日",
            "it is not the member's month of birth and the birthday is known",
        ),
        ("NOT (order.pickup AND order.net > 99.5)", "pickup 为否或订单金额最多为 ¥99.50",
         "pickup is no or the order's amount is at most ¥99.50"),
        (
            "SUM(item.net) FILTER (WHERE item.category = 'TEA') > 100",
            "类目为「TEA」的商品金额合计大于 ¥100",
            "the amount of items whose category is TEA together is more than ¥100",
        ),
        ("COUNT(*) FILTER (WHERE item.net > 9) <> 2", "金额大于 ¥9 的商品行数不是 2",
         "the number of items whose amount is more than ¥9 is not 2"),
        ("SPEND('12 months') >= 1000", "近 12 个月消费至少为 ¥1,000", "spend, 12 months is at least ¥1,000"),
        ("order.net - (order.shipping + 1) >= 80", "订单金额 − （运费 + ¥1）至少为 ¥80",
         "the order's amount − (shipping within the net amount + ¥1) is at least ¥80"),
        ("order.channel IN ('', 'app')", "下单渠道为空或「app」", "the channel is empty or app"),
        ("TRUE", "任何情况", "always"),
    ],
)  # fmt: skip
def test_conditions_in_words(program, corner, when, chinese, english):
    read = read_when(when, corner)
    with translation.override("zh-hans"):
        assert in_words(read, program) == chinese
    with translation.override("en"):
        assert in_words(read, program) == english


def test_special_prices_are_told_with_their_articles(program):
    with translation.override("zh-hans"):
        assert told("prices: {cake: 0, tea: 9.9}") == "免费换购 cake，¥9.90 换购 tea"
    with translation.override("en"):
        assert told("prices: {a: 1, b: 2, c: 3, d: 4}") == "¥1 for a, ¥2 for b, ¥3 for c, 1 more at special prices"


def test_a_condition_that_asks_for_what_there_is_not_is_refused(corner):
    with pytest.raises(Refusal) as refused:
        read_when("item.colour = 'red'", corner)
    assert refused.value.code == "unknown_fact"
