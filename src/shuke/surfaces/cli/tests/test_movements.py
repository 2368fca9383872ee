"""`shuke points`, `refunds`, `behaviours`, `tiers`: in one process, over the database of the tests."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from django.apps import apps
from tests.api.club import CLUB
from typer.testing import CliRunner

from shuke.foundation import clock, ids
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact
from shuke.surfaces.cli import session, terminal
from shuke.surfaces.cli.main import app

BY = Actor(ActorKind.SYSTEM, "tests", "tests")
NOW = datetime(2017, 1, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def till(db, monkeypatch):
    """A club with two members, of whom ann has an order of 86.50 dollars: 86 points, 86 waiting, 86 growth."""
    monkeypatch.setattr(session, "opened", nullcontext)
    monkeypatch.setattr(terminal, "_language", None)
    clock.set_business_clock(NOW)
    org.create_organisation(NewOrganisation("Corner", "USD", "America/New_York", "en", Kind.SANDBOX), BY)
    programs.publish(CLUB, BY)
    for name in ("ann", "bob"):
        new = NewMember(external=(ExternalId("till", name),), phone=None, email=None, name=None, birthday=None,
                        joined_at=datetime(2017, 1, 1, tzinfo=UTC), language="en")  # fmt: skip
        programs.enrol([new], BY)
    ann = MemberRef(external=ExternalId("till", "ann"))
    (result,) = programs.record([OrderFact("till", "A-1", ann, NOW, 8650, 8650, "USD")], BY)
    assert result.refusal is None
    return run


def run(*arguments, code=0):
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if code == 0 else done.stderr


def said(*arguments):
    done = CliRunner().invoke(app, [*arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_people_read_the_organisations_time_with_its_zone_named_once(till):
    heads, first, *_ = said("tiers", "history", "till/ann").splitlines()
    assert heads.startswith("when (America/New_York)  ladder")
    assert first.startswith("2016-12-31 19:00:00 ")
    assert "Order till/A-1 of 2017-01-20 12:00:00 America/New_York, net USD 86.50." in said("explain", "till/A-1")
    ahead = said("points", "redeem", "till/ann", "1", "--dry-run", "--now", "2017-02-01")
    assert "At 2017-02-01 00:00:00 America/New_York: " in ahead
    redeemed = till("points", "redeem", "till/ann", "1")["entries"][0]
    assert "1 of the lot of 2017-01-20" in said("explain", redeemed)
    assert till("tiers", "history", "till/ann")[0]["at"] == "2017-01-01T00:00:00+00:00"


def test_a_date_is_its_midnight_there(till):
    look = ("points", "adjust", "till/ann", "5", "--reason", "x", "--dry-run", "--now")
    assert till(*look, "2017-03-01")["passed"]["as_of"] == "2017-03-01T05:00:00+00:00"
    for wrong in ("2017-03-01T00:00:00", "tomorrow"):
        assert till(*look, wrong, code=1) == (
            f"{wrong!r} is neither a date such as 2018-02-01 nor an RFC 3339 instant with an offset.\n"
        )


def test_a_version_may_begin_at_a_date_of_its_program(till, tmp_path):
    file = tmp_path / "club.yaml"
    file.write_text(CLUB.replace("{code: silver, from: 500}", "{code: silver, from: 50}"))
    told = till("program", "publish", str(file), "--effective-from", "2017-02-01")
    assert told["effective_from"] == "2017-02-01T05:00:00+00:00"


def test_points_are_adjusted_once_by_their_name(till):
    told = till("points", "adjust", "till/ann", "-6", "--reason", "mistake", "--name", "desk/1")
    assert (told["status"], told["id"][:4], told["points"], told["balances"]) == (
        "recorded", "adj_", {"points": -6}, {"points": 80})  # fmt: skip
    again = till("points", "adjust", "till/ann", "-6", "--reason", "mistake", "--name", "desk/1")
    assert again == told | {"status": "repeated"}
    said = till("points", "adjust", "till/ann", "-600", "--reason", "mistake", code=1)
    assert "80 usable" in said
    assert apps.get_model("points", "Entry").objects.count() == 4


def test_an_adjustment_may_only_be_asked_for(till):
    told = till("points", "adjust", "till/ann", "500", "--reason", "prize", "--ask")
    assert (told["status"], told["approval"][:4], told["summary"]["change"]) == ("waits", "apr_", "+500")
    assert apps.get_model("points", "Entry").objects.count() == 3


def test_points_are_held_captured_released_redeemed_and_returned(till):
    held = till("points", "hold", "till/ann", "50", "--until", "2017-01-20T18:00:00Z")
    assert (held["points"], held["balances"]) == ({"points": 50}, {"points": 36})
    assert till("points", "capture", held["id"], "20")["points"] == {"points": 20}
    assert till("points", "release", held["id"])["balances"] == {"points": 66}
    used = till("points", "redeem", "till/ann", "16", "--name", "till/r1")
    assert used["balances"] == {"points": 50}
    assert till("points", "return", "till/r1", "6")["balances"] == {"points": 56}
    assert till("points", "return", used["id"])["balances"] == {"points": 66}


def test_points_are_given_and_brought(till):
    assert till("points", "transfer", "till/ann", "till/bob", "30")["points"] == {"points": -30}
    opened = till("points", "open", "till/bob", "70", "--expires-on", "2017-06-30", "--earned-on", "2016-06-01")
    assert opened["balances"] == {"points": 100}
    assert "not a date" in till("points", "open", "till/bob", "70", "--expires-on", "soon", code=1)


def test_a_refund_is_added_and_one_before_its_order_is_parked(till):
    told = till("refunds", "add", "till/A-1", "--net-minor", "1650")
    assert (told["id"][:4], told["points"]["points"]) == ("rfd_", -16)
    assert till("refunds", "add", "till/A-2")["undecided"] == "parked"
    assert "left" in till("refunds", "add", "till/A-1", "--net-minor", "7001", code=1)
    assert "NUMBER:QUANTITY" in till("refunds", "add", "till/A-1", "--line", "1", code=1)


def test_a_behaviour_is_added_with_its_attributes(till):
    told = till("behaviours", "add", "till/ann", "review", "--attribute", "stars=4", "--name", "app/1")
    assert (told["id"][:4], told["points"]["points"]) == ("bhv_", 40)
    done = till("behaviours", "add", "till/ann", "delivered", "--order", "till/A-1")
    assert done["status"] == "recorded"
    (entry, *_) = done["entries"]
    why = till("explain", entry)
    assert (why["kind"], why["cause"]["kind"]) == ("activation", "behaviour")


def test_a_tier_is_assigned_and_its_history_told(till):
    till("tiers", "assign", "till/ann", "gold", "--until", "2017-06-30", "--reason", "match")
    latest = till("tiers", "history", "till/ann")[0]
    assert (latest["ladder"], latest["after"], latest["reason"]) == ("main", "gold", "assigned")
    assert latest["why"] == "gold was given by hand. match"


def test_a_dry_run_looks_ahead_and_writes_nothing(till):
    told = till("points", "adjust", "till/ann", "10", "--reason", "x", "--expires-on", "2017-03-01",
                "--at", "2017-01-20T17:00:00Z", "--dry-run", "--now", "2018-03-01T00:00:00Z")  # fmt: skip
    assert [(row["unit"], row["kind"], row["amount"]) for row in told["passed"]["entries"]] == [
        ("later", "cancellation", -86), ("points", "expiry", -10), ("points", "expiry", -86)]  # fmt: skip
    assert told["passed"]["balances"] == {"points": 0, "later": 0, "growth": 86}
    assert apps.get_model("points", "Entry").objects.count() == 3
    assert "--dry-run" in till("points", "redeem", "till/ann", "1", "--now", "2018-03-01T00:00:00Z", code=1)


def test_a_member_is_explained_by_where_they_stand(till):
    (member,) = {entry.holder_id for entry in apps.get_model("points", "Entry").objects.all()}
    told = till("explain", ids.encode("mbr", member))
    assert [tier["tier"] for tier in told["tiers"]] == ["base", "guest"]
    assert any("413.5" in sentence for sentence in told["tiers"][0]["sentences"])


def test_a_program_file_is_compared_with_the_one_in_force(till, tmp_path):
    file = tmp_path / "club.yaml"
    file.write_text(CLUB.replace("{code: silver, from: 500}", "{code: silver, from: 50}"))
    told = till("program", "diff", str(file))
    assert [(one["before"], one["after"]) for one in told["differences"]] == [("500", "50")]
    assert told["moves"] == []
    assert told["reviews"] == [{"ladder": "main", "held": "base", "before": "base", "after": "silver", "members": 1}]
    file.write_text(file.read_text() + "changes: {upgrades: at once}\n")
    told = till("program", "diff", str(file))
    assert told["moves"] == [{"ladder": "main", "before": "base", "after": "silver", "members": 1}]
    assert told["reviews"] == []
