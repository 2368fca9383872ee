"""One claim against a model of it: whatever happens in whatever order, its record adds up and no quota is overdrawn."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.core.values.dates import day_of
from shuke.core.values.errors import Refusal
from shuke.rooms.benefits import claims
from shuke.rooms.benefits.claims import Wanted
from shuke.rooms.benefits.contracts import EventKind, Per, State

WHO = UUID(int=7)
MARCH = day_of(2027, 3, 15)


def wanted(quota=2, per=Per.YEAR, term=None, until=None, subject="tier:main:gold"):
    return Wanted(WHO, "lounge", "tier:main", subject, quota, per, term, until)


def after(*steps, start=None):
    """Run steps, each a function of the claim, and return the last claim."""
    claim = start
    for step in steps:
        stepped = step(claim)
        claim = stepped[0] if stepped else claim
    return claim


def use(quantity=1, day=MARCH):
    return lambda claim: claims.use(claim, quantity, day)


def test_a_rise_gives_more_of_the_quota_and_a_fall_leaves_what_was_used():
    gold = after(lambda _: claims.give(None, wanted(2), MARCH), use(2))
    diamond = after(lambda claim: claims.give(claim, wanted(6, subject="tier:main:diamond"), MARCH), use(3), start=gold)
    fallen = after(lambda claim: claims.give(claim, wanted(2), MARCH), start=diamond)

    assert (gold.left_on(MARCH), diamond.used, diamond.left_on(MARCH)) == (0, 5, 1)
    assert (fallen.quota, fallen.used, fallen.ceiling, fallen.left_on(MARCH)) == (2, 5, 5, 0)
    with pytest.raises(Refusal, match="1 asked for, 0 of 2 left") as refused:
        claims.use(fallen, 1, MARCH)
    assert refused.value.code == "quota_used_up"
    assert fallen.left_on(day_of(2028, 1, 1)) == 2  # the next year is a new one
    assert claims.use(fallen, 1, day_of(2028, 1, 1))[0].used == 1


def test_what_is_taken_away_and_given_again_in_one_period_is_not_full_again():
    fallen = after(lambda _: claims.give(None, wanted(2), MARCH), use(2), claims.withdraw)
    back, line = claims.give(fallen, wanted(2), MARCH + 5)

    assert fallen.state is State.WITHDRAWN
    assert claims.withdraw(fallen) is None
    with pytest.raises(Refusal) as refused:
        claims.use(fallen, 1, MARCH)
    assert refused.value.code == "benefit_not_held"
    assert (line.kind, back.state, back.used, back.left_on(MARCH), back.since_day) == (
        EventKind.GRANTED, State.ACTIVE, 2, 0, MARCH + 5,
    )  # fmt: skip


def test_a_new_term_fills_a_quota_of_the_term_only():
    term = after(lambda _: claims.give(None, wanted(2, Per.TERM, MARCH), MARCH), use(2))
    year = after(lambda _: claims.give(None, wanted(2), MARCH), use(2))

    renewed, line = claims.give(term, wanted(2, Per.TERM, MARCH + 40), MARCH + 40)

    assert (line.kind, renewed.used, renewed.left_on(MARCH + 40)) == (EventKind.CYCLED, 0, 2)
    assert claims.give(year, wanted(2, Per.YEAR, MARCH + 40), MARCH + 40) is None
    assert claims.give(year, wanted(2), day_of(2028, 2, 1)) is None  # the year turns with the next use, not before


def test_an_undone_use_of_a_period_that_is_over_gives_nothing_back():
    held = after(lambda _: claims.give(None, wanted(1, Per.MONTH), MARCH))
    used, line = claims.use(held, 1, MARCH)
    next_month = after(use(1, MARCH + 30), start=used)

    assert claims.undo(used, line)[0].used == 0
    assert claims.undo(next_month, line)[0].used == 1


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.sampled_from([None, 0, 1, 3]), st.booleans()),
        st.tuples(st.just("use"), st.integers(1, 3), st.just(0)),
        st.tuples(st.just("undo"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("withdraw"), st.just(0), st.just(0)),
        st.tuples(st.just("cycle"), st.just(0), st.just(0)),
        st.tuples(st.just("carry"), st.integers(-2, 3), st.just(0)),
        st.tuples(st.just("wait"), st.sampled_from([1, 20, 400]), st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=300, deadline=None)
@given(STEPS, st.sampled_from(Per))
def test_every_history_adds_up_and_overdraws_no_quota(steps, per):
    claim, day, lines, undone = claims.give(None, wanted(2, per, MARCH), MARCH)[0], MARCH, [], set()
    lines.append(claims.Line(EventKind.GRANTED, 0, claim.period_day))
    for name, number, flag in steps:
        stepped = None
        if name == "wait":
            day += number
        elif name == "give":
            stepped = claims.give(claim, wanted(number, per, day if flag else None), day)
        elif name == "use":
            left = claim.left_on(day)
            may = claim.state is State.ACTIVE and (left is None or left >= number)
            try:
                stepped = claims.use(claim, number, day)
                assert may
            except Refusal:
                assert not may
        elif name == "undo":
            uses = [place for place, line in enumerate(lines) if line.kind is EventKind.USED and place not in undone]
            if uses:
                place = uses[number % len(uses)]
                undone.add(place)
                stepped = claims.undo(claim, lines[place])
        elif name == "carry":
            stepped = claims.carry(claim, max(number, -_carried(claim, lines)))
        else:
            stepped = claims.withdraw(claim) if name == "withdraw" else claims.cycle(claim, day)
        if stepped:
            claim = stepped[0]
            lines.append(stepped[1])
        assert claim.events == len(lines)
        assert claim.used == _sum(claim, lines)
        assert claim.ceiling is None or 0 <= claim.used <= claim.ceiling


def _sum(claim, lines):
    signs = {EventKind.USED: 1, EventKind.CARRIED: 1, EventKind.UNDONE: -1}
    return sum(signs.get(line.kind, 0) * line.quantity for line in lines if line.period_day == claim.period_day)


def _carried(claim, lines):
    told = [line for line in lines if line.kind is EventKind.CARRIED and line.period_day == claim.period_day]
    return sum(line.quantity for line in told)
