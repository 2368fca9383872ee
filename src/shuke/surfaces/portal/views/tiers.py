"""Tiers as a member reads them: where they stand, what each level asks for, what keeps the tier, and their benefits."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shuke.rooms.benefits import facade as benefits
from shuke.surfaces.portal.account import Account, account_of
from shuke.surfaces.portal.pages import Guest, page, show
from shuke.surfaces.wording import benefit_words, words
from shuke.surfaces.wording.standing import date_of, measured


@page()
def tiers(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show the ladder with the member on it, and what the member may enjoy."""
    account = account_of(guest)
    found = {"account": account, "levels": _levels(account), "benefits": _benefits(guest)}
    return show(request, "tiers.html", tab="home", title=_("Tiers"), **found)


def _benefits(guest: Guest) -> list[tuple[str, str, int | None, date | None]]:
    """Return (name, quota in words, how often it may still be used, last day) of the member's benefits."""
    language = (get_language() or "en")[:2]
    return [
        (
            one.benefit.name(language),
            "" if one.quota is None else benefit_words.quota(one.quota, one.per, language),
            one.left,
            None if one.until_day is None else date_of(one.until_day - 1),
        )
        for one in benefits.of_member(guest.member.id)
    ]


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
