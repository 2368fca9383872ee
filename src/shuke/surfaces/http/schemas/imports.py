"""What clients say about files of members, and the reports that they are shown."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shuke.foundation import ids
from shuke.rooms.programs import contracts
from shuke.rooms.programs.contracts import IMPORT_PREFIX, RowState
from shuke.surfaces.http.codes import CODES, UNKNOWN
from shuke.surfaces.http.fields import Answer, Body, Instant, Source, instant, text

ImportId = Annotated[str, StringConstraints(pattern=r"^imp_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
TEXT_LIMIT = 4_000_000  # as JSON it fits a body of 8 MB


class ColumnBody(Body):
    """What a column means whose name does not say it; `-` leaves it out."""

    column: text(200)
    field: Annotated[str, StringConstraints(pattern=r"^(-|[a-z_]{1,20}|attribute:[a-z][a-z0-9_-]{0,39})$")]


class ImportBody(Body):
    """A file of members as CSV with a header; `source` is the system whose external ids it has.

    With on_match `fill` what known members lack is filled in, with `skip` they are left alone.
    """

    name: text(200)
    source: Source
    content: Annotated[str, StringConstraints(min_length=1, max_length=TEXT_LIMIT)]
    columns: Annotated[list[ColumnBody], Field(max_length=100)] = Field(default=[])
    on_match: Literal["fill", "skip"] = "fill"

    def value(self) -> contracts.ImportFile:
        return contracts.ImportFile(
            name=self.name,
            data=self.content.encode(),
            source=self.source,
            mapping={one.column: one.field for one in self.columns},
            fill=self.on_match == "fill",
        )


class CountsAnswer(Answer):
    """Rows by what came of them; `kept` is what an undo had to leave."""

    waiting: int
    created: int
    updated: int
    skipped: int
    failed: int
    undone: int
    kept: int


class FaultAnswer(Answer):
    """One cause for which rows are not taken; `rows` are the numbers of the first, `found` is of the very first."""

    code: str
    message: str
    column: str
    count: int
    rows: list[int]
    found: str
    expected: str


class ImportAnswer(Answer):
    """An import: `foreseen` counts rows by what the check found would come of them, `counts` by what came so far."""

    id: str
    name: str
    state: str
    rows: int
    foreseen: CountsAnswer
    counts: CountsAnswer
    faults: list[FaultAnswer]
    created_at: Instant
    created_by: str
    livemode: bool
    dry_run: bool = False


class BadRowsAnswer(Answer):
    """The refused rows as CSV, with what is wrong with each; no cell of it is a formula."""

    csv: str
    livemode: bool


def import_answer(
    report: contracts.ImportReport, *, livemode: bool, chinese: bool, dry_run: bool = False
) -> ImportAnswer:
    """Return an import as the API shows it, its causes worded."""
    return ImportAnswer(
        id=ids.encode(IMPORT_PREFIX, report.id),
        name=report.name,
        state=report.state,
        rows=report.rows,
        foreseen=CountsAnswer(**{state: report.foreseen.get(state, 0) for state in RowState}),
        counts=CountsAnswer(**{state: report.counts.get(state, 0) for state in RowState}),
        faults=[
            FaultAnswer(
                code=one.code,
                message=_message(one.code, chinese=chinese),
                column=one.column,
                count=one.count,
                rows=list(one.rows),
                found=one.found,
                expected=one.expected,
            )
            for one in report.faults
        ],
        created_at=instant(report.created_at),
        created_by=report.actor.label,
        livemode=livemode,
        dry_run=dry_run,
    )


def decode_import_id(value: str) -> UUID:
    """Return the id behind its outside form.

    Raises: Refusal `invalid_id`.
    """
    return ids.decode(IMPORT_PREFIX, value)


def _message(code: str, *, chinese: bool) -> str:
    words = CODES.get(code, UNKNOWN)
    return words.zh if chinese else words.en
