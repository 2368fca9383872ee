"""What a file does to members, to what is owed and to a year's cost, in exact figures."""

from datetime import date, timedelta

from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import OrderFact, RedeemFact, Shift, Worth, comparison_json
from shuke.rooms.programs.services import comparing
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, member

AT_ONCE = "changes: {upgrades: at once, downgrades: at once}\n"


def bought(number: int, days_ago: int, net: int) -> OrderFact:
    at = NOW - timedelta(days=days_ago)
    return OrderFact("till", f"o{number}-{days_ago}", member(number), at, net, net, "USD")


def shop(enrol) -> list:
    """Three members: 600 and 100 this year, 300, nothing; 1 spent 50 points. 200 more lie 400 days back."""
    ids = [enrol(number, NOW - timedelta(days=800)) for number in (1, 2, 3)]
    facts = [bought(1, 400, 20_000), bought(1, 30, 60_000), bought(1, 1, 10_000), bought(2, 10, 30_000)]
    facts.append(RedeemFact("till", "r", member(1), 50, occurred_at=NOW))
    assert [result.refusal for result in facade.record(facts, ACTOR, history=True)] == [None] * 5
    facade.advance_due(NOW)
    return ids


def test_a_raised_multiplier_costs_what_the_orders_of_the_year_earn_more(enrol):
    shop(enrol)

    found = facade.compare(PROGRAM.replace("multiplier: 1.25", "multiplier: 1.5"))

    assert [(each.path, each.before, each.after) for each in found.meaning] == [
        ("tiers.main.silver.multiplier", "1.25", "1.5")
    ]
    effect = found.effect
    assert effect.shifts == (Shift("main", 0, 0, 0, 0),)
    assert effect.samples == ()
    # 600 made silver, so the 100 after them earned 125 and would earn 150; the 200 of 400 days ago are no longer owed
    assert effect.yearly.units == (Worth("points", 0, 600 + 125 + 300, 600 + 150 + 300, 1025, 1050),)
    assert (effect.yearly.first_day, effect.yearly.until_day) == (date(2025, 6, 1), date(2026, 6, 1))
    assert (effect.yearly.members, effect.yearly.facts) == (3, 5)
    assert effect.yearly_minor == (1025, 1050)
    (owed,) = effect.liability
    assert (owed.points_before, owed.points_after) == (975, 975)
    assert effect.liability_minor == (975, 975)
    assert (owed.lots, owed.lot_points) == (0, 0)


def test_a_raised_value_touches_every_lot(enrol):
    shop(enrol)

    effect = facade.compare(PROGRAM.replace("value: 0.01", "value: 0.02")).effect

    (owed,) = effect.liability
    assert (owed.minor_before, owed.minor_after) == (975, 1950)
    assert (owed.lots, owed.lot_points) == (3, 975)
    assert effect.yearly_minor == (1025, 2050)


def test_members_go_down_at_once_or_at_their_review_as_the_file_says(enrol):
    ids = shop(enrol)
    raised = PROGRAM.replace("from: 500", "from: 900")

    later, at_once = facade.compare(raised).effect, facade.compare(raised + AT_ONCE).effect

    assert later.shifts == (Shift("main", 0, 0, 0, 1),)
    assert at_once.shifts == (Shift("main", 0, 1, 0, 0),)
    for effect, is_later in ((later, True), (at_once, False)):
        (sample,) = effect.samples
        assert (sample.member_id, sample.before, sample.after) == (ids[0], "silver", "base")
        assert (sample.up, sample.later) == (False, is_later)
        assert effect.down == 1


def test_figures_of_a_sample_are_for_all(enrol, monkeypatch):
    shop(enrol)
    for number in range(4, 10):
        enrol(number, NOW - timedelta(days=800))
    monkeypatch.setattr(comparing, "SAMPLE", 3)

    found = facade.compare(PROGRAM.replace("value: 0.01", "value: 0.02"))

    told = comparison_json(found)
    assert (told["looked_at"], told["members"]) == (3, 9)
    points = sum(unit.points_before for unit in found.effect.liability)
    assert told["liability"]["before_minor"] == 3 * points
    assert told["liability"]["units"][0]["points_before"] == 3 * points


def test_two_files_are_compared_with_each_other(enrol):
    shop(enrol)
    one, other = (PROGRAM.replace("multiplier: 1.25", f"multiplier: {times}") for times in ("1.5", "2"))

    found = facade.compare(other, against=one)

    assert [(each.before, each.after) for each in found.meaning] == [("1.5", "2")]
    assert [(unit.points_before, unit.points_after) for unit in found.effect.yearly.units] == [(1050, 1100)]
    assert facade.compare(PROGRAM, against=PROGRAM).meaning == ()


def test_nothing_is_written(enrol):
    ids = shop(enrol)
    before = facade.standings(ids)

    facade.compare(PROGRAM.replace("from: 500", "from: 900") + AT_ONCE)

    assert facade.standings(ids) == before
    assert len(facade.versions("corner")) == 1
