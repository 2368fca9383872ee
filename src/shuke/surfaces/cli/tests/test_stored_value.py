"""`shuke value` and `shuke gift-cards`: topped up, paid with, refunded, loaded, and refused in words."""

import json
from contextlib import nullcontext

import pytest
from typer.testing import CliRunner

from shuke.foundation import ids
from shuke.rooms.members.contracts import ExternalId, NewMember
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.programs import facade as programs
from shuke.surfaces.cli import session
from shuke.surfaces.cli.main import app

BY = Actor(ActorKind.CLI, "tests", "tests")
PROGRAM = """\
shuke: 1
program: cafe
currency: CNY
time_zone: Asia/Shanghai
units:
  points: {round: floor}
  balance: {scale: 2, value: 1}
  gift: {scale: 2, value: 1}
earn:
  - {code: spend, unit: points, points: order.net}
stored_value:
  principal: balance
  bonus: gift
  top_up: {least: 50, steps: [{from: 200, bonus: 20}]}
  refund: {fee_percent: 5}
"""


@pytest.fixture
def member(db, monkeypatch):
    monkeypatch.setattr(session, "opened", nullcontext)
    programs.publish(PROGRAM, BY)
    (anna,) = programs.enrol([NewMember((ExternalId("till", "1"),))], BY)
    return ids.encode("mbr", anna.id)


def said(*arguments, code=0):
    done = CliRunner().invoke(app, ["--lang", "en", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def told(*arguments):
    return json.loads(said(*arguments, "--json"))


def test_value_comes_pays_and_goes_back(member):
    made = told("value", "top-up", member, "20000", "--name", "till/T1")
    assert (made["state"], made["bonus_minor"], made["repeated"]) == ("paid", 2_000, False)
    assert told("value", "top-up", member, "20000", "--name", "till/T1")["repeated"] is True
    assert told("value", "pay", "till/1", "5000", "--order", "till/A1")["principal_minor"] == 5_000
    assert told("value", "top-up", member, "5000", "--dry-run")["state"] == "paid"
    seen = told("value", "refund", member, "--reason", "closed", "--dry-run")
    assert seen == told("value", "refund", member, "--reason", "closed")
    assert (seen["money_minor"], seen["parts"]) == (14_250, [{"method": "desk", "amount_minor": 14_250}])
    shown = told("value", "show", member)
    assert (shown["principal_minor"], shown["bonus_minor"]) == (0, 0)
    assert "fees kept: 7.50\n" in said("value", "figures")


def test_cards_are_made_sold_and_loaded(member):
    batch = told("gift-cards", "make", "Spring", "2", "10000")
    first, second = (card["code"] for card in told("gift-cards", "codes", batch["id"]))
    assert told("gift-cards", "sell", first)[0]["state"] == "active"
    assert told("gift-cards", "load", first, member)["amount_minor"] == 10_000
    assert told("gift-cards", "void", second, "--reason", "lost")["state"] == "void"
    assert "This card is not sold" in said("gift-cards", "load", second, member, code=1)
    assert told("gift-cards", "show", first)["state"] == "loaded"
