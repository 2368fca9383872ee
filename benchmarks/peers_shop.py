"""The other side of `benchmarks.peers`: django-oscar and pinax-points in a process of their own, told what to do by
lines on standard input (`orders 50`, `awards 200`), answering each with the seconds it took.
"""

import os
from decimal import Decimal
from itertools import cycle

from benchmarks.beside import serve

PRICE = Decimal("12.34")


def set_up() -> None:
    """Configure Django with both packages for the database `peers`, and make their tables."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from oscar import INSTALLED_APPS, defaults

    _mend_for_pinax()
    own = {name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR_")}
    settings.configure(
        **own,
        SECRET_KEY="-",  # noqa: S106  nobody logs in
        USE_TZ=True,
        SITE_ID=1,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "HOST": os.environ["PEERS_HOST"],
                "USER": os.environ["PEERS_USER"],
                "NAME": "peers",
            }
        },
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        INSTALLED_APPS=[*INSTALLED_APPS, "pinax.points"],
    )
    django.setup()
    call_command("migrate", verbosity=0)


def _mend_for_pinax() -> None:
    """Give pinax-points 2.0.0 two names that Django 4 took away."""
    from django.dispatch import Signal
    from django.utils import translation

    class OlderSignal(Signal):
        def __init__(self, **_: object) -> None:
            super().__init__()

    import django.dispatch

    translation.ugettext_lazy = translation.gettext_lazy
    django.dispatch.Signal = OlderSignal


class Shop:
    """A product in stock, three offers to everybody, and people who buy one of it each."""

    def __init__(self) -> None:
        from django.contrib.auth import get_user_model
        from oscar.core.loading import get_model

        product_class = get_model("catalogue", "ProductClass").objects.create(name="Goods", track_stock=True)
        self.product = get_model("catalogue", "Product").objects.create(title="Tea", product_class=product_class)
        partner = get_model("partner", "Partner").objects.create(name="Stock")
        get_model("partner", "StockRecord").objects.create(
            product=self.product,
            partner=partner,
            partner_sku="tea",
            price=PRICE,
            price_currency="USD",
            num_in_stock=10**8,
        )
        everything = get_model("offer", "Range").objects.create(name="Everything", includes_all_products=True)
        for percent in (1, 2, 3):
            get_model("offer", "ConditionalOffer").objects.create(
                name=f"{percent} %",
                condition=get_model("offer", "Condition").objects.create(range=everything, type="Count", value=1),
                benefit=get_model("offer", "Benefit").objects.create(
                    range=everything, type="Percentage", value=percent
                ),
                priority=percent,
                exclusive=False,
            )
        users, count = get_user_model().objects, int(os.environ["PEERS_USERS"])
        self.users = cycle([users.create_user(username=f"user{number}") for number in range(count)])
        self.placed = 0

    def place_order(self) -> None:
        """Put one line into a basket, apply the offers and place the order."""
        from django.db import transaction
        from oscar.apps.order.utils import OrderCreator
        from oscar.apps.partner.strategy import Default
        from oscar.apps.shipping.methods import Free
        from oscar.core.loading import get_class, get_model

        user = next(self.users)
        self.placed += 1
        with transaction.atomic():
            basket = get_model("basket", "Basket").objects.create(owner=user)
            basket.strategy = Default()
            basket.add_product(self.product, 1)
            get_class("offer.applicator", "Applicator")().apply(basket, user)
            shipping = Free()
            charge = shipping.calculate(basket)
            total = get_class("checkout.calculators", "OrderTotalCalculator")().calculate(basket, charge)
            order = OrderCreator().place_order(
                order_number=str(self.placed),
                basket=basket,
                total=total,
                shipping_method=shipping,
                shipping_charge=charge,
                user=user,
            )
            basket.submit()
        assert len(order.basket_discounts) == 3, "an offer did not apply"

    def award(self) -> None:
        """Give a user ten points."""
        from pinax.points.models import award_points

        award_points(next(self.users), 10)


def main() -> None:
    """Set up, say so, and do what the lines ask for."""
    set_up()
    shop = Shop()
    serve({"orders": shop.place_order, "awards": shop.award})


if __name__ == "__main__":
    main()
