"""What people are told of points is in whole units with their decimals, wherever a refusal or the audit log says it."""

from datetime import date, timedelta

import pytest

from shuke.rooms.org import facade as org
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import (
    AdjustFact,
    CaptureFact,
    HoldFact,
    OpeningFact,
    RedeemFact,
    ReturnFact,
    Status,
    TransferFact,
)
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, member

TENTHS = """\
shuke: 1
program: tenths
currency: USD
time_zone: America/New_York
units:
  stars:
    name: Stars
    scale: 1
    redeem: {least: 2, step: 0.5}
    transfer: {least: 1.5, most: 4, cool_down: 30 days}
    supply: 1000
earn: [{code: spend, unit: stars, points: order.net}]
"""


@pytest.fixture
def program(now):
    return facade.publish(TENTHS, ACTOR)


def gift(points: int, giver: int = 1) -> TransferFact:
    return TransferFact("desk", "x", member(giver), member(3 - giver), points)


@pytest.mark.parametrize(
    ("fact", "code", "detail", "params"),
    [
        (
            RedeemFact("desk", "x", member(1), 9),
            "redeem_bounds",
            "0.9 asked for; «stars» is redeemed from 2.0 on, in steps of 0.5.",
            {"unit": "Stars", "asked": "0.9", "lowest": "2.0", "steps": "0.5"},
        ),
        (
            RedeemFact("desk", "x", member(1), 95),
            "insufficient_points",
            "9.5 points asked for, 4.0 usable.",
            {"asked": "9.5", "usable": "4.0"},
        ),
        (
            AdjustFact("desk", "x", member(1), -12_345, "typo"),
            "insufficient_points",
            "1,234.5 points asked for, 4.0 usable.",
            {"asked": "1,234.5", "usable": "4.0"},
        ),
        (
            CaptureFact("desk", "x", ("desk", "hold"), 25),
            "more_than_held",
            "2.5 asked for, 2.0 held.",
            {"asked": "2.5", "held": "2.0"},
        ),
        (
            ReturnFact("desk", "x", ("desk", "used"), 21),
            "more_than_left",
            "2.1 asked for; only 2.0 is left to return.",
            {"asked": "2.1", "left": "2.0"},
        ),
        (
            gift(14),
            "transfer_bounds",
            "1.4 asked for; 1.5 to 4.0 can be given at once.",
            {"asked": "1.4", "least": "1.5", "most": "4.0"},
        ),
        (
            gift(41),
            "transfer_bounds",
            "4.1 asked for; 1.5 to 4.0 can be given at once.",
            {"asked": "4.1", "least": "1.5", "most": "4.0"},
        ),
        (
            gift(20, giver=2),
            "transfer_cool_down",
            "The member can give points away from 2026-06-11 on, 30 days after joining.",
            {"first": "2026-06-11", "days": 30},
        ),
        (
            OpeningFact("desk", "x", member(1), 9_921, expires_on=date(2030, 1, 1)),
            "supply_exhausted",
            "Only 992.0 more of this unit can be issued.",
            {"left": "992.0"},
        ),
    ],
)
def test_a_refusal_tells_points_in_units(enrol, fact, code, detail, params):
    enrol(1, NOW - timedelta(days=40))
    enrol(2)
    made = (
        OpeningFact("desk", "first", member(1), 80),
        HoldFact("desk", "hold", member(1), 20, NOW + timedelta(days=1)),
        RedeemFact("desk", "used", member(1), 20),
    )
    results = facade.record(made, ACTOR)
    assert [each.status for each in results] == [Status.RECORDED] * 3, results

    (result,) = facade.record([fact], ACTOR)

    assert (result.refusal.code, result.refusal.detail, result.refusal.params) == (code, detail, params)
    assert points.verify().violations == ()


def test_without_a_most_any_number_can_be_given_away(now, enrol):
    facade.publish(TENTHS.replace("most: 4, ", ""), ACTOR)
    enrol(1, NOW - timedelta(days=40))
    enrol(2)
    (result,) = facade.record([gift(1)], ACTOR)

    assert result.refusal.params == {"asked": "0.1", "least": "1.5", "most": "∞"}


def test_the_audit_log_says_how_many_and_of_which_unit(enrol):
    enrol(1)
    facade.record(
        [AdjustFact("desk", "a", member(1), 5, "sorry"), AdjustFact("desk", "b", member(1), -3, "oops")], ACTOR
    )

    lines = org.audit_lines(2, None, action="adjustment.recorded").lines

    assert [(line.after["points"], line.after["unit"]) for line in lines] == [("-0.3", "stars"), ("+0.5", "stars")]
