"""An order as a careful shop would record it by hand with psycopg: lock, read, reckon, a statement for each row.

It writes the very rows that the product writes for the order, into the same tables, but checks nothing: no bounds, no
repeats beyond the unique key, one program that never changes. psycopg prepares what it sends often.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import dict_row

# What an order inserts: the table, the column that names the order, and what identity gives by itself.
INSERTED = {
    "business_key": "reference",
    "orders_order": "id",
    "programs_decision": "fact_id",
    "points_lot": "reference",
    "points_entry": "reference",
}
GIVEN = {"recorded_seq"}


class ByHand:
    """Records orders like the one whose rows it is shown."""

    def __init__(self, order_id: UUID) -> None:
        from shuke.foundation import home
        from shuke.surfaces.cli import session

        self.connection = psycopg.connect(session.database_url(home.current()), autocommit=True)
        self.rows = {table: self._row(table, column, order_id) for table, column in INSERTED.items()}
        self.inserts = {
            table: f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f'%({name})s' for name in row)})"  # noqa: S608
            for table, row in self.rows.items()
        }

    def record(self, member_id: UUID, external_id: str, net_minor: int) -> None:
        """Record one order of a member."""
        order_id, now = uuid4(), datetime.now(UTC)
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute("SELECT transaction_count FROM points_holder WHERE id = %s FOR UPDATE", [member_id])
            ((transactions,),) = cursor.fetchall()
            cursor.execute("SELECT status FROM members_member WHERE id = %s", [member_id])
            ((status,),) = cursor.fetchall()
            cursor.execute("SELECT orders, memory FROM programs_membership WHERE member_id = %s", [member_id])
            ((orders, memory),) = cursor.fetchall()
            cursor.execute("SELECT rank FROM tiers_state WHERE member_id = %s", [member_id])
            ranks = cursor.fetchall()
            cursor.execute(
                "SELECT available, entry_count, lot_count FROM points_account WHERE holder_id = %s", [member_id]
            )
            ((available, entries, lots),) = cursor.fetchall()
            assert status == "active"
            points = net_minor * (100, 125, 150, 200)[ranks[0][0] if ranks else 0] // 10_000
            common = {"member_id": member_id, "holder_id": member_id, "external_id": external_id}
            common |= {"occurred_at": now, "earned_at": now}
            own: dict[str, dict[str, Any]] = {
                "points_lot": {"number": lots + 1, "earned": points, "remaining": points},
                "points_entry": {
                    "number": entries + 1,
                    "transaction_number": transactions + 1,
                    "lot_number": lots + 1,
                    "amount": points,
                    "balance_after": available + points,
                },
            }
            for table, column in INSERTED.items():
                row = self.rows[table] | {name: common[name] for name in self.rows[table] if name in common}
                cursor.execute(self.inserts[table], row | {column: order_id} | own.get(table, {}))
            cursor.execute(
                "UPDATE points_account SET available = available + %s, entry_count = entry_count + 1,"
                " lot_count = lot_count + 1 WHERE holder_id = %s",
                [points, member_id],
            )
            cursor.execute(
                "UPDATE points_holder SET transaction_count = transaction_count + 1 WHERE id = %s", [member_id]
            )
            cursor.execute(
                "UPDATE programs_membership SET orders = %s, memory = %s, standing_at = %s WHERE member_id = %s",
                [orders + 1, memory, now, member_id],
            )
            cursor.execute("UPDATE members_member SET last_active_at = %s WHERE id = %s", [now, member_id])

    def _row(self, table: str, column: str, order_id: UUID) -> dict[str, Any]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(f"SELECT * FROM {table} WHERE {column} = %s", [order_id])  # noqa: S608  # our own names
            (row,) = cursor.fetchall()
            return {name: value for name, value in row.items() if name not in GIVEN}
