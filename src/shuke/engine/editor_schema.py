"""The shape of a program file as JSON Schema, so that an editor completes keys and marks mistakes while typing.

Says what `engine.schema` reads, less what needs the language of rules. `python -m shuke.engine.editor_schema` prints
it; docs/reference/program.schema.json is that text.
"""

import json
import sys
from collections.abc import Iterable

from shuke.core.state.slots import CAPS_MAX, DATES_MAX, LADDERS_MAX, LEVELS_MAX, MILESTONES_MAX, UNITS_MAX
from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.engine.editor_offers import offers_schema
from shuke.engine.editor_parts import (
    CODE,
    DURATION,
    END_OF,
    FLAG,
    NAME,
    PARTS,
    ROUNDED,
    Schema,
    decimal,
    either,
    expression,
    keyed,
    listed,
    obj,
    ref,
    text,
    texts,
)
from shuke.engine.file_cases import AT_EXAMPLE, CASES_LIMIT, FACTS_LIMIT, LINES_LIMIT
from shuke.engine.file_changes import DOWNGRADES as CHANGE_DOWNGRADES
from shuke.engine.file_changes import KEPT
from shuke.engine.file_changes import UPGRADES as CHANGE_UPGRADES
from shuke.engine.file_earning import CHOICES, GROUPS_LIMIT, RULES_LIMIT
from shuke.engine.file_facts import ATTRIBUTES_LIMIT, BEHAVIOURS_LIMIT, SCOPE_LIMIT, TEXTS_LIMIT, TYPES
from shuke.engine.file_ladders import DOWNGRADES, EVALUATIONS, FALLS, MULTIPLIER_DIGITS, RESETS, UPGRADES
from shuke.engine.file_units import (
    CAPS_OF,
    LEVELS_OF_ROUNDING,
    MULTIPLIERS,
    REFUNDS,
    ROUNDINGS,
    SCALE_LIMIT,
    TRANSFER_EXPIRIES,
    VALUE_DIGITS,
)
from shuke.engine.file_value import BONUSES, OVERS, STEPS_LIMIT, USES
from shuke.engine.lifetimes import ACTIVITIES
from shuke.engine.schema import VERSION
from shuke.engine.spans import EVERY_EXAMPLES, PER_EXAMPLES, VALIDITY_EXAMPLES


def json_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of a program file."""
    offers, offer = offers_schema()
    properties = {
        "shuke": {"description": "Version of the format.", "enum": [int(VERSION), VERSION]},
        "program": {"description": "Code of the program, for ever.", **CODE},
        "name": {"description": "What people read; the code where it is missing.", **NAME},
        "currency": {"description": "ISO 4217; one per program.", "enum": sorted(CURRENCY_DIGITS)},
        "time_zone": text("IANA name; days begin at its midnight.", "Asia/Shanghai"),
        "country": {"description": "Whose holidays count, ISO 3166.", "type": "string", "pattern": "^[A-Z]{2}$"},
        "scope": {
            "description": "Orders of other brands and stores are not decided; all where it is missing.",
            **obj({key: texts(SCOPE_LIMIT, "Codes.") for key in ("brands", "stores")}),
        },
        "attributes": {
            "description": "What orders and their lines say beyond the catalogue.",
            **obj({key: _attributes() for key in ("order", "item")}),
        },
        "behaviours": _behaviours(),
        "base": expression("What order.base means; the net amount where it is missing.", "order.net - order.tax"),
        "units": keyed("What members collect, by code.", either({"type": "null"}, ref("unit")), UNITS_MAX),
        "tiers": {"description": "One ladder, or a list of them.", **listed(ref("ladder"), LADDERS_MAX)},
        "groups": keyed("Which rules of a group count, by code.", {"enum": list(CHOICES)}, GROUPS_LIMIT),
        "earn": {"description": "What orders and behaviours earn.", **listed(ref("rule"), RULES_LIMIT)},
        "milestones": {"description": "What reaching a measure gives.", **listed(ref("milestone"), MILESTONES_MAX)},
        **offers,
        "stored_value": _stored_value(),
        "cases": {"description": "Test cases: a fact, and what it has to come to.", **listed(_case(), CASES_LIMIT)},
        "changes": _changes(),
    }
    required = ("shuke", "program", "currency", "time_zone", "units", "earn")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Shuke program",
        **obj(properties, required),
        "$defs": {
            "unit": _unit(),
            "transfer": _transfer(),
            "convert": _convert(),
            "cap": _cap(),
            "expiry": _expiry(),
            "pending": _pending(),
            "ladder": _ladder(),
            "level": _level(),
            "rule": _rule(),
            "milestone": _milestone(),
            **offer,
            **PARTS,
        },
    }


def _case() -> Schema:
    local = text("Local time of the program; a day alone is its noon.", AT_EXAMPLE)
    word = {"type": "string", "minLength": 1}
    said = {"description": "Attributes by code.", "type": "object"}
    amounts = {name: decimal("In money of the program.") for name in ("net", "gross", "tax", "shipping", "points_paid")}
    place = {"store": word, "channel": word, "attributes": said}
    item = obj({"net": amounts["net"], "quantity": ref("number"), "category": word, "sku": word, "attributes": said})
    fact = {
        "at": local,
        "order": obj({**amounts, **place, "items": listed(item, LINES_LIMIT)}),
        "behaviour": either(word, obj({"kind": word, **place}, ("kind",))),
    }
    member = {"joined": local, "birthday": word, "tier": word, "tags": texts(20, "Tags of the member.")}
    return obj(
        {
            "code": CODE,
            **fact,
            "member": {"description": "An invented member; one who joined a year before by itself.", **obj(member)},
            "before": {"description": "What happened before.", **listed(obj(fact, ("at",)), FACTS_LIMIT)},
            "earns": {"description": "What it earns by unit; units that are not named earn nothing.", "type": "object"},
            "tier": word,
        },
        ("code", "at"),
    )


def _attributes() -> Schema:
    bound = {"type": ["integer", "string"]}
    bounded = obj({"type": {"enum": list(TYPES)}, "from": bound, "to": bound}, ("type",))
    one_of = {"type": "array", "minItems": 1, "maxItems": TEXTS_LIMIT, "items": {"type": "string", "minLength": 1}}
    typed = either({"enum": list(TYPES)}, bounded, {"description": "The only texts that it may be.", **one_of})
    return keyed("Attributes and their types.", typed, ATTRIBUTES_LIMIT)


def _behaviours() -> Schema:
    own = {**_attributes(), "properties": {"name": NAME}}
    del own["maxProperties"], own["minProperties"]
    what = either({"type": "null"}, NAME, own)
    return keyed("What members do besides orders: a name, or attributes by code.", what, BEHAVIOURS_LIMIT)


def _unit() -> Schema:
    return obj(
        {
            "name": NAME,
            "scale": {"description": f"Decimal places, 0 to {SCALE_LIMIT}.", "enum": list(range(SCALE_LIMIT + 1))},
            "round": _word("How an exact sum is rounded, once.", ROUNDINGS),
            "at": _word("Where it is rounded.", LEVELS_OF_ROUNDING),
            "value": decimal(f"What one unit is worth, in money; at most {VALUE_DIGITS} decimals."),
            "expiry": {"description": "How long points can be used; none by itself.", **ref("expiry")},
            "pending": {"description": "What earned points wait for; nothing by itself.", **ref("pending")},
            "spendable": {"description": "Whether members can use it; a growth value only counts.", **FLAG},
            "refunds": _word("What a refund does where its points are spent.", REFUNDS),
            "reinstate": {
                "description": "How long returned points live whose lot has ended.",
                **either({"const": "none"}, *ROUNDED),
            },
            "multipliers": _word("Whether ×2 and ×1.5 are ×3 or ×2.5.", MULTIPLIERS),
            "transfer": {"description": "How members may give points away.", **either(FLAG, ref("transfer"))},
            "supply": decimal("The most that may ever be issued."),
            "redeem": {
                "description": "The least that is redeemed at once, and in which steps.",
                **obj({"least": decimal("The least."), "step": decimal("A whole number of steps.")}),
            },
            "pay": {"description": "How carts are paid with it; not by itself.", **either(FLAG, _pay())},
            "convert": {"description": "On some days of the year a balance becomes another unit.", **ref("convert")},
            "caps": {
                "description": "The most that is earned, redeemed or transferred.",
                **listed(ref("cap"), CAPS_MAX),
            },
        }
    )


def _pay() -> Schema:
    return obj({"percent": decimal("The share of a cart, at most."), "most": decimal("So many of it, at most.")})


def _transfer() -> Schema:
    return obj(
        {
            "least": decimal("The least of one transfer."),
            "most": decimal("The most of one transfer."),
            "cool_down": {"description": "How long after joining it is not possible yet.", **DURATION},
            "expiry": _word("Whether points keep their dates or are dated anew.", TRANSFER_EXPIRIES),
            "regift": {"description": "Whether points that were given may be given on.", **FLAG},
        }
    )


def _convert() -> Schema:
    parts = {
        "into": CODE,
        "dates": _dates("Days of the year."),
        "every": text("Instead of dates: as each period begins.", *EVERY_EXAMPLES),
        "least": decimal("The least balance that is converted; one step by itself."),
        "step": decimal("Only whole steps are converted, the rest stays; 1 by itself."),
        "rate": decimal("How much of the other unit one unit gives."),
    }
    return obj(parts, ("into", "rate")) | {"oneOf": [{"required": ["dates"]}, {"required": ["every"]}]}


def _dates(description: str) -> Schema:
    month_day = {"type": "string", "pattern": "^[0-9]{2}-[0-9]{2}$"}
    many = {"type": "array", "items": month_day, "minItems": 1, "maxItems": DATES_MAX}
    return {"description": description, **either(month_day, many)}


def _cap() -> Schema:
    return obj(
        {
            "of": _word("What is capped.", CAPS_OF),
            "per": text("The period, one transaction, or the balance.", "transaction", "balance", *PER_EXAMPLES),
            "points": decimal("The most points."),
            "times": decimal("The most times."),
        },
        ("per",),
    )


def _expiry() -> Schema:
    parts = {
        "after": {"description": "So long after they became usable.", **DURATION},
        "end_of": END_OF,
        "dates": _dates("Last usable days of the year: the next one, after the time that stands beside."),
        "inactive": {"description": "So long after the last activity.", **DURATION},
        "activities": texts(BEHAVIOURS_LIMIT, "What counts as active: behaviours, or these.", *ACTIVITIES),
    }
    return either({"const": "none"}, obj(parts))


def _pending() -> Schema:
    workdays = {"type": "string", "pattern": "^[1-9][0-9]? working days?$", "examples": ["3 working days"]}
    parts = {
        "for": {"description": "So long after they were earned.", **either(DURATION, workdays)},
        "end_of": END_OF,
        "dates": _dates("Then from the next of these days of the year on."),
        "until": text("A date, or a behaviour about the same order.", "2026-12-01", "delivered"),
        "within": {"description": "After so long without the behaviour they are cancelled.", **DURATION},
    }
    return either({"const": "none"}, obj(parts))


def _ladder() -> Schema:
    properties = {
        "ladder": CODE,
        "name": NAME,
        "measure": expression("What `from` compares with, about the past.", "SPEND('this year')"),
        "keep_measure": expression("What `keep` compares with; the measure by itself.", "SPEND('this year')"),
        "evaluate": _word("When members move up.", EVALUATIONS),
        "validity": text("How long a level holds.", *VALIDITY_EXAMPLES),
        "downgrade": _word("How a level is lost at its review.", DOWNGRADES),
        "grace": {
            "description": "Time between losing the condition and losing the level.",
            **either({"const": "none"}, *ROUNDED),
        },
        "reset": _word("Whether counters begin at 0 again with every step up.", RESETS),
        "upgrade": _word("Whether members climb one level at a time.", UPGRADES),
        "refunds": _word("When a refund may take a level.", FALLS),
        "levels": {"description": "From the lowest, which is everybody's.", **listed(ref("level"), LEVELS_MAX)},
    }
    return obj(properties, ("ladder", "validity", "levels"))


def _level() -> Schema:
    return obj(
        {
            "code": CODE,
            "name": NAME,
            "colour": {
                "description": "The colour of its members' pages and cards, as rrggbb.",
                "anyOf": [{"type": "string", "pattern": "^[0-9a-fA-F]{6}$"}, {"type": "integer", "maximum": 999_999}],
                "examples": ["a87a22"],
            },
            "from": decimal("The measure from which the level begins: 0, then rising."),
            "keep": decimal("The measure that keeps the level at a review; `from` by itself."),
            "when": expression("The condition that reaches the level, instead of `from`.", "ORDERS('this year') >= 10"),
            "keep_when": expression("The condition that keeps the level.", "ORDERS('this year') >= 8"),
            "multiplier": decimal(f"What rules read as tier.multiplier; at most {MULTIPLIER_DIGITS} decimals."),
            "never_down": {"description": "Nobody falls below this level again.", **FLAG},
            "expiry": keyed("How long points live at this level, by unit.", ref("expiry"), UNITS_MAX),
        },
        ("code",),
    )


def _rule() -> Schema:
    condition = expression("The condition; always where it is missing.", "order.net >= 100")
    return obj(
        {
            "code": CODE,
            "unit": CODE,
            "on": texts(BEHAVIOURS_LIMIT, "Orders by itself, or behaviours.", "order", "review"),
            "when": {**condition, "type": ["string", "boolean"]},
            "points": expression("How many units; money counts its major units.", "order.net * tier.multiplier"),
            "multiply": expression("A factor on other rules of the unit.", "2"),
            "of": texts(RULES_LIMIT, "The rules that are multiplied; all of the unit by itself.", "spend"),
            "group": {"description": "The group of the rule.", **CODE},
            "priority": decimal("The highest goes first in a group that takes the first."),
            "expiry": {"description": "How long the rule's points live; as of the unit by itself.", **ref("expiry")},
            "pending": {"description": "What the rule's points wait for; as of the unit by itself.", **ref("pending")},
            "caps": {"description": "The most that the rule gives a member.", **listed(ref("cap"), CAPS_MAX)},
        },
        ("code", "unit"),
    )


def _milestone() -> Schema:
    return obj(
        {
            "code": CODE,
            "unit": CODE,
            "measure": expression("What is measured, about the past.", "ORDERS('this year')"),
            "per": text("In which period milestones are counted.", *PER_EXAMPLES),
            "at": decimal("The measure that gives the points."),
            "every": decimal("And again at each further."),
            "most": decimal("At most so many times."),
            "points": decimal("How many units."),
        },
        ("code", "unit", "measure", "per", "at", "points"),
    )


def _stored_value() -> Schema:
    step = obj({"from": decimal("From this top-up on."), "bonus": decimal("So much comes with it.")}, ("from", "bonus"))
    top_up = {
        "least": decimal("The least of one top-up."),
        "most": decimal("The most of one top-up."),
        "steps": {"description": "What bonus comes with it, ascending.", **listed(step, STEPS_LIMIT)},
    }
    limits = {
        "named": decimal("The most that a member should have."),
        "unnamed": decimal("The most that a gift card should hold."),
        "over": _word("Whether more is warned of or refused.", OVERS),
    }
    refund = {
        "fee_percent": decimal("What is kept of the money that goes back."),
        "bonus": _word("What of the bonus goes with it.", BONUSES),
    }
    parts = {
        "principal": {"description": "The unit that counts what was paid.", **CODE},
        "bonus": {"description": "The unit that counts what came with it.", **CODE},
        "use": _word("What pays first.", USES),
        "top_up": obj(top_up),
        "limits": obj(limits),
        "refund": obj(refund),
    }
    return {"description": "Money that members pay ahead.", **obj(parts, ("principal",))}


def _changes() -> Schema:
    renamed = keyed("Levels that are no more, and who takes their members.", CODE, LEVELS_MAX)
    tiers = keyed("By ladder, or of the first ladder.", either(CODE, renamed), LEVELS_MAX)
    return {
        "description": "What becomes of members who live under the version before.",
        **obj(
            {
                "tiers": tiers,
                "units": keyed("Units that are no more.", {"enum": list(KEPT)}, UNITS_MAX),
                "downgrades": _word("When members move down.", CHANGE_DOWNGRADES),
                "upgrades": _word("When members move up.", CHANGE_UPGRADES),
            }
        ),
    }


def _word(description: str, choices: Iterable[str]) -> Schema:
    return {"description": description, "enum": list(choices)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
