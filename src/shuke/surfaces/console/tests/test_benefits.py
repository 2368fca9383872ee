"""Benefits at the console: the catalogue and its matrix, a member's benefits, the service inbox, the balance sheet."""

import re

import pytest

from shuke.foundation import ids
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.benefits.contracts import Stage
from shuke.rooms.members.contracts import ID_PREFIX, ExternalId, MemberRef, NewMember
from shuke.rooms.orders.contracts import Line
from shuke.rooms.org.contracts import Role
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact
from shuke.surfaces.console.tests.conftest import NOON, TESTER

PROGRAM = """\
shuke: 1
program: corner
currency: USD
time_zone: America/New_York
units:
  points: {scale: 0, round: floor, at: order, value: 0.01}
tiers:
  ladder: main
  measure: SPEND('this year')
  validity: end of next calendar year
  levels:
    - {code: base, from: 0, multiplier: 1}
    - {code: silver, name: 银卡, from: 500, multiplier: 1}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
"""
FILE = """\
shuke: 1
benefits:
  - {code: lounge, zh: 贵宾厅, en: Lounge, kind: counted, core: yes, cost: 35.00, quota: 2}
  - {code: stylist, zh: 造型师, en: Stylist, kind: service, quota: 1}
sets:
  tiers: {main: {silver: [lounge, stylist]}}
"""


@pytest.fixture
def anna(shop):
    programs.publish(PROGRAM, TESTER)
    programs.apply_benefits(benefits.read_file(FILE), TESTER)
    (one,) = programs.enrol([NewMember((ExternalId("till", "1"),), name="安娜", joined_at=NOON)], TESTER)
    line = Line("sku", "GROCERY", 1, 600_00)
    bought = OrderFact("till", "a", MemberRef(id=one.id), NOON, 600_00, 600_00, currency="USD", lines=(line,))
    programs.record([bought], TESTER)
    return ids.encode(ID_PREFIX, one.id)


def left(member_id, code="lounge"):
    held = benefits.of_member(ids.decode(ID_PREFIX, member_id))
    return next(each.left for each in held if each.benefit.code == code)


def test_the_catalogue_is_written_read_and_given_by_a_matrix(anna, log_in):
    owner = log_in()
    page = owner.get("/benefits").content.decode()
    assert "贵宾厅" in page
    assert "每年 2 次" in page
    form = {"code": "wifi", "name_zh": "无线网", "name_en": "Wi-Fi", "kind": "promise", "part": "fixed", "per": "year"}
    assert owner.post("/benefits/new", form).status_code == 422  # the purpose is missing
    assert benefits.catalogue().benefit("wifi") is None
    assert owner.post("/benefits/new", form | {"purpose": "retention"}).status_code == 302
    assert owner.post("/benefits/new", form | {"purpose": "retention"}).status_code == 422  # the code is taken
    ticked = {"give_silver_lounge": "on", "quota_silver_lounge": "5", "give_base_wifi": "on", "give_silver_wifi": "on"}
    assert owner.post("/benefits/sets/main", ticked).status_code == 302

    assert [(row.subject, row.benefit, row.quota) for row in benefits.catalogue().sets] == [
        ("tier:main:base", "wifi", None),
        ("tier:main:silver", "lounge", 5),
        ("tier:main:silver", "wifi", None),
    ]
    assert left(anna) == 5
    assert "每年 5 次" in owner.get("/benefits").content.decode()
    assert 'value="5"' in owner.get("/benefits?edit=main").content.decode()


def test_a_file_is_checked_before_it_is_in_force(anna, log_in):
    owner = log_in()
    wrong = owner.post("/benefits/file", {"check": "yes", "text": FILE.replace("[lounge,", "[loung,")})
    assert wrong.status_code == 422
    assert "没有该权益" in wrong.content.decode()
    checked = owner.post(
        "/benefits/file", {"check": "yes", "text": FILE.replace("quota: 2", "quota: 3")}
    ).content.decode()
    assert "lounge · 限次：2 → 3" in checked
    assert left(anna) == 2
    assert (
        owner.post("/benefits/file", {"apply": "yes", "text": FILE.replace("quota: 2", "quota: 3")}).status_code == 302
    )
    assert left(anna) == 3


def test_a_benefit_is_used_once_a_form_and_a_service_goes_its_way(anna, log_in):
    owner = log_in(Role.SERVICE)
    page = owner.get(f"/members/{anna}/benefits").content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    use = {"key": key, "benefit": "lounge", "quantity": "2"}
    for _ in range(2):
        assert owner.post(f"/members/{anna}/benefits/use", use).status_code == 302
    assert left(anna) == 0
    refused = owner.post(f"/members/{anna}/benefits/use", use | {"key": "other"})
    assert refused.status_code == 422
    assert "本周期 2 次中仅余 0 次" in refused.content.decode()
    undo = re.search(r'action="(/members/[^"]+/undo)"', owner.get(f"/members/{anna}/benefits").content.decode())[1]
    assert owner.post(undo).status_code == 302
    assert left(anna) == 2

    assert owner.post(f"/members/{anna}/benefits/use", use | {"benefit": "stylist", "note": "婚礼"}).status_code == 302
    inbox = owner.get("/requests").content.decode()
    address = re.search(r'href="(/requests/frq_[^"]+)"', inbox)[1]
    assert "婚礼" in inbox
    assert owner.post(f"{address}/step", {"stage": "quoted"}).status_code == 422
    assert owner.post(f"{address}/step", {"stage": "quoted", "quote": "120", "assignee": "小美"}).status_code == 302
    assert owner.post(f"{address}/step", {"stage": "declined", "note": "没有档期"}).status_code == 302
    (found,) = benefits.requests([Stage.DECLINED], 9).requests
    assert (found.quote_minor, found.assignee, left(anna, "stylist")) == (120_00, "小美", 1)
    assert "没有档期" in owner.get(address).content.decode()


def test_the_balance_sheet_tells_use_cost_and_what_to_look_at(anna, log_in):
    client = log_in(Role.ANALYST, "en")
    page = client.get("/benefits/sheet").content.decode()

    assert "No fixed benefit" in page
    assert "The next tier is worth more than three times as much" in page
    assert "$70.00" in page
    assert client.post("/benefits/sets/main", {}).status_code == 403
    assert benefits.catalogue().of("tier:main:silver") != ()
