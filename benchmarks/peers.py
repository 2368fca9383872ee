"""One order to points in one Python process, against what two packages of the field do for an order or an award (P11).

Not like for like, so what each does is said in the result. In turn, in one server: the product records orders of one
line under three rules and a tier ladder, a thousand in a batch and one a call; django-oscar 4.2 fills a basket of one
line, applies three offers and places the order; pinax-points 2.0 awards ten points. The packages are installed by
`make bench-peers` into a folder of their own.
"""

import sys
from dataclasses import replace
from typing import Any
from uuid import UUID

from benchmarks.beside import PACKAGES, Beside
from benchmarks.deployment import actor, enrol, ledger_violations, opened
from benchmarks.figures import machine, over, seconds, spread, write
from benchmarks.orders import NET, order

PROGRAM = """
shuke: 1
program: peers
currency: USD
time_zone: UTC
units:
  points: {expiry: {after: 12 months, end_of: month}}
tiers:
  ladder: main
  measure: SPEND('12 months')
  validity: 12 months
  levels:
    - {code: base, from: 0}
    - {code: silver, from: 500, multiplier: 1.25}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
  - {code: large, unit: points, when: order.net >= 10, points: 5}
  - {code: each, unit: points, points: 1}
"""
GOALS = {"django-oscar": 50, "pinax-points": 20}
ROUNDS, MEMBERS, ORDERS, AWARDS = 7, 1_000, 40, 100
DOES = {
    "product_batch": "1,000 orders of one line a transaction: rules, tier, lots, entries, decisions, keys, outbox",
    "product_single": "the same with one order a transaction, each waiting for the disk",
    "django-oscar": "one basket of one line, three offers applied, order placed with its stock; no points",
    "pinax-points": "one award of ten points, and the positions of all who have points; no rules, no order",
}


def run() -> dict[str, Any]:
    """Let all sides work in turn; return the figures."""
    from shuke.rooms.programs import facade as programs

    programs.publish(PROGRAM, actor())
    members = enrol(MEMBERS)
    packages = Beside("benchmarks.peers_shop", PEERS_USERS=str(MEMBERS))
    packages.per_second("awards", MEMBERS)  # so that all have points, as on the product's side
    rates: dict[str, list[float]] = {name: [] for name in DOES}
    for number in range(-1, ROUNDS):
        batch = [_order(member_id, f"batch-{number}-{k}") for k, member_id in enumerate(members)]
        singles = [_order(members[k], f"single-{number}-{k}") for k in range(ORDERS)]
        seen = {
            "product_batch": _per_second([batch]),
            "product_single": _per_second([[each] for each in singles]),
            "django-oscar": packages.per_second("orders", ORDERS),
            "pinax-points": packages.per_second("awards", AWARDS),
        }
        if number >= 0:  # the first warms up
            for name, rate in seen.items():
                rates[name].append(rate)
    packages.close()
    ratios = {
        f"{ours}_over_{theirs}": over(rates[f"product_{ours}"], rates[theirs])
        for ours in ("batch", "single")
        for theirs in ("django-oscar", "pinax-points")
    }
    return {
        "what": (__doc__ or "").splitlines()[0],
        "does": DOES,
        "per_second": {name: spread(of) for name, of in rates.items()},
        "ratios": ratios,
        "goals": GOALS,
        "reached": {name: ratios[name]["median"] >= GOALS[name.split("_")[-1]] for name in ratios},
        "ledger_violations": ledger_violations(),
        "machine": machine("django", "psycopg"),
    }


def _order(member_id: UUID, external_id: str) -> Any:
    from shuke.rooms.orders.contracts import Line

    line = Line("tea", "tea", 1, NET, NET)
    return replace(order(member_id, external_id), lines=(line,))


def _per_second(calls: list[list[Any]]) -> float:
    """Record orders, each list in a call of its own, and return how many a second."""
    from shuke.rooms.programs import facade as programs

    facts = sum(len(call) for call in calls)

    def work() -> None:
        for call in calls:
            assert all(result.refusal is None for result in programs.record(call, actor()))

    return facts / seconds(work)


def main() -> None:
    if not PACKAGES.exists():
        sys.exit("django-oscar and pinax-points are not installed: make bench-peers")
    with opened("live"):
        write("peers", run())


if __name__ == "__main__":
    main()
