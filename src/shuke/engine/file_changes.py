"""Reads what a version of a program says about members who live under the one before: its declared migration.

Must not know the version before, nor how a change is carried out.
"""

from shuke.core.program.model import Ladder, Unit
from shuke.core.state.slots import LEVELS_MAX, UNITS_MAX
from shuke.engine.fields import Fields, Problems, read_choice, read_code, read_entries
from shuke.engine.yaml_tree import Mapping, Scalar, Value

DOWNGRADES = ("at review", "at once")
UPGRADES = ("with the next fact", "at once")
KEPT = ("keep",)
CHANGES_KEYS = {"tiers": "{vip: gold}", "units": "{tokens: keep}", "downgrades": "at review", "upgrades": "at once"}

Migration = tuple[tuple[str, str], ...]


def read_changes(
    value: Value | None, ladders: tuple[Ladder, ...], units: tuple[Unit, ...], problems: Problems
) -> Migration:
    """Read a migration as (what, how).

    «tiers.LADDER.CODE» is a level that is no more, and how the level that takes its members; «units.CODE» a unit that
    is no more, and `keep`; «downgrades» and «upgrades» say when members move whom new thresholds place elsewhere.
    """
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        problems.wrong_type(value, "mapping", "{tiers: {vip: gold}}")
        return ()
    fields = Fields(value, CHANGES_KEYS, problems)
    found: list[tuple[str, str]] = []
    found += _tiers(fields.optional_value("tiers"), ladders, problems)
    found += _units(fields.optional_value("units"), units, problems)
    for key, choices in (("downgrades", DOWNGRADES), ("upgrades", UPGRADES)):
        if key in fields:
            found.append((key, fields.choice(key, choices)))
    return tuple(found)


def _tiers(value: Value | None, ladders: tuple[Ladder, ...], problems: Problems) -> Migration:
    """Read {old: new}, of the first ladder, or {ladder: {old: new}}."""
    known = {ladder.code: ladder for ladder in ladders}
    first = next(iter(known), "")
    found: list[tuple[str, str]] = []
    for key, entry in read_entries(value, LEVELS_MAX, CHANGES_KEYS["tiers"], problems):
        if isinstance(entry, Mapping):
            ladder = read_choice(key, tuple(known), "unknown_ladder", problems)
            pairs = read_entries(entry, LEVELS_MAX, CHANGES_KEYS["tiers"], problems)
        else:
            ladder, pairs = first, [(key, entry)]
        if ladder is not None:
            levels = tuple(level.code for level in known[ladder].levels) if ladder else ()
            found += [pair for old, new in pairs if (pair := _tier(ladder, levels, old, new, problems))]
    return tuple(found)


def _tier(ladder: str, levels: tuple[str, ...], old: Scalar, new: Value, problems: Problems) -> tuple[str, str] | None:
    code = read_code(old, problems)
    if not isinstance(new, Scalar):
        problems.wrong_type(new, "text", "gold")
        return None
    if code in levels:
        detail = f"«{code}» is a level of this version, so nobody has to leave it."
        problems.add("still_there", detail, old.place(), found=old.value)
    level = read_choice(new, levels, "unknown_tier", problems)
    return (f"tiers.{ladder}.{code}", level) if code and level else None


def _units(value: Value | None, units: tuple[Unit, ...], problems: Problems) -> Migration:
    found: list[tuple[str, str]] = []
    for key, entry in read_entries(value, UNITS_MAX, CHANGES_KEYS["units"], problems):
        code = read_code(key, problems)
        if not isinstance(entry, Scalar):
            problems.wrong_type(entry, "text", "keep")
            continue
        if code in {unit.code for unit in units}:
            detail = f"«{code}» is a unit of this version, so it is kept as it is."
            problems.add("still_there", detail, key.place(), found=key.value)
        kept = read_choice(entry, KEPT, "unknown_choice", problems)
        if code and kept:
            found.append((f"units.{code}", kept))
    return tuple(found)
