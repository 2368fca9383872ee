"""How the house begins: the one organisation, its brands, its stores."""

import re
from collections.abc import Sequence
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import checks, queries
from shuke.rooms.org.contracts import BRAND_PREFIX, Actor, Brand, Kind, NewOrganisation, NewStore, Organisation, Store
from shuke.rooms.org.regions import region_of
from shuke.rooms.org.services.auditing import audit

_OWN_BRAND = "main"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def create_organisation(new: NewOrganisation, actor: Actor) -> Organisation:
    """Create the deployment's one organisation."""
    checks.require_name(new.name)
    checks.require_language(new.language)
    if new.kind != settings.SHUKE_KIND:
        raise Refusal("wrong_kind", f"This deployment is a {settings.SHUKE_KIND} one.", pointer="/kind")
    if new.currency not in CURRENCY_DIGITS:
        raise Refusal("unknown_currency", "The currency is not an ISO 4217 code, such as CNY.", pointer="/currency")
    if new.time_zone not in available_timezones():
        raise Refusal(
            "unknown_time_zone", "The time zone is not an IANA name, such as Asia/Shanghai.", pointer="/time_zone"
        )
    region = region_of(new.time_zone)
    with unit_of_work():
        if not queries.insert_organisation(new, region):
            raise Refusal("organisation_exists", "This deployment has its organisation already.")
        after = {"name": new.name, "currency": new.currency, "time_zone": new.time_zone, "language": new.language}
        audit("organisation.created", "organisation", None, after, actor)
    return Organisation(new.name, new.currency, new.time_zone, new.language, Kind(new.kind), region_of(new.time_zone))


def set_colour(colour: str, actor: Actor) -> None:
    """Give the members' pages a colour of #rrggbb; an empty one gives ours back."""
    if colour and not _COLOUR.fullmatch(colour):
        raise Refusal("invalid_colour", "A colour is written as #rrggbb.", pointer="/colour")
    with unit_of_work():
        own = queries.organisation()
        if own is not None and own.colour != colour.lower():
            queries.set_colour(colour.lower())
            before, after = {"colour": own.colour}, {"colour": colour.lower()}
            audit("organisation.colour_changed", "organisation", before, after, actor)


def create_brand(code: str, name: str, actor: Actor) -> Brand:
    """Create a brand."""
    checks.require_code(code)
    checks.require_name(name)
    brand = Brand(ids.new_id(), code, name)
    with unit_of_work():
        if not queries.insert_brand(brand):
            raise Refusal("brand_exists", f"There is a brand {code} already.", pointer="/code", params={"code": code})
        audit("brand.created", ids.encode(BRAND_PREFIX, brand.id), None, {"code": code, "name": name}, actor)
    return brand


def create_stores(brand_id: UUID, new: Sequence[NewStore], actor: Actor) -> list[Store]:
    """Create stores of one brand, all or none."""
    stores = [Store(ids.new_id(), brand_id, store.code, store.name) for store in new]
    for store in new:
        checks.require_code(store.code)
        checks.require_name(store.name)
    with unit_of_work():
        if brand_id not in {brand.id for brand in queries.brands()}:
            raise Refusal("unknown_brand", "There is no such brand.", pointer="/brand_id")
        taken = queries.insert_stores(stores)
        if taken is not None:
            raise Refusal("store_exists", f"There is a store {taken} already.", pointer="/code", params={"code": taken})
        after = {"stores": [{"code": store.code, "name": store.name} for store in new]}
        audit("stores.created", ids.encode(BRAND_PREFIX, brand_id), None, after, actor)
    return stores


def open_store(new: NewStore, brand_code: str | None, actor: Actor) -> Store:
    """Create one store of the brand with the code, or of the only one."""
    with unit_of_work():
        brands, own = queries.brands(), queries.organisation()
        if not brands and brand_code is None and own is not None:
            brands = [create_brand(_OWN_BRAND, own.name, actor)]
        meant = [brand for brand in brands if brand_code in {None, brand.code}]
        if len(meant) != 1:
            known = ", ".join(brand.code for brand in brands)
            raise Refusal(
                "unknown_brand", f"Name one of the brands: {known}.", pointer="/brand", params={"known": known}
            )
        return create_stores(meant[0].id, [new], actor)[0]
