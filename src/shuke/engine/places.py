"""Where each fact of a program stands when its functions run: a column of the order's row, a slot of the member.

Owns the columns of attributes and of aggregates. Must not know what facts mean.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from shuke.core.program.model import Program
from shuke.core.state.slots import (
    BIRTH,
    DAY,
    JOINED,
    LADDER,
    LADDER_ROW,
    LINE_ATTRIBUTE,
    LINE_CATEGORY,
    LINE_NET,
    LINE_QUANTITY,
    LINE_SKU,
    LUNAR,
    O_ATTRIBUTE,
    O_BRAND,
    O_CHANNEL,
    O_DAY,
    O_GROSS,
    O_HOLIDAY,
    O_HOUR,
    O_LINES,
    O_LUNAR,
    O_MONTH,
    O_MONTH_DAY,
    O_NET,
    O_POINTS_PAID,
    O_SHIPPING,
    O_STORE,
    O_TAX,
    O_WEEKDAY,
    O_WORKDAY,
    ORDERS,
    T_RANK,
)
from shuke.core.values.dates import LUNAR_ENDS

_COLUMNS = {
    "order.net": O_NET,
    "order.gross": O_GROSS,
    "order.tax": O_TAX,
    "order.shipping": O_SHIPPING,
    "order.points_paid": O_POINTS_PAID,
    "order.lines": O_LINES,
}
_MOMENTS = {
    "store": O_STORE,
    "brand": O_BRAND,
    "channel": O_CHANNEL,
    "hour": O_HOUR,
    "weekday": O_WEEKDAY,
    "month": O_MONTH,
    "day": O_MONTH_DAY,
    "holiday": O_HOLIDAY,
    "workday": O_WORKDAY,
}
# Columns of the row that hold a fact as it is; of orders as order.*, of behaviours also as event.*
COLUMNS: Mapping[str, int] = MappingProxyType(
    _COLUMNS | {f"{owner}.{name}": column for owner in ("order", "event") for name, column in _MOMENTS.items()}
)
_DATES = {
    f"{owner}.{name}": text
    for owner in ("order", "event")
    for name, text in (
        ("date", f"date_number(o[k + {O_DAY}])"),
        ("year", f"month_of(o[k + {O_DAY}]) // 12"),
        ("lunar_month", f"o[k + {O_LUNAR}] % {LUNAR_ENDS} // 100"),
        ("lunar_day", f"o[k + {O_LUNAR}] % 100"),
    )
}
_MEMBER = {
    "member.orders": f"m[{ORDERS}]",
    "member.days": f"m[{DAY}] - m[{JOINED}]",
    "member.months": f"whole_months(m[{JOINED}], m[{DAY}])",
    "member.years": f"whole_months(m[{JOINED}], m[{DAY}]) // 12",
    "member.birth_month": f"m[{BIRTH}] // 100",
    "member.birth_day": f"m[{BIRTH}] % 100",
    "member.days_to_birthday": f"days_to(m[{DAY}], m[{BIRTH}])",
    "member.days_from_birthday": f"days_from(m[{DAY}], m[{BIRTH}])",
    "member.days_to_anniversary": f"days_to_anniversary(m[{DAY}], m[{JOINED}])",
    "member.days_from_anniversary": f"days_from_anniversary(m[{DAY}], m[{JOINED}])",
}
LINES: Mapping[str, int] = MappingProxyType(
    {"item.net": LINE_NET, "item.quantity": LINE_QUANTITY, "item.category": LINE_CATEGORY, "item.sku": LINE_SKU}
)
_MONTHS = f"month_of(m[{DAY}]) - month_of(m[{JOINED}])"
# What BIRTHDAY and ANNIVERSARY ask, as conditions.
OCCASIONS_TEXT: Mapping[str, str] = MappingProxyType(
    {
        "BIRTHDAY('day')": f"days_to(m[{DAY}], m[{BIRTH}]) == 0",
        "BIRTHDAY('week')": f"days_to(m[{DAY}] - weekday_of(m[{DAY}]) + 1, m[{BIRTH}]) <= 6",
        "BIRTHDAY('month')": f"o[k + {O_MONTH}] == m[{BIRTH}] // 100",
        "BIRTHDAY('lunar day')": f"is_lunar_birthday(o[k + {O_LUNAR}], m[{LUNAR}])",
        "ANNIVERSARY('day')": f"days_from_anniversary(m[{DAY}], m[{JOINED}]) == 0",
        "ANNIVERSARY('month')": f"{_MONTHS} > 0 and ({_MONTHS}) % 12 == 0",
    }
)


class Places:
    """The places of one program's facts.

    `attributes` are the columns from O_ATTRIBUTE on, by the fact's name; an attribute that several behaviours have
    shares one. `workdays` stand in the columns after them: the day so many working days on. `line_attributes` are those
    of a line from LINE_ATTRIBUTE on. The aggregates begin at `aggregates`.
    """

    def __init__(self, program: Program) -> None:
        orders = [f"order.{attribute.code}" for attribute in program.order_attributes]
        events = [f"event.{each.code}" for behaviour in program.behaviours for each in behaviour.attributes]
        self.attributes = tuple(dict.fromkeys(orders + events))
        self.line_attributes = tuple(f"item.{attribute.code}" for attribute in program.line_attributes)
        waits = [unit.pending for unit in program.units] + [rule.pending for rule in program.earn]
        self.workdays = tuple(dict.fromkeys(wait.workdays for wait in waits if wait and wait.workdays))
        self.aggregates = O_ATTRIBUTE + len(self.attributes) + len(self.workdays)
        self.line_width = LINE_ATTRIBUTE + len(self.line_attributes)
        self._ladders = {f"{ladder.code}{end}": i for i, ladder in enumerate(program.ladders) for end in _ENDS}
        self._ladders |= {"member.tier": 0, "tier.multiplier": 0}
        self._locals: dict[str, str] = {}

    def workdays_at(self, count: int) -> int:
        """Return the column with the day so many working days on."""
        return O_ATTRIBUTE + len(self.attributes) + self.workdays.index(count)

    def ladder_of(self, name: str, end: str) -> int | None:
        """Return the ladder whose tier (`end` ".tier") or multiplier (".multiplier") a fact is."""
        return self._ladders.get(name) if name.endswith(end) else None

    def text(self, name: str) -> str:
        """Return the text that loads a fact which is neither an occasion nor a multiplier."""
        columns = {**COLUMNS} | {fact: O_ATTRIBUTE + i for i, fact in enumerate(self.attributes)}
        lines = {**LINES} | {fact: LINE_ATTRIBUTE + i for i, fact in enumerate(self.line_attributes)}
        if name in columns:
            return f"o[k + {columns[name]}]"
        if name in lines:
            return f"it[j + {lines[name]}]"
        if name in self._ladders:
            return f"m[{LADDER + self._ladders[name] * LADDER_ROW + T_RANK}]"
        return {**_DATES, **_MEMBER, "order.discount": f"o[k + {O_GROSS}] - o[k + {O_NET}]"}[name]

    def local(self, name: str) -> str:
        """Return the name of the local that holds a fact; no two facts share one."""
        made = re.sub(r"\W", "_", name)
        while self._locals.setdefault(made, name) != name:
            made += "_"
        return made


_ENDS = (".tier", ".multiplier")
