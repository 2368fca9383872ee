"""A history of orders and redemptions as columns sorted by member; knows neither files nor programs nor databases."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shuke.core.state.replay import EVENT_ROW, ORDER, REDEEM, V_AMOUNT, V_AT, V_KIND, V_REF

Column = NDArray[np.int64]


@dataclass(frozen=True)
class History:
    """Members, their orders with lines, their redemptions, each in its order of application.

    Members: `members` (ids), `joined_at` (UTC s), `birth_md` (MMDD, 0 unknown), `orders_before` (rows of orders before
    each member, length n + 1). Orders, by member: ids, `order_at` (UTC s), amounts in minor units, text columns as
    codes into `…_names`; lines of order k are `line_of[k]` up to `line_of[k + 1]`. `redemptions` has a row
    (member index, position among the member's events, UTC s, unit, points) each, sorted by the first two.
    """

    members: tuple[str, ...]
    joined_at: Column
    birth_md: Column
    orders_before: Column
    order_ids: tuple[str, ...]
    order_at: Column
    net_minor: Column
    gross_minor: Column
    store: Column
    store_names: tuple[str, ...]
    channel: Column
    channel_names: tuple[str, ...]
    line_of: Column
    line_net_minor: Column
    line_quantity: Column
    line_category: Column
    category_names: tuple[str, ...]
    line_sku: Column
    sku_names: tuple[str, ...]
    redemptions: Column

    @property
    def member_count(self) -> int:
        return len(self.members)

    @property
    def order_count(self) -> int:
        return len(self.order_at)

    @property
    def line_count(self) -> int:
        return len(self.line_net_minor)

    @property
    def event_count(self) -> int:
        return self.order_count + len(self.redemptions)

    @cached_property
    def starts(self) -> Column:
        """First event of each member, length n + 1."""
        redeemed = np.bincount(self.redemptions[:, 0], minlength=self.member_count)
        counts = np.diff(self.orders_before) + redeemed
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    @cached_property
    def events(self) -> Column:
        """The events in rows of (kind, ref, effective instant, amount), flat.

        A fact is applied at the later of its instant and the one where its member stands.
        """
        rows = np.zeros((self.event_count, EVENT_ROW), np.int64)
        member = np.repeat(np.arange(self.member_count), np.diff(self.starts))
        taken = np.zeros(self.event_count, bool)
        places = self.starts[self.redemptions[:, 0]] + self.redemptions[:, 1]
        taken[places] = True
        rows[places, V_KIND], rows[places, V_REF] = REDEEM, self.redemptions[:, 3]
        rows[places, V_AT], rows[places, V_AMOUNT] = self.redemptions[:, 2], self.redemptions[:, 4]
        rows[~taken, V_KIND], rows[~taken, V_REF] = ORDER, np.arange(self.order_count)
        rows[~taken, V_AT] = self.order_at
        rows[:, V_AT] = _running_maximum(np.maximum(rows[:, V_AT], self.joined_at[member]), self.starts)
        return rows.reshape(-1)

    @property
    def event_at(self) -> Column:
        """The effective instant of each event."""
        return self.events.reshape(-1, EVENT_ROW)[:, V_AT]

    @property
    def order_effective_at(self) -> Column:
        """The instant as of which each order is decided."""
        rows = self.events.reshape(-1, EVENT_ROW)
        effective: Column = rows[rows[:, V_KIND] == ORDER, V_AT]
        return effective


def _running_maximum(values: Column, starts: Column) -> Column:
    """Return the running maximum within each member."""
    if len(values) == 0:
        return values
    span = int(values.max()) - int(values.min()) + 1
    member = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    lifted = np.maximum.accumulate(values - int(values.min()) + member * span)
    result: Column = lifted - member * span + int(values.min())
    return result
