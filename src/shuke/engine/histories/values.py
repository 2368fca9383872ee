"""How the value of a field is read, in SQL: to what it is, and to why it can't be used.

Everything is an expression over one column of a file, whose SQL type is known: text as people write it, or the types
of Parquet. Instants become UTC seconds, amounts minor units, points millionths.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from shuke.core.state.slots import AMOUNT_MAX, POINTS_MAX
from shuke.engine.facts import EARLIEST, LATEST, QUANTITY_LIMIT
from shuke.engine.histories.clocks import HOUR, SKIPPED, TWICE, clocks_of
from shuke.engine.histories.fields import Type

FIRST_AT, LAST_AT = int(EARLIEST.timestamp()), int(LATEST.timestamp())
POINTS_DIGITS = 6
SMALL = frozenset(("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"))
NUMBERS = SMALL | {"BIGINT"}  # what fits 64 bits
WIDE = NUMBERS | {"HUGEINT", "UBIGINT", "UHUGEINT"}
NARROW = 12  # digits of a decimal that stays in 64 bits as minor units
FLOATS = ("DOUBLE", "FLOAT")
ZONED = "TIMESTAMP WITH TIME ZONE"
DATES = ("ymd", "mdy", "dmy")
_SIGNS: Mapping[str, str] = MappingProxyType(
    {"CNY": "¥|￥|元|RMB", "JPY": "¥|￥|円", "EUR": "€", "GBP": "£", "KRW": "₩", "INR": "₹", "RUB": "₽", "VND": "₫"}
    | dict.fromkeys(("USD", "AUD", "CAD", "HKD", "SGD", "TWD", "NZD", "MXN"), r"[A-Z]{0,2}\$")
)
_DAY = r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_USUAL = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d"
_CLOCK = r"[T ]*(?:(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(Z|z|UTC|[+-]\d\d(?::?\d\d)?)?$"


@dataclass(frozen=True)
class Settings:
    """What is asked for and never guessed; `time_zone` is empty where every instant must say its own."""

    currency: str
    digits: int
    time_zone: str
    dates: str = "ymd"

    def major(self, minor: str) -> str:
        """Return the SQL of an amount in major units, of the SQL of one in minor units."""
        return f"(({minor})::DECIMAL(28, {self.digits}) / {10**self.digits})::DECIMAL(28, {self.digits})"


@dataclass(frozen=True)
class Value:
    """An expression of what a column says, NULL where it says nothing that can be used, and one of the cause why.

    `is_monotone`: where there is no cause for the least and the most of some values, there is none for any of them.
    `also` is what else is told of it, NULL mostly: the millionths of a quantity that is no whole number; of an instant
    SKIPPED or TWICE.
    """

    sql: str
    cause: str
    is_monotone: bool = False
    also: str = ""


def value(kind: Type, column: str, sql_type: str, settings: Settings) -> Value:
    """Return how a column of a file is read as a type of field."""
    return _READERS[kind](column, sql_type, settings)


def macros(settings: Settings) -> list[str]:
    """Return the statements that make what the expressions call."""
    signs = f"(?:{_SIGNS.get(settings.currency, '')}|{settings.currency})".replace("(?:|", "(?:")
    digits = settings.digits
    order = {"mdy": r"\3-\1-\2", "dmy": r"\3-\2-\1"}.get(settings.dates, "")
    own_order = rf"regexp_replace(v, '^(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}})', '{order}')" if order else "v"
    usual = r"\d{1,12}" + (rf"(\.\d{{1,{digits}}})?" if digits else "")
    one_group = "false" if digits == 3 else "true"
    return [
        # 20240501 and 20240501103000 as they stand in payment files
        rf"""CREATE TEMP MACRO spelled(v) AS regexp_replace(regexp_replace({own_order},
            '^(\d{{4}})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$', '\1-\2-\3 \4:\5:\6'),
            '^(\d{{4}})(\d\d)(\d\d)($|[ T])', '\1-\2-\3\4')""",
        rf"""CREATE TEMP MACRO pieces(v) AS
            regexp_extract(spelled(trim(v)), '{_DAY}{_CLOCK}', ['y', 'o', 'd', 'h', 'i', 's', 'z'])""",
        """CREATE TEMP MACRO clock(p) AS concat(p.y, '-', p.o, '-', p.d, ' ', if(p.h = '', '0', p.h), ':',
            if(p.i = '', '00', p.i), ':', if(p.s = '', '00', p.s))""",
        *_clock_macros(settings.time_zone),
        # the first way is the usual one and the quickest, here and of amounts
        rf"""CREATE TEMP MACRO instant(v) AS CASE
            WHEN regexp_full_match(v, '{_USUAL}') THEN utc(try_cast(v AS TIMESTAMP))
            WHEN pieces(v).z = '' THEN utc(try_cast(clock(pieces(v)) AS TIMESTAMP))
            ELSE epoch_us(try_cast(concat(clock(pieces(v)),
                if(upper(pieces(v).z) IN ('Z', 'UTC'), '+00', pieces(v).z)) AS TIMESTAMPTZ)) // 1000000 END""",
        rf"""CREATE TEMP MACRO local_time(v) AS CASE
            WHEN regexp_full_match(v, '{_USUAL}') THEN try_cast(v AS TIMESTAMP)
            WHEN pieces(v).z = '' THEN try_cast(clock(pieces(v)) AS TIMESTAMP) END""",
        "CREATE TEMP MACRO is_bare(v) AS pieces(v).y <> '' AND pieces(v).z = ''",
        rf"""CREATE TEMP MACRO bare(v) AS
            regexp_replace(regexp_replace(trim(v), '(?i)^(-?)\s*{signs}\s*(-?)', '\1\2'), '(?i)\s*{signs}$', '')""",
        # a comma between groups of three is no decimal comma where the currency hasn't three decimals
        rf"""CREATE TEMP MACRO plain(s) AS CASE
            WHEN regexp_full_match(s, '-?\d*\.?\d+|-?\d+\.') THEN s
            WHEN regexp_full_match(s, '-?\d{{1,3}}(,\d{{3}})+\.\d+|-?\d{{1,3}}(,\d{{3}}){{2,}}')
                OR {one_group} AND regexp_full_match(s, '-?\d{{1,3}},\d{{3}}') THEN replace(s, ',', '')
            WHEN regexp_full_match(s, '-?(\d{{1,3}}(\.\d{{3}})+|\d+),\d{{1,2}}')
                THEN replace(replace(s, '.', ''), ',', '.') END""",
        # trailing zeros say nothing; what has more decimals than the currency is no amount of it
        r"""CREATE TEMP MACRO short(d) AS regexp_replace(regexp_replace(d, '(\.\d*?)0+$', '\1'), '\.$', '')""",
        rf"""CREATE TEMP MACRO minor(v) AS CASE
            WHEN regexp_full_match(v, '{usual}') THEN (try_cast(v AS DECIMAL(24, {digits})) * {10**digits})::BIGINT
            WHEN regexp_full_match(short(plain(bare(v))), '-?\d*(\.\d{{1,{max(digits, 1)}}})?')
                AND ({digits} > 0 OR NOT contains(short(plain(bare(v))), '.'))
            THEN try_cast(least(try_cast(short(plain(bare(v))) AS DECIMAL(24, {digits})), 1e12::DECIMAL(24, {digits}))
                * {10**digits} AS BIGINT) END""",
        r"""CREATE TEMP MACRO whole_number(v) AS
            CASE WHEN regexp_full_match(trim(v), '\d{1,12}(\.0*)?') THEN try_cast(trim(v) AS DOUBLE)::BIGINT END""",
        # a comma may be of decimals or of thousands: nothing is guessed
        r"""CREATE TEMP MACRO measure(v) AS CASE WHEN regexp_full_match(short(trim(v)), '\d{0,12}(\.\d{1,6})?')
            THEN try_cast(try_cast(short(trim(v)) AS DECIMAL(24, 6)) * 1000000 AS BIGINT) END""",
        r"""CREATE TEMP MACRO millionths(v) AS CASE
            WHEN regexp_full_match(short(plain(trim(v))), '-?\d{0,13}(\.\d{1,6})?')
            THEN try_cast(try_cast(short(plain(trim(v))) AS DECIMAL(24, 6)) * 1000000 AS BIGINT) END""",
    ]  # fmt: skip


def _clock_macros(zone: str) -> list[str]:
    """Return the macros `utc`, the second of a local time, and `changed`, whether its clocks skip or repeat it."""
    if not zone:  # NULL, as nobody said which one it is of
        return ["CREATE TEMP MACRO utc(t) AS NULL::BIGINT"]
    utc, clocks = f"timezone('{zone}', t)", clocks_of(zone)
    second = f"epoch_us({utc}) // 1000000"
    if not clocks.hours:
        return [f"CREATE TEMP MACRO utc(t) AS {second}"]
    near = f"epoch_us(t) // {HOUR * 1_000_000} IN ({', '.join(map(str, clocks.hours))})"
    # the database takes the second of two
    put_back = " ".join(
        f"WHEN timezone('{zone}', {utc} - INTERVAL {seconds} SECOND) = t THEN {seconds}" for seconds in clocks.put_back
    )
    changed = f"CASE WHEN timezone('{zone}', {utc}) <> t THEN {SKIPPED} WHEN put_back(t) > 0 THEN {TWICE} END"
    return [
        f"CREATE TEMP MACRO put_back(t) AS CASE {put_back or 'WHEN false THEN 0'} ELSE 0 END",
        f"CREATE TEMP MACRO utc(t) AS {second} - if({near}, put_back(t), 0)",
        f"CREATE TEMP MACRO changed(t) AS CASE WHEN {near} THEN {changed} END",
    ]


def _blank(column: str, sql_type: str) -> str:
    return f"trim({column}) = ''" if sql_type == "VARCHAR" else "false"


def _id(column: str, sql_type: str, _: Settings) -> Value:
    if sql_type in NUMBERS:
        return Value(f"{column}::BIGINT", "NULL", is_monotone=True)
    if sql_type in FLOATS:
        number = f"CASE WHEN {column} = round({column}) THEN try_cast({column} AS BIGINT) END"
        return Value(number, f"CASE WHEN {column} IS NOT NULL AND {number} IS NULL THEN 'not_an_id' END")
    return Value(f"nullif(trim({column}::VARCHAR), '')", "NULL")


def _instant(column: str, sql_type: str, settings: Settings) -> Value:
    local = ""
    if sql_type == "VARCHAR":
        sql, bare, local = f"instant({column})", f"is_bare({column})", f"local_time({column})"
    elif sql_type == ZONED:
        sql, bare = f"epoch_us({column}) // 1000000", "false"
    elif sql_type.startswith("TIMESTAMP") or sql_type == "DATE":
        local = f"{column}::TIMESTAMP"
        sql, bare = f"utc({local})", "true"
    else:
        return Value("NULL::BIGINT", f"CASE WHEN {column} IS NOT NULL THEN 'not_an_instant' END")
    no_zone = f"WHEN {bare} THEN 'zone_missing'" if not settings.time_zone else ""
    return Value(
        sql,
        f"CASE WHEN {sql} BETWEEN {FIRST_AT} AND {LAST_AT} OR {column} IS NULL OR {_blank(column, sql_type)} THEN NULL"
        f" WHEN {sql} IS NOT NULL THEN 'instant_out_of_range' {no_zone} ELSE 'not_an_instant' END",
        is_monotone=sql_type == ZONED,
        also=f"changed({local})" if local and clocks_of(settings.time_zone).hours else "",
    )


def _day(column: str, sql_type: str, _: Settings) -> Value:
    """Read the part of an instant that stands in a column of its own: it is checked once both are together."""
    return Value(f"nullif(trim({column}::VARCHAR), '')" if sql_type == "VARCHAR" else f"{column}::VARCHAR", "NULL")


def _birthday(column: str, sql_type: str, _: Settings) -> Value:
    """Read month and day as MMDD, with the year before where it is known."""
    if sql_type == "DATE" or sql_type.startswith("TIMESTAMP"):
        return Value(f"strftime({column}, '%Y%m%d')::BIGINT", "NULL")
    text = f"trim({column}::VARCHAR)"
    day = f"try_cast(regexp_replace(spelled({text}), '{_DAY}(?:[T ].*)?$', '\\1-\\2-\\3') AS DATE)"
    short = rf"try_cast(concat('2000-', regexp_replace({text}, '^(\d{{1,2}})[-/.月](\d{{1,2}})日?$', '\1-\2')) AS DATE)"
    four = rf"try_cast(regexp_replace({text}, '^(\d\d)(\d\d)$', '2000-\1-\2') AS DATE)"
    sql = f"coalesce(strftime({day}, '%Y%m%d')::BIGINT, strftime(coalesce({short}, {four}), '%m%d')::BIGINT)"
    return Value(sql, f"CASE WHEN {sql} IS NULL AND {text} <> '' THEN 'not_a_birthday' END")


def _amount(column: str, sql_type: str, settings: Settings) -> Value:
    minor = 10**settings.digits
    width, _, scale = sql_type.removeprefix("DECIMAL(").rstrip(")").partition(",")
    is_decimal = sql_type.startswith("DECIMAL")
    unread = "'amount_out_of_range'"
    if sql_type == "VARCHAR":
        sql, unread = f"minor({column})", f"if(plain(bare({column})) IS NULL, 'not_an_amount', 'amount_too_fine')"
    elif sql_type in SMALL or (is_decimal and int(width) <= NARROW and int(scale) <= settings.digits):
        sql, unread = f"({column} * {minor})::BIGINT", "NULL"
    elif sql_type in WIDE:
        sql = f"try_cast(try_cast({column} AS DECIMAL(18, 0)) * {minor} AS BIGINT)"
    elif is_decimal:
        scaled = f"(try_cast({column} AS DECIMAL(28, {min(int(scale), 15)})) * {minor})"
        sql = f"CASE WHEN {scaled} = round({scaled}, 0) THEN try_cast({scaled} AS BIGINT) END"
        unread = f"if({scaled} <> round({scaled}, 0), 'amount_too_fine', 'amount_out_of_range')"
    elif sql_type in FLOATS:
        scaled = f"{column} * {minor}"  # the file's own type: whole minor units but for float's dust
        sql = f"CASE WHEN abs({scaled} - round({scaled})) < 1e-3 THEN try_cast(round({scaled}) AS BIGINT) END"
        unread = f"if(abs({column}) < {AMOUNT_MAX}, 'amount_too_fine', 'amount_out_of_range')"
    else:
        return Value("NULL::BIGINT", f"CASE WHEN {column} IS NOT NULL THEN 'not_an_amount' END")
    return _bounded(column, sql_type, sql, AMOUNT_MAX, "amount_out_of_range", unread)


def _bounded(column: str, sql_type: str, sql: str, most: int, beyond: str, unread: str, least: int = 0) -> Value:
    """Return a number from `least` to `most`."""
    if unread == "NULL" and sql_type != "VARCHAR":
        return Value(sql, f"CASE WHEN {sql} NOT BETWEEN {least} AND {most} THEN '{beyond}' END", is_monotone=True)
    return Value(
        sql,
        f"CASE WHEN {sql} BETWEEN {least} AND {most} OR {column} IS NULL OR {_blank(column, sql_type)} THEN NULL"
        f" WHEN {sql} IS NOT NULL THEN '{beyond}' ELSE {unread} END",
    )


def _quantity(column: str, sql_type: str, _: Settings) -> Value:
    """Read pieces; what is weighed or measured is one piece, and `also` says of how much."""
    if sql_type in NUMBERS:
        return _bounded(column, sql_type, f"{column}::BIGINT", QUANTITY_LIMIT, "quantity_out_of_range", "NULL")
    if sql_type in WIDE | set(FLOATS) or sql_type.startswith("DECIMAL"):
        whole = f"CASE WHEN {column} = round({column}, 0) THEN try_cast({column} AS BIGINT) END"
    else:
        whole = f"whole_number({column}::VARCHAR)"
    said = f"try_cast({column} AS DECIMAL(24, 9))" if sql_type == "DOUBLE" else column  # without float's dust
    part = f"CASE WHEN {whole} IS NULL THEN measure({said}::VARCHAR) END"
    unread = f"CASE WHEN {part} IS NULL THEN 'not_a_quantity' ELSE 'quantity_out_of_range' END"
    pieces = f"coalesce({whole}, CASE WHEN {part} BETWEEN 1 AND {QUANTITY_LIMIT}000000 THEN 1 END)"
    read = _bounded(column, sql_type, pieces, QUANTITY_LIMIT, "quantity_out_of_range", unread)
    return replace(read, also=part)


def _points(column: str, sql_type: str, _: Settings) -> Value:
    sql = f"millionths({column}::VARCHAR)"
    return _bounded(
        column, sql_type, sql, POINTS_MAX * 10**POINTS_DIGITS, "points_out_of_range", "'not_points'", least=1
    )


def _text(column: str, _: str, __: Settings) -> Value:
    return Value(f"coalesce(trim({column}::VARCHAR), '')", "NULL")


def _flag(column: str, sql_type: str, _: Settings) -> Value:
    if sql_type == "BOOLEAN":
        return Value(f"{column}", "NULL")
    text = f"lower(trim({column}::VARCHAR))"
    yes, no = (
        "('1', 'true', 'yes', 'y', '是', '全额', '全额退款')",
        "('', '0', 'false', 'no', 'n', '否', '部分', '部分退款')",
    )
    return Value(
        f"CASE WHEN {text} IN {yes} THEN true WHEN {text} IN {no} THEN false END",
        f"CASE WHEN {text} NOT IN {yes} AND {text} NOT IN {no} THEN 'not_a_flag' END",
    )


def _currency(column: str, _: str, settings: Settings) -> Value:
    text = f"upper(trim({column}::VARCHAR))"
    known = (
        f"('', '{settings.currency}'{', ' + repr('RMB') + ', ' + repr('人民币') if settings.currency == 'CNY' else ''})"
    )
    return Value("NULL", f"CASE WHEN {text} NOT IN {known} THEN 'other_currency' END")


_READERS: Mapping[Type, Callable[[str, str, Settings], Value]] = {
    Type.ID: _id,
    Type.INSTANT: _instant,
    Type.DATE: _day,
    Type.TIME: _day,
    Type.BIRTHDAY: _birthday,
    Type.AMOUNT: _amount,
    Type.QUANTITY: _quantity,
    Type.POINTS: _points,
    Type.TEXT: _text,
    Type.FLAG: _flag,
    Type.TAGS: _text,
    Type.CURRENCY: _currency,
}
