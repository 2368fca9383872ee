"""`shuke mall`: items, stock, codes, orders and statements from the command line."""

import subprocess
import sys

ITEM = """
from shuke.surfaces.cli import session
with session.opened():
    from shuke.rooms.mall import facade as mall
    from shuke.rooms.mall.contracts import ItemDraft, Kind, Price, SupplierDraft, SupplierKind, Supply, Way
    from shuke.rooms.members.contracts import ExternalId, MemberRef
    from shuke.rooms.programs import facade as programs
    from shuke.rooms.programs.contracts import AdjustFact, ExchangeFact
    from shuke.surfaces.cli.people import actor
    if not mall.suppliers():
        mall.write_supplier(SupplierDraft("cards", "Cards", SupplierKind.POOL), actor())
        film = ItemDraft("film", Kind.VIRTUAL, "Film", (Price(10),), ways=(Way.DELIVER,), supply=Supply("cards", "F", 550))
        mall.create_item(film, actor())
        mall.create_item(ItemDraft("mug", Kind.GOODS, "Mug", (Price(10),)), actor())
    else:
        ref = MemberRef(external=ExternalId("till", "anna"))
        programs.adjust(AdjustFact("desk", "mall", ref, 100, "gift"), actor(), None)
        print(programs.exchange(ExchangeFact("till", "x1", ref, "film"), actor()).order.number)
"""


def test_the_mall_from_stock_to_statement(shop, tmp_path):
    run(shop)
    codes = tmp_path / "codes.txt"
    codes.write_text("AAA-1\nAAA-2\n")

    assert shop.json("mall", "stock", "mug", "5", "--reason", "first") == {"code": "mug", "left": 5}
    assert shop.json("mall", "stock", "mug", "-2", "--reason", "broken") == {"code": "mug", "left": 3}
    _, told = shop.both("mall", "stock", "mug", "-4", "--reason", "count", code=1)
    assert "3 pieces" in told
    assert shop.json("mall", "cards", "film", str(codes)) == {"new": 2, "known": 0}
    number = run(shop)
    assert [(row["code"], row["left"]) for row in shop.json("mall", "items")] == [("film", 1), ("mug", 3)]
    assert [row["number"] for row in shop.json("mall", "orders", "--state", "delivered")] == [number]
    assert "picked_up" in shop.both("mall", "orders", "--state", "lost", code=2)[1]
    month = shop.json("mall", "orders")[0]["placed_at"][:7]
    head, line = shop("mall", "statement", "cards", month).splitlines()
    assert head == "delivered_at,order,item,sku,reference,quantity,cost_minor,currency"
    assert line.split(",")[1:] == [number, "film", "F", "", "1", "550", "USD"]


def run(shop):
    done = subprocess.run(
        [sys.executable, "-c", ITEM], env=shop.environment(), capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
