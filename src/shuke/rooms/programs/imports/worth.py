"""Points and tiers that a row of a file brings: its texts read, and the facts that give them to the member.

The key of such a fact is made of what it gives to whom, so that the same lot of the same file never comes twice, and
comes again after an undo.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, encryption
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.org.contracts import Actor
from shuke.rooms.programs.contracts import Result, Status
from shuke.rooms.programs.facts import OpeningFact, TierFact
from shuke.rooms.programs.imports.layout import Fault, Layout, Scheme, instant
from shuke.rooms.programs.services import recording
from shuke.rooms.programs.services.timeline import timeline

FIELDS = ("unit", "points", "expires_on", "earned_on", "tier", "tier_until")
ORDINAL = "#"  # of equal lots of one person in one file
SOURCE = "import"
_POINTS = re.compile(r"\+?(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(\d+))?")
Given = OpeningFact | TierFact


@dataclass(frozen=True, slots=True)
class Worth:
    """What a row brings: points in the smallest fraction of their unit, 0 for none; a tier, empty for none."""

    unit: str = ""
    points: int = 0
    expires_on: date | None = None
    earned_on: date | None = None
    tier: str = ""
    tier_until: date | None = None


def scheme() -> Scheme | None:
    """Return the units and tiers of the program in force, None without one."""
    plan = timeline()
    if plan is None:
        return None
    program = plan.at(int(clock.business_now().timestamp())).program
    levels = program.ladders[0].levels if program.ladders else ()
    return Scheme(
        units={name: (unit.code, unit.scale) for unit in program.units for name in (unit.code, unit.name)},
        tiers={name: level.code for level in levels for name in (level.code, level.name)},
        first_unit=program.units[0].code,
        lowest=levels[0].code if levels else "",
    )


def read(values: Mapping[str, str], plan: Layout) -> Worth | Fault:
    """Read what a row brings, in the words of the program in force."""
    if not any(field in values for field in FIELDS):
        return Worth()
    if plan.scheme is None:
        return Fault("", "no_program", "", "a published program")
    days = {}
    for field in ("expires_on", "earned_on", "tier_until"):
        found = instant(values[field], plan.zone) if field in values else None
        if field in values and found is None:
            return Fault(plan.header(field), "not_a_time", values[field], "a date such as 2026-12-31")
        days[field] = found.date() if found else None
    unit, points = _points(values, plan)
    if isinstance(points, Fault):
        return points
    tier = _tier(values, plan)
    if isinstance(tier, Fault):
        return tier
    return Worth(unit, points, days["expires_on"], days["earned_on"], tier, days["tier_until"])


def _points(values: Mapping[str, str], plan: Layout) -> tuple[str, int | Fault]:
    assert plan.scheme is not None
    named = values.get("unit", plan.scheme.first_unit)
    if named not in plan.scheme.units:
        expected = ", ".join(code for code, _ in plan.scheme.units.values())
        return "", Fault(plan.header("unit"), "unknown_unit", named, expected)
    code, scale = plan.scheme.units[named]
    if "points" not in values:
        wrong = next((field for field in ("unit", "expires_on", "earned_on") if field in values), None)
        return code, 0 if wrong is None else Fault(plan.header(wrong), "points_missing", values[wrong], "points")
    found = _POINTS.fullmatch(unicodedata.normalize("NFKC", values["points"]))
    if found is None or len(found[2] or "") > scale:
        return code, Fault(plan.header("points"), "invalid_points", values["points"], f"at most {scale} decimal places")
    return code, int(found[1].replace(",", "") + (found[2] or "").ljust(scale, "0"))


def _tier(values: Mapping[str, str], plan: Layout) -> str | Fault:
    assert plan.scheme is not None
    named = values.get("tier", "")
    if not named:
        return ""
    if named not in plan.scheme.tiers:
        known = ", ".join(dict.fromkeys(plan.scheme.tiers.values()))
        return Fault(plan.header("tier"), "unknown_tier", named, known)
    code = plan.scheme.tiers[named]
    if code == plan.scheme.lowest:
        return ""  # where everybody begins
    if "tier_until" not in values:
        return Fault(plan.header("tier"), "tier_until_missing", named, "the last day of the tier in tier_until")
    return code


def give(
    worths: Mapping[int, tuple[UUID, Worth, str]], undone: Mapping[UUID, int], file: str, actor: Actor
) -> dict[int, tuple[list[Result], Refusal | None]]:
    """Give members what rows bring, of row number to (member, worth, ordinal); answer with what was recorded.

    `undone` counts for each member how many rows were undone before: what they brought may come again. The name of the
    `file` is the reason of tiers.
    """
    facts: list[tuple[int, Given]] = []
    for number, (member_id, worth, ordinal) in worths.items():
        facts += [(number, fact) for fact in _facts(member_id, worth, f"{ordinal}|{undone.get(member_id, 0)}", file)]
    told: dict[int, tuple[list[Result], Refusal | None]] = {number: ([], None) for number in worths}
    for at in range(0, len(facts), recording.BATCH_LIMIT):
        part = facts[at : at + recording.BATCH_LIMIT]
        results = recording.record([fact for _, fact in part], actor, history=True, dry_run=False)
        for (number, _), result in zip(part, results, strict=True):
            recorded, refusal = told[number]
            if result.status is Status.RECORDED:
                recorded.append(result)
            told[number] = recorded, refusal or result.refusal
    return told


def _facts(member_id: UUID, worth: Worth, which: str, file: str) -> list[Given]:
    member = MemberRef(id=member_id)
    given: list[Given] = []
    if worth.points:
        content = f"{worth.unit}|{worth.points}|{worth.expires_on}|{worth.earned_on}"
        key = _key(member_id, content, which)
        given.append(OpeningFact(SOURCE, key, member, worth.points, worth.unit, worth.expires_on, worth.earned_on))
    if worth.tier:
        key = _key(member_id, f"{worth.tier}|{worth.tier_until}", which)
        given.append(TierFact(SOURCE, key, member, worth.tier, file, worth.tier_until))
    return given


def _key(member_id: UUID, content: str, which: str) -> str:
    return encryption.blind(f"{member_id}|{content}|{which}", "programs.import").hex()
