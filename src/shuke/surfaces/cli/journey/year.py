"""The demo's year as one stream of facts: every basket, and the redemptions that a seeded part of the households make.

A redemption comes one second after the first basket that leaves its household enough usable points, and again each
time that happens; a household has at most one waiting. The stream is in total order: time, baskets before redemptions,
basket id as a number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from shuke.engine.backtest import backtest
from shuke.engine.compile import Compiled
from shuke.engine.history import History, Lines, Texts, facts_of_orders, history_of_orders, plain_texts
from shuke.foundation import randomness
from shuke.rooms.programs.contracts import Fact, RedeemFact
from shuke.surfaces.cli.journey.source import SOURCE, Integers, Journey, household_ref

SEED = "complete-journey"
REDEEMING_PERCENT = 30
ENOUGH_POINTS = 1_500  # usable after a basket
REDEEMED_POINTS = 500


@dataclass(frozen=True, slots=True)
class Redemption:
    """A redemption one second after the basket at `after` (its place in the journey)."""

    household: int
    occurred_at: int
    after: int


@dataclass(frozen=True, slots=True)
class Year:
    """Baskets and redemptions merged: `order[i]` is a basket's place, or −1 − the place of a redemption.

    `compile_seconds` is what compiling the program for the columns took, 0 where this process had done so before.
    """

    journey: Journey
    redemptions: tuple[Redemption, ...]
    order: Integers
    compile_seconds: float

    def __len__(self) -> int:
        return len(self.order)

    def facts(self, first: int, last: int) -> Iterator[Fact]:
        """Yield the facts `first` … `last` − 1 of the stream."""
        places = self.order[first:last].tolist()
        baskets = [place for place in places if place >= 0]
        orders = self.journey.orders(baskets[0], baskets[-1] + 1) if baskets else iter(())
        for place in places:
            yield next(orders) if place >= 0 else self._redemption(self.redemptions[-1 - place])

    def place_after_baskets(self, baskets: int) -> int:
        """Return how many facts of the stream are certainly recorded once its first `baskets` baskets are."""
        if baskets == 0:
            return 0
        return int(np.searchsorted(np.cumsum(self.order >= 0), baskets)) + 1

    def _redemption(self, redemption: Redemption) -> RedeemFact:
        return RedeemFact(
            SOURCE,
            str(self.journey.basket[redemption.after]),
            household_ref(redemption.household),
            REDEEMED_POINTS,
            occurred_at=datetime.fromtimestamp(redemption.occurred_at, UTC),
            generated=True,
        )


def plan_year(journey: Journey, compiled: Compiled, until_at: int) -> Year:
    """Decide who redeems when, from the points that the backtest gives each basket."""
    by_member = _places_by_member(journey)
    points = np.zeros(len(journey), np.int64)
    result = backtest(compiled, history_of(journey, ()), until_at)
    points[by_member] = result.points_of(0)
    redemptions = tuple(_redemptions(journey, points))
    at = np.concatenate((journey.occurred_at, np.array([r.occurred_at for r in redemptions], np.int64)))
    second = np.concatenate((np.zeros(len(journey), np.int64), np.ones(len(redemptions), np.int64)))
    basket = np.concatenate((journey.basket, journey.basket[np.array([r.after for r in redemptions], np.int64)]))
    place = np.concatenate((np.arange(len(journey)), -1 - np.arange(len(redemptions))))
    return Year(journey, redemptions, place[np.lexsort((basket, second, at))], result.compile_seconds)


def history_of(journey: Journey, redemptions: tuple[Redemption, ...]) -> History:
    """Return the journey as the backtest's columns, with redemptions of the program's first unit."""
    households, member = np.unique(journey.household, return_inverse=True)
    by_member = _places_by_member(journey)
    store_names, store = np.unique(journey.store[by_member], return_inverse=True)
    categories = sorted({category for _, category in journey.articles.values()})
    code_of = {category: code for code, category in enumerate(categories)}
    products = np.array(sorted(journey.articles), np.int64)
    category_of = np.array([code_of[journey.articles[product][1]] for product in products.tolist()], np.int64)
    counts = np.diff(journey.first_line)
    lines = _lines_of(journey.first_line, by_member)
    product = np.searchsorted(products, journey.line_product[lines])
    first_at = journey.first_baskets()
    nothing = np.zeros(len(journey), np.int64)
    facts = facts_of_orders(
        net_minor=journey.net_minor[by_member],
        gross_minor=journey.gross_minor[by_member],
        parts=(nothing, nothing, nothing),
        texts=(
            Texts(store.astype(np.int64), tuple(str(name) for name in store_names.tolist())),
            plain_texts("", len(journey)),
            plain_texts("store", len(journey)),
        ),
        line_of=np.concatenate(([0], np.cumsum(counts[by_member]))).astype(np.int64),
        lines=Lines(
            net_minor=journey.line_net_minor[lines],
            quantity=journey.line_quantity[lines],
            category=Texts(category_of[product], tuple(categories)),
            sku=Texts(product.astype(np.int64), tuple(journey.articles[each][0] for each in products.tolist())),
        ),
    )
    return history_of_orders(
        members=tuple(str(household) for household in households.tolist()),
        joined_at=np.array([first_at[household] for household in households.tolist()], np.int64),
        orders_before=np.concatenate(([0], np.cumsum(np.bincount(member)))).astype(np.int64),
        order_ids=tuple(str(basket) for basket in journey.basket[by_member].tolist()),
        order_at=journey.occurred_at[by_member],
        facts=facts,
        redemptions=_redemption_rows(journey, redemptions, households),
    )


def _places_by_member(journey: Journey) -> Integers:
    """Return the places of the baskets by household, each household's in stream order."""
    return np.lexsort((np.arange(len(journey)), journey.household)).astype(np.int64)


def _lines_of(first_line: Integers, places: Integers) -> Integers:
    """Return the places of the lines of baskets, in the order of the baskets given."""
    counts = np.diff(first_line)[places]
    begins = np.concatenate(([0], np.cumsum(counts)[:-1]))
    return (np.repeat(first_line[places] - begins, counts) + np.arange(int(counts.sum()))).astype(np.int64)


def _redemptions(journey: Journey, points: Integers) -> Iterator[Redemption]:
    """Yield the redemptions of the households that redeem, in the order of their baskets."""
    households = journey.households().tolist()
    chosen = set(randomness.seeded(SEED).sample(households, len(households) * REDEEMING_PERCENT // 100))
    usable = dict.fromkeys(chosen, 0)
    waiting: dict[int, int] = {}
    rows = zip(journey.household.tolist(), journey.occurred_at.tolist(), points.tolist(), strict=True)
    for place, (household, at, given) in enumerate(rows):
        if household not in chosen:
            continue
        if household in waiting and waiting[household] < at:
            usable[household] -= REDEEMED_POINTS
            del waiting[household]
        usable[household] += given
        if usable[household] >= ENOUGH_POINTS and household not in waiting:
            waiting[household] = at + 1
            yield Redemption(household, at + 1, place)


def _redemption_rows(journey: Journey, redemptions: tuple[Redemption, ...], households: Integers) -> Integers:
    """Return rows (member, position among the member's facts, instant, unit, points), by member and position."""
    if not redemptions:
        return np.zeros((0, 5), np.int64)
    at = np.array([redemption.occurred_at for redemption in redemptions], np.int64)
    member = np.searchsorted(households, np.array([redemption.household for redemption in redemptions], np.int64))
    of_basket = np.searchsorted(households, journey.household)
    all_members = np.concatenate((of_basket, member))
    all_at = np.concatenate((journey.occurred_at, at))
    second = np.concatenate((np.zeros(len(journey), np.int64), np.ones(len(redemptions), np.int64)))
    arrival = np.arange(len(all_at))
    in_order = np.lexsort((arrival, second, all_at, all_members))
    starts = np.concatenate(([0], np.cumsum(np.bincount(all_members))))
    position = np.empty(len(all_at), np.int64)
    position[in_order] = np.arange(len(all_at)) - np.repeat(starts[:-1], np.diff(starts))
    rows = np.zeros((len(redemptions), 5), np.int64)
    rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 4] = member, position[len(journey) :], at, REDEEMED_POINTS
    return rows[np.lexsort((rows[:, 1], rows[:, 0]))]
