"""A small club with a plan and members, in a sandbox whose clock runs the product's own work day by day."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from django.apps import apps

from shuke.adapters.payment_sandbox import provider as sandbox
from shuke.adapters.payment_sandbox.provider import Behaviour
from shuke.config import plans, wiring
from shuke.foundation import clock
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import NewMember
from shuke.rooms.messaging import facade as messaging
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Given, Length, Order, PlanDraft, Terms
from shuke.rooms.paid.contracts import Kind as PlanKind
from shuke.rooms.payments import facade as payments

BY = Actor(ActorKind.SYSTEM, "tests", "tests")
NOON = datetime(2026, 6, 15, 4, tzinfo=UTC)  # in Shanghai
PRICES = {Length.MONTH: 1_500, Length.QUARTER: 4_000, Length.YEAR: 12_000}
GIVES = (Given("免邮", "Free delivery", 8_000), Given("会员价", "Member prices", 9_000))
PLUS = PlanDraft("plus", PlanKind.SERVICE, "熟客卡", "Plus", "plus", Terms(PRICES, trial_days=14, gives=GIVES))
GOLD = PlanDraft("gold-card", PlanKind.GOODS, "金卡", "Gold card", "goldcard", Terms({Length.YEAR: 30_000}))


def open_club():
    """Open the shop and put its plans on sale."""
    clock.set_business_clock(NOON)
    org.create_organisation(NewOrganisation("Corner", "CNY", "Asia/Shanghai", "en", Kind.SANDBOX), BY)
    for draft in (PLUS, GOLD):
        paid.create_plan(draft, BY)


def enrol(*names):
    """Enrol people and return their ids."""
    new = [NewMember(name=name, phone=f"+8613800000{number:03}") for number, name in enumerate(names, 1)]
    return [member.id for member in members.enrol(new, BY)]


def buy(member_id, behaviour=Behaviour.PAYS, later=Behaviour.PAYS, *, plan="plus", length=Length.YEAR, **order):
    """Buy a plan and pay for it as the payer chose; return the subscription as it then stands."""
    bought = paid.buy(Order(member_id, plan, length, "sandbox", **order), BY)
    pay(bought.payment_id, behaviour, later)
    return paid.subscription(bought.subscription.id)


def pay(payment_id, behaviour=Behaviour.PAYS, later=Behaviour.PAYS):
    payments.start(payment_id)
    sandbox.settle(payment_id, behaviour, later)


def pass_days(days):
    """Let days pass as the test clock does, with what comes round; days on which nothing is due are passed over."""
    until = clock.business_now() + timedelta(days=days)
    while clock.business_now() < until:
        waits = [due for model, field in DUE for due in dues(model, field)]
        idle = max(0, (min([*waits, until]) - clock.business_now()) // timedelta(days=1))
        clock.set_business_clock(min(until, clock.business_now() + timedelta(days=max(1, idle))))
        run()


DUE = (
    (("paid", "Subscription"), "next_at"),
    (("payments", "Payment"), "check_at"),
    (("payments", "Refund"), "check_at"),
    (("payment_sandbox", "Pretended"), "tell_at"),
)


def dues(model, field):
    found = apps.get_model(*model).objects.filter(**{f"{field}__gt": clock.business_now()})
    return found.order_by(field).values_list(field, flat=True)[:1]


def run():
    for work in (wiring.settle_payments, plans.advance, wiring.settle_payments, plans.tell):
        work()


def states(subscription):
    """Return how a subscription went, as (local day, state, cause)."""
    return [
        (f"{change.at + timedelta(hours=8):%Y-%m-%d}", change.after.value, change.cause.value)
        for change in paid.history(subscription.id).changes
    ]


def inbox():
    """Return how often each kind was told."""
    return Counter(kept.kind for kept in messaging.inbox(1_000))


def money(member_id):
    """Return what a member paid and has back, in minor units."""
    found = payments.page(100, member_id=member_id).payments
    return sum(one.amount_minor for one in found if one.paid_at), sum(one.refunded_minor for one in found)
