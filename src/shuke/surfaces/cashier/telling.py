"""What the till is told, as JSON: amounts in words and as integers, people masked."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shuke.foundation import ids
from shuke.rooms.coupons.contracts import HeldCoupon, Kind, State
from shuke.rooms.members.contracts import ID_PREFIX, Member, Status
from shuke.rooms.org.contracts import ShiftReport, Work
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import AppliedOffer, Balance, CartPriced, Standing, Undecided
from shuke.surfaces.cashier import ruling
from shuke.surfaces.cashier.counter import Counter
from shuke.surfaces.wording import days, figures, offers, words
from shuke.surfaces.wording.standing import ladders

WITHOUT_SALE = frozenset({Kind.GIFT, Kind.EXCHANGE})  # the other coupons take something off a price
_UNDECIDED = {
    Undecided.FROZEN: gettext_lazy("The member is frozen: the sale earns nothing."),
    Undecided.BLACKLISTED: gettext_lazy("The member is on the blacklist: the sale earns nothing."),
    Undecided.EXITED: gettext_lazy("The member has left: the sale earns nothing."),
    Undecided.OUT_OF_SCOPE: gettext_lazy("This store does not take part: the sale earns nothing."),
}
_WORK = {
    Work.SALE: gettext_lazy("Sales"),
    Work.REFUND: gettext_lazy("Refunds"),
    Work.VOID: gettext_lazy("Voids"),
    Work.COUPON: gettext_lazy("Coupons taken"),
    Work.PICKUP: gettext_lazy("Pickups"),
    Work.ENROLMENT: gettext_lazy("New members"),
    Work.TOP_UP: gettext_lazy("Top-ups"),
    Work.CARD: gettext_lazy("Gift cards"),
}


def card(member: Member, standing: Standing | None) -> dict[str, Any]:
    """Tell of a member what a clerk may see."""
    outside = ids.encode(ID_PREFIX, member.id)
    told: dict[str, Any] = {
        "id": outside,
        "name": member.display_name or _("Member"),
        "phone": member.phone_masked,
        "status": "" if member.status is Status.ACTIVE else words.wording(member.status.value),
        "tier": None,
        "way": "",
        "points": None,
        "value": None,
    }
    if standing is None:
        return told
    if standing.tier is not None:
        told["tier"] = {"name": words.tier(standing.tier.code, standing.tier.name), "rank": min(standing.tier.rank, 4)}
        told["way"] = _way(standing)
    balance = spent(standing)
    if balance is not None:
        told["points"] = {
            "name": ruling.spent().unit_name(balance.unit),
            "available": figures.points(balance.available, balance.scale),
            "pending": figures.points(balance.pending, balance.scale) if balance.pending else "",
            "owed": figures.points(balance.debt, balance.scale) if balance.debt else "",
            "expiring": _expiring(balance),
        }
    told["value"] = _value(standing)
    return told


def _value(standing: Standing) -> dict[str, str] | None:
    """Tell what of stored value is there, None where the program has none."""
    terms = programs.value_terms()
    if terms is None:
        return None
    has = {balance.unit: balance.available for balance in standing.balances}
    parts = [has.get(unit, 0) for unit in (terms.principal, terms.bonus)]
    names = ("total", "principal", "bonus")
    return {name: figures.money(minor, terms.currency) for name, minor in zip(names, (sum(parts), *parts), strict=True)}


def spent(standing: Standing) -> Balance | None:
    """Return the balance of the unit that members spend first of all."""
    balances = standing.balances
    return next((each for each in balances if each.spendable), balances[0] if balances else None)


def _expiring(balance: Balance) -> str:
    next_one = balance.next_expiry
    if next_one is None:
        return ""
    said = {"points": figures.points(next_one.points, balance.scale), "day": f"{next_one.last_usable:%Y-%m-%d}"}
    return _("%(points)s valid through %(day)s") % said


def _way(standing: Standing) -> str:
    """Say how far the next tier is."""
    step = ladders(standing, ruling.spent(), {})[0].step
    return step.sentence if step else ""


def basket(priced: CartPriced, held: Sequence[HeldCoupon], counter: Counter) -> dict[str, Any]:
    """Tell what a cart costs, what takes something off, what does not and why, and what points may pay."""
    codes = {each.code for each in held}
    listed = priced.total_minor + sum(each.off_minor for each in priced.applied)
    unit = ruling.spent().unit
    return {
        "pay_minor": priced.pay_minor,
        "pay": figures.money(priced.pay_minor, priced.currency),
        "listed": figures.money(listed, priced.currency),
        "offers": [_offer(each, priced.currency) for each in priced.applied],
        "coupons": _coupons(priced, held, counter),
        "unused": [
            {"name": name, "why": offers.why_not(why)} for code, name, why in priced.refused if code not in codes
        ],
        "points": _paying(priced),
        "value": _valued(priced),
        "earns": _earns(priced, unit.code, unit.scale),
        "gives": " · ".join(name for _, name in priced.gives),
    }


def _coupons(priced: CartPriced, held: Sequence[HeldCoupon], counter: Counter) -> list[dict[str, Any]]:
    """Tell of the coupons that could be used, each once: used and for how much, or why not."""
    off = {each.code: each.off_minor for each in priced.applied if each.coupon_id is not None}
    refused = {code: why for code, _name, why in priced.refused}
    zone = ZoneInfo(counter.shop.time_zone)
    open_ones = {each.code: each for each in held if each.state is State.ISSUED and each.kind not in WITHOUT_SALE}
    return [
        {
            "code": each.code,
            "name": each.name,
            "used": each.code in off,
            "off": figures.money(-off[each.code], priced.currency) if each.code in off else "",
            "why": offers.why_not(why) if (why := each.refused or refused.get(each.code)) else "",
            "until": _("until %(day)s") % {"day": days.through(each.ends_at, zone)} if each.ends_at else "",
        }
        for each in open_ones.values()
    ]


def _offer(applied: AppliedOffer, currency: str) -> dict[str, Any]:
    gifts = [_("gift: %(piece)s × %(count)d") % {"piece": gift.sku, "count": gift.quantity} for gift in applied.gifts]
    if applied.points_times != 1:
        gifts.append(_("points × %(factor)s") % {"factor": f"{float(applied.points_times):g}"})
    return {
        "code": applied.code,
        "name": applied.name,
        "off": figures.money(-applied.off_minor, currency) if applied.off_minor else "",
        "more": gifts,
        "coupon": applied.coupon_id is not None,
    }


def _paying(priced: CartPriced) -> dict[str, Any] | None:
    points = priced.points
    if points is None:
        return None
    return {
        "scale": points.scale,
        "least": points.least,
        "step": points.step,
        "most": points.most,
        "most_text": figures.points(points.most, points.scale),
        "most_worth": figures.money(points.most_minor, priced.currency),
        "used": points.used,
        "used_text": figures.points(points.used, points.scale),
        "used_worth": figures.money(-points.used_minor, priced.currency) if points.used else "",
    }


def _valued(priced: CartPriced) -> dict[str, Any] | None:
    """Tell what stored value may pay, and as chosen does, of the principal and of the bonus."""
    value = priced.value
    if value is None:
        return None
    parts = ("used", value.used_minor), ("principal", value.used_principal_minor), ("bonus", value.used_bonus_minor)
    return {
        "most": value.most_minor,
        "most_text": figures.money(value.most_minor, priced.currency),
        "used": value.used_minor,
        "typed": figures.typed_money(value.used_minor, priced.currency),
    } | {f"{name}_text": figures.money(minor, priced.currency) if minor else "" for name, minor in parts}


def _earns(priced: CartPriced, unit: str, scale: int) -> str:
    earned = (priced.earns or {}).get(unit, 0)
    return figures.signed_points(earned, scale) if earned else ""


def undecided(why: Undecided | None) -> str:
    """Say why a sale of a member earned nothing, "" where it was decided or nobody was named."""
    return str(_UNDECIDED.get(why, "")) if why else ""


def report(shift_report: ShiftReport, counter: Counter) -> dict[str, Any]:
    """Tell what was done in a shift."""
    shift, currency, unit = shift_report.shift, counter.shop.currency, ruling.spent().unit
    rows = [
        {
            "work": str(_WORK[each.work]),
            "count": figures.number(each.count),
            "money": figures.money(each.money_minor, currency) if each.money_minor else "",
            "points_in": figures.points(each.points_in, unit.scale) if each.points_in else "",
            "points_out": figures.points(each.points_out, unit.scale) if each.points_out else "",
        }
        for each in shift_report.sums
    ]
    return {
        "kind": "report",
        "clerk": shift.staff_name,
        "till": counter.till.name,
        "store": counter.till.store.name,
        "began": f"{shift.began_at.astimezone(ZoneInfo(counter.shop.time_zone)):%H:%M}",
        "ended": shift.ended_at.isoformat() if shift.ended_at else "",
        "rows": rows,
        "money": figures.money(sum(each.money_minor for each in shift_report.sums), currency),
        "points_in": figures.points(sum(each.points_in for each in shift_report.sums), unit.scale),
        "points_out": figures.points(sum(each.points_out for each in shift_report.sums), unit.scale),
        "offline": shift_report.offline,
        "noted": shift_report.noted,
    }
