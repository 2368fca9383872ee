"""Puts the rows of files together into orders, refunds, redemptions and members, and says what does not fit.

Every check is a statement over all rows; what it finds is a row in the table `faults`. What has a fault is left out of
the tables made here (`orders`, `refunds`, `off_lines`, `redemptions`, `member_rows`), so that the next check speaks of
what is left.
"""

from collections.abc import Mapping

import duckdb

from shuke.core.state.slots import AMOUNT_MAX, LINES_MAX, ORDERS_MAX
from shuke.engine.histories.faults import TAGS_MAX
from shuke.engine.histories.fields import Kind
from shuke.engine.histories.typed import Typed

PARTS = ("tax", "shipping", "points_paid")  # amounts within the net, 0 where nothing is said
TEXTS = ("store", "brand", "channel")
OF_ORDERS = ("member_id", "occurred_at")  # what all rows of an order say alike
PLAIN = {"order_id", *OF_ORDERS, "net"}
MISSING = "CASE WHEN member_id IS NULL THEN 'member_id' WHEN occurred_at IS NULL THEN 'occurred_at' ELSE 'net' END"
FAULTS = """CREATE TABLE faults (
    kind VARCHAR, file BIGINT, row BIGINT, "column" VARCHAR, cause VARCHAR, found VARCHAR, order_id VARCHAR)"""


class Checks:
    """Makes the tables of one import, kind by kind."""

    def __init__(self, db: duckdb.DuckDBPyConnection, typed: Typed) -> None:
        self._db, self._typed = db, typed
        db.execute(FAULTS)
        db.execute("CREATE TABLE bad (order_id VARCHAR)")  # orders with a row that can't be used
        self._have = typed.have
        own_lines = self._have[Kind.ORDERS] & {"sku", "category", "quantity"}
        self.lines_of = (
            Kind.LINES
            if self._have[Kind.LINES]
            else Kind.ORDERS
            if own_lines and self._have[Kind.ORDERS] & {"net", "price"}
            else None
        )

    def _count(self, sql: str) -> int:
        row = self._db.execute(sql).fetchone()
        return int(row[0]) if row else 0

    def values(self, kind: Kind) -> None:
        """Read the rows of a kind, note values that can't be used and keep the good rows as KIND_good.

        An order without one of its rows would be another order: all of them go.
        """
        good = "true"
        if self._typed.read(kind):
            self._typed.note(kind)
            good = "NOT wrong"
            if kind in (Kind.ORDERS, Kind.LINES):
                self._db.execute(
                    f"INSERT INTO bad SELECT DISTINCT order_id::VARCHAR FROM {kind}_rows"  # noqa: S608
                    " WHERE wrong AND order_id IS NOT NULL"
                )
                good += " AND order_id::VARCHAR NOT IN (SELECT order_id FROM bad)"
        self._db.execute(f"CREATE VIEW {kind}_good AS SELECT * FROM {kind}_rows WHERE {good}")  # noqa: S608

    # ---- orders

    def no_sales(self) -> None:
        """Make the table `no_sales` of the rows that are left out by their status, by their order."""
        self._db.execute("CREATE TABLE no_sales (order_id VARCHAR, rows BIGINT, total BIGINT, net BIGINT)")
        if rows := self._typed.no_sales():
            self._db.execute(
                f"INSERT INTO no_sales SELECT order_id::VARCHAR, count(*), max(total), sum({self._line_amount()})"  # noqa: S608
                f" FROM ({rows}) GROUP BY order_id"
            )

    def orders(self) -> None:
        """Make the table `orders`: a row an order, with the number of its lines and what is said of it."""
        self._group(self._line_amount())
        if self.lines_of is Kind.LINES:
            self._add_lines()
        amounts = ("net", *(name for name in ("gross", *PARTS) if name in self._have[Kind.ORDERS]))
        checks = {
            "value_missing": "member_id IS NULL OR occurred_at IS NULL OR net IS NULL",
            "order_torn": "torn",
            "order_repeated": "repeated",
            "order_too_large": " OR ".join(f"{name} > {AMOUNT_MAX}" for name in amounts),
        }
        if self.lines_of:
            checks["too_many_lines"] = f"lines > {LINES_MAX}"
        if "total" in self._have[Kind.ORDERS]:
            checks["values_differ"] = "differ"
        if "gross" in amounts:
            checks["gross_below_net"] = "gross < net"
        if "refunded" in self._have[Kind.ORDERS]:
            self._note_refunded()
            checks["refund_above_order"] = "order_id IN (SELECT order_id FROM refunded WHERE amount > net)"
        if set(PARTS) & set(amounts):
            checks["part_above_net"] = " OR ".join(f"{name} > net" for name in PARTS if name in amounts)
        self._leave_out(checks)
        self._db.execute(
            "CREATE TABLE buyers AS SELECT member_id, min(occurred_at) AS first_at, count(*) AS orders"
            " FROM orders GROUP BY member_id"
        )
        if self._count(f"SELECT count(*) FROM buyers WHERE orders > {ORDERS_MAX}"):  # noqa: S608  a number of ours
            busy = f"member_id IN (SELECT member_id FROM buyers WHERE orders > {ORDERS_MAX})"  # noqa: S608
            self._leave_out({"too_many_orders": busy})
            self._db.execute(f"DELETE FROM buyers WHERE orders > {ORDERS_MAX}")  # noqa: S608

    def _line_amount(self) -> str:
        """Return the SQL of what a row of an orders file says was paid for it."""
        have = self._have[Kind.ORDERS]
        priced = self._priced(Kind.ORDERS)
        if "net" in have and "price" in have:
            return f"coalesce(net, {priced})"
        return "net" if "net" in have else priced if "price" in have else "NULL::BIGINT"

    def _priced(self, kind: Kind) -> str:
        """Return the SQL of price × quantity, that of a measure rounded half up."""
        pieces = "price * coalesce(quantity, 1)"
        if not self._typed.measures(kind):
            return pieces
        return (
            f"CASE WHEN measure IS NULL THEN {pieces} ELSE ((price::HUGEINT * measure + 500000) // 1000000)::BIGINT END"
        )

    def _note_refunded(self) -> None:
        """Make the table `refunded`: what rows of orders say of their own refund."""
        of_order = "max" if "total" in self._have[Kind.ORDERS] else "sum"
        self._db.execute(
            f"CREATE TABLE refunded AS SELECT order_id, amount, net FROM orders JOIN ("  # noqa: S608
            f"SELECT order_id, {of_order}(refunded)::BIGINT AS amount FROM orders_good WHERE refunded > 0"
            " GROUP BY order_id) USING (order_id)"
        )

    def _group(self, line: str) -> None:
        have = self._have[Kind.ORDERS]
        files = [file for one in self._typed.opened for file in one.files if file.kind is Kind.ORDERS]
        repeated = ["min(file) <> max(file)"] * (not self._typed.are_apart(Kind.ORDERS))  # else its instants tell
        repeated += ["count(*) > 1"] * any(file.one_row_an_order for file in files)
        # where a row says the total of its order, other amounts are those of the order, too
        total, of_order = "total" in have, "max" if "total" in have else "sum"
        typed, proved = self._typed, self._typed.proved(Kind.ORDERS) if have == PLAIN else None

        def of(aggregate: str, code: str) -> str:
            return typed.of_group(proved, code, aggregate) if proved else f"{aggregate}({code})"

        summed = of("sum", "net") if proved else f"sum({line})::BIGINT"
        net = f"coalesce(max(total), {summed})" if total else summed
        gross = "max(gross)" if total else f"sum(coalesce(gross, {line}))::BIGINT"
        columns = {
            "member_id": of("min", "member_id"),
            "occurred_at": of("min", "occurred_at"),
            "torn": " OR ".join(
                typed.differs(proved, code) if proved else f"min({code}) <> max({code})" for code in OF_ORDERS
            ),
            "repeated": " OR ".join(repeated) or "false",
            "net": net,
            **({"lines": "count(*)::INTEGER"} if self.lines_of else {}),
            **({"differ": "min(total) <> max(total)"} if total else {}),
            **({"gross": f"coalesce({gross}, {net})"} if "gross" in have else {}),
            **{name: f"coalesce({of_order}({name}), 0)::BIGINT" for name in PARTS if name in have},
            **{name: f"coalesce(min(nullif({name}, '')), '')" for name in TEXTS if name in have},
        }  # fmt: skip
        order_id, rows = (of("", "order_id"), proved.relation) if proved else ("order_id", "orders_good")
        self._db.execute(
            f"CREATE TABLE orders AS SELECT {order_id} AS order_id,"  # noqa: S608  our own text
            f" {', '.join(f'{sql} AS {name}' for name, sql in columns.items())} FROM {rows} GROUP BY ALL"
        )

    def _add_lines(self) -> None:
        """Give the orders the number of their lines in other files, and their sum where the orders say no amount."""
        self._db.execute("DELETE FROM orders WHERE order_id::VARCHAR IN (SELECT order_id FROM bad)")
        self._strangers(Kind.LINES)
        gross = ", coalesce(o.gross, o.net, l.net) AS gross" if "gross" in self._have[Kind.ORDERS] else ""
        self._db.execute(
            f"""
            CREATE OR REPLACE TABLE orders AS
            SELECT o.* REPLACE (coalesce(l.lines, 0)::INTEGER AS lines, coalesce(o.net, l.net) AS net{gross})
            FROM orders o LEFT JOIN (
                SELECT order_id, count(*) AS lines, sum({self.line_net()})::BIGINT AS net
                FROM lines_good GROUP BY order_id
            ) l USING (order_id)
            """  # noqa: S608  columns of our own list
        )

    def _leave_out(self, checks: Mapping[str, str]) -> None:
        """Note every order that a check finds, at its first row, and delete it."""
        counts = ", ".join(f"count_if({test})" for test in checks.values())
        found = self._db.execute(f"SELECT {counts} FROM orders").fetchone() or ()  # noqa: S608  our own tests
        for (cause, test), count in zip(checks.items(), found, strict=True):
            if count:
                column, told = (MISSING, "''") if cause == "value_missing" else ("'order_id'", "order_id::VARCHAR")
                self._db.execute(
                    f"""
                    INSERT INTO faults SELECT 'orders', file, row, {column}, '{cause}', {told}, order_id::VARCHAR
                    FROM (SELECT * FROM orders WHERE {test}) JOIN (
                        SELECT order_id, unnest(min({{'file': file, 'row': row}})) FROM orders_good GROUP BY order_id
                    ) USING (order_id)
                    """  # noqa: S608
                )
        if any(found):
            tests = " OR ".join(f"coalesce({test}, false)" for test in checks.values())
            self._db.execute(f"DELETE FROM orders WHERE {tests}")  # noqa: S608

    def _strangers(self, kind: Kind, column: str = "order_id") -> None:
        """Note rows that name an order which isn't there."""
        self._db.execute(
            f"""
            INSERT INTO faults SELECT '{kind}', file, row, '{column}',
                if({column}::VARCHAR IN (
                    SELECT order_id FROM faults WHERE kind IN ('orders', 'lines') AND cause <> 'order_unknown'
                ), 'order_left_out', 'order_unknown'),
                {column}::VARCHAR, {column}::VARCHAR
            FROM {kind}_good WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT order_id FROM orders)
                AND {column}::VARCHAR NOT IN (SELECT order_id FROM no_sales WHERE order_id IS NOT NULL)
            """  # noqa: S608
        )

    # ---- refunds

    def refunds(self) -> None:
        """Make the tables `refunds` (number, order_id, at, amount) and `off_lines` (number, line, net, quantity)."""
        self._strangers(Kind.REFUNDS)
        self._db.execute(
            """
            CREATE TABLE refund_rows_ AS
            SELECT r.file, r.row, r.order_id, r.occurred_at, r.net, nullif(r.sku, '') AS sku, r.quantity,
                coalesce(r.whole, false) AS whole,
                coalesce(r.refund_id, format('#{:06}{:012}', r.file, r.row)) AS refund_id,
                o.occurred_at AS ordered_at, o.net AS order_net
            FROM refunds_good r JOIN orders o USING (order_id)
            """
        )
        if "refunded" in self._have[Kind.ORDERS]:
            told = "order_id IN (SELECT order_id FROM refunded)"
            self._drop(Kind.REFUNDS, "refund_rows_", "refunded_in_order", "order_id", told)
        if self._typed.measures(Kind.REFUNDS):  # how much of one piece it was is not known
            part = "(file, row) IN (SELECT (file, row) FROM refunds_good WHERE measure IS NOT NULL)"
            test = f"net IS NULL AND NOT whole AND {part}"
            self._drop(Kind.REFUNDS, "refund_rows_", "amount_needed", "net", test)
        self._drop(
            Kind.REFUNDS,
            "refund_rows_",
            "before_its_order",
            "occurred_at",
            "occurred_at < ordered_at",
            "to_timestamp(occurred_at)",
        )
        self._drop(
            Kind.REFUNDS,
            "refund_rows_",
            "refund_torn",
            "refund_id",
            "refund_id IN (SELECT refund_id FROM refund_rows_ GROUP BY refund_id HAVING"
            " min(order_id) <> max(order_id) OR min(occurred_at) <> max(occurred_at))",
        )
        self._find_lines()
        if "refunded" in self._have[Kind.ORDERS]:
            self._db.execute(
                "INSERT INTO refund_rows_ BY NAME SELECT 0 AS file, 0 AS row, order_id, occurred_at, amount AS net,"
                " false AS whole, order_id::VARCHAR AS refund_id, occurred_at AS ordered_at, o.net AS order_net"
                " FROM refunded JOIN orders o USING (order_id)"
            )
        self._db.execute(
            """
            CREATE TABLE refunds AS
            SELECT row_number() OVER (
                ORDER BY order_id, occurred_at, try_cast(refund_id AS HUGEINT) NULLS LAST, refund_id) AS number, *
            FROM (
                SELECT order_id, refund_id, any_value(occurred_at) AS occurred_at, min(file) AS file, min(row) AS row,
                    sum(CASE WHEN line IS NULL AND NOT whole THEN net ELSE 0 END)::BIGINT AS amount,
                    sum(CASE WHEN line IS NULL THEN 0 ELSE net END)::BIGINT AS by_lines,
                    bool_or(whole) AS whole, any_value(order_net) AS order_net
                FROM refund_rows_ GROUP BY order_id, refund_id
            )
            """
        )
        # what a whole refund takes is what those before it left
        before = (
            "coalesce(sum(amount + by_lines) OVER (PARTITION BY order_id ORDER BY number"
            " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::BIGINT AS taken_before"
        )
        left = "greatest(order_net - taken_before - by_lines, 0)"
        self._db.execute(
            f"""
            CREATE OR REPLACE TABLE refunds AS
            SELECT * REPLACE (CASE WHEN whole THEN {left} ELSE amount END AS amount)
            FROM (SELECT *, {before} FROM refunds)
            """  # noqa: S608
        )
        self._db.execute(
            f"CREATE OR REPLACE TABLE refunds AS SELECT * REPLACE ({before}) FROM refunds"  # noqa: S608
        )
        done = (
            "order_net > 0 AND taken_before >= order_net OR order_net = 0 AND number > (SELECT min(number) FROM"
            " refunds first WHERE first.order_id = refunds.order_id)"
        )
        above = "taken_before + amount + by_lines > order_net"
        for cause, test in (("already_refunded", done), ("refund_above_order", above)):
            self._drop(Kind.REFUNDS, "refunds", cause, "net", test, self._typed.settings.major("amount + by_lines"))
        self._db.execute(
            "CREATE TABLE off_lines AS SELECT number, line, r.net, r.quantity FROM refund_rows_ r"
            " JOIN refunds USING (order_id, refund_id) WHERE line IS NOT NULL"
        )

    def _find_lines(self) -> None:
        """Find the line of each refunded sku, and what of its net is refunded where only pieces are said."""
        self._db.execute("ALTER TABLE refund_rows_ ADD COLUMN line BIGINT")
        if not self._count("SELECT count(*) FROM refund_rows_ WHERE sku IS NOT NULL"):
            self._drop(Kind.REFUNDS, "refund_rows_", "amount_needed", "net", "net IS NULL AND NOT whole")
            return
        if self.lines_of is not None:
            self._db.execute(
                f"""
                CREATE TABLE sold AS
                SELECT order_id, sku, line, net AS line_net, quantity AS line_quantity,
                    count(*) OVER (PARTITION BY order_id, sku) AS alike
                FROM (
                    SELECT order_id, sku, {self.line_net()} AS net, coalesce(quantity, 1) AS quantity,
                        row_number() OVER (PARTITION BY order_id ORDER BY file, row) - 1 AS line
                    FROM {self.lines_of}_good
                    WHERE order_id IN (SELECT order_id FROM refund_rows_ WHERE sku IS NOT NULL)
                )
                """  # noqa: S608
            )
        else:
            self._db.execute(
                "CREATE TABLE sold AS SELECT order_id, sku, 0::BIGINT AS line, 0::BIGINT AS line_net,"
                " 0::BIGINT AS line_quantity, 1::BIGINT AS alike FROM refund_rows_ WHERE false"
            )
        named = "sku IS NOT NULL AND (order_id, sku) {} IN (SELECT (order_id, sku) FROM sold{})"
        self._drop(Kind.REFUNDS, "refund_rows_", "line_unknown", "sku", named.format("NOT", ""))
        self._drop(Kind.REFUNDS, "refund_rows_", "line_ambiguous", "sku", named.format("", " WHERE alike > 1"))
        # pieces without an amount take their share of the line, so that all pieces take all of it
        share = "line_net * {} // greatest(line_quantity, 1)"
        pieces = "sum(quantity) OVER (PARTITION BY order_id, sku ORDER BY occurred_at, refund_id, file, row)"
        self._db.execute(
            f"""
            CREATE OR REPLACE TABLE refund_rows_ AS
            SELECT * EXCLUDE (line, line_net, line_quantity, pieces) REPLACE (
                CASE WHEN sku IS NULL OR net IS NOT NULL THEN net
                    ELSE {share.format("pieces")} - {share.format("(pieces - quantity)")} END AS net), line,
                sku IS NOT NULL AND (sum(coalesce(net, 0)) OVER of_line > line_net OR pieces > line_quantity) AS beyond
            FROM (
                SELECT r.* EXCLUDE (line) REPLACE (
                        CASE WHEN r.sku IS NOT NULL THEN coalesce(r.quantity, 0) END AS quantity),
                    s.line, s.line_net, s.line_quantity, {pieces} AS pieces
                FROM refund_rows_ r LEFT JOIN sold s USING (order_id, sku)
            )
            WINDOW of_line AS (PARTITION BY order_id, sku ORDER BY occurred_at, refund_id, file, row)
            """  # noqa: S608
        )
        self._drop(Kind.REFUNDS, "refund_rows_", "refund_above_line", "quantity", "beyond")
        self._drop(Kind.REFUNDS, "refund_rows_", "amount_needed", "net", "net IS NULL AND NOT whole")

    def have(self, kind: Kind) -> set[str]:
        """Return the fields that files of a kind say."""
        return self._have[kind]

    def row_amount(self) -> str:
        """Return the SQL of what a row of an orders file adds to what was paid."""
        line = self._line_amount()
        return f"coalesce(total, {line})" if "total" in self._have[Kind.ORDERS] else line

    def line_net(self) -> str:
        """Return the SQL of the net of a line of the relation that lines come from."""
        if self.lines_of is Kind.LINES:
            return f"coalesce(net, {self._priced(Kind.LINES)})"
        return self._line_amount()

    def _drop(self, kind: Kind, table: str, cause: str, column: str, test: str, found: str = "") -> None:
        """Note the rows that a test finds, with the SQL of what stood there, and delete them."""
        wrong = f"FROM {table} WHERE {test}"
        if self._count(f"SELECT count(*) {wrong}"):
            self._db.execute(
                f"INSERT INTO faults SELECT '{kind}', file, row, '{column}', '{cause}',"
                f" coalesce(({found or column})::VARCHAR, ''), NULL {wrong}"
            )
            self._db.execute(f"DELETE {wrong}")

    # ---- redemptions and members

    def redemptions(self) -> None:
        """Make the table `redemptions`; what pays for an order is there by the time of the order."""
        self._strangers(Kind.REDEMPTIONS)
        self._db.execute(
            """
            CREATE TABLE redemptions AS
            SELECT r.file, r.row, r.member_id, least(r.occurred_at, o.occurred_at) AS occurred_at, r.points, r.order_id,
                coalesce(r.unit, '') AS unit, coalesce(r.redemption_id, '') AS redemption_id,
                o.member_id AS orderer
            FROM redemptions_good r LEFT JOIN orders o USING (order_id)
            WHERE r.order_id IS NULL OR o.order_id IS NOT NULL
            """
        )
        self._drop(Kind.REDEMPTIONS, "redemptions", "order_of_other_member", "order_id", "member_id <> orderer")
        self._drop(
            Kind.REDEMPTIONS, "redemptions", "row_repeated", "redemption_id",
            "redemption_id <> '' AND (file, row) NOT IN"
            " (SELECT min((file, row)) FROM redemptions GROUP BY redemption_id)",
        )  # fmt: skip

    def members(self) -> None:
        """Make the table `member_rows`: what the files say of members."""
        self._db.execute(
            """
            CREATE TABLE member_rows AS
            SELECT file, row, member_id, joined_at, coalesce(birthday, 0) AS birthday,
                list_filter(regexp_split_to_array(coalesce(tags, ''), '[\\s,;，；、|]+'), lambda x: x <> '') AS tags
            FROM members_good
            """
        )
        self._drop(
            Kind.MEMBERS, "member_rows", "member_repeated", "member_id",
            "(file, row) NOT IN (SELECT min((file, row)) FROM member_rows GROUP BY member_id)",
        )  # fmt: skip
        self._db.execute(
            "CREATE TABLE tags AS SELECT tag, row_number() OVER (ORDER BY tag) - 1 AS bit"
            " FROM (SELECT DISTINCT unnest(tags) AS tag FROM member_rows)"
        )
        if self._count("SELECT count(*) FROM tags") > TAGS_MAX:
            self._drop(
                Kind.MEMBERS, "member_rows", "too_many_tags", "tags",
                f"list_has_any(tags, (SELECT list(tag) FROM tags WHERE bit >= {TAGS_MAX}))",  # noqa: S608
            )  # fmt: skip
            self._db.execute(f"DELETE FROM tags WHERE bit >= {TAGS_MAX}")  # noqa: S608
