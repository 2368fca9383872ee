"""Reads a benefits file into a Catalogue, with everything that is wrong by line and column, and writes one back.

Must not know what is stored, nor which tiers, offers and templates there are.
"""

import re
from datetime import date

from shuke.core.values.errors import Refusal
from shuke.engine.fields import (
    Fields,
    Problems,
    check_unique,
    read_choice,
    read_code,
    read_entries,
    read_mappings,
    read_name,
)
from shuke.engine.schema import ProgramErrors
from shuke.engine.yaml_tree import Mapping, Scalar, Sequence, Value, read_tree
from shuke.rooms.benefits.contracts import (
    BIRTHDAY,
    ISSUED,
    JOIN,
    LIMITED,
    OF_OFFERS,
    Benefit,
    Catalogue,
    Kind,
    Part,
    Per,
    Purpose,
    Season,
    SetRow,
)

VERSION = "1"
BENEFITS_LIMIT = 200
ROWS_LIMIT = 1_000
COST_LIMIT = 10**7  # major units, of one use
QUOTA_LIMIT = 10**6
DAYS_LIMIT = 3_660
HOURS_LIMIT = 24 * 90
YEARS_LIMIT = 99
_BENEFIT_EXAMPLE = "{code: lounge, zh: 贵宾厅, en: Lounge, kind: counted}"
_KEYS = {"shuke": VERSION, "benefits": f"[{_BENEFIT_EXAMPLE}]", "sets": "{tiers: {main: {gold: [lounge]}}}"}
_BENEFIT = {
    "code": "lounge",
    "zh": "贵宾厅",
    "en": "Lounge",
    "kind": "counted",
    "part": "value_added",
    "purpose": "retention",
    "core": "yes",
    "cost": "35.00",
    "quota": "2",
    "per": "year",
    "days": "30",
    "gives": "welcome",
    "ahead": "24",
}
_SETS = {
    "tiers": "{main: {gold: [lounge]}}",
    "plans": "{plus: [lounge]}",
    "tags": "{vip: [lounge]}",
    "join": "[lounge]",
    "birthday": "[lounge]",
    "tenure": "{1: [lounge]}",
    "seasons": "[{code: spring, from: 2027-02-01, until: 2027-02-28, gives: [lounge]}]",
}
_SEASON = {"code": "spring", "from": "2027-02-01", "until": "2027-02-28", "gives": "[lounge]"}
_ROW = {"benefit": "lounge", "quota": "2"}
_ROWS_EXAMPLE = "[lounge, {benefit: upgrade, quota: 2}]"


def read(text: str | bytes, digits: int) -> Catalogue:
    """Read a benefits file; `digits` are those of the organisation's currency.

    Raises:
        ProgramErrors: everything that is wrong, each with line and column.
    """
    problems = Problems()
    tree = problems.catch(lambda: read_tree(text))
    found = None
    if isinstance(tree, Mapping):
        found = _Reader(problems, digits).catalogue(tree)
    elif tree is not None:
        problems.wrong_type(tree, "mapping", "shuke: 1")
    if found is None or problems.found:
        raise ProgramErrors(tuple(sorted(problems.found, key=_position)))
    return found


def _position(refusal: Refusal) -> tuple[int, int]:
    line, _, column = (refusal.pointer or "1:1").partition(":")
    return int(line), int(column)


class _Reader:
    """The file being read: what is wrong so far, and which benefits it declares."""

    def __init__(self, problems: Problems, digits: int) -> None:
        self.problems = problems
        self.digits = digits
        self.known: dict[str, Benefit] = {}
        self.rows: list[SetRow] = []
        self.seasons: list[Season] = []

    def catalogue(self, tree: Mapping) -> Catalogue:
        fields = Fields(tree, _KEYS, self.problems)
        version = fields.scalar("shuke")
        if version is not None:
            read_choice(version, (VERSION,), "unknown_version", self.problems)
        entries = read_mappings(fields.optional_value("benefits"), BENEFITS_LIMIT, _BENEFIT_EXAMPLE, self.problems)
        benefits = [self._benefit(Fields(entry, _BENEFIT, self.problems)) for entry in entries]
        check_unique(
            [(key.value, key) for entry in entries for name, key in _texts(entry) if name == "code"], self.problems
        )
        self.known = {each.code: each for each in benefits}
        sets = fields.optional_value("sets")
        if isinstance(sets, Mapping):
            self._sets(Fields(sets, _SETS, self.problems))
        elif sets is not None:
            self.problems.wrong_type(sets, "mapping", _KEYS["sets"])
        return Catalogue(tuple(benefits), tuple(self.rows), tuple(self.seasons))

    def _benefit(self, fields: Fields) -> Benefit:
        code = fields.code() or ""
        names = [read_name(scalar, self.problems) if (scalar := fields.scalar(key)) else "" for key in ("zh", "en")]
        said = fields.scalar("kind")
        kind = Kind((read_choice(said, [*Kind], "unknown_choice", self.problems) if said else None) or Kind.PROMISE)
        quota = self._whole(fields, "quota", QUOTA_LIMIT)
        if quota is not None and kind not in LIMITED:
            fields.misplaced("quota", f"A benefit of kind {kind} is not counted.", "per")
        if kind is not Kind.EARLY_ACCESS and "ahead" in fields:
            fields.misplaced("ahead", "Only early_access has a head start.", "days")
        gives = fields.optional("gives")
        if gives is None and kind in ISSUED | OF_OFFERS:
            fields.scalar("gives")
        if kind is Kind.POINTS and gives is not None and not re.fullmatch("[1-9][0-9]{0,8}", gives.value):
            self.problems.unreadable("not_a_number", "number of points", gives, ["50"])
        cost = fields.decimal("cost", self.digits, COST_LIMIT)
        return Benefit(
            code=code,
            name_zh=names[0] or code,
            name_en=names[1] or code,
            kind=kind,
            part=Part(fields.choice("part", [Part.VALUE_ADDED, Part.FIXED])),
            purpose=Purpose(fields.choice("purpose", [*Purpose])),
            core=fields.flag("core", otherwise=False),
            cost_minor=int(cost * 10**self.digits) if cost is not None else 0,
            quota=quota,
            per=Per(fields.choice("per", [Per.ONCE if kind in ISSUED else Per.YEAR, *Per])),
            days=self._whole(fields, "days", DAYS_LIMIT),
            gives=(read_name(gives, self.problems) or "") if gives else "",
            ahead_hours=self._whole(fields, "ahead", HOURS_LIMIT) or 0,
        )

    def _whole(self, fields: Fields, name: str, limit: int) -> int | None:
        found = fields.decimal(name, 0, limit, 1)
        return None if found is None else int(found)

    def _sets(self, fields: Fields) -> None:
        self._tiers(fields)
        for name, prefix in (("plans", "plan"), ("tags", "tag")):
            for code, rows in self._entries(fields, name):
                if read_code(code, self.problems):
                    self._rows(f"{prefix}:{code.value}", rows)
        for name in (JOIN, BIRTHDAY):
            value = fields.optional_value(name)
            if value is not None:
                self._rows(name, value)
        for years, rows in self._entries(fields, "tenure"):
            if re.fullmatch("[1-9][0-9]?", years.value):
                self._rows(f"tenure:{years.value}", rows)
            else:
                self.problems.unreadable("not_a_number", "number of years", years, ["1", "3"])
        seasons = fields.optional_value("seasons")
        if seasons is not None:
            for entry in read_mappings(seasons, ROWS_LIMIT, _SETS["seasons"][1:-1], self.problems):
                self._season(Fields(entry, _SEASON, self.problems))

    def _tiers(self, fields: Fields) -> None:
        for ladder, levels in self._entries(fields, "tiers"):
            for level, rows in read_entries(levels, ROWS_LIMIT, "{gold: [lounge]}", self.problems):
                if read_code(ladder, self.problems) and read_code(level, self.problems):
                    self._rows(f"tier:{ladder.value}:{level.value}", rows)

    def _entries(self, fields: Fields, name: str) -> list[tuple[Scalar, Value]]:
        value = fields.optional_value(name)
        return [] if value is None else read_entries(value, ROWS_LIMIT, _SETS[name], self.problems)

    def _season(self, fields: Fields) -> None:
        code = fields.code() or ""
        first, last = (self._date(fields.scalar(name)) for name in ("from", "until"))
        if first and last and last < first:
            fields.misplaced("until", "A season ends on or after its first day.", "from")
        rows = fields.value("gives")
        if first and last and rows is not None:
            self.seasons.append(Season(code, first, last))
            self._rows(f"season:{code}", rows)

    def _date(self, scalar: Scalar | None) -> date | None:
        if scalar is None:
            return None
        try:
            return date.fromisoformat(scalar.value)
        except ValueError:
            self.problems.unreadable("bad_date", "date", scalar, ["2027-02-01"])
            return None

    def _rows(self, subject: str, value: Value) -> None:
        entries = value.entries if isinstance(value, Sequence) else [value]
        seen: set[str] = set()
        for entry in entries:
            row, scalar = self._row(subject, entry)
            if row is None or scalar is None:
                continue
            if row.benefit in seen:
                detail = f"«{row.benefit}» stands here twice."
                self.problems.add("duplicate_key", detail, scalar.place(), key=row.benefit)
                continue
            seen.add(row.benefit)
            self.rows.append(row)

    def _row(self, subject: str, value: Value) -> tuple[SetRow | None, Scalar | None]:
        fields, scalar, quota = None, None, None
        if isinstance(value, Scalar):
            scalar = value
        elif isinstance(value, Mapping):
            fields = Fields(value, _ROW, self.problems)
            scalar, quota = fields.scalar("benefit"), self._whole(fields, "quota", QUOTA_LIMIT)
        else:
            self.problems.wrong_type(value, "text", _ROWS_EXAMPLE)
        if scalar is None or read_choice(scalar, self.known, "unknown_benefit", self.problems) is None:
            return None, None
        if fields is not None and quota is not None and self.known[scalar.value].kind not in LIMITED:
            fields.misplaced("quota", f"«{scalar.value}» is of a kind that is not counted.", "benefit")
        return SetRow(subject, scalar.value, quota), scalar


def _texts(entry: Mapping) -> list[tuple[str, Scalar]]:
    return [(key.value, value) for key, value in entry.entries if isinstance(value, Scalar)]


def written(catalogue: Catalogue, digits: int) -> str:
    """Return a catalogue as a file that reads to the same again."""
    lines = ["shuke: 1", *(["benefits:"] if catalogue.benefits else [])]
    lines += [f"  - {{{', '.join(_told(each, digits))}}}" for each in catalogue.benefits]
    if catalogue.sets:
        lines += ["sets:", *_written_sets(catalogue)]
    return "\n".join(lines) + "\n"


def _told(benefit: Benefit, digits: int) -> list[str]:
    told = [
        f"code: {benefit.code}",
        f"zh: {_quoted(benefit.name_zh)}",
        f"en: {_quoted(benefit.name_en)}",
        f"kind: {benefit.kind}",
        f"part: {benefit.part}",
        f"purpose: {benefit.purpose}",
    ]
    told += ["core: yes"] if benefit.core else []
    told += [f"cost: {decimal(benefit.cost_minor, digits)}"] if benefit.cost_minor else []
    told += [f"quota: {benefit.quota}"] if benefit.quota is not None else []
    told += [f"per: {benefit.per}"]
    told += [f"days: {benefit.days}"] if benefit.days is not None else []
    told += [f"gives: {_quoted(benefit.gives)}"] if benefit.gives else []
    return told + ([f"ahead: {benefit.ahead_hours}"] if benefit.ahead_hours else [])


def _written_sets(catalogue: Catalogue) -> list[str]:
    subjects = list(dict.fromkeys(row.subject for row in catalogue.sets))
    lines: list[str] = []
    ladders = list(dict.fromkeys(subject.split(":")[1] for subject in subjects if subject.startswith("tier:")))
    lines += ["  tiers:"] if ladders else []
    for ladder in ladders:
        lines.append(f"    {ladder}:")
        own = [subject for subject in subjects if subject.startswith(f"tier:{ladder}:")]
        lines += [f"      {subject.split(':')[2]}: {_listed(catalogue, subject)}" for subject in own]
    for section, prefix in (("plans", "plan:"), ("tags", "tag:"), ("tenure", "tenure:")):
        own = [subject for subject in subjects if subject.startswith(prefix)]
        lines += [f"  {section}:"] if own else []
        lines += [f"    {_quoted(subject.removeprefix(prefix))}: {_listed(catalogue, subject)}" for subject in own]
    lines += [f"  {name}: {_listed(catalogue, name)}" for name in (JOIN, BIRTHDAY) if name in subjects]
    lines += ["  seasons:"] if catalogue.seasons else []
    for season in catalogue.seasons:
        gives = _listed(catalogue, f"season:{season.code}")
        lines.append(f"    - {{code: {season.code}, from: {season.first}, until: {season.last}, gives: {gives}}}")
    return lines


def _listed(catalogue: Catalogue, subject: str) -> str:
    rows = catalogue.of(subject)
    texts = [row.benefit if row.quota is None else f"{{benefit: {row.benefit}, quota: {row.quota}}}" for row in rows]
    return f"[{', '.join(texts)}]"


def _quoted(text: str) -> str:
    plain = re.fullmatch(r"[\w][\w .-]*(?<! )", text)
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def decimal(minor: int, digits: int) -> str:
    """Write an amount of money in major units, as files do."""
    if digits == 0:
        return str(minor)
    whole, part = divmod(minor, 10**digits)
    return f"{whole}.{part:0{digits}}"
