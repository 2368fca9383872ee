"""Stored value at the counter: money that is paid ahead, with its bonus seen before it is taken, and gift cards."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, guesses, ids
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, MemberRef
from shuke.rooms.org.contracts import ShiftLine, Work
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import TopUpFact
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import DESK, CardState, GiftCard, TopUp, ValueTerms
from shuke.surfaces.cashier import cart, doing, receipts
from shuke.surfaces.cashier.counter import Counter, Told, call
from shuke.surfaces.wording import figures, value_words

_WRONG = {"unknown_gift_card"}


def offered(terms: ValueTerms | None) -> dict[str, Any] | None:
    """Tell by how much one tops up here, None where the program has no stored value."""
    if terms is None:
        return None
    return {
        "least": figures.money(terms.least_minor, terms.currency),
        "most": figures.money(terms.most_minor, terms.currency),
        "steps": [
            {
                "amount": figures.typed_money(step.from_minor, terms.currency),
                "text": figures.money(step.from_minor, terms.currency),
                "bonus": figures.money(step.bonus_minor, terms.currency),
            }
            for step in terms.steps
        ],
    }


@call("POST")
def preview(request: HttpRequest, counter: Counter, told: Told) -> dict[str, Any]:
    """Say what a top-up would bring, by doing it and rolling back."""
    fact = _fact(counter, told, "preview")
    return _said(programs.top_up(fact, counter.actor, dry_run=True))


@call("POST")
def top_up(request: HttpRequest, counter: Counter, told: Told) -> dict[str, Any]:
    """Take money that is paid ahead."""
    return doing.once(counter, told, lambda: _topped_up(counter, told))


def read(counter: Counter, text: str) -> dict[str, Any] | None:
    """Return the gift card that a text is the code of, None where it is none."""
    try:
        card = value.gift_card(text)
    except Refusal as refused:
        if refused.code not in _WRONG:
            raise
        return None
    return _card(card)


@call("POST")
def sell_card(request: HttpRequest, counter: Counter, told: Told) -> dict[str, Any]:
    """Sell a gift card for what is on it."""
    with guesses.limited([guesses.staff(counter.actor.id)], _WRONG):
        return doing.once(counter, told, lambda: _sold_card(counter, told))


@call("POST")
def load_card(request: HttpRequest, counter: Counter, told: Told) -> dict[str, Any]:
    """Load a gift card into a member's stored value."""
    with guesses.limited([guesses.staff(counter.actor.id)], _WRONG):
        return doing.once(counter, told, lambda: _loaded_card(counter, told))


def _sold_card(counter: Counter, told: Told) -> ShiftLine:
    at, sale = clock.business_now(), (cart.SOURCE, told.key())  # under its own name, so that nobody sells it again
    (card,) = programs.sell_gift_cards([told.text("code")], counter.actor, sale)
    answer = _card(card) | {"key": told.key()}
    answer["receipt"] = receipts.head(counter, told.key(), at, _("Gift card")) | {
        "rows": [[card.code, answer["amount"]]],
        "total": answer["amount"],
        "points": [],
    }
    return ShiftLine(told.key(), told.digest, Work.CARD, at, answer, money_minor=card.amount_minor)


def _loaded_card(counter: Counter, told: Told) -> ShiftLine:
    member = MemberRef(id=ids.decode(ID_PREFIX, told.text("member")))
    programs.require_other(counter.principal, member)
    code, at = told.text("code"), clock.business_now()
    done = programs.load_gift_card(code, member, counter.actor)
    held = programs.value_of(done.member_id)
    answer = _card(value.gift_card(code)) | {
        "key": told.key(),
        "name": members.get(done.member_id).display_name,
        "after": figures.money(held.total_minor, held.currency),
    }
    return ShiftLine(told.key(), told.digest, Work.CARD, at, answer)


def _card(card: GiftCard) -> dict[str, Any]:
    return {
        "kind": "gift_card",
        "code": card.code,
        "amount": figures.money(card.amount_minor, card.currency),
        "state": str(value_words.CARDS[card.state]),
        "can_sell": card.state is CardState.MADE,
        "can_load": card.state is CardState.ACTIVE,
    }


def _topped_up(counter: Counter, told: Told) -> ShiftLine:
    done, at = programs.top_up(_fact(counter, told, told.key()), counter.actor), clock.business_now()
    held = programs.value_of(done.member_id)
    answer = {"kind": "top_up", "key": told.key(), "name": members.get(done.member_id).display_name} | _said(done)
    answer["after"] = figures.money(held.total_minor, held.currency)
    bonus = [[_("Bonus"), answer["bonus"]]] if done.bonus_minor else []
    answer["receipt"] = receipts.head(counter, told.key(), at, _("Top-up")) | {
        "rows": [[_("Top-up amount"), answer["pay"]], *bonus],
        "total": answer["pay"],
        "points": [[_("Stored value"), answer["after"]]],
    }
    return ShiftLine(told.key(), told.digest, Work.TOP_UP, at, answer, money_minor=done.amount_minor)


def _fact(counter: Counter, told: Told, key: str) -> TopUpFact:
    member = MemberRef(id=ids.decode(ID_PREFIX, told.text("member")))
    programs.require_other(counter.principal, member)
    return TopUpFact(cart.SOURCE, key, member, told.number("amount"), DESK, counter.till.store.code)


def _said(done: TopUp) -> dict[str, Any]:
    total = done.amount_minor + done.bonus_minor
    return {
        "pay": figures.money(done.amount_minor, done.currency),
        "bonus": figures.money(done.bonus_minor, done.currency) if done.bonus_minor else "",
        "total": figures.money(total, done.currency),
        "warnings": [str(value_words.WARNINGS[each]) for each in done.warnings],
    }
