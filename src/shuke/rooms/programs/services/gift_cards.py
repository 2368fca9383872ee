"""Gift cards: made, sold with an order or handed out, and loaded once into a member's stored value, as a top-up is.

What a card brings came with the order in which it was sold, so it does not pay for that order.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from shuke.core.values import reasons
from shuke.core.values.errors import Refusal
from shuke.engine.calendar import EPOCH
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points
from shuke.rooms.programs.facts import Key
from shuke.rooms.programs.services.stored_value import deposit, limits, member_of, needed_terms, over, principal_of
from shuke.rooms.programs.services.timeline import published, timeline
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import (
    BATCH_PREFIX,
    CARD_PREFIX,
    GIFT_CARD,
    CardBatch,
    CardState,
    GiftCard,
    NewBatch,
    NewTopUp,
    TopUp,
    ValueWarning,
)


def make(new: NewBatch, actor: Actor, *, dry_run: bool = False) -> CardBatch:
    """Make a batch of gift cards; more on a card than the program's limit is warned of, or refused.

    Raises:
        Refusal: `no_stored_value`, `card_count`, `value_amount`, `value_limit`.
    """
    with unit_of_work(dry_run=dry_run, apart=True):
        said, now = needed_terms(), clock.business_now()
        warnings = over(said, said.unnamed_minor, new.amount_minor, ValueWarning.UNNAMED_LIMIT)
        made = value.make_cards(new, said.currency, now)
        told = {"cards": new.cards, "amount_minor": new.amount_minor, "name": new.name}
        org.audit("gift_cards.made", ids.encode(BATCH_PREFIX, made.id), None, told, actor)
        return replace(made, warnings=warnings)


def sell(codes: Collection[str], actor: Actor, order: Key | None = None, *, dry_run: bool = False) -> list[GiftCard]:
    """Let cards be loaded from now on, sold with an order or handed out; all of them or none.

    Raises:
        Refusal: `unknown_gift_card`, `gift_card_in_other_state`.
    """
    with unit_of_work(dry_run=dry_run, apart=True):
        sold = value.sell_cards(codes, order, clock.business_now())
        for card in sold:
            org.audit("gift_card.sold", ids.encode(CARD_PREFIX, card.id), None, {"order": list(order or ())}, actor)
        return sold


def void(code: str, reason: str, actor: Actor, *, dry_run: bool = False) -> GiftCard:
    """Make a card worth nothing that nobody has loaded; a second time does nothing.

    Raises:
        Refusal: `reason_required`, `reason_too_long`, `unknown_gift_card`, `gift_card_in_other_state`.
    """
    refusal = reasons.fault(reason)
    if refusal is not None:
        raise refusal
    with unit_of_work(dry_run=dry_run, apart=True):
        card = value.void_card(code)
        org.audit("gift_card.void", ids.encode(CARD_PREFIX, card.id), None, {"reason": reason}, actor)
        return card


def load(code: str, member: MemberRef, actor: Actor, *, dry_run: bool = False) -> TopUp:
    """Load a card into a member's stored value; the same one again is answered with what came of it.

    Raises:
        Refusal: `no_stored_value`, `unknown_gift_card`, `gift_card_not_usable` where it is not sold, over, void or
            loaded by somebody else, `value_limit`, `unknown_member`, `not_enrolled`, `member_…`.
    """
    with unit_of_work(dry_run=dry_run, apart=True):
        said, now = needed_terms(), clock.business_now()
        member_id = member_of(member)
        points.lock([member_id])
        card = value.lock_card(code)
        if card.top_up_id is not None and member_id in members.resolve([MemberRef(id=card.member_id)]):
            return replace(value.top_up(card.top_up_id), repeated=True)
        today = date.fromordinal(EPOCH + published(timeline()).at(int(now.timestamp())).day_of(now))
        if card.state is not CardState.ACTIVE or (card.ends_on is not None and today > card.ends_on):
            detail = "This card is not sold, loaded already, void or over."
            raise Refusal("gift_card_not_usable", detail, pointer="/code", params={"state": card.state.value})
        warnings = limits(said, principal_of(member_id, said, now) + card.amount_minor)
        top_up_id = ids.new_id()
        value.ask(
            NewTopUp(
                id=top_up_id,
                source=GIFT_CARD,
                external_id=ids.encode(CARD_PREFIX, card.id),
                member_id=member_id,
                amount_minor=card.amount_minor,
                bonus_minor=0,
                principal=said.principal,
                bonus=said.bonus,
                currency=said.currency,
                method=GIFT_CARD,
                store="",
                order=card.order,
                at=now,
            )
        )
        deposit(value.top_up(top_up_id), said, actor, now)
        value.load_card(card.id, top_up_id, now)
        return replace(value.top_up(top_up_id), warnings=warnings)
