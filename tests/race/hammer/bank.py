"""What a few members own, in plain integers: one request after the other, as if nobody else were there.

Written from docs/, not from the product: it is what the answers to many at once must look like in some order.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace

from tests.race.hammer.history import Answer, Op

Lots = tuple[tuple[str, int], ...]  # (order, what is left of it), the soonest to end first


class NoError(Exception):
    """The request is refused with this code, and changes nothing."""


@dataclass(frozen=True, slots=True)
class Bought:
    """An order: what it cost, what it earned a unit of that, what was refunded, and what of its points expired."""

    who: int
    net: int
    rate: int
    refunded: int = 0
    gone: int = 0
    forgiven: int = 0


@dataclass(frozen=True, slots=True)
class Paid:
    """A redemption that pays for an order: the points used, and how many of them are back."""

    who: int
    about: str
    used: int
    returned: int = 0


@dataclass(slots=True)
class Bank:
    """The state of a round. `room` is what may still be issued of coins; `thirst` what may still be used of sips,
    `shelf` the pieces that are left in the mall, `taken` what orders of it have (0 where they are cancelled), `coupons`
    how many may still be claimed, below 0 once they are stopped, `uses` which order uses a claimed one.
    """

    lots: dict[int, Lots] = field(default_factory=dict)
    debt: dict[int, int] = field(default_factory=dict)
    holds: dict[str, tuple[int, int]] = field(default_factory=dict)
    orders: dict[str, Bought] = field(default_factory=dict)
    payments: dict[str, Paid] = field(default_factory=dict)
    parked: dict[str, tuple[Op, ...]] = field(default_factory=dict)
    done: dict[tuple[str, str], tuple[Op, object]] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    frozen: dict[int, bool] = field(default_factory=dict)
    coins: dict[int, int] = field(default_factory=dict)
    room: int = 0
    sips: dict[int, int] = field(default_factory=dict)
    thirst: dict[int, int] = field(default_factory=dict)
    shelf: int = 0
    taken: dict[str, tuple[int, int]] = field(default_factory=dict)
    rate: int = 1
    coupons: int = 0
    uses: dict[str, str] = field(default_factory=dict)

    def copy(self) -> "Bank":
        values = (getattr(self, each.name) for each in fields(self))
        return Bank(*(dict(value) if isinstance(value, dict) else value for value in values))

    def value(self) -> tuple[object, ...]:
        values = (getattr(self, each.name) for each in fields(self))
        return tuple(tuple(sorted(value.items(), key=str)) if isinstance(value, dict) else value for value in values)

    def after(self, op: Op) -> tuple["Bank", Answer]:
        """Return the bank after a request, this very one where nothing changed, and what the request is told."""
        known = self.done.get((op.verb, op.key)) if op.key else None
        if known is not None:
            first, seen = known
            return self, Answer(repeated=True, seen=seen) if first == op else Answer("already_recorded_differently")
        changed = self.copy()
        try:
            seen = _VERBS[op.verb](changed, op)
        except NoError as no:
            return self, Answer(str(no))
        if op.key:
            changed.done[op.verb, op.key] = (op, seen)
        return self if changed == self else changed, Answer(seen=seen)

    # ---- what a member has

    def stands_for(self, who: int) -> int:
        """Return in whom a member lives on."""
        while who in self.merged:
            who = self.merged[who]
        return who

    def has(self, who: int) -> int:
        return sum(left for _, left in self.lots.get(who, ()))

    def held(self, who: int) -> int:
        return sum(left for holder, left in self.holds.values() if holder == who)

    def owes(self, who: int) -> int:
        return self.debt.get(who, 0)

    def credit(self, who: int, points: int, order: str = "") -> None:
        paid = min(points, self.owes(who))
        if paid:
            self.debt[who] -= paid
        self.lots[who] = (*self.lots.get(who, ()), (order, points - paid))

    def draw(self, who: int, points: int, first: str = "") -> int:
        """Take points, of one order's first and then of what ends soonest; return how many there were."""
        lots = dict(enumerate(self.lots.get(who, ())))
        wanted = points
        for place in sorted(lots, key=lambda place: (not first or lots[place][0] != first, place)):
            order, left = lots[place]
            taken = min(left, wanted)
            lots[place] = (order, left - taken)
            wanted -= taken
        self.lots[who] = tuple(lots[place] for place in sorted(lots))
        return points - wanted

    def spend(self, who: int, points: int) -> None:
        if self.has(who) < points:
            raise NoError("insufficient_points")
        self.draw(who, points)


def _earn(bank: Bank, op: Op) -> int | str:
    who = bank.stands_for(op.who)
    if bank.frozen.get(who):
        return "member_frozen"  # it is kept, and earns nothing
    order = bank.orders[op.key] = Bought(who, op.points, bank.rate)
    bank.credit(who, order.net * order.rate, op.key)
    for refund in bank.parked.pop(op.key, ()):
        if bank.orders[op.key].refunded + refund.points <= op.points:
            _take_back(bank, op.key, refund.points)
    return bank.has(who)


def _redeem(bank: Bank, op: Op) -> int:
    who = bank.stands_for(op.who)
    if bank.frozen.get(who):
        raise NoError("member_frozen")
    bank.spend(who, op.points)
    return bank.has(who)


def _pay(bank: Bank, op: Op) -> int:
    """Redeem for an order that may come later."""
    bank.spend(op.who, op.points)
    bank.payments[op.key] = Paid(op.who, op.about, op.points)
    return bank.has(op.who)


def _return(bank: Bank, op: Op) -> int:
    paid = bank.payments[op.about]
    if paid.returned == paid.used:
        raise NoError("already_returned")
    if paid.returned + op.points > paid.used:
        raise NoError("more_than_left")
    _give_back(bank, op.about, op.points)
    return bank.has(paid.who)


def _give_back(bank: Bank, key: str, points: int) -> None:
    paid = bank.payments[key]
    bank.payments[key] = replace(paid, returned=paid.returned + points)
    bank.credit(paid.who, points)


def _freeze(bank: Bank, op: Op) -> None:
    if bank.frozen.get(op.who, False) == (op.verb == "freeze"):
        raise NoError("status_unchanged")
    bank.frozen[op.who] = op.verb == "freeze"


def _transfer(bank: Bank, op: Op) -> int:
    giver, receiver = bank.stands_for(op.who), bank.stands_for(op.to)
    if giver == receiver:
        raise NoError("transfer_to_oneself")
    bank.spend(giver, op.points)
    bank.credit(receiver, op.points)
    return bank.has(giver)


def _hold(bank: Bank, op: Op) -> int:
    bank.spend(op.who, op.points)
    bank.holds[op.key] = (op.who, op.points)
    return bank.has(op.who)


def _let_go(bank: Bank, op: Op) -> tuple[int, int]:
    who, held = bank.holds[op.about]
    if not held:
        raise NoError("hold_closed")
    bank.holds[op.about] = (who, 0)
    return who, held


def _capture(bank: Bank, op: Op) -> int:
    who, _ = _let_go(bank, op)
    return bank.has(who)


def _release(bank: Bank, op: Op) -> int:
    who, held = _let_go(bank, op)
    bank.credit(who, held)
    return bank.has(who)


def _refund(bank: Bank, op: Op) -> int | None:
    order = bank.orders.get(op.about)
    if order is None:
        bank.parked[op.about] = (*bank.parked.get(op.about, ()), op)
        return None
    if order.refunded == order.net:
        raise NoError("already_refunded")
    if order.refunded + op.points > order.net:
        raise NoError("more_than_left")
    return _take_back(bank, op.about, op.points)


def _take_back(bank: Bank, key: str, points: int) -> int:
    """Give back what paid for a refunded amount, and take back what it had earned; what is not there is owed, and
    whoever they live on in pays.
    """
    order = bank.orders[key]
    due = points * order.rate
    forgiven = min(due, order.gone - order.forgiven)
    bank.orders[key] = replace(order, refunded=order.refunded + points, forgiven=order.forgiven + forgiven)
    due -= forgiven
    for payment, paid in list(bank.payments.items()):
        back = paid.used * (order.refunded + points) // order.net - paid.returned
        if paid.about == key and back > 0:
            _give_back(bank, payment, back)
    owed = due - bank.draw(order.who, due, key)
    if owed:
        bank.debt[order.who] = bank.owes(order.who) + owed
    if order.who in bank.merged:
        _hand_over(bank, order.who, bank.stands_for(order.who))
    return bank.has(order.who)


def _hand_over(bank: Bank, who: int, to: int) -> None:
    """Give all that one has to another, who pays what the first owes."""
    for order, left in bank.lots.get(who, ()):
        if left:
            bank.credit(to, left, order)
    bank.lots[who] = ()
    if bank.owes(who):
        bank.debt[who] -= bank.draw(to, bank.owes(who))


def _expire(bank: Bank, op: Op) -> None:
    """Let what an order earned end."""
    order = bank.orders[op.about]
    lots = bank.lots[order.who]
    left = sum(each for key, each in lots if key == op.about)
    bank.orders[op.about] = replace(order, gone=order.gone + left)
    bank.lots[order.who] = tuple((key, 0 if key == op.about else each) for key, each in lots)


def _merge(bank: Bank, op: Op) -> None:
    if op.who in bank.merged or op.to in bank.merged:
        raise NoError("not_mergeable")
    _hand_over(bank, op.who, op.to)
    if bank.held(op.who) or bank.owes(op.who):
        raise NoError("merge_unsettled")
    bank.merged[op.who] = op.to


def _look(bank: Bank, op: Op) -> tuple[tuple[int, int, int], ...]:
    """See what everybody has, holds and owes, at one instant: the members from `who` to `to`."""
    return tuple((bank.has(one), bank.held(one), bank.owes(one)) for one in range(op.who, op.to + 1))


def _issue(bank: Bank, op: Op) -> int:
    if op.points > bank.room:
        raise NoError("supply_exhausted")
    bank.room -= op.points
    bank.coins[op.who] = bank.coins.get(op.who, 0) + op.points
    return bank.coins[op.who]


def _open_room(bank: Bank, op: Op) -> None:
    bank.room = op.points


def _pour(bank: Bank, op: Op) -> int:
    bank.sips[op.who] = bank.sips.get(op.who, 0) + op.points
    return bank.sips[op.who]


def _sip(bank: Bank, op: Op) -> int:
    if bank.thirst.get(op.who, 0) + op.points > MOST_SIPS:
        raise NoError("cap_reached")
    bank.thirst[op.who] = bank.thirst.get(op.who, 0) + op.points
    bank.sips[op.who] -= op.points
    return bank.sips[op.who]


def _open_coupons(bank: Bank, op: Op) -> None:
    bank.coupons = op.points


def _stop_coupons(bank: Bank, op: Op) -> None:
    if bank.coupons < 0:
        raise NoError("coupons_stopped")
    bank.coupons = -1


def _claim(bank: Bank, op: Op) -> None:
    if bank.coupons < 0:
        raise NoError("coupons_stopped")
    if bank.coupons == 0:
        raise NoError("coupons_exhausted")
    bank.coupons -= 1


def _use(bank: Bank, op: Op) -> None:
    """Use the coupon that was claimed as `c` for an order, as often as one likes for that one."""
    if bank.uses.get("c", op.about) != op.about:
        raise NoError("not_usable")
    bank.uses["c"] = op.about


def _unuse(bank: Bank, op: Op) -> bool:
    """Make the coupon usable again if this order uses it, and say whether it did."""
    used = bank.uses.get("c") == op.about
    if used:
        del bank.uses["c"]
    return used


def _stock(bank: Bank, op: Op) -> None:
    bank.shelf = op.points


def _exchange(bank: Bank, op: Op) -> None:
    """Give points for pieces of the mall."""
    if op.points > bank.shelf:
        raise NoError("sold_out")
    bank.spend(op.who, op.points * PIECE_COSTS)
    bank.shelf -= op.points
    bank.taken[op.key] = (op.who, op.points)


def _cancel(bank: Bank, op: Op) -> None:
    """Give the pieces of an order back, and its points; once it is cancelled nothing more."""
    if op.about not in bank.taken:
        raise NoError("unknown_mall_order")
    who, pieces = bank.taken[op.about]
    bank.taken[op.about] = (who, 0)
    bank.shelf += pieces
    if pieces:
        bank.credit(who, pieces * PIECE_COSTS)


def _publish(bank: Bank, op: Op) -> None:
    bank.rate = op.points


def _enrol(bank: Bank, op: Op) -> None:
    if ("enrolled", op.about) in bank.done:
        raise NoError("duplicate_external_id")
    bank.done["enrolled", op.about] = (op, None)


def _advance(bank: Bank, op: Op) -> None:
    """Let the nightly job run; what it does to members is told of by `expire`."""


MOST_SIPS = 50  # as the program says
PIECE_COSTS = 10

_VERBS: dict[str, Callable[[Bank, Op], object]] = {
    "open_coupons": _open_coupons,
    "stop_coupons": _stop_coupons,
    "claim": _claim,
    "use": _use,
    "unuse": _unuse,
    "earn": _earn,
    "redeem": _redeem,
    "pay": _pay,
    "return": _return,
    "freeze": _freeze,
    "thaw": _freeze,
    "transfer": _transfer,
    "hold": _hold,
    "capture": _capture,
    "release": _release,
    "refund": _refund,
    "expire": _expire,
    "merge": _merge,
    "look": _look,
    "issue": _issue,
    "open_room": _open_room,
    "pour": _pour,
    "stock": _stock,
    "exchange": _exchange,
    "cancel": _cancel,
    "sip": _sip,
    "publish": _publish,
    "enrol": _enrol,
    "advance": _advance,
}
