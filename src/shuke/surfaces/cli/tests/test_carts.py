"""`shuke cart`: in one process, over the database of the tests."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, NewMember
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation
from shuke.rooms.programs import facade as programs
from shuke.surfaces.cli import session, terminal
from shuke.surfaces.cli.main import app

BY = Actor(ActorKind.SYSTEM, "tests", "tests")
PROGRAM = """shuke: 1
program: corner
currency: USD
time_zone: America/New_York
units: {points: {value: 0.01, pay: yes}}
earn: [{code: spend, unit: points, points: order.net}]
offers: [{code: tens, name: Ten off, amount: 10, minimum: {money: 50}}, {code: mug, gift: mug}]
"""
CART = {
    "source": "shop",
    "external_id": "A-1",
    "occurred_at": "2017-01-20T12:00:00-05:00",
    "currency": "USD",
    "member": "till/ann",
    "lines": [{"sku": "A", "quantity": 1, "net_minor": 4000, "tax_percent": "8"}],
}


@pytest.fixture
def cart(db, monkeypatch, tmp_path):
    """A file with a cart of 40 dollars."""
    monkeypatch.setattr(session, "opened", nullcontext)
    monkeypatch.setattr(terminal, "_language", None)
    clock.set_business_clock(datetime(2017, 1, 20, 17, 0, tzinfo=UTC))
    org.create_organisation(NewOrganisation("Corner", "USD", "America/New_York", "en", Kind.SANDBOX), BY)
    programs.publish(PROGRAM, BY)
    programs.enrol([NewMember((ExternalId("till", "ann"),), joined_at=datetime(2017, 1, 1, tzinfo=UTC))], BY)
    file = tmp_path / "cart.json"
    file.write_text(json.dumps(CART))
    return str(file)


def said(*arguments, code=0):
    done = CliRunner().invoke(app, [*arguments])
    assert done.exit_code == code, done.output
    return done.stdout if code == 0 else done.stderr


def test_a_cart_is_priced_in_words(cart):
    assert said("cart", "evaluate", cart).splitlines() == [
        "mug  −$0.00  + mug × 1",
        "Ten off  The minimum is not reached.",
        "points: 0 pay $0.00; 0 could pay $0.00",
        "to pay $40.00",
        "earns points 40",
    ]
    chinese = said("--lang", "zh", "cart", "evaluate", cart)
    assert "Ten off  未达门槛" in chinese
    assert "应付 $40.00" in chinese


def test_a_cart_is_committed_once(cart):
    tried = json.loads(said("cart", "commit", cart, "--dry-run", "--json"))
    done = json.loads(said("cart", "commit", cart, "--json"))
    assert (tried["cart"], tried["status"], tried["dry_run"]) == (done["cart"], "recorded", True)
    assert (done["cart"]["pay_minor"], done["cart"]["tax_minor"]) == (4000, 296)
    assert json.loads(said("cart", "commit", cart, "--json"))["status"] == "repeated"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"currency": "USD", "lines": [{"sku": "A"}]}'])
def test_what_is_no_cart_is_refused(cart, text):
    Path(cart).write_text(text)
    assert "The file is not the JSON of a cart" in said("cart", "commit", cart, code=1)
