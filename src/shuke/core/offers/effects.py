"""What each effect takes off the parts of a cart, as minor units by line."""

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

from shuke.core.offers.model import (
    Amount,
    Base,
    Bundle,
    Deal,
    EachPiece,
    Gift,
    Given,
    Grain,
    Offer,
    Percent,
    Pick,
    PointsTimes,
    Prices,
    Shipping,
    Single,
    Steps,
)
from shuke.core.offers.parts import Part, Parts
from shuke.core.values.rounding import half_up_of

Off = dict[int, int]


def step_of(offer: Offer, parts: Parts) -> Single | None:
    """Return the effect that an offer has on a cart: that of the highest step reached.

    None below the first, and where there is not enough for what comes every so much.
    """
    effect = offer.effect
    if isinstance(effect, Steps):
        reached = parts.measured(effect.measure, offer.lines, effect.base)
        found = next((single for least, single in reversed(effect.steps) if reached >= least), None)
    else:
        found = effect
    enough = not isinstance(found, Amount | Gift) or _full(found, offer.lines, parts)
    return found if enough else None


def take_off(effect: Single, offer: Offer, parts: Parts) -> Off:
    """Take what an effect takes off the lines of its offer."""
    match effect:
        case Percent():
            return _percent(effect, offer.lines, parts)
        case Amount():
            chosen = _chosen(effect.pieces, effect.pick, offer.lines, parts)
            return parts.cut(chosen, effect.minor * _full(effect, offer.lines, parts))
        case EachPiece():
            return _each(effect, offer.lines, parts)
        case Prices():
            return _prices(effect, offer.lines, parts)
        case Bundle():
            return _bundle(effect, offer.lines, parts)
        case Deal():
            return _deal(effect, offer, parts)
        case Shipping() | Gift() | PointsTimes():
            return {}


def given(effect: Gift, offer: Offer, parts: Parts) -> tuple[Given, ...]:
    """Return the pieces that come with an order."""
    return (Given(effect.sku, effect.quantity * _full(effect, offer.lines, parts)),)


def shipping_off(effect: Shipping, shipping: int) -> int:
    """Return how much a discount of shipping takes off it."""
    return _share(max(0, shipping - effect.price), effect.percent, effect.cap)


def _share(minor: int, percent: Fraction, cap: int | None) -> int:
    off = half_up_of(percent.numerator * minor, 100 * percent.denominator)
    return off if cap is None else min(off, cap)


def _chosen(
    pieces: int | None, pick: Pick, lines: Collection[int], parts: Parts, most: int | None = None
) -> list[Part]:  # fmt: skip
    """Return the parts of an offer's lines: all, or those of so many pieces, or of all where there are fewer.

    `most`: those of the dearest pieces of each kind, at most so many.
    """
    there = parts.of(lines)
    if pieces is not None:
        return parts.take(lines, min(pieces, sum(part.pieces for part in there)), pick)
    if most is None:
        return there
    return [
        part
        for mine in _by_kind(there, parts)
        for part in parts.take({part.line for part in mine}, min(most, sum(part.pieces for part in mine)), Pick.DEAREST)
    ]


def _by_line(chosen: Collection[Part]) -> list[list[Part]]:
    """Return parts line by line."""
    return [[part for part in chosen if part.line == line] for line in sorted({part.line for part in chosen})]


def _by_kind(chosen: Collection[Part], parts: Parts) -> list[list[Part]]:
    """Return parts SKU by SKU, however many lines one stands in; a line without one is a kind of its own."""
    kinds: dict[str | int, list[Part]] = {}
    for mine in _by_line(chosen):
        kinds.setdefault(parts.skus[mine[0].line] or mine[0].line, []).extend(mine)
    return list(kinds.values())


def _full(effect: Amount | Gift, lines: Collection[int], parts: Parts) -> int:
    """Return how many times an amount is taken off, or a gift given."""
    if effect.every is None:
        return 1
    full = max(0, parts.measured(effect.by, lines, Base.LEFT)) // effect.every
    return full if effect.times is None else min(full, effect.times)


def _percent(effect: Percent, lines: Collection[int], parts: Parts) -> Off:
    off: Off = {}
    chosen = _chosen(effect.pieces, effect.pick, lines, parts, effect.most)
    if effect.at is Grain.ORDER:
        return parts.cut(chosen, _share(max(0, _base(effect, chosen)), effect.percent, effect.cap))
    if effect.at is Grain.LINE:
        for mine in _by_line(chosen):
            _add(off, parts.cut(mine, _share(_base(effect, mine), effect.percent, None)))
        return off
    for part in chosen:
        if effect.percent == 100:
            _add(off, parts.cut((part,), part.left))
            continue
        of_each = effect.percent * _base(effect, (part,)) / part.pieces / 100
        _add(off, parts.cut((part,), half_up_of(of_each.numerator, of_each.denominator) * part.pieces))
    return off


def _base(effect: Percent, chosen: Collection[Part]) -> int:
    """Return the amount that a share is taken of."""
    return sum(part.initial if effect.base is Base.INITIAL else part.left for part in chosen)


def _each(effect: EachPiece, lines: Collection[int], parts: Parts) -> Off:
    off: Off = {}
    for mine in _by_kind(_chosen(effect.pieces, effect.pick, lines, parts, effect.most), parts):
        if effect.further is not None:
            others = sum(part.pieces for part in mine) - 1
            _add(off, parts.cut(mine, effect.minor + effect.further * others))
            continue
        for part in mine:
            _add(off, parts.cut((part,), effect.minor * part.pieces))
    return off


def _prices(effect: Prices, lines: Collection[int], parts: Parts) -> Off:
    off: Off = {}
    for part in parts.of(lines):
        price = effect.minor.get(parts.skus[part.line], effect.minor.get(""))
        if price is not None:
            _add(off, parts.cut((part,), part.left - price * part.pieces))
    return off


def _bundle(effect: Bundle, lines: Collection[int], parts: Parts) -> Off:
    """Make bundles of the dearest pieces for as long as one saves something."""
    off: Off = {}
    wanted = _times(effect.times, lines, effect.pieces, parts)
    while wanted > 0:
        if effect.different:
            bundles, many = parts.take_of_each(parts.different(lines, effect.pieces), wanted)
        else:
            many = min(wanted, parts.runs(lines, effect.pieces, Pick.DEAREST))
            bundles = parts.take(lines, many * effect.pieces, Pick.DEAREST, dealt=True)
        saved = sum(part.left for part in bundles) - many * effect.minor
        if saved <= 0:
            for part in bundles:
                part.dealt = False
            break
        _add(off, parts.cut(bundles, saved))
        wanted -= many
    return off


def _deal(effect: Deal, offer: Offer, parts: Parts) -> Off:
    """Make deals for as long as pieces last: each of the dearest pieces that are left, of which some cost less.

    Pieces that could be reduced are bought last, so that none of them is spent where another would do. What costs no
    more than the price of a deal is not reduced by it.
    """
    off: Off = {}
    if offer.gets is not None and effect.price is not None:
        dearer = {part.line for part in parts.of(offer.gets) if part.left > effect.price * part.pieces}
        offer = replace(offer, gets=tuple(line for line in offer.gets if line in dearer))
    wanted = _times(effect.times, offer.lines, effect.pieces, parts)
    while wanted > 0:
        bought, many = _bought(effect, offer, wanted, parts)
        if offer.gets is not None:
            reduced = parts.take(offer.gets, many * effect.reduced, effect.pick, dealt=True)
        else:
            reduced = _some(bought, many * effect.reduced, effect.pick, parts)
        if not reduced:
            for part in bought:
                part.dealt = False
            break
        _add(off, _lower(effect, reduced, many, parts))
        wanted -= many
    return off


def _lower(effect: Deal, reduced: list[Part], many: int, parts: Parts) -> Off:
    """Take off what is cheaper in so many deals that are alike."""
    if effect.minor is None and effect.price is None:
        cost = sum(part.left for part in reduced)
        alike = many if cost % many == 0 else 1
        return parts.cut(reduced, alike * _share(cost // alike, effect.percent, None))
    off: Off = {}
    for part in reduced:
        each = part.left - effect.price * part.pieces if effect.price is not None else (effect.minor or 0) * part.pieces
        _add(off, parts.cut((part,), each))
    return off


def _bought(effect: Deal, offer: Offer, wanted: int, parts: Parts) -> tuple[list[Part], int]:
    """Take what is bought for deals that are alike and next; return it and how many those are, at most `wanted`."""
    last = offer.gets or ()
    if not effect.different:
        many = min(wanted, _runs(effect, offer, parts))
        return parts.take(offer.lines, many * effect.pieces, Pick.DEAREST, dealt=True, last=last), many
    chosen = parts.different(offer.lines, effect.pieces, last)
    first = parts.first(last, effect.pick)
    if first is not None:
        of_first = effect.reduced + any(part is first for part in chosen)
        wanted = min(wanted, max(1, first.pieces // of_first))
    return parts.take_of_each(chosen, wanted)


def _runs(effect: Deal, offer: Offer, parts: Parts) -> int:
    """Return how many deals are alike and next, so that they can be made at once."""
    if offer.gets is None:
        return parts.runs(offer.lines, effect.pieces, Pick.DEAREST)
    if parts.first(offer.lines, Pick.DEAREST, offer.gets) is parts.first(offer.gets, effect.pick):
        return parts.runs(offer.lines, effect.pieces + effect.reduced, Pick.DEAREST, offer.gets)
    bought = parts.runs(offer.lines, effect.pieces, Pick.DEAREST, offer.gets)
    return min(bought, parts.runs(offer.gets, effect.reduced, effect.pick))


def _times(most: int | None, lines: Collection[int], pieces: int, parts: Parts) -> int:
    there = sum(part.pieces for part in parts.of(lines) if not part.dealt)
    return there // pieces if most is None else min(most, there // pieces)


def _some(bought: list[Part], pieces: int, pick: Pick, parts: Parts) -> list[Part]:
    """Return parts of so many pieces among those of one deal."""
    inner = Parts.__new__(Parts)
    inner.parts = list(bought)
    taken = inner.take({part.line for part in bought}, pieces, pick)
    parts.parts += [part for part in inner.parts if not any(part is one for one in bought)]
    return taken


def _add(off: Off, more: Off) -> None:
    for line, minor in more.items():
        off[line] = off.get(line, 0) + minor
