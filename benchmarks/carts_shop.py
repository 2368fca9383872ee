"""The other side of `benchmarks.carts`: django-oscar in a process of its own, told by lines on standard input how often
to price a basket of 20 lines with 30 offers (`fresh 50`, `kept 50`), answering each with the seconds it took.
"""

from decimal import Decimal
from typing import Any

from benchmarks.beside import serve
from benchmarks.peers_shop import set_up

LINES, KINDS = 20, 5


class Basket:
    """Twenty products of five kinds, thirty offers of as many ranges, and a basket with two of each product."""

    def __init__(self) -> None:
        from django.contrib.auth import get_user_model
        from oscar.apps.partner.strategy import Default
        from oscar.core.loading import get_model

        product_class = get_model("catalogue", "ProductClass").objects.create(name="Goods", track_stock=True)
        partner = get_model("partner", "Partner").objects.create(name="Stock")
        products = []
        for number in range(LINES):
            product = get_model("catalogue", "Product").objects.create(
                title=f"Thing {number}", product_class=product_class
            )
            get_model("partner", "StockRecord").objects.create(
                product=product,
                partner=partner,
                partner_sku=f"sku{number}",
                price=Decimal(500 + 300 * number) / 100,
                price_currency="USD",
                num_in_stock=10**8,
            )
            products.append(product)
        self._offers(products)
        self.user = get_user_model().objects.create_user(username="buyer")
        basket = get_model("basket", "Basket").objects.create(owner=self.user)
        basket.strategy = Default()
        for product in products:
            basket.add_product(product, 2)
        self.id = basket.id
        self.kept = basket

    @staticmethod
    def _offers(products: list[Any]) -> None:
        """Make the offers that benchmarks/carts.py has, as near as oscar says them: each of one kind of thing."""
        from oscar.core.loading import get_model

        ranges = []
        for kind in range(KINDS):
            goods = get_model("offer", "Range").objects.create(name=f"Kind {kind}")
            for number, product in enumerate(products):
                if number % KINDS == kind:
                    goods.add_product(product)
            ranges.append(goods)
        benefits = (
            ("Percentage", 5, "Count", 1),
            ("Absolute", 1, "Value", 20),
            ("Multibuy", None, "Count", 4),
            ("Percentage", 10, "Count", 1),
            ("Absolute", 2, "Value", 20),
            ("Percentage", 3, "Value", 500),
        )
        for number in range(30):
            goods, (kind, value, counted, least) = ranges[number % KINDS], benefits[number // KINDS]
            condition = get_model("offer", "Condition").objects.create(range=goods, type=counted, value=least)
            benefit = get_model("offer", "Benefit").objects.create(range=goods, type=kind, value=value)
            get_model("offer", "ConditionalOffer").objects.create(
                name=f"Offer {number}",
                condition=condition,
                benefit=benefit,
                priority=100 - number,
                exclusive=False,
                max_basket_applications=1,  # as ours apply; without it oscar applies each until nothing is left
            )

    def fresh(self) -> None:
        """Read the basket, apply the offers, tell the total: what a request does."""
        from oscar.apps.partner.strategy import Default
        from oscar.core.loading import get_class, get_model

        basket = get_model("basket", "Basket").objects.get(id=self.id)
        basket.strategy = Default()
        get_class("offer.applicator", "Applicator")().apply(basket, self.user)
        self._check(basket)

    def kept_one(self) -> None:
        """Apply the offers to the basket in memory, tell the total."""
        from oscar.core.loading import get_class

        self.kept.reset_offer_applications()
        get_class("offer.applicator", "Applicator")().apply(self.kept, self.user)
        self._check(self.kept)

    @staticmethod
    def _check(basket: Any) -> None:
        assert Decimal(0) < basket.total_incl_tax < basket.total_incl_tax_excl_discounts, "no offer applied"


def main() -> None:
    """Set up, say so, and do what the lines ask for."""
    set_up()
    basket = Basket()
    serve({"fresh": basket.fresh, "kept": basket.kept_one})


if __name__ == "__main__":
    main()
