"""One member of a backtest, entry by entry in words: what moved, when, by which order, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from shuke.core.program.model import Program
from shuke.core.values.dates import NEVER
from shuke.engine.states import EntryFact, TierChangeFact
from shuke.engine.study_members import EntryTold, FactTold
from shuke.rooms.studio.contracts import MemberStory
from shuke.surfaces.wording import decision_words, figures, words

_TAKES = frozenset(
    {
        "redemption", "expiry", "holding", "lapse", "clawback", "clawback_pending", "debit", "repayment",
        "cancellation", "transfer_out", "merge_out", "conversion_out", "withdrawal", "owed",
    }
)  # fmt: skip
_OPENS = frozenset({"accrual", "credit", "opening", "activation"})
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the page shows it; `why` are the sentences of the decision behind it, empty where none was made."""

    when: str
    what: str
    amount: str
    takes: bool
    beside: str
    why: tuple[str, ...]


def told(story: MemberStory, latest: int) -> list[Line]:
    """Return the latest entries of a member, the last first."""
    zone = ZoneInfo(story.program.time_zone)
    shown: set[int] = set()
    lines = []
    for each in _together(story.told.entries)[-latest:]:
        fact = story.told.facts[each.fact] if each.fact >= 0 else None
        why: tuple[str, ...] = ()
        if fact is not None and each.fact not in shown:
            why = tuple(decision_words.lines(fact.decision, story.program))
        shown.add(each.fact)
        lines.append(_line(each, fact, story.program, zone, why))
    return lines[::-1]


def _together(entries: Sequence[EntryTold]) -> list[EntryTold]:
    """Return entries with those of one deed as one: what is used is drawn from one lot after the other."""
    found: list[EntryTold] = []
    for each in entries:
        last = found[-1] if found else None
        if (
            last
            and isinstance(each.entry, EntryFact)
            and isinstance(last.entry, EntryFact)
            and _deed(last) == _deed(each)
        ):
            found[-1] = replace(last, entry=replace(last.entry, amount=last.entry.amount + each.entry.amount))
        else:
            found.append(each)
    return found


def _deed(each: EntryTold) -> tuple[object, ...]:
    entry = each.entry
    return (
        (entry.kind, entry.unit, entry.at, each.fact)
        if isinstance(entry, EntryFact) and entry.kind in _TAKES
        else (id(each),)
    )


def _line(each: EntryTold, fact: FactTold | None, program: Program, zone: ZoneInfo, why: tuple[str, ...]) -> Line:
    entry = each.entry
    when = f"{datetime.fromtimestamp(entry.at, UTC).astimezone(zone):%Y-%m-%d %H:%M}"
    by = _by(each, fact, program)
    if isinstance(entry, TierChangeFact):
        return Line(
            when, _tier(entry, program), "", takes=False, beside=" · ".join(filter(None, (_held(entry), by))), why=why
        )
    unit, takes = program.units[entry.unit], entry.kind in _TAKES
    called = words.unit(unit.code, unit.name)
    amount = f"{figures.MINUS if takes else '+'}{figures.points(entry.amount, unit.scale)} {called}"
    return Line(when, words.wording(entry.kind), amount, takes, " · ".join(filter(None, (by, _usable(entry)))), why)


def _tier(entry: TierChangeFact, program: Program) -> str:
    names = [words.tier(level.code, level.name or level.code) for level in program.ladders[entry.ladder].levels]
    moved = f"{names[entry.before]} → {names[entry.after]}" if entry.before != entry.after else names[entry.after]
    return f"{words.wording(entry.reason)} · {moved}"


def _held(entry: TierChangeFact) -> str:
    return "" if entry.until >= NEVER else _("through %(day)s") % {"day": _EPOCH + timedelta(days=entry.until - 1)}


def _usable(entry: EntryFact) -> str:
    if entry.kind not in _OPENS or entry.ends >= NEVER:
        return ""
    return _("usable through %(day)s") % {"day": _EPOCH + timedelta(days=entry.ends - 1)}


def _by(each: EntryTold, fact: FactTold | None, program: Program) -> str:
    """Say by what an entry was made."""
    if fact is None:
        return _("as the policy assumes") if each.assumed else ""
    if fact.kind:
        return fact.kind
    money = figures.money(fact.net_minor, program.currency)
    return _("order %(id)s of %(money)s") % {"id": fact.order_id, "money": money} if fact.order_id else money
