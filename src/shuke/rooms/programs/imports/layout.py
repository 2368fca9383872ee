"""Which column of a file means what, and a row's texts read into a person. Knows no table of the database."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Attribute, AttributeValue, ExternalId, NewMember

ATTRIBUTE = "attribute:"
IGNORED = "-"
_NAMES: Mapping[str, tuple[str, ...]] = {
    "external_id": (
        "external_id",
        "member_id",
        "customer_id",
        "会员编号",
        "会员号",
        "会员卡号",
        "卡号",
        "外部编号",
        "客户编号",
    ),
    "source": ("source", "来源", "来源系统"),
    "phone": ("phone", "mobile", "手机", "手机号", "手机号码", "电话"),
    "email": ("email", "e_mail", "邮箱", "电子邮箱", "电子邮件"),
    "name": ("name", "姓名", "会员姓名", "名字"),
    "birthday": ("birthday", "birth_date", "date_of_birth", "生日", "出生日期"),
    "joined_at": ("joined_at", "joined", "join_date", "入会时间", "入会日期", "注册时间", "开卡日期"),
    "language": ("language", "语言"),
    "tags": ("tags", "标签"),
    "unit": ("unit", "积分单位"),
    "points": ("points", "balance", "积分", "积分余额", "可用积分"),
    "expires_on": ("expires_on", "points_expire_on", "积分有效期", "积分到期日", "到期日"),
    "earned_on": ("earned_on", "积分获得日期", "获得日期"),
    "tier": ("tier", "level", "等级", "会员等级"),
    "tier_until": ("tier_until", "tier_expires_on", "等级有效期", "等级到期日"),
}
FIELDS = tuple(_NAMES)
_BY_NAME = {name: field for field, names in _NAMES.items() for name in names}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_TIME = re.compile(r"[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_EXPECTED = {
    "birthday": "a date such as 1990-05-17",
    "joined_at": "a date or time such as 2020-01-31 18:30",
}


@dataclass(frozen=True, slots=True)
class Scheme:
    """What a file may name of the program in force: units as (code, scale) and tiers as code, by code or name."""

    units: Mapping[str, tuple[str, int]]
    tiers: Mapping[str, str]
    first_unit: str
    lowest: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What each column means, `-` for nothing; the source of external ids, and the zone of times without one.

    `name` is that of the file: the reason of the tiers that it brings.
    """

    fields: tuple[str, ...]
    headers: tuple[str, ...]
    source: str
    zone: ZoneInfo
    attributes: Mapping[str, Attribute]
    scheme: Scheme | None = None
    name: str = ""

    def header(self, field: str) -> str:
        """Return what the file calls a field."""
        return next((name for name, known in zip(self.headers, self.fields, strict=True) if known == field), field)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is not taken: where, what stood there and what was expected."""

    column: str
    code: str
    found: str
    expected: str


def layout(
    headers: Sequence[str],
    mapping: Mapping[str, str],
    source: str,
    zone: ZoneInfo,
    known: Sequence[Attribute],
    scheme: Scheme | None,
) -> Layout:
    """Find out what the columns mean; `mapping` says it of columns whose names don't.

    Raises: Refusal `unknown_columns`, `duplicate_columns`, `identity_column_missing`; params: `headers` of the
        file and `fields`, what each means, `-` where nothing is known of it.
    """
    own = {one.code: one for one in known}
    names = dict(_BY_NAME)
    for one in known:
        names |= {
            _fold(name): ATTRIBUTE + one.code for name in (one.code, one.name_zh, one.name_en, ATTRIBUTE + one.code)
        }
    names |= {_fold(name): field for name, field in _BY_NAME.items()}  # a field's name is never an attribute's
    said = {_fold(column): field for column, field in mapping.items()}
    fields = [mapping.get(one) or said.get(_fold(one)) or names.get(_fold(one), "") for one in headers]
    allowed = meanings(known)
    unknown = [header for header, field in zip(headers, fields, strict=True) if field not in allowed]
    found = tuple(field if field in allowed else IGNORED for field in fields)
    if unknown:
        told, choice = ", ".join(unknown)[:300], ", ".join(allowed)
        raise Refusal(
            "unknown_columns",
            f"Nothing is known of the columns {told}; map each to one of {choice}.",
            params={"columns": told, "known": choice, "headers": tuple(headers), "fields": found},
        )
    meant = [field for field in fields if field != IGNORED]
    twice = sorted({field for field in meant if meant.count(field) > 1})
    if twice:
        raise Refusal(
            "duplicate_columns",
            f"Several columns mean {', '.join(twice)}.",
            params={"columns": ", ".join(twice), "headers": tuple(headers), "fields": found},
        )
    if not {"external_id", "phone", "email"} & set(meant):
        raise Refusal(
            "identity_column_missing",
            "A column of external ids, phones or e-mail addresses is needed.",
            params={"headers": tuple(headers), "fields": found},
        )
    return Layout(tuple(fields), tuple(headers), source, zone, own, scheme)


def meanings(known: Sequence[Attribute]) -> list[str]:
    """Return all that a column may mean: a field, an attribute or `-` for nothing."""
    return sorted({*FIELDS, IGNORED, *(ATTRIBUTE + one.code for one in known)})


def person(values: Mapping[str, str], plan: Layout) -> NewMember | list[Fault]:
    """Read the texts of a row by field; what `members` itself checks is left to it."""
    faults: list[Fault] = []
    birthday = _read(values, "birthday", plan, faults)
    joined_at = _read(values, "joined_at", plan, faults)
    attributes: dict[str, AttributeValue] = {
        field.removeprefix(ATTRIBUTE): members.attribute_value(plan.attributes[field.removeprefix(ATTRIBUTE)], text)
        for field, text in values.items()
        if field.startswith(ATTRIBUTE)
    }
    if faults:
        return faults
    external = values.get("external_id")
    return NewMember(
        external=(ExternalId(values.get("source") or plan.source, external),) if external else (),
        phone=values.get("phone"),
        email=values.get("email"),
        name=values.get("name"),
        birthday=birthday.date() if birthday else None,
        joined_at=joined_at,
        language=values.get("language"),
        attributes=attributes,
        tags=tuple(re.split(r"[\s,;，；、|]+", values["tags"])) if "tags" in values else (),
    )


def _read(values: Mapping[str, str], field: str, plan: Layout, faults: list[Fault]) -> datetime | None:
    text = values.get(field)
    if text is None:
        return None
    found = instant(text, plan.zone)
    if found is None:
        faults.append(Fault(plan.header(field), "not_a_time", text, _EXPECTED[field]))
    return found


def instant(text: str, zone: ZoneInfo) -> datetime | None:
    """Read a day or a time as people write it; without an offset it is of `zone`. None where it is neither."""
    text = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    day = _DAY.match(text)
    if day is None:
        return None
    rest = text[day.end() :]
    time = _TIME.fullmatch(rest) if rest else None
    if rest and time is None:
        return None
    hour, minute, second, offset = time.groups() if time else (0, 0, 0, None)
    try:
        found = datetime(*map(int, day.groups()), int(hour), int(minute), int(second or 0), tzinfo=zone)
        return datetime.fromisoformat(f"{found:%Y-%m-%dT%H:%M:%S}{offset}").astimezone(UTC) if offset else found
    except (ValueError, OverflowError):
        return None


def _fold(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", unicodedata.normalize("NFKC", name).strip().casefold())
