"""Reads the units of a program: how they are counted, when they begin and end, what caps them.

Must not know the language of rules.
"""

from dataclasses import replace
from fractions import Fraction

from shuke.core.offers.paying import PointsPayment
from shuke.core.program.model import (
    NO_EXPIRY,
    Cap,
    CapOf,
    Conversion,
    Duration,
    Expiry,
    ExpiryKind,
    Refunds,
    Transfer,
    Unit,
)
from shuke.core.state.slots import CAPS_MAX, POINTS_MAX, UNITS_MAX
from shuke.engine.fields import Fields, Problems, read_choice, read_code, read_entries, read_mappings
from shuke.engine.file_texts import Reading, in_fractions
from shuke.engine.lifetimes import read_dates, read_days, read_expiry, read_pending, read_rounded
from shuke.engine.spans import EVERY_EXAMPLES, PER_EXAMPLES, read_every, read_per
from shuke.engine.suggestions import decimal_text
from shuke.engine.yaml_tree import Mapping, Scalar, Value

ROUNDINGS = ("floor", "ceil", "half_up", "half_even")
LEVELS_OF_ROUNDING = ("order", "line")
REFUNDS = {kind.name.lower(): kind for kind in Refunds}
MULTIPLIERS = ("multiply", "add")
TRANSFER_EXPIRIES = ("keep", "reset")
CAPS_OF = {"earn": CapOf.EARNED, "redeem": CapOf.REDEEMED, "transfer": CapOf.TRANSFERRED}
SCALE_LIMIT = 6
VALUE_LIMIT = 10**6
VALUE_DIGITS = 6
TIMES_LIMIT = 10**6
RATE_DIGITS = 6
RATE_LIMIT = 1_000
PERCENT_DIGITS = 4
LEAP_DAY = 229
SUPPLY_LIMIT = 10**15  # in the smallest fraction

UNIT_KEYS = {
    "name": "Points",
    "scale": "0",
    "round": "floor",
    "at": "order",
    "value": "0.01",
    "expiry": "{after: 12 months}",
    "pending": "{for: 7 days}",
    "spendable": "no",
    "refunds": "debt",
    "reinstate": "30 days",
    "multipliers": "multiply",
    "transfer": "{least: 100}",
    "supply": "1000000",
    "redeem": "{least: 500, step: 100}",
    "pay": "{percent: 50, most: 20000}",
    "convert": "{into: vouchers, dates: [02-15, 08-15], rate: 0.01}",
    "caps": "[{per: day, points: 500}]",
}
REDEEM_KEYS = {"least": "500", "step": "100"}
PAY_KEYS = {"percent": "50", "most": "20000"}
CONVERT_KEYS = {
    "into": "vouchers",
    "dates": "[02-15, 08-15]",
    "every": "month",
    "least": "150",
    "step": "1",
    "rate": "0.01",
}
TRANSFER_KEYS = {"least": "100", "most": "5000", "cool_down": "7 days", "expiry": "keep", "regift": "no"}
CAP_KEYS = {"of": "earn", "per": "day", "points": "500", "times": "3"}
UNITS_EXAMPLE = "{points: {round: floor}}"


def read_units(value: Value | None, reading: Reading) -> tuple[tuple[Unit, ...], tuple[Cap, ...]]:
    """Read the units by code, and what caps them, in the order of the file."""
    units: list[Unit] = []
    said: list[Fields] = []
    caps: list[Cap] = []
    for key, entry in read_entries(value, UNITS_MAX, UNITS_EXAMPLE, reading.problems):
        code = read_code(key, reading.problems)
        if not isinstance(entry, Mapping) and not (isinstance(entry, Scalar) and not entry.value):
            reading.problems.wrong_type(entry, "mapping", "{round: floor}")
        keys = entry if isinstance(entry, Mapping) else Mapping(entry.source, [], entry.start)
        fields = Fields(keys, UNIT_KEYS, reading.problems)
        unit = _unit(code or key.value, fields, reading)
        units.append(unit)
        said.append(fields)
        caps.extend(read_caps(fields.optional_value("caps"), unit, None, reading.problems))
    known = {unit.code: unit for unit in units}
    converted = tuple(
        replace(unit, convert=_conversion(fields, unit, known)) for unit, fields in zip(units, said, strict=True)
    )
    _check_circles(converted, said)
    return converted, tuple(caps)


def _check_circles(units: tuple[Unit, ...], said: list[Fields]) -> None:
    """Record every conversion whose points come back to where they were: they would go round, and grow, for ever."""
    into = {unit.code: unit.convert.into for unit in units if unit.convert is not None}
    for unit, fields in zip(units, said, strict=True):
        code = into.get(unit.code)
        for _ in units:
            if code == unit.code:
                fields.misplaced("convert", f"What «{unit.code}» becomes would become «{unit.code}» again.", "into")
                break
            code = into.get(code or "")


def read_caps(value: Value | None, unit: Unit, rule: str | None, problems: Problems) -> tuple[Cap, ...]:
    """Read the caps of a unit, or of one rule of it."""
    entries = read_mappings(value, CAPS_MAX, "{per: day, points: 500}", problems)
    return tuple(_cap(Fields(entry, CAP_KEYS, problems), unit, rule) for entry in entries)


def expiry_fits(unit: Expiry, override: Expiry, *, of_level: bool) -> bool:
    """Tell whether a rule or level may date points so: as the unit does but for the length, or never.

    A unit that never ends leaves the kind open; one that ends by inactivity has no date of its own for single points.
    """
    if ExpiryKind.IDLE in (unit.kind, override.kind):
        return of_level and (override == NO_EXPIRY or override.kind is unit.kind)
    return NO_EXPIRY in (unit, override) or override.kind is unit.kind


def _unit(code: str, fields: Fields, reading: Reading) -> Unit:
    behaviours = tuple(behaviour.code for behaviour in reading.vocabulary.behaviours)
    problems = fields.problems
    scale = int(fields.decimal("scale", 0, SCALE_LIMIT) or 0)
    expiry, pending, reinstate = (fields.optional_value(key) for key in ("expiry", "pending", "reinstate"))
    supply = fields.decimal("supply", scale, SUPPLY_LIMIT // 10**scale, least=Fraction(1, 10**scale))
    least, step = _redeem(fields.optional_value("redeem"), scale, problems)
    unit = Unit(
        code=code,
        name=fields.name(code),
        scale=scale,
        rounding=fields.choice("round", ROUNDINGS, "unknown_rounding"),
        at_line=fields.choice("at", LEVELS_OF_ROUNDING, "unknown_level_of_rounding") == "line",
        value=fields.decimal("value", VALUE_DIGITS, VALUE_LIMIT),
        expiry=read_expiry(expiry, behaviours, problems) if expiry is not None else NO_EXPIRY,
        pending=read_pending(pending, behaviours, reading.vocabulary.country, problems)
        if pending is not None
        else None,
        spendable=fields.flag("spendable", otherwise=True),
        refunds=REFUNDS[fields.choice("refunds", tuple(REFUNDS))],
        reinstate=_reinstate(reinstate, problems),
        adds_multipliers=fields.choice("multipliers", MULTIPLIERS) == "add",
        transfer=_transfer(fields.optional_value("transfer"), scale, problems),
        supply=None if supply is None else in_fractions(supply, scale),
        redeem_least=least,
        redeem_step=step,
        pay=None,
        convert=None,
    )
    unit = replace(unit, pay=_pay(fields, unit, reading.vocabulary.currency_digits))
    if "redeem" in fields and not unit.spendable:
        fields.misplaced("redeem", f"«{code}» can't be spent, so it is not redeemed.", "spendable")
    if unit.transfer is not None and not unit.spendable:
        detail = f"«{code}» can't be spent, so it can't be given away."
        problems.add("not_transferable", detail, fields.key_place("transfer"), suggestion="spendable: yes")
    return unit


def _reinstate(value: Value | None, problems: Problems) -> Duration | None:
    if value is None or (isinstance(value, Scalar) and value.value == "none"):
        return None
    return read_rounded(value, problems)


def _redeem(value: Value | None, scale: int, problems: Problems) -> tuple[int, int]:
    """Read the least that is redeemed at once and the steps in which it is; by itself the smallest fraction."""
    if value is None:
        return 1, 1
    if not isinstance(value, Mapping):
        problems.wrong_type(value, "mapping", UNIT_KEYS["redeem"])
        return 1, 1
    fields = Fields(value, REDEEM_KEYS, problems)
    smallest, limit = Fraction(1, 10**scale), POINTS_MAX // 10**scale
    least, step = (fields.decimal(key, scale, limit, least=smallest) or smallest for key in REDEEM_KEYS)
    return in_fractions(least, scale), in_fractions(step, scale)


def _pay(unit_fields: Fields, unit: Unit, currency_digits: int) -> PointsPayment | None:
    """Read how carts are paid with a unit: at its value, in what is redeemed at once, up to a share and so many."""
    value, problems = unit_fields.optional_value("pay"), unit_fields.problems
    if value is None or (isinstance(value, Scalar) and value.value in ("no", "false")):
        return None
    if not unit.spendable:
        unit_fields.misplaced("pay", f"«{unit.code}» can't be spent, so nothing is paid with it.", "spendable")
    if not unit.value:
        unit_fields.misplaced("pay", f"It is not said what «{unit.code}» is worth.", "value: 0.01")
    if isinstance(value, Scalar) and value.value in ("yes", "true"):
        value = Mapping(value.source, [], value.start)
    if not isinstance(value, Mapping):
        problems.wrong_type(value, "mapping", UNIT_KEYS["pay"])
        return None
    fields = Fields(value, PAY_KEYS, problems)
    percent = fields.decimal("percent", PERCENT_DIGITS, 100, Fraction(1, 10**PERCENT_DIGITS))
    most = fields.decimal("most", unit.scale, POINTS_MAX // 10**unit.scale, Fraction(1, 10**unit.scale))
    return PointsPayment(
        value=(unit.value or Fraction(1)) * 10**currency_digits / 10**unit.scale,
        least=unit.redeem_least,
        block=unit.redeem_step,
        percent=Fraction(100) if percent is None else percent,
        most=None if most is None else in_fractions(most, unit.scale),
    )


def _conversion(unit_fields: Fields, unit: Unit, units: dict[str, Unit]) -> Conversion | None:
    """Read into which unit a balance turns, on which days: a whole number of fractions for each step."""
    value, problems = unit_fields.optional_value("convert"), unit_fields.problems
    if value is None:
        return None
    if not isinstance(value, Mapping):
        problems.wrong_type(value, "mapping", UNIT_KEYS["convert"])
        return None
    if not unit.spendable:
        detail = f"«{unit.code}» can't be spent, so it can't become another unit."
        problems.add("not_transferable", detail, unit_fields.key_place("convert"), suggestion="spendable: yes")
    fields = Fields(value, CONVERT_KEYS, problems)
    text = fields.scalar("into")
    others = tuple(code for code in units if code != unit.code)
    into = read_choice(text, others, "unknown_unit", problems) if text else None
    smallest, limit = Fraction(1, 10**unit.scale), POINTS_MAX // 10**unit.scale
    step = fields.decimal("step", unit.scale, limit, least=smallest) or Fraction(1)
    least = fields.decimal("least", unit.scale, limit, least=step) or step
    fields.scalar("rate")
    rate = fields.decimal("rate", RATE_DIGITS, RATE_LIMIT, least=Fraction(1, 10**RATE_DIGITS)) or Fraction(1)
    gives = step * rate * 10 ** (units[into].scale if into else 0)
    if into is not None and gives.denominator != 1:
        detail = f"{decimal_text(step, unit.scale)} gives no whole fraction of «{into}»; a larger step does."
        suggestion = f"step: {decimal_text(step * gives.denominator, unit.scale)}"
        found = decimal_text(rate, RATE_DIGITS)
        problems.add("too_many_digits", detail, fields.key_place("rate"), found=found, suggestion=suggestion)
    said = fields.one_of("dates", "every")
    return Conversion(
        into or "",
        _conversion_dates(fields) if said == "dates" else (),
        _every(fields) if said == "every" else None,
        in_fractions(least, unit.scale),
        in_fractions(step, unit.scale),
        int(gives),
    )


def _every(fields: Fields) -> Duration | None:
    text = fields.scalar("every")
    every = read_every(text.value) if text else None
    if text is not None and every is None:
        fields.problems.unreadable("unknown_period", "period", text, EVERY_EXAMPLES)
    return every


def _conversion_dates(fields: Fields) -> tuple[int, ...]:
    dates = read_dates(fields)
    if LEAP_DAY in dates:
        detail = "Not every year has a 29 February; say 02-28 or 03-01."
        fields.problems.add("bad_date", detail, fields.key_place("dates"), found="02-29", suggestion="02-28")
    return dates


def _transfer(value: Value | None, scale: int, problems: Problems) -> Transfer | None:
    if value is None or (isinstance(value, Scalar) and value.value in ("no", "false")):
        return None
    if isinstance(value, Scalar) and value.value in ("yes", "true"):
        value = Mapping(value.source, [], value.start)
    if not isinstance(value, Mapping):
        problems.wrong_type(value, "mapping", "{least: 100}")
        return None
    fields = Fields(value, TRANSFER_KEYS, problems)
    limit, smallest = POINTS_MAX // 10**scale, Fraction(1, 10**scale)
    least = fields.decimal("least", scale, limit, least=smallest)
    most = fields.decimal("most", scale, limit, least=max(smallest, least or smallest))
    cool_down = fields.optional("cool_down")
    return Transfer(
        least=in_fractions(smallest if least is None else least, scale),
        most=None if most is None else in_fractions(most, scale),
        cool_down_days=read_days(cool_down, problems) if cool_down else 0,
        keeps_expiry=fields.choice("expiry", TRANSFER_EXPIRIES) == "keep",
        regift=fields.flag("regift", otherwise=False),
    )


def _cap(fields: Fields, unit: Unit, rule: str | None) -> Cap:
    problems = fields.problems
    of = CAPS_OF[fields.choice("of", tuple(CAPS_OF))]
    text = fields.scalar("per")
    per = " ".join(text.value.split()) if text else "transaction"
    window = read_per(per)
    if text is not None and window is None and per not in ("transaction", "balance"):
        problems.unreadable("unknown_window", "period of a cap", text, ("transaction", "balance", *PER_EXAMPLES))
    times = fields.one_of("points", "times") == "times"
    limit = (
        fields.decimal("times", 0, TIMES_LIMIT, least=1)
        if times
        else fields.decimal("points", unit.scale, POINTS_MAX // 10**unit.scale, least=Fraction(1, 10**unit.scale))
    )
    wrong = _wrong_cap(of, per, unit, rule, times=times)
    if wrong:
        problems.add("wrong_cap", wrong, fields.start, suggestion="{per: day, points: 500}")
    return Cap(
        of=of,
        unit=unit.code,
        rule=rule,
        window=window,
        balance=per == "balance",
        times=times,
        limit=in_fractions(limit, 0 if times else unit.scale),
    )


def _wrong_cap(of: CapOf, per: str, unit: Unit, rule: str | None, *, times: bool) -> str | None:
    """Say why a cap makes no sense, if it makes none."""
    if rule is not None and (of is not CapOf.EARNED or per in ("transaction", "balance")):
        return "A rule is capped by points or times per period; LEAST(…) bounds the points of one order."
    if times and per in ("transaction", "balance"):
        return "Times are counted per period, such as {per: day, times: 3}."
    if per == "balance" and of is not CapOf.EARNED:
        return "Only what is earned is capped by the balance."
    if of is not CapOf.EARNED and not unit.spendable:
        return f"«{unit.code}» can't be spent, so only what is earned is capped."
    if of is CapOf.TRANSFERRED and unit.transfer is None:
        return f"«{unit.code}» can't be transferred; say so first, such as transfer: yes."
    return None
