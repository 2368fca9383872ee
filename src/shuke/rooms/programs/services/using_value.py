"""Stored value that pays: split over its units to the cent, one redemption of each, given back with refunds by share.

What was topped up with an order does not pay for that order.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from shuke.core.program.stored_value import split
from shuke.core.values.errors import Refusal
from shuke.core.values.points import written
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.orders import facade as orders
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points
from shuke.rooms.programs.contracts import Result
from shuke.rooms.programs.facts import Key, RedeemFact, ReturnFact
from shuke.rooms.programs.services import intake
from shuke.rooms.programs.services.recording import record
from shuke.rooms.programs.services.stored_value import SOURCE, claimed, held, member_of, moved, needed_terms
from shuke.rooms.programs.services.timeline import Running, published, timeline
from shuke.rooms.programs.value_facts import ValuePaymentFact
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import USE_PREFIX, ValueUse

KIND = "value_use"


def pay_with_value(fact: ValuePaymentFact, actor: Actor, *, dry_run: bool = False) -> ValueUse:
    """Use stored value for what a till is to get; a refund of the order gives it back by share.

    Raises:
        Refusal: `no_stored_value`, `value_amount`, `insufficient_value`, `unknown_member`, `not_enrolled`, `member_…`,
            `already_recorded_differently`, and as the results of `record`.
    """
    refusal = intake.check_named(fact.source, fact.external_id, "")
    if refusal is not None:
        raise refusal
    if fact.amount_minor <= 0:
        raise Refusal("value_amount", "An amount is above 0.", pointer="/amount_minor")
    with unit_of_work(dry_run=dry_run, apart=True):
        said, now = needed_terms(), clock.business_now()
        member_id = member_of(fact.member)
        use_id = ids.new_id()
        known = claimed(fact, KIND, member_id, use_id)
        if known is not None:
            return value.use(known, repeated=True)
        points.lock([member_id])
        running = published(timeline()).at(int(now.timestamp()))
        there = held(member_id)
        came = came_with(fact.order, member_id, running) if fact.order else {}
        principal = there.principal_minor - came.get(said.principal, 0)
        bonus = there.bonus_minor - came.get(said.bonus, 0)
        if fact.amount_minor > principal + bonus:
            told = {"asked": fact.amount_minor, "usable": max(0, principal + bonus)}
            params = {name: written(amount, said.digits) for name, amount in told.items()}
            detail = f"{params['asked']} asked for, {params['usable']} there."
            raise Refusal("insufficient_value", detail, pointer="/amount_minor", params=params)
        assert running.program.stored_value is not None
        parts = split(running.program.stored_value.use, fact.amount_minor, principal, bonus)
        use = ValueUse(use_id, fact.source, fact.external_id, member_id, *parts, fact.order, now)
        for each in redemptions(use, (said.principal, said.bonus), fact.member):
            moved(each, actor)
        value.use_up(use)
        return use


def redemptions(use: ValueUse, units: Sequence[str], member: MemberRef, at: datetime | None = None) -> list[RedeemFact]:
    """Return the redemptions of a use, one of each unit that pays, linked to the order."""
    used = zip(units, (use.principal_minor, use.bonus_minor), strict=True)
    return [
        RedeemFact(SOURCE, _name(use.id, unit), member, amount, unit, at, order=use.order)
        for unit, amount in used
        if amount
    ]


def give_value_back(use_id: UUID, actor: Actor) -> ValueUse:
    """Give back to its lots what is left of a use whose purchase did not take place; a second time does nothing.

    Raises:
        Refusal: `unknown_value_use`, `no_stored_value`, and as the results of `record`.
    """
    with unit_of_work(apart=True):
        said, use = needed_terms(), value.use(use_id)
        points.lock([use.member_id])
        for unit, amount in ((said.principal, use.principal_minor), (said.bonus, use.bonus_minor)):
            name = _name(use_id, unit)
            if not amount:
                continue
            (result,) = record([ReturnFact(SOURCE, name, (SOURCE, name))], actor, history=False, dry_run=False)
            if result.refusal is not None and result.refusal.code != "already_returned":
                raise result.refusal
        return use


def money_back(refund: Result) -> int | None:
    """Return what a recorded refund is to give back in money, in minor units; None while it waits for its order.

    What points or stored value had paid has come back to them. Raises: nothing.
    """
    assert refund.reference is not None
    found = orders.refund(refund.reference)
    order = found.order_source, found.order_external_id
    return orders.refund_money(found, value.paid_for(order, found.member_id) if found.member_id else 0)


def came_with(order: Key, member_id: UUID, running: Running) -> Mapping[str, int]:
    """Return by unit what a member still has of what was topped up with an order: it does not pay for that order."""
    left: Counter[str] = Counter()
    deposits = value.deposits_of(order, [member_id])
    for lots in (points.lots_of(deposits) if deposits else {}).values():
        for lot in lots:
            left[running.unit_codes[running.unit_index[lot.unit_id]]] += lot.remaining
    return left


def _name(use_id: UUID, unit: str) -> str:
    return f"{ids.encode(USE_PREFIX, use_id)}/{unit}"
