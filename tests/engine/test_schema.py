"""The program file: what it becomes, and everything that is wrong with a bad one, with line, column and suggestion."""

from fractions import Fraction
from pathlib import Path

import pytest

from shuke.core.program.ir import Window, WindowKind
from shuke.core.program.model import NO_EXPIRY, Duration, Expiry, ExpiryKind, Refunds, Validity, ValidityKind
from shuke.engine.schema import ProgramErrors, load_program

GROCER = Path(__file__).parents[2].joinpath("examples/grocer.yaml").read_text("utf-8")

SMALL = """shuke: 1
program: small
currency: CNY
time_zone: Asia/Shanghai
units:
  points: {}
earn:
  - {code: spend, unit: points, points: order.net}
"""


def errors(text):
    with pytest.raises(ProgramErrors) as caught:
        load_program(text)
    return [(error.code, error.pointer, error.params.get("suggestion")) for error in caught.value.refusals]


def changed(old, new, text=GROCER):
    assert old in text
    return text.replace(old, new, 1)


def place_of(word, text):
    """Return "line:column" of a word in a text, counted from 1."""
    before = text[: text.index(word)].split("\n")
    return f"{len(before)}:{len(before[-1]) + 1}"


def test_the_grocer():
    program = load_program(GROCER)

    assert (program.code, program.name, program.currency, program.currency_digits) == ("grocer", "grocer", "USD", 2)
    assert program.time_zone == "America/New_York"
    [unit] = program.units
    assert (unit.code, unit.scale, unit.rounding, unit.value) == ("points", 0, "floor", Fraction(1, 100))
    assert unit.expiry == Expiry(ExpiryKind.AFTER, Duration(months=12, step=1))
    [ladder] = program.ladders
    assert ladder.measure.window == Window(WindowKind.PERIOD, step=12)
    assert ladder.validity == Validity(ValidityKind.END_OF, 1)
    steps = [(level.code, level.threshold, level.multiplier) for level in ladder.levels]
    assert steps == [
        ("base", 0, 1),
        ("silver", 500, Fraction(5, 4)),
        ("gold", 1500, Fraction(3, 2)),
        ("diamond", 3000, 2),
    ]
    [rule] = program.earn
    assert (rule.code, rule.unit, rule.when, rule.line) == ("spend", "points", None, 18)
    assert rule.points.source == "order.net * tier.multiplier"


def test_a_small_program_has_defaults():
    program = load_program(SMALL)
    [unit] = program.units
    assert (unit.scale, unit.rounding, unit.value, unit.expiry) == (0, "floor", None, NO_EXPIRY)
    assert (unit.at_line, unit.pending, unit.spendable, unit.refunds) == (False, None, True, Refunds.DEBT)
    assert (unit.reinstate, unit.adds_multipliers, unit.transfer, unit.supply) == (None, False, None, None)
    assert (program.country, program.brands, program.stores, program.base) == ("", (), (), None)
    assert (program.ladders, program.milestones, program.caps, program.migration) == ((), (), (), ())


def test_bytes_a_byte_order_mark_and_windows_line_ends_are_read():
    assert load_program(SMALL.encode()) == load_program(SMALL)
    assert load_program("\ufeff" + SMALL.replace("\n", "\r\n")) == load_program(SMALL)


def test_names_for_people():
    text = changed("program: grocer", "program: grocer\nname: 街角  杂货")
    text = changed("{code: gold, ", "{code: gold, name: 金卡, ", text)
    program = load_program(text)
    assert program.name == "街角 杂货"
    assert [level.name for level in program.ladders[0].levels] == ["base", "silver", "金卡", "diamond"]


def test_an_unknown_fact():
    assert errors(changed("order.net * tier", "order.nett * tier")) == [("unknown_fact", "18:41", "order.net")]


def test_a_wrong_type():
    text = changed("points: order.net * tier.multiplier", "points: order.net > 5")
    assert errors(text) == [("wrong_type", "18:41", "CASE WHEN order.net > 5 THEN 1 ELSE 0 END")]
    assert errors(changed("points: {}", "points: [1]", SMALL)) == [("wrong_type", "6:11", "{round: floor}")]


def test_too_many_digits_of_money():
    text = changed("unit: points, points", "unit: points, when: order.net >= 99.999, points")
    assert errors(text) == [("too_many_money_digits", place_of("99.999", text), "99.99")]
    assert errors(changed("from: 500", "from: 500.125")) == [("too_many_digits", "14:29", "500.12")]
    assert errors(changed("500,", "500.5,", changed("USD", "JPY"))) == [("too_many_digits", "14:29", "500")]


def test_a_division_by_a_variable():
    text = changed("order.net * tier.multiplier", "order.net / order.lines")
    assert errors(text) == [("division_by_variable", place_of("order.lines", text), "order.net / 10")]


def test_overlapping_tiers():
    assert errors(changed("from: 1500", "from: 500")) == [("tiers_overlap", "15:29", "501")]
    assert errors(changed("from: 0,", "from: 1,")) == [("tiers_overlap", "13:29", "0")]
    assert errors(changed("from: 500", "from: 2000")) == [("tiers_overlap", "15:29", "2001")]
    assert errors(changed("code: gold,", "code: base,")) == [("duplicate_code", "15:14", "base-2")]


def test_a_ten_thousand_deep_expression():
    deep = "(" * 10_000 + "order.net" + ")" * 10_000
    text = changed("order.net * tier.multiplier", deep)
    assert errors(text) == [("expression_too_deep", "18:73", "split into several rules")]


def test_every_error_of_a_file_is_found():
    text = """shuke: 2
program: Ä
curency: USD
currency: usd
time_zone: Asia/Shangai
units: {p: {scale: 9, round: flor, value: 1.23456789, expiry: {after: 12 mont, end_of: weak}}}
tiers:
  ladder: m
  measure: SPEND('this yaer')
  validity: for ever
  levels:
  - {code: a, from: 0}
  - {code: a, from: 1, multiplier: x}
earn:
  - {code: one, unit: q, points: order.nett}
  - {code: one, unit: p, points: order.net * order.net, when: tier = 1, whn: x}
"""
    assert errors(text) == [
        ("unknown_version", "1:8", "1"),
        ("bad_code", "2:10", "main"),
        ("unknown_key", "3:1", "currency"),
        ("unknown_currency", "4:11", "USD"),
        ("unknown_time_zone", "5:12", "Asia/Shanghai"),
        ("number_too_large", "6:20", "6"),
        ("unknown_rounding", "6:30", "floor"),
        ("too_many_digits", "6:43", "1.234567"),
        ("bad_duration", "6:71", "12 months"),
        ("unknown_period", "6:88", "year"),
        ("unknown_window", "9:18", "this year"),
        ("bad_validity", "10:13", "forever"),
        ("duplicate_code", "13:12", "a-2"),
        ("not_a_number", "13:36", "1"),
        ("unknown_unit", "15:23", "p"),
        ("unknown_fact", "15:34", "order.net"),
        ("duplicate_code", "16:12", "one-2"),
        ("wrong_type", "16:46", "order.net * 2"),
        ("unknown_fact", "16:63", "tier.multiplier"),
        ("unknown_key", "16:73", "when"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "empty_file", "1:1"),
        ("# nothing\n", "empty_file", "1:1"),
        (b"shuke: 1\nprogram: \xff", "not_utf8", "2:10"),
        ("shuke: 1\n\tprogram: a", "yaml_syntax", "2:1"),
        ("shuke: [1", "yaml_syntax", "1:10"),
        ("shuke: 1\nshuke: &x 1", "alias_not_allowed", "2:8"),
        ("shuke: *x", "alias_not_allowed", "1:8"),
        ("a: &a [x]\nb: &b [*a, *a]\n", "alias_not_allowed", "1:4"),
        ("shuke: !!int 1", "tag_not_allowed", "1:8"),
        ("shuke: 1\n---\nshuke: 1", "several_documents", "2:1"),
        ("? [a]\n: 1", "key_not_text", "1:3"),
        ("shuke: \x07", "yaml_syntax", "1:8"),
        ('shuke: "\\UFFFFFFFF"', "yaml_syntax", "1:1"),
        ("shuke: " + "[" * 100_000, "nested_too_deep", "1:23"),
        ("- " * 100_000, "nested_too_deep", "1:33"),
        ("a: 1\n" * 60_000, "file_too_large", "1:1"),
        ("- a\n" * 6_000, "too_many_entries", "5000:3"),
        ("just a text", "wrong_type", "1:1"),
        ("- a", "wrong_type", "1:1"),
    ],
)
def test_a_file_that_is_no_program(text, code, place):
    assert errors(text)[0][:2] == (code, place)


def test_a_key_that_stands_twice():
    assert errors(changed("currency: USD", "currency: USD\ncurrency: EUR")) == [("duplicate_key", "5:1", None)]
    assert errors(changed("round: floor", "round: floor, round: ceil"))[0][0] == "duplicate_key"


def test_missing_and_empty_values():
    assert errors(changed("currency: USD\n", "")) == [("missing_key", "2:1", "currency: CNY")]
    assert errors(changed("currency: USD", "currency:")) == [("empty_value", "4:1", "currency: CNY")]
    assert ("missing_key", "18:5", "unit: points") in errors(changed("unit: points, ", ""))


@pytest.mark.parametrize(
    "written",
    [
        "points: order.net + order.nett",
        "points: 'order.net + order.nett'",
        'points: "order.net + order.nett"',
        "when: order.store = 'it''s' OR order.nett > 1, points: 1",
        "when: 'order.store = ''it''''s'' OR order.nett > 1', points: 1",
        r"""when: "order.store = '\x41\u4e2d\n\U0001F600' OR order.nett > 1", points: 1""",
    ],
)
def test_the_column_is_that_of_the_word_in_the_file(written):
    text = changed("points: order.net", written, SMALL)
    assert [error[:2] for error in errors(text)] == [("unknown_fact", place_of("order.nett", text))]


@pytest.mark.parametrize(
    "written",
    [
        "points: >-\n      order.net\n      + order.nett",
        "points: |\n      order.net +\n        order.nett\n",
        "points: |  # why\n\n      order.net +\n\n      order.nett\n",
        "points: order.net\n      + order.nett",
        "points: 'order.net\n      + order.nett'",
        'points: "order.net \\\n      + order.nett"',
    ],
)
def test_the_line_is_that_of_the_word_in_a_text_of_several_lines(written):
    rule = f"- code: spend\n    unit: points\n    {written}"
    text = changed("- {code: spend, unit: points, points: order.net}", rule, SMALL)
    assert [error[:2] for error in errors(text)] == [("unknown_fact", place_of("order.nett", text))]


@pytest.mark.parametrize("rule", ["points: LEAST(order.net, 5)", "when: order.channel IN ('a', 'b'), points: 1"])
def test_a_comma_that_cut_a_text_off_is_the_only_thing_told(rule):
    text = f"shuke: 1\nprogram: p\ncurrency: CNY\ntime_zone: UTC\nunits: {{points: }}\nearn:\n  - {{code: x, unit: points, {rule}}}\n"
    with pytest.raises(ProgramErrors) as caught:
        load_program(text)
    assert [error.code for error in caught.value.refusals] == ["text_needs_quotes"]
