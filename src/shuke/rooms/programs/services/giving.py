"""Coupons that templates give by a rule: for orders and behaviours as they are decided, in the same transaction.

The condition is judged on what the decision saw, like a rule's `when`. Where nothing can be had of a template, the fact
is taken all the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.engine.conditions import ConditionDesk
from shuke.engine.remains import remaining
from shuke.engine.single_offers import read_claim
from shuke.engine.states import BehaviourFacts, OrderFacts
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import ON_ORDER, Cause, GivenByRule, GivingRule, HeldCoupon, IssueFact
from shuke.rooms.members.contracts import MemberFacts
from shuke.rooms.programs.services.dossiers import Desktop
from shuke.rooms.programs.services.items import Item
from shuke.rooms.programs.services.refunds import taken_off
from shuke.rooms.programs.services.timeline import Running

SOURCE = "rules"
_LATELY = timedelta(days=1)


def gives(occurred_at: datetime | None, now: datetime, *, history: bool) -> bool:
    """Tell whether a fact gives coupons: what comes with the right to write `history` only if it is of the last day."""
    return not history or occurred_at is None or occurred_at >= now - _LATELY


def give(items: Sequence[Item], desktop: Desktop, people: Mapping[UUID, MemberFacts], now: datetime) -> None:
    """Issue the coupons whose rules the decided facts meet, and tell of them in the answers.

    Orders of which refunds that came before them leave nothing give none, and else what all of them and what is left
    would give.
    """
    decided = [item for item in items if item.seen is not None and not any(each.whole for each in item.parked)]
    rules = coupons.giving_rules(now) if decided else ()
    met = [(item, rule) for item in decided if rules for rule in _met(item, rules, desktop, people)]
    answers = coupons.issue([_fact(item, rule.template, now) for item, rule in met]) if met else []
    given: dict[Item, list[HeldCoupon]] = {}
    for (item, _), answer in zip(met, answers, strict=True):
        if answer.coupon is not None:
            given.setdefault(item, []).append(answer.coupon)
    for item, held in given.items():
        assert item.answer is not None
        item.answer = replace(item.answer, coupons=tuple(held))


def take_back(
    items: Sequence[Item], desktop: Desktop | None, people: Mapping[UUID, MemberFacts], now: datetime
) -> None:
    """Take back the coupons that rules gave for orders of which refunds leave what would not have earned them."""
    refunded = [item for item in items if item.refunding is not None]
    orders = {item.refunding.after.order_id for item in refunded if item.refunding}
    given = coupons.given_by_rules(orders) if orders else ()
    gone = {each.coupon_id for item in refunded for each in given if _is_lost(item, each, desktop, people)}
    if gone:
        coupons.take_back(sorted(gone), now)


def _is_lost(item: Item, given: GivenByRule, desktop: Desktop | None, people: Mapping[UUID, MemberFacts]) -> bool:
    """Tell whether the rule holds for the order as it came but not for what a refund leaves of it."""
    refunding, sold, decision = item.refunding, item.sold_facts, item.sold_by
    if refunding is None or refunding.after.order_id != given.given_for:
        return False
    if refunding.whole:
        return True
    if desktop is None or sold is None or decision is None or decision.version_id is None:
        return False
    person = people.get(decision.member_id)
    left = remaining(sold, taken_off(refunding.after))
    running, tags = desktop.timeline.by_id(decision.version_id), person.tags if person else ()
    held, holds = (_holds(running, given.rule, ON_ORDER, each, decision.vector, tags) for each in (sold, left))
    return held and not holds


def on_what(given_on: str, program: Program) -> tuple[str, ...]:
    """Return what a condition on what gives a coupon is about, as a rule's `on`.

    Raises:
        Refusal: `unknown_behaviour`.
    """
    known = [behaviour.code for behaviour in program.behaviours]
    if given_on in ("", ON_ORDER):
        return ()
    if given_on not in known:
        detail = f"The program knows no behaviour «{given_on}»."
        raise Refusal("unknown_behaviour", detail, pointer="/given_on", params={"known": ", ".join((ON_ORDER, *known))})
    return (given_on,)


def would_give(
    order: OrderFacts, vector: Sequence[int], running: Running, member: tuple[UUID, Collection[str]], now: datetime
) -> tuple[GivingRule, ...]:
    """Return the rules by which an order would give a coupon to `member` (id and tags), whose decision saw `vector`."""
    member_id, tags = member
    met = [rule for rule in coupons.giving_rules(now) if _holds(running, rule, ON_ORDER, order, vector, tags)]
    there = coupons.could_have(member_id, {rule.template for rule in met}, now) if met else frozenset()
    return tuple(rule for rule in met if rule.template in there)


def _met(
    item: Item, rules: Sequence[GivingRule], desktop: Desktop, people: Mapping[UUID, MemberFacts]
) -> list[GivingRule]:
    assert item.member_id is not None
    assert item.decision is not None
    assert item.seen is not None
    running, tags = desktop.dossiers[item.member_id].running, people[item.member_id].tags
    on = item.seen.kind if isinstance(item.seen, BehaviourFacts) else ON_ORDER
    seen = [item.seen]
    if item.parked and isinstance(item.seen, OrderFacts):
        seen.append(remaining(item.seen, taken_off(item.parked[-1].after)))
    return [rule for rule in rules if all(_holds(running, rule, on, each, item.decision.vector, tags) for each in seen)]


def _fact(item: Item, template: str, now: datetime) -> IssueFact:
    key = f"{item.reference}:{template}"
    return IssueFact(SOURCE, key, template, item.member_id, Cause.RULE, now, given_for=item.reference)


def _holds(
    running: Running,
    rule: GivingRule,
    on: str,
    fact: OrderFacts | BehaviourFacts,
    vector: Sequence[int],
    tags: Collection[str],
) -> bool:
    if rule.on != on or rule.when is None:
        return rule.on == on
    desk = _desk(running, on, rule.when)
    return desk is not None and desk.holds(fact, vector, tags)


@lru_cache(maxsize=256)
def _desk(running: Running, on: str, when: str) -> ConditionDesk | None:
    """Return a condition ready to be judged under a version, None where that version can't read it."""
    try:
        rule = read_claim(when, running.program, on_what(on, running.program))
        return ConditionDesk(running.desk.compiled, rule)
    except Refusal:
        return None
