"""Coupons from friend to friend: given with a tap, shared as a text, taken with a tap, or told plainly why not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, guesses, ids, logs
from shuke.foundation.addresses import client_address
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import COUPON_PREFIX, Gift, GiftState
from shuke.rooms.members import facade as members
from shuke.rooms.org.contracts import Organisation
from shuke.surfaces.portal.pages import Guest, device_of, guessers, open_page, page, refusal_page, show
from shuke.surfaces.wording import coupon_words, days

_WRONG = frozenset({"unknown_coupon_gift"})


@page("POST", frozen=False)
def give(request: HttpRequest, guest: Guest, coupon_id: str) -> HttpResponse:
    """Set a coupon aside for a friend; its page then has the text to send them."""
    coupons.offer(ids.decode(COUPON_PREFIX, coupon_id), guest.member.id, clock.business_now())
    return redirect("portal-coupon", coupon_id)


@page("POST")
def take_back(request: HttpRequest, guest: Guest, coupon_id: str) -> HttpResponse:
    """Take back a coupon that no friend took yet; where one did, its page says so."""
    try:
        coupons.cancel_offer(ids.decode(COUPON_PREFIX, coupon_id), guest.member.id)
    except Refusal as refused:
        logs.refusal(refused, request_id=request.request_id)
    return redirect("portal-coupon", coupon_id)


@open_page()
def gift(request: HttpRequest, shop: Organisation, code: str) -> HttpResponse:
    """Show whoever has the link what a friend gives, and how to take it, or why it can't be had."""
    device, who = device_of(request), [guesses.address(client_address(request))]
    if device is not None:
        who.append(guesses.member(str(device.member_id)))
    try:
        with guesses.limited(who, _WRONG):
            found = coupons.gift(code, clock.business_now())
    except Refusal as refused:  # answered here, so that the wrong code stays counted
        return refusal_page(request, refused)
    records = members.records([device.member_id])[device.member_id] if device else ()
    if found.friend_id in records:
        return redirect("portal-coupon", ids.encode(COUPON_PREFIX, found.coupon_id))
    return show(
        request,
        "gift.html",
        tab="me" if device else "",
        title=_("A coupon from a friend"),
        gift=found,
        told=coupon_words.told(found.offer, found.value_minor),
        why=_why_not(found, own=found.giver_id in records),
        known=device is not None,
        here=request.path,
    )


@page("POST", frozen=False)
def take(request: HttpRequest, guest: Guest, code: str) -> HttpResponse:
    """Take what a friend gives; where it can't be had any more, the page of the gift says why."""
    try:
        with guesses.limited(guessers(request, guest), _WRONG):
            taken = coupons.accept(code, guest.member.id, clock.business_now())
    except Refusal as refused:
        if refused.code == "too_many_guesses":
            raise
        logs.refusal(refused, request_id=request.request_id)
        return redirect("portal-gift", code)
    return redirect("portal-coupon", ids.encode(COUPON_PREFIX, taken.id))


def shared(request: HttpRequest, guest: Guest, given: Gift) -> str:
    """Return what a member sends to a friend: what the coupon does, its last day, and where to take it."""
    told = coupon_words.told(given.offer, given.value_minor)
    parts = {
        "shop": guest.shop.name,
        "name": _("%(name)s (%(told)s)") % {"name": given.name, "told": told} if told else given.name,
        "link": request.build_absolute_uri(reverse("portal-gift", args=[given.claim_code])),
    }
    if given.ends_at is None:
        return _("A coupon from %(shop)s for you: %(name)s. Claim it here: %(link)s") % parts
    parts["day"] = days.through(given.ends_at, guest.zone)
    return _("A coupon from %(shop)s for you: %(name)s, valid through %(day)s. Claim it here: %(link)s") % parts


def _why_not(found: Gift, *, own: bool) -> str:
    """Return why a gift can't be taken, "" where it can."""
    if found.state is GiftState.WAITING:
        return _("This coupon is yours. Send this link to a friend, who can claim it.") if own else ""
    return {
        GiftState.TAKEN: _("This coupon has already been claimed."),
        GiftState.TAKEN_BACK: _("Your friend has taken this coupon back."),
        GiftState.OVER: _("This coupon has expired or is no longer valid."),
    }[found.state]
