"""The ledger in PostgreSQL, written by the one write path, equals the backtest: entries, lots, balances, tiers."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.core.state.slots import EXPIRY
from shuke.engine.backtest import backtest
from shuke.engine.compile import compile_program
from shuke.engine.schema import load_program
from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, MemberRef
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import RedeemFact
from shuke.surfaces.cli import demo
from shuke.surfaces.cli.journey.comparison import count_differences
from shuke.surfaces.cli.journey.loading import enrol_households, load_year
from shuke.surfaces.cli.journey.source import read_journey
from shuke.surfaces.cli.journey.year import history_of, plan_year
from tests.parity.histories import END, Story, stories
from tests.parity.live import ACTOR, Live, by_part, was_done
from tests.parity.test_oracle import compiled_or_none, of_person


def _agree(story: Story, batch: int) -> None:
    compiled = compiled_or_none(story.text)
    if compiled is None:
        return
    live = Live(story.text, story.newcomers, END)
    done = []
    for first in range(0, len(story.acts), batch):
        done += [was_done(result) for result in live.tell(story.acts[first : first + batch])]
    assert done == list(story.accepted)
    facade.advance_due()
    told = [by_part(of_person(person, len(compiled.program.units))) for person in story.people]
    assert live.see() == told
    assert not [found for check in facade.verify_all() for found in check.violations]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=stories(), batch=st.sampled_from([1, 3, 1_000]))
def test_made_programs_on_made_stories(db, story, batch):
    with transaction.atomic():
        _agree(story, batch)
        transaction.set_rollback(True)


def _demo_differences(last_household):
    """Load the year of the demo's first households and return the differences from the backtest."""
    clock.set_business_clock(demo.OPENED)
    version = facade.publish(demo.PROGRAM.read_text(), ACTOR)
    compiled = compile_program(load_program(version.text))
    until = int(demo.OPENED.timestamp())
    journey = read_journey(last_household)
    year = plan_year(journey, compiled, until)
    enrol_households(journey, ACTOR)
    load = load_year(year, 0, ACTOR, lambda _: None)
    assert load.orders == len(journey)
    result = backtest(compiled, history_of(journey, year.redemptions), until, keep_entries=True)
    assert not result.refused.any()
    return count_differences(result, version.program_id), result, year


def test_a_year_of_some_households(db):
    differences, result, year = _demo_differences(120)

    assert differences == 0
    assert points.totals(points.all_units()[0].id).issued == result.issued[0] > 0
    assert points.totals(points.all_units()[0].id).redeemed == 500 * len(year.redemptions) > 0
    _move_clock_and_compare(result, year, dt.datetime(2019, 3, 1, 5, tzinfo=dt.UTC))


def _move_clock_and_compare(result, year, to):
    """Let time pass for ledger and replay: points end, tiers are reviewed."""
    facade.move_clock(to, ACTOR)
    history = history_of(year.journey, year.redemptions)
    later = backtest(result.compiled, history, int(to.timestamp()), keep_entries=True)

    assert count_differences(later, facade.current().program_id) == 0
    totals = points.totals(points.all_units()[0].id)
    assert (totals.expired, totals.outstanding) == (later.total_of(EXPIRY)[0], 0)
    assert not [found for check in facade.verify_all() for found in check.violations]


def test_a_changed_ledger_is_seen(db):
    """The comparison itself: one point moved by a correct redemption that the backtest does not know."""
    differences, result, _ = _demo_differences(5)
    assert differences == 0
    household = result.history.members[0]
    who = MemberRef(external=ExternalId("complete-journey", household))

    facade.redeem(RedeemFact("tests", "one", who, 1, occurred_at=demo.OPENED), ACTOR)

    assert count_differences(result, facade.current().program_id) == 2  # an entry too many, a lot with less


@pytest.mark.long
def test_the_whole_year(db):
    differences, result, _ = _demo_differences(None)

    assert differences == 0
    assert result.issued == [6_414_102]
    assert [int((result.tiers() == rank).sum()) for rank in range(4)] == [648, 768, 560, 493]
