"""What clients say about tiers given by hand, and how tiers stand and changed."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from pydantic import StrictBool

from shuke.core.program import wording
from shuke.core.program.progress import Hurdle, LevelReason
from shuke.core.program.tracing import written
from shuke.core.values.dates import NEVER
from shuke.rooms.members import contracts as members
from shuke.rooms.programs.contracts import Passed, TierFact, TierStanding
from shuke.rooms.tiers.contracts import TierChange
from shuke.surfaces.http.fields import Answer, Code, Date, Day, Instant, instant
from shuke.surfaces.http.schemas.adjustments import Reason
from shuke.surfaces.http.schemas.movements import Foreseen, KeyedBody, PassedTierChange

TIER_PREFIX = "tch"


class TierBody(KeyedBody):
    """A tier given by hand to its last day `until` (none: for ever), as a floor under what is earned.

    `exactly` also takes a higher one away; `ladder` is the program's first where none is named.
    """

    tier: Code
    reason: Reason
    ladder: Code | None = None
    until: Date | None = None
    exactly: StrictBool = False

    def value_of(self, source: str, external_id: str, member: members.MemberRef) -> TierFact:
        return TierFact(
            source=source,
            external_id=external_id,
            member=member,
            tier=self.tier,
            reason=self.reason,
            until=self.until,
            ladder=self.ladder,
            exactly=self.exactly,
            occurred_at=self.occurred_at,
        )


class ConditionSeen(Answer):
    """A condition as written, with the values seen, and whether it holds."""

    source: str
    seen: str
    holds: bool


class HurdleAnswer(Answer):
    """What a level asks for: a threshold of the measure, of which `missing` is not there yet, or conditions.

    In the measure's own units, money in major units, as exact decimals or fractions.
    """

    met: bool
    threshold: str | None
    missing: str | None
    conditions: list[ConditionSeen]


class LevelAnswer(Answer):
    code: str
    name: str
    reach: HurdleAnswer
    keep: HurdleAnswer


class TierAnswer(Answer):
    """The tier a member stands in on a ladder, and the ways up and down; `until` is the last day, null without end.

    `measured`, `next_threshold`, `missing` and `to_keep` are in minor units where `is_money`, else in whole units,
    rounded away from 0 so that the sum named is enough. `projected` is the tier from the day after `until` if nothing
    is bought until then, `to_keep` what is missing to keep this one; `gift` is the tier given by hand that is held at
    least. `levels` say what each level asks for and what was seen, `sentences` the same in words.
    """

    ladder: str
    ladder_name: str
    code: str
    name: str
    rank: int
    since: Day | None
    until: Day | None
    grace: bool
    measure: str
    is_money: bool
    measured: int | None
    next_code: str | None
    next_name: str | None
    next_threshold: int | None
    missing: int | None
    projected: str | None
    to_keep: int | None
    gift: str | None
    gift_until: Day | None
    levels: list[LevelAnswer]
    sentences: list[str]


class TierResult(Foreseen):
    """What became of a tier given by hand; `tiers` are where the member stands now on every ladder."""

    status: Literal["recorded", "repeated"]
    id: str
    source: str | None
    external_id: str | None
    tiers: list[TierAnswer]
    livemode: bool


class TierChangeAnswer(Answer):
    """A tier set, also to the same one for longer; `before` is null on joining.

    `fact` is the id of the order, behaviour, refund or assignment behind it, null where time was; `note` is the reason
    given by hand, `why` a sentence in the reader's language.
    """

    ladder: str
    before: str | None
    after: str
    until: Day | None
    reason: Literal["enrolled", "qualified", "reviewed", "renewed", "version_changed", "grace", "assigned", "refunded"]
    why: str
    note: str
    fact: str | None
    occurred_at: Instant


class TierChangesAnswer(Answer):
    """A member's changes of tier on every ladder of the program, the latest first.

    `next_cursor` is null on the last page.
    """

    items: list[TierChangeAnswer]
    next_cursor: str | None
    livemode: bool


def tier_answer(tier: TierStanding, currency_digits: int, *, language: str, labels: Mapping[str, str]) -> TierAnswer:
    """Return where a member stands on a ladder as the API shows it; its sentences are in "zh" or "en"."""
    factor = 10**currency_digits if tier.is_money else 1
    reason = tier.reason
    return TierAnswer(
        ladder=tier.ladder,
        ladder_name=tier.ladder_name,
        code=tier.code,
        name=tier.name,
        rank=tier.rank,
        since=_day(tier.since),
        until=_day(tier.until),
        grace=tier.grace,
        measure=tier.measure,
        is_money=tier.is_money,
        measured=None if tier.measured is None else int(tier.measured * factor // 1),
        next_code=tier.next_code,
        next_name=tier.next_name,
        next_threshold=_enough(tier.next_threshold, factor),
        missing=_enough(tier.missing, factor),
        projected=tier.projected,
        to_keep=_enough(tier.to_keep, factor),
        gift=tier.gift,
        gift_until=_day(tier.gift_until),
        levels=[_level(level, labels) for level in reason.levels] if reason else [],
        sentences=wording.render_ladder(reason, language, labels) if reason else [],
    )


def tier_change_answer(ladder: str, change: TierChange, fact: str | None, why: str) -> TierChangeAnswer:
    """Return a change of tier as the API shows it."""
    return TierChangeAnswer(
        ladder=ladder,
        before=change.before.code if change.before else None,
        after=change.after.code,
        until=_last_day(change.until_day),
        reason=change.reason.value,
        why=why,
        note=change.note,
        fact=fact,
        occurred_at=instant(change.occurred_at),
    )


def passed_changes(passed: Passed) -> list[PassedTierChange]:
    """Return the tiers that time alone would change."""
    return [
        PassedTierChange(
            before=change.before.code if change.before else None,
            after=change.after.code,
            reason=change.reason.value,
            occurred_at=instant(change.occurred_at),
        )
        for change in passed.tier_changes
    ]


def _level(level: LevelReason, labels: Mapping[str, str]) -> LevelAnswer:
    return LevelAnswer(
        code=level.code, name=level.name, reach=_hurdle(level.reach, labels), keep=_hurdle(level.keep, labels)
    )


def _hurdle(hurdle: Hurdle, labels: Mapping[str, str]) -> HurdleAnswer:
    counts = hurdle.threshold is not None
    return HurdleAnswer(
        met=hurdle.met,
        threshold=written(hurdle.threshold) if hurdle.threshold is not None else None,
        missing=written(hurdle.missing) if counts else None,
        conditions=[
            ConditionSeen(source=one.source, seen=wording.text_with(one.text, labels), holds=one.holds)
            for one in hurdle.conditions
        ],
    )


def _enough(amount: Fraction | None, factor: int) -> int | None:
    return None if amount is None else -int(-amount * factor // 1)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _last_day(until_day: int) -> str | None:
    return None if until_day >= NEVER else (date(1970, 1, 1) + timedelta(days=until_day - 1)).isoformat()
