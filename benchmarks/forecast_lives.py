"""Made histories whose rules of coming, lapsing and redeeming are known.

Three regimes: a few heavy members who redeem early, members who lapse and leave points behind, and a seasonal shop that
grows while its members learn to redeem. Everything comes from a seed.
"""

import math
import random
from dataclasses import dataclass

from shuke.core.values.dates import first_day
from shuke.engine.history import History
from shuke.engine.lives import HistoryWriter
from shuke.engine.states import OrderFacts

FIRST_MONTH = 2023 * 12
BEFORE = 24  # months in which members came before the history begins
KEPT = 13  # months after which what was earned in one has ended: 12 months, end of month
PROGRAM = """
shuke: 1
program: made
currency: CNY
time_zone: UTC
units:
  points: {value: 0.01, expiry: {after: 12 months, end_of: month}}
earn:
  - {code: spend, unit: points, points: order.net}
"""


@dataclass(frozen=True)
class Regime:
    """How members come and go. `heavy` is the share who order `heavy_orders` a month and redeem by `heavy_redeem`.

    `redeem` and `heavy_redeem` are chances a month, changing from the first figure to the second over three years;
    `lapse` is the chance a month that a member is gone for good; `joining` members come in the first month of the
    history, by `growth` more each month; `season` is how far December stands above a common month.
    """

    code: str
    joining: int
    growth: float
    heavy: float
    orders: float
    heavy_orders: float
    redeem: tuple[float, float]
    heavy_redeem: tuple[float, float]
    lapse: float
    season: float


REGIMES = (
    Regime("heavy_early", 30, 0.0, 0.25, 0.8, 4.0, (0.05, 0.05), (0.6, 0.6), 0.02, 0.0),
    Regime("lapsing", 40, 0.0, 0.1, 1.5, 3.0, (0.10, 0.10), (0.15, 0.15), 0.12, 0.0),
    Regime("seasonal_growth", 15, 0.03, 0.2, 1.0, 3.0, (0.04, 0.16), (0.2, 0.45), 0.03, 0.4),
)


def made(regime: Regime, months: int, seed: int) -> History:
    """Write the history of a regime over so many months."""
    chance = random.Random(f"{regime.code} {seed}")  # noqa: S311 - a benchmark's figures, the same every time
    writer = HistoryWriter()
    number = 0
    for joined in range(-BEFORE, months):
        for _ in range(round(regime.joining * (1 + regime.growth) ** joined)):
            _life(writer, chance, regime, f"m{number}", joined, months)
            number += 1
    return writer.history()


def _life(writer: HistoryWriter, chance: random.Random, regime: Regime, code: str, joined: int, months: int) -> None:
    heavy = chance.random() < regime.heavy
    orders = regime.heavy_orders if heavy else regime.orders
    redeem = regime.heavy_redeem if heavy else regime.redeem
    if any(chance.random() < regime.lapse for _ in range(joined, 0)):
        return
    joined = max(joined, 0)
    lots = dict.fromkeys(range(joined, months), 0)
    writer.member(code, _second(joined, 0))
    for month in range(joined, months):
        season = 1 + regime.season * math.cos(2 * math.pi * ((month % 12) - 11) / 12)
        days = first_day(FIRST_MONTH + month + 1) - first_day(FIRST_MONTH + month)
        rate = orders * season * days / 30
        count = int(rate) + (chance.random() < rate - int(rate))
        for k in range(count):
            at = _second(month, 1 + 20 * k // max(count, 1) + chance.randrange(4))
            net = round(100 * chance.lognormvariate(4.0, 0.6))
            writer.order(f"{code}-{month}-{k}", OrderFacts(at, net, net))
            lots[month] += net // 100
        there = [lot for lot in range(max(joined, month - KEPT + 1), month + 1) if lots[lot] > 0]
        usable = sum(lots[lot] for lot in there)
        wants = redeem[0] + (redeem[1] - redeem[0]) * month / 36
        if usable >= 100 and chance.random() < wants:
            writer.redeem(_second(month, 27), 0, usable)
            lots.update(dict.fromkeys(there, 0))
        if chance.random() < regime.lapse:
            return


def _second(month: int, day: int) -> int:
    return (first_day(FIRST_MONTH + month) + day) * 86_400 + 43_200


def until(months: int) -> int:
    """Return the last UTC second of so many months."""
    return first_day(FIRST_MONTH + months) * 86_400 - 1
