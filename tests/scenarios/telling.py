"""Scenarios: what happens to a few members under a small program, and the numbers that must come of it, as data.

A file holds a list of scenarios; each is told to a teller, who knows the verbs by name. In a file, instants are local
to the program's time zone (a date alone is its noon), money is in major units, points are in whole units, and what
names no unit or ladder means the first one. `times` and `every` repeat a step; `refused: yes` says that nothing may
change, `again: yes` that this was told before. `expect` compares what it names and nothing else; `entries` are those
since the last time that they were expected.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FIRST = "anna"
MONEY = ("net", "gross", "tax", "shipping", "points_paid")


@dataclass(frozen=True)
class Seen:
    """A member: points by unit, level and its end by ladder, lots as (unit, left, end), entries as (kind, unit, amount).

    Points are in the smallest fraction of their unit; an end is the first day on which something no longer holds.
    """

    balance: Mapping[str, int]
    pending: Mapping[str, int]
    held: Mapping[str, int]
    debt: Mapping[str, int]
    tier: Mapping[str, str]
    until: Mapping[str, dt.date | None]
    lots: tuple[tuple[str, int, dt.date | None], ...]
    entries: tuple[tuple[str, str, int], ...]


class Teller(Protocol):
    """Whoever runs a program: the oracle, or the product."""

    def enrol(self, who: str, at: dt.datetime, birthday: tuple[int, int], tags: tuple[str, ...]) -> None: ...

    def do(self, verb: str, who: str, at: dt.datetime, arguments: Mapping[str, Any]) -> bool:
        """Tell of an order, behaviour, refund, redeem, give_back, hold, capture, release, adjust, open_lot, transfer,
        assign or advance; return False where it was refused or known already.
        """

    def see(self, who: str) -> Seen: ...


@dataclass(frozen=True)
class Scenario:
    id: str
    program: str
    members: Mapping[str, Mapping[str, Any]]
    steps: tuple[Mapping[str, Any], ...]

    def tell(self, teller: Teller) -> None:
        """Tell every step, and compare wherever something is expected."""
        _Telling(self, teller).tell()


def scenarios() -> list[Scenario]:
    """Return the scenarios of all files."""
    return list(_read())


def _read() -> Iterator[Scenario]:
    for path in sorted(HERE.glob("*.yaml")):
        file = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 - every scalar stays text
        for said in file["scenarios"]:
            text = said["program"]
            program = file.get("programs", {}).get(text, text)
            if program.endswith(".yaml"):
                program = (ROOT / program).read_text("utf-8")
            members = {name: each or {} for name, each in said.get("members", {FIRST: {}}).items()}
            yield Scenario(f"{path.stem}: {said['id']}", program, members, tuple(said["steps"]))


class _Telling:
    def __init__(self, scenario: Scenario, teller: Teller) -> None:
        program = yaml.load(scenario.program, yaml.CBaseLoader)  # noqa: S506
        self.scenario, self.teller = scenario, teller
        self.zone = ZoneInfo(program["time_zone"])
        self.cents = 10 ** {"JPY": 0, "KWD": 3}.get(program["currency"], 2)
        self.scales = {code: 10 ** int((unit or {}).get("scale", "0")) for code, unit in program["units"].items()}
        tiers = program.get("tiers", [])
        self.ladders = [each["ladder"] for each in (tiers if isinstance(tiers, list) else [tiers])]
        self.first = next(iter(scenario.members))
        self.told = dict.fromkeys(scenario.members, 0)  # entries of each that were compared already

    def tell(self) -> None:
        for name, said in self.scenario.members.items():
            month, _, day = said.get("birthday", "0-0").partition("-")
            at = self.instant(said.get("joined", "2026-01-01 00:00"))
            self.teller.enrol(name, at, (int(month), int(day)), tuple(said.get("tags", ())))
        for number, step in enumerate(self.scenario.steps):
            (verb, said), more = next(iter(step.items())), dict(list(step.items())[1:])
            if verb == "expect":
                self.compare(said, f"step {number + 1}")
            else:
                for turn in range(int(more.get("times", "1"))):
                    self.do(verb, dict(said), more, turn)

    def do(self, verb: str, said: dict[str, Any], more: Mapping[str, Any], turn: int) -> None:
        who = said.pop("who", self.first)
        arguments = self.arguments(said)
        at = arguments.pop("at") + dt.timedelta(days=turn * int(more.get("every", "0")))
        if turn and "key" in arguments:
            arguments["key"] += f" {turn}"
        before = self.teller.see(who)
        done = self.teller.do(verb, who, at, arguments)
        if "refused" in more or "again" in more:
            assert (done, self.teller.see(who)) == (False, before), (verb, said)
        else:
            assert done, (verb, said)

    def arguments(self, said: dict[str, Any]) -> dict[str, Any]:
        unit = said.get("unit", next(iter(self.scales)))
        found: dict[str, Any] = {}
        for name, value in said.items():
            if name in MONEY:
                found[name] = self.money(value)
            elif name == "points":
                found[name] = int(Fraction(value) * self.scales[unit])
            elif name == "lines":
                found[name] = tuple(self.line(line) for line in value)
            elif name == "at" or (name == "until" and ":" in value):
                found[name] = self.instant(value)
            elif name in ("until", "ends", "earned"):
                found[name] = None if value == "never" else dt.date.fromisoformat(value)
            elif name == "exactly":
                found[name] = value == "yes"
            elif name == "attributes":
                found[name] = _typed(value)
            else:
                found[name] = value
        return found

    def money(self, text: str) -> int:
        return int(Fraction(text) * self.cents)

    def line(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return a line of an order, or of a refund (which names it by its place, from 1)."""
        line: dict[str, Any] = {"net": self.money(said.get("net", "0")), "quantity": int(said.get("quantity", "1"))}
        if "line" in said:
            return {"line": int(said["line"]), **line}
        more = {"category": said.get("category", ""), "sku": said.get("sku", "")}
        return {**line, **more, "attributes": _typed(said.get("attributes", {}))}

    def instant(self, text: str) -> dt.datetime:
        local = dt.datetime.fromisoformat(text if ":" in text else f"{text} 12:00")
        return local.replace(tzinfo=self.zone).astimezone(dt.UTC)

    # ---- what must have come of it

    def compare(self, said: Mapping[str, Any], place: str) -> None:
        who = said.get("who", self.first)
        if "at" in said:
            assert self.teller.do("advance", who, self.instant(said["at"]), {})
        seen = self.teller.see(who)
        for name in said:
            if name in ("balance", "pending", "held", "debt"):
                wanted = self.by_unit(said[name])
                assert {unit: getattr(seen, name)[unit] for unit in wanted} == wanted, (place, name)
            elif name in ("tier", "until"):
                wanted = said[name] if isinstance(said[name], dict) else {self.ladders[0]: said[name]}
                found = {ladder: getattr(seen, name)[ladder] for ladder in wanted}
                assert {ladder: str(value or "never") for ladder, value in found.items()} == wanted, (place, name)
            elif name == "lots":
                assert list(seen.lots) == [self.lot(lot) for lot in said[name]], (place, name)
            elif name == "entries":
                entries = seen.entries[self.told[who] :]
                assert list(entries) == [self.entry(text) for text in said[name]], (place, name)
                self.told[who] = len(seen.entries)

    def by_unit(self, said: Any) -> dict[str, int]:
        amounts = said if isinstance(said, dict) else {next(iter(self.scales)): said}
        return {unit: int(Fraction(text) * self.scales[unit]) for unit, text in amounts.items()}

    def lot(self, text: str) -> tuple[str, int, dt.date | None]:
        """Read «75 2026-04-01», «75 never», or with a unit «75 2026-04-01 growth»."""
        amount, end, unit = (*text.split(), next(iter(self.scales)))[:3]
        return unit, int(Fraction(amount) * self.scales[unit]), None if end == "never" else dt.date.fromisoformat(end)

    def entry(self, text: str) -> tuple[str, str, int]:
        """Read «accrual 97», or with a unit «accrual 97 growth»."""
        kind, amount, unit = (*text.split(), next(iter(self.scales)))[:3]
        return kind, unit, int(Fraction(amount) * self.scales[unit])


def _typed(said: Mapping[str, str]) -> dict[str, Any]:
    """Return attributes: yes and no are flags, digits numbers, all else text."""
    flags = {"yes": True, "no": False}
    return {
        name: flags[text] if text in flags else int(text) if text.lstrip("-").isdigit() else text
        for name, text in said.items()
    }
