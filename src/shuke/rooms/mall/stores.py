"""Stores that items and orders name: stores of the organisation, where it has any."""

from collections.abc import Collection

from shuke.core.values.errors import Refusal
from shuke.rooms.org import facade as org


def require_known(codes: Collection[str], pointer: str) -> None:
    """Refuse a store that is not among the organisation's. Raises: Refusal `unknown_store`."""
    known = _known() if codes else frozenset()
    strange = [code for code in codes if known and code not in known]
    if strange:
        told = {"store": strange[0]}
        raise Refusal("unknown_store", f"There is no store {strange[0]}.", pointer=pointer, params=told)


def require_for_pickup(code: str) -> None:
    """Refuse a pickup in no store, or in one that is not there. Raises: Refusal `store_required`, `unknown_store`."""
    if not code and _known():
        raise Refusal("store_required", "Say in which store it is picked up.", pointer="/store")
    require_known([code] if code else [], "/store")


def _known() -> frozenset[str]:
    return frozenset(store.code for store in org.list_stores())
