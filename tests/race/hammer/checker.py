"""Judges a history: is there an order, one request after the other, in which the bank says what clients were told?

What ended before something else began comes before it. What nobody knows the end of happened once, at any time after
it was asked, or not at all. Pure; its own tests are doctored histories.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tests.race.hammer.bank import Bank
from tests.race.hammer.history import Call, Outcome, told

MOST_STATES = 50_000  # looked at before a history counts as undecided, which is no better than wrong


def anomalies(calls: Sequence[Call], at_most: Mapping[str, int], *, conserves: bool = False) -> list[str]:
    """Return what is wrong with a history that begins with nobody having anything.

    `at_most` says how many requests of a verb can be done at all; where a round `conserves`, whoever looks at everybody
    sees the same sum each time.
    """
    found = [f"an error: {told(call)}" for call in calls if call.outcome is Outcome.ERROR]
    for verb, most in at_most.items():
        done = {call.op.key or id(call) for call in calls if call.op.verb == verb and call.outcome is Outcome.OK}
        if len(done) > most:
            found.append(f"{verb} was done {len(done)} times where {most} can be")
    if conserves:
        looks = [call for call in calls if call.op.verb == "look" and call.outcome is Outcome.OK]
        sums = {sum(sum(parts) for parts in call.answer.seen) for call in looks}
        if len(sums) > 1:
            found.append(f"the sum over members was {sorted(sums)}")
    search, known = _Search(), _learned([call for call in calls if call.outcome is not Outcome.ERROR])
    if not search.explains(Bank(), sorted(known, key=_likely)):
        why = "no order explains" if len(search.seen) <= MOST_STATES else f"undecided after {MOST_STATES} states"
        found.append(f"{why}: " + "; ".join(map(told, search.stuck)))
    return found


def _learned(calls: Sequence[Call]) -> Iterator[Call]:
    """Say of requests that nobody knew the end of what was learned by asking again under the same key."""
    again = {call.op: call for call in calls if call.op.key and call.outcome is Outcome.OK}
    fresh = {call.op for call in calls if call.outcome is Outcome.OK and not call.answer.repeated}
    unknown = Counter(call.op for call in calls if call.outcome is Outcome.INFO)
    for call in calls:
        known = again.get(call.op)
        if call.outcome is not Outcome.INFO or known is None or (call.op not in fresh and unknown[call.op] > 1):
            yield call
        elif call.op not in fresh:  # it was this one that was repeated
            answer = replace(known.answer, repeated=False)
            yield replace(call, outcome=Outcome.OK, answer=answer, returned=known.returned)


def _likely(call: Call) -> tuple[bool, int, float]:
    made = call.answer.made
    return (made is None, made.int if made else 0, call.returned)


class _Search:
    """Wing and Gong's search, the likely first; what was read, refused or repeated is placed as soon as it fits.

    Not so what was done: a coupon can be given back where nobody uses it, and later where somebody does, and the answer
    is the same.
    """

    def __init__(self) -> None:
        self.seen: set[object] = set()
        self.stuck: list[Call] = []
        self.longest: int | None = None

    def explains(self, bank: Bank, waiting: list[Call]) -> bool:
        bank, waiting, ways = self._settle(bank, waiting)
        if all(call.outcome is Outcome.INFO for call in waiting):
            return True
        if self.longest is None or len(waiting) < self.longest:
            self.longest, self.stuck = len(waiting), waiting[:6]
        here = (bank.value(), tuple(id(call) for call in waiting))
        if here in self.seen or len(self.seen) > MOST_STATES:
            return False
        self.seen.add(here)
        return any(self.explains(after, [other for other in waiting if other is not call]) for call, after in ways)

    def _settle(self, bank: Bank, waiting: list[Call]) -> tuple[Bank, list[Call], list[tuple[Call, Bank]]]:
        """Place every call that changes nothing anywhere; return what is left and the calls that can be the next."""
        while True:
            horizon = min((call.returned for call in waiting), default=0)
            ways: list[tuple[Call, Bank]] = []
            placed: set[int] = set()
            for call in waiting:
                if call.invoked > horizon:
                    continue
                after, answer = bank.after(call.op)
                if call.outcome is Outcome.INFO:
                    if after is not bank:  # or it did nothing, which needs no place
                        ways.append((call, after))
                elif not answer.agrees(call.answer):
                    continue
                elif call.op.verb == "look" or answer.code or answer.repeated:
                    placed.add(id(call))
                else:
                    ways.append((call, after))
            if not placed:
                return bank, waiting, ways
            waiting = [call for call in waiting if id(call) not in placed]
