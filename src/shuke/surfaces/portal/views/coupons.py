"""A member's coupons: what can be used, shown with its code, what can be had, and what is over."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids, logs
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import COUPON_PREFIX, Cause, HeldCoupon, IssueFact, Template
from shuke.rooms.programs import facade as programs
from shuke.surfaces.portal.account import account_of
from shuke.surfaces.portal.pages import ACTOR, Guest, page, show
from shuke.surfaces.wording import coupon_words, offers, refusals

_OVER_SHOWN = 20


@page("GET", "POST", frozen=False)
def coupon_list(request: HttpRequest, guest: Guest) -> HttpResponse:
    """List the member's coupons and those that they may take."""
    failure = ""
    if request.method == "POST":
        try:
            _take(request, guest)
            return redirect("portal-coupons")
        except Refusal as refused:
            logs.refusal(refused, request_id=request.request_id)
            failure = refusals.sentence(refused)
    held = coupons.of_member(guest.member.id, clock.business_now())
    usable = [(_id(each), each, coupon_words.told(each.offer, each.value_minor)) for each in held if not each.refused]
    over = [(each, offers.why_not_held(each)) for each in held if each.refused is not None][:_OVER_SHOWN]
    return show(
        request,
        "coupons.html",
        tab="me",
        title=_("My coupons"),
        usable=usable,
        over=over,
        takeable=[
            (each, coupon_words.of_template(each.draft), ids.encode("req", ids.new_id()))
            for each in _takeable(guest, held)
        ],
        account=account_of(guest),
        failure=failure,
        status=422 if failure else 200,
    )


@page()
def coupon(request: HttpRequest, guest: Guest, coupon_id: str) -> HttpResponse:
    """Show one coupon of the member's own with its code, for the till to read."""
    wanted = ids.decode(COUPON_PREFIX, coupon_id)
    found = next((each for each in _held(guest) if each.id == wanted), None)
    if found is None:
        raise Refusal("unknown_coupon", "There is no such coupon.")
    told, why = coupon_words.told(found.offer, found.value_minor), offers.why_not_held(found)
    return show(request, "coupon.html", tab="me", title=_("My coupon"), coupon=found, told=told, why=why)


def usable_count(member_id: UUID) -> int:
    """Return how many coupons a member can use now."""
    return sum(each.refused is None for each in coupons.of_member(member_id, clock.business_now()))


def _held(guest: Guest) -> tuple[HeldCoupon, ...]:
    return coupons.of_member(guest.member.id, clock.business_now())


def _take(request: HttpRequest, guest: Guest) -> None:
    """Issue a coupon that the member takes or buys with points: once for each showing of the page."""
    key, template, now = request.POST.get("key", "")[:64], request.POST.get("template", "")[:200], clock.business_now()
    cause = Cause.CLAIM if coupons.template_by_code(template).draft.points is None else Cause.POINTS
    fact = IssueFact("portal", f"{guest.member.id}:{key}", template, guest.member.id, cause, now)
    (answer,) = programs.claim_coupons([fact], ACTOR)
    if answer.refusal is not None:
        raise answer.refusal


def _takeable(guest: Guest, held: tuple[HeldCoupon, ...]) -> list[Template]:
    """Return what the member may take or buy now, less what they have a usable coupon of."""
    mine = {each.template_id for each in held if each.refused is None}
    return [each for each in programs.coupons_to_take(guest.member.id) if each.id not in mine]


def _id(coupon: HeldCoupon) -> str:
    return ids.encode(COUPON_PREFIX, coupon.id)
