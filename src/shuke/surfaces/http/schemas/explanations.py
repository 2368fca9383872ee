"""How the API says why: the rules with their arithmetic, as data and as sentences in the reader's language."""

from collections.abc import Mapping

from shuke.core.program import wording
from shuke.core.program.explain import RuleReason, UnitReason
from shuke.core.program.tracing import written
from shuke.engine.explanation import EN_LABELS, ZH_LABELS
from shuke.foundation import ids
from shuke.rooms.members import contracts as members
from shuke.rooms.programs.contracts import Explanation, LotStory
from shuke.surfaces.http.fields import Answer, Instant, instant
from shuke.surfaces.http.schemas.orders import ORDER_PREFIX


class ConditionAnswer(Answer):
    """A condition of a rule as written, with the values seen, and whether it held."""

    source: str
    seen: str
    holds: bool


class RuleAnswer(Answer):
    """What a rule gave: `exact` whole units by `arithmetic`, or nothing where a condition did not hold."""

    code: str
    unit: str
    line: int
    matched: bool
    conditions: list[ConditionAnswer]
    arithmetic: str | None
    exact: str


class UnitSumAnswer(Answer):
    """The exact sum of the rules of a unit, rounded once to `points`, in 10**-scale of the unit."""

    unit: str
    scale: int
    rounding: str
    exact: str
    points: int


class LotStoryAnswer(Answer):
    """A lot that the entry opened or drew from, and the order that earned it."""

    id: str
    points: int
    earned_at: Instant
    expires_at: Instant | None
    order_id: str | None


class ExplanationAnswer(Answer):
    """Why an order earned what it earned, or why an entry stands in the ledger.

    `rules`, `units` and `sentences` are those of the deciding version, empty where the order was not decided or time
    or a redemption caused the entry; `lots` are those that the entry opened or drew from, in that order.
    """

    program: str
    version: int | None
    member_id: str | None
    order_id: str | None
    entry_id: str | None
    effective_at: Instant | None
    late: bool
    tier_before: str | None
    tier_after: str | None
    rules: list[RuleAnswer]
    units: list[UnitSumAnswer]
    lots: list[LotStoryAnswer]
    sentences: list[str]
    livemode: bool


def explanation_answer(explained: Explanation, *, language: str, livemode: bool) -> ExplanationAnswer:
    """Return an explanation; its texts are in "zh" or "en"."""
    decision, labels = explained.decision, ZH_LABELS if language == "zh" else EN_LABELS
    return ExplanationAnswer(
        program=explained.program,
        version=explained.version,
        member_id=ids.encode(members.ID_PREFIX, explained.member_id) if explained.member_id else None,
        order_id=ids.encode(ORDER_PREFIX, explained.order.id) if explained.order else None,
        entry_id=explained.entry.key.id if explained.entry else None,
        effective_at=instant(explained.effective_at) if explained.effective_at else None,
        late=explained.late,
        tier_before=explained.tier_before or None,
        tier_after=explained.tier_after or None,
        rules=[_rule(rule, labels) for rule in decision.rules] if decision else [],
        units=[_unit(unit) for unit in decision.units] if decision else [],
        lots=[_lot(story) for story in explained.lots],
        sentences=wording.render(decision, language, labels) if decision else [],
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
    )


def _unit(unit: UnitReason) -> UnitSumAnswer:
    return UnitSumAnswer(
        unit=unit.unit, scale=unit.scale, rounding=unit.rounding, exact=written(unit.exact), points=unit.points
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
