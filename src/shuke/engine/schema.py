"""Reads a program file into a Program: the one door from YAML text to the typed model.

Owns the order in which the sections are read, and finds everything that is wrong with the file in one run. Must not
know how a program is compiled or stored. `engine.editor_schema` publishes the same shape for editors.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from zoneinfo import available_timezones

from shuke.core.program.ir import Kind, Node
from shuke.core.program.model import Cap, EarnRule, Ladder, Milestone, Program
from shuke.core.state.slots import CAPS_MAX
from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.engine.calendar import countries, holiday_codes
from shuke.engine.expressions import read_base, tags_of
from shuke.engine.facts import Vocabulary
from shuke.engine.fields import Fields, Problems, read_choice
from shuke.engine.file_cases import CASE_EXAMPLE, CasesReader
from shuke.engine.file_changes import read_changes
from shuke.engine.file_earning import (
    GROUPS_EXAMPLE,
    MILESTONE_EXAMPLE,
    RULE_EXAMPLE,
    read_groups,
    read_milestones,
    read_rules,
)
from shuke.engine.file_facts import BEHAVIOURS_EXAMPLE, Texts, read_attributes, read_behaviours, read_scope
from shuke.engine.file_ladders import LADDER_EXAMPLE, ladder_codes, ladder_entries, read_ladders
from shuke.engine.file_offers import OFFER_EXAMPLE, OFFER_GROUPS_EXAMPLE, read_offer_groups, read_offers
from shuke.engine.file_texts import Reading
from shuke.engine.file_units import UNITS_EXAMPLE, read_units
from shuke.engine.file_value import VALUE_EXAMPLE, read_value
from shuke.engine.points_times import promises
from shuke.engine.yaml_tree import Mapping, read_tree

VERSION = "1"
UNKNOWN_DIGITS = 9  # of a currency that could not be read: no amount is refused for its digits

PROGRAM_KEYS = {
    "shuke": VERSION,
    "program": "grocer",
    "name": "Grocer",
    "currency": "CNY",
    "time_zone": "Asia/Shanghai",
    "country": "CN",
    "scope": "{stores: [S01]}",
    "attributes": "{order: {promo_code: text}}",
    "behaviours": BEHAVIOURS_EXAMPLE,
    "base": "order.net - order.tax",
    "units": UNITS_EXAMPLE,
    "tiers": LADDER_EXAMPLE,
    "groups": GROUPS_EXAMPLE,
    "earn": f"[{RULE_EXAMPLE}]",
    "milestones": f"[{MILESTONE_EXAMPLE}]",
    "offer_groups": OFFER_GROUPS_EXAMPLE,
    "offers": f"[{OFFER_EXAMPLE}]",
    "stored_value": VALUE_EXAMPLE,
    "cases": f"[{CASE_EXAMPLE}]",
    "changes": "{tiers: {vip: gold}}",
}


class ProgramErrors(Exception):
    """Everything that is wrong with a program file; each refusal points at "line:column"."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("; ".join(f"{refusal.pointer}: {refusal.detail}" for refusal in refusals))
        self.refusals = refusals


@lru_cache(maxsize=8)  # who publishes reads the same text to check it, to show it and to run it
def load_program(text: str | bytes) -> Program:
    """Read a program file.

    Raises:
        ProgramErrors: with every refusal that was found, in the order of the file; nothing else is ever raised for
            a text, whatever it holds. The codes are listed in docs/reference/errors.md.
    """
    problems = Problems()
    tree = problems.catch(lambda: read_tree(text))
    program = None
    if isinstance(tree, Mapping):
        program = _read_program(Fields(tree, PROGRAM_KEYS, problems))
    elif tree is not None:
        problems.wrong_type(tree, "mapping", "shuke: 1")
    if program is None or problems.found:
        raise ProgramErrors(tuple(sorted(problems.found, key=_position)))
    return program


def _position(refusal: Refusal) -> tuple[int, int]:
    line, _, column = (refusal.pointer or "1:1").partition(":")
    return int(line), int(column)


@cache
def time_zones() -> frozenset[str]:
    """Return the names of the time zones that a program may have."""
    return frozenset(name for name in available_timezones() if name == "UTC" or "/" in name)


def _read_program(fields: Fields) -> Program:
    """Read all sections; where a problem was recorded, the program is a stand-in."""
    _named(fields, "shuke", (VERSION,), "unknown_version")
    code = fields.code("program") or ""
    currency = _named(fields, "currency", tuple(CURRENCY_DIGITS), "unknown_currency")
    time_zone = _named(fields, "time_zone", tuple(sorted(time_zones())), "unknown_time_zone")
    digits = CURRENCY_DIGITS.get(currency, UNKNOWN_DIGITS)
    brands, stores = read_scope(fields.optional_value("scope"), fields.problems)
    country = _country(fields)
    order_attributes, line_attributes, texts = read_attributes(fields.optional_value("attributes"), fields.problems)
    behaviours = read_behaviours(fields.optional_value("behaviours"), fields.problems)
    texts += _places_and_days(brands, stores, country)
    vocabulary = Vocabulary(
        digits,
        order_attributes=order_attributes,
        line_attributes=line_attributes,
        behaviours=behaviours,
        texts=texts,
        # of a country that could not be read, nothing else is said
        country=country or ("unread" if "country" in fields else ""),
    )
    reading = Reading(fields.problems, vocabulary)
    units, caps = read_units(fields.value("units"), reading)
    entries = ladder_entries(fields.optional_value("tiers"), reading)
    codes = tuple(unit.code for unit in units)
    reading.vocabulary = replace(vocabulary, units=codes, ladders=ladder_codes(entries))
    base = _base(fields, reading)
    reading.vocabulary = replace(reading.vocabulary, base=base)
    ladders = read_ladders(entries, units, reading)
    groups = read_groups(fields.optional_value("groups"), reading)
    rules, rules_caps = read_rules(fields.value("earn"), units, groups, reading)
    milestones = read_milestones(fields.optional_value("milestones"), units, reading)
    offer_groups = read_offer_groups(fields.optional_value("offer_groups"), reading)
    offers = read_offers(fields.optional_value("offers"), offer_groups, reading)
    earned = {rule.unit for rule in rules} | {milestone.unit for milestone in milestones}
    earned |= {unit.convert.into for unit in units if unit.convert}
    stored_value = read_value(fields.optional_value("stored_value"), units, earned, reading)
    promised, multipliers = promises(units, rules, offers, reading.vocabulary)
    return Program(
        code=code,
        name=fields.name(code),
        currency=currency,
        currency_digits=digits,
        time_zone=time_zone,
        country=country,
        brands=brands,
        stores=stores,
        order_attributes=(*order_attributes, *promised),
        line_attributes=line_attributes,
        behaviours=behaviours,
        texts=texts,
        base=base,
        units=units,
        ladders=ladders,
        groups=groups,
        earn=(*rules, *multipliers),
        milestones=milestones,
        offer_groups=offer_groups,
        offers=offers,
        caps=_counted(caps + rules_caps, fields),
        tags=tags_of((*_texts(ladders, rules, milestones), *(offer.when for offer in offers))),
        migration=read_changes(fields.optional_value("changes"), ladders, units, fields.problems),
        stored_value=stored_value,
        cases=CasesReader(time_zone, units, ladders, (order_attributes, line_attributes, behaviours), reading).read(
            fields.optional_value("cases")
        ),
    )


def _named(fields: Fields, key: str, choices: tuple[str, ...], refusal: str) -> str:
    scalar = fields.scalar(key)
    return (read_choice(scalar, choices, refusal, fields.problems) if scalar else None) or ""


def _country(fields: Fields) -> str:
    scalar = fields.optional("country")
    return (read_choice(scalar, sorted(countries()), "unknown_country", fields.problems) if scalar else None) or ""


def _places_and_days(brands: tuple[str, ...], stores: tuple[str, ...], country: str) -> Texts:
    """Return how brands, stores and holidays are called, as far as it is declared."""
    days = holiday_codes(country)
    return (("order.brand", brands), ("order.store", stores), ("order.holiday", days), ("event.holiday", days))


def _base(fields: Fields, reading: Reading) -> Node | None:
    """Read what `order.base` stands for: an amount of money of an order."""
    scalar = fields.optional("base")
    base = reading.text(scalar, read_base)
    if scalar is not None and base is not None and base.kind is not Kind.MONEY:
        fields.problems.wrong_type(scalar, "amount of money", PROGRAM_KEYS["base"])
    return base


def _counted(caps: tuple[Cap, ...], fields: Fields) -> tuple[Cap, ...]:
    if len(caps) > CAPS_MAX:
        detail = f"A program has at most {CAPS_MAX} caps; these are {len(caps)}."
        fields.problems.add("too_many_caps", detail, fields.start, count=len(caps), limit=CAPS_MAX)
    return caps


def _texts(
    ladders: tuple[Ladder, ...], rules: tuple[EarnRule, ...], milestones: tuple[Milestone, ...]
) -> Iterator[Node | None]:
    """Yield every text of a program that may ask for a tag."""
    for ladder in ladders:
        yield from (ladder.measure, ladder.keep_measure)
        for level in ladder.levels:
            yield from (level.when, level.keep_when)
    for rule in rules:
        yield from (rule.when, rule.points, rule.multiply)
    yield from (milestone.measure for milestone in milestones)
