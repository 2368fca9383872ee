"""What a member takes away: a copy of their own data, and their leave, once they have seen what it ends."""

from dataclasses import astuple, dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members.contracts import REINSTATE_DAYS, Status
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Leaving, Subscription
from shuke.rooms.payments import facade as payments
from shuke.rooms.programs import facade as programs
from shuke.surfaces.portal import own_data
from shuke.surfaces.portal.account import Account, account_of
from shuke.surfaces.portal.pages import ACTOR, Guest, page, show
from shuke.surfaces.portal.views.coupons import usable_count
from shuke.surfaces.portal.views.value import held_by
from shuke.surfaces.wording import paid_words

_MOST_PLANS = 20
_REASON = "left by themselves"


@dataclass(frozen=True, slots=True)
class Loss:
    """What ends with a membership: points usable and on their way, coupons, what plans give back, stored value."""

    points: int
    pending: int
    coupons: int
    refund_minor: int
    principal_minor: int
    bonus_minor: int

    @property
    def shown(self) -> str:
        """The loss as a form carries it, so that nobody agrees to another one than they read."""
        return ".".join(map(str, astuple(self)))


@page("POST")
def copy(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Answer with a copy of all that is kept of the member."""
    answer = JsonResponse(own_data.of(guest), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@page("GET", "POST")
def leave(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show what ends with the membership; ask once more; then end it, if what ends is still what was shown."""
    account = account_of(guest)
    with unit_of_work():
        plans = _plans(guest)
        loss = _loss(guest, account, plans)
        agreed = request.POST.get("shown") == loss.shown and not loss.principal_minor
        if agreed and request.POST.get("sure") == "yes":
            for one, _back in plans:
                paid.cancel(one.id, ACTOR, at_once=True)
            programs.set_status(guest.member.id, Status.EXITED, _REASON, ACTOR)
    if agreed and request.POST.get("sure") == "yes":
        payments.send_refunds(guest.member.id)
        return redirect("portal-home")
    language = paid_words.language()
    return show(
        request,
        "leave.html",
        tab="me",
        title=_("Leave"),
        account=account,
        loss=loss,
        plans=[(one.plan.name(language), back.refund_minor) for one, back in plans],
        days=REINSTATE_DAYS,
        last_step=agreed,
        changed=request.method == "POST" and not agreed and not loss.principal_minor,
    )


def _plans(guest: Guest) -> list[tuple[Subscription, Leaving]]:
    mine = paid.page(_MOST_PLANS, member_id=guest.member.id).subscriptions
    return [(one, paid.quote_leaving(one.id, at_once=True)) for one in mine if one.is_live]


def _loss(guest: Guest, account: Account, plans: list[tuple[Subscription, Leaving]]) -> Loss:
    main, held = account.main, held_by(guest)
    return Loss(
        main.available + main.held if main else 0,
        main.pending if main else 0,
        usable_count(guest.member.id),
        sum(back.refund_minor for _one, back in plans),
        held.principal_minor + held.held_minor if held else 0,
        held.bonus_minor if held else 0,
    )
