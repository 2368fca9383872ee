"""Tells scenarios to the oracle."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from tests.parity.oracle import Oracle
from tests.parity.oracle_ledger import Person
from tests.scenarios.telling import Seen


class OracleTeller:
    """The oracle as a teller of scenarios."""

    def __init__(self, program: str) -> None:
        self.oracle = Oracle(program)
        self.codes = [code for code, _ in self.oracle.units]
        self.people: dict[str, Person] = {}

    def enrol(self, who: str, at: dt.datetime, birthday: tuple[int, int], tags: tuple[str, ...]) -> None:
        self.people[who] = self.oracle.enrol(at, birthday, tags)

    def do(self, verb: str, who: str, at: dt.datetime, arguments: Mapping[str, Any]) -> bool:
        person = self.people[who]
        told = dict(arguments)
        if verb == "advance":
            self.oracle.advance(person, at)
            return True
        if verb == "order":
            told["lines"] = [tuple(line.values()) for line in told.get("lines", ())]
        if verb == "refund" and "lines" in told:
            told["lines"] = [(line["line"] - 1, line["net"], line["quantity"]) for line in told["lines"]]
        if verb in ("redeem", "hold", "adjust", "open_lot", "transfer"):
            told["unit"] = self.codes.index(told.get("unit", self.codes[0]))
        if verb in ("redeem", "behaviour"):
            told["order_key"] = told.pop("order", None)
        if verb == "assign":
            ladders = [ladder.code for ladder in self.oracle.ladders]
            told["ladder"] = ladders.index(told.get("ladder", ladders[0]))
            levels = [level["code"] for level in self.oracle.ladders[told["ladder"]].levels]
            told["level"] = levels.index(told["level"])
        if verb == "transfer":
            return self.oracle.transfer(person, self.people[told.pop("to")], at, **told)
        return bool(getattr(self.oracle, verb)(person, at, **told))

    def see(self, who: str) -> Seen:
        person = self.people[who]
        units = list(enumerate(self.codes))
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
            entries=tuple((kind, self.codes[unit], amount) for kind, _, unit, amount, _ in points),
        )
