"""Puts the rows of files together into orders, refunds, redemptions and members, and says what does not fit.

Every check is a statement over all rows; what it finds is a row in the table `faults`. What has a fault is left out of
the tables made here (`orders`, `refunds`, `off_lines`, `redemptions`, `member_rows`), so that the next check speaks of
what is left.
"""

from collections.abc import Mapping

import duckdb

from shuke.core.state.slots import AMOUNT_MAX, LINES_MAX, ORDERS_MAX
from shuke.engine.facts import QUANTITY_LIMIT
from shuke.engine.histories.faults import TAGS_MAX
from shuke.engine.histories.fields import Kind
from shuke.engine.histories.typed import Typed

PARTS = ("tax", "shipping", "points_paid")  # amounts within the net, 0 where nothing is said
TEXTS = ("store", "brand", "channel")
OF_ORDERS = ("member_id", "occurred_at")  # what all rows of an order say alike
ONCE = ("total", "gross", "refunded", *PARTS)  # amounts of the order where rows say its total
PLAIN = {"order_id", *OF_ORDERS, "net"}
MISSING = "CASE WHEN member_id IS NULL THEN 'member_id' WHEN occurred_at IS NULL THEN 'occurred_at' ELSE 'net' END"
CHUNK = 100_000  # refunds that are gone through at once
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
        self.repeated_refunds = 0  # orders of several rows that say the same refund each
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
        """Make the table `no_sales` of the rows that are left out by their status, by their order.

        An order is `whole` where no row of it is left, `partly` where some are and a total speaks of both: what was
        paid for those that are left is then not known. What is wrong in other files with a whole one is no fault.
        """
        self._db.execute(
            "CREATE TABLE no_sales (order_id VARCHAR, rows BIGINT, whole BOOLEAN, partly BOOLEAN, net HUGEINT)"
        )
        rows = self._typed.no_sales()
        if not rows:
            return
        self._db.execute(
            f"""
            INSERT INTO no_sales
            SELECT order_id::VARCHAR, rows, order_id IS NOT NULL AND kept.order_ IS NULL AS whole,
                kept.order_ IS NOT NULL AND coalesce(gone.total, kept.total) IS NOT NULL AS partly,
                CASE WHEN partly THEN 0 WHEN whole THEN coalesce(gone.total, net) ELSE net END
            FROM (
                SELECT order_id, count(*) AS rows, max(total) AS total, sum({self._line_amount()}) AS net
                FROM {self._usable(f"({rows})")} GROUP BY order_id
            ) gone LEFT JOIN (
                SELECT order_id AS order_, max(total) AS total FROM orders_rows GROUP BY order_id
            ) kept ON order_ = order_id
            """  # noqa: S608  columns of our own list
        )
        self._db.execute(
            "DELETE FROM faults WHERE kind <> 'orders' AND order_id IN (SELECT order_id FROM no_sales WHERE whole)"
        )

    def _usable(self, rows: str) -> str:
        """Return the SQL of rows of orders, wrong ones too, without numbers beyond what is read: they are summed up."""
        most = dict.fromkeys(("net", "total", "price"), AMOUNT_MAX) | {"quantity": QUANTITY_LIMIT}
        most |= {"measure": QUANTITY_LIMIT * 1_000_000} if self._typed.measures(Kind.ORDERS) else {}
        within = (f"CASE WHEN {name} BETWEEN 0 AND {limit} THEN {name} END AS {name}" for name, limit in most.items())
        return f"(SELECT * REPLACE ({', '.join(within)}) FROM {rows})"  # noqa: S608  columns of our own list

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
            if self._count("SELECT count(*) FROM no_sales WHERE partly"):
                checks["order_partly_sold"] = "order_id::VARCHAR IN (SELECT order_id FROM no_sales WHERE partly)"
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
        total = "total" in self._have[Kind.ORDERS]
        of_order, alike = ("max", "false") if total else ("sum", "count(*) > 1 AND count(refunded) = count(*)")
        self._db.execute(
            f"CREATE TABLE refunded AS SELECT order_id, amount, net, alike FROM orders JOIN ("  # noqa: S608
            f"SELECT order_id, {of_order}(refunded)::BIGINT AS amount,"
            f" {alike} AND min(refunded) = max(refunded) AS alike FROM orders_good"
            " GROUP BY order_id HAVING amount > 0) USING (order_id)"
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
        differ = " OR ".join(f"min({name}) <> max({name})" for name in ONCE if name in have)
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
            **({"differ": differ} if total else {}),
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
                AND {column}::VARCHAR NOT IN (SELECT order_id FROM no_sales WHERE whole)
            """  # noqa: S608
        )

    # ---- refunds

    def refunds(self) -> None:
        """Make the tables `refunds` (number, order_id, at, amount) and `off_lines` (number, line, net, quantity)."""
        self._strangers(Kind.REFUNDS)
        self._db.execute(
            f"""
            CREATE TABLE refund_rows_ AS
            SELECT r.file, r.row, r.order_id, r.occurred_at, r.net, nullif(r.sku, '') AS sku, r.quantity,
                coalesce(r.whole, false) AS whole, {self._measured(Kind.REFUNDS, "r.")} AS measured,
                coalesce(r.refund_id, format('#{{:06}}{{:012}}', r.file, r.row)) AS refund_id,
                o.occurred_at AS ordered_at, o.net AS order_net
            FROM refunds_good r JOIN orders o USING (order_id)
            """  # noqa: S608  columns of our own list
        )
        if "refunded" in self._have[Kind.ORDERS]:
            told = "order_id IN (SELECT order_id FROM refunded)"
            self._drop(Kind.REFUNDS, "refund_rows_", "refunded_in_order", "order_id", told)
            self.repeated_refunds = self._count(
                "SELECT count(*) FROM refunded SEMI JOIN orders USING (order_id) WHERE alike"
            )
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
                ORDER BY order_id, occurred_at, try_cast(refund_id AS HUGEINT) NULLS LAST, refund_id) AS number,
                * REPLACE (CASE WHEN whole THEN greatest(order_net - by_lines, 0) ELSE amount END AS amount)
            FROM (
                SELECT order_id, refund_id, any_value(occurred_at) AS occurred_at, min(file) AS file, min(row) AS row,
                    sum(CASE WHEN line IS NULL AND NOT whole THEN net ELSE 0 END)::BIGINT AS amount,
                    sum(CASE WHEN line IS NULL THEN 0 ELSE net END)::BIGINT AS by_lines,
                    bool_or(whole) AS whole, any_value(order_net) AS order_net
                FROM refund_rows_ GROUP BY order_id, refund_id
            )
            """
        )
        self._take_in_turn()
        self._db.execute(
            "CREATE TABLE off_lines AS SELECT number, line, r.net, r.quantity FROM refund_rows_ r"
            " JOIN refunds USING (order_id, refund_id) WHERE line IS NOT NULL"
        )

    def _take_in_turn(self) -> None:
        """Drop the refunds that take more than those before them left; what is dropped takes nothing itself.

        Only orders of which all refunds together may be too many are gone through.
        """
        self._db.execute("CREATE TABLE in_turn (number BIGINT, amount BIGINT, cause VARCHAR)")
        with self._db.cursor() as db:
            db.execute(
                """
                SELECT number, order_id, order_net, amount, by_lines, whole FROM refunds WHERE order_id IN (
                    SELECT order_id FROM refunds GROUP BY order_id
                    HAVING sum(amount + by_lines) >= max(order_net) + (count(*) = 1)::INTEGER
                ) ORDER BY number
                """
            )
            order, left, taken = None, 0, False
            while rows := db.fetchmany(CHUNK):
                done = []
                for number, order_id, net, amount, by_lines, whole in rows:
                    if order_id != order:
                        order, left, taken = order_id, net, False
                    takes = max(left - by_lines, 0) if whole else amount
                    above = takes + by_lines > left
                    cause = "already_refunded" if taken and not left else "refund_above_order" if above else None
                    if cause is None:
                        left, taken = left - takes - by_lines, True
                    done.append((number, takes, cause))
                columns = [list(column) for column in zip(*done, strict=True)]
                self._db.execute(
                    "INSERT INTO in_turn SELECT unnest(?::BIGINT[]), unnest(?::BIGINT[]), unnest(?::VARCHAR[])", columns
                )
        self._db.execute("UPDATE refunds SET amount = t.amount FROM in_turn t WHERE t.number = refunds.number")
        for cause in ("already_refunded", "refund_above_order"):
            test = f"number IN (SELECT number FROM in_turn WHERE cause = '{cause}')"  # noqa: S608  our own
            self._drop(Kind.REFUNDS, "refunds", cause, "net", test, self._typed.settings.major("amount + by_lines"))

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
                SELECT order_id, sku, line, net AS line_net, quantity AS line_quantity, weighed,
                    count(*) OVER (PARTITION BY order_id, sku) AS alike
                FROM (
                    SELECT order_id, sku, {self.line_net()} AS net, coalesce(quantity, 1) AS quantity,
                        {self._measured(self.lines_of)} AS weighed,
                        row_number() OVER (PARTITION BY order_id ORDER BY file, row) - 1 AS line
                    FROM {self.lines_of}_good
                    WHERE order_id IN (SELECT order_id FROM refund_rows_ WHERE sku IS NOT NULL)
                )
                """  # noqa: S608
            )
        else:
            self._db.execute(
                "CREATE TABLE sold AS SELECT order_id, sku, 0::BIGINT AS line, 0::BIGINT AS line_net,"
                " 0::BIGINT AS line_quantity, false AS weighed, 1::BIGINT AS alike FROM refund_rows_ WHERE false"
            )
        if (out := self._typed.no_sales()) and self.lines_of is Kind.ORDERS:  # what comes back of them goes with them
            self._db.execute(
                "DELETE FROM refund_rows_ WHERE sku IS NOT NULL AND (order_id, sku) NOT IN"  # noqa: S608  our own
                f" (SELECT (order_id, sku) FROM sold) AND (order_id, sku) IN (SELECT (order_id, sku) FROM ({out}))"
            )
        named = "sku IS NOT NULL AND (order_id, sku) {} IN (SELECT (order_id, sku) FROM sold{})"
        self._drop(Kind.REFUNDS, "refund_rows_", "line_unknown", "sku", named.format("NOT", ""))
        self._drop(Kind.REFUNDS, "refund_rows_", "line_ambiguous", "sku", named.format("", " WHERE alike > 1"))
        # how much of a piece that was weighed comes back only its amount says
        weighed = "measured OR quantity IS NULL OR (order_id, sku) IN (SELECT (order_id, sku) FROM sold WHERE weighed)"
        test = f"sku IS NOT NULL AND net IS NULL AND NOT whole AND ({weighed})"
        self._drop(Kind.REFUNDS, "refund_rows_", "amount_needed", "net", test)
        # pieces without an amount take their share of the line, so that all pieces take all of it; what was weighed
        # is gone with the last of its amount
        share = "line_net * {} // greatest(line_quantity, 1)"
        of_line = "OVER (PARTITION BY order_id, sku ORDER BY occurred_at, refund_id, file, row)"
        self._db.execute(
            f"""
            CREATE OR REPLACE TABLE refund_rows_ AS
            WITH named AS (
                SELECT r.* EXCLUDE (line, measured) REPLACE (CASE WHEN r.sku IS NOT NULL THEN
                        if(r.measured OR s.weighed, 0, coalesce(r.quantity, 0)) END AS quantity),
                    s.line, s.line_net, s.line_quantity, s.weighed
                FROM refund_rows_ r LEFT JOIN sold s USING (order_id, sku)
            ), counted AS (
                SELECT *, sum(quantity) {of_line} AS pieces FROM named
            ), valued AS (
                SELECT * REPLACE (CASE WHEN sku IS NULL OR net IS NOT NULL THEN net
                    ELSE {share.format("pieces")} - {share.format("(pieces - quantity)")} END AS net) FROM counted
            ), added AS (
                SELECT *, sum(net) {of_line} AS taken FROM valued
            )
            SELECT * EXCLUDE (line_net, line_quantity, weighed, pieces, taken) REPLACE (
                    CASE WHEN weighed AND net > 0 AND taken = line_net THEN 1 ELSE quantity END AS quantity),
                sku IS NOT NULL AND (taken > line_net OR pieces > line_quantity) AS beyond
            FROM added
            """  # noqa: S608
        )
        self._drop(Kind.REFUNDS, "refund_rows_", "refund_above_line", "quantity", "beyond")
        self._drop(Kind.REFUNDS, "refund_rows_", "amount_needed", "net", "net IS NULL AND NOT whole")

    def have(self, kind: Kind) -> set[str]:
        """Return the fields that files of a kind say."""
        return self._have[kind]

    def paid(self, orders: str) -> str:
        """Return the SQL of what was paid for orders, by order, of which the SQL of a condition on their rows tells."""
        net = f"coalesce(max(total), sum({self._line_amount()}))"
        return f"SELECT order_id, {net} AS net FROM {self._usable('orders_rows')} WHERE {orders} GROUP BY order_id"  # noqa: S608

    def _measured(self, kind: Kind, of: str = "") -> str:
        """Return the SQL of whether the quantity of a row is a measure."""
        return f"({of}measure IS NOT NULL)" if self._typed.measures(kind) else "false"

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
