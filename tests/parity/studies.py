"""Stories told again as a study assumes them: by the oracle, and through it by the desk; and the sums of their entries.

Knows the tables of a study by their meaning only: sums are made of the oracle's words.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction

from tests.parity.histories import Act, Story, enrolled, perform
from tests.parity.oracle import Oracle

USING = ("redeem", "hold", "capture", "release", "give_back")
FLOWS = {  # of kinds of entries, as docs/reference/studies.md says
    "accrual": ("issued", 1),
    "accrual_pending": ("issued", 1),
    "redemption": ("used", 1),
    "capture": ("used", 1),
    "return": ("used", -1),
    "expiry": ("expired", 1),
    "lapse": ("expired", 1),
    "clawback": ("taken_back", 1),
    "clawback_pending": ("taken_back", 1),
    "cancellation": ("taken_back", 1),
    "repayment": ("taken_back", 1),
    "owed": ("owed", 1),
    "credit": ("adjusted", 1),
    "opening": ("adjusted", 1),
    "conversion_in": ("adjusted", 1),
    "debit": ("adjusted", -1),
    "conversion_out": ("adjusted", -1),
}


@dataclass(frozen=True)
class Use:
    """How members use points: "observed", "none", ("greedy", unit, points) or ("share", unit, part); `vips` their own."""

    all: tuple | str = "observed"
    vips: tuple | str | None = None

    def of(self, tags) -> tuple | str:
        return self.vips if self.vips is not None and "vip" in tags else self.all


class Supposing(Oracle):
    """An oracle that is told how points are used and how spend grows."""

    def __init__(self, text, use: Use, uplift) -> None:
        super().__init__(text)
        self.supposed, self.uplift = use, uplift

    def use(self, person):
        how = self.supposed.of(person.tags)
        return None if isinstance(how, str) else how


def supposed(story: Story, use: Use, uplift: dict[str, Fraction], end: dt.datetime) -> Story:
    """Tell what was accepted of a story again under assumptions; `acts` are then those that the desk is to be told."""
    oracle = Supposing(story.text, use, uplift)
    people = enrolled(oracle, story.newcomers)
    acts, accepted = [], []
    for act, was in zip(story.acts, story.accepted, strict=True):
        person = people[act.who]
        if not was or (act.verb in USING and use.of(person.tags) != "observed"):
            continue
        oracle.advance(person, act.at)  # also to what is refused now
        used = len(person.assumed)
        done = perform(oracle, people, act)
        redemptions = [
            Act(act.who, "redeem", act.at, {"unit": unit, "points": points, "key": f"p{len(acts)}", "order_key": None})
            for unit, points in person.assumed[used:]
        ]
        acts += [*redemptions, act]
        accepted += [*(True for _ in redemptions), done]
    for person in people:
        oracle.advance(person, end)
    return replace(story, acts=tuple(acts), accepted=tuple(accepted), people=tuple(people))


def flows(people, unit: int, days=lambda day: True) -> Counter:
    """Sum what flowed of a unit on some days."""
    sums: Counter = Counter()
    for person in people:
        for kind, day, *rest in person.log:
            if kind in FLOWS and rest[0] == unit and days(day):
                flow, sign = FLOWS[kind]
                sums[flow] += sign * rest[1]
                if kind == "repayment":
                    sums["owed"] -= rest[1]
    return sums


def outstanding(people, unit: int) -> int:
    return sum(person.available(unit) + person.pending(unit) + person.held(unit) for person in people)
