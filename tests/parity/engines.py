"""Runs stories through the columns, and gives back what they leave in the form in which the desk and the oracle tell it.

Transfers concern two members, of whom each stands alone in columns: stories for columns have none.
"""

from dataclasses import replace

from shuke.core.state import slots
from shuke.engine.arrays import Arrays
from shuke.engine.backtest import BacktestResult, backtest
from shuke.engine.compile import Compiled
from shuke.engine.history import History
from shuke.engine.lives import HistoryWriter
from shuke.engine.online import Desk
from shuke.engine.states import KINDS, BehaviourFacts, MemberState
from tests.parity.at_desk import Member, day_number, order_facts, seconds
from tests.parity.histories import END, VERBS, Act, Story

VERBS_ALONE = tuple(verb for verb in VERBS if verb != "transfer")


class _Writer:
    """Writes the accepted acts of stories, member by member."""

    def __init__(self) -> None:
        self.history = HistoryWriter()
        self.events: dict = {}

    def member(self, story: Story, who: int) -> None:
        newcomer = story.newcomers[who]
        month, day = newcomer.birthday
        self.history.member(str(who), seconds(newcomer.joined_at), month * 100 + day, tags=newcomer.tags)
        self.events = {}
        for act, accepted in zip(story.acts, story.accepted, strict=True):
            if accepted and act.who == who:
                getattr(self, act.verb)(act, seconds(act.at), **act.arguments)

    def order(self, act: Act, at: int, key: str, **arguments) -> None:
        self.history.order(key, order_facts(at, arguments, arguments, arguments["lines"]))

    def behaviour(self, act: Act, at: int, kind, attributes, order_key, store, channel, brand) -> None:
        fact = BehaviourFacts(at, kind, store, channel, brand, attributes=attributes)
        self.history.behaviour(fact, about=order_key or "")

    def refund(self, act: Act, at: int, key, net=0, lines=()) -> None:
        self.history.refund(key, at, {place: (net_off, quantity) for place, net_off, quantity in lines}, net)

    def redeem(self, act: Act, at: int, unit, points, key, order_key) -> None:
        self.events[key] = self.history.redeem(at, unit, points, about=order_key or "")

    def hold(self, act: Act, at: int, key, unit, points, until) -> None:
        self.events[key] = self.history.hold(at, unit, points, seconds(until))

    def capture(self, act: Act, at: int, key, points) -> None:
        self.history.capture(at, self.events[key], points)

    def release(self, act: Act, at: int, key) -> None:
        self.history.release(at, self.events[key])

    def give_back(self, act: Act, at: int, key, points) -> None:
        self.history.give_back(at, self.events[key], points)

    def adjust(self, act: Act, at: int, unit, points) -> None:
        self.history.adjust(at, unit, points)

    def open_lot(self, act: Act, at: int, unit, points, ends, earned) -> None:
        self.history.open_lot(at, unit, points, day_number(ends), day_number(earned))

    def assign(self, act: Act, at: int, ladder, level, until, exactly) -> None:
        self.history.assign(at, ladder, level, day_number(until), exactly=exactly)


def history_of(stories: list[Story]) -> History:
    """Lay the members of stories of one program out as columns."""
    writer = _Writer()
    for story in stories:
        for who in range(len(story.newcomers)):
            writer.member(story, who)
    return writer.history.history()


def told_by_columns(compiled: Compiled, history: History, engine: str, threads: int = 1) -> list[dict]:
    """Run a history through the backtest; return what each member is told to have."""
    until = seconds(END)
    result = backtest(compiled, history, until, keep_entries=True, engine=engine, threads=threads)
    assert not result.refused.any()
    return [of_columns(result, member) for member in range(history.member_count)]


def of_columns(result: BacktestResult, member: int) -> dict:
    """What the columns tell of a member, in the form of `of_desk`."""
    rows = result.entries_of(member)
    points = [row for row in rows if row[slots.E_KIND] < slots.TIER_QUALIFIED]
    moves = [row for row in rows if slots.TIER_QUALIFIED <= row[slots.E_KIND] < slots.COUNTED]
    return {
        "entries": [
            _picked(row, slots.E_KIND, slots.E_DAY, slots.E_UNIT, slots.E_AMOUNT, slots.E_LOT) for row in points
        ],
        "moves": [
            _picked(row, slots.E_KIND, slots.E_DAY, slots.E_REF, slots.E_UNIT, slots.E_AMOUNT, slots.E_LOT)
            for row in moves
        ],
        "state": comparable(state_of(result, member)),
    }


def of_desk(member: Member) -> dict:
    return {"entries": member.entries, "moves": member.changes, "state": comparable(member.state)}


def state_of(result: BacktestResult, member: int) -> MemberState:
    """Return the state of a member as the desk keeps it."""
    state = Desk(result.compiled).fresh(0)
    arrays = Arrays(result.compiled, result.compiled.numbers, state, 0)
    arrays.m, arrays.R = result.states[member].tolist(), result.rows_of(member)
    arrays.save(state)
    state.joined_day = arrays.m[slots.JOINED]
    state.birth_md, state.tags = arrays.m[slots.BIRTH], arrays.m[slots.TAGS]
    return state


def comparable(state: MemberState) -> MemberState:
    """Number the causes anew: each engine counts them in its own way."""
    known = sorted({row.cause for rows in (state.waits, state.holds, state.takes) for row in rows})
    number = {cause: i for i, cause in enumerate(known)}
    return replace(
        state,
        waits=[replace(row, cause=number[row.cause]) for row in state.waits],
        holds=[replace(row, cause=number[row.cause]) for row in state.holds],
        takes=[replace(row, cause=number[row.cause]) for row in state.takes],
    )


def _picked(row: tuple[int, ...], kind: int, *columns: int) -> tuple:
    return (KINDS[row[kind]], *(row[column] for column in columns))
