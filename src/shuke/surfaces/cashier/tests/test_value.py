"""Stored value at the till: topped up, spent and given back once each, and gift cards sold and loaded."""

from shuke.foundation import clock, ids
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Role, StaffTerms, Work
from shuke.rooms.programs import facade as programs
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import CardState, NewBatch
from shuke.surfaces.cashier.tests.conftest import NOON, TESTER


def outside(street, place=0):
    return ids.encode(ID_PREFIX, street.members[place])


def has(street, place=0):
    held = programs.value_of(street.members[place])
    return held.principal_minor, held.bonus_minor


def top_up(street, key, amount=20_000, **more):
    body = {"key": key, "occurred_at": NOON.isoformat(), "member": outside(street), "amount": amount}
    return street.ask("top-up", **body | more)


def sums(street):
    report = org.shift_report(org.open_shift(street.till.id).id)
    return {each.work: (each.count, each.money_minor) for each in report.sums}


def test_a_top_up_shows_its_bonus_and_is_taken_once(at_work):
    _, seen = at_work.ask("top-up-preview", member=outside(at_work), amount=20_000)
    assert (seen["pay"], seen["bonus"], seen["total"], has(at_work)) == ("¥200.00", "¥20.00", "¥220.00", (0, 0))

    status, done = top_up(at_work, "T-1")
    assert (status, done["after"]) == (200, "¥220.00")
    assert done["receipt"]["rows"] == [["充值金额", "¥200.00"], ["赠金", "¥20.00"]]
    assert top_up(at_work, "T-1") == (200, done)
    assert top_up(at_work, "T-1", amount=30_000)[1]["code"] == "already_recorded_differently"
    assert top_up(at_work, "T-2", amount=1_000)[1]["code"] == "top_up_bounds"
    assert (has(at_work), sums(at_work)) == ((20_000, 2_000), {Work.TOP_UP: (1, 20_000)})
    (found,) = at_work.ask("read", text=outside(at_work))[1]["members"]
    assert found["value"] == {"total": "¥220.00", "principal": "¥200.00", "bonus": "¥20.00"}


def test_stored_value_pays_with_the_code_and_a_refund_gives_it_back(at_work):
    top_up(at_work, "T-1")
    sale = {"member": outside(at_work), "lines": [8_600], "points": 0}
    _, priced = at_work.ask("price", **sale, value=8_600)
    assert (priced["pay_minor"], priced["value"]["most"], priced["value"]["used"]) == (0, 8_600, 8_600)
    without = at_work.sale("K-0", **sale, value=8_600, expected_minor=0)
    assert (without[0], without[1]["code"], has(at_work)) == (409, "value_needs_code", (20_000, 2_000))

    code = members.show_code(at_work.members[0], clock.machine_now()).text
    scanned = {"code": code, "scanned_at": clock.machine_now().isoformat()}
    status, sold = at_work.sale("K-1", **sale, **scanned, value=6_600, expected_minor=2_000)
    assert (status, sold["paid"], sold["by_value"], sold["value_left"]) == (200, "¥20.00", "¥66.00", "¥154.00")
    assert ["储值支付", "−¥66.00"] in sold["receipt"]["rows"]
    assert (sum(has(at_work)), sums(at_work)[Work.SALE]) == (15_400, (1, 2_000))

    _, order = at_work.ask("read", text="K-1")
    _, seen = at_work.ask("refund-preview", order=order["id"], all=True)
    assert (seen["cash"], seen["value"]) == ("¥20.00", "¥66.00")
    whole = {"key": "R-1", "occurred_at": NOON.isoformat(), "order": order["id"], "all": True}
    assert at_work.ask("refund", **whole)[1]["value"] == "¥66.00"
    assert has(at_work) == (20_000, 2_000)


def test_nobody_tops_up_their_own_value(at_work):
    org.change_staff(at_work.clerk, StaffTerms(Role.CLERK, ["nanjinglu"], None, outside(at_work)), TESTER)

    assert top_up(at_work, "T-1")[1]["code"] == "own_account"
    loaded = at_work.ask("card-load", key="C-1", member=outside(at_work), code="7KQ2M9XJ4T8RZ5WB")
    assert (loaded[1]["code"], has(at_work), sums(at_work)) == ("own_account", (0, 0), {})


def test_without_network_stored_value_is_never_spent(at_work):
    top_up(at_work, "T-1")
    sent = {"offline": True, "typed": outside(at_work), "scanned_at": NOON.isoformat(), "value": 8_600}
    status, sold = at_work.sale("K-1", lines=[8_600], **sent)
    assert (status, sold["paid"], has(at_work)) == (200, "¥86.00", (20_000, 2_000))


def test_a_gift_card_is_sold_and_loaded_once(at_work):
    made = programs.make_gift_cards(NewBatch("spring", 1, 10_000), TESTER)
    (card,) = value.cards_page(made.id, 9).cards
    _, found = at_work.ask("read", text=card.code)
    assert (found["kind"], found["amount"], found["can_sell"], found["can_load"]) == (
        "gift_card",
        "¥100.00",
        True,
        False,
    )
    at = {"occurred_at": NOON.isoformat(), "code": card.code}
    early = at_work.ask("card-load", key="C-0", member=outside(at_work), **at)
    assert (early[1]["code"], has(at_work)) == ("gift_card_not_usable", (0, 0))

    assert at_work.ask("card-sell", key="C-1", **at)[1]["receipt"]["total"] == "¥100.00"
    again = at_work.ask("card-sell", key="C-2", **at)
    assert value.gift_card(card.code).state is CardState.ACTIVE
    loaded = [at_work.ask("card-load", key=key, member=outside(at_work), **at) for key in ("C-3", "C-3")]
    assert loaded[0] == loaded[1]
    assert loaded[0][1]["after"] == "¥100.00"
    assert (has(at_work), again[1]["code"]) == ((10_000, 0), "gift_card_in_other_state")
    assert sums(at_work) == {Work.CARD: (2, 10_000)}
    other = at_work.ask("card-load", key="C-4", member=outside(at_work, 1), **at)
    assert (other[1]["code"], has(at_work, 1)) == ("gift_card_not_usable", (0, 0))
