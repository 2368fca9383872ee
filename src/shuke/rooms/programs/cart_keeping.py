"""A priced cart as the JSON that is kept of it, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any
from uuid import UUID

from shuke.core.offers.model import Given, Reason
from shuke.rooms.programs.cart_facts import AppliedOffer, CartPriced, PointsOffered, ValueOffered


def as_json(priced: CartPriced) -> dict[str, Any]:
    """Return a priced cart as JSON values."""
    return asdict(priced) | {
        "member_id": str(priced.member_id) if priced.member_id else None,
        "applied": [asdict(each) | _plain(each) for each in priced.applied],
        "refused": [[code, name, reason.value] for code, name, reason in priced.refused],
    }


def _plain(applied: AppliedOffer) -> dict[str, Any]:
    return {
        "points_times": str(applied.points_times),
        "coupon_id": str(applied.coupon_id) if applied.coupon_id else None,
    }


def from_json(kept: Mapping[str, Any]) -> CartPriced:
    """Return the priced cart that `as_json` made."""
    return CartPriced(**{
        **kept,
        "member_id": UUID(kept["member_id"]) if kept["member_id"] else None,
        "lines_minor": tuple(kept["lines_minor"]),
        "applied": tuple(_applied(each) for each in kept["applied"]),
        "refused": tuple((code, name, Reason(reason)) for code, name, reason in kept["refused"]),
        "points": PointsOffered(**kept["points"]) if kept["points"] else None,
        "value": ValueOffered(**kept["value"]) if kept.get("value") else None,
        "gives": tuple((template, name) for template, name in kept.get("gives", ())),
    })  # fmt: skip


def _applied(kept: Mapping[str, Any]) -> AppliedOffer:
    return AppliedOffer(**{
        **kept,
        "lines": {int(line): minor for line, minor in kept["lines"].items()},
        "gifts": tuple(Given(**gift) for gift in kept["gifts"]),
        "points_times": Fraction(kept["points_times"]),
        "coupon_id": UUID(kept["coupon_id"]) if kept["coupon_id"] else None,
    })  # fmt: skip
