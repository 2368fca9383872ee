"""The one way in which an order comes from a state to the next: locked, checked, with a step that tells of it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.rooms.mall import models, queries
from shuke.rooms.mall.contracts import NEXT, State


def locked(order_id: UUID) -> models.Order:
    """Return an order, locked until the transaction ends.

    Raises:
        Refusal: `unknown_mall_order`.
    """
    row = queries.lock_order(order_id)
    if row is None:
        raise unknown_order()
    return row


def to(row: models.Order, state: State, at: datetime, actor: str, note: str, values: Mapping[str, object]) -> None:
    """Bring a locked order to a state that may follow, and write `values` with it.

    Raises:
        Refusal: `order_in_other_state`.
    """
    if state not in NEXT[State(row.state)]:
        detail = f"The order is {row.state.replace('_', ' ')}, so this can't be done."
        raise Refusal("order_in_other_state", detail, params={"state": row.state})
    queries.write_order(row.pk, {"state": state.value, **values})
    queries.add_step(row.pk, row.step_count + 1, state, at, actor, note)


def unknown_order() -> Refusal:
    return Refusal("unknown_mall_order", "There is no such order of the mall.")
