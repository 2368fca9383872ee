"""What a shop does beyond points — carts, coupons, benefits, the mall, paid plans — as verbs that may be made again."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shuke.adapters.payment_sandbox import provider as sandbox
from shuke.adapters.payment_sandbox.models import Pretended
from shuke.adapters.payment_sandbox.provider import Behaviour
from shuke.config import plans
from shuke.foundation import clock, ids
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.benefits.contracts import Gift
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Audience
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import PAYMENT_PREFIX, State
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.services import pushing
from tests.api.conftest import BY

Known = Mapping[str, Any]
Send = Callable[[str, Mapping[str, Any]], dict[str, Any]]
Answered = Callable[..., Any]

LAPSED = datetime(2017, 2, 20, 19, tzinfo=UTC)  # what was reserved at 17:00 is not any more
OFFERS = """
offers:
  - code: five
    name: Five off
    amount: 5
    minimum: {money: 20}
    caps: [{per: day, of: member, times: 2}, {per: month, money: 500}]
"""
BENEFITS = """\
shuke: 1
benefits:
  - {code: lounge, zh: 贵宾厅, en: Lounge, kind: counted, quota: 5}
  - {code: stylist, zh: 造型师, en: Stylist, kind: service, quota: 2}
  - {code: treat, zh: 小惊喜, en: Treat, kind: coupon, gives: ten}
sets:
  tiers: {main: {base: [lounge]}}
  plans: {plus: [stylist, treat]}
"""
TEN = {"kind": "threshold", "offer": "{amount: 10, minimum: {money: 50}}"}
TEMPLATES = (
    {"code": "ten", "name": "Ten off", "transferable": True, **TEN},
    {"code": "few", "name": "Few", "claimable": True, "claim_when": "member.orders > 0", "most": 9, **TEN}
    | {"per_member": {"most": 4, "period": "month"}, "budget_minor": 9_000},
    {"code": "bought", "name": "Bought", "points": 20, **TEN},
    {"code": "lucky", "name": "Lucky", "kind": "packet", "offer": "amount: 1", "claimable": True}
    | {"packet": {"pot_minor": 10_000, "shares": 10, "least_minor": 100}},
)
ITEM = {"kind": "goods", "name": "Mug", "prices": [{"points": 20}], "ways": ["pickup"]} | {
    "limits": {"per_member": 9, "per_period": 8, "per_day": 50}
}
PLAN = {"kind": "service", "name_zh": "熟客卡", "name_en": "Plus", "tag": "plus"} | {
    "terms": {"prices": {"month": 1500, "year": 12000}, "trial_days": 14, "try_days": [-1, 2, 5]}
}


def settle_before(sent: Send, put: Send, known: dict[str, Any]) -> None:
    """Put templates, item, plans and benefits there, and sell what the nights between are to renew."""
    for template in TEMPLATES:
        sent("coupon-templates", template)
    put("mall/items/mug", ITEM)
    sent("mall/items/mug/stock", {"change": 100, "reason": "first delivery"})
    for code in ("plus", "gold"):
        sent("plans", PLAN | {"code": code, "tag": code})
    sent("benefits/apply", {"text": BENEFITS})
    known["renewing"] = _paid(sent, known, "B", "plus", "month")


def settle_after(sent: Send, known: dict[str, Any]) -> None:
    """Sell, issue and exchange on the day on which the verbs are called."""
    known["leaving"] = _paid(sent, known, "C", "plus", "year")
    asked = sent("subscriptions", _subscription(known, "D", "plus", "year"))
    known["asked"] = ids.decode(PAYMENT_PREFIX, asked["payment_id"])
    payments.start(known["asked"])
    for name in ("cart", "lock", "use", "used", "move", "moved", "frozen"):
        known[f"coupon {name}"] = sent("coupons", _issue("ten", "A", f"S-{name}"))["coupon"]
    sent("coupons/redeem", {"uses": [_use(known, "used", "U-1")]})
    sent("coupons/lock", {"uses": [_use(known, "use", "U-2")], "until": "2017-03-01T00:00:00Z"})
    known["gift"] = sent(f"coupons/{known['coupon moved']['id']}/offer", {"member": _who("A")})["claim_code"]
    known["push"] = coupons.open_push(coupons.template_by_code("ten").id, Audience(), 8, "N", BY).id
    benefits.give([Gift(_member(known, "E"), "plan:plus", clock.business_now())])
    for name, reserve in (("held", True), ("held too", True), ("placed", False)):
        wish = _wish(f"W-{name}", "E", 1) | {"reserve": reserve}
        known[f"wish {name}"] = sent("mall/orders", wish)["order"]["id"]


def _paid(sent: Send, known: Known, member: str, plan: str, length: str) -> str:
    bought = sent("subscriptions", _subscription(known, member, plan, length))
    payment = ids.decode(PAYMENT_PREFIX, bought["payment_id"])
    payments.start(payment)
    sandbox.settle(payment, Behaviour.PAYS, Behaviour.PAYS)
    found: str = bought["subscription"]["id"]
    return found


def _subscription(known: Known, member: str, plan: str, length: str) -> dict[str, Any]:
    return {"member": {"id": known[member]}, "plan": plan, "length": length, "method": "sandbox"}


def _name(external_id: str) -> dict[str, str]:
    return {"source": "till", "external_id": external_id}


def _who(name: str) -> dict[str, Any]:
    return {"external_id": {"source": "shop", "external_id": name}}


def _member(known: Known, name: str) -> UUID:
    return ids.decode(ID_PREFIX, known[name])


def _issue(template: str, member: str, external_id: str, cause: str = "api") -> dict[str, Any]:
    return _name(external_id) | {"template": template, "member": _who(member), "cause": cause}


def _use(known: Known, coupon: str, order: str) -> dict[str, Any]:
    code = known[f"coupon {coupon}"]["code"]
    return {"code": code, "member": _who("A"), "order": _name(order), "off_minor": 1_000}


def _wish(external_id: str, member: str, quantity: int) -> dict[str, Any]:
    wish = {"member": _who(member), "item": "mug", "quantity": quantity, "way": "pickup", "store": "367"}
    return _name(external_id) | wish


def verbs(answered: Answered) -> dict[str, Callable[[Known, int], Any]]:
    """Return the verbs; `answered(known, path, body)` sends a request with the one Idempotency-Key of its verb."""

    def cart(known: Known, size: int) -> Any:
        lines = [{"sku": "A", "quantity": 1, "net_minor": 5_000 + 1_000 * size} for _ in range(size)]
        body = {"member": _who("A"), "currency": "USD", "lines": lines, "points": 30 * size}
        at = {"occurred_at": clock.business_now().isoformat(), "coupons": [known["coupon cart"]["code"]]}
        return answered(known, "carts/commit", _name("N") | body | at)

    def cart_back(known: Known, size: int) -> Any:
        """Refund the whole order of a cart, which gives back its points, its coupon and what its offers counted."""
        _, sold = cart(known, size)
        back = _name("N-back") | {"net_minor": sold["cart"]["total_minor"]}
        return answered(known, f"orders/{sold['id']}/refunds", back)

    def posted(path: str, body: Callable[[Known, int], Mapping[str, Any]]) -> Callable[[Known, int], Any]:
        return lambda known, size: answered(known, path.format(**_ids(known)), body(known, size))

    def lock(known: Known, size: int) -> Mapping[str, Any]:
        return {"uses": [_use(known, "lock", f"L-{size}")], "until": "2017-03-01T00:00:00Z"}

    return {
        "cart": cart,
        "cart-back": cart_back,
        "coupon-issue": posted("coupons", lambda known, size: _issue("ten", "ABC"[size % 3], "N")),
        "coupon-claim": posted("coupons", lambda known, size: _issue("few", "ABC"[size % 3], "N", "claim")),
        "coupon-packet": posted("coupons", lambda known, size: _issue("lucky", "ABC"[size % 3], "N", "claim")),
        "coupon-bought": posted("coupons", lambda known, size: _issue("bought", "ABC"[size % 3], "N", "points")),
        "coupon-lock": posted("coupons/lock", lock),
        "coupon-redeem": posted("coupons/redeem", lambda known, size: {"uses": [_use(known, "use", "U-2")]}),
        "coupon-give-back": posted("coupons/give-back", lambda known, size: {"orders": [_name("U-1")]}),
        "coupon-offer": posted("coupons/{move}/offer", lambda known, size: {"member": _who("A")}),
        "coupon-accept": posted(
            "coupons/accept", lambda known, size: {"claim_code": known["gift"], "member": _who("BCD"[size % 3])}
        ),
        "coupon-freeze": posted("coupons/{frozen}/freeze", lambda known, size: {"reason": "lost" * size}),
        "coupon-recall": posted("coupon-templates/ten/recall", lambda known, size: {"reason": "wrong" * size}),
        "coupon-push": _push,
        "benefit-use": posted("members/{A}/benefits/lounge/uses", lambda known, size: _name("N") | {"quantity": size}),
        "benefit-ask": posted(
            "members/{E}/requests", lambda known, size: _name("N") | {"benefit": "stylist", "wish": "green" * size}
        ),
        "benefit-give": _give,
        "benefit-withdraw": _withdraw,
        "exchange": posted("mall/orders", lambda known, size: _wish("N", "C", size)),
        "exchange-confirm": posted("mall/orders/{held}/confirm", lambda known, size: {}),
        "exchange-cancel": posted("mall/orders/{placed}/cancel", lambda known, size: {"reason": "no" * size}),
        "exchange-lapse": _lapse,
        "plan-buy": posted("subscriptions", lambda known, size: _subscription(known, "EFG"[size % 3], "plus", "year")),
        "plan-gift": posted(
            "subscription-gifts",
            lambda known, size: {"member": _who("B"), "plan": "plus", "length": "month", "reason": "sorry" * size},
        ),
        "plan-paid": _called_back,
        "plan-renew": _renewed,
        "plan-leave": posted("subscriptions/{leaving}/cancellation", lambda known, size: {"at_once": True}),
        "plan-switch": posted(
            "subscriptions/{leaving}/switch", lambda known, size: {"plan": "gold", "length": "month"}
        ),
    }


def _ids(known: Known) -> dict[str, str]:
    """Return what addresses name."""
    coupons_of = {name: known[f"coupon {name}"]["id"] for name in ("move", "frozen")}
    wishes = {name: known[f"wish {name}"] for name in ("held", "placed")}
    return {"A": known["A"], "E": known["E"], "leaving": known["leaving"]} | coupons_of | wishes


def _push(known: Known, size: int) -> Any:
    """Issue a coupon to everybody; how many chunks are left to do depends on where it was cut off."""
    pushing.CHUNK = 2 + size
    return pushing.run(known["push"])


def _give(known: Known, size: int) -> Any:
    """Give what a plan gives; a second time nobody gets more."""
    benefits.give([Gift(_member(known, name), "plan:plus", clock.business_now()) for name in "ABC"[:size]])


def _withdraw(known: Known, size: int) -> Any:
    benefits.withdraw([_member(known, "E")], "plan:plus", clock.business_now())


def _lapse(known: Known, size: int) -> Any:
    """Let what was only reserved lapse; a second time there is nothing left."""
    clock.set_business_clock(LAPSED)
    programs.lapse_exchanges()


def _called_back(known: Known, size: int) -> Any:
    """Let the provider collect, and tell it: once, twice or later."""
    behaviour = (Behaviour.PAYS, Behaviour.TWICE, Behaviour.PAYS)[size % 3]
    row = Pretended.objects.get(pk=known["asked"])
    if row.outcome == "pending":
        sandbox.settle(known["asked"], behaviour, Behaviour.PAYS)
    sandbox.deliver(clock.business_now())


def _renewed(known: Known, size: int) -> Any:
    """Renew what has come to its end, charge it and tell of it, as the jobs do that come round."""
    plans.advance()
    for payment in payments.page(20, state=State.PENDING).payments:
        payments.start(payment.id)  # at once, where the job would wait for a minute to ask a second time
    sandbox.deliver(clock.business_now())
    plans.tell()
