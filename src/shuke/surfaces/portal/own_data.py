"""All that the house keeps of a member, as one document that they take with them: names and numbers as they are stored.

Points are written in whole units of their kind, money in the minor units of its currency, days as dates.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from shuke.foundation import clock, cursors, ids
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import OrderSearch
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.orders import facade as orders
from shuke.rooms.paid import facade as paid
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import Refund
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade as programs
from shuke.rooms.value import facade as value
from shuke.surfaces.portal.account import account_of
from shuke.surfaces.portal.pages import ACTOR, Guest
from shuke.surfaces.wording import figures
from shuke.surfaces.wording.running import units
from shuke.surfaces.wording.standing import date_of

_ROWS = 500


def of(guest: Guest) -> dict[str, Any]:
    """Return what is kept of a member, by what it is about; the audit log keeps that it was taken."""
    return {
        "shop": guest.shop.name,
        "as_of": clock.business_now(),
        "member": _person(guest),
        **_standing(guest),
        **_points(guest),
        "orders": list(_orders(guest)),
        "behaviours": list(_behaviours(guest)),
        **_held(guest),
        **_dealings(guest),
    }


def _person(guest: Guest) -> dict[str, Any]:
    member, told = guest.member, members.take_own_data(guest.member.id, ACTOR)
    identities = members.identity_history(member.id)
    return {
        "id": ids.encode(ID_PREFIX, member.id),
        **told.fields,
        "attributes": told.attributes,
        **_of(member, "status", "language", "joined_at", "channel", "store", "tags"),
        "external_ids": [_of(one, "source", "external_id") for one in member.external],
        "statuses": [_of(one, "at", "before", "after") for one in members.status_history(member.id)],
        "identity_changes": [_of(one, "at", "kind", "event", "source", "was") for one in identities],
        "consents": [_of(one, "purpose", "given", "at", "through") for one in members.consents_of(member.id).values()],
        "devices": [
            _of(one, "label", "began_at", "seen_at") for one in members.devices_of(member.id, clock.machine_now())
        ],
    }


def _standing(guest: Guest) -> dict[str, Any]:
    standing = account_of(guest).standing
    if standing is None:
        return {}
    amounts = ("available", "pending", "held", "debt")
    return {
        "balances": [
            {"unit": one.unit} | {name: figures.points(getattr(one, name), one.scale) for name in amounts}
            for one in standing.balances
        ],
        "tiers": [_of(one, "ladder", "code", "since", "until") for one in standing.tiers],
    }


def _points(guest: Guest) -> dict[str, Any]:
    known, holder = units(), guest.member.id
    entries = _all(lambda cursor: points.entries_page(holder, _ROWS, cursor), "entries")
    lots = _all(lambda cursor: points.lots_page(holder, _ROWS, cursor), "lots")
    return {
        "points": [
            {"unit": known[one.key.unit_id].code, "points": figures.points(one.amount, known[one.key.unit_id].scale)}
            | _of(one, "kind", "occurred_at", "recorded_at")
            for one in entries
        ],
        "lots": [
            {
                "unit": known[one.unit_id].code,
                "earned": figures.points(one.earned, known[one.unit_id].scale),
                "left": figures.points(one.remaining + one.waiting + one.held, known[one.unit_id].scale),
            }
            | _of(one, "earned_at", "expires_at")
            for one in lots
        ],
    }


def _orders(guest: Guest) -> Iterator[dict[str, Any]]:
    every = _all(lambda cursor: orders.page_of_member(guest.member.id, _ROWS, cursor), "orders")
    while some := list(islice(every, _ROWS)):
        left = orders.left([one.id for one in some])
        for one in some:
            yield {
                **_of(one, "source", "external_id", "occurred_at", "store", "channel", "currency"),
                **_of(one, "gross_minor", "net_minor", "points_paid_minor", "refunded_minor", "attributes"),
                "lines": [
                    _of(each.line, "sku", "category", "quantity", "net_minor", "attributes")
                    for each in left[one.id].lines
                ],
            }


def _behaviours(guest: Guest) -> Iterator[dict[str, Any]]:
    for one in _all(lambda cursor: orders.behaviours_of_member(guest.member.id, _ROWS, cursor), "behaviours"):
        yield _of(one, "source", "external_id", "kind", "occurred_at", "store", "channel", "attributes")


def _held(guest: Guest) -> dict[str, Any]:
    member_id = guest.member.id
    return {
        "coupons": [
            _of(one, "code", "name", "state", "cause", "issued_at", "starts_at", "ends_at")
            for one in coupons.of_member(member_id, clock.business_now())
        ],
        "coupons_given": [
            _of(one, "name", "state", "offered_at", "taken_at")
            for one in coupons.gifts_of(member_id, clock.business_now())
        ],
        "benefits": [
            {
                "benefit": one.benefit.code,
                "since": date_of(one.since_day),
                "until": None if one.until_day is None else date_of(one.until_day - 1),
            }
            | _of(one, "state", "cause", "quota", "used")
            for one in benefits.of_member(member_id, ended=True)
        ],
    }


def _dealings(guest: Guest) -> dict[str, Any]:
    member_id, search = guest.member.id, OrderSearch(member_id=guest.member.id)
    rewards = _all(lambda cursor: mall.orders_page(search, _ROWS, cursor), "orders")
    plans = _all(lambda cursor: paid.page(_ROWS, cursor, member_id=member_id), "subscriptions")
    paid_for = list(_all(lambda cursor: payments.page(_ROWS, cursor, member_id=member_id), "payments"))
    backs = payments.refunds_of([one.id for one in paid_for])
    top_ups = _all(lambda cursor: programs.top_ups(_ROWS, cursor, [member_id]), "top_ups")
    refunds = _all(lambda cursor: value.refunds(_ROWS, cursor, [member_id]), "refunds")
    return {
        "top_ups": [
            _of(
                one,
                "amount_minor",
                "bonus_minor",
                "refunded_minor",
                "currency",
                "method",
                "state",
                "asked_at",
                "paid_at",
            )
            for one in top_ups
        ],
        "value_refunds": [_of(one, "principal_minor", "bonus_minor", "fee_minor", "at") for one in refunds],
        "rewards": [
            _of(one, "number", "item_name", "quantity", "unit", "points", "cash_minor", "currency")
            | _of(one, "state", "way", "store", "placed_at", "carrier", "tracking", "address_masked")
            for one in rewards
        ],
        "plans": [
            {"plan": one.plan.code}
            | _of(one, "state", "length", "auto_renew", "price_minor", "started_at", "ends_at", "grace_until")
            for one in plans
        ],
        "payments": [
            _of(one, "purpose", "amount_minor", "refunded_minor", "currency", "method", "state", "asked_at", "paid_at")
            | {"refunds": [_refund(refund) for refund in backs.get(one.id, ())]}
            for one in paid_for
        ],
    }


def _refund(refund: Refund) -> dict[str, Any]:
    by_hand = refund.by_hand and refund.by_hand.reference
    return _of(refund, "amount_minor", "state", "asked_at", "done_at") | {"paid_by_hand": by_hand}


def _all(page: Callable[[str | None], Any], rows: str) -> Iterator[Any]:
    """Yield the rows of every page, one page after the other."""
    for found in cursors.pages(page):
        yield from getattr(found, rows)


def _of(one: object, *names: str) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}
