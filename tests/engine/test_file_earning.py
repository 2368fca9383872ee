"""Groups, rules and milestones of a program file, and what is refused."""

from fractions import Fraction

import pytest

from shuke.core.program.ir import Window, WindowKind
from shuke.core.program.model import NO_EXPIRY, Choice, Duration, Expiry, ExpiryKind, Group, Pending, PendingKind
from shuke.engine.schema import load_program
from tests.engine.program_files import FILE, changed, faults

RULE = "{code: spend, unit: points, points: order.net}"


def rules(*written, text=FILE):
    return load_program(changed("growth:", "coins: {scale: 1}\n  growth:", more(*written, text=text))).earn


def more(*written, text=FILE):
    return text + "".join(f"  - {{{rule}}}\n" for rule in written)


def test_a_rule_about_orders():
    [rule] = rules()
    assert (rule.code, rule.unit, rule.on, rule.when, rule.multiply, rule.of) == ("spend", "points", (), None, None, ())
    assert (rule.group, rule.priority, rule.expiry, rule.pending) == (None, 0, None, None)
    assert (rule.points.source, rule.line, rule.place) == ("order.net", 11, "11:41")


@pytest.mark.parametrize(
    ("written", "on"),
    [("order", ()), ("[order]", ()), ("review", ("review",)), ("[review, check_in]", ("review", "check_in"))],
)
def test_a_rule_says_what_it_is_about(written, on):
    assert rules(f"code: other, unit: points, on: {written}, points: 5")[1].on == on


def test_a_rule_about_a_behaviour_asks_for_its_attributes():
    rule = rules("code: reviewed, unit: points, on: review, when: event.rating >= 4, points: event.rating * 2")[1]
    assert (rule.when.source, rule.points.source) == ("event.rating >= 4", "event.rating * 2")


def test_a_multiplier_names_rules_or_none():
    found = rules("code: twice, unit: points, multiply: 1.5, of: spend", "code: all, unit: points, multiply: 2")
    assert [(rule.code, rule.points, rule.of) for rule in found[1:]] == [("twice", None, ("spend",)), ("all", None, ())]
    assert found[1].multiply.value == Fraction(3, 2)


def test_groups_and_priorities():
    text = changed("earn:", "groups: {promo: best, welcome: first, other: sum}\nearn:")
    program = load_program(more("code: a, unit: points, points: 1, group: welcome, priority: 20", text=text))
    assert program.groups == (Group("promo", Choice.BEST), Group("welcome", Choice.FIRST), Group("other", Choice.SUM))
    assert (program.earn[1].group, program.earn[1].priority) == ("welcome", 20)


@pytest.mark.parametrize(
    ("unit", "written", "expiry"),
    [
        ("{expiry: {after: 12 months}}", "{after: 30 days}", Expiry(ExpiryKind.AFTER, Duration(0, 30))),
        ("{expiry: {after: 12 months}}", "none", NO_EXPIRY),
        ("{expiry: {dates: [12-31]}}", "{dates: [06-30]}", Expiry(ExpiryKind.DATES, dates=(630,))),
        ("{}", "{after: 30 days}", Expiry(ExpiryKind.AFTER, Duration(0, 30))),
        ("{}", "none", NO_EXPIRY),
    ],
)
def test_a_rule_dates_its_points(unit, written, expiry):
    text = changed("points: {}", f"points: {unit}")
    text = changed(RULE, f"{{code: spend, unit: points, points: 1, expiry: {written}, pending: {{for: 3 days}}}}", text)
    [rule] = load_program(text).earn
    assert (rule.expiry, rule.pending) == (expiry, Pending(PendingKind.PERIOD, Duration(0, 3)))


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("{expiry: {after: 12 months}}", "{dates: [12-31]}"),
        ("{expiry: {dates: [12-31]}}", "{after: 12 months}"),
        ("{expiry: {inactive: 12 months}}", "none"),
        ("{expiry: {inactive: 12 months}}", "{inactive: 6 months}"),
        ("{}", "{inactive: 6 months}"),
    ],
)
def test_a_rule_may_not_change_by_what_points_end(unit, written):
    text = changed(RULE, f"{{code: spend, unit: points, points: 1, expiry: {written}}}")
    assert faults(changed("points: {}", f"points: {unit}", text)) == [("expiry_kind_fixed", "expiry", None)]


MILESTONE = """milestones:
  - {code: nights, unit: points, measure: "EARNED('growth', 'this year')", per: year, at: 40, every: 10, most: 33, points: 10000}
"""


def test_milestones():
    program = load_program(FILE + MILESTONE)
    [found] = program.milestones
    assert (found.code, found.unit, found.at, found.every, found.most, found.points) == (
        "nights",
        "points",
        40,
        10,
        33,
        10_000,
    )
    assert found.window == Window(WindowKind.PERIOD, step=12)
    assert (found.line, found.place) == (12, "12:44")

    once = changed(", every: 10, most: 33", "", FILE + MILESTONE)
    [found] = load_program(changed("per: year", "per: lifetime", once)).milestones
    assert (found.every, found.most, found.window) == (None, 1, Window(WindowKind.LIFETIME))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("per: year", "per: 12 months", ("unknown_window", "12 months", "month")),
        ("at: 40", "at: 0", ("number_too_small", "0", None)),
        (", most: 33", "", ("missing_key", "{code", "most: 5")),
        (", every: 10", "", ("not_beside", "most", "every")),
        (", at: 40", "", ("missing_key", "{code", "at: 10")),
        (", points: 10000", "", ("missing_key", "{code", "points: 500")),
        ("unit: points, measure", "unit: miles, measure", ("unknown_unit", "miles", None)),
        ("EARNED('growth', 'this year')", "order.net", ("wrong_scope", "order.net", None)),
    ],
)
def test_what_a_milestone_is_refused_for(old, new, fault):
    [(code, word, suggestion)] = faults(changed(old, new, FILE + MILESTONE))
    assert (code, word) == fault[:2] or code == "wrong_scope"
    assert fault[2] is None or suggestion == fault[2]


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("on: revue, points: 5", ("unknown_behaviour", "revue", "review")),
        ("on: [order, review], points: 5", ("unknown_behaviour", "order", None)),
        ("on: review, points: order.net", ("wrong_scope", "order.net", "order.month")),
        ("on: review, points: 5, when: event.raiting > 1", ("unknown_fact", "event.raiting > 1", "event.rating")),
        ("points: 5, multiply: 2", ("one_of_these", "multiply", "points: order.net * tier.multiplier")),
        ("when: order.net > 5", ("one_of_these", "{code", "points: order.net * tier.multiplier")),
        ("points: 5, of: spend", ("not_beside", "of", "multiply")),
        ("multiply: 2, caps: {per: day, times: 1}", ("not_beside", "caps", "points")),
        ("multiply: 2, expiry: none", ("not_beside", "expiry", "points")),
        ("multiply: order.net", ("wrong_type", "order.net", "2")),
        ("multiply: -1", ("number_too_small", "-1", "2")),
        ("multiply: 2, of: spent", ("unknown_rule", "spent", "spend")),
        ("multiply: 2, of: more", ("unknown_rule", "more", "spend")),
        ("on: review, multiply: 2, of: spend", ("unknown_rule", "spend", None)),
        ("points: 5, group: promo", ("unknown_group", "promo", None)),
        ("points: 5, priority: 1", ("not_beside", "priority", "group")),
        ("points: 5, caps: {per: transaction, points: 5}", ("wrong_cap", "{per", "{per: day, points: 500}")),
        ("points: 5, caps: {per: balance, points: 5}", ("wrong_cap", "{per", "{per: day, points: 500}")),
        ("points: 5, caps: {of: redeem, per: day, points: 5}", ("wrong_cap", "{of", "{per: day, points: 500}")),
    ],
)
def test_what_a_rule_is_refused_for(written, fault):
    assert faults(more(f"code: more, unit: points, {written}")) == [fault]


def test_a_multiplier_of_another_unit():
    assert faults(more("code: more, unit: growth, multiply: 2, of: spend")) == [("unknown_rule", "spend", None)]
