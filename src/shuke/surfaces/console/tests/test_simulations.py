"""Trying a fact on a page: with the attributes that the program declares, within bounds, by those who may see points."""

import html
import re
from dataclasses import replace

import pytest

from shuke.foundation import ids
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right, Role
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import DRAFT_PREFIX
from shuke.surfaces.console.tests.conftest import GROCER

DECLARED = """\
attributes:
  order: {promo: [SPRING, AUTUMN], stars: {type: number, from: -1, to: 5}, gift: flag, note: text}
  item: {colour: [red, blue], weight: number}
behaviours:
  review: {rating: {type: number, from: 1, to: 5}}
"""
EARN = """\
  - {code: promo, unit: points, when: order.promo = 'SPRING' AND order.stars >= 4 AND order.gift, points: 1000}
  - {code: red, unit: points, points: "100 * SUM(item.quantity) FILTER (WHERE item.colour = 'red')"}
  - {code: review, unit: points, on: review, points: 7 * event.rating}
"""
TEXT = GROCER.read_text() + EARN + DECLARED
ASKED = {"text": TEXT, "tier": "base", "at": "2026-06-18T12:00", "net": "100"}
PAGE = "/programs/simulate"


def wrong(answer):
    """Return what a page says is wrong, as (id of the place below its field, sentence)."""
    told = re.findall(r'<p class="wrong"(?: id="(\w+)"| role="alert")>(.*?)</p>', answer.content.decode())
    return [(place or None, html.unescape(sentence)) for place, sentence in told]


def earned(answer):
    return answer.content.decode().partition('data-label="Earned"><strong>')[2].partition("<")[0]


def test_rules_on_attributes_are_tried_and_kept_as_a_case(log_in, program):
    client = log_in(Role.OPERATOR, "en")
    page = client.post("/programs/drafts/begin", {"version": 1})["Location"]
    shown = client.post(PAGE, {"text": TEXT, "open": ""}).content.decode()
    assert "attributes such as colour=red: colour (red / blue), weight (0 – 1000000)." in shown
    assert "rating (1 – 5)" in shown

    said = {"order_promo": "SPRING", "order_stars": "4", "order_gift": "yes", "order_note": "for Ann"}
    said |= {"lines": "60, WINE, 2, A-1, colour=red, weight=3\n40,,,,colour = blue"}
    assert earned(client.post(PAGE, ASKED)) == "100"
    assert earned(client.post(PAGE, ASKED | said)) == "1,300".replace(",", "")
    assert earned(client.post(PAGE, ASKED | {"behaviour": "review", "particulars": "rating=3"})) == "21"

    draft = page.rpartition("/")[2]
    client.post(PAGE, ASKED | said | {"draft": draft, "revision": "1", "save": ""})
    kept = programs.draft(ids.decode(DRAFT_PREFIX, draft)).text
    assert kept.endswith(
        "order: {net: 100, attributes: {promo: SPRING, stars: 4, gift: yes, note: for Ann}, items: [{net: 60, quantity: 2, "
        "category: WINE, sku: A-1, attributes: {colour: red, weight: 3}}, {net: 40, quantity: 1, attributes: {colour: "
        "blue}}]}, earns: {points: 1300}, tier: base}\n"
    )
    assert programs.validate(kept).program == "grocer"


def test_why_is_told_with_tiers_and_units_as_pages_call_them(log_in, program):
    told = html.unescape(log_in(Role.OPERATOR).post(PAGE, ASKED | {"order_promo": "SPRING"}).content.decode())
    assert "<li>下单前等级：普通会员。</li>" in told
    assert "<li>积分：合计 100。</li>" in told


@pytest.mark.parametrize("role", [Role.SERVICE, Role.APPROVER])
def test_a_case_is_saved_by_those_who_may_write_programs(log_in, program, role):
    page = log_in(Role.OPERATOR, "en").post("/programs/drafts/begin", {"version": 1})["Location"]
    said = ASKED | {"draft": page.rpartition("/")[2], "revision": "1"}
    client = log_in(role, "en")
    before, audited = programs.drafts(), org.audit_lines(100).lines

    tried = client.post(PAGE, said)
    assert earned(tried) == "100"
    assert 'name="save"' not in tried.content.decode()
    assert page not in tried.content.decode()
    refused = client.post(PAGE, said | {"save": ""})
    assert refused.status_code == 403
    assert "publish programs" in refused.content.decode()
    assert (programs.drafts(), org.audit_lines(100).lines) == (before, audited)


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"lines": "1\n" * 1_001}, "lines", "An order has at most 1,000 lines."),
        ({"lines": f"1,WINE,{'9' * 5_000}"}, "lines", "Pieces are a whole number."),
        ({"lines": "1,WINE,9000000"}, "lines", "The value lies outside of what is allowed."),
        ({"lines": "1,,,,colour=green"}, "lines", "colour is red / blue."),
        ({"lines": f"1,,,,weight={'9' * 5_000}"}, "lines", "weight is 0 – 1000000."),
        (
            {"lines": "1,,,,size=3"},
            "lines",
            "“size=3” is no attribute of the program: colour (red / blue), weight (0 – 1000000).",
        ),
        (
            {"lines": "1,,,,colour"},
            "lines",
            "“colour” is no attribute of the program: colour (red / blue), weight (0 – 1000000).",
        ),
        ({"behaviour": "review", "particulars": "rating=6"}, "particulars", "rating is 1 – 5."),
        ({"order_stars": "6"}, "order_stars", "Ensure this value is less than or equal to 5."),
        ({"order_stars": "9" * 5_000}, "order_stars", "Enter a whole number."),
        (
            {"order_promo": "WINTER"},
            "order_promo",
            "Select a valid choice. WINTER is not one of the available choices.",
        ),
        ({"net": "9999999999"}, "net", "The value lies outside of what is allowed."),
        ({"at": "9999-06-18T12:00"}, "at", "This is not a date and time."),
        ({"at": "0001-01-01T00:00"}, "at", "This is not a date and time."),
        ({"draft": "drf_1", "revision": "1", "save": ""}, None, "The id in the address is not one of ours."),
    ],
)
def test_what_is_out_of_bounds_is_told_beside_its_field(log_in, program, said, field, sentence):
    answer = log_in(Role.OPERATOR, "en").post(PAGE, ASKED | said)
    assert answer.status_code == 422
    assert wrong(answer) == [(f"id_{field}_error" if field else None, sentence)]


def test_a_case_is_not_saved_over_what_somebody_else_saved_meanwhile(log_in, program):
    client = log_in(Role.OPERATOR, "en")
    page = client.post("/programs/drafts/begin", {"version": 1})["Location"]
    before = programs.drafts()
    for revision in ("0", "2", "9" * 5_000, "one"):
        answer = client.post(PAGE, ASKED | {"draft": page.rpartition("/")[2], "revision": revision, "save": ""})
        assert (answer.status_code, [place for place, _ in wrong(answer)]) == (422, [None])
    assert programs.drafts() == before


def test_points_of_a_real_member_are_for_those_who_may_see_points(log_in, member, monkeypatch):
    client, known = log_in(Role.OPERATOR, "en"), org.principal_of
    monkeypatch.setattr(
        org, "principal_of", lambda user: replace(known(user), rights=known(user).rights - {Right.POINTS_READ})
    )
    assert earned(client.post(PAGE, ASKED)) == "100"
    refused = client.post(PAGE, ASKED | {"member": "+8613800000001"})
    assert refused.status_code == 403
    assert earned(refused) == ""
