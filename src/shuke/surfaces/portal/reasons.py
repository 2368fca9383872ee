"""Why points came or went, in words for the member whose points they are: no rule's code, no line of a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shuke.core.program import wording
from shuke.core.program.explain import Decision
from shuke.core.program.tracing import written
from shuke.core.program.wording import text_with
from shuke.engine.explanation import EN_LABELS, ZH_LABELS
from shuke.rooms.points.contracts import Kind
from shuke.rooms.programs.contracts import Explanation
from shuke.surfaces.wording import figures
from shuke.surfaces.wording.running import Running, running
from shuke.surfaces.wording.standing import date_of

_EARNED = frozenset({Kind.ACCRUAL, Kind.ACCRUAL_PENDING, Kind.ACTIVATION, Kind.REPAYMENT})
_TAKEN_BACK = frozenset({Kind.CLAWBACK, Kind.CLAWBACK_PENDING, Kind.OWED})


@dataclass(frozen=True, slots=True)
class Part:
    """What a movement did to one lot: how many of its points, on which day they were earned and last usable."""

    points: int
    earned: date
    last: date | None


def reasons(found: Explanation) -> list[str]:
    """Return why an entry came to be, in sentences."""
    entry, program = found.entry, running()
    if entry is None or program is None:
        return []
    said = []
    if entry.kind in _EARNED and found.decision is not None:
        said += _decided(found, found.decision, program)
    said += _because(found, entry.kind, program)
    return said


def parts(found: Explanation) -> list[Part]:
    """Return the lots that an entry opened or drew from."""
    lots = ((story.points, story.lot) for story in found.lots)
    return [
        Part(count, localdate(lot.earned_at), None if lot.expires_at is None else date_of(lot.expires_day - 1))
        for count, lot in lots
    ]


def _decided(found: Explanation, decision: Decision, program: Running) -> list[str]:
    """Return the arithmetic of what was earned of the entry's unit."""
    labels, language = _speech(decision.names)
    said = []
    if found.tier_before:
        said.append(_("Your tier then: %(tier)s.") % {"tier": program.tier_name(found.tier_before)})
    said += [
        f"{text_with(rule.arithmetic, labels, language)} = {written(rule.exact)}"
        for rule in decision.rules
        if rule.matched and not rule.left_out and not rule.multiplies and rule.unit == found.unit
    ]
    for unit in decision.units:
        if unit.unit == found.unit and unit.exact != Fraction(unit.points, 10**unit.scale):
            given = written(Fraction(unit.points, 10**unit.scale))
            said.append(_("Rounded from %(exact)s to %(points)s.") % {"exact": written(unit.exact), "points": given})
    caps = tuple(each for each in decision.caps if each.cap.unit == found.unit)
    milestones = tuple(each for each in decision.milestones if each.unit == found.unit)
    extra = Decision(None, (), (), caps=caps, milestones=milestones, names=decision.names)
    return said + list(wording.render(extra, language, labels))


def _because(found: Explanation, kind: Kind, program: Running) -> list[str]:
    order = found.order
    if kind in _TAKEN_BACK and order is not None:
        money = figures.money(order.net_minor, order.currency)
        day = f"{localdate(order.occurred_at):%Y-%m-%d}"
        return [_("The purchase of %(day)s over %(money)s was refunded.") % {"day": day, "money": money}]
    if found.behaviour is not None:
        return [_("For: %(what)s.") % {"what": program.behaviour_name(found.behaviour.kind)}]
    told = {
        Kind.REDEMPTION: _("You used these points; those that expire first went first."),
        Kind.EXPIRY: _("They had expired."),
        Kind.CREDIT: _("Entered by our staff."),
        Kind.DEBIT: _("Entered by our staff."),
        Kind.RETURN: _("Points that you had used came back."),
        Kind.TRANSFER_IN: _("Another member gave them to you."),
        Kind.TRANSFER_OUT: _("You gave them to another member."),
        Kind.HOLDING: _("Set aside for a purchase that is not finished."),
        Kind.RELEASE: _("No longer set aside."),
        Kind.CAPTURE: _("You used what was set aside."),
        Kind.OPENING: _("You had them before you joined."),
        Kind.DEPOSIT: _("You topped up."),
        Kind.WITHDRAWAL: _("Your stored value was refunded."),
        Kind.MERGE_IN: _("They came from another record of yours that was merged."),
    }
    return [told[kind]] if kind in told else []


def _speech(names: Mapping[str, str]) -> tuple[Mapping[str, str], str]:
    english = get_language() == "en"
    return {**(EN_LABELS if english else ZH_LABELS), **names}, "en" if english else "zh"
