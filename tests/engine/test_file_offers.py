"""Offers of a program file: caps, the rule by which they multiply points, and what is refused."""

from fractions import Fraction

import pytest

from shuke.core.program.ir import Window, WindowKind
from shuke.core.program.model import Attribute, OfferCap
from shuke.engine.points_times import promised
from shuke.engine.schema import load_program
from tests.engine.program_files import FILE, faults


def offers(*written):
    return FILE + "offers:\n" + "".join(f"  - {each}\n" for each in written)


def test_caps_of_an_offer():
    program = load_program(
        offers("{code: a, amount: 5, caps: [{per: day, times: 9}, {per: year from April, of: member, money: 7.50}]}")
    )
    assert program.offers[0].caps == (
        OfferCap(Window(WindowKind.DAY), times=True, each_member=False, limit=9),
        OfferCap(Window(WindowKind.PERIOD, 0, 12, 3), times=False, each_member=True, limit=750),
    )


@pytest.mark.parametrize(
    ("cap", "found"),
    [
        ("{per: membership year, times: 1}", ("unknown_window", "membership year", "lifetime")),
        ("{per: day}", ("one_of_these", "{per", "times: 1")),
        ("{per: day, times: 1, of: store}", ("unknown_choice", "store", None)),
        ("{per: day, times: 0}", ("number_too_small", "0", "1")),
    ],
)
def test_a_cap_that_is_none(cap, found):
    code, _, suggestion = found
    ((told, _, hint),) = faults(offers(f"{{code: a, amount: 5, caps: {cap}}}"))
    assert told == code
    assert suggestion is None or hint is not None


def test_offers_that_multiply_points_are_a_rule_of_each_unit_that_is_spent():
    program = load_program(offers("{code: a, points_times: 1.25}", "{code: b, points_times: 20}"))
    assert program.order_attributes == (Attribute("points_times", "number", 0, 400),)
    assert [(rule.code, rule.unit) for rule in program.earn[1:]] == [("points_times:points", "points")]
    assert promised(program, [Fraction(5, 4), Fraction(1)]) == 25
    assert promised(program, [Fraction(5, 4), Fraction(20)]) == 400
    assert promised(program, [Fraction(1)]) == 0
    assert promised(load_program(FILE), [Fraction(2)]) == 0


def test_an_attribute_does_not_take_the_name():
    text = FILE.replace("units:", "attributes: {order: {points_times: number}}\nunits:")
    assert [code for code, _, _ in faults(text)] == ["name_taken"]
