"""Made programs and stories under policies of use and growing spend: oracle, desk and columns agree on every entry, and
every figure of a study is the sum of entries.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from unittest.mock import patch

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.core.state import slots
from shuke.engine.backtest import backtest
from shuke.engine.history import History
from shuke.engine.policies import Assumptions, Policy, apply, growth_of
from shuke.engine.states import KINDS
from shuke.engine.study import One, study
from shuke.engine.study_figures import date_of
from tests.parity.at_desk import seconds, told_by_desk
from tests.parity.engines import VERBS_ALONE, history_of, of_columns
from tests.parity.histories import END, stories
from tests.parity.made_programs import programs
from tests.parity.studies import FLOWS, Use, flows, outstanding, supposed
from tests.parity.test_oracle import compiled_or_none, of_member, of_person

QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@dataclass(frozen=True)
class Parts:
    """Histories as the parts of one."""

    histories: tuple[History, ...]

    @property
    def parts(self):
        return len(self.histories)

    @property
    def events(self):
        return sum(history.event_count for history in self.histories)

    def part(self, number, *, lines=True):
        return self.histories[number]


@st.composite
def uses(draw, units):
    """How points are used: of a unit that can be, or not otherwise than observed."""
    if not units:
        return draw(st.sampled_from([Use(), Use("none")]))
    unit = draw(st.sampled_from(units))
    greedy = st.tuples(st.just("greedy"), st.just(unit), st.sampled_from([1, 3, 10, 50, 100]))
    share = st.tuples(st.just("share"), st.just(unit), st.sampled_from([Fraction(1, 3), Fraction(1, 2), Fraction(1)]))
    some = st.one_of(greedy, greedy, share, st.just("none"), st.just("observed"))
    return Use(draw(some), draw(st.one_of(st.none(), some)))


def policy_of(use, program):
    def one(how):
        if isinstance(how, str):
            return Policy(how)
        kind, unit, much = how
        code = program.units[unit].code
        return Policy(kind, code, at=much) if kind == "greedy" else Policy(kind, code, share=much)

    return Policy(**vars(one(use.all)) | {"by_segment": {} if use.vips is None else {"vip": one(use.vips)}})


@st.composite
def cases(draw, uplifts=True, most=2):
    """(stories, compiled, use, uplift) of one program."""
    made = draw(programs())
    compiled = compiled_or_none(made.text)
    told = [draw(stories(made=made, verbs=VERBS_ALONE)) for _ in range(draw(st.integers(1, most)))]
    if compiled is None:
        return told, None, None, None
    use = draw(uses([i for i, unit in enumerate(compiled.program.units) if unit.spendable]))
    codes = [level.code for level in compiled.program.ladders[0].levels] if compiled.program.ladders and uplifts else []
    growth = st.sampled_from([Fraction(1, 10), Fraction(-1, 3), Fraction(1), Fraction(7, 1000)])
    uplift = {code: draw(growth) for code in codes if draw(st.booleans())}
    return told, compiled, use, uplift


def in_columns(compiled, told, policy, assumptions, engine="cpython"):
    history = apply(history_of(told), policy, compiled)
    growth = growth_of(assumptions, compiled.program)
    return backtest(compiled, history, seconds(END), keep_entries=True, engine=engine, growth=growth)


def compared(member):
    """What columns tell of a member, in the form of `of_person`: without what was taken of which lot."""
    state = member["state"]
    return {
        "entries": member["entries"],
        "moves": member["moves"],
        "available": state.available,
        "pending": state.pending,
        "held": state.held,
        "debt": state.debt,
        "tiers": [(each.rank, each.until, each.grace) for each in state.ladders],
        "orders": state.orders,
        "lots": sorted((lot.unit, lot.number, lot.left, lot.ends, lot.gift) for lot in state.lots),
    }


def agree(case, engine="cpython"):
    told, compiled, use, uplift = case
    if compiled is None:
        return
    units = len(compiled.program.units)
    again = [supposed(story, use, uplift, END) for story in told]
    people = [of_person(person, units) for story in again for person in story.people]
    if not uplift:
        members = [member for story in again for member in told_by_desk(compiled, story, END).members]
        assert [of_member(member) for member in members] == people
    result = in_columns(compiled, told, policy_of(use, compiled.program), Assumptions(uplift=uplift), engine)
    assert [compared(of_columns(result, i)) for i in range(len(people))] == people


@settings(max_examples=200, **QUIET)
@given(cases())
def test_oracle_desk_and_columns_agree_under_assumptions(case):
    agree(case)


@settings(max_examples=4, **QUIET)
@given(cases(most=8))
def test_numba_agrees_too(case):
    agree(case, "numba")


@settings(max_examples=100, **QUIET)
@given(cases(most=3), st.sampled_from([None, dt.datetime(2017, 3, 1, 5, tzinfo=dt.UTC)]))
def test_figures_are_sums_of_what_the_oracle_tells(case, since):
    told, compiled, use, uplift = case
    if compiled is None:
        return
    people = [person for story in told for person in supposed(story, use, uplift, END).people]
    options = {
        "policy": policy_of(use, compiled.program),
        "assumptions": Assumptions(uplift=uplift),
        "since_at": None if since is None else seconds(since),
        "engine": "cpython",
    }

    made = study(compiled, One(history_of(told)), seconds(END), **options)

    said = made.as_json()
    first, last = dt.date.fromisoformat(said["since"]), dt.date.fromisoformat(said["until"])
    for number, unit in enumerate(said["units"]):
        sums = flows(people, number, lambda day: first <= day <= last)
        assert {name: unit[name] for name in sums} == dict(sums)
        assert unit["outstanding"] == outstanding(people, number)
        assert unit["debt"] == sum(person.debt.get(number, 0) for person in people)
        grown = unit["issued"] + unit["adjusted"] - unit["used"] - unit["expired"] - unit["taken_back"]
        assert unit["outstanding"] == unit["opening"] + grown
        assert sum(row["points"] for row in unit["by_age"]) == unit["outstanding"]
        code = unit["code"]
        for name in ("issued", "used", "expired", "taken_back", "adjusted", "owed"):
            for table in ("by_day", "by_month", "by_tier"):
                assert sum(row["units"][code][name] for row in said[table]) == unit[name]
        assert said["by_day"][-1]["units"][code]["outstanding"] == unit["outstanding"]
    for table in ("by_day", "by_month", "by_tier"):
        assert sum(row["orders"] for row in said[table]) == said["orders"]
        assert sum(row["net_minor"] for row in said[table]) == said["net_minor"]
    if since is None:
        assert said["net_minor"] == sum(deed.spent for person in people for deed in person.deeds.values())
    for k, ladder in enumerate(said["ladders"]):
        ranks = [person.tiers[k].rank for person in people]
        counts = [ranks.count(rank) for rank in range(len(ladder["levels"]))]
        assert list(ladder["population"][-1]["members"].values()) == counts
        moved = [
            sum(row["members"] for row in ladder["moves"] if row["to"] == level["code"]) for level in ladder["levels"]
        ]
        assert moved == counts
    cohorts_agree(made, in_columns(compiled, told, options["policy"], options["assumptions"]))

    with patch("shuke.engine.study.PIECE", 9):  # events, so that members of one part are run apart too
        apart = study(compiled, Parts(tuple(history_of([story]) for story in told)), seconds(END), **options)
    assert without_times(apart) == without_times(made)


def without_times(made):
    said = made.as_json()
    return {
        name: value for name, value in said.items() if name not in ("seconds", "compile_seconds", "events_per_second")
    }


def cohorts_agree(made, result):
    """Points of cohorts, all groups together, are the sums of the kept entries, lot by lot."""
    issued, out = Counter(), Counter()
    for member in range(result.history.member_count):
        born = {}
        for row in result.entries_of(member):
            kind, unit, lot, points = (row[i] for i in (slots.E_KIND, slots.E_UNIT, slots.E_LOT, slots.E_AMOUNT))
            flow, sign = FLOWS.get(KINDS.get(kind, ""), ("", 0))
            month = date_of(row[slots.E_DAY]).replace(day=1)
            if flow == "issued" or (flow == "adjusted" and sign > 0):
                earned = date_of(row[slots.E_FROM]).replace(day=1) if kind == slots.OPENING else month
                born[unit, lot] = max(earned, made.cohorts.months[0])
                issued[unit, born[unit, lot]] += points
            elif flow not in ("", "owed"):
                if kind == slots.RETURN and lot != row[slots.E_FROM]:
                    born[unit, lot] = born[unit, row[slots.E_FROM]]
                name = "taken_back" if flow == "adjusted" else flow
                out[name, unit, born[unit, lot], month] += points * (1 if flow == "adjusted" else sign)
    c = made.cohorts
    assert dict(found(c.months, c.issued.sum(axis=1))) == +issued
    for name in ("used", "expired", "taken_back"):
        told = {key[1:]: points for key, points in out.items() if key[0] == name and points}
        assert dict(found(c.months, getattr(c, name).sum(axis=1))) == told


def found(months, table):
    """Yield ((unit, month of the lot[, month]), points) of what a table has."""
    for at in np.argwhere(table).tolist():
        yield (at[0], *(months[i] for i in at[1:])), int(table[tuple(at)])
