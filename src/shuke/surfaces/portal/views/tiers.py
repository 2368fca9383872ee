"""Tiers as a member reads them: where they stand, what each level asks for, and what keeps the tier."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shuke.surfaces.portal.account import Account, account_of
from shuke.surfaces.portal.pages import Guest, page, show
from shuke.surfaces.wording import words
from shuke.surfaces.wording.standing import measured


@page()
def tiers(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show the ladder with the member on it."""
    account = account_of(guest)
    return show(request, "tiers.html", tab="home", title=_("Tiers"), account=account, levels=_levels(account))


def _levels(account: Account) -> list[tuple[int, str, str]]:
    """Return (rank, name, what it asks for) of every level of the first ladder, the lowest first."""
    if account.ladder is None or account.program is None or account.ladder.tier.reason is None:
        return []
    tier = account.ladder.tier
    return [
        (
            rank,
            words.tier(level.code, level.name),
            measured(level.reach.threshold, tier, account.program) if level.reach.threshold else "",
        )
        for rank, level in enumerate(tier.reason.levels)
    ]
