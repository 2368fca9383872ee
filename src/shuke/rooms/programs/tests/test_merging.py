"""Two members become one with all they own, and are taken apart again."""

from datetime import timedelta

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Status as MemberStatus
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Status
from shuke.rooms.programs.facts import (
    AdjustFact,
    CaptureFact,
    HoldFact,
    RedeemFact,
    RefundFact,
    ReleaseFact,
    ReturnFact,
    TransferFact,
)
from shuke.rooms.programs.services import recording
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, member, order, redemption


@pytest.fixture
def bella(anna, enrol):
    """Anna has 100 points; Bella silver by 600.00, with 600 points and 50 that end on 31 December."""
    bella = enrol(2)
    facts = [
        order("1", 10_000),
        order("2", 60_000, who=member(2)),
        AdjustFact("desk", "1", member(2), 50, "sorry", expires_on=(NOW + timedelta(days=213)).date()),
    ]
    assert [result.refusal for result in facade.record(facts, ACTOR)] == [None, None, None]
    return bella


def lots(member_id):
    found = points.lots_page(member_id, 50).lots
    return sorted((lot.remaining, str(lot.expires_at)[:10]) for lot in found if lot.remaining)


def stand(member_id):
    standing = facade.standing(member_id)
    return standing.tier.code, [balance.available for balance in standing.balances]


def test_the_survivor_has_every_lot_with_its_date_and_the_higher_tier(anna, bella):
    record = facade.merge_members(anna, [bella], "same person", ACTOR)

    assert lots(anna) == [(50, "2027-01-01"), (100, "2027-07-01"), (600, "2027-07-01")]
    assert lots(bella) == []
    assert stand(anna) == ("silver", [750])
    assert facade.standing(anna).tier.until == facade.standing(bella).tier.until
    unit = points.all_units()[0]
    assert points.totals(unit.id).outstanding == 750
    assert points.totals(unit.id).merged == 0
    assert [law for each in facade.verify_all() for law in each.violations] == []
    assert record.source_ids == (bella,)


def test_what_comes_for_the_closed_record_goes_to_the_survivor(anna, bella):
    facade.merge_members(anna, [bella], "same person", ACTOR)

    (bought, spent) = facade.record([order("3", 4_000, who=member(2)), redemption("1", 60, who=member(2))], ACTOR)

    assert (bought.member_id, spent.member_id, spent.refusal) == (anna, anna, None)
    assert stand(anna) == ("silver", [740])
    assert lots(anna)[0] == (50, "2027-07-01")


def test_undoing_restores_lots_balances_and_tiers(anna, bella):
    before = [lots(anna), lots(bella), stand(anna), stand(bella)]
    record = facade.merge_members(anna, [bella], "same person", ACTOR)

    facade.unmerge_members(record.id, "they are twins", ACTOR)

    assert [lots(anna), lots(bella), stand(anna), stand(bella)] == before
    assert members.get(bella).status is MemberStatus.ACTIVE
    assert [law for each in facade.verify_all() for law in each.violations] == []
    again = facade.merge_members(bella, [anna], "the other way", ACTOR)
    assert stand(bella) == ("silver", [750])
    assert again.survivor_id == bella


def test_points_that_were_used_since_do_not_go_back(anna, bella):
    record = facade.merge_members(anna, [bella], "same person", ACTOR)
    assert facade.record([redemption("1", 30)], ACTOR)[0].refusal is None
    before = lots(anna)

    with pytest.raises(Refusal) as refused:
        facade.unmerge_members(record.id, "too late", ACTOR)

    assert refused.value.code == "merge_spent"
    assert (lots(anna), members.get(bella).status) == (before, MemberStatus.MERGED)


def test_nothing_is_merged_while_points_are_set_aside(anna, bella):
    held = HoldFact("till", "9", member(2), 10, NOW + timedelta(days=1))
    assert facade.record([held], ACTOR)[0].refusal is None
    before = [lots(anna), lots(bella)]

    with pytest.raises(Refusal) as refused:
        facade.merge_members(anna, [bella], "same person", ACTOR)

    assert refused.value.code == "merge_unsettled"
    assert [lots(anna), lots(bella), members.get(bella).status] == [*before, MemberStatus.ACTIVE]


def test_merged_lots_end_on_their_own_day_by_time_alone(anna, bella):
    facade.merge_members(anna, [bella], "same person", ACTOR)
    clock.set_business_clock(NOW + timedelta(days=215))

    facade.advance_due()

    assert lots(anna) == [(100, "2027-07-01"), (600, "2027-07-01")]
    assert [law for each in facade.verify_all() for law in each.violations] == []


def test_a_refund_of_a_merged_record_takes_the_points_from_the_survivor(anna, bella):
    facade.merge_members(anna, [bella], "same person", ACTOR)
    before = points.totals(points.all_units()[0].id).outstanding

    (result,) = facade.record([RefundFact("till", "R-1", ("till", "2"))], ACTOR)

    assert result.refusal is None
    assert before == 750
    assert stand(anna)[1] == [150]
    assert lots(bella) == []
    assert [account.debt for account in points.balances([bella])[bella].values()] == [0]
    assert points.totals(points.all_units()[0].id).outstanding == 150
    assert [law for each in facade.verify_all() for law in each.violations] == []


def test_a_repeat_of_what_a_merged_record_did_is_answered_as_before(anna, bella):
    first = facade.record([order("3", 4_000, who=member(2))], ACTOR)[0]
    facade.merge_members(anna, [bella], "same person", ACTOR)

    again, changed = facade.record([order("3", 4_000, who=member(2)), order("2", 1, who=member(2))], ACTOR)

    assert (again.status, again.reference, again.points) == (Status.REPEATED, first.reference, first.points)
    assert (again.member_id, changed.refusal.code) == (bella, "already_recorded_differently")
    assert stand(anna)[1] == [800]


def accounts(member_id):
    (account,) = points.balances([member_id])[member_id].values()
    return account.available, account.debt


def no_law_is_broken():
    return [law for each in facade.verify_all() for law in each.violations] == []


def test_points_that_paid_come_back_to_the_survivor_with_their_dates(anna, bella):
    paid = RedeemFact("till", "paid", member(2), 80, order=("till", "4"))
    facts = [paid, order("4", 10_000, who=member(2))]
    assert [result.refusal for result in facade.record(facts, ACTOR)] == [None, None]
    record = facade.merge_members(anna, [bella], "same person", ACTOR)

    (half,) = facade.record([RefundFact("till", "R-1", ("till", "4"), net_minor=5_000)], ACTOR)

    assert half.refusal is None
    assert (accounts(bella), accounts(anna)) == ((0, 0), (100 + 125 + 570 + 40 - 63, 0))
    assert no_law_is_broken()
    with pytest.raises(Refusal) as refused:
        facade.unmerge_members(record.id, "too late", ACTOR)
    assert refused.value.code == "merge_spent"


@pytest.fixture
def spent(anna, bella):
    """Bella paid with her last 80 points, which end on 30 June 2027, for an order that earned nothing."""
    facts = [
        redemption("free", 570, who=member(2)),
        RedeemFact("till", "paid", member(2), 80, order=("till", "4")),
        order("4", 0, who=member(2)),
    ]
    assert [result.refusal for result in facade.record(facts, ACTOR)] == [None] * 3
    assert lots(bella) == []


PAID_BACK = RefundFact("till", "R-1", ("till", "4"))


def test_undoing_takes_back_what_came_by_a_refund_too(anna, bella, spent):
    record = facade.merge_members(anna, [bella], "same person", ACTOR)

    assert facade.record([PAID_BACK], ACTOR)[0].refusal is None

    assert lots(anna) == [(80, "2027-07-01"), (100, "2027-07-01")]
    assert lots(bella) == []
    facade.unmerge_members(record.id, "they are twins", ACTOR)
    assert (lots(anna), lots(bella)) == ([(100, "2027-07-01")], [(80, "2027-07-01")])
    assert no_law_is_broken()


def test_what_comes_back_passes_along_a_chain_of_merges_and_back(anna, bella, spent, enrol):
    cleo = enrol(3)
    first = facade.merge_members(anna, [bella], "same person", ACTOR)
    second = facade.merge_members(cleo, [anna], "same person", ACTOR)

    assert facade.record([PAID_BACK], ACTOR)[0].refusal is None

    assert lots(cleo) == [(80, "2027-07-01"), (100, "2027-07-01")]
    assert (lots(anna), lots(bella)) == ([], [])
    facade.unmerge_members(second.id, "they are twins", ACTOR)
    assert (lots(cleo), lots(anna)) == ([], [(80, "2027-07-01"), (100, "2027-07-01")])
    facade.unmerge_members(first.id, "they are twins", ACTOR)
    assert (lots(anna), lots(bella)) == ([(100, "2027-07-01")], [(80, "2027-07-01")])
    assert no_law_is_broken()


def test_the_last_of_a_chain_pays_what_the_first_owes(anna, bella, enrol):
    cleo = enrol(3)
    assert facade.record([redemption("1", 640, who=member(2))], ACTOR)[0].refusal is None
    facade.merge_members(anna, [bella], "same person", ACTOR)
    facade.merge_members(cleo, [anna], "same person", ACTOR)
    assert facade.record([order("5", 60_000, who=member(3))], ACTOR)[0].refusal is None
    assert stand(cleo)[1] == [860]

    assert facade.record([RefundFact("till", "R-1", ("till", "2"))], ACTOR)[0].refusal is None

    assert (accounts(cleo), accounts(anna), accounts(bella)) == ((260, 0), (0, 0), (0, 0))
    assert no_law_is_broken()


def together(*facts):
    """Record facts at one desk: what fails there is not tried again apart."""
    return recording._attempt(facts, ACTOR, history=False)


REDEEMED = [redemption("used", 60, who=member(2))]
CAPTURED = [
    HoldFact("till", "used", member(2), 60, NOW + timedelta(days=1)),
    CaptureFact("till", "c", ("till", "used")),
]


@pytest.mark.parametrize("used", [REDEEMED, CAPTURED])
def test_what_a_merged_record_used_is_returned_to_the_survivor(anna, bella, used):
    assert [result.refusal for result in facade.record(used, ACTOR)] == [None] * len(used)
    record = facade.merge_members(anna, [bella], "same person", ACTOR)
    assert lots(anna) == [(100, "2027-07-01"), (590, "2027-07-01")]

    half, rest = together(ReturnFact("till", "1", ("till", "used"), 10), ReturnFact("till", "2", ("till", "used")))

    assert (half.refusal, half.points, half.member_id) == (None, {"points": 10}, bella)
    assert (rest.refusal, rest.points, rest.balances) == (None, {"points": 50}, {"points": 0})
    back = [(10, "2027-07-01"), (50, "2027-01-01")]
    assert (lots(anna), lots(bella)) == ([*back, (100, "2027-07-01"), (590, "2027-07-01")], [])
    (again,) = facade.record([ReturnFact("till", "3", ("till", "used"))], ACTOR)
    assert (again.refusal.code, accounts(anna), accounts(bella)) == ("already_returned", (750, 0), (0, 0))
    assert no_law_is_broken()
    facade.unmerge_members(record.id, "they are twins", ACTOR)
    assert (lots(anna), lots(bella)) == ([(100, "2027-07-01")], [(50, "2027-01-01"), (600, "2027-07-01")])
    assert no_law_is_broken()


def test_what_the_survivor_pays_for_a_record_is_no_part_of_a_return_of_the_same_batch(anna, bella):
    assert facade.record([redemption("used", 40)], ACTOR)[0].refusal is None
    facade.merge_members(anna, [bella], "same person", ACTOR)
    assert lots(anna) == [(50, "2027-01-01"), (60, "2027-07-01"), (600, "2027-07-01")]

    refunded, returned = together(RefundFact("till", "R-1", ("till", "2")), ReturnFact("till", "1", ("till", "used")))

    assert (refunded.refusal, returned.refusal, returned.points) == (None, None, {"points": 40})
    assert (accounts(anna), accounts(bella)) == ((150, 0), (0, 0))
    assert lots(anna) == [(40, "2027-07-01"), (110, "2027-07-01")]
    assert no_law_is_broken()


@pytest.fixture
def owing(anna, bella):
    """Bella owes 550, for she spent what a refund then took back."""
    facts = [redemption("1", 600, who=member(2)), RefundFact("till", "R-1", ("till", "2"))]
    assert [result.refusal for result in facade.record(facts, ACTOR)] == [None, None]
    assert accounts(bella) == (0, 550)


def test_who_stays_pays_what_a_record_owes(anna, bella, owing):
    assert facade.record([order("5", 60_000)], ACTOR)[0].refusal is None

    record = facade.merge_members(anna, [bella], "same person", ACTOR)

    assert (accounts(anna), accounts(bella)) == ((150, 0), (0, 0))
    assert no_law_is_broken()
    with pytest.raises(Refusal) as refused:
        facade.unmerge_members(record.id, "too late", ACTOR)
    assert refused.value.code == "merge_spent"


def test_points_of_a_record_repay_what_the_member_owes_who_stays(anna, bella, owing):
    facade.merge_members(bella, [anna], "same person", ACTOR)

    assert (accounts(anna), accounts(bella)) == ((0, 0), (0, 450))
    assert no_law_is_broken()


def test_a_debt_that_nobody_can_pay_is_not_merged(anna, bella, owing):
    with pytest.raises(Refusal) as refused:
        facade.merge_members(anna, [bella], "same person", ACTOR)

    params = {"member": ids.encode("mbr", bella), "unit": "points", "pending": "0", "held": "0", "debt": "450"}
    assert (refused.value.code, refused.value.params) == ("merge_unsettled", params)
    assert (accounts(anna), accounts(bella), members.get(bella).status) == ((100, 0), (0, 550), MemberStatus.ACTIVE)


def test_what_is_in_the_way_of_a_merge_is_told_in_whole_units(now, enrol):
    facade.publish(PROGRAM.replace("tiers:\n", "  cash: {scale: 2}\ntiers:\n"), ACTOR)
    anna, bella = enrol(1), enrol(2)
    given = AdjustFact("desk", "1", member(2), 100_000, "sorry", "cash")
    held = HoldFact("till", "9", member(2), 6_000, NOW + timedelta(days=1), "cash")
    assert [result.refusal for result in facade.record([given, held], ACTOR)] == [None, None]

    with pytest.raises(Refusal) as refused:
        facade.merge_members(anna, [bella], "same person", ACTOR)

    who = ids.encode("mbr", bella)
    said = f"Of cash, {who} has 0.00 pending and 60.00 held, and owes 0.00 that the member who stays can't pay."
    params = {"member": who, "unit": "cash", "pending": "0.00", "held": "60.00", "debt": "0.00"}
    assert (refused.value.detail, refused.value.params) == (said, params)
    assert members.get(bella).status is MemberStatus.ACTIVE
    assert points.balances([anna])[anna] == {}
    (account,) = points.balances([bella])[bella].values()
    assert (account.available, account.held) == (94_000, 6_000)


def test_what_the_member_who_stays_has_set_aside_is_no_hindrance(anna, bella):
    held = HoldFact("till", "9", member(2), 10, NOW + timedelta(days=1))
    assert facade.record([held], ACTOR)[0].refusal is None

    facade.merge_members(bella, [anna], "same person", ACTOR)

    assert stand(bella)[1] == [740]
    assert facade.record([ReleaseFact("till", "r", ("till", "9"))], ACTOR)[0].refusal is None
    assert stand(bella)[1] == [750]
    assert no_law_is_broken()


def test_what_was_a_gift_stays_one_and_comes_back_as_one(now, enrol):
    facade.publish(PROGRAM.replace("{scale: 0,", "{scale: 0, transfer: yes,"), ACTOR)
    anna, bella, cleo = enrol(1), enrol(2), enrol(3)
    facts = [order("1", 10_000, who=member(3)), TransferFact("till", "t", member(3), member(2), 30)]
    assert [result.refusal for result in facade.record(facts, ACTOR)] == [None, None]
    record = facade.merge_members(anna, [bella], "same person", ACTOR)

    (refused,) = facade.record([TransferFact("till", "u", member(1), member(3), 10)], ACTOR)

    assert refused.refusal.code == "gifts_not_given_on"
    facade.unmerge_members(record.id, "they are twins", ACTOR)
    (refused,) = facade.record([TransferFact("till", "v", member(2), member(3), 10)], ACTOR)
    assert refused.refusal.code == "gifts_not_given_on"
    assert [stand(each)[1] for each in (anna, bella, cleo)] == [[0], [30], [70]]
