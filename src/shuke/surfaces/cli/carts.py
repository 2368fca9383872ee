"""`shuke cart`: a cart from a JSON file, priced or committed, and what came of it."""

import json
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import session, times
from shuke.surfaces.cli.members import found
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.terminal import in_chinese, result, scaled, words

if TYPE_CHECKING:
    from shuke.rooms.members.contracts import MemberRef
    from shuke.rooms.programs.contracts import CartPriced, Choice, OrderFact, Taxes


def evaluate(file: str, *, as_json: bool) -> None:
    """Print what offers and points make of a cart."""
    with session.opened():
        from shuke.rooms.programs import facade as programs

        told = _read(file)
        priced = programs.evaluate_cart(_order(told), _choice(told), _taxes(told))
        result(_data(priced), _lines(priced), as_json=as_json)


def commit(file: str, *, dry_run: bool, as_json: bool) -> None:
    """Print what became of a cart that is committed, or what would."""
    with session.opened():
        from shuke.foundation import ids
        from shuke.rooms.programs import facade as programs

        told = _read(file)
        for name in ("source", "external_id", "occurred_at"):
            if name not in told:
                raise _unreadable(f"{name}?")
        done = programs.commit_cart(
            _order(told),
            actor(),
            _choice(told),
            _taxes(told),
            expected_minor=told.get("expected_minor"),
            history=True,
            dry_run=dry_run,
        )
        id = ids.encode("ord", done.order.reference) if done.order.reference else ""
        status = {"recorded": words("recorded", "已记录"), "repeated": words("recorded before", "此前已记录")}
        head = f"{id} {status[done.order.status.value]}"
        data = {"id": id, "status": done.order.status.value, "cart": _data(done.priced), "dry_run": dry_run}
        heads = [words(f"{head} (dry run)", f"{head}（试算）") if dry_run else head]
        result(data, heads + _lines(done.priced), as_json=as_json)


def _read(file: str) -> dict[str, Any]:
    try:
        told = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(str(error)) from error
    if not isinstance(told, dict):
        raise _unreadable(type(told).__name__)
    return told


def _order(told: dict[str, Any]) -> "OrderFact":
    """Return the order that a cart would be, at listed prices."""
    from shuke.foundation import clock
    from shuke.rooms.orders.contracts import Line
    from shuke.rooms.programs.contracts import OrderFact

    try:
        lines = tuple(
            Line(
                str(line["sku"]),
                str(line.get("category") or ""),
                int(line["quantity"]),
                int(line["net_minor"]),
                gift_card=bool(line.get("gift_card", False)),
                attributes=dict(line.get("attributes", {})),
            )
            for line in told["lines"]
        )
        shipping = int(told.get("shipping_minor", 0))
        listed = sum(line.net_minor for line in lines) + shipping
        at: datetime = times.instant(told.get("occurred_at")) or clock.business_now()
        return OrderFact(
            str(told.get("source", "cart")),
            str(told.get("external_id", "cart")),
            _member(told.get("member")),
            at,
            listed,
            listed,
            str(told["currency"]),
            str(told.get("store") or ""),
            str(told.get("channel") or ""),
            lines,
            shipping_minor=shipping,
            attributes=dict(told.get("attributes", {})),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unreadable(f"{type(error).__name__} {error}") from error


def _member(told: Any) -> "MemberRef | None":
    """Return whom a text names as on the command line, or an object as in the API."""
    from shuke.rooms.members.contracts import ExternalId, MemberRef

    if told is None:
        return None
    if isinstance(told, str):
        return MemberRef(id=found(told))
    if "external_id" in told:
        named = told["external_id"]
        return MemberRef(external=ExternalId(str(named["source"]), str(named["external_id"])))
    return MemberRef(id=found(str(told.get("id") or told["phone"])))


def _choice(told: dict[str, Any]) -> "Choice":
    from shuke.rooms.programs.contracts import Choice

    codes = told.get("coupons")
    return Choice(told.get("points"), None if codes is None else tuple(map(str, codes)), told.get("value_minor"))


def _taxes(told: dict[str, Any]) -> "Taxes":
    from shuke.rooms.programs.contracts import Taxes

    rates = tuple(Fraction(str(line.get("tax_percent", 0))) / 100 for line in told["lines"])
    return Taxes(rates, included=bool(told.get("prices_with_tax", True)))


def _unreadable(why: str) -> Refusal:
    detail = f"The file is not the JSON of a cart: {why}"
    return Refusal("cart_not_readable", detail, params={"found": why})


def _data(priced: "CartPriced") -> dict[str, Any]:
    from dataclasses import asdict

    from shuke.foundation import ids
    from shuke.rooms.members.contracts import ID_PREFIX

    return asdict(priced) | {
        "member_id": ids.encode(ID_PREFIX, priced.member_id) if priced.member_id else None,
        "applied": [
            asdict(each) | {"points_times": str(each.points_times), "coupon_id": str(each.coupon_id or "")}
            for each in priced.applied
        ],
        "refused": [{"code": code, "name": name, "reason": why.value} for code, name, why in priced.refused],
        "gives": [{"template": template, "name": name} for template, name in priced.gives],
        "total_minor": priced.total_minor,
        "pay_minor": priced.pay_minor,
    }


def _lines(priced: "CartPriced") -> list[str]:
    from shuke.core.program import offer_wording as wording
    from shuke.surfaces.wording.figures import money

    language, currency = ("zh" if in_chinese() else "en"), priced.currency
    lines = [
        f"{offer.name}  −{money(offer.off_minor, currency)}"
        + "".join(f"  + {gift.sku} × {gift.quantity}" for gift in offer.gifts)
        for offer in priced.applied
    ]
    lines += [f"{name}  {wording.reason(why, language)}" for _, name, why in priced.refused]
    if priced.points is not None:
        points = priced.points
        used, most = scaled(points.used, points.scale), scaled(points.most, points.scale)
        paid, could = money(points.used_minor, currency), money(points.most_minor, currency)
        lines.append(
            words(
                f"{points.unit}: {used} pay {paid}; {most} could pay {could}",
                f"{points.unit}：{used} 抵扣 {paid}，至多 {most} 抵扣 {could}",
            )
        )
    if priced.value is not None and priced.value.most_minor:
        paid, could = money(priced.value.used_minor, currency), money(priced.value.most_minor, currency)
        lines.append(words(f"stored value pays {paid}; {could} could", f"储值支付 {paid}，至多 {could}"))
    pay = money(priced.pay_minor, currency)
    lines.append(words(f"to pay {pay}", f"应付 {pay}"))
    if priced.earns is not None:
        earned = ", ".join(f"{unit} {amount}" for unit, amount in priced.earns.items())
        lines.append(words(f"earns {earned}", f"将获得 {earned}"))
    lines += [words(f"gives the coupon {name}", f"将获赠券 {name}") for _, name in priced.gives]
    return lines
