"""Ladders of a program file: what is measured, how members climb, keep and lose tiers, and what is refused."""

from fractions import Fraction

import pytest

from shuke.core.program.ir import Window, WindowKind
from shuke.core.program.model import (
    NO_EXPIRY,
    Downgrade,
    Duration,
    Evaluation,
    Expiry,
    ExpiryKind,
    Validity,
    ValidityKind,
)
from shuke.engine.schema import load_program
from tests.engine.program_files import FILE, changed, faults

LADDER = """tiers:
  ladder: main
  measure: SPEND('this year')
  validity: 12 months
  levels:
    - {code: base, from: 0}
    - {code: gold, from: 500}
"""
FULL = FILE + LADDER


def ladder(old="", new="", text=FULL):
    return load_program(changed(old, new, text)).ladders[0]


def test_a_ladder_says_little():
    found = ladder()
    assert (found.code, found.name, found.keep_measure, found.grace) == ("main", "main", None, None)
    assert (found.evaluation, found.downgrade) == (Evaluation.FACT, Downgrade.FULL)
    assert (found.resets, found.one_step, found.falls_at_once) == (False, False, False)
    gold = found.levels[1]
    assert (gold.code, gold.name, gold.threshold, gold.when, gold.keep, gold.keep_when) == (
        "gold",
        "gold",
        500,
        None,
        None,
        None,
    )
    assert (gold.multiplier, gold.holds, gold.expiry) == (1, False, ())


def test_a_ladder_says_everything():
    found = ladder(
        "  validity",
        "  name: 等级\n  keep_measure: EARNED('growth', 'last year')\n  evaluate: quarterly\n  downgrade: one step\n"
        "  grace: {after: 1 month, end_of: month}\n  reset: on upgrade\n  upgrade: one step\n  refunds: at once\n  validity",
    )
    assert (found.name, found.evaluation, found.downgrade) == ("等级", Evaluation.QUARTER, Downgrade.ONE)
    assert (found.resets, found.one_step, found.falls_at_once) == (True, True, True)
    assert found.grace == Duration(1, 0, 1)
    assert found.keep_measure.of == "growth"
    assert found.keep_measure.window == Window(WindowKind.ENDED, 1, 12)


@pytest.mark.parametrize(
    ("written", "validity"),
    [
        ("forever", Validity(ValidityKind.FOREVER)),
        ("as measured", Validity(ValidityKind.MEASURED)),
        ("end of this calendar year", Validity(ValidityKind.END_OF, 0)),
        ("end of next calendar year", Validity(ValidityKind.END_OF, 1)),
        ("end of next year", Validity(ValidityKind.END_OF, 1)),
        ("end of next month", Validity(ValidityKind.END_OF, 1, 1)),
        ("end of this quarter", Validity(ValidityKind.END_OF, 0, 3)),
        ("end of next 2 years", Validity(ValidityKind.END_OF, 2)),
        ("end of next half year from February", Validity(ValidityKind.END_OF, 1, 6, 1)),
        ("End of  this year from April", Validity(ValidityKind.END_OF, 0, 12, 3)),
        ("end of this membership year", Validity(ValidityKind.ANNIVERSARY, 0)),
        ("end of next membership year", Validity(ValidityKind.ANNIVERSARY, 1)),
        ("end of next year and 2 months", Validity(ValidityKind.END_OF, 1, more=2)),
        ("end of next 2 years from April and 1 month", Validity(ValidityKind.END_OF, 2, 12, 3, 1)),
        ("end of this membership year and 3 months", Validity(ValidityKind.ANNIVERSARY, 0, more=3)),
        ("12 months", Validity(ValidityKind.MONTHS, 12)),
        ("2 years", Validity(ValidityKind.MONTHS, 24)),
        ("365 days", Validity(ValidityKind.DAYS, 365)),
    ],
)
def test_validities(written, validity):
    assert ladder("12 months", written).validity == validity


@pytest.mark.parametrize("written", ["none", "full"])
def test_no_grace_and_how_members_fall(written):
    found = ladder("  validity", f"  grace: none\n  downgrade: {written}\n  validity")
    assert found.grace is None
    assert found.downgrade is Downgrade[written.upper()]


def test_levels_by_thresholds_and_conditions():
    levels = ladder(
        "    - {code: gold, from: 500}\n",
        "    - {code: gold, name: 金卡, from: 500, keep: 400.5, multiplier: 1.25, never_down: yes}\n"
        "    - code: black\n"
        "      when: ORDERS('this year') >= 10 AND SPEND('this year') >= 5000 OR TAGGED('vip')\n"
        "      keep_when: EVENTS('check_in', 'this year') >= 3\n",
    ).levels
    assert [(level.code, level.threshold, level.keep) for level in levels] == [
        ("base", 0, None),
        ("gold", 500, Fraction(801, 2)),
        ("black", None, None),
    ]
    assert (levels[1].multiplier, levels[1].holds) == (Fraction(5, 4), True)
    assert levels[2].when.source.startswith("ORDERS('this year') >= 10 AND")
    assert levels[2].keep_when.source == "EVENTS('check_in', 'this year') >= 3"


def test_a_ladder_of_conditions_needs_no_measure():
    text = changed("  measure: SPEND('this year')\n", "", FULL)
    text = changed("{code: base, from: 0}", "{code: base}", text)
    found = ladder("from: 500", "when: member.days >= 365", text)
    assert found.measure is None
    assert [(level.threshold, level.when is None) for level in found.levels] == [(0, True), (None, False)]


def test_levels_say_how_long_points_live():
    text = changed("points: {}", "points: {expiry: {after: 12 months}}", FULL)
    [base, gold] = ladder("from: 500", "from: 500, expiry: {points: {after: 24 months}, growth: none}", text).levels
    assert base.expiry == ()
    assert gold.expiry == (("points", Expiry(ExpiryKind.AFTER, Duration(24))), ("growth", NO_EXPIRY))

    idle = changed("points: {}", "points: {expiry: {inactive: 6 months, activities: [check_in]}}", FULL)
    gold = ladder("from: 500", "from: 500, expiry: {points: {inactive: 1 year}}", idle).levels[1]
    assert gold.expiry == (("points", Expiry(ExpiryKind.IDLE, Duration(12), activities=("check_in",))),)


def test_several_ladders_stand_in_a_list_and_rules_know_all_of_them():
    text = FILE + (
        "tiers:\n"
        "  - {ladder: main, measure: SPEND('this year'), validity: forever, levels: [{code: base, from: 0}, {code: gold, from: 5}]}\n"
        "  - {ladder: club, validity: forever, levels: [{code: base}, {code: gold, when: member.days > 5}]}\n"
    )
    text = changed("points: order.net", "points: order.net * club.multiplier, when: club.tier = 'gold'", text)
    program = load_program(text)
    assert [(ladder.code, [level.code for level in ladder.levels]) for ladder in program.ladders] == [
        ("main", ["base", "gold"]),
        ("club", ["base", "gold"]),
    ]


def test_a_level_may_have_a_colour():
    text = changed(
        "code: gold", "code: gold, colour: A87A22", changed("code: base", "code: base, colour: 464545", FULL)
    )
    assert [level.colour for level in ladder("from: 500", "from: 500", text).levels] == ["#464545", "#a87a22"]
    assert {level.colour for level in load_program(FULL).ladders[0].levels} == {""}


def test_the_tags_of_a_program_are_collected():
    text = changed("from: 500", "when: TAGGED('vip') OR TAGGED('staff')", FULL)
    text = changed("points: order.net", "points: 1, when: TAGGED('kol') AND NOT TAGGED('vip')", text)
    assert load_program(text).tags == ("vip", "staff", "kol")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("code: gold", "code: gold, colour: gold", ("bad_colour", "gold", "a87a22")),
        ("12 months", "end of yesteryear", ("bad_validity", "end of yesteryear", "end of next year")),
        ("ladder: main", "ladder: order", ("name_taken", "order", "main")),
        ("  validity", "  evaluate: weekly\n  validity", ("unknown_choice", "weekly", "yearly")),
        ("  validity", "  downgrade: one\n  validity", ("unknown_choice", "one", "one step")),
        ("  validity", "  refunds: never\n  validity", ("unknown_choice", "never", None)),
        ("  validity", "  grace: 1 mont\n  validity", ("bad_duration", "1 mont", "12 months")),
        ("SPEND('this year')", "order.net", ("wrong_scope", "order.net", None)),
        ("from: 500", "from: 500.125", ("too_many_digits", "500.125", "500.12")),
        ("from: 500", "from: 500, when: member.days > 1", ("one_of_these", "when", "from: 1500")),
        (", from: 500", "", ("one_of_these", "{code", "from: 1500")),
        ("from: 500", "when: order.net > 1", ("wrong_scope", "order.net > 1", None)),
        ("from: 500", "from: 500, keep: 1, keep_when: member.days > 1", ("one_of_these", "keep_when", "keep: 1000")),
        ("from: 0}", "from: 0, keep: 0}", ("first_level", "keep", "from: 0")),
        ("from: 0}", "when: member.days > 1}", ("first_level", "when", "from: 0")),
        ("from: 500", "from: 500, expiry: {poits: none}", ("unknown_unit", "poits", "points")),
        ("from: 500", "from: 500, expiry: {points: {inactive: 1 year}}", ("expiry_kind_fixed", "{inactive", "none")),
        (
            "from: 500",
            "from: 500, expiry: {growth: {inactive: 1 year, activities: [earn]}}",
            ("not_beside", "activities", "inactive"),
        ),
        ("code: gold", "code: base", ("duplicate_code", "base", "base-2")),
        ("  measure: SPEND('this year')\n", "", ("missing_key", "from", "measure: SPEND('this year')")),
    ],
)
def test_what_a_ladder_is_refused_for(old, new, fault):
    found = faults(changed(old, new, FULL))
    assert found[-1] == fault or (fault[2] is None and found[-1][:2] == fault[:2])


def test_only_the_first_ladder_dates_points():
    text = FILE + (
        "tiers:\n"
        "  - {ladder: main, validity: forever, levels: [{code: base}]}\n"
        "  - {ladder: club, validity: forever, levels: [{code: in, expiry: {points: none}}]}\n"
    )
    assert faults(text) == [("expiry_of_first_ladder", "expiry", None)]


def test_a_measure_that_cannot_be_read_is_the_only_thing_told():
    assert [code for code, *_ in faults(changed("SPEND('this year')", "SPEND('this yaer')", FULL))] == [
        "unknown_window"
    ]


def test_a_level_may_not_change_by_what_points_end():
    text = changed("points: {}", "points: {expiry: {after: 12 months}}", FULL)
    dates = changed("from: 500", "from: 500, expiry: {points: {dates: [12-31]}}", text)
    assert faults(dates) == [("expiry_kind_fixed", "{dates", "none")]
