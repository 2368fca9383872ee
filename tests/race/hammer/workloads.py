"""What is asked at once: a set-up, so many requests, and what must hold beside there being an order that explains them.

Numbers of members and keys of facts are a round's own. Every round ends with a look at everybody.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.race.hammer.history import Op

Ops = Callable[[random.Random, int], list[Op]]


@dataclass(frozen=True)
class Workload:
    """`ask(chance, count)` returns about `count` requests; `days` is how long ago its members joined."""

    name: str
    members: int
    setup: Sequence[Op]
    ask: Ops
    at_most: Mapping[str, int] = field(default_factory=dict)
    conserves: bool = False
    days: int = 0
    tidy: Sequence[Op] = ()

    @property
    def look(self) -> Op:
        return Op("look", who=0, to=self.members - 1)


def _earned(who: int, points: int, key: str = "", ago: int = 0) -> Op:
    return Op("earn", key or f"start{who}", who, points=points, ago=ago)


def _mixed(make: Callable[[random.Random, str], Op]) -> Ops:
    """Make so many requests, each under a key of its own."""
    return lambda chance, count: [make(chance, f"x{number}") for number in range(count)]


def _with(first: Sequence[Op], rest: Ops) -> Ops:
    """Mix some requests that there must be into others."""

    def ask(chance: random.Random, count: int) -> list[Op]:
        ops = [*first, *rest(chance, count - len(first))]
        chance.shuffle(ops)
        return ops

    return ask


def _spend_all(_: random.Random, key: str) -> Op:
    return Op("redeem", key, points=100)


def _spend_parts(chance: random.Random, key: str) -> Op:
    return Op("look") if chance.random() < 0.2 else Op("redeem", key, points=7)


def _give_all(chance: random.Random, key: str) -> Op:
    return Op("transfer", key, 0, chance.randrange(1, 4), 100)


def _give_around(members: int) -> Callable[[random.Random, str], Op]:
    """Give points from anybody to anybody, and look at everybody meanwhile."""

    def one(chance: random.Random, key: str) -> Op:
        if chance.random() < 0.2:
            return Op("look", who=0, to=members - 1)
        giver, receiver = chance.sample(range(members), 2)
        return Op("transfer", key, giver, receiver, chance.choice((20, 50, 90)))

    return one


def _same_order(_: random.Random, count: int) -> list[Op]:
    return [Op("earn", "same", 0, points=10)] * count


def _same_redemption(_: random.Random, count: int) -> list[Op]:
    return [Op("redeem", "same", 0, points=60)] * count


def _same_key_others(chance: random.Random, count: int) -> list[Op]:
    return [Op("earn", "same", chance.randrange(4), points=10) for _ in range(count)]


def _refund_parts(chance: random.Random, key: str) -> Op:
    return Op("look") if chance.random() < 0.1 else Op("refund", key, points=7, about="start0")


def _return_or_refund(chance: random.Random, key: str) -> Op:
    return chance.choice(
        (Op("return", key, points=15, about="paid"), Op("refund", key, points=12, about="o"), Op("look"))
    )


def _freeze_or_burn(chance: random.Random, key: str) -> Op:
    """Nobody looks meanwhile: what was decided before a member was frozen may be written just after."""
    return chance.choice((Op("redeem", key, points=3), Op("earn", key, points=2)))


def _refund_or_burn(chance: random.Random, key: str) -> Op:
    return chance.choice(
        (
            Op("redeem", key, points=chance.choice((20, 35))),
            Op("refund", key, points=chance.choice((10, 30)), about=chance.choice(("start0", "b"))),
            Op("earn", key, points=15),
            Op("look"),
        )
    )


def _refund_burn_or_expire(chance: random.Random, key: str) -> Op:
    return chance.choice(
        (
            Op("redeem", key, points=chance.choice((20, 35))),
            Op("refund", key, points=chance.choice((10, 30)), about=chance.choice(("old", "new"))),
            Op("look"),
        )
    )


def _order_or_refund(chance: random.Random, count: int) -> list[Op]:
    """Ask for orders and for their refunds, so that some refunds are there first."""
    ops: list[Op] = []
    for number in range(count // 2):
        ops += [
            Op("earn", f"o{number}", number % 4, points=20),
            Op("refund", f"r{number}", points=20, about=f"o{number}"),
        ]
    return ops if chance.random() < 0.5 else ops[::-1]


def _holds(chance: random.Random, key: str) -> Op:
    about = chance.choice(("h1", "h2", "h3"))
    return chance.choice(
        (
            Op("capture", key, about=about),
            Op("release", key, about=about),
            Op("redeem", key, points=25),
            Op("hold", key, points=15),
            Op("look"),
        )
    )


def _merge_or_earn(chance: random.Random, key: str) -> Op:
    giver, receiver = chance.sample(range(4), 2)
    return chance.choice(
        (
            Op("earn", key, giver, points=10),
            Op("redeem", key, giver, points=30),
            Op("transfer", key, giver, receiver, 10),
            Op("transfer", key, giver, receiver, 10),
            Op("look", who=0, to=3),
        )
    )


def _merge_or_refund(chance: random.Random, key: str) -> Op:
    about = chance.choice(("start0", "start1"))
    return chance.choice((Op("refund", key, points=20, about=about), Op("redeem", key, 1, points=20)))


def _publish_or_order(chance: random.Random, key: str) -> Op:
    return Op("earn", key, chance.randrange(8), points=3) if chance.random() < 0.9 else Op("look", who=0, to=7)


def _issue_last(chance: random.Random, key: str) -> Op:
    return Op("issue", key, chance.randrange(16), points=chance.choice((1, 1, 2)))


def _sip_last(_: random.Random, key: str) -> Op:
    return Op("sip", key, points=10)


def _claim_last(chance: random.Random, key: str) -> Op:
    return Op("claim", key, chance.randrange(8))


def _claim_same(_: random.Random, count: int) -> list[Op]:
    return [Op("claim", "same", 0)] * count


def _use_once(chance: random.Random, key: str) -> Op:
    return Op("use", about=chance.choice((key, "o1", "o2")))


def _use_or_refund(chance: random.Random, _: str) -> Op:
    return Op(chance.choice(("use", "use", "unuse")), about=chance.choice(("o1", "o2", "o3")))


def _last_pieces(chance: random.Random, key: str) -> Op:
    return Op("exchange", key, chance.randrange(8), points=1)


def _pieces_and_back(chance: random.Random, key: str) -> Op:
    """Take the last pieces, and give the first ones back: what was cancelled goes to somebody else."""
    if chance.random() < 0.3:
        return Op("cancel", about=f"first{chance.randrange(3)}")
    return Op("exchange", key, chance.randrange(4), points=chance.choice((1, 2)))


def _enrol_same(_: random.Random, count: int) -> list[Op]:
    return [Op("enrol", about="new")] * count


_HELD = [Op("hold", f"h{number}", points=20) for number in (1, 2, 3)]
_PAID = [_earned(0, 300), Op("pay", "paid", points=100, about="o"), _earned(0, 50, "o")]
_FREEZES = [Op("freeze"), Op("freeze"), Op("thaw")]
_MERGES = [Op("merge", who=0, to=1), Op("merge", who=1, to=0)]
_CHAIN = [*_MERGES, Op("merge", who=1, to=2), Op("merge", who=2, to=3)]
_SHELF = [_earned(who, 1_000) for who in range(8)] + [Op("stock", points=5)]
_SHELF_TAKEN = [*_SHELF, *(Op("exchange", f"first{number}", number, points=1) for number in range(3))]
_VERSIONS = [Op("publish", points=rate, about=str(rate)) for rate in (2, 5)]

WORKLOADS = (
    Workload("spend_all", 1, [_earned(0, 100)], _mixed(_spend_all), {"redeem": 1}),
    Workload("spend_parts", 1, [_earned(0, 100)], _mixed(_spend_parts), {"redeem": 14}),
    Workload("give_all", 4, [_earned(0, 100)], _mixed(_give_all), {"transfer": 1}, conserves=True),
    Workload("both_ways", 2, [_earned(0, 100), _earned(1, 100)], _mixed(_give_around(2)), conserves=True),
    Workload("around", 6, [_earned(who, 100) for who in range(6)], _mixed(_give_around(6)), conserves=True),
    Workload("same_order", 1, (), _same_order, {"earn": 1}),
    Workload("same_redemption", 1, [_earned(0, 100)], _same_redemption, {"redeem": 1}),
    Workload("same_key_others", 4, (), _same_key_others, {"earn": 1}),
    Workload("refund_parts", 1, [_earned(0, 100)], _mixed(_refund_parts), {"refund": 14}),
    Workload("return_or_refund", 1, _PAID, _mixed(_return_or_refund)),
    Workload("refund_or_burn", 1, [_earned(0, 100), _earned(0, 60, "b")], _mixed(_refund_or_burn)),
    Workload(
        "refund_burn_or_expire",
        1,
        [_earned(0, 100, "old", ago=364), _earned(0, 80, "new")],
        _with([Op("expire", about="old"), Op("advance"), Op("advance")], _mixed(_refund_burn_or_expire)),
        days=500,
        tidy=[Op("advance")],
    ),
    Workload("order_or_refund", 4, (), _order_or_refund),
    Workload("holds", 1, [_earned(0, 100), *_HELD], _mixed(_holds)),
    Workload(
        "merge_or_earn",
        4,
        [_earned(who, 50) for who in range(4)],
        _with(_CHAIN, _mixed(_merge_or_earn)),
        {"merge": 3},
    ),
    Workload("merge_or_refund", 2, [_earned(0, 50), _earned(1, 90)], _with(_MERGES, _mixed(_merge_or_refund))),
    Workload("freeze_or_burn", 1, [_earned(0, 100)], _with(_FREEZES, _mixed(_freeze_or_burn))),
    Workload("supply_last", 16, [Op("open_room", points=7)], _mixed(_issue_last), {"issue": 7}),
    Workload("stock_last", 8, _SHELF, _mixed(_last_pieces), {"exchange": 5}),
    Workload("stock_back", 8, _SHELF_TAKEN, _mixed(_pieces_and_back)),
    Workload("cap_last", 1, [Op("pour", "sips", points=500)], _mixed(_sip_last), {"sip": 5}),
    Workload("coupons_last", 8, [Op("open_coupons", points=5)], _mixed(_claim_last), {"claim": 5}),
    Workload("coupon_same", 1, [Op("open_coupons", points=5)], _claim_same),
    Workload("coupons_stopped", 8, [Op("open_coupons", points=500)], _with([Op("stop_coupons")], _mixed(_claim_last))),
    Workload("coupon_used_once", 1, [Op("open_coupons", points=1), Op("claim", "c")], _mixed(_use_once)),
    Workload("coupon_used_or_back", 1, [Op("open_coupons", points=1), Op("claim", "c")], _mixed(_use_or_refund)),
    Workload("enrol_same", 1, (), _enrol_same),
    Workload(
        "publish_or_order",
        8,
        (),
        _with(_VERSIONS, _mixed(_publish_or_order)),
        tidy=[Op("publish", points=1, about="1")],
    ),
)
