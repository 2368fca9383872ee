"""Stores and brands in the console: made by an owner, refused beside their field, known by name afterwards."""

import pytest

from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Role
from shuke.surfaces.console.tests.conftest import TESTER

STORE = {"store": "yes", "code": "nanjinglu", "name": "南京路店"}


def stores():
    return [(store.code, store.name) for store in org.list_stores()]


def test_the_first_store_gets_the_organisations_own_brand(log_in, shop):
    client = log_in()

    assert client.post("/organisation", STORE).status_code == 302

    assert stores() == [("nanjinglu", "南京路店")]
    assert [(brand.code, brand.name) for brand in org.list_brands()] == [("main", "街角杂货")]
    assert "南京路店" in client.get("/organisation").content.decode()


def test_of_several_brands_one_is_named(log_in, shop):
    client = log_in()
    for code in ("cafe", "market"):
        assert client.post("/organisation", {"brand-made": "yes", "code": code, "name": code}).status_code == 302

    assert client.post("/organisation", STORE).status_code == 422
    assert client.post("/organisation", STORE | {"brand": "market"}).status_code == 302

    assert org.brand_of_store(["nanjinglu"]) == {"nanjinglu": "market"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({}, "已有使用该代码的门店"),
        ({"code": "x" * 201}, "201"),
        ({"code": "a\tb"}, "代码为 1 至 200 个字符"),
        ({"code": "b", "name": " "}, "必填"),
    ],
)
def test_what_will_not_do_is_told_and_makes_nothing(log_in, shop, wrong, told):
    client = log_in()
    client.post("/organisation", STORE)

    answer = client.post("/organisation", STORE | wrong)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert stores() == [("nanjinglu", "南京路店")]


def test_only_an_owner_opens_stores(log_in, shop):
    assert log_in(Role.OPERATOR).post("/organisation", STORE).status_code == 403
    assert stores() == []


def test_who_is_for_a_store_is_told_its_name(log_in, member):
    client = log_in()
    client.post("/organisation", STORE)
    person, _password = org.create_staff("w@example.com", "W", Role.SERVICE, TESTER, stores=["nanjinglu"])

    assert "南京路店" in client.get("/staff").content.decode()
    assert org.list_staff()[-1].id == person.id
