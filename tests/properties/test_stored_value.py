"""Random top-ups, uses, refunds and gift cards against a plain model: to the cent, in every order of use."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.orders.contracts import Line
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Choice, OrderFact, RefundFact, TopUpFact, ValuePaymentFact
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import DESK, NewBatch

BY = Actor(ActorKind.CLI, "tests", "tests")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CARD, FEE = 3_333, 7  # percent
PROGRAM = """\
shuke: 1
program: cafe
currency: CNY
time_zone: UTC
units:
  points: {{round: floor}}
  balance: {{scale: 2, value: 1}}
  gift: {{scale: 2, value: 1}}
earn:
  - {{code: spend, unit: points, points: order.net}}
stored_value:
  principal: balance
  bonus: gift
  use: {use}
  top_up: {{least: 1, most: 100, steps: [{{from: 10, bonus: 1.11}}, {{from: 50, bonus: 7.77}}]}}
  refund: {{fee_percent: 7, bonus: {back}}}
"""
AMOUNTS = st.integers(1, 9_999)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["top_up", "pay", "buy", "refund"]), AMOUNTS),
        st.tuples(st.sampled_from(["load", "again", "take_back"]), st.integers(0, 3)),
    ),
    max_size=12,
)


@dataclass
class Purse:
    """What should be there; `orders` are (net, used of principal, of bonus, taken off, back of principal, of bonus)."""

    use: str
    back: str
    principal: int = 0
    bonus: int = 0
    paid_in: int = 0
    refunded: int = 0
    fees: int = 0
    orders: list[list[int]] = field(default_factory=list)
    loaded: int = 0

    def top_up(self, amount):
        if amount < 100:
            return "top_up_bounds"
        self.principal += amount
        self.paid_in += amount
        self.bonus += 777 if amount >= 5_000 else 111 if amount >= 1_000 else 0
        return ""

    def load(self, _):
        self.loaded += 1
        self.principal += CARD
        self.paid_in += CARD
        return ""

    def again(self, _):
        return ""

    def pay(self, amount):
        if amount > self.principal + self.bonus:
            return "insufficient_value"
        self._take(amount)
        return ""

    def buy(self, net):
        self.orders.append([net, *self._take(min(net, self.principal + self.bonus)), 0, 0, 0])
        return ""

    def take_back(self, place):
        """Refund a third of an order's net, and at the second refund all that is left."""
        if place >= len(self.orders):
            return "none"
        order = self.orders[place]
        net, principal, bonus, off, *back = order
        if off == net:
            return "already_refunded"
        order[3] = off = max(1, net // 3) if off == 0 else net
        due = [principal * off // net, bonus * off // net]
        self.principal += due[0] - back[0]
        self.bonus += due[1] - back[1]
        order[4:] = due
        return ""

    def refund(self, amount):
        if amount > self.principal:
            return "insufficient_value"
        self.bonus -= {"keep": 0, "all": self.bonus, "share": self.bonus * amount // self.principal}[self.back]
        self.principal -= amount
        self.refunded += amount
        self.fees += amount * FEE // 100
        return ""

    def _take(self, amount):
        if self.use == "principal first":
            of_bonus = max(0, amount - self.principal)
        elif self.use == "bonus first":
            of_bonus = min(amount, self.bonus)
        else:
            of_bonus = amount * self.bonus // (self.principal + self.bonus) if amount else 0
        self.principal -= amount - of_bonus
        self.bonus -= of_bonus
        return amount - of_bonus, of_bonus


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=STEPS,
    use=st.sampled_from(["principal first", "bonus first", "in proportion"]),
    back=st.sampled_from(["share", "all", "keep"]),
)
def test_every_cent_is_where_the_model_says(steps, use, back):
    with transaction.atomic():
        _walk(steps, Purse(use, back))
        transaction.set_rollback(True)


def _walk(steps, purse):
    clock.set_business_clock(NOW)
    facade.publish(PROGRAM.format(use=purse.use, back=purse.back), BY)
    (anna,) = facade.enrol([NewMember((ExternalId("till", "1"),), joined_at=NOW)], BY)
    batch = facade.make_gift_cards(NewBatch("Spring", 12, CARD, active=True), BY)
    codes = [card.code for card in value.cards_page(batch.id, 12).cards]
    for number, (verb, amount) in enumerate(steps):
        loaded = purse.loaded
        told = getattr(purse, verb)(amount)
        assert (
            _done(verb, amount, MemberRef(id=anna.id), codes[max(0, loaded - (verb == "again"))], number, purse) == told
        )
        held = facade.value_of(anna.id)
        assert (held.principal_minor, held.bonus_minor) == (purse.principal, purse.bonus), (verb, amount)
    found = facade.value_figures()
    assert (found.paid_in_minor, found.refunded_minor, found.fees_minor) == (purse.paid_in, purse.refunded, purse.fees)
    assert (found.principal_minor, found.bonus_minor) == (purse.principal, purse.bonus)
    assert [violation for checked in facade.verify_all() for violation in checked.violations] == []


def _done(verb, amount, ref, code, number, purse):
    try:
        with unit_of_work(apart=True):
            return _do(verb, amount, ref, code, str(number), purse) or ""
    except Refusal as refused:
        return refused.code


def _do(verb, amount, ref, code, name, purse):
    if verb == "top_up":
        facade.top_up(TopUpFact("till", name, ref, amount, DESK), BY)
    elif verb == "pay":
        facade.pay_with_value(ValuePaymentFact("till", name, ref, amount), BY)
    elif verb == "buy":
        cart = OrderFact("till", f"O{len(purse.orders) - 1}", ref, NOW, amount, amount, "CNY", lines=_line(amount))
        facade.commit_cart(cart, BY, Choice(value=amount))
    elif verb == "take_back" and amount >= len(purse.orders):
        return "none"
    elif verb == "take_back":
        net, _, _, off, *_ = purse.orders[amount]
        asked = RefundFact("till", name, ("till", f"O{amount}"), net_minor=None if off == net else off)
        (result,) = facade.record([asked], BY)
        if result.refusal is not None:
            raise result.refusal
    elif verb == "refund":
        facade.ask_value_refund(ref, amount, "asked for it", BY, None)
    elif verb == "load" or purse.loaded:
        facade.load_gift_card(code, ref, BY)
    return ""


def _line(net):
    return (Line("tea", "TEA", 1, net),)
