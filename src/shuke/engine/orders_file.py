"""Read a file of orders into a history in memory, for a replay at once: the one reader of files, and nothing stored."""

import tempfile
from collections.abc import Collection
from pathlib import Path

from shuke.core.values.errors import Refusal
from shuke.engine.histories.building import Report, build
from shuke.engine.histories.faults import HistoryFault
from shuke.engine.histories.sources import File, Sources
from shuke.engine.history import History

IN_ONE_PART = 1 << 62  # orders


def read_orders(
    path: Path,
    *,
    currency_digits: int,
    timestamps_in: str | None = None,
    currency: str = "",
    statuses: Collection[str] | None = None,
) -> tuple[History, Report]:
    """Read a file of orders (docs/reference/history-files.md), and report how; members join with their first order.

    `timestamps_in` is the zone of timestamps that carry none; without `currency` amounts carry no sign of one;
    `statuses` are those of orders that count as sales.

    Raises:
        Refusal: `file_not_found`, `file_unreadable`, `columns_missing`, `time_zone_unknown`, `timestamps_without_zone`,
            `header_repeated`, `statuses_missing`, `unknown_statuses`, `too_many_statuses`,
            `rows_invalid` (each cause with its count and first row).
    """
    with tempfile.TemporaryDirectory() as folder:
        report = build(
            Path(folder) / "history",
            Sources((File(path),), statuses=statuses),
            currency=currency,
            digits=currency_digits,
            time_zone=timestamps_in or "",
            part_orders=IN_ONE_PART,
        )
        if report.stored is None:
            raise _refusal(report.faults)
        return report.stored.part(0, ids=True), report


def _refusal(faults: tuple[HistoryFault, ...]) -> Refusal:
    if any(fault.cause == "zone_missing" for fault in faults):
        return Refusal(
            "timestamps_without_zone",
            "Times carry no time zone; say with --timestamps-in which one they are in, for example UTC.",
        )
    told = "; ".join(
        f"{fault.column}: {fault.count} {'row' if fault.count == 1 else 'rows'}, first in row {fault.rows[0]}"
        f" ({fault.found!r}; expected {fault.expected})"
        for fault in faults
    )
    chinese = "；".join(
        f"{fault.column} 列 {fault.count} 行，首见于第 {fault.rows[0]} 行（{fault.found!r}；应为{fault.expected_zh}）"
        for fault in faults
    )
    return Refusal(
        "rows_invalid",
        f"The file has rows that can't be used: {told}.",
        params={"causes": told, "causes_zh": chinese},
    )
