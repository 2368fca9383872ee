"""What staff can do to a member by hand: which acts a right opens, what one would do, and doing it once.

A form carries its own key: sent twice, it counts once. What would happen is found out by doing it and rolling back.
"""

from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shuke.core.values.errors import Refusal
from shuke.foundation import randomness
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import Member, MemberRef, MergeRecord, Status
from shuke.rooms.org.contracts import Approval, Right
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Entry
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import AdjustFact, Balance, Fact, Result, Standing, TierStanding
from shuke.surfaces.console.pages import Desk

HOLD_PREFIX = "hld"
ORDER_PREFIX = "ord"
REDEMPTION_PREFIX = "rdm"
SOURCE = "console"
_KEY_BYTES = 12

ACTS: dict[str, tuple[Right, str | Promise]] = {
    "adjust": (Right.POINTS_ADJUST, _("Adjust points")),
    "redeem": (Right.POINTS_WRITE, _("Redeem points")),
    "hold": (Right.POINTS_HOLD, _("Set points aside")),
    "transfer": (Right.POINTS_TRANSFER, _("Give points to another member")),
    "tier": (Right.TIERS_WRITE, _("Give a tier")),
    "coupon": (Right.COUPONS_ISSUE, _("Give a coupon")),
    "behaviour": (Right.ORDERS_WRITE, _("Record a behaviour")),
}


TITLES = {name: label for name, (_right, label) in ACTS.items()} | {
    "refund": _("Record a refund"),
    "capture": _("Capture a hold"),
    "return": _("Give back redeemed points"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """What one kind of entry would move of a unit, with the first of the entries; and which unit."""

    entry: Entry
    amount: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an act would do: what it would move, and where the member stands before and after.

    `asks` says that it would only be requested, and done when another agrees.
    """

    parts: list[Part]
    balances: list[tuple[Balance, Balance]]
    tiers: list[tuple[TierStanding, TierStanding]]
    asks: bool = False

    @property
    def changes_nothing(self) -> bool:
        return not self.parts and not self.tiers


def acts_of(desk: Desk, member: Member) -> list[tuple[str, str | Promise]]:
    """Return the acts that whoever sits here may do to a member, as (name, label)."""
    if member.status not in (Status.ACTIVE, Status.FROZEN):
        return []
    return [(name, label) for name, (right, label) in ACTS.items() if desk.may(right)]


def new_key() -> str:
    """Make the key that a form carries."""
    return randomness.token(_KEY_BYTES)


def require_other(desk: Desk, member_id: UUID) -> None:
    """Refuse that somebody deals with the account that is their own, also under a record that was merged into it.

    Raises: Refusal `own_account`.
    """
    programs.require_other(desk.principal, MemberRef(id=member_id))


def foresee(member_id: UUID, fact: Fact, desk: Desk) -> Foreseen:
    """Find out what a fact would do, by recording it and rolling back.

    Raises: Refusal: whatever would refuse it.
    """
    before = programs.standings([member_id]).get(member_id)
    asks = isinstance(fact, AdjustFact) and isinstance(
        programs.adjust(fact, desk.actor, desk.principal, dry_run=True), Approval
    )
    with unit_of_work(dry_run=True):
        result = _recorded(fact, desk)
        after = programs.standings([member_id]).get(member_id)
        entries = points.entries_of([(member_id, result.reference)])[result.reference] if result.reference else []
    return Foreseen(_parts(entries), _balances(before, after), _tiers(before, after), asks)


def foresee_merge(survivor_id: UUID, source_id: UUID, reason: str, desk: Desk) -> tuple[MergeRecord, Foreseen]:
    """Find out what a merge would bring the member that stays, by merging and rolling back.

    Raises: Refusal: whatever would refuse it.
    """
    before = programs.standings([survivor_id]).get(survivor_id)
    with unit_of_work(dry_run=True):
        record = programs.merge_members(survivor_id, [source_id], reason, desk.actor)
        after = programs.standings([survivor_id]).get(survivor_id)
        entries = points.entries_of([(survivor_id, record.id)])[record.id]
    return record, Foreseen(_parts(entries), _balances(before, after), _tiers(before, after))


def do(fact: Fact, desk: Desk) -> Result | Approval:
    """Do it, or ask for it where it takes an approval.

    Raises: Refusal: whatever refuses it.
    """
    if isinstance(fact, AdjustFact):
        return programs.adjust(fact, desk.actor, desk.principal)
    return _recorded(fact, desk)


def _recorded(fact: Fact, desk: Desk) -> Result:
    (result,) = programs.record([fact], desk.actor)
    if result.refusal is not None:
        raise result.refusal
    return result


def _parts(entries: list[Entry]) -> list[Part]:
    sums: dict[tuple[int, str], list[Entry]] = {}
    for entry in entries:
        sums.setdefault((entry.key.unit_id, entry.kind), []).append(entry)
    return [Part(group[0], sum(entry.amount for entry in group)) for group in sums.values()]


def _balances(before: Standing | None, after: Standing | None) -> list[tuple[Balance, Balance]]:
    """Return the units of which something changes, before and after."""
    if before is None or after is None:
        return []
    return [(old, new) for old, new in zip(before.balances, after.balances, strict=True) if _had(old) != _had(new)]


def _had(balance: Balance) -> tuple[int, ...]:
    return balance.available, balance.pending, balance.held, balance.debt


def _tiers(before: Standing | None, after: Standing | None) -> list[tuple[TierStanding, TierStanding]]:
    """Return by ladder the tiers before and after, where the tier, its end or a gift changes."""
    if before is None or after is None:
        return []
    pairs = zip(before.tiers, after.tiers, strict=True)
    return [(old, new) for old, new in pairs if _held(old) != _held(new)]


def _held(tier: TierStanding) -> tuple[object, ...]:
    return tier.code, tier.until, tier.gift, tier.gift_until


def known_as(text: str) -> UUID:
    """Return the one member whom a text names: an id, a phone number, an external id.

    Raises: Refusal `unknown_member`, `several_members`.
    """
    found = people.search(text, 2) if text else []
    if not found:
        raise Refusal("unknown_member", "Nobody is known by this.", pointer="/to")
    if len(found) > 1:
        raise Refusal("several_members", "Several members are found by this.", pointer="/to")
    return found[0].id
