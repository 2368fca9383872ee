"""One order or redemption as a fact, and as the script of all that the product sends for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from benchmarks.deployment import actor
from benchmarks.statements import EXTERNAL_ID, REFERENCE, Capture, captured, member, script

NET, EARNS, USES = 1_234, 12, 100

_ACCOUNT = {
    "expected_available": ":available",
    "expected_entry_count": ":entry_count",
    "entry_count": ":entry_count + 1",
}
_ENTRY = {"number": ":entry_count + 1", "transaction_number": ":entry_count + 1"}
_ACTIVE = {"UPDATE members_member": {"ats": "clock_timestamp()"}}

# What differs from call to call beside the ids, by the first write of the statement and the parameter.
EARNED = _ACTIVE | {
    "INSERT INTO points_account": _ACCOUNT | {"available": f":available + {EARNS}", "lot_count": ":lot_count + 1"},
    "INSERT INTO points_lot": _ENTRY
    | {  # lots and entries are written by one statement
        "opened_number": ":lot_count + 1",
        "lot_number": ":lot_count + 1",
        "balance_after": f":available + {EARNS}",
    },
    "UPDATE points_supply": {"slice": "(:n % 16)"},
}
USED = _ACTIVE | {
    "INSERT INTO points_account": _ACCOUNT | {"available": f":available - {USES}", "lot_count": ":lot_count"},
    "INSERT INTO points_lot": _ENTRY | {"balance_after": f":available - {USES}"},
}


def order(member_id: UUID, external_id: str, net_minor: int = NET, at: datetime | None = None) -> Any:
    """Return an order, of now by default."""
    from shuke.foundation import clock
    from shuke.rooms.members.contracts import MemberRef
    from shuke.rooms.programs.contracts import OrderFact

    ref = MemberRef(id=member_id)
    return OrderFact("bench", external_id, ref, at or clock.business_now(), net_minor, net_minor, "USD")


def redemption(member_id: UUID, external_id: str) -> Any:
    """Return a redemption of now."""
    from shuke.rooms.members.contracts import MemberRef
    from shuke.rooms.programs.contracts import RedeemFact

    return RedeemFact("bench", external_id, MemberRef(id=member_id), USES)


def record(facts: Sequence[Any], *, history: bool = False) -> Capture:
    """Record facts, and return what was sent for them and how it names the last."""
    from shuke.rooms.programs import facade as programs

    with captured() as sent:
        results = programs.record(facts, actor(), history=history)
    assert all(result.refusal is None for result in results)
    return Capture(sent, results[-1].reference, facts[-1].external_id)


def script_of(capture: Capture, templates: Sequence[UUID], varied: Mapping[str, Mapping[str, str]] = EARNED) -> str:
    """Return the script of what was captured of the first of these members, for the copies of all."""
    same = {templates[0]: member(templates), capture.reference: REFERENCE, capture.external_id: EXTERNAL_ID}
    return script(capture.statements, same, varied)
