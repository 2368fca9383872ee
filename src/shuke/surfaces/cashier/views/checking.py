"""Coupons and pickups: a code is read and shown in green or red, and taken with Enter."""

from typing import Any

from shuke.surfaces.cashier.counter import Counter


def read(counter: Counter, text: str) -> dict[str, Any] | None:
    """Return what a code is good for, None where it is neither a coupon nor a pickup."""
    return None
