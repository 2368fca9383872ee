"""Histories of a member: tiers of one instant and of several ladders in their order, lots that never became usable."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from shuke.foundation import ids
from shuke.rooms.members.contracts import MemberRef, NewMember
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact, RefundFact, TierFact
from shuke.surfaces.console import timeline
from shuke.surfaces.console.tests.conftest import NOON, TESTER

CLUB = """\
shuke: 1
program: club
currency: USD
time_zone: America/New_York
units:
  points: {pending: {for: 7 days}}
  stars: {}
tiers:
  - {ladder: a, measure: SPEND('lifetime'), validity: forever, levels: [{code: base}, {code: silver, from: 500}, {code: gold, from: 900}]}
  - {ladder: z, measure: ORDERS('lifetime'), validity: forever, levels: [{code: guest}, {code: regular, from: 1}]}
earn:
  - {code: spend, unit: points, points: order.net}
  - {code: star, unit: stars, points: 1}
"""


@pytest.fixture
def lin(shop):
    programs.publish(CLUB, TESTER)
    new = NewMember(phone="+8613800000001", name="林小满", joined_at=datetime(2026, 1, 1, 12, tzinfo=UTC))
    (enrolled,) = programs.enrol([new], TESTER)
    return enrolled.id


def record(*facts):
    assert [result.refusal for result in programs.record(facts, TESTER)] == [None] * len(facts)


def bought(lin, key, net, days):
    return OrderFact("till", key, MemberRef(id=lin), NOON - timedelta(days=days), net, net, "USD")


def test_two_tiers_of_one_instant_stand_the_later_above(log_in, lin):
    for tier in ("silver", "gold"):
        record(TierFact("desk", tier, MemberRef(id=lin), tier, "老会员", occurred_at=NOON))

    page = log_in().get(f"/members/{ids.encode('mbr', lin)}/tiers").content.decode()

    rows = [re.sub(r"<[^>]+>|\s", "", row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    assert [re.search(r"..→..", row)[0] for row in rows if "老会员" in row] == ["银卡→金卡", "会员→银卡"]


def test_the_timeline_mixes_ladders_by_their_instants(lin):
    record(bought(lin, "first", 10_000, 9), bought(lin, "second", 50_000, 5), bought(lin, "third", 40_000, 2))
    program_id = programs.current().program_id

    sources = timeline.sources(lin, datetime(2026, 1, 1, 12, tzinfo=UTC), program_id)
    events, onward = timeline.page(sources, {}, 50)

    assert onward is None
    assert [event.at for event in events] == sorted((event.at for event in events), reverse=True)
    codes = [event.change.after.code for event in events if event.kind == "tier"]
    assert codes == ["gold", "silver", "regular", "base", "guest"]


def test_a_pending_lot_that_a_refund_took_back_never_became_usable(log_in, lin):
    record(bought(lin, "a", 10_000, 1), RefundFact("till", "r", ("till", "a"), NOON))

    page = log_in().get(f"/members/{ids.encode('mbr', lin)}/lots").content.decode()

    assert (page.count("未曾生效"), page.count("永不过期")) == (1, 1)  # the star was usable at once
