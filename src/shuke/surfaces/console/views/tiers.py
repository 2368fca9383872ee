"""The ladders of the program in force: what each level asks for and gives, who stands where, and who moved."""

from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shuke.core.program import ir, observing
from shuke.core.program.explain import names_of
from shuke.core.program.model import Downgrade, Evaluation, Ladder, Level, Validity, ValidityKind
from shuke.core.program.tracing import written
from shuke.engine.explanation import EN_LABELS, ZH_LABELS
from shuke.foundation import clock
from shuke.rooms.org.contracts import Right
from shuke.rooms.tiers import facade as tier_room
from shuke.surfaces.console import charts
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import condition_words, figures, words
from shuke.surfaces.wording.running import Running, running


@page(Right.OVERVIEW_READ)
def tiers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show every ladder, or the one that is asked for."""
    program = running()
    every = program.program.ladders if program else ()
    chosen = next((each for each in every if each.code == request.GET.get("ladder")), every[0] if every else None)
    context: dict[str, Any] = {}
    if program is not None and chosen is not None:
        moves = charts.moves_by_month(program, desk.shop.time_zone, clock.business_now(), chosen)
        context = {
            "rules": _rules(chosen),
            "measure": _worded(chosen.measure, program),
            "keep_measure": _worded(chosen.keep_measure, program),
            "levels": _levels(program, chosen),
            "moves": moves,
            "all_moves": {
                code: sum(row[at] for row in moves.rows) for at, (code, _name) in enumerate(moves.columns, 1)
            },
        }
    return show(
        request, "tiers.html", title=_("Tiers"), place="tiers", program=program, ladders=every, ladder=chosen, **context
    )


def _levels(program: Running, ladder: Ladder) -> list[dict[str, Any]]:
    counts = {count.tier.code: count.members for count in tier_room.distribution(program.program_id, ladder.code)}
    total = sum(counts.values())
    return [
        {
            "level": level,
            "rank": rank,
            "name": words.tier(level.code, level.name),
            "reach": _threshold(level.threshold, ladder.measure, program)
            if level.when is None
            else condition_words.in_words(level.when, program.program),
            "keep": _keep(level, ladder, program),
            "multiplier": written(level.multiplier),
            "members": counts.get(level.code, 0),
            "total": total,
        }
        for rank, level in enumerate(ladder.levels)
    ]


def _keep(level: Level, ladder: Ladder, program: Running) -> str:
    if level.keep_when is not None:
        return condition_words.in_words(level.keep_when, program.program)
    return "" if level.keep is None else _threshold(level.keep, ladder.keep_measure or ladder.measure, program)


def _worded(measure: ir.Node | None, program: Running) -> tuple[str, str] | None:
    """Return a measure in words, and as it stands in the file."""
    if measure is None:
        return None
    language, labels = ("en", EN_LABELS) if get_language() == "en" else ("zh", ZH_LABELS)
    units = {f"'{unit.code}'": program.unit_name(unit.code) for unit in program.program.units}
    named = {**labels, **names_of(program.program), **units}
    return observing.in_words(measure.source, named, language), measure.source


def _threshold(amount: Fraction | None, measure: ir.Node | None, program: Running) -> str:
    """Write what a level asks for with its unit; a measure that mixes several things has none."""
    if amount is None:
        return ""
    if measure is not None and measure.kind is ir.Kind.MONEY:
        minor = amount * 10**program.program.currency_digits
        return figures.money(int(minor), program.program.currency)
    number = figures.number(amount.numerator) if amount.denominator == 1 else written(amount)
    match measure:
        case ir.Windowed(measure="EARNED", of=unit) | ir.Balance(of=unit):
            return f"{number} {program.unit_name(unit)}"
        case ir.Windowed(measure="ORDERS") | ir.Fact(name="member.orders"):
            return _("%(number)s orders") % {"number": number}
        case ir.Windowed(measure="EVENTS"):
            return _("%(number)s times") % {"number": number}
        case ir.Streak():
            return _("%(number)s days in a row") % {"number": number}
    return number


def _rules(ladder: Ladder) -> list[tuple[str, str]]:
    """Return in words when members move, how long a tier holds, and how it falls."""
    evaluation = {
        Evaluation.FACT: _("with every order or behaviour"),
        Evaluation.DAY: _("with every order or behaviour, and every night"),
        Evaluation.MONTH: _("on the first of every month"),
        Evaluation.QUARTER: _("on the first day of every quarter"),
        Evaluation.YEAR: _("on the first day of every year"),
    }[ladder.evaluation]
    downgrade = {
        Downgrade.NONE: _("never"),
        Downgrade.ONE: _("one level at a time"),
        Downgrade.FULL: _("to the level whose condition still holds"),
    }[ladder.downgrade]
    told = [(_("Members move up"), evaluation), (_("A tier holds"), _validity(ladder.validity))]
    told.append((_("At its end it falls"), downgrade))
    if ladder.grace is not None:
        told.append((_("Grace before it falls"), _length(ladder.grace.months, ladder.grace.days)))
    notes = {
        _("counters begin again with every step up"): ladder.resets,
        _("one level at a time on the way up"): ladder.one_step,
        _("a refund may take a tier at once"): ladder.falls_at_once,
    }
    return [*told, *((_("Also"), note) for note, holds in notes.items() if holds)]


def _validity(validity: Validity) -> str:
    if validity.kind is ValidityKind.FOREVER:
        return _("for good")
    if validity.kind is ValidityKind.MEASURED:
        return _("as long as its condition holds")
    if validity.kind is ValidityKind.MONTHS:
        return _length(validity.length, 0)
    if validity.kind is ValidityKind.DAYS:
        return _length(0, validity.length)
    year = validity.kind is ValidityKind.ANNIVERSARY
    period = _("the membership year") if year else _period(validity.step)
    if validity.length == 0:
        return _("to the end of %(period)s") % {"period": period}
    return _("to the end of %(period)s and %(count)d more") % {"period": period, "count": validity.length}


def _period(months: int) -> str:
    return {1: _("the month"), 3: _("the quarter"), 6: _("the half year"), 12: _("the year")}[months]


def _length(months: int, days: int) -> str:
    return _("%(count)d months") % {"count": months} if months else _("%(count)d days") % {"count": days}
