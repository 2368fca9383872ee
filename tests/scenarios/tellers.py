"""Whom scenarios are told to: the oracle, which knows nothing of the product, and the product's desk."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from shuke.core.values.dates import NEVER
from shuke.engine.compile import compile_program
from shuke.engine.schema import load_program
from tests.parity.at_desk import EPOCH, AtDesk
from tests.parity.histories import Act, Newcomer
from tests.parity.oracle import Oracle
from tests.parity.oracle_ledger import Person
from tests.scenarios.telling import Seen

OF_A_UNIT = ("redeem", "hold", "adjust", "open_lot", "transfer")
NOTHING_SAID: Mapping[str, Any] = {
    "tax": 0,
    "shipping": 0,
    "points_paid": 0,
    "store": "",
    "channel": "",
    "brand": "",
    "attributes": {},
    "lines": (),
    "key": None,
}


class _ByPlace:
    """Turns codes into the places of units, ladders, levels and lines, and `order` into `order_key`."""

    def __init__(self, units: Sequence[str], ladders: Mapping[str, Sequence[str]]) -> None:
        self.units, self.ladders = list(units), ladders

    def arguments(self, verb: str, said: Mapping[str, Any]) -> dict[str, Any]:
        told = dict(said)
        if verb == "order":
            told = {**NOTHING_SAID, "gross": told["net"], **told}
            told["lines"] = tuple(tuple(line.values()) for line in told["lines"])
        elif verb == "behaviour":
            places = {name: NOTHING_SAID[name] for name in ("store", "channel", "brand", "attributes")}
            told = {**places, **told, "order_key": told.get("order")}
            told.pop("order", None)
        elif verb == "refund" and "lines" in told:
            told["lines"] = tuple((line["line"] - 1, line["net"], line["quantity"]) for line in told["lines"])
        elif verb in OF_A_UNIT:
            told["unit"] = self.units.index(told.get("unit", self.units[0]))
        elif verb == "assign":
            code = told.get("ladder", next(iter(self.ladders)))
            level = self.ladders[code].index(told["level"])
            told |= {"ladder": list(self.ladders).index(code), "level": level, "exactly": told.get("exactly", False)}
        if verb == "redeem":
            told = {"key": None, "order_key": told.pop("order", None), **told}
        return told


class OracleTeller:
    """The oracle."""

    def __init__(self, program: str) -> None:
        self.oracle = Oracle(program)
        ladders = {each.code: [level["code"] for level in each.levels] for each in self.oracle.ladders}
        self.places = _ByPlace([code for code, _ in self.oracle.units], ladders)
        self.people: dict[str, Person] = {}

    def enrol(self, who: str, at: dt.datetime, birthday: tuple[int, int], tags: tuple[str, ...]) -> None:
        self.people[who] = self.oracle.enrol(at, birthday, tags)

    def do(self, verb: str, who: str, at: dt.datetime, arguments: Mapping[str, Any]) -> bool:
        person = self.people[who]
        if verb == "advance":
            self.oracle.advance(person, at)
            return True
        told = self.places.arguments(verb, arguments)
        if verb == "transfer":
            return self.oracle.transfer(person, self.people[told.pop("to")], at, **told)
        return bool(getattr(self.oracle, verb)(person, at, **told))

    def see(self, who: str) -> Seen:
        person = self.people[who]
        units = list(enumerate(self.places.units))
        standings = [(ladder, ladder.standing(person)) for ladder in self.oracle.ladders]
        points = [row for row in person.log if len(row) == 5]
        return Seen(
            balance={code: person.available(unit) for unit, code in units},
            pending={code: person.pending(unit) for unit, code in units},
            held={code: person.held(unit) for unit, code in units},
            debt={code: person.debt.get(unit, 0) for unit, code in units},
            tier={ladder.code: ladder.levels[standing.rank]["code"] for ladder, standing in standings},
            until={ladder.code: standing.until for ladder, standing in standings},
            lots=tuple((code, lot.left, lot.ends) for unit, code in units for lot in person.usable(unit)),
            entries=tuple((kind, self.places.units[unit], amount) for kind, _, unit, amount, _ in points),
        )


class DeskTeller:
    """The desk, with what a room must keep."""

    def __init__(self, program: str) -> None:
        compiled = compile_program(load_program(program))
        self.program = compiled.program
        ladders = {each.code: [level.code for level in each.levels] for each in self.program.ladders}
        self.places = _ByPlace([unit.code for unit in self.program.units], ladders)
        self.desk = AtDesk(compiled, ())
        self.names: list[str] = []

    def enrol(self, who: str, at: dt.datetime, birthday: tuple[int, int], tags: tuple[str, ...]) -> None:
        self.names.append(who)
        self.desk.enrol(Newcomer(at, birthday, tags))

    def do(self, verb: str, who: str, at: dt.datetime, arguments: Mapping[str, Any]) -> bool:
        told = self.places.arguments(verb, arguments)
        if "to" in told:
            told["to"] = self.names.index(told["to"])
        return self.desk.perform(Act(self.names.index(who), verb, at, told))

    def see(self, who: str) -> Seen:
        member = self.desk.members[self.names.index(who)]
        state, units = member.state, self.places.units
        standings = list(zip(self.program.ladders, state.ladders, strict=True))
        lots = [(lot.unit, lot.ends, lot.number, lot.left) for lot in state.lots or ()]
        return Seen(
            balance=dict(zip(units, state.available, strict=True)),
            pending=dict(zip(units, state.pending, strict=True)),
            held=dict(zip(units, state.held, strict=True)),
            debt=dict(zip(units, state.debt, strict=True)),
            tier={ladder.code: ladder.levels[standing.rank].code for ladder, standing in standings},
            until={ladder.code: _date(standing.until) for ladder, standing in standings},
            lots=tuple((units[unit], left, _date(ends)) for unit, ends, _, left in sorted(lots)),
            entries=tuple((kind, units[unit], amount) for kind, _, unit, amount, _ in member.entries),
        )


def _date(day: int) -> dt.date | None:
    return None if day == NEVER else EPOCH + dt.timedelta(days=day)
