"""Coupons handed out of a pool of codes against the same with codes of their own; a million codes made as a job.

Both sides are the verb `coupons.issue` in a live deployment, from 8 threads, alternating; the pool's coupons were made
before. One coupon a call, and a hundred a call, where the database is most of it.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from benchmarks.deployment import GROCER, actor, enrol, opened
from benchmarks.figures import machine, over, seconds, spread, write

GOAL = 0.6  # of a pool over none
THREADS = 8


def run(runs: int, calls: int, codes: int) -> dict[str, Any]:
    """Issue from both templates in turn, then make codes."""
    from shuke.foundation import clock
    from shuke.rooms.coupons import facade as coupons
    from shuke.rooms.coupons.contracts import Codes
    from shuke.rooms.programs import facade as programs

    programs.publish(GROCER.read_text(encoding="utf-8"), actor())
    people, numbers = enrol(1_000), count()
    _template("own", Codes.OWN)
    pool, million = (_template(code, Codes.POOL) for code in ("pool", "million"))
    rates: dict[int, dict[str, list[float]]] = {}
    for each in (1, 100):
        rates[each] = {"own": [], "pool": []}
        rounds = max(calls // each, THREADS * 4)
        for _ in range(runs):
            for code in ("own", "pool"):
                if code == "pool":
                    _make(pool, rounds * each)
                took = seconds(partial(_issue, code, people, rounds, each, numbers))
                rates[each][code].append(rounds * each / took)
    took = seconds(lambda: _make(million, codes))
    assert coupons.verify().violations == ()
    assert coupons.template(pool).in_pool == 0
    return {
        "what": __doc__,
        "machine": machine("psycopg", "django"),
        "threads": THREADS,
        "issued_per_second": {each: {code: spread(of) for code, of in sides.items()} for each, sides in rates.items()},
        "pool_over_own": {each: over(sides["pool"], sides["own"]) for each, sides in rates.items()},
        "goal": GOAL,
        "codes": {"made": codes, "seconds": round(took, 1), "per_second": round(codes / took)},
        "at": clock.machine_now().date().isoformat(),
    }


def _template(code: str, codes: Any) -> UUID:
    from shuke.rooms.coupons.contracts import Kind, TemplateDraft
    from shuke.rooms.programs import facade as programs

    draft = TemplateDraft(code, code, Kind.CASH, "amount: 10", "UTC", codes=codes)
    return programs.create_coupon_template(draft, actor()).id


def _make(template: UUID, codes: int) -> None:
    from shuke.foundation import clock
    from shuke.rooms.coupons import facade as coupons
    from shuke.rooms.coupons.services import batches

    batch = coupons.make_codes(template, codes, "bench", actor())
    while batches.make_chunk(batch.id, clock.business_now()):
        pass
    assert coupons.batch(batch.id).made == codes


def _issue(code: str, people: list[UUID], rounds: int, each: int, numbers: Iterator[int]) -> None:
    """Issue in so many calls, shared by the threads, to members in turn."""
    from django.db import connections

    from shuke.foundation import clock
    from shuke.rooms.coupons import facade as coupons
    from shuke.rooms.coupons.contracts import Cause, IssueFact

    now = clock.business_now()

    def work(share: int) -> None:
        for _ in range(share):
            facts = [IssueFact("bench", str(number := next(numbers)), code, people[number % 1_000], Cause.API, now)
                     for _ in range(each)]  # fmt: skip
            assert all(answer.coupon for answer in coupons.issue(facts))
        connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, [rounds // THREADS] * THREADS))


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--runs", type=int, default=5)
    told.add_argument("--calls", type=int, default=1_600, help="coupons of each side, a run")
    told.add_argument("--codes", type=int, default=1_000_000)
    sizes = told.parse_args()
    with opened("live"):
        write("coupons", run(sizes.runs, sizes.calls, sizes.codes))


if __name__ == "__main__":
    main()
