"""Stored value: what the program says of it, what a member has, and how money comes in.

The holder is locked before anything of theirs is read. Value is deposited through the one write path, under the id of
its top-up. What a provider answers late or twice is booked once, and money that nobody can have any more goes back.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from shuke.core.program.model import Program, StoredValue, Unit
from shuke.core.values.errors import Refusal
from shuke.core.values.points import written
from shuke.foundation import business_keys, clock, ids, logs
from shuke.foundation.business_keys import BusinessKey
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef, Status
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import Payment, Purpose
from shuke.rooms.points import facade as points
from shuke.rooms.programs.contracts import Balance
from shuke.rooms.programs.facts import BehaviourFact, DepositFact, Fact
from shuke.rooms.programs.services import intake
from shuke.rooms.programs.services.claims import recorded_differently
from shuke.rooms.programs.services.recording import record
from shuke.rooms.programs.services.standing import standings
from shuke.rooms.programs.services.timeline import published, timeline
from shuke.rooms.programs.value_facts import TopUpFact, ValueHeld, ValuePaymentFact
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import (
    DESK,
    GIFT_CARD,
    TOP_UP_PREFIX,
    BonusStep,
    NewTopUp,
    TopUp,
    TopUpState,
    ValueFigures,
    ValueTerms,
    ValueWarning,
)

TOP_UP_KIND = "top_up"
TOLD = "top_up"  # the behaviour by which rules hear of a top-up, where the program declares it
SOURCE = "value"  # of the facts by which stored value moves; they are named by the top-up, use or refund
NOT_TO_BE_HAD = "member_cannot_have_it"  # why the money of a top-up went back
_COUNTER = "counter"  # a provider that takes everybody's word: whoever pays by it pays a clerk, at the desk
_AT_THE_DESK = (ActorKind.STAFF, ActorKind.KEY, ActorKind.CLI)
_BY_ITSELF = Actor(ActorKind.SYSTEM, "value", "value")


def terms() -> ValueTerms | None:
    """Return what the program in force says of stored value, None where it has none. Raises: nothing."""
    plan = timeline()
    if plan is None:
        return None
    program = plan.at(int(clock.business_now().timestamp())).program
    return None if program.stored_value is None else _terms(program, program.stored_value)


def needed_terms() -> ValueTerms:
    """Return what the program in force says of stored value.

    Raises:
        Refusal: `no_program`, `no_stored_value`.
    """
    published(timeline())
    found = terms()
    if found is None:
        raise Refusal("no_stored_value", "The program has no stored value.")
    return found


def held(member_id: UUID) -> ValueHeld:
    """Return what a member has of stored value now.

    Raises:
        Refusal: `no_program`, `no_stored_value`, `not_enrolled`.
    """
    return _held(member_id, needed_terms(), clock.business_now())


def figures() -> ValueFigures:
    """Return what stored value amounts to: what is outstanding as booked, and all that ever came and went.

    Raises:
        Refusal: `no_program`, `no_stored_value`.
    """
    said = needed_terms()
    paid_in, given, refunded, withdrawn, fees, sold = value.sums()
    units = {unit.code: unit.id for unit in points.all_units()}
    of_principal, of_bonus = (points.totals(units.get(code, 0)) for code in (said.principal, said.bonus))
    return ValueFigures(
        currency=said.currency,
        digits=said.digits,
        principal_minor=of_principal.outstanding,
        bonus_minor=of_bonus.outstanding,
        paid_in_minor=paid_in,
        bonus_given_minor=given,
        principal_used_minor=of_principal.redeemed,
        bonus_used_minor=of_bonus.redeemed,
        bonus_expired_minor=of_bonus.expired,
        refunded_minor=refunded,
        bonus_withdrawn_minor=withdrawn,
        fees_minor=fees,
        cards_open_minor=sold,
    )


def top_up(fact: TopUpFact, actor: Actor, *, dry_run: bool = False) -> TopUp:
    """Take money for stored value at the desk, with its bonus at once, or ask a provider for it.

    Raises:
        Refusal: `no_stored_value`, `top_up_bounds`, `value_limit`, `desk_needs_clerk`, `unknown_payment_method`,
            `unknown_member`, `not_enrolled`, `member_…`, `already_recorded_differently`, and of texts as `record`.
    """
    refusal = intake.check_named(fact.source, fact.external_id, fact.store)
    if refusal is not None:
        raise refusal
    if fact.method == DESK and actor.kind not in _AT_THE_DESK:
        raise Refusal("desk_needs_clerk", "Only somebody who took the money says so.", pointer="/method")
    with unit_of_work(dry_run=dry_run, apart=True):
        return _top_up(fact, actor)


def _top_up(fact: TopUpFact, actor: Actor) -> TopUp:
    said, now = needed_terms(), clock.business_now()
    member_id = member_of(fact.member)
    top_up_id = ids.new_id()
    known = claimed(fact, TOP_UP_KIND, member_id, top_up_id)
    if known is not None:
        return replace(value.top_up(known), repeated=True)
    points.lock([member_id])
    method = fact.method or next(iter(said.methods), "")
    _check(fact, said, method)
    warnings = limits(said, principal_of(member_id, said, now) + fact.amount_minor)
    value.ask(
        NewTopUp(
            id=top_up_id,
            source=fact.source,
            external_id=fact.external_id,
            member_id=member_id,
            amount_minor=fact.amount_minor,
            bonus_minor=said.bonus_of(fact.amount_minor),
            principal=said.principal,
            bonus=said.bonus,
            currency=said.currency,
            method=method,
            store=fact.store,
            order=fact.order,
            at=now,
        )
    )
    if method == DESK:
        deposit(value.top_up(top_up_id), said, actor, now)
    else:
        name = ids.encode(TOP_UP_PREFIX, top_up_id)
        payment = payments.ask(Purpose.VALUE, name, member_id, fact.amount_minor, said.currency, method, now)
        transaction.on_commit(partial(payments.start, payment.id), robust=True)
    return replace(value.top_up(top_up_id), warnings=warnings)


def paid(payment: Payment) -> None:
    """Deposit a top-up that was paid; where nobody can have it any more its money goes back. Raises: nothing."""
    top_up = value.lock_top_up(ids.decode(TOP_UP_PREFIX, payment.reference))
    now = clock.business_now()
    try:
        with unit_of_work(apart=True):
            deposit(top_up, needed_terms(), _BY_ITSELF, now)
    except Refusal as refused:
        if refused.code == "unavailable":  # the provider tells it again
            raise
        logs.refusal(refused, request_id=payment.reference)
        payments.refund(payment.id, payment.amount_minor, NOT_TO_BE_HAD, now)
        value.return_money(top_up.id, now)


def failed(payment: Payment) -> None:
    """Write down that a top-up was not paid; it may still be, later. Raises: nothing."""
    value.fail(value.lock_top_up(ids.decode(TOP_UP_PREFIX, payment.reference)).id)


def deposit(top_up: TopUp, said: ValueTerms, actor: Actor, now: datetime) -> None:
    """Give a member the value of a top-up, once.

    Raises:
        Refusal: as the results of `record`.
    """
    if top_up.state is TopUpState.PAID:
        return
    name = ids.encode(TOP_UP_PREFIX, top_up.id)
    units = ((said.principal, top_up.amount_minor), (said.bonus, top_up.bonus_minor))
    came = tuple((unit, amount) for unit, amount in units if amount)
    ref = MemberRef(id=top_up.member_id)
    value.book(top_up.id, moved(DepositFact(SOURCE, name, ref, came), actor), now)
    if top_up.method != GIFT_CARD and said.tells_rules:
        whole = top_up.amount_minor // 10**said.digits
        moved(BehaviourFact(SOURCE, name, ref, TOLD, now, top_up.store, attributes={"amount": whole}), actor)


def limits(said: ValueTerms, principal_minor: int) -> tuple[ValueWarning, ...]:
    """Return what is to be said of so much principal on one member.

    Raises:
        Refusal: `value_limit` where the program refuses it.
    """
    return over(said, said.named_minor, principal_minor, ValueWarning.NAMED_LIMIT)


def over(said: ValueTerms, most: int | None, amount: int, warning: ValueWarning) -> tuple[ValueWarning, ...]:
    """Return a warning where an amount is above a limit, or refuse it where the program does."""
    if most is None or amount <= most:
        return ()
    if said.refuses:
        told = {"most": written(most, said.digits), "asked": written(amount, said.digits)}
        detail = f"This would come to {told['asked']}; the program allows {told['most']}."
        raise Refusal("value_limit", detail, pointer="/amount_minor", params=told)
    return (warning,)


def claimed(fact: TopUpFact | ValuePaymentFact, kind: str, member_id: UUID, reference: UUID) -> UUID | None:
    """Claim the name of a fact for a reference, or return the one for which it has stood since.

    Raises:
        Refusal: `already_recorded_differently`.
    """
    key = BusinessKey(fact.source, kind, fact.external_id, intake.payload_hash(fact), member_id, reference)
    (claim,) = business_keys.claim([key])
    if claim.mismatch is not None:
        raise recorded_differently(claim.mismatch)
    return None if claim.fresh else claim.reference


def moved(fact: Fact, actor: Actor) -> UUID:
    """Record a fact and return its reference.

    Raises:
        Refusal: as `record` tells it.
    """
    (result,) = record([fact], actor, history=False, dry_run=False)
    if result.refusal is not None:
        raise result.refusal
    assert result.reference is not None
    return result.reference


def member_of(ref: MemberRef) -> UUID:
    """Return who is meant: somebody who takes part.

    Raises:
        Refusal: `unknown_member`, `member_…` for whoever is not active.
    """
    (member_id,) = members.resolve([ref])
    if member_id is None:
        raise Refusal("unknown_member", "Nobody is known by this id.", pointer="/member")
    status = members.facts([member_id])[member_id].status
    if status is not Status.ACTIVE:
        raise Refusal(f"member_{status.value}", "The member takes no part.", pointer="/member")
    return member_id


def _check(fact: TopUpFact, said: ValueTerms, method: str) -> None:
    if not said.least_minor <= fact.amount_minor <= said.most_minor:
        told = {
            "least": written(said.least_minor, said.digits),
            "most": written(said.most_minor, said.digits),
        }
        detail = f"One tops up by {told['least']} to {told['most']} at once."
        raise Refusal("top_up_bounds", detail, pointer="/amount_minor", params=told)
    if method != DESK and method not in said.methods:
        known = ", ".join((DESK, *said.methods))
        raise Refusal(
            "unknown_payment_method", f"One pays here by {known}.", pointer="/method", params={"known": known}
        )


def principal_of(member_id: UUID, said: ValueTerms, at: datetime) -> int:
    """Return what a member has of the principal.

    Raises:
        Refusal: `not_enrolled`.
    """
    return _held(member_id, said, at).principal_minor


def principal_left(member_id: UUID, said: ValueTerms) -> int:
    """Return what somebody who may not take part has of the principal."""
    standing = standings([member_id], clock.business_now()).get(member_id)
    balances = standing.balances if standing else ()
    return sum(balance.available + balance.held for balance in balances if balance.unit == said.principal)


def _held(member_id: UUID, said: ValueTerms, at: datetime) -> ValueHeld:
    standing = standings([member_id], at).get(member_id)
    if standing is None:
        raise Refusal("not_enrolled", "The member does not belong to the program.", pointer="/member")
    balances: Mapping[str, Balance] = {balance.unit: balance for balance in standing.balances}
    principal, bonus = balances[said.principal], balances.get(said.bonus)
    ending = bonus.next_expiry if bonus else None
    above = said.named_minor is not None and principal.available > said.named_minor
    return ValueHeld(
        member_id=member_id,
        currency=said.currency,
        digits=said.digits,
        principal_minor=principal.available,
        bonus_minor=bonus.available if bonus else 0,
        held_minor=principal.held + (bonus.held if bonus else 0),
        bonus_ending_minor=ending.points if ending else 0,
        bonus_ends_on=ending.first_unusable if ending else None,
        warnings=(ValueWarning.NAMED_LIMIT,) if above else (),
    )


def _terms(program: Program, said: StoredValue) -> ValueTerms:
    units: Mapping[str, Unit] = {unit.code: unit for unit in program.units}
    return ValueTerms(
        currency=program.currency,
        digits=program.currency_digits,
        principal=said.principal,
        principal_name=units[said.principal].name,
        bonus=said.bonus,
        bonus_name=units[said.bonus].name if said.bonus else "",
        use=said.use.value,
        least_minor=said.least,
        most_minor=said.most,
        steps=tuple(BonusStep(*step) for step in said.steps),
        named_minor=said.named,
        unnamed_minor=said.unnamed,
        refuses=said.refuses,
        fee_percent=said.fee_percent,
        bonus_back=said.bonus_back.value,
        tells_rules=any(behaviour.code == TOLD for behaviour in program.behaviours),
        methods=tuple(method for method in payments.methods() if method != _COUNTER),
    )
