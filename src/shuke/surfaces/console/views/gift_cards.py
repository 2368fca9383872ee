"""Gift cards: batches are made and taken as a file, cards are sold, looked up and made void.

Codes stand in forms and files, never in addresses: whoever has one has what is on the card.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import cursors, guesses, ids, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as people
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import BATCH_PREFIX, CardBatch, CardState, GiftCard
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.value_forms import CardsForm
from shuke.surfaces.console.views.value import show_tab
from shuke.surfaces.wording import refusals, value_words

_ROWS = 50
_TAKEN_AT_ONCE = 1_000
_SHOWN_LETTERS = 4
_LONGEST_CODE = 40
_TONES = {CardState.ACTIVE: "good", CardState.MADE: "warn", CardState.VOID: "bad"}


@page(Right.VALUE_REFUND, "GET", "POST")
def batches(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the batches of gift cards, and make another."""
    form = CardsForm(desk.shop.currency, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = programs.make_gift_cards(form.wanted(), desk.actor)
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            form.add_error(None, refusals.sentence(refused))
        else:
            messages.success(request, _("The cards are made; take their codes as a file."))
            for warning in made.warnings:
                messages.warning(request, str(value_words.WARNINGS[warning]))
            return redirect("gift-card-batch", ids.encode(BATCH_PREFIX, made.id))
    return _batches(request, form=form, status=422 if form.errors else 200)


@page(Right.VALUE_REFUND, "POST")
def look_up(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Say what a code is good for, and do to its card what was asked: sell it, or make it void."""
    code, act, failure = request.POST.get("code", "").strip()[:_LONGEST_CODE], request.POST.get("act", ""), ""
    reason = request.POST.get("reason", "").strip()
    try:
        if act == "sell":
            programs.sell_gift_cards([code], desk.actor)
        elif act == "void":
            programs.void_gift_card(code, reason, desk.actor)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        failure = refusals.sentence(refused)
    try:
        with guesses.limited([guesses.staff(desk.actor.id)], {"unknown_gift_card"}):
            card = _card(value.gift_card(code))
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        card, failure = None, refusals.sentence(refused)
    form = CardsForm(desk.shop.currency)
    status = 422 if failure else 200
    return _batches(request, form=form, card=card, code=code, reason=reason, failure=failure, status=status)


@page(Right.VALUE_REFUND)
def batch(request: HttpRequest, desk: Desk, card_batch_id: str) -> HttpResponse:
    """Show a batch and its cards, each by the end of its code."""
    found = value.card_batch(ids.decode(BATCH_PREFIX, card_batch_id))
    cards = value.cards_page(found.id, _ROWS, request.GET.get("cursor") or None)
    return show(
        request,
        "gift_card_batch.html",
        title=found.name,
        place="value",
        trail=((_("Stored value"), reverse("value")), (_("Gift cards"), reverse("gift-cards"))),
        card_batch_id=card_batch_id,
        batch=found,
        states=_states(found),
        unsold=found.states.get(CardState.MADE, 0),
        rows=[_card(one) for one in cards.cards],
        next_cursor=cards.next_cursor,
    )


@page(Right.VALUE_REFUND, "POST")
def sell_batch(request: HttpRequest, desk: Desk, card_batch_id: str) -> HttpResponse:
    """Let all cards of a batch be loaded that were not sold yet: somebody bought them together."""
    found = value.card_batch(ids.decode(BATCH_PREFIX, card_batch_id))
    with unit_of_work():
        made = [card.code for card in _all(found.id) if card.state is CardState.MADE]
        sold = programs.sell_gift_cards(made, desk.actor) if made else []
    messages.success(request, _("%(count)s cards can be loaded from now on.") % {"count": len(sold)})
    return redirect("gift-card-batch", card_batch_id)


@page(Right.VALUE_REFUND, "POST")
def codes(request: HttpRequest, desk: Desk, card_batch_id: str) -> HttpResponse:
    """Give the codes of a batch as a file; the audit log keeps who took them."""
    found = value.card_batch(ids.decode(BATCH_PREFIX, card_batch_id))
    org.audit("gift_cards.taken", card_batch_id, None, {"cards": found.cards}, desk.actor)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["code", "amount_minor", "currency", "state", "ends_on"])
    writer.writerows(
        (one.code, one.amount_minor, one.currency, one.state.value, one.ends_on or "") for one in _all(found.id)
    )
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{card_batch_id}.csv"'
    return response


def _batches(request: HttpRequest, *, status: int, **context: Any) -> HttpResponse:
    found = value.card_batches(_ROWS, request.GET.get("cursor") or None)
    return show_tab(
        request,
        "gift_cards",
        _("Gift cards"),
        rows=[(ids.encode(BATCH_PREFIX, one.id), one, _states(one)) for one in found.batches],
        next_cursor=found.next_cursor,
        can_make=programs.value_terms() is not None,
        status=status,
        **context,
    )


def _states(found: CardBatch) -> list[tuple[str, int, str]]:
    """Return how many cards stand where, as (words, count, tone)."""
    return [
        (str(value_words.CARDS[state]), found.states[state], _TONES.get(state, ""))
        for state in CardState
        if found.states.get(state)
    ]


def _card(card: GiftCard) -> dict[str, Any]:
    return {
        "one": card,
        "ending": f"•••• {card.code[-_SHOWN_LETTERS:]}",
        "state": value_words.CARDS[card.state],
        "tone": _TONES.get(card.state, ""),
        "can_sell": card.state is CardState.MADE,
        "can_void": card.state in {CardState.MADE, CardState.ACTIVE},
        "member": people.get(card.member_id) if card.member_id else None,
    }


def _all(batch_id: UUID) -> Iterator[GiftCard]:
    for found in cursors.pages(lambda cursor: value.cards_page(batch_id, _TAKEN_AT_ONCE, cursor)):
        yield from found.cards
