"""The result of a study: its figures, the comparison, and how it was made; plain values and a table of members."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import numpy as np

from shuke.core.state.tally import DEBT, ISSUED, TAKEN_BACK, USED
from shuke.engine.cohorts import Cohorts
from shuke.engine.history import Column
from shuke.engine.policies import Policy
from shuke.engine.study_against import Against
from shuke.engine.study_figures import Figures, Json


@dataclass(frozen=True)
class Study:
    """A study and how it was made: under which policy and assumptions, how long it took, by which engine.

    `seconds` are without those of compiling; `events` are those that the programs lived through in the last round.
    """

    figures: Figures
    other: Figures | None
    policy: Policy
    seconds: float
    compile_seconds: float
    events: int
    engine: str  # "numba" | "cpython"

    @property
    def cohorts(self) -> Cohorts:
        """Points by the month of their lot, for the forecast: of the whole history, before the window too."""
        return self.figures.cohorts

    @cached_property
    def against(self) -> Against | None:
        """The comparison with the other program, where there is one."""
        return None if self.other is None else Against(self.figures, self.other)

    def as_json(self) -> Json:
        """Return everything as plain values; docs/reference/studies.md names them."""
        return {
            **self.figures.as_json(),
            "policy": self.policy.as_json(),
            "assumptions": self.figures.assumptions.as_json(),
            "against": None if self.against is None else self.against.as_json(),
            "seconds": round(self.seconds, 3),
            "compile_seconds": round(self.compile_seconds, 3),
            "events": self.events,
            "events_per_second": round(self.events / self.seconds) if self.seconds else 0,
            "engine": self.engine,
        }

    def members_table(self, path: Path) -> None:
        """Write a Parquet file with a row a member.

        Columns: member, orders, net_minor; of each unit issued_…, used_…, taken_back_…, outstanding_… in its smallest
        fraction; tier; and where another program was run, its tier as other_tier and as `more` by how much more the
        member gets by this one, in minor units (or points, where nothing has a cost).
        """
        columns = self._columns()
        names = ", ".join(f'"{name}"' for name in columns)
        path.unlink(missing_ok=True)
        with duckdb.connect() as db:
            db.execute(f"create table members as select {names} from columns")  # noqa: S608 - codes of the program
            db.table("members").write_parquet(str(path))

    def _columns(self) -> dict[str, Column]:
        f = self.figures
        columns = {"member": np.array(f.people.members, object), "orders": f.orders_of, "net_minor": f.net_of}
        for number, unit in enumerate(f.compiled.program.units):
            flows = f.flows_of()[:, number]
            columns[f"issued_{unit.code}"] = flows[:, ISSUED]
            columns[f"used_{unit.code}"] = flows[:, USED]
            columns[f"taken_back_{unit.code}"] = flows[:, TAKEN_BACK] + flows[:, DEBT]
            columns[f"outstanding_{unit.code}"] = f.tally.left[:, number, :3].sum(axis=1)
        columns["tier"] = np.array(f.tiers_of(), object)
        if self.against is not None:
            columns |= {"other_tier": np.array(self.against.other.tiers_of(), object), "more": self.against.more}
        return {name: np.ascontiguousarray(column) for name, column in columns.items()}
