"""Coupons in words, for every surface: kinds, states, and what an offer does, with an example."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shuke.core.offers.choosing import best
from shuke.core.offers.model import (
    Amount,
    Bundle,
    Cart,
    CartLine,
    Deal,
    EachPiece,
    Effect,
    Gift,
    Group,
    Measure,
    Minimum,
    Offer,
    Percent,
    PointsTimes,
    Prices,
    Shipping,
    Steps,
)
from shuke.core.program.model import OfferRule, Program
from shuke.core.values.errors import Refusal
from shuke.engine.schema import ProgramErrors
from shuke.engine.single_offers import read_offer, read_when
from shuke.rooms.coupons.contracts import (
    ON_ORDER,
    BatchState,
    Cause,
    Codes,
    HeldCoupon,
    Kind,
    Packet,
    Period,
    State,
    TemplateDraft,
    TemplateState,
)
from shuke.surfaces.wording import condition_words, days, figures, refusals
from shuke.surfaces.wording.running import running

KINDS: Mapping[Kind, str | Promise] = {
    Kind.THRESHOLD: _("Money off from a minimum"),
    Kind.DISCOUNT: _("Discount"),
    Kind.CASH: _("Cash coupon"),
    Kind.SHIPPING: _("Free delivery"),
    Kind.GIFT: _("Gift"),
    Kind.EXCHANGE: _("Exchange"),
    Kind.PACKET: _("Lucky packet"),
}
STATES: Mapping[State, str | Promise] = {
    State.ISSUED: _("Usable"),
    State.LOCKED: _("Set aside for an order"),
    State.USED: _("Used"),
    State.EXPIRED: _("Expired"),
    State.FROZEN: pgettext_lazy("coupon", "Frozen"),
    State.OFFERED: _("On its way to a friend"),
    State.VOID: _("Recalled"),
}
TEMPLATE_STATES: Mapping[TemplateState, str | Promise] = {
    TemplateState.ACTIVE: _("Issuing"),
    TemplateState.PAUSED: _("Paused"),
    TemplateState.STOPPED: _("Stopped"),
}
BATCH_STATES: Mapping[BatchState, str | Promise] = {
    BatchState.RUNNING: _("Being made"),
    BatchState.DONE: _("Done"),
    BatchState.CANCELLED: _("Cancelled half-way"),
}
CAUSES: Mapping[Cause, str | Promise] = {
    Cause.CLAIM: _("claimed"),
    Cause.PUSH: _("sent"),
    Cause.RULE: _("by a rule"),
    Cause.POINTS: _("bought with points"),
    Cause.API: _("by the API"),
    Cause.BATCH: _("from a batch"),
    Cause.BENEFIT: _("a benefit"),
    Cause.MALL: _("from the mall"),
    Cause.GOODWILL: _("goodwill"),
}
PERIODS: Mapping[Period, str | Promise] = {
    Period.EVER: _("in all"),
    Period.DAY: _("a day"),
    Period.WEEK: _("a week"),
    Period.MONTH: _("a month"),
}
_TOLD_PRICES = 3


def came_by(coupon: HeldCoupon) -> str:
    """Return by what a coupon came to its holder; of one that a rule gave, for which order or behaviour."""
    fact = coupon.given_for
    if coupon.from_friend:
        return gettext("from a friend")
    if fact is None:
        return str(CAUSES[coupon.cause])
    if fact.on == ON_ORDER:
        return gettext("for the order %(order)s") % {"order": fact.external_id}
    return gettext("for: %(behaviour)s") % {"behaviour": _behaviour(fact.on)}


def state(coupon: HeldCoupon) -> str:
    """Return where a coupon stands."""
    if coupon.state is State.VOID and coupon.order_refunded:
        return gettext("Void: its order was refunded")
    return str(STATES[coupon.state])


def _behaviour(code: str) -> str:
    program = running()
    return program.behaviour_name(code) if program else code


def told(offer: str, value_minor: int | None = None) -> str:
    """Return what a coupon's offer does, in one sentence; empty where the program in force can't read it."""
    rule = _rule(offer)
    if rule is None:
        return ""
    if value_minor is not None and isinstance(rule.effect, Amount):
        rule = replace(rule, effect=replace(rule.effect, minor=value_minor))
    return sentence(rule)


def of_template(draft: TemplateDraft) -> str:
    """Return what a template's coupons do, in one sentence."""
    return packet(draft.packet) if draft.packet and running() else told(draft.offer)


def sentence(rule: OfferRule) -> str:
    """Return what an offer does: its effect, from when on, of which lines and on what condition."""
    program = _program()
    parts = [_minimum(rule, program)]
    if rule.lines is not None:
        parts.append(condition_words.only_items(rule.lines, program))
    if rule.when is not None:
        parts.append(gettext("if %(condition)s") % {"condition": condition_words.in_words(rule.when, program)})
    return gettext(", ").join(parts)


def example(rule: OfferRule) -> str:
    """Return what an order would pay with the offer; empty where an order alone doesn't tell."""
    program = _program()
    pieces, listed = _example_cart(rule)
    offer = Offer("coupon", rule.effect, (0,), gets=(0,) if rule.gets else None, minimum=rule.minimum)
    cart = Cart((CartLine("", pieces, listed),), shipping_minor=listed // 10)
    priced = best(cart, (Group((offer,)),))
    if not priced.off_minor:
        return ""
    told = {"listed": _money(listed + cart.shipping_minor, program), "pay": _money(priced.pay_minor, program)}
    return gettext("For example: an order of %(listed)s, delivery included, costs %(pay)s.") % told


def _rule(offer: str) -> OfferRule | None:
    program = running()
    if program is None:
        return None
    try:
        return read_offer(offer, program.program)
    except ProgramErrors:
        return None


def _program() -> Program:
    found = running()
    assert found is not None
    return found.program


def _example_cart(rule: OfferRule) -> tuple[int, int]:
    """Return pieces and listed price of an order that the offer does something for."""
    unit = 10 ** _program().currency_digits
    pieces, minimum = 1, rule.minimum
    if isinstance(rule.effect, Bundle | Deal):
        pieces = max(
            2, rule.effect.pieces + (rule.effect.reduced if isinstance(rule.effect, Deal) and rule.gets else 0)
        )
    least = 100 * unit
    if isinstance(rule.effect, Amount):
        least, every = 5 * rule.effect.minor, 2 * (rule.effect.every or 0)
        least, pieces = (max(least, every), pieces) if rule.effect.by.is_money else (least, max(pieces, every))
    if isinstance(rule.effect, Steps):
        top = rule.effect.steps[-1][0]
        least, pieces = (top, pieces) if rule.effect.measure.is_money else (least, top)
    if minimum is not None:
        enough = max(minimum.least * 8 // 5, unit)
        least, pieces = (enough, pieces) if minimum.measure.is_money else (least, minimum.least)
    return pieces, max(least // unit, 1) * unit


def _minimum(rule: OfferRule, program: Program) -> str:
    effect = _effect(rule.effect, program, gets=rule.gets is not None)
    if rule.minimum is None:
        return effect
    return gettext("%(effect)s on orders of %(least)s or more") % {
        "least": _least(rule.minimum, program),
        "effect": effect,
    }


def _least(minimum: Minimum, program: Program) -> str:
    return _measured(minimum.measure, minimum.least, program)


def _measured(measure: Measure, least: int, program: Program) -> str:
    if measure.is_money:
        return _money(least, program)
    if measure in (Measure.KINDS, Measure.CART_KINDS):
        return ngettext("%(count)d kind", "%(count)d kinds", least) % {"count": least}
    return ngettext("%(count)d piece", "%(count)d pieces", least) % {"count": least}


def _effect(effect: Effect, program: Program, *, gets: bool) -> str:
    """Return what an effect does; `gets`: a deal reduces others than are bought."""
    if isinstance(effect, Steps):
        steps = [
            gettext("%(effect)s on orders of %(least)s or more")
            % {"least": _measured(effect.measure, least, program), "effect": _effect(part, program, gets=gets)}
            for least, part in effect.steps
        ]
        return gettext("; ").join(steps)
    if isinstance(effect, Percent | Shipping):
        return _share_off(effect, program)
    if isinstance(effect, Deal):
        return _deal(effect, program, gets=gets)
    return _thing(effect, program)


def _thing(effect: Amount | EachPiece | Prices | Bundle | Gift | PointsTimes, program: Program) -> str:
    match effect:
        case Amount():
            told = _amount(effect, program)
        case EachPiece():
            told = _each(effect, program)
        case Prices(minor=prices):
            told = _prices(prices, program)
        case Bundle(pieces=pieces, minor=minor, different=different):
            numbers = {"count": pieces, "money": _money(minor, program)}
            alike, apart = "%(count)d pieces for %(money)s", "%(count)d different pieces for %(money)s"
            told = _at_most(gettext(apart if different else alike) % numbers, effect.times)
        case Gift():
            told = _gift(effect, program)
        case PointsTimes(factor=factor):
            told = gettext("points × %(factor)s") % {"factor": _number(factor)}
    return told


def _prices(prices: Mapping[str, int], program: Program) -> str:
    """Return the price of each of the first articles, and how many more there are."""
    told = []
    for sku, minor in [*prices.items()][:_TOLD_PRICES]:
        named = {"sku": sku or gettext("any other item"), "money": _money(minor, program)}
        told.append(gettext("%(money)s for %(sku)s") % named if minor else gettext("free %(sku)s") % named)
    if len(prices) > _TOLD_PRICES:
        told.append(gettext("%(count)d more at special prices") % {"count": len(prices) - _TOLD_PRICES})
    return gettext(", ").join(told)


def _amount(effect: Amount, program: Program) -> str:
    money = _money(effect.minor, program)
    if effect.every is None:
        return gettext("%(money)s off") % {"money": money}
    every = _measured(effect.by, effect.every, program)
    told = gettext("%(money)s off every %(every)s") % {"money": money, "every": every}
    if effect.times is None:
        return told
    most = _money(effect.times * effect.minor, program)
    return gettext("%(effect)s, at most %(money)s") % {"effect": told, "money": most}


def _each(effect: EachPiece, program: Program) -> str:
    money = {"money": _money(effect.minor, program), "further": _money(effect.further or 0, program)}
    if effect.pieces is not None:
        told = ngettext("%(money)s off %(count)d piece", "%(money)s off each of %(count)d pieces", effect.pieces)
        return told % (money | {"count": effect.pieces})
    if effect.further is None:
        told = gettext("%(money)s off each piece") % money
    elif effect.further == 0:
        return gettext("%(money)s off the pieces of each kind") % money
    else:
        told = gettext("%(money)s off the first piece of a kind, %(further)s off each other") % money
    return told if effect.most is None else _of_a_kind(told, effect.most)


def _deal(effect: Deal, program: Program, *, gets: bool) -> str:
    one = effect.reduced == 1
    if effect.price is not None:
        said = gettext("for %(money)s" if one else "for %(money)s each")
        lower = said % {"money": _money(effect.price, program)}
    elif effect.minor is not None:
        said = gettext("with %(money)s off" if one else "with %(money)s off each")
        lower = said % {"money": _money(effect.minor, program)}
    elif effect.percent == 100:
        lower = gettext("free")
    else:
        lower = gettext("with %(percent)s%% off") % {"percent": _number(effect.percent)}
    told = {"count": effect.pieces, "reduced": effect.reduced, "lower": lower}
    if gets and effect.different:
        said = gettext("buy %(count)d different, and %(reduced)d more %(lower)s") % told
    elif gets:
        said = gettext("buy %(count)d, and %(reduced)d more %(lower)s") % told
    elif effect.different:
        said = gettext("of every %(count)d different pieces, %(reduced)d %(lower)s") % told
    else:
        said = gettext("of every %(count)d pieces, %(reduced)d %(lower)s") % told
    return _at_most(said, effect.times)


def _at_most(told: str, times: int | None) -> str:
    if times is None:
        return told
    numbers = {"effect": told, "count": times}
    return ngettext("%(effect)s, at most once", "%(effect)s, at most %(count)d times", times) % numbers


def _gift(effect: Gift, program: Program) -> str:
    told = gettext("a gift: %(sku)s × %(count)d") % {"sku": effect.sku, "count": effect.quantity}
    if effect.every is None:
        return told
    every = _measured(effect.by, effect.every, program)
    told = gettext("%(effect)s for every %(every)s") % {"effect": told, "every": every}
    return _at_most(told, effect.times)


def _share_off(effect: Percent | Shipping, program: Program) -> str:
    said = _shipping_off(effect, program) if isinstance(effect, Shipping) else _percent_off(effect)
    if effect.cap is None:
        return said
    return gettext("%(effect)s, at most %(money)s") % {"effect": said, "money": _money(effect.cap, program)}


def _share(percent: Fraction) -> dict[str, str | int]:
    """Return a share as it is said: what is taken off, and in tenths what is left."""
    return {"percent": _number(percent), "left": _number((100 - percent) / 10)}


def _shipping_off(effect: Shipping, program: Program) -> str:
    whole, told = effect.percent == 100, _share(effect.percent)
    if effect.price:
        told["money"] = _money(effect.price, program)
        return gettext("delivery for %(money)s" if whole else "%(percent)s%% off the delivery above %(money)s") % told
    return gettext("free delivery") if whole else gettext("%(percent)s%% off the delivery") % told


def _percent_off(effect: Percent) -> str:
    pieces = effect.pieces or 0
    told = _share(effect.percent) | {"count": pieces}
    if effect.percent == 100:
        said = ngettext("%(count)d piece free", "%(count)d pieces free", pieces) % told if pieces else gettext("free")
    elif pieces:
        said = ngettext("%(percent)s%% off %(count)d piece", "%(percent)s%% off %(count)d pieces", pieces) % told
    else:
        said = gettext("%(percent)s%% off") % told
    return said if effect.most is None else _of_a_kind(said, effect.most)


def _of_a_kind(told: str, most: int) -> str:
    return gettext("%(effect)s, at most %(count)d of a kind") % {"effect": told, "count": most}


def _if(source: str, on: str = ON_ORDER) -> str:
    """Return a condition of its own in words, of orders or of the behaviour `on`; as written where it reads no more."""
    program = _program()
    try:
        told = condition_words.in_words(read_when(source, program, () if on == ON_ORDER else (on,)), program)
    except Refusal:
        told = source
    return gettext("if %(condition)s") % {"condition": told}


def _money(minor: int, program: Program) -> str:
    return figures.short_money(minor, program.currency)


def _number(value: Fraction) -> str:
    return f"{float(value):g}"


# --- templates ---


def packet(shares: Packet) -> str:
    """Return what is in a lucky packet."""
    program = _program()
    told = {"money": _money(shares.pot_minor, program), "count": figures.number(shares.shares)}
    told["least"] = _money(shares.least_minor, program)
    return gettext("%(money)s, split by chance over %(count)s coupons of at least %(least)s each") % told


def facts(draft: TemplateDraft) -> list[tuple[str, str]]:
    """Return what else a template says, as (what, how), for reading."""
    rows = [(gettext("Can be used"), _validity(draft)), (gettext("How to get it"), _who(draft))]
    if draft.given_on:
        rows.append((gettext("Given for"), _given(draft)))
    if draft.per_member is not None:
        told = {"count": figures.number(draft.per_member.most), "period": PERIODS[draft.per_member.period]}
        rows.append((gettext("A member"), gettext("%(count)s %(period)s") % told))
    if draft.most is not None:
        rows.append((gettext("In all"), figures.number(draft.most)))
    if draft.budget_minor is not None and draft.cost_minor is not None:
        told = {"budget": _money(draft.budget_minor, _program()), "cost": _money(draft.cost_minor, _program())}
        rows.append((gettext("Budget"), gettext("%(budget)s, %(cost)s each") % told))
    rows.append(
        (
            gettext("Codes"),
            {"own": gettext("one each"), "pool": gettext("from the pool")}.get(draft.codes, draft.one_code or ""),
        )
    )
    notes = [
        (draft.transferable, gettext("may be given to a friend, once")),
        (draft.gives_back, gettext("comes back with a refund")),
    ]
    also = [note for holds, note in notes if holds]
    return [*rows, (gettext("Also"), gettext(", ").join(also))] if also else rows


def _validity(draft: TemplateDraft) -> str:
    validity, zone = draft.validity, ZoneInfo(draft.time_zone)
    parts = []
    if validity.days is not None:
        parts.append(ngettext("%(count)d day from its issue", "%(count)d days from its issue", validity.days)
                     % {"count": validity.days})  # fmt: skip
    if validity.delay_days:
        parts.append(gettext("beginning %(count)d days later") % {"count": validity.delay_days})
    if validity.since is not None:
        parts.append(gettext("from %(day)s on") % {"day": validity.since.astimezone(zone).strftime("%Y-%m-%d")})
    if validity.until is not None:
        parts.append(gettext("through %(day)s") % {"day": days.through(validity.until, zone)})
    return gettext(", ").join(parts) or gettext("for ever")


def _who(draft: TemplateDraft) -> str:
    if draft.codes is Codes.ONE:
        return gettext("whoever has the code")
    parts = [
        gettext("members take it by themselves") if draft.claimable or draft.points else gettext("whom it is given")
    ]
    if draft.points is not None:
        unit = _program().units[0]
        parts.append(gettext("for %(points)s points") % {"points": figures.points(draft.points, unit.scale)})
    if draft.claim_when is not None:
        parts.append(_if(draft.claim_when))
    return gettext(", ").join(parts)


def _given(draft: TemplateDraft) -> str:
    """Return for which orders or behaviours a rule gives one."""
    parts = [gettext("each order") if draft.given_on == ON_ORDER else _behaviour(draft.given_on)]
    if draft.given_when is not None:
        parts.append(_if(draft.given_when, draft.given_on))
    return gettext(", ").join(parts)


SKIPPED: Mapping[str, str | Promise] = {
    "bad_code": _("no codes"),
    "twice": _("twice in the file"),
    "taken": _("another coupon's codes"),
    "exhausted": _("more than is left"),
}


def skipped(code: str) -> str:
    """Return why coupons of a batch were not made."""
    return str(SKIPPED[code]) if code in SKIPPED else refusals.refusal(code)
