"""The ledger in PostgreSQL, written by the one write path, equals the backtest: entries, lots, balances, tiers."""

import datetime as dt
from collections import defaultdict
from itertools import zip_longest

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.core.state.slots import EXPIRY
from shuke.engine.backtest import backtest
from shuke.engine.compile import compile_program
from shuke.engine.schema import load_program
from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.orders.contracts import Line
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import OrderFact, RedeemFact, Status
from shuke.rooms.tiers import facade as tiers
from shuke.surfaces.cli import demo
from shuke.surfaces.cli.journey.comparison import count_differences
from shuke.surfaces.cli.journey.loading import enrol_households, load_year
from shuke.surfaces.cli.journey.source import read_journey
from shuke.surfaces.cli.journey.year import history_of, plan_year
from tests.parity.engines import columns
from tests.parity.histories import Life
from tests.parity.test_engines import UNTIL, cases, compiled_or_none

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
CLOCK = dt.datetime.fromtimestamp(UNTIL, dt.UTC)


def _enrol(life: Life, number: int):
    month, day = divmod(life.birth_md, 100)
    (member,) = facade.enrol(
        [
            NewMember(
                (ExternalId("made", str(number)),),
                birthday=dt.date(2000, month, day) if month else None,
                joined_at=dt.datetime.fromtimestamp(life.joined_at, dt.UTC),
            )
        ],
        ACTOR,
    )
    return member.id


def _fact(event, number: int, place: int):
    who = MemberRef(external=ExternalId("made", str(number)))
    at = dt.datetime.fromtimestamp(event.at, dt.UTC)
    if not event.is_order:
        return RedeemFact("made", f"{number}-{place}", who, event.points, f"u{event.unit}", at)
    lines = tuple(Line("", category, quantity, net) for net, quantity, category in event.lines)
    return OrderFact("made", f"{number}-{place}", who, at, event.net, event.net, "CNY", event.store, lines=lines)


def _record(people, batch: int):
    """Record every life, taking turns, in batches; return the lives without the redemptions that were refused."""
    turns = zip_longest(*([(number, place, event) for place, event in enumerate(life.events)]
                          for number, life in enumerate(people)))  # fmt: skip
    events = [event for turn in turns for event in turn if event is not None]
    taken = defaultdict(list)
    for first in range(0, len(events), batch):
        some = events[first : first + batch]
        results = facade.record([_fact(event, n, place) for n, place, event in some], ACTOR, history=True)
        for (number, _, event), result in zip(some, results, strict=True):
            if result.status is Status.RECORDED:
                taken[number].append(event)
            else:
                assert result.refusal.code == "insufficient_points"
    return [Life(life.joined_at, life.birth_md, tuple(taken[n])) for n, life in enumerate(people)]


def _ledger_of(ids, units):
    """Return by holder and unit the entries as (kind, day, unit, amount, lot)."""
    entries = defaultdict(list)
    for run in points.stream_entries():
        for holder, unit, kind, day, amount, lot in zip(
            run.holder_id, run.unit_id, run.kind, run.day, run.amount, run.lot_number, strict=True
        ):
            entries[holder, units[unit]].append((kind, day, units[unit], abs(amount), lot))
    return entries


def _agree(case, batch: int) -> None:
    text, people = case
    compiled = compiled_or_none(text)
    if compiled is None:
        return
    clock.set_business_clock(CLOCK)
    version = facade.publish(text, ACTOR)
    ids = [_enrol(life, number) for number, life in enumerate(people)]
    accepted = _record(people, batch)
    facade.advance_due()
    told = columns(compiled, accepted, UNTIL, "cpython")
    known = {unit.code: unit.id for unit in points.all_units()}
    units = {known[unit.code]: index for index, unit in enumerate(compiled.program.units)}
    ledger = _ledger_of(ids, units)
    for member_id, theirs in zip(ids, told, strict=True):
        for unit in units.values():
            assert ledger[member_id, unit] == [row for row in theirs.entries if row[2] == unit]
        changes = [
            (change.reason.value, change.day, change.before.rank, change.after.rank, change.until_day)
            for change in tiers.history(member_id, version.program_id)
            if change.before is not None
        ]
        assert changes == theirs.changes
        lots = points.open_lots([member_id])[member_id]
        assert sorted((lot.number, units[lot.unit_id], lot.remaining, lot.expires_day) for lot in lots) == theirs.lots
        balances = [balance.available for balance in facade.standing(member_id).balances]
        assert balances == theirs.state[3]
    assert not [found for check in facade.verify_all() for found in check.violations]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases(), batch=st.sampled_from([1, 3, 1_000]))
def test_made_programs_on_made_lives(db, case, batch):
    with transaction.atomic():
        _agree(case, batch)
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
    assert result.refused == 0
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
    assert [int((result.tiers == rank).sum()) for rank in range(4)] == [648, 768, 560, 493]
