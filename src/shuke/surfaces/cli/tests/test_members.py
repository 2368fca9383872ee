"""`shuke members`: statuses with their reasons, and merges tried before they are done."""

import subprocess
import sys

from shuke.foundation import embedded
from shuke.surfaces.cli.tests.conftest import OWNER

ENROL = """
with session.opened():
    from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
    from shuke.rooms.programs import facade as programs
    from shuke.rooms.programs.contracts import AdjustFact
    from shuke.surfaces.cli.people import actor
    programs.enrol([NewMember((ExternalId("till", name),)) for name in ("bela", "cleo")], actor())
    programs.record([AdjustFact("desk", "1", MemberRef(external=ExternalId("till", "cleo")), 40, "gift")], actor())
"""


CENTS = """\
shuke: 1
program: corner
currency: USD
time_zone: America/New_York
units: {cash: {scale: 2}}
earn: [{code: spend, unit: cash, points: order.net}]
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


def test_points_of_a_merge_are_shown_in_whole_units(empty, tmp_path):
    program = tmp_path / "corner.yaml"
    program.write_text(CENTS, encoding="utf-8")
    with embedded.running(empty.home / "postgres", {"shared_buffers": "32MB"}):
        empty("init", *OWNER)
        empty("program", "publish", str(program))
        made = "from shuke.surfaces.cli import session\n" + ENROL
        subprocess.run([sys.executable, "-c", made], env=empty.environment(), check=True)
        merge = ("members", "merge", "till/bela", "till/cleo", "--reason", "one person", "--dry-run")

        tried, shown = empty.json(*merge), empty(*merge).splitlines()

        assert [each["points"] for each in tried["moved"]] == [40]
        assert tried["balances"] == {"cash": 40}
        assert shown[2].split()[1:] == ["cash", "1", "0.40"]
        assert shown[3] == "balances: cash 0.40"
        empty("points", "hold", "till/cleo", "25", "--until", "2099-01-01T00:00:00Z")

        refused = empty.both(*merge, code=1, environment={"LANG": "zh_CN.UTF-8"})[1]
        assert "的 cash 尚有待生效 0.00、预占 0.25 或还不清的欠分 0.00，请先结清。" in refused
