"""What a program file declares besides units, tiers and rules: country, scope, attributes, behaviours, base, changes."""

import pytest

from shuke.core.program.ir import Kind
from shuke.core.program.model import Attribute, Behaviour
from shuke.engine.schema import load_program
from tests.engine.program_files import FILE, changed, faults

TIERS = "tiers: {ladder: main, validity: forever, levels: [{code: base}, {code: gold, when: member.days > 5}]}\n"
CLUB = "tiers: [{ladder: main, validity: forever, levels: [{code: base}]}, {ladder: club, validity: forever, levels: [{code: in}]}]\n"


def test_country_and_scope():
    program = load_program(FILE + "country: CN\nscope: {brands: main, stores: [S01, 二号店]}\n")
    assert (program.country, program.brands, program.stores) == ("CN", ("main",), ("S01", "二号店"))


def test_attributes():
    program = load_program(
        FILE
        + "attributes:\n  order: {promo_code: text, guests: number, gift: flag}\n"
        + "  item: {age: {type: number, from: -5, to: 100}, colour: {type: text}}\n"
    )
    assert program.order_attributes == (
        Attribute("promo_code", "text"),
        Attribute("guests", "number", 0, 10**6),
        Attribute("gift", "flag"),
    )
    assert program.line_attributes == (Attribute("age", "number", -5, 100), Attribute("colour", "text"))


def test_behaviours():
    text = changed("{review: {rating: number}", "{review: {name: 评价, rating: {type: number, from: 1, to: 5}}")
    assert load_program(text).behaviours == (
        Behaviour("review", "评价", (Attribute("rating", "number", 1, 5),)),
        Behaviour("check_in", "签到", ()),
        Behaviour("delivered", "delivered", ()),
    )


def test_what_the_base_of_an_order_is():
    program = load_program(FILE + "base: order.net - order.tax - order.shipping\n")
    assert program.base is not None
    assert (program.base.kind, program.base.source) == (Kind.MONEY, "order.net - order.tax - order.shipping")


def test_changes():
    text = (
        FILE + TIERS + "changes: {tiers: {vip: gold}, units: {tokens: keep}, downgrades: at once, upgrades: at once}\n"
    )
    assert load_program(text).migration == (
        ("tiers.main.vip", "gold"),
        ("units.tokens", "keep"),
        ("downgrades", "at once"),
        ("upgrades", "at once"),
    )
    two = FILE + CLUB + "changes: {tiers: {vip: base, club: {out: in}}}\n"
    assert load_program(two).migration == (("tiers.main.vip", "base"), ("tiers.club.out", "in"))


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("country: XX", ("unknown_country", "XX", None)),
        ("scope: {shops: [S01]}", ("unknown_key", "shops", "stores")),
        ("scope: {stores: []}", ("wrong_count", "[", None)),
        ("scope: {stores: [S01, S01]}", ("duplicate_key", "S01", None)),
        ("attributes: {order: {net: number}}", ("name_taken", "net", "net_own")),
        ("attributes: {order: {base: number}}", ("name_taken", "base", "base_own")),
        ("attributes: {item: {category: text}}", ("name_taken", "category", "category_own")),
        ("attributes: {order: {promo-code: text}}", ("bad_code", "promo-code", "promo_code")),
        ("attributes: {order: {guests: integer}}", ("unknown_choice", "integer", None)),
        ("attributes: {order: {guests: {type: number, from: 5, to: 1}}}", ("wrong_range", "{type", "from: 1, to: 5")),
        ("attributes: {order: {gift: {type: flag, to: 1}}}", ("wrong_range", "{type", "type: number")),
        ("base: order.lines", ("wrong_type", "order.lines", "order.net - order.tax")),
        ("base: order.base", ("unknown_fact", "order.base", None)),
        ("changes: {tiers: {gold: base}}", ("still_there", "gold", None)),
        ("changes: {tiers: {vip: golden}}", ("unknown_tier", "golden", "gold")),
        ("changes: {tiers: {club: {vip: gold}}}", ("unknown_ladder", "club", "main")),
        ("changes: {units: {points: keep}}", ("still_there", "points", None)),
        ("changes: {units: {tokens: drop}}", ("unknown_choice", "drop", "keep")),
        ("changes: {downgrades: now}", ("unknown_choice", "now", None)),
    ],
)
def test_what_is_refused(written, fault):
    [(code, word, suggestion)] = faults(FILE + TIERS + written + "\n")
    assert (code, word) == fault[:2]
    assert fault[2] is None or suggestion == fault[2]


def test_a_behaviour_may_not_be_called_order_and_has_no_fact_of_the_catalogue():
    assert faults(changed("check_in: 签到", "order: 下单")) == [("name_taken", "order", "order_own")]
    assert faults(changed("rating: number", "store: text"))[0] == ("name_taken", "store", "store_own")
