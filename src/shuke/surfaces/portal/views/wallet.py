"""The card as a pass in the phone's own wallet, where the deployment has keys for it.

A pass stands still, so it shows the member's number instead of the code of the minute: a till reads who it is, as from
a phone number that is told; what asks for the code of the phone is not had with it.
"""

from importlib import resources

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shuke.foundation import clock, ids
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, PassFace, WalletKind
from shuke.surfaces.portal.account import account_of
from shuke.surfaces.portal.colours import OURS, of_face
from shuke.surfaces.portal.pages import Guest, page
from shuke.surfaces.portal.templatetags.portal import asset
from shuke.surfaces.wording import figures, words

_NAMES = {WalletKind.APPLE: "Apple", WalletKind.GOOGLE: "Google"}
_ELSEWHERE = {WalletKind.APPLE: ("Android",), WalletKind.GOOGLE: ("iPhone", "iPad")}


def offered(request: HttpRequest) -> list[tuple[str, str]]:
    """Return (code, name) of the wallets that this phone may have."""
    agent = request.headers.get("User-Agent", "")
    return [
        (kind.value, _NAMES[kind])
        for kind in members.wallets_provided()
        if not any(sign in agent for sign in _ELSEWHERE[kind])
    ]


@page()
def wallet(request: HttpRequest, guest: Guest, kind: str) -> HttpResponse:
    """Answer with the member's pass, or lead to where a wallet takes it."""
    if kind not in members.wallets_provided():
        raise Http404
    made = members.wallet_pass(WalletKind(kind), _face(guest))
    if made.url:
        return redirect(made.url)
    response = HttpResponse(made.content, content_type=made.content_type)
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response["Cache-Control"] = "no-store"
    return response


def _face(guest: Guest) -> PassFace:
    account = account_of(guest)
    day = clock.business_now().astimezone(guest.zone).date().isoformat()
    tier = account.ladder.tier if account.ladder else None
    main = account.main
    return PassFace(
        number=ids.encode(ID_PREFIX, guest.member.id),
        shop=guest.shop.name,
        about=_("Member card of %(shop)s") % {"shop": guest.shop.name},
        holder=(_("Member"), guest.member.display_name or guest.member.phone_masked),
        points=(account.unit or _("Points"), figures.points(main.available, main.scale) if main else "0"),
        tier=(_("Tier"), words.tier(tier.code, tier.name)) if tier else None,
        note=(_("Good to know"), _note(day)),
        colour=of_face(account.art, account.colour or guest.shop.colour or OURS),
        icon=(resources.files("shuke.surfaces.portal") / "static/portal/icon-192.png").read_bytes(),
        icon_url=settings.SHUKE_ORIGIN + asset("portal/icon-512.png"),
    )


def _note(day: str) -> str:
    told = _(
        "Points and tier as of %(day)s. The till knows you by this card; what needs your member code is paid in the "
        "members' pages: %(link)s"
    )
    return told % {"day": day, "link": f"{settings.SHUKE_ORIGIN}/m/"}
