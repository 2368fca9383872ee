"""Refunds of stored value: told before, asked for by one, agreed to by another, and paid to where the money came from.

Value, fee, parts and the refunds of payments are written in one transaction; providers are asked once it is committed,
again and again until they answer (rooms/payments). What was taken at the desk goes back by hand.
"""

from collections.abc import Mapping
from uuid import UUID

from shuke.core.program.stored_value import bonus_back, fee, parts
from shuke.core.values import reasons
from shuke.core.values.errors import Refusal
from shuke.core.values.points import change_written, written
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, MemberRef
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, Approval, ApprovalRequest, Principal, Right
from shuke.rooms.payments import facade as payments
from shuke.rooms.points import facade as points
from shuke.rooms.programs.facts import WithdrawalFact
from shuke.rooms.programs.services.adjusting import require_other
from shuke.rooms.programs.services.stored_value import SOURCE, held, member_of, moved, needed_terms
from shuke.rooms.programs.services.timeline import published, timeline
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import REFUND_PREFIX, RefundPart, RefundPreview, TopUp, ValueRefund

KIND = "value.refund"


def preview(member: MemberRef, amount_minor: int | None = None) -> RefundPreview:
    """Say what a refund of so much principal, or of all that is left, comes to now; nothing is written.

    Raises:
        Refusal: `no_stored_value`, `value_amount`, `insufficient_value`, `unknown_member`, `not_enrolled`.
    """
    with unit_of_work():
        return _preview(_member(member), amount_minor)


def ask(
    member: MemberRef, amount_minor: int | None, reason: str, actor: Actor, principal: Principal | None
) -> Approval | ValueRefund:
    """Ask for a refund of stored value, which a second person agrees to; from the command line it takes place at once.

    `principal` is None on the command line. What would be refused is never asked for.

    Raises:
        Refusal: `forbidden`, `own_account`, `reason_required`, `reason_too_long`, and as `preview`.
    """
    if principal is not None:
        org.require(principal, Right.VALUE_REFUND)
        require_other(principal, member)
    refusal = reasons.fault(reason)
    if refusal is not None:
        raise refusal
    with unit_of_work(apart=True):
        member_id = _member(member)
        points.lock([member_id])
        found = _preview(member_id, amount_minor)
        if principal is None:
            return _refund(found, reason, actor)
        return org.request_approval(_request(found, reason), actor)


def ask_for_oneself(member_id: UUID, amount_minor: int, reason: str, actor: Actor) -> Approval:
    """Let a member ask for a refund of their own, which staff agree to.

    Raises:
        Refusal: `member_…` for whoever is not active, and as `preview`.
    """
    with unit_of_work(apart=True):
        points.lock([member_of(MemberRef(id=member_id))])
        return org.request_approval(_request(_preview(member_id, amount_minor), reason), actor)


def carry_out(approval: Approval, payload: Mapping[str, object], actor: Actor) -> str | None:
    """Refund what was approved, and return its outside id.

    Raises:
        Refusal: `value_refund_changed` where it would come to something else by now, and as `preview`.
    """
    member_id = ids.decode(ID_PREFIX, approval.subject)
    points.lock([member_id])
    found = _preview(member_id, int(str(payload["principal_minor"])))
    if (found.bonus_minor, found.fee_minor) != (payload["bonus_minor"], payload["fee_minor"]):
        raise Refusal("value_refund_changed", "The refund would come to something else now; ask for it again.")
    return ids.encode(REFUND_PREFIX, _refund(found, str(payload["reason"]), actor).id)


def _preview(member_id: UUID, amount_minor: int | None) -> RefundPreview:
    said, there = needed_terms(), held(member_id)
    program = published(timeline()).at(int(clock.business_now().timestamp())).program
    assert program.stored_value is not None
    principal, bonus = there.principal_minor, there.bonus_minor
    amount = principal if amount_minor is None else amount_minor
    if amount_minor is not None and amount_minor <= 0:
        raise Refusal("value_amount", "An amount is above 0.", pointer="/amount_minor")
    if amount > principal or not principal:
        params = {"asked": written(amount, said.digits), "usable": written(principal, said.digits)}
        detail = f"{params['asked']} asked for, {params['usable']} there."
        raise Refusal("insufficient_value", detail, pointer="/amount_minor", params=params)
    goes = bonus_back(program.stored_value.bonus_back, amount, principal, bonus)
    kept = fee(amount, said.fee_percent)
    return RefundPreview(
        member_id=member_id,
        principal_minor=amount,
        bonus_minor=goes,
        fee_minor=kept,
        parts=_parts(member_id, amount, kept),
        left_principal_minor=principal - amount,
        left_bonus_minor=bonus - goes,
    )


def _parts(member_id: UUID, amount: int, kept: int) -> tuple[RefundPart, ...]:
    """Return where the money goes: to the newest payments first, what none of them covers by hand."""
    top_ups = value.refundable([member_id, *members.merged_into(member_id)])
    shared = parts(amount, kept, [_room(top_up) for top_up in top_ups])
    found = [
        RefundPart(money, covered, top_up.id, top_up.payment.id if top_up.payment else None, top_up.method)
        for top_up, (covered, money) in zip(top_ups, shared, strict=False)
        if covered
    ]
    covered, money = shared[-1]
    return (*found, RefundPart(money, covered, None, None, "")) if covered else tuple(found)


def _room(top_up: TopUp) -> int:
    left = top_up.amount_minor - top_up.refunded_minor
    if top_up.payment is None:
        return left
    return min(left, top_up.payment.amount_minor - top_up.payment.refunded_minor)


def _refund(found: RefundPreview, reason: str, actor: Actor) -> ValueRefund:
    said, now, refund_id = needed_terms(), clock.business_now(), ids.new_id()
    name = ids.encode(REFUND_PREFIX, refund_id)
    went = ((said.principal, found.principal_minor), (said.bonus, found.bonus_minor))
    units = tuple((unit, amount) for unit, amount in went if amount)
    withdrawal_id = moved(WithdrawalFact(SOURCE, name, MemberRef(id=found.member_id), units), actor)
    for part in found.parts:
        if part.payment_id is not None and part.amount_minor:
            payments.refund(part.payment_id, part.amount_minor, name, now)
    value.refund(
        ValueRefund(
            id=refund_id,
            member_id=found.member_id,
            principal_minor=found.principal_minor,
            bonus_minor=found.bonus_minor,
            fee_minor=found.fee_minor,
            reason=reason,
            at=now,
            withdrawal_id=withdrawal_id,
            parts=found.parts,
        )
    )
    told = {"principal": found.principal_minor, "bonus": found.bonus_minor, "fee": found.fee_minor, "reason": reason}
    org.audit("value.refunded", ids.encode(ID_PREFIX, found.member_id), None, told, actor)
    return value.refund_of(refund_id)


def _request(found: RefundPreview, reason: str) -> ApprovalRequest:
    """Write down the refund, and for people what it comes to."""
    said = needed_terms()
    left, goes = found.left_principal_minor, found.principal_minor
    summary = {
        "unit": said.principal,
        "change": change_written(-goes, said.digits),
        "balance": {"before": written(left + goes, said.digits), "after": written(left, said.digits)},
        "fee": written(found.fee_minor, said.digits),
        "money": written(found.money_minor, said.digits),
        "bonus": written(found.bonus_minor, said.digits),
        "reason": reason,
    }
    payload = {
        "principal_minor": goes,
        "bonus_minor": found.bonus_minor,
        "fee_minor": found.fee_minor,
        "reason": reason,
    }
    return ApprovalRequest(KIND, ids.encode(ID_PREFIX, found.member_id), summary, payload)


def _member(ref: MemberRef) -> UUID:
    (member_id,) = members.resolve([ref])
    if member_id is None:
        raise Refusal("unknown_member", "Nobody is known by this id.", pointer="/member")
    return member_id
