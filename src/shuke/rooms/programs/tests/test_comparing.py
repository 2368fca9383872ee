"""What a comparison tells of members is what publishing does to them, and what their next reviews come to."""

from collections import Counter
from datetime import date, timedelta

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, NewMember
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Moves, OrderFact, Reviews, TierFact
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, code, member

CLUB = """\
shuke: 1
program: corner
currency: USD
time_zone: America/New_York
units:
  points: {expiry: {after: 12 months}, supply: 1000000}
tiers:
  ladder: main
  measure: SPEND('12 months')
  validity: 12 months
  grace: 3 months
  levels:
    - {code: base, from: 0}
    - {code: silver, from: 100}
    - {code: gold, from: 500}
earn:
  - {code: spend, unit: points, points: order.net}
"""
LATER = NOW + timedelta(days=40)
RAISED = CLUB.replace("from: 100", "from: 130").replace("from: 500", "from: 650")
LOWERED = CLUB.replace("from: 100", "from: 20").replace("from: 500", "from: 400")
AT_ONCE = "changes: {upgrades: at once, downgrades: at once}\n"


@pytest.fixture
def club(now) -> list:
    """Members at the ends of every rule: by measure, by hand, in a grace, before one, and before the end of one.

    Returns their ids, in the order of their numbers from 1.
    """
    facade.publish(CLUB, ACTOR, NOW - timedelta(days=900))
    joined = NOW - timedelta(days=850)
    ids = [
        facade.enrol([NewMember((ExternalId("till", str(n)),), joined_at=joined)], ACTOR)[0].id for n in range(1, 10)
    ]
    spent = {
        1: (120, 1),
        2: (600, 1),
        3: (30, 1),
        4: (450, 1),
        5: (120, 750),
        6: (700, 715),
        7: (140, 1),
        9: (120, 810),
    }
    for number, (amount, days_ago) in spent.items():
        at = NOW - timedelta(days=days_ago)
        (result,) = facade.record(
            [OrderFact("till", f"o{number}", member(number), at, amount * 100, amount * 100, "USD")],
            ACTOR,
            history=True,
        )
        assert result.refusal is None
    facade.record([TierFact("till", "t", member(8), "gold", "a guest", until=date(2027, 1, 31))], ACTOR)
    facade.advance_due(NOW)
    return ids


def tiers_of(ids, at=NOW) -> list[str]:
    standings = facade.standings(ids, at)
    return [standings[each].tier.code for each in ids]


def moved(before, after) -> tuple[Moves, ...]:
    counted = Counter((old, new) for old, new in zip(before, after, strict=True) if old != new)
    return tuple(Moves("main", *move, count) for move, count in sorted(counted.items()))


def test_the_club_stands_where_its_rules_put_it(club):
    standings = facade.standings(club)
    assert tiers_of(club) == ["silver", "gold", "base", "silver", "silver", "gold", "silver", "gold", "silver"]
    assert [number for number, each in enumerate(club, 1) if standings[each].tier.grace] == [5, 9]
    later = facade.standings(club, LATER)
    assert tiers_of(club, LATER) == ["silver", "gold", "base", "silver", "silver", "gold", "silver", "gold", "base"]
    assert [number for number, each in enumerate(club, 1) if later[each].tier.grace] == [5, 6]


@pytest.mark.parametrize("effective_from", [None, LATER], ids=["now", "later"])
@pytest.mark.parametrize(
    "text",
    [
        *(text + changes for text in (RAISED, LOWERED) for changes in ("", AT_ONCE)),
        RAISED + "changes: {downgrades: at once}\n",
        LOWERED + "changes: {upgrades: at once}\n",
        RAISED + "changes: {upgrades: at once}\n",
        CLUB.replace("    - {code: silver, from: 100}\n", "") + "changes: {tiers: {silver: gold}}\n",
        CLUB.replace("silver", "argent") + "changes: {tiers: {silver: argent}}\n",
        RAISED.replace("SPEND('12 months')", "SPEND('lifetime')") + AT_ONCE,
        RAISED.replace("grace: 3 months", "downgrade: none") + AT_ONCE,
        RAISED.replace("validity: 12 months", "validity: as measured").replace("  grace: 3 months\n", "") + AT_ONCE,
    ],
)
def test_whom_a_comparison_moves_publishing_moves(club, text, effective_from):
    found = facade.compare(text, effective_from)
    begins = effective_from or NOW
    before = tiers_of(club, begins)

    facade.publish(text, ACTOR, effective_from)
    clock.set_business_clock(begins)
    facade.advance_due(begins)

    assert found.moves == moved(before, tiers_of(club, begins))
    assert (found.at, found.looked_at, found.members) == (begins, 9, 9)


def test_raised_thresholds_move_nobody_before_the_review_unless_the_file_says_so(club):
    waiting, at_once = facade.compare(RAISED), facade.compare(RAISED + AT_ONCE)

    assert waiting.moves == ()
    assert waiting.reviews == (
        Reviews("main", "gold", "gold", "silver", 1),
        Reviews("main", "silver", "silver", "base", 1),
    )
    assert at_once.moves == (
        Moves("main", "gold", "base", 1),
        Moves("main", "gold", "silver", 1),
        Moves("main", "silver", "base", 3),
    )
    assert at_once.reviews == ()


def test_who_holds_a_tier_and_would_lose_it_is_told_to_keep_it_not_to_rise(club):
    """Ladders whose threshold went up and down again: the holders are where they are, only their reviews differ."""
    facade.publish(CLUB.replace("from: 500", "from: 1000"), ACTOR)
    facade.advance_due(NOW)

    found = facade.compare(CLUB)

    assert found.moves == ()
    assert found.reviews == (Reviews("main", "gold", "silver", "gold", 1),)


def test_reviews_come_to_what_was_told(club):
    """With a measure of all time a review says on its day what it says today."""
    lifetime = CLUB.replace("SPEND('12 months')", "SPEND('lifetime')")
    facade.publish(lifetime, ACTOR)
    facade.advance_due(NOW)
    facade.record([TierFact("till", "t9", member(8), "gold", "a guest no more", until=date(2026, 6, 2))], ACTOR)
    before = tiers_of(club)
    raised = RAISED.replace("SPEND('12 months')", "SPEND('lifetime')")

    found = facade.compare(raised)
    facade.publish(raised, ACTOR)
    years_on = NOW + timedelta(days=800)
    clock.set_business_clock(years_on)
    facade.advance_due(years_on)

    fell = Counter((old, new) for old, new in zip(before, tiers_of(club, years_on), strict=True) if old != new)
    assert found.moves == ()
    assert found.reviews == (
        Reviews("main", "gold", "gold", "silver", 1),
        Reviews("main", "silver", "silver", "base", 3),
    )
    assert fell == {("gold", "silver"): 1, ("silver", "base"): 3, ("gold", "base"): 1}  # the guest under either version


@pytest.mark.parametrize(
    ("text", "effective_from", "refusal"),
    [
        (CLUB.replace("program: corner", "program: other"), None, "one_program"),
        (CLUB.replace("  points:", "  miles:").replace("unit: points", "unit: miles"), None, "unit_dropped"),
        (CLUB.replace("code: base,", "code: basic,"), None, "tier_in_use"),
        (CLUB.replace("points: {", "points: {scale: 2, "), None, "unit_scale_fixed"),
        (CLUB.replace("supply: 1000000", "supply: 100"), None, "supply_below_issued"),
        (CLUB.replace("currency: USD", "currency: JPY"), None, "currency_fixed"),
        (CLUB.replace("America/New_York", "Asia/Shanghai"), None, "time_zone_fixed"),
        (RAISED, NOW - timedelta(seconds=1), "effective_in_the_past"),
        (RAISED, NOW.replace(year=2036) + timedelta(seconds=1), "effective_too_late"),
    ],
)
def test_what_publishing_refuses_a_comparison_refuses_too(club, text, effective_from, refusal):
    before = tiers_of(club)
    told = []
    for ask in (facade.compare, lambda *file: facade.publish(file[0], ACTOR, file[1])):
        with pytest.raises(Refusal) as refused:
            ask(text, effective_from)
        told.append((refused.value.code, refused.value.detail, refused.value.params))

    assert told[0] == told[1]
    assert told[0][0] == refusal
    assert (tiers_of(club), len(facade.versions("corner"))) == (before, 1)


def test_before_a_planned_version_nothing_is_published_or_compared(club):
    planned = facade.publish(RAISED, ACTOR, LATER)

    for text in (LOWERED, RAISED):  # its own text again, too: it would not come into force
        for ask in (facade.compare, lambda file: facade.publish(file, ACTOR)):
            with pytest.raises(Refusal) as refused:
                ask(text)
            assert code(refused.value) == "version_planned"
            assert refused.value.params == {"version": planned.number, "effective_from": LATER.isoformat()}
    assert [each.number for each in facade.versions("corner")] == [2, 1]
    assert facade.compare(LOWERED, LATER).number == 2
    assert facade.publish(RAISED, ACTOR, LATER) == planned
