"""The language of rules: what it reads, and the exact refusal of everything else."""

from fractions import Fraction

import pytest

from shuke.core.program import ir
from shuke.core.program.ir import Kind, Window, WindowKind
from shuke.core.program.model import Attribute, Behaviour
from shuke.core.values.errors import Refusal
from shuke.engine.expressions import (
    read_base,
    read_condition,
    read_measure,
    read_number,
    read_standing,
    tags_of,
)
from shuke.engine.facts import Vocabulary
from shuke.engine.windows import read_window

LADDER = ("main", ("base", "silver", "gold"))
CNY = Vocabulary(2, (), (LADDER,), country="CN")
JPY = Vocabulary(0, (), (("main", ("base", "gold")),))
KWD = Vocabulary(3)
FULL = Vocabulary(
    2,
    ("points", "growth"),
    (LADDER, ("vip", ("no", "yes"))),
    (Attribute("guests", "number", 0, 20), Attribute("gift", "flag"), Attribute("code", "text")),
    (Attribute("fresh", "flag"),),
    (
        Behaviour("review", "Review", (Attribute("stars", "number", 1, 5), Attribute("photo", "flag"))),
        Behaviour("share", "Share", (Attribute("stars", "number", 1, 9),)),
        Behaviour("check_in", "Check-in", ()),
    ),
)


def column(offset):
    return f"1:{offset + 1}"


def condition(text, vocabulary=CNY):
    return read_condition(text, vocabulary, column)


def number(text, vocabulary=CNY):
    return read_number(text, vocabulary, column)


def refused(read, text, vocabulary=CNY):
    with pytest.raises(Refusal) as caught:
        read(text, vocabulary)
    return caught.value.code, caught.value.pointer, caught.value.params.get("suggestion")


def test_a_comparison_of_money_reads_a_plain_number_as_an_amount():
    node = condition("order.net >= 100.5")
    assert isinstance(node, ir.Compare)
    assert node.left == ir.Fact(Kind.MONEY, "order.net", "order.net")
    assert node.right == ir.Constant(Kind.MONEY, "100.5", Fraction(201, 2))


def test_names_fold_to_lower_case_and_order_may_be_quoted():
    assert condition('ORDER.Net > 1 AND "order".net > 1').source == "order.net > 1 AND order.net > 1"


def test_constants_are_worked_out_exactly():
    node = number("order.net * (2 / 3 - 0.1)")
    assert isinstance(node, ir.Multiply)
    assert node.right == ir.Constant(Kind.NUMBER, "(2 / 3 - 0.1)", Fraction(17, 30))


def test_division_is_by_a_constant_also_by_a_calculated_one():
    node = number("order.net / (2 * 5)")
    assert isinstance(node, ir.Divide)
    assert node.right.value == 10


def test_signs_and_subtraction_bind_as_in_sql():
    node = number("1 - 2 - 3 * -2")
    assert isinstance(node, ir.Constant)
    assert node.value == 5


def test_not_in_is_one_node_and_in_of_numbers_is_comparisons():
    node = condition("member.tier NOT IN ('gold', 'silver')")
    assert isinstance(node, ir.OneOf)
    assert (node.texts, node.negated) == (("gold", "silver"), True)
    assert isinstance(condition("order.hour IN (1, 2, 3)"), ir.Or)


def test_between_includes_both_ends():
    node = condition("order.hour BETWEEN 8 AND 22")
    assert isinstance(node, ir.And)
    assert [side.source for side in (node.left, node.right)] == ["order.hour >= 8", "order.hour <= 22"]


def test_has_asks_for_presence():
    assert condition("HAS(member.birthday)") == ir.Has(Kind.CONDITION, "HAS(member.birthday)", "member.birthday")
    store = condition("HAS(order.store)")
    assert isinstance(store, ir.OneOf)
    assert (store.fact.name, store.texts, store.negated) == ("order.store", ("",), True)


def test_an_aggregate_counts_lines_that_meet_a_condition():
    node = number("SUM(item.net) FILTER (WHERE item.category = 'WINE')")
    assert isinstance(node, ir.Aggregate)
    assert (node.kind, node.function) == (Kind.MONEY, "SUM")
    assert isinstance(node.where, ir.OneOf)
    assert number("COUNT(*)").kind is Kind.NUMBER


def test_a_case_compares_its_subject_with_each_branch():
    node = number("CASE member.tier WHEN 'gold' THEN 2 ELSE 1 END")
    assert isinstance(node, ir.Case)
    assert node.source == "CASE WHEN member.tier = 'gold' THEN 2 ELSE 1 END"


def test_branches_of_constants_become_money_beside_money():
    node = condition("order.net > LEAST(CASE WHEN TRUE THEN 10.25 ELSE 20 END, 30)")
    assert isinstance(node, ir.Compare)
    assert node.right.kind is Kind.MONEY


def test_the_four_roundings():
    modes = [number(f"{name}(order.net)").mode for name in ("FLOOR", "CEIL", "ROUND_HALF_UP", "ROUND_HALF_EVEN")]
    assert modes == ["floor", "ceil", "half_up", "half_even"]


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("lifetime", Window(WindowKind.LIFETIME)),
        ("this day", Window(WindowKind.DAY)),
        ("this week", Window(WindowKind.WEEK)),
        ("this month", Window(WindowKind.PERIOD, step=1)),
        ("this quarter", Window(WindowKind.PERIOD, step=3)),
        ("this half year", Window(WindowKind.PERIOD, step=6)),
        ("this year", Window(WindowKind.PERIOD, step=12)),
        ("this year from April", Window(WindowKind.PERIOD, step=12, shift=3)),
        ("this quarter from February", Window(WindowKind.PERIOD, step=3, shift=1)),
        ("this quarter from May", Window(WindowKind.PERIOD, step=3, shift=1)),
        ("membership year", Window(WindowKind.MEMBERSHIP_YEAR)),
        ("this tier", Window(WindowKind.TIER)),
        ("30 days", Window(WindowKind.DAYS, 30)),
        ("1 day", Window(WindowKind.DAYS, 1)),
        ("12 months", Window(WindowKind.MONTHS, 12)),
        ("1 year", Window(WindowKind.MONTHS, 12)),
        ("last 3 months", Window(WindowKind.ENDED, 3, step=1)),
        ("last month", Window(WindowKind.ENDED, 1, step=1)),
        ("Last  3  Months", Window(WindowKind.ENDED, 3, step=1)),
        ("last 2 quarters", Window(WindowKind.ENDED, 2, step=3)),
        ("last year from April", Window(WindowKind.ENDED, 1, step=12, shift=3)),
        ("last 12 months ending 1 month ago", Window(WindowKind.ENDED, 12, step=1, offset=1)),
        ("last 2 years", Window(WindowKind.ENDED, 2, step=12)),
        ("12 calendar months", Window(WindowKind.RUNNING, 12, step=1)),
        ("2 calendar years from April", Window(WindowKind.RUNNING, 2, step=12, shift=3)),
    ],
)
def test_windows(text, window):
    assert read_window(text) == window
    measure = read_measure(f"SPEND('{text}')", CNY, column)
    assert isinstance(measure, ir.Windowed)
    assert (measure.measure, measure.kind, measure.window) == ("SPEND", Kind.MONEY, window)


@pytest.mark.parametrize(
    "text",
    [
        *("", "0 days", "-1 days", "days", "121 months", "11 years", "3661 days", "last 0 months", "3 weeks"),
        *("this month from April", "this year from Nisan", "last 11 years", "last 5 years ending 6 years ago"),
        *("last 3 months ending 1 year ago", "this", "this decade"),
        *("11 calendar years", "2 calendar weeks", "calendar month", "2 calendar months from April"),
    ],
)
def test_texts_that_are_no_window(text):
    assert read_window(text) is None


@pytest.mark.parametrize(
    ("text", "code", "place", "suggestion"),
    [
        ("order.nett > 1", "unknown_fact", "1:1", "order.net"),
        ("order.net > 1 AND order.hours = 8", "unknown_fact", "1:19", "order.hour"),
        ("order", "unknown_fact", "1:1", "order.net"),
        ("member.birthday", "unknown_fact", "1:1", "HAS(member.birthday)"),
        ("order.net", "wrong_type", "1:1", "order.net > 0"),
        ("order.net >= '100'", "wrong_type", "1:14", "order.net >= 100"),
        ("order.store = 5", "wrong_type", "1:15", "order.store = '5'"),
        ("order.store > 'A'", "wrong_type", "1:1", "order.store = 'A'"),
        ("order.net > order.lines", "wrong_type", "1:13", "order.net > 100"),
        ("order.net * order.gross > 1", "wrong_type", "1:13", "order.net * 2"),
        ("order.net > 1 > 2", "wrong_type", "1:1", "CASE WHEN order.net > 1 THEN 1 ELSE 0 END"),
        ("order.net / order.lines > 1", "division_by_variable", "1:13", "order.net / 10"),
        ("order.net / (1 - 1) > 1", "division_by_zero", "1:14", "order.net / 10"),
        ("order.net > 100.125", "too_many_money_digits", "1:13", "100.12"),
        ("member.tier = 'god'", "unknown_tier", "1:15", "gold"),
        ("item.net > 1", "wrong_scope", "1:1", "SUM(item.net)"),
        ("SUM(order.net) > 1", "wrong_scope", "1:5", "item.net"),
        ("SPEND('12 monts') > 1", "unknown_window", "1:7", "12 months"),
        ("SPEND(12) > 1", "unknown_window", "1:7", "12 months"),
        ("HAS(order.stor)", "wrong_presence", "1:5", "order.store"),
        ("BIRTHDAY('fortnight')", "unknown_occasion", "1:10", None),
        ("BIRTHDAY()", "wrong_arguments", "1:1", "BIRTHDAY('month')"),
        ("BIRTHDAY(month)", "wrong_arguments", "1:1", "BIRTHDAY('month')"),
        ("TAGGED('')", "wrong_arguments", "1:1", "TAGGED('vip')"),
        ("EARNED('gold', 'this year') > 1", "unknown_unit", "1:8", None),
        ("EVENTS('review') > 1", "wrong_arguments", "1:1", "EVENTS('review', '7 days')"),
        ("STREAK('review') > 1", "unknown_behaviour", "1:8", None),
        ("MOD(order.net, 10) = 0", "wrong_type", "1:5", "FLOOR(order.net)"),
        ("MOD(member.orders, 1.5) = 0", "wrong_type", "1:20", "10"),
        ("MOD(member.orders, 0) = 0", "wrong_type", "1:20", "10"),
        ("order.workday > 1", "wrong_type", "1:1", "CASE WHEN order.workday THEN 1 ELSE 0 END"),
        ("event.hour > 1", "wrong_scope", "1:1", "order.hour"),
        ("COUNT(item.sku) > 1", "wrong_arguments", "1:1", "COUNT(*)"),
        ("FLOOR(order.net, 2) > 1", "wrong_arguments", "1:7", "FLOOR(order.net)"),
        ("ROUND(order.net) > 1", "unknown_function", "1:1", "ROUND_HALF_UP"),
        ("TRUE AND CASE WHEN TRUE THEN 1 END > 0", "case_needs_else", "1:10", "ELSE 0"),
        ("order.net >= .5", "not_a_number", "1:15", "0.5"),
        ("order.net > 1e3", "not_a_number", "1:13", None),
        ("order.net > 1234567890123", "too_many_digits", "1:13", None),
        ("order.net::int > 1", "not_allowed", "1:10", None),
        ("order.net > (SELECT 1)", "not_allowed", "1:14", None),
        ("order.store LIKE 'A'", "not_allowed", "1:13", None),
        ("order.net > 1; TRUE", "not_allowed", "1:14", None),
        ("order.net > 1 -- why", "not_allowed", "1:14", None),
        ("order.store = 'A' 'B'", "not_allowed", "1:15", None),
        ("order.net > ", "expression_syntax", "1:11", None),
        ("(order.net > 1", "expression_syntax", "1:14", None),
        ("order.net > 1)", "expression_syntax", "1:14", None),
        ("order.store = 'A", "expression_syntax", "1:15", None),
        ("order.net IN ()", "expression_syntax", "1:1", "IN ('A', 'B')"),
        ("order.net > 1 2", "expression_syntax", "1:15", None),
        ("   ", "expression_empty", "1:1", "order.net"),
    ],
)
def test_a_condition_is_refused_where_it_is_wrong(text, code, place, suggestion):
    assert refused(condition, text) == (code, place, suggestion)


@pytest.mark.parametrize(
    ("vocabulary", "literal", "suggestion"), [(JPY, "1.5", "1"), (CNY, "1.555", "1.55"), (KWD, "1.5555", "1.555")]
)
def test_money_has_the_digits_of_its_currency(vocabulary, literal, suggestion):
    for text in (f"order.net >= {literal}", f"order.net + {literal} > 1", f"order.net IN ({literal})"):
        code, _, suggested = refused(condition, text, vocabulary)
        assert (code, suggested) == ("too_many_money_digits", suggestion)
    assert isinstance(number(f"order.net * {literal}", vocabulary), ir.Multiply)


def test_points_are_a_number():
    assert refused(number, "order.net > 5") == ("wrong_type", "1:1", "CASE WHEN order.net > 5 THEN 1 ELSE 0 END")
    assert refused(number, "'100'") == ("wrong_type", "1:1", "100")


def test_without_a_ladder_nothing_can_be_asked_about_tiers():
    for text in ("tier.multiplier", "CASE WHEN member.tier = 'gold' THEN 1 ELSE 0 END"):
        assert refused(number, text, KWD)[0] == "no_tiers"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SPEND('this year') + order.net", "1:22"),
        ("tier.multiplier", "1:1"),
        ("order.hour", "1:1"),
        ("SUM(item.net)", "1:1"),
        ("CASE WHEN BIRTHDAY('day') THEN 1 ELSE 0 END", "1:11"),
    ],
)
def test_a_measure_looks_at_the_past_alone(text, place):
    with pytest.raises(Refusal) as caught:
        read_measure(text, FULL, column)
    assert (caught.value.code, caught.value.pointer) == ("wrong_scope", place)


def test_a_measure_is_any_number_about_the_past():
    measure = read_measure("EARNED('growth', '12 months') + 100 * EVENTS('review', 'this year')", FULL, column)
    assert isinstance(measure, ir.Add)
    assert measure.left == ir.Windowed(
        Kind.NUMBER,
        "EARNED('growth', '12 months')",
        "EARNED",
        Window(WindowKind.MONTHS, 12),
        "growth",
    )
    assert read_standing("BALANCE('points') > 10 AND member.years >= 2", FULL, column).kind is Kind.CONDITION


def test_a_rule_on_behaviours_asks_for_what_all_of_them_have():
    assert read_condition("event.photo AND order.hour < 9 AND event.stars > 3", FULL, column, ("review",))
    assert read_number("event.stars", FULL, column, ("review", "share")).kind is Kind.NUMBER
    for on, text in (
        (("review", "check_in"), "event.stars > 1"),
        (("share",), "event.photo"),
        (("review",), "order.net > 1"),
        (("review",), "order.gift"),
        (("review",), "SUM(item.net) > 1"),
        ((), "event.stars > 1"),
    ):
        with pytest.raises(Refusal) as caught:
            read_condition(text, FULL, column, on)
        assert (caught.value.code, caught.value.pointer) == ("wrong_scope", "1:1")


def test_attributes_are_facts_of_their_type():
    assert condition("order.guests > 2 AND order.gift AND order.code IN ('A')", FULL).kind is Kind.CONDITION
    assert condition("HAS(order.code)", FULL).kind is Kind.CONDITION
    assert number("COUNT(*) FILTER (WHERE item.fresh)", FULL).kind is Kind.NUMBER


def test_every_ladder_is_asked_by_its_code():
    node = condition("vip.tier = 'yes' AND vip.multiplier > main.multiplier", FULL)
    assert isinstance(node, ir.And)
    assert refused(condition, "vip.tier = 'gold'", FULL)[:2] == ("unknown_tier", "1:12")


def test_the_base_stands_for_its_expression():
    base = read_base("order.net - order.shipping", FULL, column)
    node = number("order.base * 2", Vocabulary(2, base=base))
    assert isinstance(node, ir.Multiply)
    assert isinstance(node.left, ir.Subtract)
    assert node.source == "order.base * 2"
    assert number("order.base") == ir.Fact(Kind.MONEY, "order.base", "order.net")
    with pytest.raises(Refusal) as caught:
        read_base("order.base * 2", FULL, column)
    assert (caught.value.code, caught.value.pointer) == ("unknown_fact", "1:1")


def test_calls_by_name():
    assert condition("TAGGED('vip')") == ir.Tagged(Kind.CONDITION, "TAGGED('vip')", "vip")
    assert number("STREAK('check_in')", FULL) == ir.Streak(Kind.NUMBER, "STREAK('check_in')", "check_in")
    assert number("BALANCE('points')", FULL) == ir.Balance(Kind.NUMBER, "BALANCE('points')", "points")
    birthday = "BIRTHDAY('lunar day')"
    assert condition("Birthday(' Lunar  Day')") == ir.Fact(Kind.CONDITION, birthday, birthday)
    modulo = number("MOD(member.orders * 2 + FLOOR(tier.multiplier), 7)")
    assert isinstance(modulo, ir.Modulo)
    assert modulo.by == 7


def test_tags_are_listed_as_first_asked():
    nodes = [condition("TAGGED('b') OR NOT TAGGED('a')"), None, condition("TAGGED('b')"), condition("TAGGED('c')")]
    assert tags_of(nodes) == ("b", "a", "c")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("(" * 10_000 + "1" + ")" * 10_000, "1:33"),
        ("LEAST(" * 10_000 + "1" + ")" * 10_000, "1:198"),
        ("CASE WHEN " * 10_000, "1:321"),
        ("NOT " * 10_000 + "TRUE", "1:17"),
        ("- " * 10_000 + "1", "1:9"),
        ("[" * 10_000, "1:4097"),
        ("1" + " + 1" * 10_000, "1:4097"),
        ("1" + "+1" * 2_000, "1:1"),
    ],
)
def test_a_deep_or_long_expression_is_refused_before_it_is_parsed(text, place):
    code, where, _ = refused(number, text)
    assert (code, where) in {("expression_too_deep", place), ("expression_too_long", place)}


def test_what_a_refusal_quotes_stays_short():
    with pytest.raises(Refusal) as caught:
        condition("order.store = " + "'" + "A" * 3_000 + "'")
    assert caught.value.code == "text_too_long"
    with pytest.raises(Refusal) as caught:
        condition("fact_" + "x" * 3_000)
    assert len(caught.value.detail) <= 400
    assert all(len(str(value)) <= 120 for value in caught.value.params.values())
