"""What a member has, as their pages say it: points, what goes and when, the tier and the way to the next one."""

from dataclasses import dataclass
from datetime import date

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members.contracts import Status
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import Balance, Standing
from shuke.surfaces.portal.pages import Guest
from shuke.surfaces.wording.running import Running, running, unit_called
from shuke.surfaces.wording.standing import LadderView, ladders, spread

_WARNED_DAYS = 30
_ARTS = 5  # faces of a card, from the lowest tier to the highest


@dataclass(frozen=True, slots=True)
class Account:
    """Where a member stands; `main` is what they spend, `ladder` the first one. All None before a program is in force.

    `art` is the face of the card, from 0 up to 4 for the highest tier; `colour` is the tier's own, #rrggbb, "" where
    the program gives it none: the pages wear it, and the card as its first face.
    """

    standing: Standing | None
    program: Running | None
    main: Balance | None
    others: tuple[Balance, ...]
    ladder: LadderView | None
    art: int
    colour: str
    frozen: bool
    today: date

    @property
    def unit(self) -> str:
        """What the points are called."""
        return unit_called(self.main.unit) if self.main else ""

    @property
    def falls_soon(self) -> bool:
        """Say whether the tier may fall within 30 days."""
        until = self.ladder.tier.until if self.ladder else None
        return until is not None and (until - self.today).days <= _WARNED_DAYS


def account_of(guest: Guest) -> Account:
    """Return what a member has, as of now."""
    program, frozen = running(), guest.member.status is Status.FROZEN
    today = clock.business_now().astimezone(guest.zone).date()
    try:
        standing = programs.standing(guest.member.id)
    except Refusal:  # nobody is in a program before one is in force
        standing = None
    if standing is None or program is None:
        return Account(None, program, None, (), None, 0, "", frozen, today)
    main, others = spread(standing.balances)
    terms = programs.value_terms()
    stored = {terms.principal, terms.bonus} if terms else set()  # has a page of its own
    others = tuple(each for each in others if each.unit not in stored)
    views = ladders(standing, program, {})
    ladder = views[0] if views else None
    colour = _colour(program, ladder)
    art = 0 if colour else _art(ladder)
    return Account(standing, program, main, others, ladder, art, colour, frozen, today)


def skin_of(guest: Guest) -> str:
    """Return the colour that a member's pages wear by their tier, "" for the shop's, quickly where no tier has one."""
    program = running()
    if program is None or not any(level.colour for ladder in program.program.ladders[:1] for level in ladder.levels):
        return ""
    return account_of(guest).colour


def _colour(program: Running, ladder: LadderView | None) -> str:
    if ladder is None:
        return ""
    levels = program.program.ladders[0].levels
    return next((level.colour for level in levels if level.code == ladder.tier.code), "")


def _art(ladder: LadderView | None) -> int:
    if ladder is None or ladder.tier.reason is None:
        return 0
    levels = len(ladder.tier.reason.levels)
    return ladder.tier.rank if levels <= _ARTS else ladder.tier.rank * (_ARTS - 1) // (levels - 1)
