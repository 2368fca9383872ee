"""`shuke stores`: the stores and brands of the organisation."""

from typing import TYPE_CHECKING

from shuke.surfaces.cli import session
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.terminal import result, table, words

if TYPE_CHECKING:
    from shuke.rooms.org.contracts import Store


def create(code: str, name: str, brand: str | None, *, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.org import facade as org
        from shuke.rooms.org.contracts import NewStore

        store = org.open_store(NewStore(code, name), brand, actor())
        result(_data(store), [words(f"Store {code} is made.", f"门店 {code} 已新增。")], as_json=as_json)


def create_brand(code: str, name: str, *, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.org import facade as org

        brand = org.create_brand(code, name, actor())
        data = {"code": brand.code, "name": brand.name}
        result(data, [words(f"Brand {code} is made.", f"品牌 {code} 已新增。")], as_json=as_json)


def list_them(*, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.org import facade as org

        rows = [_data(store) for store in org.list_stores()]
        heads = (words("code", "代码"), words("name", "名称"), words("brand", "品牌"))
        cells = [(row["code"], row["name"], row["brand"]) for row in rows]
        result(rows, table(heads, cells), as_json=as_json)


def _data(store: "Store") -> dict[str, str]:
    from shuke.rooms.org import facade as org

    brand = next(brand.code for brand in org.list_brands() if brand.id == store.brand_id)
    return {"code": store.code, "name": store.name, "brand": brand}
