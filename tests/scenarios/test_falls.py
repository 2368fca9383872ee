"""A tier that is about to fall is told a month before, once, in the member's language, and only while it is true."""

from datetime import UTC, datetime

import pytest

from shuke.config import falls
from shuke.foundation import clock
from shuke.rooms.members.contracts import MemberRef, NewMember, Status
from shuke.rooms.messaging import facade as messaging
from shuke.rooms.orders.contracts import Line
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact

BY = Actor(ActorKind.SYSTEM, "tests", "tests")
START = datetime(2026, 6, 15, 4, tzinfo=UTC)  # noon in Shanghai
PROGRAM = """\
shuke: 1
program: tea
currency: CNY
time_zone: Asia/Shanghai
units:
  points: {value: 0.01}
tiers:
  ladder: main
  measure: SPEND('this year')
  validity: end of next calendar year
  levels:
    - {code: base, name: 普通, from: 0}
    - {code: silver, name: 银卡, from: 500}
    - {code: gold, name: 金卡, from: 2000}
earn:
  - {code: spend, unit: points, points: order.net}
"""


@pytest.fixture
def people(db):
    """Return a Chinese and an English reader, both silver through the end of 2027."""
    clock.set_business_clock(START)
    org.create_organisation(NewOrganisation("Tea", "CNY", "Asia/Shanghai", "zh-hans", Kind.SANDBOX), BY)
    programs.publish(PROGRAM, BY)
    new = [
        NewMember(phone=f"+861380000000{place}", language=language) for place, language in enumerate(("zh-hans", "en"))
    ]
    found = [member.id for member in programs.enrol(new, BY)]
    for member_id in found:
        buy(member_id, "first", 60_000)
    return found


def buy(member_id, name, net):
    facts = [
        OrderFact(
            str(member_id),
            name,
            MemberRef(id=member_id),
            clock.business_now(),
            net,
            net,
            currency="CNY",
            lines=(Line("tea", "TEA", 1, net),),
        )
    ]
    (result,) = programs.record(facts, BY)
    assert result.refusal is None


def noon(year, month, number):
    return datetime(year, month, number, 4, tzinfo=UTC)


def night(at):
    """Let the clock stand at an instant, and do what the nights before it did."""
    clock.set_business_clock(at)
    programs.advance_due()
    return falls.warn()["notices"]


def told():
    """Return (instant, member, text) of what was told of tiers, first told first."""
    return [(kept.at, kept.member_id, kept.text) for kept in reversed(messaging.inbox(99)) if kept.kind == falls.KIND]


def test_each_fall_is_told_once_thirty_days_before(people):
    assert night(noon(2027, 11, 29)) == 0
    programs.move_clock(noon(2027, 12, 2), BY)
    at = datetime(2027, 11, 30, 16, tzinfo=UTC)  # the first of December in Shanghai
    zh = "您的「银卡」等级有效期至 2027 年 12 月 31 日，之后将降为「普通」。在此之前再消费 ¥500.00 即可保级。"
    en = "You are 银卡 through 31 December 2027, and 普通 after that. Spend ¥500.00 more by then to keep it."
    assert told() == [(at, people[0], zh), (at, people[1], en)]
    assert [night(noon(2027, 12, 31)), night(noon(2028, 1, 2))] == [0, 0]
    assert [programs.standing(each).tier.code for each in people] == ["base", "base"]
    assert len(told()) == 2


def test_who_averts_it_before_hears_nothing_and_who_averts_it_later_hears_no_more(people):
    night(noon(2027, 11, 1))
    buy(people[0], "kept", 50_000)
    assert night(noon(2027, 12, 2)) == 1
    assert [member for _, member, _ in told()] == [people[1]]
    buy(people[1], "kept", 50_000)
    assert [night(noon(2027, 12, 20)), night(noon(2028, 1, 2))] == [0, 0]
    assert [programs.standing(each).tier.code for each in people] == ["silver", "silver"]
    assert night(noon(2028, 12, 2)) == 2  # another year, another fall
    assert len(told()) == 3


def test_a_clock_that_jumps_tells_late_or_not_at_all(people):
    assert [night(noon(2027, 12, 25)), falls.warn()["notices"], len(told())] == [2, 0, 2]
    assert (night(noon(2029, 1, 5)), len(told())) == (0, 2)


def test_nothing_is_told_of_a_fall_that_came_unseen(people):
    assert (night(noon(2029, 1, 5)), told()) == (0, [])
    assert [programs.standing(each).tier.code for each in people] == ["base", "base"]


def test_who_is_frozen_or_has_left_is_not_told(people):
    programs.set_status(people[0], Status.FROZEN, "why", BY)
    programs.set_status(people[1], Status.EXITED, "why", BY)
    assert (night(noon(2027, 12, 2)), told()) == (0, [])


def test_a_fall_of_one_step_names_the_tier_that_comes(people):
    buy(people[0], "gold", 150_000)
    night(noon(2027, 3, 1))
    buy(people[0], "some", 60_000)
    night(noon(2027, 12, 2))
    first = next(text for _, member, text in told() if member == people[0])
    assert first == (
        "您的「金卡」等级有效期至 2027 年 12 月 31 日，之后将降为「银卡」。在此之前再消费 ¥1,400.00 即可保级。"
    )
