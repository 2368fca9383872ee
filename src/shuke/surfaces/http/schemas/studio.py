"""What clients say about histories and runs over them, and what they are shown."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils import translation
from pydantic import Field, StrictBool, StringConstraints

from shuke.foundation import ids
from shuke.rooms.studio import contracts
from shuke.rooms.studio.contracts import FILE_PREFIX, HISTORY_PREFIX, RUN_PREFIX, FileKind, RunKind
from shuke.surfaces.http.fields import Answer, Body, Code, Currency, Date, Day, Instant, instant, integer, text
from shuke.surfaces.http.schemas.programs import ProgramText
from shuke.surfaces.wording import refusals

_ID = r"_[0-7][0-9A-HJKMNP-TV-Z]{25}$"
HistoryId = Annotated[str, StringConstraints(pattern=rf"^{HISTORY_PREFIX}{_ID}")]
HistoryFileId = Annotated[str, StringConstraints(pattern=rf"^{FILE_PREFIX}{_ID}")]
RunId = Annotated[str, StringConstraints(pattern=rf"^{RUN_PREFIX}{_ID}")]
CONTENT_LIMIT = 7_000_000  # of base64, so that it fits a body of 8 MB
_ONLY = {"additionalProperties": False}  # of other names
_DECIMAL = r"^-?\d{1,12}(\.\d{1,9})?%?$"
Decimal = Annotated[str, StringConstraints(pattern=_DECIMAL)]


class NewHistoryBody(Body):
    """A history that files are brought to, or with `live` one of what this deployment recorded, read at once."""

    name: text(contracts.NAME_LIMIT)
    live: StrictBool = False


class HistoryFileBody(Body):
    """A file as base64; larger ones in several of the same kind, which are taken together."""

    kind: FileKind
    name: text(contracts.NAME_LIMIT)
    content: Annotated[
        str, StringConstraints(min_length=4, max_length=CONTENT_LIMIT, pattern=r"^[A-Za-z0-9+/]+={0,2}$")
    ]


class HistoryColumnBody(Body):
    """What a column means; `-` leaves it out."""

    column: text(300)
    field: Annotated[str, StringConstraints(pattern=r"^(-|[a-z_]{1,30})$")]


class HistoryColumnsBody(Body):
    """What columns of a file mean; others stay what they were taken for."""

    columns: Annotated[list[HistoryColumnBody], Field(min_length=1, max_length=200)]


class ReadHistoryBody(Body):
    """How files are read: the currency of amounts, the zone of times that carry none (empty where each says its own),
    the order in which dates are written, and whether to go on without faulty rows.

    `statuses` are those of orders that count as sales, needed where a column is the status of orders; an empty text
    stands for rows without one.
    """

    currency: Currency
    time_zone: Annotated[str, StringConstraints(max_length=60, pattern=r"^[A-Za-z0-9_+/-]*$")]
    dates: Literal["ymd", "mdy", "dmy"] = "ymd"
    leave_out: StrictBool = False
    statuses: (
        Annotated[list[Annotated[str, StringConstraints(max_length=2000)]], Field(min_length=1, max_length=100)] | None
    ) = None

    def value(self) -> contracts.Reading:
        statuses = None if self.statuses is None else tuple(self.statuses)
        return contracts.Reading(self.currency, self.time_zone, self.dates, self.leave_out, statuses)


class PolicyBody(Body):
    """How members use points: as observed, never, in whole steps of `at` points as soon as there are so many, or
    `share` of the balance at each order; members of a segment otherwise.
    """

    kind: Literal["observed", "none", "greedy", "share"] = "observed"
    unit: Code | None = None
    at: Decimal | None = None
    share: Decimal | None = None
    by_segment: Annotated[dict[text(100), "PolicyBody"], Field(max_length=50, json_schema_extra=_ONLY)] = Field(
        default={}
    )

    def value(self) -> dict[str, Any]:
        said = {"kind": self.kind, "unit": self.unit, "at": self.at, "share": self.share}
        parts = {name: each.value() for name, each in self.by_segment.items()}
        return {name: each for name, each in said.items() if each is not None} | (
            {"by_segment": parts} if parts else {}
        )


class AssumptionsBody(Body):
    """What is assumed of behaviour: by how much spend grows in a tier, how it answers the reward rate, the margin."""

    uplift: Annotated[dict[Code, Decimal], Field(max_length=32, json_schema_extra=_ONLY)] = Field(default={})
    elasticity: Decimal | None = None
    margin: Decimal | None = None

    def value(self) -> dict[str, Any]:
        return {name: each for name, each in self.model_dump().items() if each}


class BacktestBody(Body):
    """A program over a history, alone or against another; counted from `since` to `until`, whole by default."""

    history: HistoryId
    text: ProgramText
    against: ProgramText | None = None
    name: text(contracts.NAME_LIMIT) | None = None
    since: Date | None = None
    until: Date | None = None
    policy: PolicyBody = Field(default=PolicyBody())
    assumptions: AssumptionsBody = Field(default=AssumptionsBody())

    def value(self) -> contracts.RunRequest:
        days = {"since": self.since, "until": self.until}
        return contracts.RunRequest(
            RunKind.BACKTEST,
            ids.decode(HISTORY_PREFIX, self.history),
            self.text,
            self.against or "",
            self.name or "",
            {name: day.isoformat() for name, day in days.items() if day}
            | {"policy": self.policy.value(), "assumptions": self.assumptions.value()},
        )


class ForecastBody(Body):
    """A program over a history, and how far ahead; `costs` and `values` of a whole point by unit, in major units."""

    history: HistoryId
    text: ProgramText
    name: text(contracts.NAME_LIMIT) | None = None
    months: integer(1, 36) = 12
    policy: PolicyBody = Field(default=PolicyBody())
    assumptions: AssumptionsBody = Field(default=AssumptionsBody())
    costs: Annotated[dict[Code, Decimal], Field(max_length=8, json_schema_extra=_ONLY)] = Field(default={})
    values: Annotated[dict[Code, Decimal], Field(max_length=8, json_schema_extra=_ONLY)] = Field(default={})

    def value(self) -> contracts.RunRequest:
        return contracts.RunRequest(
            RunKind.FORECAST,
            ids.decode(HISTORY_PREFIX, self.history),
            self.text,
            name=self.name or "",
            settings={
                "months": self.months,
                "policy": self.policy.value(),
                "assumptions": self.assumptions.value(),
                "costs": dict(self.costs),
                "values": dict(self.values),
            },
        )


class ProposalBody(Body):
    """What is known of the shop; what is left out is read from the history, or taken from what is usual."""

    history: HistoryId | None = None
    industry: Code
    currency: Currency
    time_zone: text(60)
    language: Literal["zh", "en"] = "zh"
    begins: Date | None = None
    name: text(60) | None = None
    program: Code | None = None
    stores: integer(1, 10**7) | None = None
    members: integer(1, 10**7) | None = None
    orders_a_year: Decimal | None = None
    average_order: Decimal | None = None
    margin: Decimal | None = None
    repeat_share: Decimal | None = None
    anonymous: Decimal | None = None
    running_cost: Decimal | None = None
    reward_rate: Decimal | None = None
    levels: integer(2, 6) | None = None
    benefits: Annotated[list[Decimal], Field(max_length=6)] = Field(default=[])
    model: Literal["points", "paid", "charity", "shared", "community", "token"] | None = None
    partners: StrictBool = False
    cause: StrictBool = False
    hosts: StrictBool = False
    service: StrictBool = False

    def value(self) -> contracts.RunRequest:
        said = self.model_dump(exclude={"history", "begins"}, exclude_none=True)
        begins = {"begins": self.begins.isoformat()} if self.begins else {}
        history = ids.decode(HISTORY_PREFIX, self.history) if self.history else None
        return contracts.RunRequest(RunKind.PROPOSAL, history, name=self.name or self.industry, settings=said | begins)


class ColumnAnswer(Answer):
    """A column: what it is taken for (empty: nothing), how surely from 0 to 1, and its first values."""

    column: str
    field: str
    confidence: float
    samples: list[str]


class OrderStatusAnswer(Answer):
    """A status of orders with its rows; `sale` as far as its words tell, which decides nothing."""

    value: str
    rows: int
    sale: bool


class HistoryFileAnswer(Answer):
    """A file of a history; `missing` are fields that it needs and no column has, `gone` that it is here no more.

    `statuses` are those of its orders where a column is taken for that, counted in its first 100,000 rows. Where a
    reading finds others it fails with `statuses_missing`, and all of the file are told here.
    """

    id: str
    kind: str
    name: str
    bytes: int
    sha256: str
    columns: list[ColumnAnswer]
    missing: list[str]
    statuses: list[OrderStatusAnswer]
    gone: bool
    livemode: bool


class HistoryFaultAnswer(Answer):
    """One cause for which rows can't be used; `rows` are the numbers of the first, `found` is of the very first."""

    file: str
    code: str
    column: str
    count: int
    rows: list[int]
    found: str
    expected: str


class WordsAnswer(Answer):
    """A sentence in both languages."""

    en: str
    zh: str


class ProgressAnswer(Answer):
    """How far work is: the phase, steps done of all, seconds left where they can be told."""

    phase: str
    done: int
    total: int
    seconds_left: int | None


class HistoryAnswer(Answer):
    """A history; `counts` are empty until it is `ready`, `faults` there where it was `refused` or went on without.

    `statuses` are those of orders that count as sales, null where nobody said it or the reader may not use the studio.
    `no_sale` has rows, orders and net_minor that the status of orders left out; `notes` count what was used as it is:
    measured_rows, skipped_times, repeated_times, repeated_lines, repeated_refunds. Its state is `gone` where its files
    are not on this machine, as after a restore: bring them again as a new history.
    """

    id: str
    name: str
    live: bool
    state: str
    currency: str
    time_zone: str
    statuses: list[str] | None
    files: list[HistoryFileAnswer]
    counts: dict[str, int]
    segments: list[str]
    first_day: Day | None
    last_day: Day | None
    faults: list[HistoryFaultAnswer]
    left_out: dict[str, int]
    no_sale: dict[str, int]
    notes: dict[str, int]
    progress: ProgressAnswer
    failure: str
    failure_told: WordsAnswer | None
    asked_at: Instant
    asked_by: str
    livemode: bool


class HistoryListAnswer(Answer):
    items: list[HistoryAnswer]
    livemode: bool


class GoneAnswer(Answer):
    """What is not there any more."""

    id: str
    removed: bool
    livemode: bool


class RunAnswer(Answer):
    """A run: what was asked, how far it is, and once it is `ready` its `result`; lists leave that out."""

    id: str
    kind: str
    name: str
    history: str | None
    program: str
    against: str
    settings: dict[str, Any]
    state: str
    progress: ProgressAnswer
    failure: str
    failure_told: WordsAnswer | None
    result: dict[str, Any]
    asked_at: Instant
    asked_by: str
    seconds: float | None
    livemode: bool


class RunListAnswer(Answer):
    items: list[RunAnswer]
    livemode: bool


class RunMembersAnswer(Answer):
    """Members of a run, a row each in the order of `columns`."""

    columns: list[str]
    rows: list[list[Any]]
    total: int
    offset: int
    livemode: bool


def history_answer(found: contracts.HistoryView, *, livemode: bool) -> HistoryAnswer:
    """Return a history as the API shows it."""
    return HistoryAnswer(
        id=ids.encode(HISTORY_PREFIX, found.id),
        name=found.name,
        live=found.is_live,
        state=found.state,
        currency=found.reading.currency,
        time_zone=found.reading.time_zone,
        statuses=None if found.reading.statuses is None else list(found.reading.statuses),
        files=[history_file_answer(file, livemode=livemode) for file in found.files],
        counts=dict(found.counts),
        segments=list(found.segments),
        first_day=found.first_day.isoformat() if found.first_day else None,
        last_day=found.last_day.isoformat() if found.last_day else None,
        faults=[
            HistoryFaultAnswer(
                file=each.file,
                code=each.code,
                column=each.column,
                count=each.count,
                rows=list(each.rows),
                found=each.found,
                expected=each.expected,
            )
            for each in found.faults
        ],
        left_out=dict(found.left_out),
        no_sale=dict(found.no_sale),
        notes=dict(found.notes),
        progress=_progress(found.progress),
        failure=found.failure,
        failure_told=_told(found.failure, found.failure_params),
        asked_at=instant(found.asked_at),
        asked_by=found.actor.label,
        livemode=livemode,
    )


def history_file_answer(file: contracts.HistoryFile, *, livemode: bool) -> HistoryFileAnswer:
    """Return a file of a history as the API shows it."""
    taken = file.fields
    return HistoryFileAnswer(
        id=ids.encode(FILE_PREFIX, file.id),
        kind=file.kind,
        name=file.name,
        bytes=file.size,
        sha256=file.digest,
        columns=[
            ColumnAnswer(
                column=guess.column,
                field=taken[guess.column],
                confidence=1.0 if guess.column in file.mapping else guess.confidence,
                samples=list(guess.samples),
            )
            for guess in file.columns
        ],
        missing=list(file.missing),
        statuses=[OrderStatusAnswer(value=one.value, rows=one.rows, sale=one.is_sale) for one in file.statuses],
        gone=file.is_gone,
        livemode=livemode,
    )


def run_answer(found: contracts.RunView, *, livemode: bool) -> RunAnswer:
    """Return a run as the API shows it."""
    return RunAnswer(
        id=ids.encode(RUN_PREFIX, found.id),
        kind=found.kind,
        name=found.name,
        history=ids.encode(HISTORY_PREFIX, found.history.id) if found.history else None,
        program=found.program,
        against=found.other_program,
        settings=dict(found.settings),
        state=found.state,
        progress=_progress(found.progress),
        failure=found.failure,
        failure_told=_told(found.failure, found.failure_params),
        result=dict(found.result),
        asked_at=instant(found.asked_at),
        asked_by=found.actor.label,
        seconds=found.seconds,
        livemode=livemode,
    )


def decode_history_id(value: str) -> UUID:
    """Return the id behind its outside form. Raises: Refusal `invalid_id`."""
    return ids.decode(HISTORY_PREFIX, value)


def decode_file_id(value: str) -> UUID:
    """Return the id behind its outside form. Raises: Refusal `invalid_id`."""
    return ids.decode(FILE_PREFIX, value)


def decode_run_id(value: str) -> UUID:
    """Return the id behind its outside form. Raises: Refusal `invalid_id`."""
    return ids.decode(RUN_PREFIX, value)


def _told(failure: str, params: Mapping[str, Any]) -> WordsAnswer | None:
    """Word why work failed."""
    if not failure:
        return None
    told = {}
    for name, language in (("en", "en"), ("zh", "zh-hans")):
        with translation.override(language):
            told[name] = refusals.failure(failure, params)
    return WordsAnswer(**told)


def _progress(progress: contracts.Progress) -> ProgressAnswer:
    return ProgressAnswer(
        phase=progress.phase, done=progress.done, total=progress.total, seconds_left=progress.seconds_left
    )
