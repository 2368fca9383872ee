"""A cart of 20 lines priced with 30 live offers in one Python process, against django-oscar doing comparable work.

In turn, in one server. The product evaluates the cart of a member: it reads member, balances, caps and coupons, prices
with all offers (and, `with_coupons`, finds the best of three), says which points may pay and what the order would earn.
django-oscar 4.2 applies as many offers of the same kinds to a basket of as many lines: `fresh` reads the basket first,
as a request does; `kept` has it in memory. Of the 30 offers 25 apply. Oscar chooses nothing: it applies offers by their
priority, has no coupons here, and says nothing of those that do not apply. Neither side writes anything.
"""

import os
import sys
from time import perf_counter
from typing import Any

from benchmarks.beside import PACKAGES, Beside
from benchmarks.deployment import actor, enrol, opened
from benchmarks.figures import machine, over, spread, write

LINES, KINDS, OFFERS, COUPONS, ROUNDS, TIMES, THEIRS, SAMPLES = 20, 5, 30, 3, 3, 20, 1, 400
TEMPLATES = (
    ("threshold", "{amount: 7, minimum: {money: 20}}"),
    ("discount", "{percent: {off: 8, at_most: 15}}"),
    ("cash", "amount: 3"),
)
GOAL, GOAL_P95_MS = 10, 15
EFFECTS = (
    "percent: 5", "amount: 1, minimum: {money: 20}", "deal: {pieces: 4, reduced: 1}", "percent: 10",
    "amount: 2, minimum: {money: 20}", "percent: 3, minimum: {money: 500}",
)  # fmt: skip
PROGRAM = """
shuke: 1
program: carts
currency: USD
time_zone: UTC
units: {points: {value: 0.01, pay: {percent: 50}}}
tiers:
  ladder: main
  measure: SPEND('12 months')
  validity: 12 months
  levels: [{code: base, from: 0}, {code: silver, from: 500, multiplier: 1.25}]
earn: [{code: spend, unit: points, points: order.net * tier.multiplier}]
offers:
"""


def program() -> str:
    """Return the program file: each offer is of one kind of things, every sixth with a cap."""
    caps = ", caps: {per: day, of: member, times: 3}"
    offers = (
        f"  - {{code: o{k}, {EFFECTS[k // KINDS]}, lines: \"item.category = 'kind{k % KINDS}'\""
        f"{caps if k % 6 == 0 else ''}}}\n"
        for k in range(OFFERS)
    )
    return PROGRAM + "".join(offers)


def run() -> dict[str, Any]:
    """Let both sides work in turn; return the figures."""
    from shuke.foundation import clock
    from shuke.rooms.coupons import facade as coupons
    from shuke.rooms.coupons.contracts import Cause, IssueFact, Kind, TemplateDraft
    from shuke.rooms.members.contracts import MemberRef
    from shuke.rooms.orders.contracts import Line
    from shuke.rooms.programs import facade as programs
    from shuke.rooms.programs.contracts import Choice, OrderFact

    programs.publish(program(), actor())
    (member_id,) = enrol(1)
    for number, offer in enumerate(
        ("{amount: 7, minimum: {money: 20}}", "{percent: {off: 8, at_most: 15}}", "amount: 3")
    ):
        kind = (Kind.THRESHOLD, Kind.DISCOUNT, Kind.CASH)[number]
        draft = TemplateDraft(code=f"c{number}", name="Coupon", kind=kind, offer=offer, time_zone="UTC")
        programs.create_coupon_template(draft, actor())
        now = clock.business_now()
        (issued,) = coupons.issue([IssueFact("bench", str(number), f"c{number}", member_id, Cause.PUSH, now)])
        assert issued.refusal is None, issued.refusal
    lines = tuple(Line(f"sku{k}", f"kind{k % KINDS}", 2, 2 * (500 + 300 * k)) for k in range(LINES))
    listed = sum(line.net_minor for line in lines)

    def evaluate(choice: Choice) -> Any:
        cart = OrderFact("c", "c", MemberRef(id=member_id), clock.business_now(), listed, listed, "USD", lines=lines)
        return programs.evaluate_cart(cart, choice)

    priced = evaluate(Choice())
    assert sum(each.coupon_id is not None for each in priced.applied) == COUPONS
    oscar = Beside("benchmarks.carts_shop")
    rates: dict[str, list[float]] = {name: [] for name in ("product", "product_with_coupons", "fresh", "kept")}
    for number in range(-1, ROUNDS):
        seen = {
            "product": _per_second(lambda: evaluate(Choice(coupons=()))),
            "product_with_coupons": _per_second(lambda: evaluate(Choice())),
            "fresh": oscar.per_second("fresh", THEIRS),
            "kept": oscar.per_second("kept", THEIRS),
        }
        if number >= 0:  # the first warms up
            for name, rate in seen.items():
                rates[name].append(rate)
    oscar.close()
    milliseconds = sorted(_milliseconds(lambda: evaluate(Choice())) for _ in range(SAMPLES))
    p50, p95 = (round(milliseconds[int(SAMPLES * share)], 3) for share in (0.5, 0.95))
    ratios = {
        f"{ours}_over_oscar_{theirs}": over(rates[ours], rates[theirs])
        for ours in ("product", "product_with_coupons")
        for theirs in ("fresh", "kept")
    }
    return {
        "what": (__doc__ or "").splitlines()[0],
        "does": " ".join((__doc__ or "").split("\n\n")[1].split()),
        "per_second": {name: spread(of) for name, of in rates.items()},
        "ratios": ratios,
        "goal": GOAL,
        "reached": {name: ratio["median"] >= GOAL for name, ratio in ratios.items()},
        "evaluation_with_coupons_ms": {"p50": p50, "p95": p95, "goal_p95": GOAL_P95_MS, "samples": SAMPLES},
        "offers_applied": len(priced.applied),
        "load_average": round(os.getloadavg()[0], 2),
        "machine": machine("django", "psycopg"),
    }


def _per_second(work: Any) -> float:
    started = perf_counter()
    for _ in range(TIMES):
        work()
    return TIMES / (perf_counter() - started)


def _milliseconds(work: Any) -> float:
    started = perf_counter()
    work()
    return (perf_counter() - started) * 1_000


def main() -> None:
    if not PACKAGES.exists():
        sys.exit("django-oscar is not installed: make bench-peers")
    with opened("live"):
        write("carts", run())


if __name__ == "__main__":
    main()
