"""How the API says why: the rules with their arithmetic, as data and as sentences in the reader's language."""

from collections.abc import Mapping

from shuke.core.program import wording
from shuke.core.program.explain import RuleReason, UnitReason
from shuke.core.program.tracing import written
from shuke.engine.explanation import EN_LABELS, ZH_LABELS
from shuke.foundation import ids
from shuke.rooms.members import contracts as members
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import Cause, Explanation, LotStory
from shuke.surfaces.http.fields import Answer, Instant, instant
from shuke.surfaces.http.schemas.movements import STAND_IN
from shuke.surfaces.http.schemas.orders import ORDER_PREFIX


class ConditionAnswer(Answer):
    """A condition of a rule as written, with the values seen, and whether it held."""

    source: str
    seen: str
    holds: bool


class RuleAnswer(Answer):
    """What a rule gave: `exact` whole units by `arithmetic`, or nothing where a condition did not hold.

    One that `multiplies` gave a factor; one that is `left_out` matched, and another rule of its `group` counts.
    """

    code: str
    unit: str
    line: int
    matched: bool
    conditions: list[ConditionAnswer]
    arithmetic: str | None
    exact: str
    multiplies: bool
    group: str | None
    left_out: bool


class UnitSumAnswer(Answer):
    """The exact sum of rules of a unit, rounded once to `points`, of which caps left `granted`; in 10**-scale of it.

    A unit whose rules give points of several dates, or with caps of their own, has one for each of them.
    """

    unit: str
    scale: int
    rounding: str
    exact: str
    points: int
    granted: int


class CauseAnswer(Answer):
    """The fact behind an entry and what its source calls it, null where it has no name of its own.

    `note` is the reason that was given by hand.
    """

    kind: str
    source: str | None
    external_id: str | None
    note: str | None


class LotStoryAnswer(Answer):
    """A lot that the entry opened or drew from, and the order that earned it."""

    id: str
    points: int
    earned_at: Instant
    expires_at: Instant | None
    order_id: str | None


class ExplanationAnswer(Answer):
    """Why an order or behaviour earned what it earned, or why an entry stands in the ledger.

    `rules` and `units` are those of the deciding version, empty where nothing was decided; `cause` is the fact behind
    the entry, null where time alone was; `lots` are those that the entry opened or drew from, in that order.
    `sentences` say it all in the reader's language.
    """

    program: str
    version: int | None
    member_id: str | None
    order_id: str | None
    entry_id: str | None
    kind: str | None
    cause: CauseAnswer | None
    effective_at: Instant | None
    late: bool
    tier_before: str | None
    tier_after: str | None
    rules: list[RuleAnswer]
    units: list[UnitSumAnswer]
    lots: list[LotStoryAnswer]
    sentences: list[str]
    livemode: bool


class RefusalAnswer(Answer):
    """What a code of a refusal means, and what to do about it."""

    code: str
    status: int
    title: str
    fix: str


def explanation_answer(explained: Explanation, *, language: str, livemode: bool) -> ExplanationAnswer:
    """Return an explanation; its texts are in "zh" or "en"."""
    decision, labels = explained.decision, ZH_LABELS if language == "zh" else EN_LABELS
    return ExplanationAnswer(
        program=explained.program,
        version=explained.version,
        member_id=ids.encode(members.ID_PREFIX, explained.member_id) if explained.member_id else None,
        order_id=ids.encode(ORDER_PREFIX, explained.order.id) if explained.order else None,
        entry_id=explained.entry.key.id if explained.entry else None,
        kind=explained.entry.kind.value if explained.entry else None,
        cause=_cause(explained.cause) if explained.cause else None,
        effective_at=instant(explained.effective_at) if explained.effective_at else None,
        late=explained.late,
        tier_before=explained.tier_before or None,
        tier_after=explained.tier_after or None,
        rules=[_rule(rule, labels) for rule in decision.rules] if decision else [],
        units=[_unit(unit) for unit in decision.units] if decision else [],
        lots=[_lot(story) for story in explained.lots],
        sentences=programs.told(explained, language),
        livemode=livemode,
    )


def _rule(rule: RuleReason, labels: Mapping[str, str]) -> RuleAnswer:
    return RuleAnswer(
        code=rule.code,
        unit=rule.unit,
        line=rule.line,
        matched=rule.matched,
        conditions=[
            ConditionAnswer(source=one.source, seen=wording.text_with(one.text, labels), holds=one.holds)
            for one in rule.conditions
        ],
        arithmetic=wording.text_with(rule.arithmetic, labels) or None,
        exact=written(rule.exact),
        multiplies=rule.multiplies,
        group=rule.group,
        left_out=rule.left_out,
    )


def _unit(unit: UnitReason) -> UnitSumAnswer:
    return UnitSumAnswer(
        unit=unit.unit,
        scale=unit.scale,
        rounding=unit.rounding,
        exact=written(unit.exact),
        points=unit.points,
        granted=unit.granted,
    )


def _cause(cause: Cause) -> CauseAnswer:
    named = bool(cause.source) and not cause.source.startswith(STAND_IN)
    return CauseAnswer(
        kind=cause.kind,
        source=cause.source if named else None,
        external_id=cause.external_id if named else None,
        note=cause.note or None,
    )


def _lot(story: LotStory) -> LotStoryAnswer:
    lot = story.lot
    return LotStoryAnswer(
        id=lot.key.id,
        points=story.points,
        earned_at=instant(lot.earned_at),
        expires_at=instant(lot.expires_at) if lot.expires_at else None,
        order_id=ids.encode(ORDER_PREFIX, story.order.id) if story.order else None,
    )
