"""Reads files of orders for a study at once: by the one reader of files, part by part, and nothing stored."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.engine.histories import sorting
from shuke.engine.histories.building import Report, laid_out
from shuke.engine.histories.faults import HistoryFault
from shuke.engine.histories.sources import File, Sources
from shuke.engine.history import History


class Orders:
    """Orders of files as a history in parts, each laid out when it is asked for; `last_at` is the last one's second."""

    def __init__(self, parts: sorting.Parts, report: Report) -> None:
        self._parts, self._report = parts, report
        self.parts, self.events, self.lines, self.last_at = parts.count, parts.events, parts.lines, parts.last_at

    @property
    def report(self) -> Report:
        """What was read and how; repeated lines are counted in the parts that were laid out."""
        return replace(self._report, repeated_lines=self._parts.repeated_lines)

    def part(self, number: int, *, lines: bool = True, ids: bool = False) -> History:
        """Return the members of one part, with what each did in order; with `ids` those of the orders."""
        known = self._parts.checks.lines_of is not None  # laid out also where nobody asks, so that the report is whole
        history, _, order_ids = self._parts.lay(number, lines=lines or known, ids=ids)
        return replace(history, order_ids=tuple(map(str, order_ids.tolist()))) if ids else history


@contextmanager
def orders_of(
    paths: Sequence[Path],
    program: Program,
    *,
    timestamps_in: str | None = None,
    statuses: Collection[str] | None = None,
) -> Iterator[Orders]:
    """Read files of orders (docs/reference/history-files.md); members join with their first order.

    `timestamps_in` is the zone of timestamps that carry none; `statuses` are those of orders that count as sales.

    Raises:
        Refusal: `file_not_found`, `file_unreadable`, `columns_missing`, `time_zone_unknown`, `timestamps_without_zone`,
            `header_repeated`, `statuses_missing`, `unknown_statuses`, `too_many_statuses`,
            `rows_invalid` (each cause with its count and first row).
    """
    with laid_out(
        Sources(tuple(File(path) for path in paths), statuses=statuses),
        currency=program.currency,
        digits=program.currency_digits,
        time_zone=timestamps_in or "",
    ) as (report, parts):
        if parts is None:
            raise _refusal(report.faults, several=len(paths) > 1)
        yield Orders(parts, report)


def _refusal(faults: tuple[HistoryFault, ...], *, several: bool) -> Refusal:
    if any(fault.cause == "zone_missing" for fault in faults):
        return Refusal(
            "timestamps_without_zone",
            "Times carry no time zone; say with --timestamps-in which one they are in, for example UTC.",
        )
    told = "; ".join(
        f"{fault.column}: {fault.count} {'row' if fault.count == 1 else 'rows'}, first in row {fault.rows[0]}"
        f"{f' of {fault.file}' if several else ''} ({fault.found!r}; expected {fault.expected})"
        for fault in faults
    )
    chinese = "；".join(
        f"{fault.column} 列 {fault.count} 行，首见于{f' {fault.file} ' if several else ''}第 {fault.rows[0]} 行"
        f"（{fault.found!r}；应为{fault.expected_zh}）"
        for fault in faults
    )
    return Refusal(
        "rows_invalid",
        f"The file has rows that can't be used: {told}.",
        params={"causes": told, "causes_zh": chinese},
    )
