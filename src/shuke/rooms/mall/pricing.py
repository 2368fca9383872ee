"""Who sees an item and what one piece costs them. Pure; knows no table and no clock."""

from datetime import datetime

from shuke.rooms.mall.contracts import Item, Price, Shopper


def is_visible(item: Item, shopper: Shopper, now: datetime) -> bool:
    """Say whether a shopper sees the item at an instant; without a store, whatever is in any store is seen."""
    asked = item.draft.visibility
    return (
        item.draft.on_sale
        and (not asked.tiers or not shopper.tiers.isdisjoint(asked.tiers))
        and (not asked.tags or not shopper.tags.isdisjoint(asked.tags))
        and (not asked.stores or not shopper.store or shopper.store in asked.stores)
        and (asked.starts_at is None or asked.starts_at <= now)
        and (asked.ends_at is None or now < asked.ends_at)
    )


def price_of(item: Item, shopper: Shopper) -> Price | None:
    """Return the first price that is for the shopper; there is no falling through to another one afterwards."""
    for row in item.draft.prices:
        if row.tier in {"", *shopper.tiers} and row.tag in {"", *shopper.tags}:
            return row
    return None
