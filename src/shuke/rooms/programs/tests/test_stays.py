"""What is recorded can't be emptied, not even whole tables at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from shuke.rooms.programs import facade
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, order

TABLES = (
    "business_key",
    "org_audit_line",
    "points_entry",
    "programs_decision",
    "programs_version",
    "programs_withdrawal",
    "tiers_change",
)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_facts_is_never_emptied(anna, table):
    facade.record([order("a", 600_00)], ACTOR)
    facade.publish(PROGRAM.replace("from: 500", "from: 400"), ACTOR, NOW + timedelta(days=1))
    facade.withdraw("corner", 2, ACTOR)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")
        cursor.execute(f"SELECT count(*) > 0 FROM {table}")
        assert cursor.fetchone() == (True,)
