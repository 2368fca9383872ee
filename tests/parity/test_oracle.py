"""Made programs on made stories: the independent oracle and the desk tell one story, entry by entry."""

from hypothesis import HealthCheck, given, settings

from shuke.core.values.errors import Refusal
from shuke.engine.compile import Compiled, compile_program
from shuke.engine.schema import load_program
from tests.parity.at_desk import Member, day_number, told_by_desk
from tests.parity.histories import END, Story, stories
from tests.parity.oracle import Oracle
from tests.parity.oracle_ledger import Person

TOO_LARGE = ("may_overflow", "too_many_points")
TIER_KINDS = ("qualified", "renewed", "reviewed", "grace", "assigned", "refunded")


def compiled_or_none(text: str) -> Compiled | None:
    """Compile a made program; None for one whose numbers may grow too large."""
    try:
        return compile_program(load_program(text))
    except Refusal as refusal:
        if refusal.code not in TOO_LARGE:
            raise
        return None


def of_person(person: Person, units: int) -> dict:
    """What the oracle tells of a person, in the form of `of_member`."""
    points = [(kind, day_number(day), *rest) for kind, day, *rest in person.log if kind not in TIER_KINDS]
    moves = [(row[0], day_number(row[1]), *row[2:5], day_number(row[5])) for row in person.log if row[0] in TIER_KINDS]
    left = [lot for unit in range(units) for lot in person.usable(unit)]
    return {
        "entries": points,
        "moves": moves,
        "available": [person.available(unit) for unit in range(units)],
        "pending": [person.pending(unit) for unit in range(units)],
        "held": [person.held(unit) for unit in range(units)],
        "debt": [person.debt.get(unit, 0) for unit in range(units)],
        "tiers": [(each.rank, day_number(each.until), each.grace) for each in person.tiers],
        "orders": person.orders,
        "lots": sorted((lot.unit, lot.number, lot.left, day_number(lot.ends), lot.gift) for lot in left),
    }


def of_member(member: Member) -> dict:
    state = member.state
    return {
        "entries": member.entries,
        "moves": member.changes,
        "available": state.available,
        "pending": state.pending,
        "held": state.held,
        "debt": state.debt,
        "tiers": [(each.rank, each.until, each.grace) for each in state.ladders],
        "orders": state.orders,
        "lots": sorted((lot.unit, lot.number, lot.left, lot.ends, lot.gift) for lot in state.lots),
    }


def agree(story: Story) -> None:
    compiled = compiled_or_none(story.text)
    if compiled is None:
        return
    units = len(Oracle(story.text).units)
    desk = told_by_desk(compiled, story, END)
    for person, member in zip(story.people, desk.members, strict=True):
        assert of_member(member) == of_person(person, units)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(stories())
def test_the_oracle_and_the_desk_agree(story):
    agree(story)
