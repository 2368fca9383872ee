"""A café whose members pay ahead: its program, and the ways to ask for a top-up."""

from collections.abc import Mapping
from uuid import UUID

from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.payments.contracts import Charge, ChargeAnswer, Outcome
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import TopUpFact
from shuke.rooms.programs.tests.conftest import member
from shuke.rooms.value.contracts import DESK, TopUp

CLERK = Actor(ActorKind.STAFF, "stf_1", "Clerk")
CAFE = """\
shuke: 1
program: cafe
currency: CNY
time_zone: Asia/Shanghai
units:
  points: {round: floor}
  balance: {scale: 2, value: 1}
  gift: {scale: 2, value: 1, expiry: {after: 12 months}}
earn:
  - {code: spend, unit: points, points: order.net}
stored_value:
  principal: balance
  bonus: gift
  top_up: {least: 50, most: 5000, steps: [{from: 200, bonus: 20}, {from: 500, bonus: 80}]}
  limits: {named: 5000, unnamed: 1000}
  refund: {fee_percent: 5, bonus: share}
"""


class Provider:
    """A provider of payments that answers when it is told what."""

    acknowledgement = None

    def __init__(self) -> None:
        self.charges: list[Charge] = []

    def charge(self, charge: Charge) -> ChargeAnswer:
        self.charges.append(charge)
        return self.query(charge)

    def query(self, charge: Charge) -> ChargeAnswer:
        return ChargeAnswer(charge.payment_id, Outcome.PENDING, pay_url="https://pay.example/1")

    def read_callback(self, _headers: Mapping[str, str], body: bytes) -> ChargeAnswer:
        (charge,) = self.charges
        return ChargeAnswer(charge.payment_id, Outcome(body.decode()), charge.amount_minor, charge.currency)


def at_desk(id: str, minor: int, number: int = 1, **other: object) -> TopUp:
    """Let a clerk take money of a member."""
    return facade.top_up(TopUpFact("till", id, member(number), minor, DESK, **other), CLERK)


def has(member_id: UUID) -> tuple[int, int]:
    """Return what a member has: principal and bonus."""
    held = facade.value_of(member_id)
    return held.principal_minor, held.bonus_minor


def laws_hold() -> bool:
    """Check every law of every room; what does not hold is shown."""
    found = [violation for checked in facade.verify_all() for violation in checked.violations]
    assert found == []
    return True
