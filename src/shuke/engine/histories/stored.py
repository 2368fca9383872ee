"""A stored history: Parquet in parts by member, each member's events in order, and meta.json that says what it is.

Owns the layout on disk and reading it; `storing` writes it. A column that says the same everywhere is kept in
meta.json alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from shuke.core.program.model import Program
from shuke.core.state.replay import EVENT_ROW, FACT, REFUND, V_KIND, V_REF
from shuke.core.values.errors import Refusal
from shuke.engine.histories.laying import EMPTY
from shuke.engine.histories.returns import Units, in_units, with_returns
from shuke.engine.history import Column, Facts, History, Lines, Texts, among, between, everything

SCHEMA = 1
META = "meta.json"
MEMBERS, IDS = "members.parquet", "ids.parquet"
NAMES = "names.json"
ATTRIBUTE = "a:"
EVENTS = ("kind", "ref", "at", "day", "unit", "amount", "until", "slot", "about")
AMOUNTS = ("tax_minor", "shipping_minor", "points_paid_minor")
TEXTS = ("kind", "store", "brand", "channel")
OF_LINES = ("category", "sku")
WHOLE_POINTS: Units = (("", 0),)


@dataclass(frozen=True)
class Meta:
    """What meta.json says: of what and how much the history is, and of each part the columns that are constant.

    Instants in UTC s; `units` are those that its redemptions name; `made_of` is the caller's word on the sources.
    """

    currency: str
    digits: int
    time_zone: str
    units: Units = WHOLE_POINTS
    members: int = 0
    orders: int = 0
    lines: int = 0
    refunds: int = 0
    redemptions: int = 0
    net_minor: int = 0
    first_at: int = 0
    last_at: int = 0
    segments: tuple[str, ...] = ()
    made_of: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Mapping[str, Any], ...] = ()
    schema: int = SCHEMA


class StoredHistory:
    """A history in a folder; what `meta` says of it are attributes, too."""

    def __init__(self, folder: Path, meta: Meta, program: Program | None = None) -> None:
        self.folder, self.meta, self._program = folder, meta, program
        self._db = duckdb.connect()  # each read has a cursor of its own, so that threads may read
        self._names: dict[str, tuple[str, ...]] = {
            name: tuple(names) for name, names in json.loads((folder / NAMES).read_text("utf-8")).items()
        }

    def __getattr__(self, name: str) -> Any:
        if name in Meta.__dataclass_fields__:
            return getattr(self.meta, name)
        raise AttributeError(name)

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.meta.parts)

    @property
    def events(self) -> int:
        """How many events were stored."""
        return sum(part["events"]["rows"] for part in self.meta.parts)

    def under(self, program: Program) -> "StoredHistory":
        """Return the same history with its redemptions in the units of a program."""
        return StoredHistory(self.folder, self.meta, program)

    def part(self, number: int, *, lines: bool = True, ids: bool = False) -> History:
        """Return the members of one part, with what each did in order.

        Without `lines` the history knows how many lines an order has and nothing of them; with `ids` it has the orders'
        ids.
        """
        with self._db.cursor() as db:
            return self._part(db, number, lines=lines, ids=ids)

    def member(self, member_id: str) -> History:
        """Return the history of one member, with lines and ids.

        Raises:
            Refusal: `unknown_member`.
        """
        with self._db.cursor() as db:
            found = db.execute(
                "SELECT part FROM read_parquet(?) WHERE member_id = ?", [str(self.folder / MEMBERS), member_id]
            ).fetchone()
            if found is None:
                raise Refusal("unknown_member", "The history has no such member.")
            part = self._part(db, int(found[0]), lines=True, ids=True)
        place = part.members.index(member_id)
        return between(part, place, place + 1)

    def _part(self, db: duckdb.DuckDBPyConnection, number: int, *, lines: bool, ids: bool) -> History:
        meta, folder = self.meta.parts[number], self.folder / f"{number:04}"
        members = columns_of(db, self.folder / MEMBERS, f"part = {number}")
        names = self._names
        of_events = _Table(db, folder / "events.parquet", meta["events"])
        of_facts = _Table(db, folder / "facts.parquet", meta["facts"])
        events = np.empty((EVENT_ROW, meta["events"]["rows"]), np.int64).T  # each column in one piece
        for i, name in enumerate(EVENTS):
            events[:, i] = of_events[name]
        of_orders = among(events[:, V_KIND], (FACT, REFUND))
        events[everything(of_orders), V_REF] += np.arange(meta["facts"]["rows"])
        net = of_facts["net_minor"]
        facts = Facts(
            decided_with=np.arange(len(net)) - of_facts["decided_before"],
            net_minor=net,
            gross_minor=net + of_facts["gross_above"],
            tax_minor=of_facts["tax_minor"],
            shipping_minor=of_facts["shipping_minor"],
            points_paid_minor=of_facts["points_paid_minor"],
            kind=Texts(of_facts["kind"], names["facts.kind"]),
            store=Texts(of_facts["store"], names["facts.store"]),
            brand=Texts(of_facts["brand"], names["facts.brand"]),
            channel=Texts(of_facts["channel"], names["facts.channel"]),
            line_of=np.concatenate([[0], np.cumsum(of_facts["lines"])]).astype(np.int64),
            lines=self._lines(db, number, net) if lines else NO_LINES,
            attributes=of_facts.attributes("facts", names),
        )
        history = History(
            members=tuple(members["member_id"].tolist()),
            joined_at=members["joined_at"],
            birth_md=members["birth_md"],
            lunar_md=members["lunar_md"],
            tags=members["tags"],
            tag_names=self.meta.segments,
            facts=facts,
            starts=np.concatenate([[0], np.cumsum(members["events"])]).astype(np.int64),
            events=events,
            slots=meta["slots"],
            order_ids=tuple(map(str, columns_of(db, folder / IDS)["order_id"].tolist())) if ids else (),
        )
        paid_before = of_events["paid_before"]
        paid_for = np.where(paid_before == 0, -1, np.arange(len(events)) + paid_before)
        if self._program is not None:
            history, paid_for = in_units(history, paid_for, self.meta.units, self._program)
        return with_returns(history, paid_for)

    def _lines(self, db: duckdb.DuckDBPyConnection, number: int, net: Column) -> Lines:
        meta = self.meta.parts[number]
        if meta["lines"] is None:
            return lines_of_whole_orders(net)
        table, names = _Table(db, self.folder / f"{number:04}" / "lines.parquet", meta["lines"]), self._names
        return Lines(
            net_minor=table["net_minor"],
            quantity=table["quantity"],
            **{name: Texts(table[name], names[f"lines.{name}"]) for name in OF_LINES},
            attributes=table.attributes("lines", names),
        )


NO_LINES = Lines(EMPTY, EMPTY, Texts(EMPTY, ("",)), Texts(EMPTY, ("",)))


def lines_of_whole_orders(net: Column) -> Lines:
    """Return the lines of orders of which nothing else is known: one each."""
    plain = Texts(np.zeros(len(net), np.int64), ("",))
    return Lines(net, np.ones(len(net), np.int64), plain, plain)


def open_history(folder: Path) -> StoredHistory:
    """Open a stored history.

    Raises:
        Refusal: `unknown_history`, `history_of_other_version` (another layout than this version's).
    """
    try:
        said = json.loads((folder / META).read_text("utf-8"))
    except FileNotFoundError:
        raise Refusal("unknown_history", "There is no history in that folder.") from None
    if said["schema"] != SCHEMA:
        raise Refusal("history_of_other_version", "The history was stored by another version; import it again.")
    for name in ("units", "segments", "parts"):
        said[name] = tuple(tuple(one) if isinstance(one, list) else one for one in said[name])
    return StoredHistory(folder, Meta(**said))


class _Table:
    """The columns of one file, those that are constant from its entry in meta.json."""

    def __init__(self, db: duckdb.DuckDBPyConnection, path: Path, meta: Mapping[str, Any]) -> None:
        self._rows, self.constant = meta["rows"], meta["constant"]
        self._found = columns_of(db, path) if path.exists() else {}

    def __getitem__(self, name: str) -> Column:
        found = self._found.get(name)
        return np.broadcast_to(np.int64(self.constant[name]), self._rows) if found is None else found

    def attributes(self, table: str, names: Mapping[str, tuple[str, ...]]) -> dict[str, Column | Texts]:
        """Return the columns of attributes by their names."""
        found: dict[str, Column | Texts] = {}
        for column in (*self.constant, *self._found):
            if column.startswith(ATTRIBUTE):
                texts = names.get(f"{table}.{column}")
                found[column.removeprefix(ATTRIBUTE)] = Texts(self[column], texts) if texts else self[column]
        return found


def columns_of(db: duckdb.DuckDBPyConnection, path: Path, where: str = "true") -> dict[str, NDArray[Any]]:
    """Return the columns of a Parquet file of ours."""
    return db.execute(f"SELECT * FROM read_parquet(?) WHERE {where}", [str(path)]).fetchnumpy()  # noqa: S608  our text
