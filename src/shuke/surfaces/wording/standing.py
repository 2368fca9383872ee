"""Puts where a member stands into words: each ladder with the way up, what keeps the tier, grace and gift."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shuke.core.program.tracing import written
from shuke.core.program.wording import render_ladder
from shuke.core.values.dates import NEVER
from shuke.engine.explanation import EN_LABELS, ZH_LABELS
from shuke.rooms.points.contracts import Lot
from shuke.rooms.programs.contracts import Balance, Standing, TierStanding
from shuke.rooms.tiers.contracts import Reason, TierChange
from shuke.surfaces.wording import figures, words
from shuke.surfaces.wording.running import Running, running


@dataclass(frozen=True, slots=True)
class Step:
    """The way to the next tier: what is missing, the sentence, and how much of the way is gone, of a thousand."""

    missing: str
    sentence: str
    gone: int


@dataclass(frozen=True, slots=True)
class LadderView:
    """A ladder as a member's page shows it; `keeping` says what becomes of the tier at its end."""

    tier: TierStanding
    step: Step | None
    keeping: str
    at_risk: bool
    gift: str
    sentences: list[str]


def ladders(standing: Standing, program: Running, gifts: dict[str, TierChange]) -> list[LadderView]:
    """Return every ladder of a member; `gifts` are the changes by ladder that gave the tiers given by hand."""
    language, labels = ("en", EN_LABELS) if get_language() == "en" else ("zh", ZH_LABELS)
    return [
        LadderView(
            tier,
            _step(tier, program),
            _keeping(tier, program),
            tier.projected is not None and tier.projected != tier.code,
            _gift(tier, gifts.get(tier.ladder), program),
            render_ladder(tier.reason, language, labels) if tier.reason else [],
        )
        for tier in standing.tiers
    ]


def gift_of(changes: tuple[TierChange, ...]) -> TierChange | None:
    """Return the latest change by hand."""
    return next((change for change in reversed(changes) if change.reason is Reason.ASSIGNED), None)


def spread(balances: tuple[Balance, ...]) -> tuple[Balance | None, tuple[Balance, ...]]:
    """Return the unit that members spend first of all, and the others."""
    first = next((each for each in balances if each.spendable), balances[0] if balances else None)
    return first, tuple(each for each in balances if each is not first)


def measured(amount: Fraction, tier: TierStanding, program: Running) -> str:
    """Write an amount of a ladder's measure: money with its sign, anything else as a number."""
    if tier.is_money:
        minor = amount * 10**program.program.currency_digits
        return figures.money(-(-minor.numerator // minor.denominator), program.program.currency)
    return figures.number(amount.numerator) if amount.denominator == 1 else written(amount)


def way_to_keep(tier: TierStanding, program: Running) -> str:
    """Say what keeps a tier beyond its end, as a sentence that follows another; "" where nothing measured does."""
    if not tier.to_keep:
        return ""
    missing = {"missing": measured(tier.to_keep, tier, program)}
    if tier.measure.startswith("SPEND"):
        return _(" Spend %(missing)s more by then to keep it.") % missing
    if tier.measure.startswith("ORDERS"):
        return _(" Place %(missing)s more orders by then to keep it.") % missing
    return _(" Gain %(missing)s more by then to keep it.") % missing


def waits_for(lot: Lot) -> str:
    """Say what the points of a lot that are not usable yet wait for, "" where none wait."""
    if not lot.waiting or lot.wait is None:
        return ""
    wait, program = lot.wait, running()
    if wait.event is None:
        return _("usable from %(day)s") % {"day": date_of(wait.ready_day)}
    event = program.behaviour_name(wait.event) if program else wait.event
    if wait.cancel_day >= NEVER:
        return _("usable once «%(event)s» comes") % {"event": event}
    said = {"event": event, "day": date_of(wait.cancel_day)}
    return _("usable once «%(event)s» comes, cancelled on %(day)s") % said


def date_of(day: int) -> date:
    """Return a civil day."""
    return date(1970, 1, 1) + timedelta(days=day)


def _step(tier: TierStanding, program: Running) -> Step | None:
    if tier.next_threshold is None or tier.missing is None:
        return None
    missing = measured(tier.missing, tier, program)
    named = {"missing": missing, "tier": words.tier(tier.next_code or "", tier.next_name or "")}
    way = tier.next_threshold - (tier.threshold or 0)
    gone = max(Fraction(0), way - tier.missing)
    return Step(missing, _missing(tier) % named, int(1000 * gone / way) if way > 0 else 0)


def _missing(tier: TierStanding) -> str:
    if tier.measure.startswith("SPEND"):
        return _("Spend %(missing)s more to reach %(tier)s")
    if tier.measure.startswith("ORDERS"):
        return _("%(missing)s more orders to reach %(tier)s")
    return _("%(missing)s more to reach %(tier)s")


def _keeping(tier: TierStanding, program: Running) -> str:
    """Say what becomes of the tier when it ends: kept, or fallen, and what would keep it."""
    if tier.until is None or tier.projected is None:
        return ""
    day = {"day": f"{tier.until:%Y-%m-%d}"}
    if tier.projected == tier.code:
        return _("Holds through %(day)s and is kept then as things stand.") % day
    falls = day | {"tier": program.tier_name(tier.projected)}
    return _("Will fall to %(tier)s after %(day)s.") % falls + way_to_keep(tier, program)


def _gift(tier: TierStanding, change: TierChange | None, program: Running) -> str:
    if tier.gift is None:
        return ""
    said = {"tier": program.tier_name(tier.gift), "reason": change.note if change else ""}
    if tier.gift_until is None:
        return _("%(tier)s was given for good: %(reason)s") % said
    return _("%(tier)s was given through %(day)s: %(reason)s") % (said | {"day": _day(tier.gift_until)})


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d}"
