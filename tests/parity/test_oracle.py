"""Made programs on made lives: the independent oracle and the desk tell one story, entry by entry."""

import datetime as dt

from hypothesis import HealthCheck, given, settings

from shuke.core.values.dates import NEVER
from tests.parity.engines import POINT_KINDS, Told, online
from tests.parity.histories import Life
from tests.parity.oracle import Oracle, Person
from tests.parity.test_engines import UNTIL, cases, compiled_or_none

EPOCH = dt.date(1970, 1, 1)


def day_number(day: dt.date | None) -> int:
    return NEVER if day is None else (day - EPOCH).days


def instant(at: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(at, dt.UTC)


def lived(oracle: Oracle, life: Life) -> tuple[Person, list]:
    """Live one life by the oracle; also return the events that were accepted."""
    person = oracle.enrol(instant(life.joined_at), divmod(life.birth_md, 100))
    accepted = []
    for event in life.events:
        if event.is_order:
            lines = [(*line, "") for line in event.lines]
            oracle.order(person, instant(event.at), event.net, store=event.store, lines=lines)
        elif not oracle.redeem(person, instant(event.at), event.unit, event.points):
            continue
        accepted.append(event)
    oracle.advance(person, instant(UNTIL))
    return person, accepted


def of_person(person: Person, units: int) -> tuple:
    """What the oracle tells of a person, in the form of `of_engine`."""
    points = [(kind, day_number(day), *rest) for kind, day, *rest in person.log if kind in POINT_KINDS]
    moves = [
        (kind, day_number(day), before, after, day_number(until))
        for kind, day, before, after, until in (row for row in person.log if row[0] not in POINT_KINDS)
    ]
    left = sorted((lot.number, lot.unit, lot.left, day_number(lot.expires)) for lot in person.lots if lot.left)
    balances = [sum(lot[2] for lot in left if lot[1] == unit) for unit in range(units)]
    return points, moves, (person.tier, day_number(person.until), len(person.orders), balances), left


def of_engine(told: Told) -> tuple:
    """What an engine tells, less the sums of its windows, which the oracle does not keep."""
    return told.entries, told.changes, told.state[:4], told.lots


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_the_oracle_and_the_desk_agree(case):
    text, people = case
    compiled = compiled_or_none(text)
    if compiled is None:
        return
    oracle = Oracle(text)
    for life in people:
        told = online(compiled, life, UNTIL)
        person, accepted = lived(oracle, life)
        assert told.accepted == accepted
        assert of_engine(told) == of_person(person, len(oracle.units))
