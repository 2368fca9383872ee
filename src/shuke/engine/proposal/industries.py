"""What is usual in a trade: how often a member buys a year, and the gross margin. Rules of thumb, to be overwritten.

Margins lie around those of listed companies where their sector is told apart (A. Damodaran, NYU Stern, "Margins by
Sector", gross margins of January 2019), widened for small shops; cafés, salons and the like, and every frequency, are
our own estimate from how these trades work. Who knows the shop's own figures should enter those.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from shuke.engine.words import Words


@dataclass(frozen=True)
class Industry:
    """A trade: orders of an active member a year (low, high) and gross margin in percent (low, high).

    `together`: what members have in common draws them to one another; `by_term`: it can be sold by the month or year.
    """

    code: str
    name: Words
    orders: tuple[int, int]
    margin_percent: tuple[int, int]
    together: bool = False
    by_term: bool = False

    @property
    def usual_orders(self) -> Fraction:
        """The middle of the range."""
        return Fraction(sum(self.orders), 2)

    @property
    def usual_margin(self) -> Fraction:
        """The middle of the range, as a share."""
        return Fraction(sum(self.margin_percent), 200)


_ALL = (
    Industry("grocery", Words("Grocery, supermarket", "生鲜与超市"), (24, 60), (18, 28)),
    Industry("convenience", Words("Convenience shop", "便利店"), (30, 100), (22, 32)),
    Industry("cafe", Words("Café, tea drinks", "咖啡与茶饮"), (15, 60), (55, 70), by_term=True),
    Industry("restaurant", Words("Restaurant", "餐饮"), (4, 15), (55, 68)),
    Industry("bakery", Words("Bakery, confectioner", "烘焙"), (10, 30), (50, 65)),
    Industry("fashion", Words("Fashion, shoes", "服饰鞋包"), (2, 6), (45, 65), together=True),
    Industry("beauty", Words("Cosmetics", "美妆护肤"), (3, 8), (45, 70), together=True),
    Industry("salon", Words("Hair and beauty salon", "美发美容"), (5, 14), (50, 75), by_term=True),
    Industry("fitness", Words("Gym, sports", "健身运动"), (20, 120), (40, 65), together=True, by_term=True),
    Industry("mother_baby", Words("Mother and baby", "母婴"), (8, 20), (22, 35), together=True),
    Industry("pets", Words("Pets", "宠物"), (8, 20), (28, 40), together=True),
    Industry("pharmacy", Words("Pharmacy", "药店"), (6, 15), (22, 35)),
    Industry("books", Words("Books, toys, hobby", "图书文创与玩具"), (3, 10), (28, 45), together=True),
    Industry("hotel", Words("Hotel", "酒店"), (1, 5), (30, 60)),
    Industry("travel", Words("Travel", "旅游出行"), (1, 3), (8, 25)),
    Industry("fuel", Words("Filling station", "加油站"), (20, 45), (5, 12)),
    Industry("car_service", Words("Car care", "汽车服务"), (2, 6), (30, 50)),
    Industry("electronics", Words("Electronics", "数码家电"), (1, 3), (8, 20)),
    Industry("furniture", Words("Furniture", "家具家居"), (1, 2), (28, 50)),
    Industry("jewellery", Words("Jewellery", "珠宝"), (1, 2), (30, 55)),
    Industry("education", Words("Education", "教育培训"), (1, 4), (30, 60), together=True, by_term=True),
    Industry("content", Words("Online content", "在线内容"), (6, 12), (50, 80), together=True, by_term=True),
    Industry("mall", Words("Shopping centre", "购物中心"), (8, 24), (8, 20)),
    Industry("online_shop", Words("Online shop", "电商"), (3, 12), (25, 45)),
    Industry("other", Words("Other", "其他"), (3, 12), (25, 45)),
)

INDUSTRIES: Mapping[str, Industry] = MappingProxyType({industry.code: industry for industry in _ALL})
