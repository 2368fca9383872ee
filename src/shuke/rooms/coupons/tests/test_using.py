"""Using: one coupon, one order at a time; locks that end by themselves; refunds, gifts, freezing and recalls."""

from datetime import timedelta

import pytest

from shuke.core.offers.model import Reason
from shuke.core.values.errors import Refusal
from shuke.rooms.coupons import facade, queries
from shuke.rooms.coupons.contracts import (
    Codes,
    MemberLimit,
    OrderRef,
    RecallReport,
    State,
    TemplateChange,
    TemplateState,
    Validity,
)
from shuke.rooms.coupons.tests.conftest import ACTOR, NOW, issued, later, state, template, use
from shuke.rooms.members import facade as members

ORDER = OrderRef("till", "o1")


@pytest.fixture
def coupon(people):
    template(transferable=True)
    return issued(people[0])


def test_one_order_at_a_time(coupon):
    assert facade.redeem([use(coupon, "o1"), use(coupon, "o2")]) == [None, Reason.NOT_USABLE]
    assert facade.redeem([use(coupon, "o1")]) == [None]
    assert facade.redeem([use(coupon, "o3")]) == [Reason.NOT_USABLE]
    assert facade.lock([use(coupon, "o1")], later(hours=1)) == [Reason.NOT_USABLE]
    assert (state(coupon), facade.template_by_code("ten").uses, facade.template_by_code("ten").off_minor) == (
        State.USED,
        1,
        1000,
    )


def test_a_lock_keeps_others_out_and_ends_by_itself(coupon):
    assert facade.lock([use(coupon, "o1")], later(minutes=30)) == [None]
    assert facade.redeem([use(coupon, "o2", at=later(minutes=29))]) == [Reason.NOT_USABLE]
    assert (state(coupon), state(coupon, later(minutes=30))) == (State.LOCKED, State.ISSUED)
    assert facade.redeem([use(coupon, "o2", at=later(minutes=30))]) == [None]
    assert facade.redeem([use(coupon, "o1", at=later(minutes=31))]) == [Reason.NOT_USABLE]


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=400), NOW + timedelta(days=30, seconds=1)])
def test_a_lock_that_is_over_or_without_end_in_sight_is_refused(coupon, until):
    with pytest.raises(Refusal) as refusal:
        facade.lock([use(coupon, "o1")], until)
    assert (refusal.value.code, refusal.value.pointer) == ("out_of_bounds", "/until")
    assert state(coupon) is State.ISSUED
    assert facade.lock([use(coupon, "o1")], NOW + timedelta(days=30)) == [None]


def test_the_order_that_locked_redeems_after_the_coupons_end(people):
    template(validity=Validity(until=later(minutes=10)))
    held = issued(people[0])
    assert facade.lock([use(held)], later(minutes=30)) == [None]
    assert facade.redeem([use(held, at=later(minutes=20))]) == [None]


def test_release_and_the_sweep_of_lapsed_locks(coupon):
    facade.lock([use(coupon)], later(minutes=30))
    assert (facade.release([ORDER]), facade.release([ORDER]), state(coupon)) == ([coupon.id], [], State.ISSUED)
    facade.lock([use(coupon)], later(minutes=30))
    assert (facade.release_lapsed(later(minutes=29)), facade.release_lapsed(later(minutes=30))) == (0, 1)
    assert facade.redeem([use(coupon, "o2")]) == [None]


def test_a_refund_gives_back_where_the_template_says_so(people):
    template("kept", gives_back=False)
    template("back")
    kept, back = issued(people[0], of="kept"), issued(people[0], of="back")
    facade.redeem([use(kept), use(back)])
    assert (facade.give_back([ORDER]), facade.give_back([ORDER])) == ([back.id], [])
    assert (state(kept), state(back)) == (State.USED, State.ISSUED)
    assert facade.redeem([use(back, "o2")]) == [None]


def test_when_and_by_whom(people):
    template(validity=Validity(delay_days=1, days=1))
    held = issued(people[0])
    assert held.refused is Reason.NOT_STARTED
    asked = [use(held), use(held, at=later(days=3)), use(held, at=later(hours=12), who=people[1])]
    assert facade.redeem(asked) == [Reason.NOT_STARTED, Reason.EXPIRED, Reason.NOT_THIS_MEMBER]
    assert (state(held), state(held, later(days=3))) == (State.ISSUED, State.EXPIRED)


def test_a_merged_members_coupon_is_the_survivors(coupon, people):
    merge = members.merge(people[1], [people[0]], ACTOR, "one person")
    assert [held.id for held in facade.of_member(people[1], NOW)] == [coupon.id]
    assert facade.redeem([use(coupon, who=people[1]), use(coupon, "o2", who=people[2])]) == [
        None,
        Reason.NOT_THIS_MEMBER,
    ]
    members.unmerge(merge.id, ACTOR, "two after all")
    assert facade.of_member(people[1], NOW) == ()


def test_a_code_for_many_is_used_within_its_limits(people):
    made = template(codes=Codes.ONE, one_code="SUMMER", most=3, per_member=MemberLimit(1))
    (code,) = facade.by_codes(["summer"], NOW)
    asked = [
        use(code, f"o{number}", who=who) for number, who in enumerate([people[0], people[0], people[1], None, None])
    ]
    assert facade.redeem(asked) == [None, Reason.LIMIT_REACHED, None, None, Reason.LIMIT_REACHED]
    assert facade.by_codes(["SUMMER"], NOW)[0].refused is Reason.LIMIT_REACHED
    assert facade.give_back([OrderRef("till", "o0")]) == [code.id]
    assert facade.lock([use(code, "o9", who=people[0])], later(minutes=1)) == [None]
    assert facade.redeem([use(code, "o9", who=people[0])]) == [None]
    assert (facade.template(made.id).uses, facade.template(made.id).left) == (3, 0)


def test_a_lock_of_a_code_for_many_that_has_ended_is_counted_once(people):
    made = template(codes=Codes.ONE, one_code="SUMMER", most=3, per_member=MemberLimit(1))
    (code,) = facade.by_codes(["summer"], NOW)
    assert facade.lock([use(code, who=people[0])], later(minutes=1)) == [None]
    assert facade.redeem([use(code, who=people[0], at=later(minutes=2))]) == [None]
    assert (facade.release_lapsed(later(minutes=3)), facade.template(made.id).left) == (0, 2)
    assert facade.verify().violations == ()


def test_a_stopped_code_for_many_is_not_used(people):
    made = template(codes=Codes.ONE, one_code="SUMMER")
    (code,) = facade.by_codes(["summer"], NOW)
    facade.change_template(made.id, TemplateChange(state=TemplateState.STOPPED), ACTOR)
    assert facade.by_codes(["summer"], NOW)[0].refused is Reason.NOT_USABLE
    assert facade.redeem([use(code, who=people[0])]) == [Reason.NOT_USABLE]
    assert facade.template(made.id).uses == 0


def test_a_friend_takes_it_once_under_another_code(coupon, people):
    gift = facade.offer(coupon.id, people[0], NOW)
    assert facade.redeem([use(coupon)]) == [Reason.NOT_USABLE]
    with pytest.raises(Refusal, match="somebody else"):
        facade.accept(gift.claim_code, people[0], NOW)
    taken = facade.accept(gift.claim_code, people[1], NOW)
    assert (taken.id, taken.member_id, taken.code != coupon.code) == (coupon.id, people[1], True)
    for again in (
        lambda: facade.accept(gift.claim_code, people[2], NOW),
        lambda: facade.offer(coupon.id, people[1], NOW),
    ):
        with pytest.raises(Refusal):
            again()
    assert facade.by_codes([coupon.code], NOW) == ()
    assert facade.redeem([use(coupon, who=people[1])]) == [None]


def test_the_giver_takes_it_back(coupon, people):
    gift = facade.offer(coupon.id, people[0], NOW)
    facade.cancel_offer(coupon.id, people[0])
    with pytest.raises(Refusal) as told:
        facade.accept(gift.claim_code, people[1], NOW)
    assert (told.value.code, state(coupon)) == ("unknown_coupon_gift", State.ISSUED)


def test_the_code_of_an_offer_that_was_taken_back_meanwhile_takes_no_later_one(coupon, people, monkeypatch):
    gift, found = facade.offer(coupon.id, people[0], NOW), queries.offered_as

    def offered_as(code):
        """Find the coupon, and let its owner take it back and offer it anew before it is locked."""
        id = found(code)
        monkeypatch.setattr(queries, "offered_as", found)
        facade.cancel_offer(coupon.id, people[0])
        facade.offer(coupon.id, people[0], NOW)
        return id

    monkeypatch.setattr(queries, "offered_as", offered_as)
    with pytest.raises(Refusal) as told:
        facade.accept(gift.claim_code, people[1], NOW)

    assert (told.value.code, facade.coupon(coupon.id, NOW).member_id) == ("unknown_coupon_gift", people[0])


def test_frozen_is_not_used_until_it_is_thawed(coupon):
    facade.freeze([coupon.id], "stolen phone", ACTOR)
    assert (state(coupon), facade.redeem([use(coupon)])) == (State.FROZEN, [Reason.NOT_USABLE])
    with pytest.raises(Refusal) as told:
        facade.freeze([coupon.id], "again", ACTOR)
    assert told.value.code == "coupon_not_usable"
    facade.unfreeze([coupon.id], "found", ACTOR)
    assert facade.redeem([use(coupon)]) == [None]


def test_a_recall_takes_what_is_not_used_and_says_what_it_could_not(people):
    made = template()
    used, locked, free, frozen = (issued(people[0]) for _ in range(4))
    facade.redeem([use(used)])
    facade.lock([use(locked, "o2")], later(hours=1))
    facade.freeze([frozen.id], "why not", ACTOR)
    assert facade.recall_template(made.id, "printed wrong", ACTOR) == RecallReport(2, 1, 1, 0)
    assert [state(each) for each in (used, locked, free, frozen)] == [State.USED, State.LOCKED, State.VOID, State.VOID]
    assert facade.template(made.id).state is TemplateState.STOPPED
    assert facade.recall_template(made.id, "once more", ACTOR) == RecallReport(0, 1, 1, 0)


def test_what_was_recalled_is_void_as_soon_as_it_comes_back(people):
    made = template()
    used, released, lapsed = (issued(people[0]) for _ in range(3))
    facade.redeem([use(used, "o1")])
    facade.lock([use(released, "o2"), use(lapsed, "o3")], later(hours=1))
    assert facade.recall_template(made.id, "printed wrong", ACTOR) == RecallReport(0, 1, 2, 0)

    assert facade.give_back([OrderRef("till", "o1")]) == [used.id]
    assert facade.release([OrderRef("till", "o2")]) == [released.id]
    assert state(lapsed, later(hours=1)) is State.VOID
    assert facade.redeem([use(lapsed, "o4", at=later(hours=1))]) == [Reason.NOT_USABLE]
    assert facade.release_lapsed(later(hours=1)) == 1
    assert {state(each) for each in (used, released, lapsed)} == {State.VOID}
    assert facade.redeem([use(used, "o5"), use(released, "o6")]) == [Reason.NOT_USABLE] * 2
    assert facade.verify().violations == ()


def test_a_clock_that_is_a_little_late_costs_nobody_a_coupon_and_a_later_start_stays(people):
    template()
    held = issued(people[0])
    assert facade.redeem([use(held, "o1", at=later(minutes=-6))]) == [Reason.NOT_STARTED]
    assert facade.redeem([use(held, "o1", at=later(minutes=-4))]) == [None]
    template("next", validity=Validity(delay_days=1))
    tomorrow = issued(people[0], of="next")
    assert facade.redeem([use(tomorrow, "o2", at=tomorrow.starts_at - (later(minutes=1) - NOW))]) == [
        Reason.NOT_STARTED
    ]
