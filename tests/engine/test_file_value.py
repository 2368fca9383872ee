"""Stored value in a program file: what is read, and what is refused where it stands."""

from fractions import Fraction

import pytest

from shuke.core.program.model import BonusBack, StoredValue, UseOrder
from shuke.engine.cautions import cautions, sentences
from shuke.engine.compile import compile_program
from shuke.engine.fault_words import sentence
from shuke.engine.schema import ProgramErrors, load_program

FILE = """\
shuke: 1
program: cafe
currency: CNY
time_zone: Asia/Shanghai
units:
  points: {round: floor}
  balance: {scale: 2, value: 1}
  gift: {scale: 2, value: 1, expiry: {after: 12 months}}
earn:
  - {code: spend, unit: points, points: order.net}
  - {code: cashback, unit: gift, points: order.net * 0.01}
stored_value:
  principal: balance
  bonus: gift
  use: in proportion
  top_up: {least: 50, most: 5000, steps: [{from: 200, bonus: 20}, {from: 500, bonus: 80}]}
  limits: {named: 5000, unnamed: 1000, over: refuse}
  refund: {fee_percent: 2.5, bonus: keep}
"""


def faults(text):
    with pytest.raises(ProgramErrors) as errors:
        load_program(text)
    return [(fault.code, fault.pointer, fault.params.get("suggestion")) for fault in errors.value.refusals]


def test_every_word_is_read():
    assert load_program(FILE).stored_value == StoredValue(
        principal="balance",
        bonus="gift",
        use=UseOrder.SHARE,
        least=5_000,
        most=500_000,
        steps=((20_000, 2_000), (50_000, 8_000)),
        named=500_000,
        unnamed=100_000,
        refuses=True,
        fee_percent=Fraction(5, 2),
        bonus_back=BonusBack.KEEP,
    )


def test_two_units_are_enough():
    text = FILE[: FILE.index("  use:")].replace("  bonus: gift\n", "")
    assert load_program(text).stored_value == StoredValue(
        "balance", "", UseOrder.PRINCIPAL, 1, 10**9, (), None, None, False, Fraction(0), BonusBack.SHARE
    )


def test_it_changes_nothing_of_what_is_compiled():
    text = FILE[: FILE.index("stored_value:")]
    plain, stored = compile_program(load_program(text)), compile_program(load_program(FILE))
    assert (plain.source, plain.shape, list(plain.numbers)) == (stored.source, stored.shape, list(stored.numbers))


@pytest.mark.parametrize(
    ("was", "now", "fault"),
    [
        ("principal: balance", "principal: ballance", ("unknown_unit", "13:14", "balance")),
        ("balance: {scale: 2, value: 1}", "balance: {value: 1}", ("wrong_value_unit", "13:14", "scale: 2")),
        ("balance: {scale: 2, value: 1}", "balance: {scale: 2}", ("wrong_value_unit", "13:14", "value: 1")),
        ("unit: gift", "unit: balance", ("wrong_value_unit", "13:14", "unit: gift")),
        ("principal: balance", "principal: gift", ("wrong_value_unit", "13:14", "expiry: none")),
        ("bonus: gift", "bonus: balance", ("not_beside", "14:3", "bonus: gift")),
        ("from: 500", "from: 200", ("wrong_range", "16:68", None)),
        ("most: 5000", "most: 40", ("number_too_small", "16:29", "50")),
        ("over: refuse", "over: refuze", ("unknown_choice", "17:46", "refuse")),
        ("fee_percent: 2.5", "fee: 2.5", ("unknown_key", "18:12", "fee_percent")),
        ("  top_up: {least", "  top_up: no\n  refund_: {least", ("wrong_type", "16:11", "{least: 50, most: 5000}")),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(was, now, fault):
    assert fault in faults(FILE.replace(was, now, 1))


def test_a_fault_is_told_in_chinese():
    with pytest.raises(ProgramErrors) as errors:
        load_program(FILE.replace("{scale: 2, value: 1}", "{value: 1}", 1))
    assert sentence(errors.value.refusals[0], "zh") == "此单位不能用作储值：“balance”。例如：scale: 2"


@pytest.mark.parametrize(
    ("limits", "codes"),
    [
        ("named: 5000, unnamed: 1000", ()),
        ("named: 5001, unnamed: 1000", ("named_limit",)),
        ("named: 4000, unnamed: 1000.01", ("unnamed_limit", "top_up_above_limit")),
        ("over: warn", ("named_limit", "unnamed_limit")),
    ],
)
def test_limits_above_those_of_prepaid_cards_deserve_a_second_look(limits, codes):
    text = FILE.replace("named: 5000, unnamed: 1000, over: refuse", limits)
    assert cautions(load_program(text)) == codes
    assert cautions(load_program(text.replace("CNY", "USD"))) == tuple(c for c in codes if c == "top_up_above_limit")
    assert [len(sentences(codes, language)) for language in ("zh", "en")] == [len(codes)] * 2


@pytest.mark.parametrize(
    ("effect", "codes"),
    [
        ("amount: {off: 40, every: 300}", ()),
        ("amount: {off: 300, every: 300}", ("offer_gives_goods",)),
        ("amount: {off: 300, every: 300, by: cart_money}", ("offer_gives_goods",)),
        ("amount: {off: 300, every: 300, times: 1}", ()),
        ("amount: {off: 400, every: 3, by: pieces}", ()),
        ("steps: {at: [{from: 100, amount: {off: 5, every: 4}}]}", ("offer_gives_goods",)),
    ],
)
def test_offers_that_take_all_of_every_so_much_deserve_a_second_look(effect, codes):
    text = f"{FILE}offers:\n  - {{code: every, name: Every, {effect}}}\n"
    assert cautions(load_program(text)) == codes
    assert [len(sentences(codes, language)) for language in ("zh", "en")] == [len(codes)] * 2
