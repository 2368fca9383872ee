"""What would happen, tried without a trace in the ledger; a failing case keeps a file from being published."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from shuke.core.program.cases import CaseFact, CaseLine, CaseMember
from shuke.core.values.errors import Refusal
from shuke.engine.schema import ProgramErrors
from shuke.foundation import clock
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, code, order

DOUBLE = PROGRAM.replace("order.net * tier", "2 * order.net * tier")
SECONDS = int(NOW.timestamp())


@pytest.fixture
def silver(anna):
    """Anna is silver, with 600 points, by an order of this year."""
    facade.record([order("o1", 60_000, NOW - timedelta(days=1))], ACTOR)
    return anna


def test_a_real_member_is_tried_under_a_file_and_the_ledger_stays(silver):
    before = (list(points.stream_entries()), facade.standings([silver]))

    tried = facade.simulate(DOUBLE, None, silver, CaseFact(SECONDS, net=8_600, gross=8_600))

    assert tried.earned == {"points": 215}  # 2 x 86 x 1.25
    assert (tried.before.available, tried.after.available) == ({"points": 600}, {"points": 815})
    assert (tried.before.tiers, tried.after.tiers) == ({"main": "silver"}, {"main": "silver"})
    assert [(rule.code, rule.matched, str(rule.exact)) for rule in tried.decision.rules] == [("spend", True, "215")]
    assert facade.simulate(None, 1, silver, CaseFact(SECONDS, net=8_600, gross=8_600)).earned == {"points": 107}
    assert (list(points.stream_entries()), facade.standings([silver])) == before


def test_what_was_tried_is_what_then_happens(silver):
    tried = facade.simulate(None, None, silver, CaseFact(SECONDS, net=8_600, gross=8_600))
    (done,) = facade.record([order("o2", 8_600, NOW)], ACTOR)
    assert tried.earned == done.points == {"points": 107}
    assert tried.after.available == done.balances


def test_a_day_to_come_sees_points_end_and_tiers_fall(silver):
    """In June two years on, the 600 points are gone and silver has ended."""
    later = NOW + timedelta(days=800)
    tried = facade.simulate(None, None, silver, CaseFact(int(later.timestamp()), net=8_600, gross=8_600))
    assert (tried.before.available, tried.before.tiers) == ({"points": 0}, {"main": "base"})
    assert tried.earned == {"points": 86}
    assert clock.business_now() == NOW


def test_an_invented_member_needs_nobody(program):
    who = CaseMember(SECONDS - 86_400, tier="silver")
    assert facade.simulate(None, None, who, CaseFact(SECONDS, net=1_000, gross=1_000)).earned == {"points": 12}


def test_who_or_what_is_not_there_is_refused(silver):
    fact = CaseFact(SECONDS, net=100, gross=100)
    for version, who, of, why in (
        (9, silver, fact, "version_not_found"),
        (None, uuid4(), fact, "not_enrolled"),
        (None, silver, CaseFact(SECONDS - 10 * 86_400, net=1, gross=1), "simulated_before"),
        (None, silver, CaseFact(SECONDS, "sing"), "unknown_behaviour"),
    ):
        with pytest.raises(Refusal) as refused:
            facade.simulate(None, version, who, of)
        assert code(refused.value) == why


LINE = CaseLine(100, 1, "WINE", "A-1")


@pytest.mark.parametrize(
    ("fact", "why", "place"),
    [
        (CaseFact(SECONDS, net=10**9 + 1, gross=10**9 + 1), "out_of_bounds", "/net_minor"),
        (CaseFact(SECONDS, net=2, gross=1), "gross_below_net", "/gross_minor"),
        (CaseFact(SECONDS, lines=(LINE,) * 1_001), "out_of_bounds", "/lines"),
        (CaseFact(SECONDS, lines=(replace(LINE, quantity=10**6 + 1),)), "out_of_bounds", "/lines/0/quantity"),
        (CaseFact(SECONDS, attributes=(("stars", "five"),)), "invalid_attribute", "/attributes/stars"),
        (CaseFact(SECONDS, attributes=(("stars", 6),)), "out_of_bounds", "/attributes/stars"),
        (CaseFact(SECONDS, attributes=(("stars", True),)), "invalid_attribute", "/attributes/stars"),
        (
            CaseFact(SECONDS, lines=(LINE, replace(LINE, attributes=(("colour", "blue"),)))),
            "invalid_attribute",
            "/lines/1/attributes/colour",
        ),
        (CaseFact(10**11, net=1, gross=1), "out_of_bounds", "/occurred_at"),
    ],
)
def test_what_could_not_be_recorded_is_not_tried(silver, fact, why, place):
    declared = PROGRAM + "attributes: {order: {stars: {type: number, from: 1, to: 5}}, item: {colour: [red]}}\n"
    for who in (silver, CaseMember(SECONDS - 86_400)):
        with pytest.raises(Refusal) as refused:
            facade.simulate(declared, None, who, fact)
        assert (code(refused.value), refused.value.pointer) == (why, place)


def test_a_failing_case_keeps_a_file_from_being_checked_and_published(program):
    case = "cases:\n  - {code: ten, at: 2026-06-18, order: {net: 10}, earns: {points: 20}}\n"
    for ask in (facade.validate, lambda text: facade.publish(text, ACTOR)):
        with pytest.raises(ProgramErrors) as wrong:
            ask(PROGRAM + case)
        (fault,) = wrong.value.refusals
        assert (fault.code, fault.params["expected"], fault.params["found"]) == ("case_failed", "20", "10")
    assert len(facade.versions("corner")) == 1
    assert facade.publish(DOUBLE + case, ACTOR).number == 2
