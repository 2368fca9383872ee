"""What the caps of offers leave: counted by order, under the locks, given back once nothing of an order is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shuke.core.offers.model import Reason
from shuke.core.program.model import OfferRule, Program
from shuke.engine.carts import span_of
from shuke.rooms.members import facade as members
from shuke.rooms.programs import cart_queries as queries
from shuke.rooms.programs.cart_facts import AppliedOffer
from shuke.rooms.programs.cart_queries import Counted, Span, Use


class StaleOffersError(Exception):
    """Another order used up an offer while this one was on its way: price it again."""


@dataclass(frozen=True, slots=True)
class Left:
    """What the caps of an offer leave: `refused` where it is nothing, `budget` in minor units where money is capped."""

    refused: Reason | None
    budget: int | None


def left_of(program_id: int, program: Program, member_id: UUID | None, day: int) -> dict[str, Left]:
    """Return by code what is left on a local day of each offer that has caps; of those of each member, for one.

    What counted for who lives on in the member counts too.
    """
    rules = [rule for rule in program.offers if rule.caps]
    everybody = queries.counts(program_id, _spans(rules, day, of_member=False))
    spans = _spans(rules, day, of_member=True)
    people = members.records([member_id])[member_id] if member_id and spans else ()
    mine = queries.counts_of(people, program_id, spans)
    return {rule.code: _left(rule, day, everybody, mine if member_id else None) for rule in rules}


def use(
    program_id: int,
    program: Program,
    order_id: UUID,
    member_id: UUID | None,
    day: int,
    applied: Sequence[AppliedOffer],
) -> None:
    """Count the offers that applied to an order.

    Raises:
        StaleOffersError: an offer has been used up since the cart was priced.
    """
    rules = {rule.code: rule for rule in program.offers}
    capped = {code for code, rule in rules.items() if any(not cap.each_member for cap in rule.caps)}
    uses = [
        Use(order_id, each.code, program_id, member_id, day, each.off_minor, counted=each.code in capped)
        for each in applied
        if each.code in rules
    ]
    if not uses:
        return
    queries.use(uses)
    mine = [rules[each.code] for each in uses if each.counted]
    counted = queries.counts(program_id, _spans(mine, day, of_member=False))
    if any(_over(rule, day, counted) for rule in mine):
        raise StaleOffersError


def _spans(rules: Sequence[OfferRule], day: int, *, of_member: bool) -> list[Span]:
    capped = [(rule.code, cap.window) for rule in rules for cap in rule.caps if cap.each_member is of_member]
    return [Span(code, *span_of(window, day)) for code, window in capped]


def _left(rule: OfferRule, day: int, everybody: dict[Span, Counted], mine: dict[Span, Counted] | None) -> Left:
    refused, budget = None, None
    for cap in rule.caps:
        if cap.each_member and mine is None:
            return Left(Reason.NOT_THIS_MEMBER, None)
        used = (mine or {} if cap.each_member else everybody)[Span(rule.code, *span_of(cap.window, day))]
        left = cap.limit - (used.times if cap.times else used.off_minor)
        if left <= 0:
            refused = refused or (Reason.LIMIT_REACHED if cap.times else Reason.BUDGET_REACHED)
        elif not cap.times:
            budget = left if budget is None else min(budget, left)
    return Left(refused, budget)


def _over(rule: OfferRule, day: int, counted: dict[Span, Counted]) -> bool:
    used = [(cap, counted[Span(rule.code, *span_of(cap.window, day))]) for cap in rule.caps if not cap.each_member]
    return any((each.times if cap.times else each.off_minor) > cap.limit for cap, each in used)
