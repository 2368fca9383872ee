"""Which role has which right, as a table that people reviewed; and which rights an API key may carry."""

import csv
from pathlib import Path

from shuke.rooms.org import facade
from shuke.rooms.org.contracts import SCOPES, Right, Role

TABLE = Path(__file__).with_name("rights.csv")


def test_every_role_has_exactly_the_rights_of_the_table():
    told = [["right", *map(str, Role), "key"]] + [
        [str(right), *("yes" if right in facade.rights_of(role) else "" for role in Role), "scope" * (right in SCOPES)]
        for right in Right
    ]
    with TABLE.open() as table:
        assert list(csv.reader(table)) == told


def test_nobody_both_asks_and_decides_but_the_owner():
    deciders = {role for role in Role if Right.APPROVALS_DECIDE in facade.rights_of(role)}
    askers = {role for role in Role if Right.POINTS_ADJUST in facade.rights_of(role)}
    assert deciders == {Role.OWNER, Role.APPROVER}
    assert deciders & askers == {Role.OWNER}


def test_an_approver_reads_and_decides_and_writes_nothing():
    rights = facade.rights_of(Role.APPROVER)
    assert {right for right in rights if not right.endswith(":read")} == {Right.APPROVALS_DECIDE, Right.LEDGER_VERIFY}
    reading = {right for right in Right if right.endswith(":read")}
    assert reading <= rights
