"""The offers of a program file as JSON Schema, for editors."""

from shuke.core.offers.model import Grain, Measure, Mode, Pick, Stacking
from shuke.engine.editor_parts import (
    CODE,
    FLAG,
    NAME,
    Schema,
    decimal,
    either,
    expression,
    keyed,
    listed,
    obj,
    ref,
    text,
)
from shuke.engine.file_offers import (
    BASES,
    CAPS_LIMIT,
    CAPS_OF,
    OFFER_GROUPS_LIMIT,
    OFFERS_LIMIT,
    PERIODS,
    PRICES_LIMIT,
    SKU_LIMIT,
    STEPS_LIMIT,
)

_NUMBER = ref("number")
_BASE: Schema = {"description": "Of what is left after other offers, or of the prices as listed.", "enum": list(BASES)}
_PICK: Schema = {"description": "Which pieces first.", "enum": [pick.value for pick in Pick]}
_MEASURE: Schema = {"enum": [measure.value for measure in Measure]}
_EVERY: Schema = {"every": _NUMBER, "by": _MEASURE, "times": _NUMBER}
_GRAIN: Schema = {"description": "What a share is rounded of.", "enum": [grain.value for grain in Grain]}
_PERCENT: Schema = {"off": _NUMBER, "of": _BASE}
_DEAL: Schema = {"pieces": _NUMBER, "reduced": _NUMBER, "pick": _PICK, "times": _NUMBER, "different": FLAG}
_SKU: Schema = {"type": "string", "minLength": 1, "maxLength": SKU_LIMIT}
_EFFECTS: Schema = {
    "percent": either(
        _NUMBER,
        obj({**_PERCENT, "at_most": _NUMBER, "pieces": _NUMBER, "pick": _PICK}, ("off",)),
        obj({**_PERCENT, "at_most": _NUMBER, "most": _NUMBER}, ("off",)),
        obj({**_PERCENT, "at": _GRAIN, "pieces": _NUMBER, "pick": _PICK}, ("off",)),
        obj({**_PERCENT, "at": _GRAIN, "most": _NUMBER}, ("off",)),
    ),
    "amount": either(
        _NUMBER,
        obj({"off": _NUMBER, "pieces": _NUMBER, "pick": _PICK, **_EVERY}, ("off",)),
    ),
    "each": either(
        _NUMBER,
        obj({"off": _NUMBER, "further": _NUMBER, "most": _NUMBER}, ("off",)),
        obj({"off": _NUMBER, "pieces": _NUMBER, "pick": _PICK}, ("off",)),
    ),
    "prices": {
        "description": "Price of a piece by SKU; `others` for every other.",
        "type": "object",
        "minProperties": 1,
        "maxProperties": PRICES_LIMIT,
        "additionalProperties": _NUMBER,
    },
    "bundle": obj({"pieces": _NUMBER, "price": _NUMBER, "times": _NUMBER, "different": FLAG}, ("pieces", "price")),
    "deal": either(*(obj({**_DEAL, key: _NUMBER}, ("pieces",)) for key in ("percent", "off", "price"))),
    "shipping": either(
        _NUMBER,
        obj({"off": _NUMBER, "at_most": _NUMBER, "price": _NUMBER}, ("off",)),
        obj({"at_most": _NUMBER, "price": _NUMBER}, ("price",)),
    ),
    "gift": either(_SKU, obj({"sku": _SKU, "quantity": _NUMBER, **_EVERY}, ("sku",))),
    "points_times": decimal("How many times the points."),
}


def offers_schema() -> tuple[Schema, Schema]:
    """Return (`offer_groups` and `offers`, what stands in `$defs` for them)."""
    step = obj({"from": _NUMBER, **_EFFECTS}, ("from",))
    steps = obj({"by": _MEASURE, "of": _BASE, "at": listed(step, STEPS_LIMIT)}, ("at",))
    minimum = obj({**{each.value: _NUMBER for each in Measure}, "of": _BASE, "after": FLAG})
    cap = obj(
        {"of": {"enum": list(CAPS_OF)}, "per": text("The period.", *PERIODS), "times": _NUMBER, "money": _NUMBER},
        ("per",),
    )
    offer = obj(
        {
            "code": CODE,
            "name": NAME,
            "when": expression("For which orders.", "order.net >= 100"),
            "lines": expression("Which lines it is for.", "item.category = 'wine'"),
            "gets": expression("Which lines a deal reduces.", "item.category = 'glass'"),
            **_EFFECTS,
            "steps": {"description": "Another effect from some money or pieces on.", **steps},
            "minimum": {"description": "What must be in the cart.", **minimum},
            "stacking": {"description": "Beside which others.", "enum": [each.value for each in Stacking]},
            "group": CODE,
            "whole_order": {"description": "Of several such only the better one applies.", **FLAG},
            "caps": {
                "description": "How often it applies at most, or for how much money.",
                **listed(cap, CAPS_LIMIT),
            },
        },
        ("code",),
    )
    modes: Schema = {"enum": [mode.value for mode in Mode]}
    groups = keyed("Which offers of a group apply, by code.", modes, OFFER_GROUPS_LIMIT)
    return (
        {
            "offer_groups": groups,
            "offers": {"description": "What is taken off carts.", **listed(ref("offer"), OFFERS_LIMIT)},
        },
        {"offer": offer},
    )
