"""A sale: whom or what was scanned, what it costs, and selling it, online or sent later."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, guesses, ids
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, Member
from shuke.rooms.orders.contracts import Line
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import ShiftLine, Work
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import Result, Standing
from shuke.surfaces.cashier import cart, doing, people, receipts, ruling, telling
from shuke.surfaces.cashier.counter import Counter, Told, call
from shuke.surfaces.cashier.views import checking, refunding, valuing
from shuke.surfaces.wording import figures, words

_QUEUE_AGE = timedelta(days=30)  # a sale that waited longer is refused as too old


@call("POST")
def read(request: HttpRequest, counter: Counter, told: Told) -> dict[str, Any]:
    """Say what a text is: a member, members whose phone ends like it, a coupon, a pickup, an order, a gift card.

    Refused with `unknown_text` where it is nothing that is known here.
    """
    text = told.text("text")
    if text.startswith(people.TAIL):
        found = people.by_tail(text)
        if not found:
            raise Refusal("unknown_member", "Nobody's phone ends like this.")
        return {"kind": "members", "members": _cards(found)}
    holder = people.of_code(text, clock.machine_now(), use=False)
    if holder is not None:
        return {"kind": "members", "members": _cards([members.get(holder)]), "code": text}
    try:
        member = members.get(people.known_as(text))
    except Refusal as refused:
        if refused.code != "unknown_member":
            raise
    else:
        return {"kind": "members", "members": _cards([member])}
    with guesses.limited([guesses.staff(counter.actor.id)], {"unknown_text"}):
        found = checking.read(counter, text) or refunding.read(counter, text) or valuing.read(counter, text)
        if found is None:
            raise Refusal("unknown_text", "No member, coupon, pickup, receipt or gift card has this code.")
    return found


@call("POST")
def price(request: HttpRequest, counter: Counter, told: Told) -> dict[str, Any]:
    """Say what a cart costs, with the offers that save most."""
    wish, now = _wish(told), clock.business_now()
    held = coupons.of_member(wish.member_id, now, explained=False) if wish.member_id else ()
    brought = coupons.by_codes(wish.coupons, now) if wish.coupons else ()
    return telling.basket(cart.price(counter, wish, now), (*brought, *held), counter)


@call("POST")
def sell(request: HttpRequest, counter: Counter, told: Told) -> dict[str, Any]:
    """Record a sale, and say what it did."""
    return doing.once(counter, told, lambda: _offline(counter, told) if told.yes("offline") else _online(counter, told))


def _wish(told: Told) -> cart.Wish:
    member = told.text("member")
    member_id = ids.decode(ID_PREFIX, member) if member else None
    wish = cart.Wish(member_id, _lines(told), told.number("points"), told.texts("coupons"), told.optional("value"))
    if not wish.total_minor:
        raise Refusal("bad_request", "A sale has an amount.", pointer="/lines")
    return wish


def _lines(told: Told) -> tuple[Line, ...]:
    """Return the lines that were told: each an amount, or pieces of an article or category with the amount of all."""
    lines = told.amounts_or_parts("lines")
    return tuple(
        Line(each.text("sku"), each.text("category"), each.number("quantity"), each.number("minor"))
        if isinstance(each, Told)
        else Line("", "", 1, each)
        for each in lines
    )


def _online(counter: Counter, told: Told) -> ShiftLine:
    wish, at, key, note = _wish(told), told.moment(), told.key(), told.text("note")
    code = told.text("code")
    spends = wish.points or wish.coupons or wish.value_minor
    if code and people.of_code(code, clock.machine_now() if spends else _scanned(told), use=True) != wish.member_id:
        raise Refusal("member_code_unknown", "This is not the code of the member.")
    if wish.value_minor and not code:
        raise Refusal("value_needs_code", "Stored value is spent with the code on the member's phone.")
    if not note and cart.left_out(counter, wish, clock.business_now()):
        raise Refusal("reason_required", "Say why the coupon that saves most is not used.")
    before = programs.standings([wish.member_id]) if wish.member_id else {}
    done = cart.commit(counter, key, wish, at, told.number("expected_minor"))
    priced, result = done.priced, done.order
    if note:
        org.audit("sale.overridden", key, None, {"reason": note}, counter.actor)
    used = priced.points.used if priced.points else 0
    answer = _answer(counter, key, at, result, before.get(wish.member_id), used)
    answer |= {"paid": figures.money(priced.pay_minor, priced.currency)}
    if priced.value is not None and priced.value.used_minor:
        left = programs.value_of(wish.member_id).total_minor
        answer |= {
            "by_value": figures.money(priced.value.used_minor, priced.currency),
            "value_left": figures.money(left, priced.currency),
        }
    answer["receipt"] = receipts.of_sale(counter, key, at, wish.lines, priced, answer)
    return _line(told, at, answer, priced.pay_minor, result, used, note)


def _offline(counter: Counter, told: Told) -> ShiftLine:
    """Record what was sold while nobody could be asked, at the time when it was sold."""
    at, key, typed = told.moment(), told.key(), told.text("typed")
    member_id = (people.of_code(typed, _scanned(told), use=True) or people.known_as(typed)) if typed else None
    wish = cart.Wish(member_id, _lines(told), 0, ())
    before = programs.standings([member_id]) if member_id else {}
    result = cart.record_offline(counter, key, wish, at)
    answer = _answer(counter, key, at, result, before.get(member_id), 0)
    answer |= {"paid": figures.money(wish.total_minor, counter.shop.currency), "offline": True}
    answer["receipt"] = receipts.of_sale(counter, key, at, wish.lines, None, answer)
    return _line(told, at, answer, wish.total_minor, result, 0, "")


def _scanned(told: Told) -> datetime:
    """Return when a code was scanned, as far as a browser is believed: not ahead of now, not before the queue's age."""
    now = clock.machine_now()
    return min(max(told.moment("scanned_at"), now - _QUEUE_AGE), now)


def _line(
    told: Told, at: datetime, answer: dict[str, Any], paid_minor: int, result: Result, used: int, note: str
) -> ShiftLine:
    earned = (result.points or {}).get(ruling.spent().unit.code, 0)
    return ShiftLine(
        told.key(),
        told.digest,
        Work.SALE,
        at,
        answer,
        money_minor=paid_minor,
        points_in=earned,
        points_out=used,
        offline=told.yes("offline"),
        note=note,
    )


def _answer(counter: Counter, key: str, at: datetime, result: Result, before: Any, used: int) -> dict[str, Any]:
    """Tell what a sale did to the member: points before and after, earned and used, and a new tier."""
    answer: dict[str, Any] = {"kind": "sale", "key": key, "note": telling.undecided(result.undecided)}
    if result.member_id is None:
        return answer
    program = ruling.spent()
    unit = program.unit
    after = programs.standings([result.member_id]).get(result.member_id)
    earned = (result.points or {}).get(unit.code, 0) + result.milestones.get(unit.code, 0)
    answer |= {
        "name": members.get(result.member_id).display_name,
        "unit": program.unit_name(unit.code),
        "earned": figures.signed_points(earned, unit.scale),
        "used": figures.signed_points(-used, unit.scale) if used else "",
        "gave": " · ".join(each.name for each in result.coupons),
        "before": _available(before, unit.scale),
        "after": _available(after, unit.scale),
    }
    if _rank(after) > _rank(before):
        answer["tier"] = _("Upgraded to %(tier)s") % {"tier": words.tier(after.tier.code, after.tier.name)}
    return answer


def _rank(standing: Standing | None) -> int:
    return standing.tier.rank if standing is not None and standing.tier is not None else -1


def _available(standing: Any, scale: int) -> str:
    balance = telling.spent(standing) if standing else None
    return figures.points(balance.available, scale) if balance else "—"


def _cards(found: list[Member]) -> list[dict[str, Any]]:
    standings = programs.standings([member.id for member in found])
    return [telling.card(member, standings.get(member.id)) for member in found]
