"""Runs workloads round after round, each on fresh members, and judges every history."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import inf
from time import perf_counter

from shuke.foundation import clock
from shuke.rooms.programs import facade
from tests.race.hammer.checker import anomalies
from tests.race.hammer.clients import Clients, send
from tests.race.hammer.history import Call, Outcome
from tests.race.hammer.shop import ACTOR, PROGRAM, Shop
from tests.race.hammer.workloads import Workload

OPENED = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass
class Verdict:
    """What came of the rounds of a workload."""

    workload: str
    rounds: int = 0
    requests: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    anomalies: list[str] = field(default_factory=list)


def open_shop() -> None:
    """Set the test clock and publish the program, in a sandbox that has none."""
    clock.set_business_clock(OPENED)
    facade.publish(PROGRAM.replace("RATE", "1"), ACTOR)


def hammer(workload: Workload, clients: Clients, rounds: int, seed: str, each: int = 1) -> Verdict:
    """Let every client send `each` requests a round; every other round has wider windows, every third has faults."""
    verdict = Verdict(workload.name)
    started = perf_counter()
    for number in range(rounds):
        name = f"{seed}-{workload.name}-{number}"
        shop = Shop.opened(name, workload.members, workload.days)
        calls = _round(workload, shop, clients, each, widened=number % 2 == 1, faults=number % 3 == 1)
        verdict.rounds += 1
        verdict.requests += len(calls)
        verdict.outcomes += Counter(call.outcome.value for call in calls)
        found = anomalies(calls, workload.at_most, conserves=workload.conserves)
        verdict.anomalies += [f"{name}: {one}" for one in found]
    verdict.seconds = round(perf_counter() - started, 1)
    return verdict


def violations() -> list[str]:
    """Return what `shuke verify-ledger` would find after all of it."""
    return [str(found) for check in facade.verify_all() for found in check.violations]


def _round(workload: Workload, shop: Shop, clients: Clients, each: int, *, widened: bool, faults: bool) -> list[Call]:
    before = [send(op, shop.perform) for op in workload.setup]
    ops = workload.ask(random.Random(shop.name), clients.count * each)
    asked = clients.ask(ops, shop.perform, shop.name, widened=widened, faults=faults)
    after = [send(op, shop.perform) for op in (*workload.tidy, workload.look)]
    return [*before, *_as_time_tells(asked), *after]


def _as_time_tells(calls: list[Call]) -> Iterator[Call]:
    """Points end when somebody next looks at their member: at any time after the clock was moved."""
    for call in calls:
        ends = call.op.verb == "expire" and call.outcome is Outcome.OK
        yield replace(call, outcome=Outcome.INFO, returned=inf) if ends else call
