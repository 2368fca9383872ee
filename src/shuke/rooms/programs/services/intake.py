"""What a fact must look like before anybody looks at its member: bounds, times, text. Pure; knows no table."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from shuke.core.program.model import Attribute, Program
from shuke.core.state.slots import POINTS_MAX
from shuke.core.values import reasons
from shuke.core.values.errors import Refusal
from shuke.engine.facts import EARLIEST, LATEST, LINES_LIMIT, MONEY_LIMIT_MINOR, QUANTITY_LIMIT, TEXT_LIMIT
from shuke.engine.points_times import POINTS_TIMES
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.orders.contracts import Line
from shuke.rooms.programs.exchanges import ExchangeFact
from shuke.rooms.programs.facts import (
    AdjustFact,
    BehaviourFact,
    DepositFact,
    Fact,
    HoldFact,
    OpeningFact,
    OrderFact,
    RefundFact,
    ReleaseFact,
    TierFact,
    WithdrawalFact,
)
from shuke.rooms.programs.value_facts import TopUpFact, ValuePaymentFact

OLDEST = timedelta(days=30)  # an older fact is history
AHEAD = timedelta(minutes=5)  # clocks of tills go wrong; a fact further ahead needs the history right
FURTHEST_AHEAD = timedelta(hours=24)  # nobody's fact is further: its member would stand there, with all that had ended

ATTRIBUTES_LIMIT = 50
NUMBER_LIMIT = 10**9
_TYPES = {"number": int, "text": str, "flag": bool}
_DAYS = (EARLIEST.date().isoformat(), LATEST.date().isoformat())
_NOT_CONTENT = frozenset({"source", "external_id", "member", "generated", "undoes"})

_unfit = re.compile("[\x00-\x1f\x7f\ud800-\udfff]").search  # PostgreSQL can't store NUL, UTF-8 no surrogate


def check(fact: Fact, now: datetime, *, live: bool, history: bool) -> Refusal | None:
    """Return why a fact can't be taken at all, or None; a `live` deployment takes none that is far in the future."""
    refusal = (
        _check_text("/source", fact.source, empty=False)
        or _check_text("/external_id", fact.external_id, empty=False)
        or (check_time(fact.occurred_at, now, live=live, history=history) if fact.occurred_at else None)
    )
    if refusal is not None:
        return refusal
    match fact:
        case OrderFact():
            refusal = _check_order(fact)
        case BehaviourFact():
            refusal = _check_behaviour(fact)
        case RefundFact():
            refusal = _check_refund(fact)
        case HoldFact():
            refusal = _check_points(fact.points) or _check_instant("/until", fact.until)
        case AdjustFact():
            refusal = (
                _check_adjusted(fact.points) or reasons.fault(fact.reason) or _check_day("/expires_on", fact.expires_on)
            )
        case TierFact():
            refusal = reasons.fault(fact.reason) or _check_day("/until", fact.until)
        case OpeningFact():
            refusal = (
                _check_points(fact.points)
                or _check_day("/expires_on", fact.expires_on)
                or _check_day("/earned_on", fact.earned_on)
            )
        case DepositFact() | WithdrawalFact():
            refusal = next((wrong for _, points in fact.units if (wrong := _check_points(points))), None)
        case ReleaseFact():
            pass
        case _:
            refusal = None if fact.points is None else _check_points(fact.points)
    return refusal


def check_named(source: str, external_id: str, store: str) -> Refusal | None:
    """Return why nothing can be recorded under this name, or in a store of this code, or None."""
    return (
        _check_text("/source", source, empty=False)
        or _check_text("/external_id", external_id, empty=False)
        or _check_text("/store", store)
    )


def payload_hash(fact: Fact | ExchangeFact | TopUpFact | ValuePaymentFact) -> bytes:
    """Return the hash by which a repeat is told from other content under the same id; the member is compared apart.

    The hash outlives versions of Python and of the product: canonical JSON of the fact's content, in the order of its
    fields, SHA-256. Fields that say nothing are left out, so that new ones don't change it.
    """
    return hashlib.sha256(_canonical(_said(fact, _NOT_CONTENT)).encode()).digest()


def _plain(value: object) -> object:
    """Return what JSON has no form of; orders have many lines, so the rest is left to the encoder."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, MemberRef):
        return [str(value.id), str(value.external), value.phone]
    return _said(value, frozenset())


def _said(value: Any, apart_from: frozenset[str]) -> dict[str, object]:
    """Return the fields of a dataclass that say something, mappings by name."""
    said = {name: part for name in _names(type(value)) if (part := getattr(value, name)) and name not in apart_from}
    if "attributes" in said:
        said["attributes"] = dict(sorted(said["attributes"].items()))
    return said


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


_canonical = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def check_time(at: datetime, now: datetime, *, live: bool, history: bool) -> Refusal | None:
    """Return why something can't be told as of an instant, or None: as `check`."""
    refusal = _check_instant("/occurred_at", at)
    if refusal is None and live and at > now + FURTHEST_AHEAD:
        hours = FURTHEST_AHEAD // timedelta(hours=1)
        detail = f"Nobody records a fact more than {hours} hours before it happens."
        return Refusal("occurs_in_future", detail, pointer="/occurred_at", params={"hours": hours})
    if refusal is not None or history:
        return refusal
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


def _check_instant(pointer: str, at: datetime) -> Refusal | None:
    if at.tzinfo is None:
        return Refusal("time_without_zone", "A time needs its offset from UTC.", pointer=pointer)
    return None if EARLIEST <= at <= LATEST else _bounds(pointer, *_DAYS)


def _check_day(pointer: str, day: date | None) -> Refusal | None:
    return None if day is None or _DAYS[0] <= day.isoformat() <= _DAYS[1] else _bounds(pointer, *_DAYS)


def _check_order(order: OrderFact) -> Refusal | None:
    refusal = (
        _check_amount("/net_minor", order.net_minor, MONEY_LIMIT_MINOR)
        or _check_amount("/gross_minor", order.gross_minor, MONEY_LIMIT_MINOR)
        or _check_amount("/tax_minor", order.tax_minor, MONEY_LIMIT_MINOR)
        or _check_amount("/shipping_minor", order.shipping_minor, MONEY_LIMIT_MINOR)
        or _check_amount("/points_paid_minor", order.points_paid_minor, MONEY_LIMIT_MINOR)
        or _check_attributes("/attributes", order.attributes)
        or (_promised() if POINTS_TIMES in order.attributes else None)
        or _check_discount(order)
        or _check_parts(order)
        or _check_text("/store", order.store)
        or _check_text("/channel", order.channel)
        or (_bounds("/lines", 0, LINES_LIMIT) if len(order.lines) > LINES_LIMIT else None)
    )
    if refusal is not None:
        return refusal
    for number, line in enumerate(order.lines):
        if not _line_is_sound(line):
            return _check_line(f"/lines/{number}", line)
    if sum(line.net_minor for line in order.lines) > MONEY_LIMIT_MINOR:  # what rules add up has the bound of one amount
        return _bounds("/lines", 0, MONEY_LIMIT_MINOR)
    return None


def _promised() -> Refusal:
    detail = "How many times an order earns is what the offers of its cart promise; commit the cart."
    return Refusal("invalid_attribute", detail, pointer=f"/attributes/{POINTS_TIMES}")


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


def _check_behaviour(behaviour: BehaviourFact) -> Refusal | None:
    return (
        _check_text("/kind", behaviour.kind, empty=False)
        or _check_text("/store", behaviour.store)
        or _check_text("/channel", behaviour.channel)
        or _check_attributes("/attributes", behaviour.attributes)
    )


def _check_refund(refund: RefundFact) -> Refusal | None:
    if refund.net_minor is not None:
        if refund.lines:
            detail = "A refund takes off lines or an amount, not both."
            return Refusal("refund_of_both", detail, pointer="/net_minor")
        refusal = _check_amount("/net_minor", refund.net_minor, MONEY_LIMIT_MINOR)
        return refusal or (_nothing("/net_minor") if refund.net_minor == 0 else None)
    if len(refund.lines) > LINES_LIMIT:
        return _bounds("/lines", 0, LINES_LIMIT)
    for number, line in enumerate(refund.lines):
        refusal = _check_amount(f"/lines/{number}/net_minor", line.net_minor, MONEY_LIMIT_MINOR)
        refusal = refusal or _check_amount(f"/lines/{number}/quantity", line.quantity, QUANTITY_LIMIT)
        if refusal is not None:
            return refusal
    if refund.lines and not any(line.net_minor or line.quantity for line in refund.lines):
        return _nothing("/lines")
    return None


def _nothing(pointer: str) -> Refusal:
    detail = "The refund takes nothing off: name an amount above 0, or lines with an amount or a quantity."
    return Refusal("refund_of_nothing", detail, pointer=pointer)


def _check_points(points: int) -> Refusal | None:
    return None if 1 <= points <= POINTS_MAX else _bounds("/points", 1, POINTS_MAX)


def _check_adjusted(points: int) -> Refusal | None:
    if points == 0:
        return Refusal(
            "points_zero", "An adjustment gives points (above 0) or takes them (below 0).", pointer="/points"
        )
    return None if abs(points) <= POINTS_MAX else _bounds("/points", -POINTS_MAX, POINTS_MAX)


def _check_attributes(pointer: str, attributes: Mapping[str, int | str | bool]) -> Refusal | None:
    if len(attributes) > ATTRIBUTES_LIMIT:
        return _bounds(pointer, 0, ATTRIBUTES_LIMIT)
    for name, value in attributes.items():
        refusal = _check_text(pointer, name, empty=False)
        if refusal is None and isinstance(value, str):
            refusal = _check_text(f"{pointer}/{name}", value)
        elif refusal is None and not -NUMBER_LIMIT <= value <= NUMBER_LIMIT:
            refusal = _bounds(f"{pointer}/{name}", -NUMBER_LIMIT, NUMBER_LIMIT)
        if refusal is not None:
            return refusal
    return None


def check_declared(fact: OrderFact | BehaviourFact, program: Program) -> Refusal | None:
    """Return a refusal where an attribute that the program declares is of another type or out of its bounds."""
    if isinstance(fact, BehaviourFact):
        declared = next((each.attributes for each in program.behaviours if each.code == fact.kind), ())
        return _misfit("/attributes", declared, fact.attributes)
    refusal = _misfit("/attributes", program.order_attributes, fact.attributes)
    if refusal is None and program.line_attributes:
        for place, line in enumerate(fact.lines):
            refusal = refusal or _misfit(f"/lines/{place}/attributes", program.line_attributes, line.attributes)
    return refusal


def covers(program: Program, brand: str, store: str) -> bool:
    """Tell whether what happens at a store of a brand is within the program's scope."""
    return (not program.brands or brand in program.brands) and (not program.stores or store in program.stores)


def _misfit(pointer: str, declared: Sequence[Attribute], attributes: Mapping[str, int | str | bool]) -> Refusal | None:
    for attribute in declared if attributes else ():
        value = attributes.get(attribute.code)
        at = f"{pointer}/{attribute.code}"
        if value is None:
            continue
        if type(value) is not _TYPES[attribute.type]:  # True is no number
            detail = f"The program declares this attribute as a {attribute.type}."
            return Refusal("invalid_attribute", detail, pointer=at)
        if isinstance(value, int) and attribute.type == "number" and not attribute.lo <= value <= attribute.hi:
            return _bounds(at, attribute.lo, attribute.hi)
        if attribute.texts and value and value not in attribute.texts:
            detail = "The program declares which texts this attribute may be; this is none of them."
            return Refusal("invalid_attribute", detail, pointer=at)
    return None


def _check_amount(pointer: str, amount: int, limit: int) -> Refusal | None:
    return None if 0 <= amount <= limit else _bounds(pointer, 0, limit)


def _check_discount(order: OrderFact) -> Refusal | None:
    if order.gross_minor >= order.net_minor:
        return None
    detail = f"The gross of {order.gross_minor} is below the net of {order.net_minor}; a discount is never negative."
    params = {"gross": order.gross_minor, "net": order.net_minor}
    return Refusal("gross_below_net", detail, pointer="/gross_minor", params=params)


def _check_parts(order: OrderFact) -> Refusal | None:
    """Return a refusal where a part of the net is more than the net; the parts may overlap, so each counts alone."""
    for name in ("tax_minor", "shipping_minor", "points_paid_minor"):
        part = getattr(order, name)
        if part > order.net_minor:
            detail = f"This part of {part} is above the net of {order.net_minor}, of which it is a part."
            params = {"part": part, "net": order.net_minor}
            return Refusal("part_above_net", detail, pointer=f"/{name}", params=params)
    return None


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
