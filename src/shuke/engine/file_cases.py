"""Reads the test cases of a program file; must not know how one is run."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shuke.core.program.cases import Case, CaseFact, CaseLine, CaseMember
from shuke.core.program.model import Attribute, Behaviour, Ladder, Unit
from shuke.engine.fields import (
    Fields,
    Problems,
    check_unique,
    read_choice,
    read_code,
    read_decimal,
    read_entries,
    read_mappings,
    read_texts,
)
from shuke.engine.file_texts import Reading, in_fractions
from shuke.engine.yaml_tree import Mapping, Scalar, Value

CASES_LIMIT = 200
FACTS_LIMIT = 100
LINES_LIMIT = 200
MOST = 10**9
AT_EXAMPLE = "2026-06-18 12:00"
ORDER_EXAMPLE = "{net: 86}"
CASE_EXAMPLE = "{code: member-day, at: 2026-06-18 12:00, order: {net: 86}, earns: {points: 206}}"
CASE_KEYS = {
    "code": "member-day",
    "at": AT_EXAMPLE,
    "member": "{tier: gold}",
    "before": "[{at: 2026-03-01 10:00, order: {net: 500}}]",
    "order": ORDER_EXAMPLE,
    "behaviour": "{kind: check_in}",
    "earns": "{points: 206}",
    "tier": "gold",
}
BEFORE_KEYS = {name: CASE_KEYS[name] for name in ("at", "order", "behaviour")}
MEMBER_KEYS = {"joined": "2025-01-01", "birthday": "06-18", "tier": "gold", "tags": "[vip]"}
_AMOUNTS = ("net", "gross", "tax", "shipping", "points_paid")
ORDER_KEYS = dict.fromkeys(_AMOUNTS, "86") | {
    "store": "S01",
    "channel": "app",
    "items": "[{net: 86, category: WINE}]",
    "attributes": "{promo_code: TEN}",
}
ITEM_KEYS = {"net": "86", "quantity": "1", "category": "WINE", "sku": "A-1", "attributes": "{colour: red}"}
BEHAVIOUR_KEYS = {"kind": "check_in", "store": "S01", "channel": "app", "attributes": "{stars: 5}"}
_AT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d))?")
_BIRTHDAY = re.compile(r"(\d\d)-(\d\d)")
_YEAR = timedelta(days=365)


class CasesReader:
    """Reads the cases of one program, whose units, ladders and attributes are known."""

    def __init__(
        self,
        zone: str,
        units: Sequence[Unit],
        ladders: Sequence[Ladder],
        attributes: tuple[Sequence[Attribute], Sequence[Attribute], Sequence[Behaviour]],
        reading: Reading,
    ) -> None:
        self._zone = ZoneInfo(zone or "UTC")
        self._units = {unit.code: unit for unit in units}
        self._levels = tuple(level.code for ladder in ladders[:1] for level in ladder.levels)
        self._order, self._line, behaviours = attributes
        self._behaviours = {behaviour.code: behaviour for behaviour in behaviours}
        self._digits = reading.vocabulary.currency_digits
        self._problems: Problems = reading.problems

    def read(self, value: Value | None) -> tuple[Case, ...]:
        """Read all cases, in the order of the file."""
        if value is None:
            return ()
        codes: list[tuple[str, Scalar]] = []
        cases = []
        for entry in read_mappings(value, CASES_LIMIT, CASE_EXAMPLE, self._problems):
            fields = Fields(entry, CASE_KEYS, self._problems)
            text = fields.scalar("code")
            code = read_code(text, self._problems) if text else None
            if text is not None and code is not None:
                codes.append((code, text))
            cases.append(self._case(code or "", fields, entry))
        check_unique(codes, self._problems)
        return tuple(cases)

    def _case(self, code: str, fields: Fields, entry: Mapping) -> Case:
        fact = self._fact(fields)
        value = fields.optional_value("before")
        before = read_mappings(value, FACTS_LIMIT, CASE_KEYS["before"], self._problems) if value is not None else []
        facts = tuple(self._fact(Fields(each, BEFORE_KEYS, self._problems)) for each in before)
        first = min(each.at for each in (fact, *facts))
        member = self._member(fields.optional_value("member"), first)
        return Case(
            code=code,
            member=member,
            before=facts,
            fact=fact,
            earns=self._earns(fields.optional_value("earns")),
            tier=self._level(fields),
            line=entry.source.line(entry.start),
            place=entry.place(),
            local=(
                f"{self._local(member.joined_at):%Y-%m-%d}",
                *(f"{self._local(each.at):%Y-%m-%d %H:%M}" for each in (*facts, fact)),
            ),
        )

    def _local(self, at: int) -> datetime:
        return datetime.fromtimestamp(at, self._zone)

    def _member(self, value: Value | None, first: int) -> CaseMember:
        """Read who it is: without a day of joining, somebody who joined a year before the first fact."""
        fields = self._fields(value, MEMBER_KEYS, CASE_KEYS["member"])
        if fields is None:
            return CaseMember(first - int(_YEAR.total_seconds()))
        joined = fields.optional("joined")
        birthday = fields.optional("birthday")
        found = _BIRTHDAY.fullmatch(birthday.value) if birthday else None
        if birthday is not None and found is None:
            self._problems.unreadable("bad_date", "day of the year", birthday, ("06-18",))
        tags = read_texts(fields.optional_value("tags"), 20, "[vip]", self._problems) if "tags" in fields else []
        return CaseMember(
            self._at(joined) if joined else first - int(_YEAR.total_seconds()),
            int(found[1] + found[2]) if found else 0,
            self._level(fields),
            tuple(tag.value for tag in tags),
        )

    def _fact(self, fields: Fields) -> CaseFact:
        at = self._at(fields.scalar("at"))
        which = fields.one_of("order", "behaviour")
        if which == "order":
            return self._of_order(at, fields.value("order"))
        return self._of_behaviour(at, fields.value("behaviour") if which else None)

    def _of_order(self, at: int, value: Value | None) -> CaseFact:
        fields = self._fields(value, ORDER_KEYS, ORDER_EXAMPLE)
        if fields is None:
            return CaseFact(at)
        amounts = {name: self._minor(fields, name) for name in _AMOUNTS}
        items = fields.optional_value("items")
        listed = read_mappings(items, LINES_LIMIT, ORDER_KEYS["items"], self._problems) if items is not None else []
        lines = tuple(self._of_line(each) for each in listed)
        net = amounts.pop("net") if "net" in fields else sum(line.net for line in lines)
        gross = amounts.pop("gross") or net
        return CaseFact(
            at,
            net=net,
            gross=gross,
            tax=amounts["tax"],
            shipping=amounts["shipping"],
            points_paid=amounts["points_paid"],
            store=_text(fields, "store"),
            channel=_text(fields, "channel"),
            lines=lines,
            attributes=self._attributes(fields, self._order),
        )

    def _of_line(self, entry: Mapping) -> CaseLine:
        fields = Fields(entry, ITEM_KEYS, self._problems)
        quantity = fields.decimal("quantity", 0, 10_000)
        return CaseLine(
            self._minor(fields, "net"),
            1 if quantity is None else int(quantity),
            _text(fields, "category"),
            _text(fields, "sku"),
            self._attributes(fields, self._line),
        )

    def _of_behaviour(self, at: int, value: Value | None) -> CaseFact:
        if isinstance(value, Scalar):
            return CaseFact(at, read_choice(value, self._behaviours, "unknown_behaviour", self._problems) or "")
        fields = self._fields(value, BEHAVIOUR_KEYS, CASE_KEYS["behaviour"])
        if fields is None:
            return CaseFact(at)
        text = fields.scalar("kind")
        kind = (read_choice(text, self._behaviours, "unknown_behaviour", self._problems) if text else None) or ""
        known = self._behaviours[kind].attributes if kind else ()
        return CaseFact(
            at,
            kind,
            store=_text(fields, "store"),
            channel=_text(fields, "channel"),
            attributes=self._attributes(fields, known),
        )

    def _attributes(self, fields: Fields, known: Sequence[Attribute]) -> tuple[tuple[str, int | str | bool], ...]:
        if "attributes" not in fields:
            return ()
        types = {attribute.code: attribute for attribute in known}
        found: list[tuple[str, int | str | bool]] = []
        for key, value in read_entries(fields.optional_value("attributes"), 50, "{promo: TEN}", self._problems):
            code = read_choice(key, tuple(types), "unknown_choice", self._problems)
            if code is None or not isinstance(value, Scalar):
                continue
            if types[code].type == "number":
                number = read_decimal(value, 0, MOST, self._problems)
                found.append((code, int(number or 0)))
            elif types[code].type == "flag":
                found.append((code, value.value in ("yes", "true")))
            else:
                found.append((code, value.value))
        return tuple(found)

    def _earns(self, value: Value | None) -> tuple[tuple[str, int], ...]:
        if value is None:
            return ()
        found = []
        for key, points in read_entries(value, len(self._units) or 1, CASE_KEYS["earns"], self._problems):
            code = read_choice(key, tuple(self._units), "unknown_unit", self._problems)
            if code is not None and isinstance(points, Scalar):
                scale = self._units[code].scale
                found.append((code, in_fractions(read_decimal(points, scale, MOST, self._problems), scale)))
        return tuple(found)

    def _level(self, fields: Fields) -> str:
        text = fields.optional("tier")
        return (read_choice(text, self._levels, "unknown_tier", self._problems) if text else None) or ""

    def _minor(self, fields: Fields, name: str) -> int:
        return in_fractions(fields.decimal(name, self._digits, MOST), self._digits)

    def _at(self, text: Scalar | None) -> int:
        """Read a local time of the program; a day alone is its noon."""
        found = _AT.fullmatch(text.value) if text else None
        try:
            local = datetime.fromisoformat(f"{found[1]} {found[2] or '12:00'}") if found else None
        except ValueError:
            local = None
        if local is None or not 1970 < local.year < 2100:
            if text is not None:
                self._problems.unreadable("bad_date", "local time", text, (AT_EXAMPLE,))
            local = datetime(2026, 1, 1)  # noqa: DTZ001  # a stand-in
        return int(local.replace(tzinfo=self._zone).astimezone(UTC).timestamp())

    def _fields(self, value: Value | None, keys: dict[str, str], example: str) -> Fields | None:
        if isinstance(value, Mapping):
            return Fields(value, keys, self._problems)
        if value is not None:
            self._problems.wrong_type(value, "mapping", example)
        return None


def _text(fields: Fields, name: str) -> str:
    text = fields.optional(name)
    return text.value if text else ""
