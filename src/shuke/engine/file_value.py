"""Reads what a program says of stored value: its two units, top-ups with their bonus, limits, terms of a refund.

Must not know the language of rules.
"""

from collections.abc import Iterable
from fractions import Fraction

from shuke.core.program.model import NO_EXPIRY, BonusBack, StoredValue, Unit, UseOrder
from shuke.engine.fields import Fields, Problems, read_choice, read_mappings
from shuke.engine.file_texts import Reading, in_fractions
from shuke.engine.suggestions import decimal_text
from shuke.engine.yaml_tree import Mapping, Value

MONEY_LIMIT = 10**7  # of one top-up, in major units
STEPS_LIMIT = 20
PERCENT_DIGITS = 4
USES = tuple(use.value for use in UseOrder)
BONUSES = tuple(back.value for back in BonusBack)
OVERS = ("warn", "refuse")

VALUE_EXAMPLE = "{principal: balance, bonus: gift}"
VALUE_KEYS = {
    "principal": "balance",
    "bonus": "gift",
    "use": "principal first",
    "top_up": "{least: 50, most: 5000}",
    "limits": "{named: 5000, unnamed: 1000}",
    "refund": "{fee_percent: 5, bonus: share}",
}
TOP_UP_KEYS = {"least": "50", "most": "5000", "steps": "[{from: 200, bonus: 20}]"}
STEP_KEYS = {"from": "200", "bonus": "20"}
LIMIT_KEYS = {"named": "5000", "unnamed": "1000", "over": "warn"}
REFUND_KEYS = {"fee_percent": "5", "bonus": "share"}


def read_value(
    value: Value | None, units: tuple[Unit, ...], earned: Iterable[str], reading: Reading
) -> StoredValue | None:
    """Read the terms of stored value; `earned` are the units that rules and milestones give."""
    problems, digits = reading.problems, reading.vocabulary.currency_digits
    if value is None:
        return None
    if not isinstance(value, Mapping):
        problems.wrong_type(value, "mapping", VALUE_EXAMPLE)
        return None
    fields = Fields(value, VALUE_KEYS, problems)
    principal = _unit(fields, "principal", units, digits)
    bonus = _unit(fields, "bonus", units, digits) if "bonus" in fields else None
    if principal is not None:
        _check_principal(fields, principal, earned)
    if principal is not None and bonus == principal:
        fields.misplaced("bonus", "Principal and bonus are kept apart, so they are two units.", "bonus: gift")
    top_up = _part(value, fields, "top_up", TOP_UP_KEYS)
    least = top_up.decimal("least", digits, MONEY_LIMIT, least=Fraction(1, 10**digits))
    most = top_up.decimal("most", digits, MONEY_LIMIT, least=least or Fraction(1, 10**digits))
    steps = _steps(top_up, digits)
    if steps and "bonus" not in fields:
        top_up.misplaced("steps", "A bonus comes in a unit of its own, so say which.", "bonus: gift")
    limits, refund = _part(value, fields, "limits", LIMIT_KEYS), _part(value, fields, "refund", REFUND_KEYS)
    named, unnamed = (limits.decimal(key, digits, MONEY_LIMIT) for key in ("named", "unnamed"))
    return StoredValue(
        principal=principal.code if principal else "",
        bonus=bonus.code if bonus else "",
        use=UseOrder(fields.choice("use", USES)),
        least=in_fractions(least, digits) or 1,
        most=in_fractions(Fraction(MONEY_LIMIT) if most is None else most, digits),
        steps=steps,
        named=None if named is None else in_fractions(named, digits),
        unnamed=None if unnamed is None else in_fractions(unnamed, digits),
        refuses=limits.choice("over", OVERS) == "refuse",
        fee_percent=refund.decimal("fee_percent", PERCENT_DIGITS, 100) or Fraction(0),
        bonus_back=BonusBack(refund.choice("bonus", BONUSES)),
    )


def _part(whole: Mapping, fields: Fields, key: str, known: dict[str, str]) -> Fields:
    """Return the fields of a part that may be missing."""
    value = fields.optional_value(key)
    if value is not None and not isinstance(value, Mapping):
        fields.problems.wrong_type(value, "mapping", VALUE_KEYS[key])
    part = value if isinstance(value, Mapping) else Mapping(whole.source, [], whole.start)
    return Fields(part, known, fields.problems)


def _unit(fields: Fields, key: str, units: tuple[Unit, ...], digits: int) -> Unit | None:
    """Read which unit counts the principal or the bonus: one that is worth money, to the smallest coin."""
    text = fields.scalar(key)
    code = read_choice(text, tuple(unit.code for unit in units), "unknown_unit", fields.problems) if text else None
    unit = next((unit for unit in units if unit.code == code), None)
    if text is None or unit is None:
        return None
    wrong = _unlike_money(unit, digits)
    if wrong is not None:
        detail, suggestion = f"«{unit.code}» can't be stored value: {wrong[0]}.", wrong[1]
        fields.problems.add("wrong_value_unit", detail, text.place(), found=unit.code, suggestion=suggestion)
    return unit


def _unlike_money(unit: Unit, digits: int) -> tuple[str, str] | None:
    """Say what of a unit is not as money is, and what would be."""
    if unit.scale != digits:
        return f"it has {unit.scale} decimal places, the currency {digits}", f"scale: {digits}"
    if unit.value != 1:
        return "it is not worth 1 of the currency", "value: 1"
    if not unit.spendable:
        return "it can't be spent", "spendable: yes"
    if unit.pay is not None:
        return "it would pay for carts as points, too", "pay: no"
    if (unit.redeem_least, unit.redeem_step) != (1, 1):
        return "it is redeemed in steps", f"redeem: {{step: {decimal_text(Fraction(1, 10**digits), digits)}}}"
    return None


def _check_principal(fields: Fields, unit: Unit, earned: Iterable[str]) -> None:
    """Refuse principal that ends, waits, moves on or is earned: it is money that was paid."""
    ends = unit.expiry != NO_EXPIRY, "it ends", {"suggestion": "expiry: none"}
    waits = unit.pending is not None, "it would wait", {"suggestion": "pending: none"}
    nothing: dict[str, str] = {}
    moves = unit.convert is not None, "it would become another unit", nothing
    given = unit.code in earned, "rules give it; let them give the bonus", {"suggestion": "unit: gift"}
    wrong = next((each for each in (ends, waits, moves, given) if each[0]), None)
    text = fields.scalar("principal")
    if wrong is not None and text is not None:
        detail = f"«{unit.code}» can't be principal: {wrong[1]}."
        fields.problems.add("wrong_value_unit", detail, text.place(), found=unit.code, **wrong[2])


def _steps(top_up: Fields, digits: int) -> tuple[tuple[int, int], ...]:
    """Read from which top-up on which bonus comes, ascending."""
    found: list[tuple[int, int]] = []
    problems: Problems = top_up.problems
    for entry in read_mappings(top_up.optional_value("steps"), STEPS_LIMIT, "{from: 200, bonus: 20}", problems):
        fields = Fields(entry, STEP_KEYS, problems)
        fields.value("from")
        fields.value("bonus")
        begins, bonus = (
            in_fractions(fields.decimal(key, digits, MONEY_LIMIT, least=Fraction(1, 10**digits)), digits)
            for key in STEP_KEYS
        )
        if found and "from" in fields and begins <= found[-1][0]:
            detail = "Steps rise: each begins above the one before it."
            written = decimal_text(Fraction(begins, 10**digits), digits)
            problems.add("wrong_range", detail, fields.key_place("from"), found=written)
        found.append((begins, bonus))
    return tuple(found)
