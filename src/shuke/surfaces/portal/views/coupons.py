"""A member's coupons: what can be used, shown with its code, what can be had, what was given on, and what is over."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, guesses, ids, logs
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import (
    COUPON_PREFIX,
    Cause,
    Gift,
    GiftState,
    HeldCoupon,
    IssueFact,
    State,
    Template,
)
from shuke.rooms.programs import facade as programs
from shuke.surfaces.portal.account import account_of
from shuke.surfaces.portal.pages import ACTOR, Guest, guessers, page, show
from shuke.surfaces.portal.views.gifts import shared
from shuke.surfaces.wording import coupon_words, offers, refusals

_OVER_SHOWN = 20
_LONGEST_CODE = 60


@page("GET", "POST", frozen=False)
def coupon_list(request: HttpRequest, guest: Guest) -> HttpResponse:
    """List the member's coupons and those that they may take; take one, or what a code stands for."""
    failure, code, coded = "", request.POST.get("code", "").strip()[:_LONGEST_CODE], "code" in request.POST
    if request.method == "POST":
        try:
            return _of_code(request, guest, code) if coded else _taken(request, guest)
        except Refusal as refused:
            logs.refusal(refused, request_id=request.request_id)
            failure = _why_not(refused, coded=coded)
    held = coupons.of_member(guest.member.id, clock.business_now())
    usable = [
        (_encoded(each.id), each, coupon_words.told(each.offer, each.value_minor)) for each in held if not each.refused
    ]
    over = [(each, offers.why_not_held(each)) for each in held if each.refused and each.state is not State.OFFERED]
    return show(
        request,
        "coupons.html",
        tab="me",
        title=_("My coupons"),
        usable=usable,
        over=over[:_OVER_SHOWN],
        given=[(_encoded(each.coupon_id), each) for each in _given(guest)][:_OVER_SHOWN],
        takeable=[
            (each, coupon_words.of_template(each.draft), ids.encode("req", ids.new_id()))
            for each in _takeable(guest, held)
        ],
        account=account_of(guest),
        failure=failure,
        code=code,
        coded=coded,
        status=422 if failure else 200,
    )


@page()
def coupon(request: HttpRequest, guest: Guest, coupon_id: str) -> HttpResponse:
    """Show one coupon of the member's own with its code, for the till to read, or what became of one they gave."""
    wanted = ids.decode(COUPON_PREFIX, coupon_id)
    found = next((each for each in _held(guest) if each.id == wanted), None)
    given = next((each for each in _given(guest) if each.coupon_id == wanted), None)
    if found is not None:
        share = shared(request, guest, given) if given else ""
        return _shown(request, found, share=share, given=given, encoded=coupon_id)
    if given is None:
        raise Refusal("unknown_coupon", "There is no such coupon.")
    return show(request, "given.html", tab="me", title=given.name, gift=given)


def usable_count(member_id: UUID) -> int:
    """Return how many coupons a member can use now."""
    held = coupons.of_member(member_id, clock.business_now(), explained=False)
    return sum(each.refused is None for each in held)


def _shown(request: HttpRequest, found: HeldCoupon, **context: object) -> HttpResponse:
    """Answer with the page of a coupon; one that many use is told as such."""
    told, why = coupon_words.told(found.offer, found.value_minor), offers.why_not_held(found)
    return show(request, "coupon.html", tab="me", title=found.name, coupon=found, told=told, why=why, **context)


def _given(guest: Guest) -> tuple[Gift, ...]:
    """Return what the member gave to friends and did not take back, latest first."""
    gifts = coupons.gifts_of(guest.member.id, clock.business_now())
    return tuple(each for each in gifts if each.state in (GiftState.WAITING, GiftState.TAKEN))


def _held(guest: Guest) -> tuple[HeldCoupon, ...]:
    return coupons.of_member(guest.member.id, clock.business_now())


def _why_not(refused: Refusal, *, coded: bool) -> str:
    if coded and refused.code == "unknown_coupon":
        return _("No coupon has this code. Please check it letter by letter.")
    return refusals.sentence(refused)


def _of_code(request: HttpRequest, guest: Guest, code: str) -> HttpResponse:
    """Lead to what a code stands for: a friend's gift, a coupon that is the member's now, or one that many use."""
    now = clock.business_now()
    with guesses.limited(guessers(request, guest), {"unknown_coupon"}):
        try:
            return redirect("portal-gift", coupons.gift(code, now).claim_code)
        except Refusal:
            pass  # no friend's; then a coupon's
        try:
            return redirect("portal-coupon", _encoded(coupons.take_by_code(code, guest.member.id, now).id))
        except Refusal as refused:
            if refused.code != "coupon_code_for_many":
                raise
    (found,) = coupons.by_codes([code], now)
    return _shown(request, found, for_many=True)


def _taken(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Issue a coupon that the member takes or buys with points: once for each showing of the page."""
    key, template, now = request.POST.get("key", "")[:64], request.POST.get("template", "")[:200], clock.business_now()
    cause = Cause.CLAIM if coupons.template_by_code(template).draft.points is None else Cause.POINTS
    fact = IssueFact("portal", f"{guest.member.id}:{key}", template, guest.member.id, cause, now)
    (answer,) = programs.claim_coupons([fact], ACTOR)
    if answer.refusal is not None:
        raise answer.refusal
    return redirect("portal-coupons")


def _takeable(guest: Guest, held: tuple[HeldCoupon, ...]) -> list[Template]:
    """Return what the member may take or buy now, less what they have a usable coupon of."""
    mine = {each.template_id for each in held if each.refused is None}
    return [each for each in programs.coupons_to_take(guest.member.id) if each.id not in mine]


def _encoded(coupon_id: UUID) -> str:
    return ids.encode(COUPON_PREFIX, coupon_id)
