"""The judge of histories can say no: histories with a lost update, a double effect or a stale read are not explained."""

from math import inf

import pytest

from tests.race.hammer.checker import anomalies
from tests.race.hammer.history import Answer, Call, Op, Outcome

EARNED = Op("earn", "a", points=100)
ALL = Op("redeem", "r", points=100)
LOOK = Op("look")


def ok(op, seen, begun, ended, *, repeated=False):
    return Call(op, Outcome.OK, Answer(seen=seen, repeated=repeated), begun, ended)


def no(op, code, begun, ended):
    return Call(op, Outcome.FAIL, Answer(code), begun, ended)


def unknown(op, begun):
    return Call(op, Outcome.INFO, Answer(), begun, inf)


def saw(*parts, at, until=None):
    return ok(Op("look", to=len(parts) - 1), parts, at, until or at + 0.5)


def part(number, points, seen, begun, ended):
    return ok(Op("redeem", f"r{number}", points=points), seen, begun, ended)


EARN = ok(EARNED, 100, 0, 1)
OWN = (100, 0, 0)
NOTHING = (0, 0, 0)
GIVEN = Op("transfer", "t", 0, 1, 30)
BACK = Op("refund", "b", points=100, about="a")
HELD = Op("hold", "h", points=40)
CLAIMED = ok(Op("open_coupons", points=1), None, 0, 1)
USED, UNUSED, ELSEWHERE = Op("use", about="o1"), Op("unuse", about="o1"), Op("use", about="o2")

SOUND = {
    "one after the other": [EARN, ok(ALL, 0, 2, 3), saw(NOTHING, at=4)],
    "at once, in either order": [EARN, part(1, 30, 30, 2, 9), part(2, 40, 60, 2, 9), saw((30, 0, 0), at=10)],
    "a read meanwhile sees before or after": [EARN, ok(ALL, 0, 2, 9), saw(OWN, at=3), saw(NOTHING, at=5)],
    "unknown, and not done": [EARN, unknown(ALL, 2), saw(OWN, at=4)],
    "unknown, and done": [EARN, unknown(ALL, 2), saw(NOTHING, at=4)],
    "unknown, and done late": [EARN, unknown(ALL, 2), saw(OWN, at=4), saw(NOTHING, at=6)],
    "unknown, and asked again": [EARN, unknown(ALL, 2), ok(ALL, 0, 3, 4, repeated=True), saw(NOTHING, at=5)],
    "a repeat is answered alike": [EARN, ok(EARNED, 100, 0, 2, repeated=True), saw(OWN, at=3)],
    "a refund of what was spent is owed": [EARN, ok(ALL, 0, 2, 3), ok(BACK, 0, 4, 5), saw((0, 0, 100), at=6)],
    "held points come back": [
        EARN, ok(HELD, 60, 2, 3), saw((60, 40, 0), at=4), ok(Op("release", "x", about="h"), 100, 5, 6), saw(OWN, at=7),
    ],
    "given back in vain, or once it was used": [
        CLAIMED, ok(USED, None, 3, 5), ok(UNUSED, None, 2, 8), ok(ELSEWHERE, None, 6, 7),
    ],
    "unknown, refused at first, and done late": [unknown(ALL, 0), ok(EARNED, 100, 2, 3), saw(NOTHING, at=4)],
}  # fmt: skip

DOCTORED = {
    "a lost update": [EARN, part(1, 30, 70, 2, 9), part(2, 40, 60, 2, 9), saw((60, 0, 0), at=10)],
    "a lost update that only the end tells": [EARN, part(1, 30, None, 2, 9), saw(OWN, at=10)],
    "used for two orders, given back before": [
        CLAIMED, ok(UNUSED, None, 2, 3), ok(USED, None, 4, 5), ok(ELSEWHERE, None, 6, 7),
    ],
    "given back, and nobody was told": [CLAIMED, ok(USED, None, 2, 3), ok(UNUSED, False, 4, 5)],
    "done twice": [EARN, ok(ALL, 0, 2, 3), ok(Op("redeem", "s", points=100), 0, 2, 3)],
    "a repeat done again": [EARN, ok(EARNED, 200, 2, 3, repeated=True)],
    "a repeat that was the first": [ok(EARNED, 100, 0, 1, repeated=True)],
    "both of one key fresh": [EARN, ok(EARNED, 200, 2, 3)],
    "a stale read": [EARN, ok(ALL, 0, 2, 3), saw(OWN, at=4)],
    "a read that goes back": [EARN, ok(ALL, 0, 2, 9), saw(NOTHING, at=3), saw(OWN, at=5)],
    "a read of what never was": [EARN, ok(ALL, 0, 2, 9), saw((50, 0, 0), at=3)],
    "a read of half a transfer": [EARN, ok(GIVEN, 70, 2, 9), saw((70, 0, 0), NOTHING, at=4)],
    "a transfer that nobody got": [EARN, ok(GIVEN, 70, 2, 3), saw((70, 0, 0), NOTHING, at=4)],
    "a transfer from nothing": [EARN, ok(GIVEN, 100, 2, 3), saw(OWN, (30, 0, 0), at=4)],
    "refused though there was enough": [EARN, no(ALL, "insufficient_points", 2, 3), saw(OWN, at=4)],
    "refused by another name": [EARN, ok(ALL, 0, 2, 3), no(Op("redeem", "s", points=1), "cap_reached", 4, 5)],
    "unknown, and done twice": [EARN, unknown(Op("redeem", "u", points=40), 2), saw((20, 0, 0), at=4)],
    "unknown, and undone": [EARN, unknown(ALL, 2), saw(NOTHING, at=4), saw(OWN, at=6)],
    "unknown, and done before it was asked": [EARN, saw(NOTHING, at=2), unknown(ALL, 5)],
    "a refund lost": [EARN, ok(BACK, None, 2, 3), saw(OWN, at=4)],
    "a refund that came first lost": [ok(BACK, None, 0, 1), ok(EARNED, 100, 2, 3), saw(OWN, at=4)],
    "a refund beyond what was paid": [EARN, ok(BACK, 0, 2, 3), ok(Op("refund", "c", points=1, about="a"), 0, 4, 5)],
    "captured and released": [
        EARN, ok(HELD, 60, 2, 3), ok(Op("capture", "c", about="h"), 60, 4, 9), ok(Op("release", "d", about="h"), 100, 4, 9),
    ],
    "points left with who was merged": [EARN, ok(Op("merge", who=0, to=1), None, 2, 3), saw(OWN, NOTHING, at=4)],
    "issued beyond the supply": [
        ok(Op("open_room", points=1), None, 0, 1),
        *(ok(Op("issue", f"i{number}", number, points=1), 1, 2, 9) for number in (0, 1)),
    ],
    "an old rule after a new one": [ok(Op("publish", points=2), None, 0, 1), ok(EARNED, 100, 2, 3)],
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_what_can_be_is_explained(name):
    assert anomalies(SOUND[name], {}) == []


@pytest.mark.parametrize("name", DOCTORED)
def test_what_cannot_be_is_found(name):
    (found,) = anomalies(DOCTORED[name], {})
    assert found.startswith("no order explains: ")


def test_an_error_is_found_whatever_else_holds():
    broken = Call(ALL, Outcome.ERROR, Answer(), 2, 3, note="DeadlockDetected()")
    assert [found[:9] for found in anomalies([EARN, broken, saw(OWN, at=4)], {})] == ["an error:"]


def test_more_than_can_be_done_is_counted():
    assert anomalies([EARN, part(1, 30, 70, 2, 3), part(2, 30, 40, 4, 5)], {"redeem": 1}) == [
        "redeem was done 2 times where 1 can be"
    ]


def test_a_sum_that_is_not_kept_is_found():
    calls = [EARN, saw(OWN, NOTHING, at=2), saw(OWN, (30, 0, 0), at=4)]
    assert anomalies(calls, {}, conserves=True)[0] == "the sum over members was [100, 130]"
