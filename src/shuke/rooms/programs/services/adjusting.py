"""Adjustments by hand: recorded at once, or kept until another agrees where the personal limit is exceeded."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from shuke.core.values.points import change_written, written
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, MemberRef
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, Approval, ApprovalRequest, KeyPrincipal, Principal, Right, StaffPrincipal
from shuke.rooms.points import facade as points
from shuke.rooms.programs.contracts import AdjustFact, Result, Status
from shuke.rooms.programs.services.recording import record
from shuke.rooms.programs.services.standing import standings

KIND = "points.adjustment"
PREFIX = "adj"


def adjust(
    fact: AdjustFact, actor: Actor, principal: Principal | None, *, ask: bool, history: bool, dry_run: bool
) -> Result | Approval:
    """Give or take points by hand, or ask for it; `principal` is None on the command line, which has no limit."""
    if principal is not None:
        org.require(principal, Right.POINTS_ADJUST)
        require_other(principal, fact.member)
    with unit_of_work(dry_run=dry_run):
        tried = _recorded(fact, actor, history=history, dry_run=True)
        if tried.status is Status.REPEATED:
            return tried
        ((unit, change),) = (tried.points or {}).items()
        scale = next(each.scale for each in points.all_units() if each.code == unit)
        limited = principal is not None and org.needs_approval(principal, change, scale)
        if not (ask or limited):
            return _recorded(fact, actor, history=history, dry_run=False)
        return org.request_approval(_request(fact, tried, scale, principal), actor)


def carry_out(approval: Approval, payload: Mapping[str, object], actor: Actor) -> str | None:
    """Record the adjustment that was approved, and return its outside id."""
    content = dict(payload)
    for name, read in (("expires_on", date.fromisoformat), ("occurred_at", datetime.fromisoformat)):
        content[name] = read(str(content[name])) if content[name] is not None else None
    member = MemberRef(id=ids.decode(ID_PREFIX, approval.subject))
    fact = AdjustFact(member=member, **content)  # type: ignore[arg-type]  # as `_request` wrote it
    result = _recorded(fact, actor, history=True, dry_run=False)
    assert result.reference is not None
    return ids.encode(PREFIX, result.reference)


def _recorded(fact: AdjustFact, actor: Actor, *, history: bool, dry_run: bool) -> Result:
    (result,) = record([fact], actor, history=history, dry_run=dry_run)
    if result.refusal is not None:
        raise result.refusal
    return result


def _request(fact: AdjustFact, tried: Result, scale: int, principal: Principal | None) -> ApprovalRequest:
    """Write down the fact, and for people what it would change now; a person who asks again got it another name."""
    ((unit, change),) = (tried.points or {}).items()
    assert tried.member_id is not None
    standing = standings([tried.member_id], clock.business_now())[tried.member_id]
    before = next(each.available for each in standing.balances if each.unit == unit)
    payload = {name: value for name, value in asdict(fact).items() if name != "member"}
    for name in ("expires_on", "occurred_at"):
        payload[name] = payload[name].isoformat() if payload[name] is not None else None
    summary = {
        "unit": unit,
        "change": change_written(change, scale),
        "balance": {"before": written(before, scale), "after": written((tried.balances or {})[unit], scale)},
        "reason": fact.reason,
    }
    named = isinstance(principal, KeyPrincipal)
    beside = () if named else ("source", "external_id")
    return ApprovalRequest(KIND, ids.encode(ID_PREFIX, tried.member_id), summary, payload, beside)


def require_other(principal: Principal, member: MemberRef) -> None:
    """Let `principal` pass if a member is not themselves, under whatever name and also after a merge.

    Raises:
        Refusal: `own_account`.
    """
    if not isinstance(principal, StaffPrincipal) or principal.own_account is None:
        return
    own, other = members.resolve([MemberRef(id=ids.decode(ID_PREFIX, principal.own_account)), member])
    if own is not None and own == other:
        org.require_other_account(principal, principal.own_account)
