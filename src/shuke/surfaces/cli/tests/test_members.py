"""`shuke members`: statuses with their reasons, and merges tried before they are done."""

import subprocess
import sys

ENROL = """
with session.opened():
    from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
    from shuke.rooms.programs import facade as programs
    from shuke.rooms.programs.contracts import AdjustFact
    from shuke.surfaces.cli.people import actor
    programs.enrol([NewMember((ExternalId("till", name),)) for name in ("bela", "cleo")], actor())
    programs.record([AdjustFact("desk", "1", MemberRef(external=ExternalId("till", "cleo")), 40, "gift")], actor())
"""


def test_nobody_is_found_by_what_names_nobody(live):
    assert live.both("members", "status", "shop/nobody", code=1)[1] == "There is no such member.\n"
    assert "mbr_" in live.both("members", "status", "mbr_1", code=1)[1]


def test_a_merge_is_tried_before_it_is_done(shop):
    made = "from shuke.surfaces.cli import session\n" + ENROL
    subprocess.run([sys.executable, "-c", made], env=shop.environment(), check=True)

    tried = shop.json("members", "merge", "till/bela", "till/cleo", "--reason", "one person", "--dry-run")

    assert [(each["unit"], each["points"]) for each in tried["moved"]] == [("points", 40)]
    assert (tried["balances"], tried["tiers"], tried["dry_run"]) == ({"points": 40}, {"main": "base"}, True)
    assert shop.json("members", "status", "till/cleo")["status"] == "active"
    assert "40" in shop("members", "merge", "till/bela", "till/cleo", "--reason", "one person", "--dry-run")
