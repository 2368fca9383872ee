"""Writes a stored history part by part, from histories in columns.

What is not whole has no folder of its name: everything is written beside it and renamed at the end.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Self

import duckdb
import numpy as np
from numpy.typing import NDArray

from shuke.core.state.replay import FACT, REDEEM, REFUND, V_AT, V_KIND, V_REF
from shuke.engine.histories.laying import EMPTY
from shuke.engine.histories.sources import literal
from shuke.engine.histories.stored import (
    AMOUNTS,
    ATTRIBUTE,
    EVENTS,
    IDS,
    MEMBERS,
    META,
    NAMES,
    OF_LINES,
    TEXTS,
    Meta,
    StoredHistory,
    open_history,
)
from shuke.engine.history import Column, Facts, History, Texts, among

HOW = "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION uncompressed"  # deltas of integers: quicker than packing them


def write_history(folder: Path, parts: Iterable[History], meta: Meta) -> StoredHistory:
    """Store histories made elsewhere, each as a part; `meta` says what they are of and has their program's units."""
    with Writer(folder) as writer:
        for history in parts:
            writer.write(history)
        return writer.finish(meta)


class Writer:
    """Writes a stored history part by part; the folder is there only once `finish` is done.

    `scratch` is a folder for what else is written on the way.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.parent.mkdir(parents=True, exist_ok=True)
        for stale in folder.parent.glob(f".{folder.name}.*"):  # of a process that was killed
            shutil.rmtree(stale)
        self._beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        self.work, self.scratch = self._beside / "whole", self._beside / "scratch"
        self.work.mkdir()
        self.scratch.mkdir()
        self._db = duckdb.connect()
        self._names: dict[str, dict[str, int]] = {f"facts.{name}": {} for name in TEXTS}
        self._names |= {f"lines.{name}": {} for name in OF_LINES}
        self._places: dict[str, tuple[tuple[str, ...], Column]] = {}
        self._parts: list[Mapping[str, Any]] = []
        self._members: list[tuple[tuple[str, ...], dict[str, Column]]] = []
        self._tags: dict[str, int] = {}
        self._sums = dict.fromkeys(("orders", "lines", "refunds", "redemptions", "net_minor"), 0)
        self._first_at: list[int] = []
        self._last_at: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
        shutil.rmtree(self._beside, ignore_errors=True)

    def write(self, history: History, paid_for: Column | None = None, ids: NDArray[Any] | None = None) -> None:
        """Write the next part.

        `paid_for` says of each event which order's event it paid for, -1 for none; `ids` are the orders', texts or
        numbers, where the history has none.
        """
        folder = self.work / f"{len(self._parts):04}"
        folder.mkdir()
        facts, events = history.facts, history.events
        of_orders = among(events[:, V_KIND], (FACT, REFUND))
        about_facts = np.where(of_orders, np.cumsum(of_orders) - 1, 0)
        paid_before = EMPTY if paid_for is None else np.where(paid_for < 0, 0, paid_for - np.arange(len(events)))
        line_counts = np.diff(facts.line_of)
        own_lines = not _are_whole_orders(facts, line_counts)
        part = {
            "members": history.member_count,
            "slots": history.slots,
            "events": self._columns(
                folder / "events.parquet",
                len(events),
                {name: events[:, i] - about_facts if i == V_REF else events[:, i] for i, name in enumerate(EVENTS)}
                | {"paid_before": paid_before},
            ),
            "facts": self._columns(
                folder / "facts.parquet",
                len(facts),
                {
                    "decided_before": np.arange(len(facts)) - facts.decided_with,
                    "net_minor": facts.net_minor,
                    "gross_above": facts.gross_minor - facts.net_minor,
                    "lines": line_counts,
                    **{name: getattr(facts, name) for name in AMOUNTS},
                    **self._coded("facts", {name: getattr(facts, name) for name in TEXTS}),
                    **self._coded("facts", {ATTRIBUTE + name: column for name, column in facts.attributes.items()}),
                },
            ),
            "lines": self._columns(
                folder / "lines.parquet",
                len(facts.lines.net_minor),
                {
                    "net_minor": facts.lines.net_minor,
                    "quantity": facts.lines.quantity,
                    **self._coded("lines", {name: getattr(facts.lines, name) for name in OF_LINES}),
                    **self._coded(
                        "lines", {ATTRIBUTE + name: column for name, column in facts.lines.attributes.items()}
                    ),
                },
            )
            if own_lines
            else None,
        }
        self._copy({"order_id": np.array(history.order_ids, object) if ids is None else ids}, folder / IDS)
        self._parts.append(part)
        self._add_members(history)
        self._add_up(history)

    def finish(self, meta: Meta) -> StoredHistory:
        """Write what is said of the whole, and give the folder its name; one that was there is replaced."""
        names = {name: tuple(codes) or ("",) for name, codes in self._names.items()}
        (self.work / NAMES).write_text(json.dumps(names, ensure_ascii=False), "utf-8")
        self._write_members()
        said = replace(
            meta,
            members=sum(len(ids) for ids, _ in self._members),
            first_at=min(self._first_at, default=0),
            last_at=max(self._last_at, default=0),
            segments=tuple(self._tags),
            parts=tuple(self._parts),
            orders=self._sums["orders"],
            lines=self._sums["lines"],
            refunds=self._sums["refunds"],
            redemptions=self._sums["redemptions"],
            net_minor=self._sums["net_minor"],
        )
        (self.work / META).write_text(json.dumps(asdict(said), ensure_ascii=False), "utf-8")
        if self._folder.exists():
            shutil.rmtree(self._folder)
        self.work.replace(self._folder)
        return open_history(self._folder)

    def _columns(self, path: Path, rows: int, columns: Mapping[str, Column]) -> dict[str, Any]:
        """Write the columns that differ between rows; return the number of rows and the other columns' values."""
        constant = {}
        differing = {}
        for name, column in columns.items():
            if len(column) == 0 or column.min() == column.max():
                constant[name] = int(column[0]) if len(column) else 0
            else:
                differing[name] = np.ascontiguousarray(column)
        if differing:
            self._copy(differing, path)
        return {"rows": rows, "constant": constant}

    def _copy(self, columns: Mapping[str, Any], path: Path) -> None:
        self._db.register("columns", dict(columns))
        self._db.execute(f"COPY columns TO {literal(str(path))} ({HOW})")
        self._db.unregister("columns")

    def _coded(self, table: str, columns: Mapping[str, Column | Texts]) -> dict[str, Column]:
        """Return columns of numbers: texts by their place among all names of their column."""
        coded = {}
        for name, column in columns.items():
            if not isinstance(column, Texts):
                coded[name] = column
                continue
            key = f"{table}.{name}"
            known = self._names.setdefault(key, {})
            names, places = self._places.get(key, ((), EMPTY))
            if names is not column.names:  # parts of one import share their names
                places = np.array([known.setdefault(text, len(known)) for text in column.names] or [0], np.int64)
                self._places[key] = column.names, places
            coded[name] = places[column.codes]
        return coded

    def _add_members(self, history: History) -> None:
        tags = np.zeros(history.member_count, np.int64)
        for bit, name in enumerate(history.tag_names):
            tags |= (history.tags >> bit & 1) << self._tags.setdefault(name, len(self._tags))
        columns = {
            "part": np.full(history.member_count, len(self._parts) - 1, np.int64),
            "events": np.diff(history.starts),
            "joined_at": history.joined_at,
            "birth_md": history.birth_md,
            "lunar_md": history.lunar_md,
            "tags": tags,
        }
        self._members.append((history.members, columns))

    def _write_members(self) -> None:
        names = ("part", "events", "joined_at", "birth_md", "lunar_md", "tags")
        ids = [one for some, _ in self._members for one in some]
        columns: dict[str, Any] = {
            name: np.concatenate([EMPTY, *(columns[name] for _, columns in self._members)]) for name in names
        }
        self._copy({"member_id": np.array(ids, object), "place": np.arange(len(ids)), **columns}, self.work / MEMBERS)

    def _add_up(self, history: History) -> None:
        orders = history.order_rows
        self._sums["orders"] += len(orders)
        self._sums["lines"] += history.line_count
        self._sums["net_minor"] += int(history.facts.net_minor[orders].sum())
        kind = history.events[:, V_KIND]
        self._sums["refunds"] += int((kind == REFUND).sum())
        self._sums["redemptions"] += int((kind == REDEEM).sum())
        if len(kind):
            self._first_at.append(int(history.events[:, V_AT].min()))
            self._last_at.append(int(history.events[:, V_AT].max()))


def _are_whole_orders(facts: Facts, line_counts: Column) -> bool:
    """Tell whether the lines say nothing that the orders don't."""
    lines = facts.lines
    return (
        len(lines.net_minor) == len(facts)
        and not lines.attributes
        and (line_counts == 1).all()
        and (lines.net_minor is facts.net_minor or bool((lines.net_minor == facts.net_minor).all()))
        and bool((lines.quantity == 1).all())
        and all(texts.names == ("",) for texts in (lines.category, lines.sku))
    )
