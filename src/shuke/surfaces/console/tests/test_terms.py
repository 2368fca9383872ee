"""The page of one of the team: role, stores, limit, own membership; and what somebody of one store sees of a member."""

import pytest

from shuke.foundation import ids
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import NewStore, Role, StaffTerms
from shuke.rooms.points import facade as points
from shuke.surfaces.console.tests.conftest import TESTER


@pytest.fixture
def stores(shop):
    brand = org.create_brand("main", "Main", TESTER)
    return org.create_stores(brand.id, [NewStore("nanjinglu", "南京路店"), NewStore("wukanglu", "武康路店")], TESTER)


@pytest.fixture
def person(shop):
    return org.create_staff("zhen@example.com", "阿珍", Role.SERVICE, TESTER)[0]


def only(person):
    return next(each for each in org.list_staff() if each.id == person.id)


def test_an_owner_says_what_somebody_is_for(log_in, stores, person, member):
    own = ids.encode(ID_PREFIX, member.id)
    owner = log_in()
    given = {"role": "clerk", "stores": ["wukanglu"], "adjust_limit": "800", "own_account": own}

    answer = owner.post(f"/staff/{person.id}", given, follow=True)

    assert answer.redirect_chain == [("/staff", 302)]
    assert "已保存" in answer.content.decode()
    assert "武康路店" in answer.content.decode()
    changed = only(person)
    assert (changed.role, changed.stores) == (Role.CLERK, (stores[1].id,))
    assert (changed.adjust_limit, changed.own_account) == (800, own)
    page = owner.get(f"/staff/{person.id}").content.decode()
    assert 'value="wukanglu"' in page
    assert page.count("checked") == 1
    assert own in page


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"adjust_limit": "-1"}, 422, "大于或等于"),
        ({"adjust_limit": "1.5"}, 422, "整数"),
        ({"role": "king"}, 422, "king"),
        ({"stores": ["nowhere"]}, 422, "nowhere"),
        ({"own_account": "mbr_1"}, 409, "没有这位会员"),
        ({"own_account": "mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NM"}, 409, "没有这位会员"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_changes_nothing(log_in, stores, person, change, status, words):
    owner = log_in()

    answer = owner.post(f"/staff/{person.id}", {"role": "operator"} | change)

    assert answer.status_code == status
    assert words in answer.content.decode()
    assert only(person) == person


def test_the_only_owner_cannot_take_another_role(log_in):
    owner = log_in()
    own = org.list_staff()[0]

    answer = owner.post(f"/staff/{own.id}", {"role": "clerk"})

    assert answer.status_code == 409
    assert org.list_staff() == [own]


def test_who_is_of_one_store_sees_of_a_member_only_its_orders(log_in, stores, member):
    service = log_in(Role.SERVICE)
    address = f"/members/{ids.encode(ID_PREFIX, member.id)}"
    assert "pos 1" in service.get(address).content.decode()
    assert "pos 1" in service.get(f"{address}/entries").content.decode()
    entry = points.entries_page(member.id, 10).entries[-1].key.id
    assert service.get(f"/entries/{entry}/why").status_code == 200

    person = org.list_staff()[-1]
    org.change_staff(person.id, StaffTerms(Role.SERVICE, ["wukanglu"], None, None), TESTER)

    timeline, ledger = (service.get(path).content.decode() for path in (address, f"{address}/entries"))
    assert "pos 1" not in timeline + ledger
    assert "+800" in timeline
    assert "+800" in ledger
    why = service.get(f"/entries/{entry}/why")
    assert why.status_code == 200
    assert "其他门店" in why.content.decode()
    assert "pos 1" not in why.content.decode()

    org.change_staff(person.id, StaffTerms(Role.SERVICE, ["wukanglu", "nanjinglu"], None, None), TESTER)
    assert "pos 1" in service.get(address).content.decode()
