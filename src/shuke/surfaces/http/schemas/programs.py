"""What clients say about programs and what they are shown."""

from dataclasses import asdict
from typing import Annotated

from pydantic import StringConstraints

from shuke.engine.yaml_tree import FILE_LIMIT_BYTES
from shuke.rooms.programs.contracts import Comparison, PublishTerms, VersionView, comparison_json
from shuke.surfaces.http.fields import Answer, Body, Instant, Time, instant, integer
from shuke.surfaces.http.schemas.problems import FieldErrorAnswer

PROGRAM_TEXT_LIMIT = FILE_LIMIT_BYTES  # in characters; the loader counts bytes
ProgramText = Annotated[str, StringConstraints(min_length=1, max_length=PROGRAM_TEXT_LIMIT)]


class ProgramTextBody(Body):
    """A program file, as YAML."""

    text: ProgramText


class PublishBody(Body):
    """A program file that is, or might be, published; in force from `effective_from`, or from now on."""

    text: ProgramText
    effective_from: Time | None = None


class AskedBody(PublishBody):
    """A program file to publish, or (`ask`) to be approved by a second person first.

    `after` is the number of the version with which it was compared; where a newer one is there, it is refused.
    """

    ask: bool = False
    after: integer(1, 2**31 - 1) | None = None


class PublishTermsAnswer(Answer):
    """Above which effect a version needs a second person, in percent; `always`: whatever it does.

    `down` is the share of members who go down, at once or later; the others are changes of what is owed and of a
    year's cost, either way.
    """

    always: bool
    down: str
    liability: str
    yearly: str
    livemode: bool


class CompareBody(PublishBody):
    """A program file, and another one, `against`, that it is compared with: the newest version by default."""

    against: ProgramText | None = None


class ValidationAnswer(Answer):
    """Whether a program file could be published; each error names line and column.

    `warnings` say what to look at again first, in the reader's language.
    """

    valid: bool
    program: str | None
    errors: list[FieldErrorAnswer]
    warnings: list[str]


class DifferenceAnswer(Answer):
    """What stands at a path of the file; null: nothing."""

    path: str
    before: str | None
    after: str | None


class MovesAnswer(Answer):
    """How many of the members looked at go from one tier to another as the version comes into force."""

    ladder: str
    before: str
    after: str
    members: int


class ReviewsAnswer(Answer):
    """How many who hold a tier then would come to `after` if they were looked at that day; without it, to `before`."""

    ladder: str
    held: str
    before: str
    after: str
    members: int


class ChangeAnswer(Answer):
    """One thing that the program says otherwise, by its path of codes, in English and Chinese; null: not there."""

    path: str
    before: str | None
    after: str | None
    en: str
    zh: str


class ShiftAnswer(Answer):
    """How many members go up and down on a ladder: at once, and, of the others, at their next look."""

    ladder: str
    up: int
    down: int
    up_later: int
    down_later: int


class SampleAnswer(Answer):
    """One member who goes up or down, at once or (`later`) at the next look."""

    member_id: str
    ladder: str
    before: str
    after: str
    up: bool
    later: bool


class WorthAnswer(Answer):
    """Points of a unit, in its smallest fraction, and what they cost, before and after; null: it has no value."""

    unit: str
    scale: int
    points_before: int
    points_after: int
    minor_before: int | None
    minor_after: int | None


class OwedAnswer(WorthAnswer):
    """Points outstanding; `lots` of them, with `lot_points`, end on another day or are worth something else."""

    lots: int
    lot_points: int


class LiabilityAnswer(Answer):
    """What is owed to members before and after, in minor units."""

    before_minor: int
    after_minor: int
    units: list[OwedAnswer]


class YearlyAnswer(Answer):
    """What the points issued from `first_day` to before `until_day` cost: `facts` of `members` were replayed."""

    first_day: str
    until_day: str
    members: int
    facts: int
    before_minor: int
    after_minor: int
    units: list[WorthAnswer]


class EffectAnswer(Answer):
    """What a program does to members, to what is owed and to a year's cost; figures are for all members."""

    currency: str
    looked_at: int
    members: int
    shifts: list[ShiftAnswer]
    samples: list[SampleAnswer]
    liability: LiabilityAnswer
    yearly: YearlyAnswer


class ComparisonAnswer(Answer):
    """What a file would change against the version `against` in force from `effective_from`.

    `meaning` tells it in sentences, `differences` text by text. `moves` are what publishing does to tiers of those
    looked at, `reviews` what later reviews, and facts that move up, would change; `effect` adds it up for all members.
    """

    against: int
    effective_from: Instant
    meaning: list[ChangeAnswer]
    differences: list[DifferenceAnswer]
    moves: list[MovesAnswer]
    reviews: list[ReviewsAnswer]
    looked_at: int
    members: int
    effect: EffectAnswer
    livemode: bool


class VersionSummary(Answer):
    """A version without its texts; `withdrawn_at` and `withdrawn_by` are null unless it was taken back."""

    program: str
    name: str
    number: int
    effective_from: Instant
    published_at: Instant
    published_by: str
    withdrawn_at: Instant | None
    withdrawn_by: str | None


class VersionAnswer(VersionSummary):
    """A published version, never changed: the file as it was, and the source that was generated from it."""

    text: str
    source: str
    shape: str
    livemode: bool
    dry_run: bool = False


class PublishedAnswer(VersionAnswer):
    """A version as it was published; `warnings` say what of it to look at again, in the reader's language."""

    warnings: list[str]


class VersionListAnswer(Answer):
    """All versions of a program, newest first."""

    items: list[VersionSummary]
    livemode: bool


def comparison_answer(found: Comparison, *, livemode: bool) -> ComparisonAnswer:
    """Return a comparison as the API shows it."""
    data = comparison_json(found)
    return ComparisonAnswer(
        against=found.number,
        effective_from=instant(found.at),
        meaning=data["meaning"],
        differences=[DifferenceAnswer(**asdict(each)) for each in found.differences],
        moves=[MovesAnswer(**asdict(each)) for each in found.moves],
        reviews=[ReviewsAnswer(**asdict(each)) for each in found.reviews],
        looked_at=found.looked_at,
        members=found.members,
        effect=EffectAnswer(**{name: data[name] for name in EffectAnswer.model_fields}),
        livemode=livemode,
    )


def terms_answer(terms: PublishTerms, *, livemode: bool) -> PublishTermsAnswer:
    """Return the terms of publishing as the API shows them."""
    percents = {name: f"{getattr(terms, name):f}" for name in ("down", "liability", "yearly")}
    return PublishTermsAnswer(always=terms.always, **percents, livemode=livemode)


def version_summary(version: VersionView) -> VersionSummary:
    """Return a version without its texts."""
    return VersionSummary(
        program=version.program,
        name=version.name,
        number=version.number,
        effective_from=instant(version.effective_from),
        published_at=instant(version.published_at),
        published_by=version.published_by,
        withdrawn_at=version.withdrawn_at and instant(version.withdrawn_at),
        withdrawn_by=version.withdrawn_by,
    )


def version_answer(version: VersionView, *, livemode: bool, dry_run: bool = False) -> VersionAnswer:
    """Return a version as the API shows it."""
    return VersionAnswer(
        **version_summary(version).model_dump(),
        text=version.text,
        source=version.source,
        shape=version.shape,
        livemode=livemode,
        dry_run=dry_run,
    )
