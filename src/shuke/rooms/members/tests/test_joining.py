"""When somebody may have joined: on days that local calendars, cursors and the machines can count."""

from datetime import UTC, datetime, timedelta

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members import facade
from shuke.rooms.members.contracts import ExternalId, NewMember
from shuke.rooms.org.contracts import Actor, ActorKind

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)


def enrol(*joined):
    clock.set_business_clock(datetime(2100, 1, 15, tzinfo=UTC))
    return facade.enrol([NewMember((ExternalId("till", str(n)),), joined_at=at) for n, at in enumerate(joined)], ACTOR)


@pytest.mark.django_db
@pytest.mark.parametrize("at", [EARLIEST - timedelta(microseconds=1), datetime(2099, 12, 31, tzinfo=UTC)])
def test_joining_outside_the_calendar_is_refused(at):
    (answer,) = enrol(at)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.pointer) == ("joined_at_out_of_range", "/joined_at")
    assert answer.params == {"least": "1970-01-02", "most": "2099-12-30"}


@pytest.mark.django_db
def test_the_earliest_members_are_paged_one_by_one():
    enrol(*(EARLIEST + timedelta(microseconds=n) for n in range(3)))
    seen, cursor = [], None
    for _ in range(3):
        page = facade.page(1, cursor)
        seen += [member.external[0].external_id for member in page.members]
        cursor = page.next_cursor
    assert (seen, cursor) == (["2", "1", "0"], None)
