"""Versions with other ends of points, windows and ladders: the ledger in PostgreSQL, written in random batches with lots
and days loaded only where needed, equals one member held whole in memory and told time under each version in turn.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program
from shuke.engine.online import Desk, OrderFacts
from shuke.engine.schema import load_program
from shuke.foundation import clock, randomness
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade, queries
from shuke.rooms.programs.contracts import OrderFact, RedeemFact
from shuke.rooms.tiers import facade as tiers

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
START = datetime(2026, 1, 10, 12, tzinfo=UTC)
LIVES = 60
WINDOWS = (
    *("lifetime", "this day", "this week", "this month", "3 days", "10 days", "2 months", "last 1 month"),
    *("last 2 months", "membership year"),
)


def _program(dice) -> str:
    ends = [f"{dice.choice(['1 day', '3 days', '1 month', '2 months'])}{dice.choice(['', ', end_of: month'])}"
            for _ in range(2)]  # fmt: skip
    validity = dice.choice(["5 days", "1 month", "end of this calendar year", "forever", "end of next calendar year"])
    return f"""\
shuke: 1
program: made
currency: USD
time_zone: America/New_York
units:
  u0: {{scale: 0, expiry: {{after: {ends[0]}}}}}
  u1: {{scale: 1, expiry: {{after: {ends[1]}}}}}
tiers:
  ladder: main
  measure: {dice.choice(["SPEND", "ORDERS"])}('{dice.choice(WINDOWS)}')
  validity: {validity}
  levels:
    - {{code: base, from: 0, multiplier: 1}}
    - {{code: silver, from: {dice.choice([1, 2, 30])}, multiplier: 1.25}}
earn:
  - {{code: a, unit: u0, points: order.net * tier.multiplier}}
  - {{code: b, unit: u1, when: "SPEND('{dice.choice(WINDOWS)}') < 40", points: 7}}
  - {{code: c, unit: u0, when: "ORDERS('{dice.choice(WINDOWS)}') >= 2", points: 3}}
"""


def _carry_over(state, before, after):
    """Let a state stand under another version, which counts the same in other windows."""
    columns = [before.compiled.counters.index(counter) for counter in after.compiled.counters]
    state.days = [(day, *(counts[column] for column in columns)) for day, *counts in state.days]
    state.resets = [(-NEVER, 0)] * len(after.compiled.windows)
    state.windows = after.windows_from(state.days, state)


def _held_whole(versions, joined_at: int, events):
    """Return the entries and tier changes of a member who has everything loaded all the time."""
    desks = [(start, Desk(compile_program(load_program(text)))) for start, text in versions]
    place, desk = 0, desks[0][1]
    state = desk.fresh(joined_at)
    entries, changes = [], []

    def take(outcome):
        entries.extend((entry.kind, entry.day, entry.unit, entry.amount, entry.lot) for entry in outcome.entries)
        changes.extend((each.reason, each.day, each.before, each.after, each.until) for each in outcome.tier_changes)

    for kind, at, amount, unit in events:
        while place + 1 < len(desks) and desks[place + 1][0] <= max(at, state.standing_at):
            take(desk.advance(state, desks[place + 1][0]))
            before, (_, desk) = desk, desks[place + 1]
            place += 1
            _carry_over(state, before, desk)
        with suppress(Refusal):  # too few points
            if kind == "order":
                take(desk.order(state, OrderFacts(at, amount, amount)))
            else:
                take(desk.redeem(state, unit, amount, at))
    return entries, changes


def _events(dice):
    events = []
    for _ in range(dice.randrange(2, 25)):
        days = dice.choice([dice.random() * 120, dice.randrange(120) - 0.5])
        at = int((START + timedelta(days=days)).timestamp())
        kind, amounts = ("order", [100, 3000, 1234]) if dice.random() < 0.75 else ("redemption", [1, 10, 500])
        events.append((kind, at, dice.choice(amounts), dice.randrange(2)))
    if dice.random() < 0.8:
        events.sort(key=lambda event: event[1])
    return events


def _fact(place: int, event):
    kind, seconds, amount, unit = event
    anna, at = MemberRef(external=ExternalId("till", "1")), datetime.fromtimestamp(seconds, UTC)
    if kind == "order":
        return OrderFact("till", str(place), anna, at, amount, amount, "USD")
    return RedeemFact("till", str(place), anna, amount, f"u{unit}", at)


def _live(seed: int) -> None:
    dice = randomness.seeded(seed)
    clock.set_business_clock(START)
    texts = [_program(dice) for _ in range(3)]
    second = START + timedelta(days=dice.choice([5, 20, 40]), hours=dice.randrange(24))
    third = START + timedelta(days=dice.choice([50, 60, 80]), hours=dice.randrange(24))
    starts = [START, second, third]
    for text, start in zip(texts, starts, strict=True):
        facade.publish(text, ACTOR, start)
    joined_at = START - timedelta(days=dice.choice([0, 3, 40]))
    (anna,) = facade.enrol([NewMember((ExternalId("till", "1"),), joined_at=joined_at)], ACTOR)
    clock.set_business_clock(START + timedelta(days=130))
    events = _events(dice)
    facts = [_fact(place, event) for place, event in enumerate(events)]
    step = dice.choice([1, 2, 4, 100])

    for first in range(0, len(facts), step):
        facade.record(facts[first : first + step], ACTOR, history=True)

    versions = [(int(start.timestamp()), text) for start, text in zip(starts, texts, strict=True)]
    entries, changes = _held_whole(versions, int(joined_at.timestamp()), events)
    program_id = queries.programs()[0].id
    units = {unit.id: int(unit.code[1]) for unit in points.all_units()}
    written = [
        entry
        for run in points.stream_entries()
        for entry in zip(
            run.kind, run.day, map(units.get, run.unit_id), map(abs, run.amount), run.lot_number, strict=True
        )
    ]
    for unit in (0, 1):
        assert [row for row in written if row[2] == unit] == [row for row in entries if row[2] == unit], seed
    told = tiers.history(anna.id, program_id)[1:]
    assert [(x.reason, x.day, x.before.rank, x.after.rank, x.until_day) for x in told] == changes, seed
    assert not [found for check in facade.verify_all() for found in check.violations], seed


@pytest.mark.parametrize("first", range(0, LIVES, 15))
def test_lives_under_three_versions(db, first):
    for seed in range(first, first + 15):
        with transaction.atomic():
            _live(seed)
            transaction.set_rollback(True)
