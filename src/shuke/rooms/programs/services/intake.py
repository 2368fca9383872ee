"""What a fact must look like before anybody looks at its member: bounds, times, text. Pure; knows no table."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta

from shuke.core.state.slots import POINTS_MAX
from shuke.core.values.errors import Refusal
from shuke.engine.facts import LINES_LIMIT, MONEY_LIMIT_MINOR, QUANTITY_LIMIT, TEXT_LIMIT
from shuke.rooms.orders.contracts import Line
from shuke.rooms.programs.contracts import Fact, OrderFact, RedeemFact

OLDEST = timedelta(days=30)  # an older fact is history
AHEAD = timedelta(minutes=5)  # clocks of tills go wrong; a fact further ahead needs the history right
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LATEST = datetime(2099, 12, 30, tzinfo=UTC)

_unfit = re.compile("[\x00-\x1f\x7f\ud800-\udfff]").search  # PostgreSQL can't store NUL, UTF-8 no surrogate
_canonical = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def check(fact: Fact, now: datetime, *, history: bool) -> Refusal | None:
    """Return why a fact can't be taken at all, or None."""
    return (
        _check_text("/source", fact.source, empty=False)
        or _check_text("/external_id", fact.external_id, empty=False)
        or (_check_time(fact.occurred_at, now, history=history) if fact.occurred_at else None)
        or (_check_order(fact) if isinstance(fact, OrderFact) else _check_redemption(fact))
    )


def payload_hash(fact: Fact) -> bytes:
    """Return the hash by which a repeat is told from other content under the same id; the member is compared apart.

    The hash outlives versions of Python and of the product: canonical JSON of a list in this order, SHA-256.
    """
    at = fact.occurred_at.astimezone(UTC).isoformat() if fact.occurred_at else None
    if isinstance(fact, OrderFact):
        lines = [(line.sku, line.category, line.quantity, line.net_minor) for line in fact.lines]
        content = (at, fact.net_minor, fact.gross_minor, fact.currency, fact.store, fact.channel, lines)
        return hashlib.sha256(_canonical(content).encode()).digest()
    return hashlib.sha256(_canonical((at, fact.points, fact.unit)).encode()).digest()


def _check_time(at: datetime, now: datetime, *, history: bool) -> Refusal | None:
    if at.tzinfo is None:
        return Refusal("time_without_zone", "A time needs its offset from UTC.", pointer="/occurred_at")
    if not EARLIEST <= at <= LATEST:
        return _bounds("/occurred_at", EARLIEST.date().isoformat(), LATEST.date().isoformat())
    if history:
        return None
    if at < now - OLDEST:
        return Refusal(
            "too_old",
            f"A fact older than {OLDEST.days} days needs the right history:write.",
            pointer="/occurred_at",
            params={"days": OLDEST.days},
        )
    if at > now + AHEAD:
        return Refusal(
            "too_far_ahead",
            f"A fact more than {AHEAD.seconds // 60} minutes ahead needs the right history:write.",
            pointer="/occurred_at",
            params={"minutes": AHEAD.seconds // 60},
        )
    return None


def _check_order(order: OrderFact) -> Refusal | None:
    refusal = (
        _check_amount("/net_minor", order.net_minor, MONEY_LIMIT_MINOR)
        or _check_amount("/gross_minor", order.gross_minor, MONEY_LIMIT_MINOR)
        or _check_discount(order)
        or _check_text("/store", order.store)
        or _check_text("/channel", order.channel)
        or (_bounds("/lines", 0, LINES_LIMIT) if len(order.lines) > LINES_LIMIT else None)
    )
    if refusal is not None:
        return refusal
    for number, line in enumerate(order.lines):
        if not _line_is_sound(line):
            return _check_line(f"/lines/{number}", line)
    return None


def _line_is_sound(line: Line) -> bool:
    """Answer the common case in one expression; `_check_line` says what is wrong."""
    return (
        0 <= line.net_minor <= MONEY_LIMIT_MINOR
        and 0 <= line.quantity <= QUANTITY_LIMIT
        and len(line.sku) <= TEXT_LIMIT
        and len(line.category) <= TEXT_LIMIT
        and not _unfit(line.sku)
        and not _unfit(line.category)
    )


def _check_line(pointer: str, line: Line) -> Refusal | None:
    return (
        _check_amount(f"{pointer}/net_minor", line.net_minor, MONEY_LIMIT_MINOR)
        or _check_amount(f"{pointer}/quantity", line.quantity, QUANTITY_LIMIT)
        or _check_text(f"{pointer}/sku", line.sku)
        or _check_text(f"{pointer}/category", line.category)
    )


def _check_redemption(redemption: RedeemFact) -> Refusal | None:
    if not 1 <= redemption.points <= POINTS_MAX:
        return _bounds("/points", 1, POINTS_MAX)
    return None


def _check_amount(pointer: str, amount: int, limit: int) -> Refusal | None:
    return None if 0 <= amount <= limit else _bounds(pointer, 0, limit)


def _check_discount(order: OrderFact) -> Refusal | None:
    if order.gross_minor >= order.net_minor:
        return None
    detail = f"The gross of {order.gross_minor} is below the net of {order.net_minor}; a discount is never negative."
    params = {"gross": order.gross_minor, "net": order.net_minor}
    return Refusal("gross_below_net", detail, pointer="/gross_minor", params=params)


def _check_text(pointer: str, text: str, *, empty: bool = True) -> Refusal | None:
    if len(text) > TEXT_LIMIT or not (text or empty):
        return Refusal(
            "text_length",
            f"This text must have {0 if empty else 1} to {TEXT_LIMIT} characters.",
            pointer=pointer,
            params={"least": 0 if empty else 1, "most": TEXT_LIMIT},
        )
    if _unfit(text):
        return Refusal("text_characters", "This text holds control characters.", pointer=pointer)
    return None


def _bounds(pointer: str, least: int | str, most: int | str) -> Refusal:
    return Refusal(
        "out_of_bounds",
        f"This value must lie between {least} and {most}.",
        pointer=pointer,
        params={"least": least, "most": most},
    )
