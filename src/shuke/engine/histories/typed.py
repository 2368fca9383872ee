"""The rows of the files of a history with typed values, one relation a kind, and what is wrong with values of theirs.

A relation `KIND_rows` has `file`, `row`, every field of the kind (NULL where nothing is said) and `wrong`. Texts are
read once, into Parquet beside; typed Parquet is read where it is.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from shuke.core.state.slots import AMOUNT_MAX
from shuke.core.values.errors import Refusal
from shuke.engine.histories.clocks import SKIPPED, TWICE
from shuke.engine.histories.fields import FIELDS, Kind, Type, field_of, missing
from shuke.engine.histories.sources import Opened
from shuke.engine.histories.suggesting import named
from shuke.engine.histories.values import NUMBERS, Settings, Value, value

IDS = ("order_id", "member_id")  # read alike in every file: numbers where all are, else texts
SQL_TYPES: Mapping[Type, str] = {
    Type.ID: "VARCHAR",
    Type.INSTANT: "BIGINT",
    Type.DATE: "VARCHAR",
    Type.TIME: "VARCHAR",
    Type.BIRTHDAY: "BIGINT",
    Type.AMOUNT: "BIGINT",
    Type.QUANTITY: "BIGINT",
    Type.POINTS: "BIGINT",
    Type.TEXT: "VARCHAR",
    Type.FLAG: "BOOLEAN",
    Type.TAGS: "VARCHAR",
    Type.CURRENCY: "VARCHAR",
}
# what every row must say by itself; what else is needed may stand in one row of an order
NEVER_BLANK: Mapping[Kind, tuple[str, ...]] = {
    Kind.ORDERS: ("order_id",),
    Kind.LINES: ("order_id",),
    Kind.REFUNDS: ("order_id", "occurred_at"),
    Kind.MEMBERS: ("member_id",),
    Kind.REDEMPTIONS: ("member_id", "occurred_at", "points"),
}


# columns beside the fields: what is told with the value of one of them
BESIDE: Mapping[str, tuple[str, ...]] = {"measure": ("quantity",), "changed": ("occurred_at", "joined_at")}
TOLD = (
    ("measured", "measure", "IS NOT NULL"),
    ("skipped", "changed", f"= {SKIPPED}"),
    ("twice", "changed", f"= {TWICE}"),
)


class Typed:
    """The relations of all files, and which fields each kind has.

    Where quantities may be measures, rows have `measure`, too, in millionths; where clocks may skip or repeat local
    times, `changed`. `rows` are counted by kind, and in `told` the good ones with such values.
    """

    def __init__(self, db: duckdb.DuckDBPyConnection, opened: Sequence[Opened], settings: Settings, work: Path) -> None:
        self._db, self.settings, self._work = db, settings, work
        self.opened = opened
        kinds = {one.files[0].kind for one in opened}
        for one in opened:
            one.mapping = _mapping(one, alone=Kind.LINES not in kinds)
        self.have = {
            kind: {code for one in opened if one.files[0].kind == kind for code in one.mapping} for kind in Kind
        }
        self._numbers = {code: self._all_numbers(code) for code in IDS}
        self.rows = dict.fromkeys(Kind, 0)
        self._proved: set[int] = set()
        self.told = dict.fromkeys((name for name, *_ in TOLD), 0)
        self._beside = {
            kind: [
                name
                for name in BESIDE
                if any(self._told_beside(one, name) for one in opened if one.files[0].kind is kind)
            ]
            for kind in Kind
        }

    def measures(self, kind: Kind) -> bool:
        """Tell whether rows of a kind have a `measure`."""
        return "measure" in self._beside[kind]

    def _told_beside(self, one: Opened, name: str) -> str:
        """Return the SQL of what is told beside a field, empty where nothing is."""
        values = self._values(one)
        return next((values[code].also for code in BESIDE[name] if code in values), "")

    def _all_numbers(self, code: str) -> bool:
        return all(one.types[one.mapping[code]] in NUMBERS for one in self.opened if code in one.mapping)

    def read(self, kind: Kind) -> bool:
        """Make the relation of a kind of file; return whether some value of theirs can't be used."""
        selects, wrong = [], 0
        for one in self.opened:
            if one.files[0].kind != kind:
                continue
            select, proved = self._select(one), not one.is_text and self._is_proved(one)
            self._proved |= {one.first} if proved else set()
            if one.is_text or any(sql_type == "VARCHAR" for sql_type in one.types):
                path = self._work / f"typed-{one.first:04}.parquet"
                self._db.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
                select = f"SELECT * FROM read_parquet('{path}')"  # noqa: S608  a path of our own
            told = [] if proved else [each for each in TOLD if each[1] in self._beside[kind]]
            counts = ["count(*)", "0" if proved else "count(*) FILTER (WHERE wrong)"]
            counts += [f"count(*) FILTER (WHERE {column} {test} AND NOT wrong)" for _, column, test in told]
            row = self._db.execute(f"SELECT {', '.join(counts)} FROM ({select})").fetchone() or (0, 0)  # noqa: S608
            self.rows[kind] += row[0]
            wrong += row[1]
            for (name, *_), count in zip(told, row[2:], strict=True):
                self.told[name] += count
            selects.append(select)
        self._db.execute(f"CREATE VIEW {kind}_rows AS " + (" UNION ALL ".join(selects) or self._nothing(kind)))
        return wrong > 0

    def _is_proved(self, one: Opened) -> bool:
        """Tell whether the least and the most of every column, as a Parquet file says them, leave nothing to check."""
        paths = [str(file.path) for file in one.files]
        needed = self._needed(one)
        for code, read in self._values(one).items():
            if read.cause == "NULL" and code not in needed:
                continue
            column = one.mapping.get(code)
            if column is None or not read.is_monotone:
                return False
            sql_type = one.types[column]
            found = self._db.execute(
                f"""
                SELECT bool_and(c{column} IS NOT NULL AND ({read.cause}) IS NULL) FROM (
                    SELECT CASE WHEN stats_null_count = 0 THEN
                        unnest([try_cast(stats_min_value AS {sql_type}), try_cast(stats_max_value AS {sql_type})])
                    END AS c{column}
                    FROM parquet_metadata(?) WHERE path_in_schema = ?
                )
                """,  # noqa: S608  our own text
                [paths, one.headers[column]],
            ).fetchone()
            if found is None or not found[0]:
                return False
        return True

    def proved(self, kind: Kind) -> Opened | None:
        """Return the files of a kind where they have one layout, numbers for ids, and all their values are proved.

        Texts as ids are trimmed when they are read, so the least of them says nothing of the others.
        """
        some = [one for one in self.opened if one.files[0].kind is kind]
        if len(some) != 1 or some[0].first not in self._proved:
            return None
        (one,) = some
        ids = [one.types[one.mapping[code]] for code in IDS if code in one.mapping]
        return one if all(sql_type in NUMBERS for sql_type in ids) else None

    def of_group(self, one: Opened, code: str, aggregate: str) -> str:
        """Return the sum, least or most of a proved field, read once a group and not once a row ("": the group's own).

        As whole minor units of proved amounts are exact, so is what is read of their sum.
        """
        column, kind = one.mapping[code], one.files[0].kind
        field = field_of(kind, code)
        assert field is not None
        sql_type, aggregated = one.types[column], f"{aggregate}(c{column})"
        if aggregate == "sum" and sql_type.startswith("DECIMAL"):
            narrow = re.sub(r"\d+", "18", sql_type, count=1)  # a sum's own 38 digits are slow to reckon with
            too_much = AMOUNT_MAX // 10**self.settings.digits + 1  # which 18 digits hold in every currency
            aggregated = f"least({aggregated}, {too_much})::{narrow}"
        return f"({value(field.type, aggregated, sql_type, self.settings).sql})::{self._sql_type(code, field.type)}"

    def differs(self, one: Opened, code: str) -> str:
        """Return whether a proved field differs within a group: read only where its column does."""
        column = one.mapping[code]
        read = f"{self.of_group(one, code, 'min')} <> {self.of_group(one, code, 'max')}"
        return f"(min(c{column}) <> max(c{column}) AND {read})"

    def are_apart(self, kind: Kind) -> bool:
        """Tell whether no instant can stand in two files of a kind: one file, or Parquet files of one period each."""
        some = [one for one in self.opened if one.files[0].kind is kind]
        if len(some) != 1 or len(some[0].files) == 1:
            return len(some) < 2
        (one,) = some
        column = one.mapping.get("occurred_at")
        if column is None or not self._values(one)["occurred_at"].is_monotone:
            return False
        sql_type = one.types[column]
        row = self._db.execute(
            f"""
            SELECT bool_and(whole AND (since > before OR before IS NULL)) FROM (
                SELECT whole, since, lag(until) OVER (ORDER BY since) AS before FROM (
                    SELECT min(try_cast(stats_min_value AS {sql_type})) AS since,
                        max(try_cast(stats_max_value AS {sql_type})) AS until,
                        bool_and(stats_min_value IS NOT NULL AND stats_max_value IS NOT NULL) AS whole
                    FROM parquet_metadata(?) WHERE path_in_schema = ? GROUP BY file_name
                )
            )
            """,  # noqa: S608  our own text
            [[str(file.path) for file in one.files], one.headers[column]],
        ).fetchone()
        return row is not None and bool(row[0])

    def _needed(self, one: Opened) -> tuple[str, ...]:
        """Return what every row of a file must say."""
        kind = one.files[0].kind
        of_orders = kind is Kind.ORDERS and not self.have[Kind.LINES]
        amounts = {"net", "price", "total"} & one.mapping.keys()
        return (*NEVER_BLANK[kind], "net") if of_orders and amounts == {"net"} else NEVER_BLANK[kind]

    def _nothing(self, kind: Kind) -> str:
        fields = ", ".join(f"NULL::{self._sql_type(field.code, field.type)} AS {field.code}" for field in FIELDS[kind])
        return f"SELECT 0 AS file, 0::BIGINT AS row, {fields}, false AS wrong WHERE false"

    def _sql_type(self, code: str, kind: Type) -> str:
        return "BIGINT" if self._numbers.get(code) else SQL_TYPES[kind]

    def no_sales(self) -> str:
        """Return the SQL of the rows of orders that are left out by their status, empty where no file has one."""
        return " UNION ALL ".join(self._select(one, one.no_sales) for one in self.opened if one.no_sales)

    def _select(self, one: Opened, relation: str = "") -> str:
        kind = one.files[0].kind
        values = self._values(one)
        columns, causes, needed = [], [], self._needed(one)
        for field in FIELDS[kind]:
            sql_type = self._sql_type(field.code, field.type)
            read = values.get(field.code)
            columns.append(f"{'NULL' if read is None else f'({read.sql})'}::{sql_type} AS {field.code}")
            if read is not None and read.cause != "NULL":
                causes.append(f"({read.cause}) IS NOT NULL")
            if field.code in needed:
                causes.append(f"({read.sql if read else 'NULL'}) IS NULL")
        columns += [f"({self._told_beside(one, name) or 'NULL'})::BIGINT AS {name}" for name in self._beside[kind]]
        wrong = " OR ".join(causes) or "false"
        return f"SELECT file, row, {', '.join(columns)}, {wrong} AS wrong FROM {relation or one.relation}"  # noqa: S608  ours

    def _values(self, one: Opened) -> dict[str, Value]:
        """Return how the mapped columns are read; a date and a time are read as the instant that they are together."""
        kind = one.files[0].kind
        values = {}
        for code, column in one.mapping.items():
            field = field_of(kind, code)
            if field is not None:
                values[code] = value(field.type, f"c{column}", one.types[column], self.settings)
        if "date" in values and "occurred_at" not in values:
            time = values["time"].sql if "time" in values else "''"
            both = f"trim(concat(left({values['date'].sql}, 11), ' ', {time}))"
            values["occurred_at"] = value(Type.INSTANT, f"({both})", "VARCHAR", self.settings)
        return values

    def note(self, kind: Kind) -> None:
        """Write what is wrong with the values of a kind into `faults`."""
        for one in self.opened:
            if one.files[0].kind != kind:
                continue
            values = self._values(one)
            order = f"({values['order_id'].sql})::VARCHAR" if "order_id" in values else "''"
            for field in FIELDS[kind]:
                read, needed = values.get(field.code), field.code in self._needed(one)
                if read is None or (read.cause == "NULL" and not needed):
                    continue
                cause = f"({read.cause})"
                if needed:
                    cause = f"coalesce({cause}, CASE WHEN ({read.sql}) IS NULL THEN 'value_missing' END)"
                column = one.mapping.get(field.code, one.mapping.get("date", 0))
                self._db.execute(
                    f"INSERT INTO faults SELECT ?, file, row, ?, {cause}, coalesce(c{column}::VARCHAR, ''), {order}"  # noqa: S608
                    f" FROM {one.relation} WHERE {cause} IS NOT NULL",
                    [str(kind), one.headers[column]],
                )


def _mapping(one: Opened, *, alone: bool) -> dict[str, int]:
    """Return the column of each field of files: as the caller says, or as their names say.

    Raises:
        Refusal: `columns_missing`, `unknown_columns`, `duplicate_columns`, `header_repeated`.
    """
    file = one.files[0]
    told = named(file.kind, one.headers) if file.mapping is None else file.mapping
    mapping: dict[str, int] = {}
    for header, code in told.items():
        if code == "-":
            continue
        if header not in one.headers or field_of(file.kind, code) is None:
            known = ", ".join(each.code for each in FIELDS[file.kind])
            raise Refusal(
                "unknown_columns",
                f"{file.path.name} has no column {header!r}, or a file of {file.kind} no field {code!r}.",
                params={"columns": f"{header} = {code}", "known": known},
            )
        refuse_repeated(file.path.name, one.headers, header)
        if code in mapping:
            raise Refusal(
                "duplicate_columns", f"Several columns of {file.path.name} mean {code}.", params={"columns": code}
            )
        mapping[code] = one.headers.index(header)
    lacks = [code for code in missing(file.kind, set(mapping)) if alone or code != "net" or file.kind != Kind.ORDERS]
    if lacks:
        raise Refusal(
            "columns_missing",
            f"{file.path.name} lacks the columns {', '.join(lacks)}; it has {', '.join(one.headers)}.",
            params={"missing": ", ".join(lacks), "found": ", ".join(one.headers)},
        )
    return mapping


def refuse_repeated(file: str, headers: Sequence[str], header: str) -> None:
    """Refuse a header that means something and stands over several columns.

    Raises:
        Refusal: `header_repeated`.
    """
    times = headers.count(header)
    if times > 1:
        raise Refusal(
            "header_repeated",
            f"{file} has {times} columns with the header {header!r}; rename all but the one that counts.",
            params={"file": file, "header": header, "times": times},
        )
