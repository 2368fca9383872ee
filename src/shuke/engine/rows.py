"""Lays the facts of an order or behaviour out as the rules read them: one row of integers, and one for each line."""

from shuke.core.program.model import Program
from shuke.core.state.slots import (
    O_AT,
    O_ATTRIBUTE,
    O_BRAND,
    O_CHANNEL,
    O_GROSS,
    O_HOLIDAY,
    O_KIND,
    O_LINES,
    O_LUNAR,
    O_NET,
    O_POINTS_PAID,
    O_SHIPPING,
    O_STORE,
    O_TAX,
    O_WORKDAY,
)
from shuke.core.values.dates import LUNAR_ENDS
from shuke.engine.calendar import day_facts, workdays_on
from shuke.engine.compile import Compiled
from shuke.engine.lowering import MISSING_TEXT
from shuke.engine.states import Attributes, BehaviourFacts, OrderFacts
from shuke.engine.zones import local_day


class Rows:
    """Makes the rows of one program, but for what its generated `prepare` fills."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._zone = compiled.program.time_zone
        self._texts = _texts(compiled.program)

    def order(self, order: OrderFacts, at: int) -> list[int]:
        """Return the row of an order that is decided as of the UTC second `at`."""
        o = self._row(at, order.store, order.brand, order.channel)
        self._fill(o, order.attributes, "order")
        o[O_NET], o[O_GROSS], o[O_LINES] = order.net_minor, order.gross_minor, len(order.lines)
        o[O_TAX], o[O_SHIPPING], o[O_POINTS_PAID] = order.tax_minor, order.shipping_minor, order.points_paid_minor
        return o

    def behaviour(self, fact: BehaviourFacts, kind: int, at: int) -> list[int]:
        """Return the row of a behaviour with the program's code `kind`."""
        o = self._row(at, fact.store, fact.brand, fact.channel)
        self._fill(o, fact.attributes, "event")
        o[O_KIND] = kind
        return o

    def lines(self, order: OrderFacts) -> list[int]:
        """Return the lines of an order, `line_width` numbers each."""
        names = self._compiled.line_attributes
        items: list[int] = []
        for line in order.lines:
            items += (line.net_minor, line.quantity, self._code(line.category), self._code(line.sku))
            items += (self._number(line.attributes, name) for name in names)
        return items

    def _row(self, at: int, store: str, brand: str, channel: str) -> list[int]:
        o = [0] * self._compiled.width
        country, today = self._compiled.program.country, local_day(at, self._zone)
        day = day_facts(country, today)
        o[O_AT], o[O_STORE], o[O_BRAND], o[O_CHANNEL] = at, self._code(store), self._code(brand), self._code(channel)
        o[O_HOLIDAY], o[O_WORKDAY] = self._code(day.holiday), int(day.workday)
        o[O_LUNAR] = day.lunar + LUNAR_ENDS * day.lunar_ends
        for i, count in enumerate(self._compiled.workdays, O_ATTRIBUTE + len(self._compiled.attributes)):
            o[i] = workdays_on(country, today, count)
        return o

    def _fill(self, o: list[int], attributes: Attributes, of: str) -> None:
        for i, name in enumerate(self._compiled.attributes):
            if name.partition(".")[0] == of:
                o[O_ATTRIBUTE + i] = self._number(attributes, name)

    def _number(self, attributes: Attributes, name: str) -> int:
        """Return the value of the attribute that the fact `name` asks for, or that of a missing one."""
        value = attributes.get(name.partition(".")[2], "" if name in self._texts else 0)
        return self._code(value) if isinstance(value, str) else int(value)

    def _code(self, text: str) -> int:
        return MISSING_TEXT if text == "" else self._compiled.codes.get(text, 0)


def _texts(program: Program) -> frozenset[str]:
    """Return the facts that are texts among the attributes of orders, lines and behaviours."""
    declared = [("order", each) for each in program.order_attributes]
    declared += [("item", each) for each in program.line_attributes]
    declared += [("event", each) for behaviour in program.behaviours for each in behaviour.attributes]
    return frozenset(f"{scope}.{each.code}" for scope, each in declared if each.type == "text")
