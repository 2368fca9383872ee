"""Reads the offers of a program: what they take off a cart, whom and which lines they are for, beside what they stand.

Must not know how an offer is applied.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from shuke.core.offers.model import (
    Amount,
    Base,
    Bundle,
    Deal,
    EachPiece,
    Gift,
    Grain,
    Measure,
    Minimum,
    Mode,
    Percent,
    Pick,
    PointsTimes,
    Prices,
    Shipping,
    Single,
    Stacking,
    Steps,
)
from shuke.core.program.ir import Window, WindowKind
from shuke.core.program.model import OfferCap, OfferRule
from shuke.engine.expressions import read_condition, read_line_condition
from shuke.engine.fields import Fields, check_unique, read_choice, read_code, read_decimal, read_entries, read_mappings
from shuke.engine.file_texts import Reading
from shuke.engine.spans import PER_EXAMPLES, read_per
from shuke.engine.yaml_tree import Mapping, Scalar, Source, Value

OFFERS_LIMIT = 200
OFFER_GROUPS_LIMIT = 40
STEPS_LIMIT = 20
CAPS_LIMIT = 6
PRICES_LIMIT = 1_000
MONEY_LIMIT = 10**9
PIECES_LIMIT = 10**5
PERCENT_DIGITS = 4
FACTOR_LIMIT = 1_000
SKU_LIMIT = 80

OFFER_GROUPS_EXAMPLE = "{seasonal: highest}"
OFFER_EXAMPLE = "{code: wine, percent: 10, lines: \"item.category = 'wine'\"}"
EFFECT_KEYS = {
    "percent": "10",
    "amount": "5",
    "each": "{off: 3, most: 2}",
    "prices": "{SKU1: 9.90}",
    "bundle": "{pieces: 3, price: 20}",
    "deal": "{pieces: 3, reduced: 1}",
    "shipping": "100",
    "gift": "mug",
    "points_times": "2",
}
OFFER_KEYS = {
    "code": "wine",
    "name": "Ten percent off wine",
    "when": "order.net >= 100",
    "lines": "item.category = 'wine'",
    "gets": "item.category = 'glass'",
    **EFFECT_KEYS,
    "steps": "{by: money, at: [{from: 100, percent: 10}]}",
    "minimum": "{money: 100}",
    "stacking": "common",
    "group": "seasonal",
    "whole_order": "yes",
    "caps": "[{per: day, times: 100}]",
}
SINGLE_OFFER_KEYS = {key: OFFER_KEYS[key] for key in OFFER_KEYS if key not in ("code", "name", "group", "caps")}
_OFF = {"off": "10"}
_PIECES = {"pieces": "1", "pick": "cheapest"}
_PERCENT_KEYS = {**_OFF, "at_most": "50", "of": "left", "most": "1", **_PIECES, "at": "line"}
_EVERY_KEYS = {"every": "300", "by": "money", "times": "3"}
_AMOUNT_KEYS = {**_OFF, **_PIECES, **_EVERY_KEYS}
_EACH_KEYS = {**_OFF, "further": "2", "most": "2", **_PIECES}
_BUNDLE_KEYS = {"pieces": "3", "price": "20", "times": "1", "different": "yes"}
_LOWER_KEYS = {"percent": "100", "off": "5", "price": "9.90"}
_DEAL_KEYS = {"pieces": "3", "reduced": "1", **_LOWER_KEYS, "pick": "cheapest", "times": "1", "different": "yes"}
_SHIPPING_KEYS = {**_OFF, "at_most": "10", "price": "3"}
_GIFT_KEYS = {"sku": "mug", "quantity": "1", **_EVERY_KEYS}
_STEPS_KEYS = {"by": "money", "of": "left", "at": "[{from: 100, percent: 10}]"}
_STEP_KEYS = {"from": "100", **EFFECT_KEYS}
_MINIMUM_KEYS = {
    "money": "100", "pieces": "2", "kinds": "2", "cart_money": "100", "cart_pieces": "2", "cart_kinds": "2",
    "of": "left", "after": "yes",
}  # fmt: skip
CAP_KEYS = {"of": "member", "per": "day", "times": "1", "money": "5000"}
PARTS_KEYS = (
    _PERCENT_KEYS | _AMOUNT_KEYS | _EACH_KEYS | _BUNDLE_KEYS | _DEAL_KEYS | _GIFT_KEYS | _STEPS_KEYS
    | _STEP_KEYS | _MINIMUM_KEYS | CAP_KEYS
)  # fmt: skip

BASES = {"left": Base.LEFT, "listed": Base.INITIAL}
PICKS = {pick.value: pick for pick in Pick}
GRAINS = {grain.value: grain for grain in Grain}
MODES = {mode.value: mode for mode in Mode}
STACKINGS = {stacking.value: stacking for stacking in Stacking}
CAPS_OF = {"all": False, "member": True}
PERIODS = tuple(each for each in PER_EXAMPLES if each != "membership year")
MEASURES = {measure.value: measure for measure in Measure}


def read_offer_groups(value: Value | None, reading: Reading) -> tuple[tuple[str, Mode], ...]:
    """Read the groups of offers, in the order in which they are looked at."""
    groups = []
    for key, entry in read_entries(value, OFFER_GROUPS_LIMIT, OFFER_GROUPS_EXAMPLE, reading.problems):
        code = read_code(key, reading.problems)
        if not isinstance(entry, Scalar):
            reading.problems.wrong_type(entry, "text", "highest")
        else:
            mode = read_choice(entry, tuple(MODES), "unknown_choice", reading.problems)
            groups.append((code or key.value, MODES[mode or "stackable"]))
    return tuple(groups)


def read_offers(value: Value | None, groups: tuple[tuple[str, Mode], ...], reading: Reading) -> tuple[OfferRule, ...]:
    """Read the offers, in the order of the file."""
    reader = _Reader(tuple(code for code, _ in groups), reading)
    offers = tuple(reader.offer(entry) for entry in read_mappings(value, OFFERS_LIMIT, OFFER_EXAMPLE, reading.problems))
    check_unique(reader.codes, reading.problems)
    return offers


def read_single_offer(entry: Mapping, reading: Reading) -> OfferRule:
    """Read an offer that stands alone: it has no code, name or group."""
    return _Reader((), reading).offer(entry, alone=True)


class _Reader:
    """Reads the offers of one file; amounts of money become minor units of its currency."""

    def __init__(self, groups: tuple[str, ...], reading: Reading) -> None:
        self.codes: list[tuple[str, Scalar]] = []
        self._groups = groups
        self._reading = reading
        self._problems = reading.problems
        self._digits = reading.vocabulary.currency_digits
        self._source = Source("")

    def offer(self, entry: Mapping, *, alone: bool = False) -> OfferRule:
        """Read one offer."""
        self._source = entry.source
        fields = Fields(entry, SINGLE_OFFER_KEYS if alone else OFFER_KEYS, self._problems)
        code = "" if alone else self._code(fields)
        kind = fields.one_of(*EFFECT_KEYS, "steps")
        if "gets" in fields and kind != "deal":
            fields.misplaced("gets", "Which pieces are reduced is said of a deal.", "deal")
        group = fields.optional("group")
        return OfferRule(
            code=code,
            name=fields.name(code),
            when=self._reading.text(fields.optional("when"), read_condition),
            lines=self._reading.text(fields.optional("lines"), read_line_condition),
            gets=self._reading.text(fields.optional("gets"), read_line_condition),
            effect=self._steps(fields) if kind == "steps" else self._effect(fields, kind),
            minimum=self._minimum(fields),
            stacking=STACKINGS[fields.choice("stacking", tuple(STACKINGS))],
            group=read_choice(group, self._groups, "unknown_group", self._problems) if group else None,
            whole_order=fields.flag("whole_order", otherwise=False),
            caps=self._caps(fields),
            line=entry.source.line(entry.start),
            place=entry.place(),
        )

    def _code(self, fields: Fields) -> str:
        text = fields.scalar("code")
        code = (read_code(text, self._problems) if text else None) or ""
        if text is not None and code:
            self.codes.append((code, text))
        return code

    # ---- effects

    def _effect(self, fields: Fields, kind: str | None) -> Single:
        """Read the effect under one of the keys of effects; a stand-in where there is none."""
        if kind is None:
            return Amount(0)
        read: Callable[[Fields], Single] = getattr(self, f"_read_{kind}")
        return read(fields)

    def _read_percent(self, fields: Fields) -> Percent:
        part = self._part(fields, "percent", _PERCENT_KEYS)
        self._pieces_alone(part)
        at = GRAINS[part.choice("at", tuple(GRAINS))]
        if at is not Grain.ORDER and "at_most" in part:
            part.misplaced("at_most", "What is taken off each by itself has no bound together.", "at")
        return Percent(
            self._share(part, "off"),
            self._money(part, "at_most"),
            BASES[part.choice("of", tuple(BASES))],
            self._count(part, "pieces"),
            PICKS[part.choice("pick", tuple(PICKS))],
            self._count(part, "most"),
            at,
        )

    def _read_amount(self, fields: Fields) -> Amount:
        part = self._part(fields, "amount", _AMOUNT_KEYS)
        if "every" in part and "pieces" in part:
            part.misplaced("pieces", "What is taken off every so much is taken off all pieces.", "every")
        return Amount(
            self._needed(part, "off"),
            self._count(part, "pieces"),
            PICKS[part.choice("pick", tuple(PICKS))],
            *self._every(part),
        )

    def _read_each(self, fields: Fields) -> EachPiece:
        part = self._part(fields, "each", _EACH_KEYS)
        self._pieces_alone(part)
        return EachPiece(
            self._needed(part, "off"),
            self._count(part, "most"),
            self._money(part, "further"),
            self._count(part, "pieces"),
            PICKS[part.choice("pick", tuple(PICKS))],
        )

    def _pieces_alone(self, part: Fields) -> None:
        """Record what is said of each line beside how many pieces of all lines an effect is for."""
        for key in ("further", "most"):
            if key in part and "pieces" in part:
                part.misplaced(key, "Pieces of all lines are counted, or those of each kind.", "pieces")
        if "pick" in part and "most" in part:
            part.misplaced("pick", "Of each kind the dearest come first.", "most")

    def _read_prices(self, fields: Fields) -> Prices:
        prices = {}
        value = fields.optional_value("prices")
        for key, entry in read_entries(value, PRICES_LIMIT, EFFECT_KEYS["prices"], self._problems):
            if not isinstance(entry, Scalar):
                self._problems.wrong_type(entry, "number", "9.90")
                continue
            price = read_decimal(entry, self._digits, MONEY_LIMIT, self._problems)
            prices["" if key.value == "others" else key.value] = self._minor(price)
        return Prices(prices)

    def _read_bundle(self, fields: Fields) -> Bundle:
        part = self._part(fields, "bundle", _BUNDLE_KEYS)
        return Bundle(
            self._count(part, "pieces", needed=True) or 1,
            self._needed(part, "price"),
            self._count(part, "times"),
            part.flag("different", otherwise=False),
        )

    def _read_deal(self, fields: Fields) -> Deal:
        part = self._part(fields, "deal", _DEAL_KEYS)
        pieces, reduced = self._count(part, "pieces", needed=True) or 1, self._count(part, "reduced") or 1
        if reduced > pieces and "gets" not in fields:
            part.misplaced("reduced", "Of so many pieces no more can be reduced.", "pieces")
        if any(key in part for key in _LOWER_KEYS):
            part.one_of(*_LOWER_KEYS)
        return Deal(
            pieces,
            reduced,
            self._share(part, "percent") if "percent" in part else Fraction(100),
            PICKS[part.choice("pick", tuple(PICKS))],
            self._count(part, "times"),
            self._money(part, "off"),
            self._money(part, "price"),
            part.flag("different", otherwise=False),
        )

    def _read_shipping(self, fields: Fields) -> Shipping:
        part = self._part(fields, "shipping", _SHIPPING_KEYS)
        share = self._share(part, "off") if "off" in part or "price" not in part else Fraction(100)
        return Shipping(share, self._money(part, "at_most"), self._money(part, "price") or 0)

    def _read_gift(self, fields: Fields) -> Gift:
        part = self._part(fields, "gift", _GIFT_KEYS, first="sku")
        sku = part.scalar("sku")
        return Gift(sku.value[:SKU_LIMIT] if sku else "", self._count(part, "quantity") or 1, *self._every(part))

    def _every(self, part: Fields) -> tuple[int | None, int | None, Measure]:
        """Return for each full how much an effect is repeated, how often at most, and what is counted."""
        for key in ("by", "times"):
            if key in part and "every" not in part:
                part.misplaced(key, "An effect is there once, or every so much.", "every")
        measure = MEASURES[part.choice("by", tuple(MEASURES))]
        digits = self._digits if measure.is_money else 0
        every = part.decimal("every", digits, MONEY_LIMIT, Fraction(1, 10**digits))
        return None if every is None else int(every * 10**digits), self._count(part, "times"), measure

    def _read_points_times(self, fields: Fields) -> PointsTimes:
        factor = fields.decimal("points_times", PERCENT_DIGITS, FACTOR_LIMIT)
        return PointsTimes(Fraction(1) if factor is None else factor)

    def _steps(self, fields: Fields) -> Steps:
        """Read steps by how much is bought, in rising order."""
        part = self._part(fields, "steps", _STEPS_KEYS)
        measure = MEASURES[part.choice("by", tuple(MEASURES))]
        steps: list[tuple[int, Single]] = []
        for entry in read_mappings(part.value("at"), STEPS_LIMIT, "{from: 100, percent: 10}", self._problems):
            step = Fields(entry, _STEP_KEYS, self._problems)
            least = self._measured(step, "from", measure)
            effect = self._effect(step, step.one_of(*EFFECT_KEYS))
            if steps and least <= steps[-1][0]:
                step.misplaced("from", "Each step begins above the one before it.", "from")
            steps.append((least, effect))
        return Steps(measure, tuple(steps), BASES[part.choice("of", tuple(BASES))])

    def _minimum(self, fields: Fields) -> Minimum | None:
        if "minimum" not in fields:
            return None
        part = self._part(fields, "minimum", _MINIMUM_KEYS)
        kind = part.one_of(*MEASURES)
        measure = MEASURES[kind or "money"]
        least = self._measured(part, kind, measure) if kind else 0
        return Minimum(measure, least, BASES[part.choice("of", tuple(BASES))], part.flag("after", otherwise=False))

    # ---- parts

    def _caps(self, fields: Fields) -> tuple[OfferCap, ...]:
        value, example = fields.optional_value("caps"), "{per: day, times: 100}"
        entries = read_mappings(value, CAPS_LIMIT, example, self._problems)
        return tuple(self._cap(Fields(entry, CAP_KEYS, self._problems)) for entry in entries)

    def _cap(self, part: Fields) -> OfferCap:
        text, kind = part.scalar("per"), part.one_of("times", "money")
        window = read_per(text.value) if text else None
        if text is not None and (window is None or window.kind is WindowKind.MEMBERSHIP_YEAR):
            self._problems.unreadable("unknown_window", "period of an offer's cap", text, PERIODS)
        return OfferCap(
            window or Window(WindowKind.LIFETIME),
            times=kind == "times",
            each_member=CAPS_OF[part.choice("of", tuple(CAPS_OF))],
            limit=int(part.decimal("times", 0, MONEY_LIMIT, 1) or 0)
            if kind == "times"
            else self._money(part, "money") or 0,
        )

    def _part(self, fields: Fields, key: str, known: dict[str, str], first: str = "off") -> Fields:
        """Return the fields of a mapping; a text alone is the field `first`."""
        value = fields.optional_value(key)
        if isinstance(value, Scalar) and first in known:
            value = Mapping(value.source, [(replace(value, value=first), value)], value.start)
        if not isinstance(value, Mapping):
            if value is not None:
                self._problems.wrong_type(value, "mapping", OFFER_KEYS[key])
            value = Mapping(self._source, [], 0)
        return Fields(value, known, self._problems)

    def _share(self, part: Fields, key: str) -> Fraction:
        part.scalar(key)
        return part.decimal(key, PERCENT_DIGITS, 100, Fraction(1, 10**PERCENT_DIGITS)) or Fraction(1)

    def _money(self, part: Fields, key: str, least: Fraction | int = 0) -> int | None:
        amount = part.decimal(key, self._digits, MONEY_LIMIT, least)
        return None if amount is None else self._minor(amount)

    def _needed(self, part: Fields, key: str) -> int:
        part.scalar(key)
        return self._money(part, key) or 0

    def _count(self, part: Fields, key: str, *, needed: bool = False) -> int | None:
        if needed:
            part.scalar(key)
        count = part.decimal(key, 0, PIECES_LIMIT, 1)
        return None if count is None else int(count)

    def _measured(self, part: Fields, key: str, measure: Measure) -> int:
        part.scalar(key)
        digits = self._digits if measure.is_money else 0
        return int((part.decimal(key, digits, MONEY_LIMIT) or 0) * 10**digits)

    def _minor(self, amount: Fraction | None) -> int:
        return int((amount or 0) * 10**self._digits)
