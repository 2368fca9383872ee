"""Turns requests into calls of the product, on members of one round, and its results into answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import business_keys, clock, ids
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import (
    Cause,
    Issued,
    IssueFact,
    OrderRef,
    TemplateChange,
    TemplateDraft,
    TemplateState,
    Use,
)
from shuke.rooms.coupons.contracts import Kind as CouponKind
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import ItemDraft, Kind, Price, Restock, Way
from shuke.rooms.members.contracts import ExternalId, Member, MemberRef, NewMember
from shuke.rooms.members.contracts import Status as MemberStatus
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import (
    AdjustFact,
    CaptureFact,
    ExchangeFact,
    Fact,
    HoldFact,
    OrderFact,
    RedeemFact,
    RefundFact,
    ReleaseFact,
    Result,
    ReturnFact,
    Status,
    TransferFact,
    Undecided,
)
from tests.race.hammer.bank import MOST_SIPS, PIECE_COSTS
from tests.race.hammer.history import Answer, Op

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
PROGRAM = f"""\
shuke: 1
program: hammer
currency: USD
time_zone: America/New_York
units:
  points: {{expiry: {{after: 12 months}}, refunds: debt, transfer: {{regift: yes}}}}
  coins: {{supply: 1000000000}}
  sips: {{caps: [{{of: redeem, per: day, points: {MOST_SIPS}}}]}}
tiers:
  ladder: main
  measure: SPEND('12 months')
  validity: 12 months
  levels: [{{code: base, from: 0}}, {{code: silver, from: 60}}, {{code: gold, from: 200}}]
earn:
  - {{code: spend, unit: points, points: order.net * RATE}}
"""


@dataclass(frozen=True)
class Shop:
    """The members of one round, whose facts are named after it."""

    name: str
    ids: tuple[UUID, ...]
    now: datetime

    @classmethod
    def opened(cls, name: str, members: int, days: int = 0) -> "Shop":
        """Enrol fresh members for a round, as having joined so many days ago."""
        now = clock.business_now()
        joined_at = now - timedelta(days=days)
        new = [NewMember((ExternalId("hammer", f"{name}-{number}"),), joined_at=joined_at) for number in range(members)]
        return cls(name, tuple(member.id for member in facade.enrol(new, ACTOR) if isinstance(member, Member)), now)

    def perform(self, op: Op) -> Answer:
        """Do a request, and return what the product says.

        Raises: Refusal, and whatever should not surface.
        """
        other = getattr(self, f"_{op.verb}", None)
        if other is not None:
            return other(op)
        (result,) = facade.record([self._fact(op)], ACTOR, history=True)
        return _answer(result, {"issue": "coins", "pour": "sips", "sip": "sips"}.get(op.verb, "points"))

    def balance(self, number: int) -> int:
        """Return the points that a member can use."""
        ((available, _, _),) = self._look(Op("look", who=number, to=number)).seen
        return available

    def _who(self, number: int) -> MemberRef:
        return MemberRef(external=ExternalId("hammer", f"{self.name}-{number}"))

    def _key(self, key: str) -> tuple[str, str]:
        return ("hammer", f"{self.name}-{key}")

    def _fact(self, op: Op) -> Fact:
        mine, who, about = self._key(op.key), self._who(op.who), self._key(op.about)
        at, cents, points = self.now - timedelta(days=op.ago), op.points * 100, op.points
        made: dict[str, Callable[[], Fact]] = {
            "earn": lambda: OrderFact(*mine, who, at, cents, cents, "USD"),
            "redeem": lambda: RedeemFact(*mine, who, points),
            "pay": lambda: RedeemFact(*mine, who, points, order=about),
            "return": lambda: ReturnFact(*mine, about, points),
            "transfer": lambda: TransferFact(*mine, who, self._who(op.to), points),
            "hold": lambda: HoldFact(*mine, who, points, self.now + timedelta(days=400)),
            "capture": lambda: CaptureFact(*mine, about),
            "release": lambda: ReleaseFact(*mine, about),
            "refund": lambda: RefundFact(*mine, about, net_minor=cents),
            "issue": lambda: AdjustFact(*mine, who, points, "hammer", unit="coins"),
            "pour": lambda: AdjustFact(*mine, who, points, "hammer", unit="sips"),
            "sip": lambda: RedeemFact(*mine, who, points, unit="sips"),
        }
        return made[op.verb]()

    def _look(self, op: Op) -> Answer:
        asked = self.ids[op.who : op.to + 1]
        unit = _units()["points"]
        found = [accounts.get(unit) for accounts in points.balances(asked).values()]
        return Answer(seen=tuple((one.available, one.held, one.debt) if one else (0, 0, 0) for one in found))

    def _merge(self, op: Op) -> Answer:
        return Answer(made=facade.merge_members(self.ids[op.to], [self.ids[op.who]], "hammer", ACTOR).id)

    def _freeze(self, op: Op) -> Answer:
        facade.set_status(self.ids[op.who], MemberStatus.FROZEN, "hammer", ACTOR)
        return Answer()

    def _thaw(self, op: Op) -> Answer:
        facade.set_status(self.ids[op.who], MemberStatus.ACTIVE, "hammer", ACTOR)
        return Answer()

    def _publish(self, op: Op) -> Answer:
        facade.publish(f"# {self.name} {op.about}\n" + PROGRAM.replace("RATE", str(op.points)), ACTOR)
        return Answer(made=ids.new_id())

    def _enrol(self, op: Op) -> Answer:
        (answer,) = facade.enrol([NewMember((ExternalId("hammer", f"{self.name}-{op.about}"),))], ACTOR)
        if not isinstance(answer, Member):
            raise answer
        return Answer()

    def _advance(self, op: Op) -> Answer:
        facade.advance_due()
        return Answer()

    @property
    def _template(self) -> str:
        return f"t{hash(self.name) & 0xFFFFFFFFFF:x}"

    def _open_coupons(self, op: Op) -> Answer:
        draft = TemplateDraft(
            self._template, self.name, CouponKind.CASH, "amount: 10", "UTC", claimable=True, most=op.points
        )
        return Answer(made=coupons.create_template(draft, ACTOR).id)

    def _stop_coupons(self, op: Op) -> Answer:
        change = TemplateChange(state=TemplateState.STOPPED)
        return Answer(made=coupons.change_template(coupons.template_by_code(self._template).id, change, ACTOR).id)

    def _claim(self, op: Op) -> Answer:
        answer = self._issued(op.key, op.who)
        if answer.coupon is None:
            assert answer.refusal is not None
            raise answer.refusal
        return Answer(repeated=answer.repeated, made=answer.coupon.id)

    def _issued(self, key: str, who: int) -> Issued:
        told = IssueFact(*self._key(key), self._template, self.ids[who], Cause.CLAIM, self.now)
        (answer,) = coupons.issue([told])
        return answer

    def _use(self, op: Op) -> Answer:
        held = self._issued("c", 0).coupon
        assert held is not None
        (reason,) = coupons.redeem([Use(held.id, self.ids[0], *self._key(op.about), 1_000, self.now)])
        if reason is not None:
            raise Refusal(reason.value, "The coupon cannot be used.")
        return Answer()

    def _unuse(self, op: Op) -> Answer:
        return Answer(seen=bool(coupons.give_back([OrderRef(*self._key(op.about))])))

    def _expire(self, op: Op) -> Answer:
        """Move the clock past the end of an order's points; who notices first lets them go."""
        clock.set_business_clock(self.now + timedelta(days=3))
        return Answer()

    def _stock(self, op: Op) -> Answer:
        draft = ItemDraft(self._item, Kind.SERVICE, "hammer", (Price(PIECE_COSTS),), ways=(Way.PICKUP,))
        mall.restock([Restock(mall.create_item(draft, ACTOR).id, op.points, "hammer")], ACTOR)
        return Answer()

    def _exchange(self, op: Op) -> Answer:
        fact = ExchangeFact(*self._key(op.key), self._who(op.who), self._item, op.points)
        done = facade.exchange(fact, ACTOR)
        return Answer(repeated=done.repeated, made=done.order.id)

    def _cancel(self, op: Op) -> Answer:
        order_id = business_keys.find(self._key(op.about)[0], "exchange", self._key(op.about)[1])
        if order_id is None:
            return Answer("unknown_mall_order")
        facade.cancel_exchange(order_id, ACTOR)
        return Answer()

    @property
    def _item(self) -> str:
        return self.name.lower()

    def _open_room(self, op: Op) -> Answer:
        unit = _units()["coins"]
        points.limit_supply(unit, points.totals(unit).adjusted + op.points)  # all coins are given by hand
        return Answer()


def _units() -> dict[str, int]:
    return {unit.code: unit.id for unit in points.all_units()}


def _answer(result: Result, unit: str) -> Answer:
    if result.refusal is not None:
        return Answer(result.refusal.code)
    seen: object = (result.balances or {}).get(unit)
    if result.undecided not in (None, Undecided.PARKED):
        seen = result.undecided.value
    return Answer("", result.status is Status.REPEATED, seen, result.reference)
