"""Explanations: the same rules on what was seen, lots with their orders, the rule of dates."""

from datetime import timedelta
from fractions import Fraction

import pytest

from shuke.core.program.model import Duration
from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import EntryKey
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Undecided
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, member, order, redemption
from shuke.rooms.programs.tests.test_time import EXPIRY


def test_an_accrual_is_explained_by_its_decision(anna):
    _, result = facade.record([order("a", 600_00), order("b", 12_34)], ACTOR)

    told = facade.explain_entry(result.entries[0])

    assert (told.program, told.version, told.order.external_id, told.late) == ("corner", 1, "b", False)
    assert (told.tier_before, told.tier_after, told.decision.tier) == ("silver", "silver", "silver")
    (rule,) = told.decision.rules
    assert (rule.code, rule.matched, rule.exact) == ("spend", True, Fraction("15.425"))
    assert told.decision.units[0].points == told.entry.amount == 15
    of_order = facade.explain_order(result.reference)
    assert (of_order.decision, of_order.entry, of_order.lots) == (told.decision, None, ())


def test_a_redemption_is_explained_by_its_lots_in_order(anna):
    facade.record([order("a", 10_00, NOW - timedelta(days=20)), order("b", 30_00)], ACTOR)
    result = facade.redeem(redemption("r", 15), ACTOR)

    told = facade.explain_entry(result.entries[1])

    assert [(story.lot.number, story.points, story.order.external_id) for story in told.lots] == [
        (1, 10, "a"),
        (2, 5, "b"),
    ]
    assert (told.decision, told.order, told.expiry.after) == (None, None, Duration(months=12, step=1))


def test_an_expiry_is_explained_by_its_lot_and_the_rule(anna):
    facade.record([order("a", 600_00)], ACTOR)
    clock.set_business_clock(EXPIRY)
    facade.advance_due()

    told = facade.explain_entry(EntryKey(anna, points.all_units()[0].id, 2))

    assert (told.entry.kind, told.entry.amount, told.effective_at) == ("expiry", -600, EXPIRY)
    assert [(story.lot.expires_at, story.order.external_id) for story in told.lots] == [(EXPIRY, "a")]


def test_an_undecided_order_has_no_decision(program):
    (result,) = facade.record([order("a", 1_00, who=member(9))], ACTOR)

    told = facade.explain_order(result.reference)

    assert (told.member_id, told.decision, told.version, told.lots) == (None, None, None, ())
    assert told.undecided is Undecided.UNKNOWN_MEMBER


def test_what_does_not_exist_is_refused(anna):
    with pytest.raises(Refusal) as refused:
        facade.explain_entry(EntryKey(anna, 1, 99))
    assert refused.value.code == "unknown_entry"
    with pytest.raises(Refusal) as refused:
        facade.explain_order(anna)
    assert refused.value.code == "unknown_order"
