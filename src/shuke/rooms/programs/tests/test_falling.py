"""Whose tier falls soon: only those are reckoned whose tier ends within the days, and it is as reckoned for everybody."""

from datetime import UTC, datetime, timedelta

import pytest

from shuke.foundation import clock, randomness
from shuke.rooms.members.contracts import ExternalId, NewMember
from shuke.rooms.programs import facade
from shuke.rooms.programs.services import falling
from shuke.rooms.programs.services.standing import standings
from shuke.rooms.programs.tests.conftest import ACTOR, PROGRAM, member, order

GOLD = "\n    - {code: gold, from: 900, keep: 600, multiplier: 1.5}\nearn:"
YEARLY = PROGRAM.replace("\nearn:", GOLD)
ROLLING = YEARLY.replace("'this year'", "'3 months'").replace("end of next calendar year", "2 months")
RANKS = {"base": 0, "silver": 1, "gold": 2}
BEGAN = datetime(2026, 1, 5, 17, tzinfo=UTC)  # noon in New York
PEOPLE = 40


@pytest.fixture
def reckoned(monkeypatch):
    """The members whose standing is reckoned ahead."""
    seen = []

    def watched(member_ids, at):
        seen.extend(member_ids)
        return standings(member_ids, at)

    monkeypatch.setattr(falling, "standings", watched)
    return seen


def bought(text):
    """Return up to three orders of each, of the months before and after."""
    chance = randomness.seeded(text)
    facts = [
        order(
            f"{number}-{turn}",
            chance.randrange(100_00, 700_00),
            BEGAN - timedelta(days=chance.randrange(1, 120)),
            member(number),
        )
        for number in range(PEOPLE)
        for turn in range(chance.randrange(4))
    ]
    return sorted(facts, key=lambda each: each.occurred_at)


@pytest.mark.parametrize(("text", "count"), [(YEARLY, 27), (ROLLING, 16)], ids=["yearly", "rolling"])
def test_only_tiers_that_end_within_thirty_days_are_reckoned_and_it_is_as_for_everybody(db, text, count, reckoned):
    clock.set_business_clock(BEGAN)
    facade.publish(text, ACTOR, effective_from=BEGAN - timedelta(days=365))
    new = [
        NewMember((ExternalId("till", str(number)),), joined_at=BEGAN - timedelta(days=360)) for number in range(PEOPLE)
    ]
    people = [each.id for each in facade.enrol(new, ACTOR)]
    assert {each.refusal for each in facade.record(bought(text), ACTOR, history=True)} == {None}

    told = {}
    for days in range(0, 730, 10):
        now = BEGAN + timedelta(days=days)
        clock.set_business_clock(now)
        facade.advance_due()
        ending = {
            (one.member_id, tier.until): (tier.code, tier.projected)
            for one in standings(people, now).values()
            for tier in one.tiers
            if tier.rank and now.date() <= tier.until <= now.date() + timedelta(days=30)
        }
        reckoned.clear()
        falls = {(one.member_id, one.tier.until): one.tier.projected for one in facade.falls_coming(lambda keys: ())}
        assert set(reckoned) == {member_id for member_id, _ in ending}
        assert falls == {key: to for key, (at, to) in ending.items() if RANKS[to] < RANKS[at]}
        told |= falls
    assert len(told) == count
