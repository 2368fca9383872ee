"""Subscriptions to paid plans, and the payments for them."""

from django.http import HttpRequest
from ninja import Router

from shuke.foundation import ids
from shuke.rooms.members import facade as members
from shuke.rooms.org.contracts import Right
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Length, Order, State
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import PAYMENT_PREFIX
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import (
    PAGE,
    After,
    DryRun,
    Limit,
    MemberIdPath,
    PaymentIdPath,
    SubscriptionIdPath,
    SubscriptionStateQuery,
)
from shuke.surfaces.http.recording import REASONED
from shuke.surfaces.http.schemas import examples as common
from shuke.surfaces.http.schemas import paid_examples as examples
from shuke.surfaces.http.schemas.members import MemberRefBody, decode_member_id
from shuke.surfaces.http.schemas.paid import (
    ActivationBody,
    BoughtAnswer,
    CancellationAnswer,
    CancellationBody,
    PlanGiftBody,
    PlanOrderBody,
    RenewalBody,
    SubscriptionAnswer,
    SubscriptionExtensionBody,
    SubscriptionHistoryAnswer,
    SubscriptionPageAnswer,
    SwitchAnswer,
    SwitchBody,
    TrialBody,
    decode_subscription_id,
    history_answer,
    payment_id,
    subscription_answer,
)
from shuke.surfaces.http.schemas.payments import PaymentAnswer, payment_answer

router = Router(tags=["subscriptions"])
_OF_MEMBER = ("member_blacklisted", "member_exited", "member_frozen", "member_merged", "unknown_member")
_OF_PLAN = ("length_not_sold", "plan_not_on_sale", "unknown_plan")
_OF_ONE = ("invalid_id", "unknown_subscription")


@operation(
    router,
    "GET",
    "/subscriptions",
    SubscriptionPageAnswer,
    Operation(
        id="listSubscriptions",
        en="List subscriptions",
        zh="订阅列表",
        about_zh="列出订阅，最近的在前；可按状态筛选。从未付款的仅在按 void 筛选时列出。",
        scope=Right.PAID_READ,
        codes=("invalid_cursor",),
        response_example={"items": [examples.SUBSCRIPTION], "next_cursor": None, "livemode": False},
    ),
)
def list_subscriptions(
    request: HttpRequest, *, state: SubscriptionStateQuery = None, limit: Limit = PAGE, cursor: After = None
) -> SubscriptionPageAnswer:
    """List subscriptions, latest first; those that were never paid only where the state void is asked for."""
    page = paid.page(limit, cursor, state=None if state is None else State(state))
    return _page(request, page.subscriptions, page.next_cursor)


@operation(
    router,
    "GET",
    "/members/{member_id}/subscriptions",
    SubscriptionPageAnswer,
    Operation(
        id="listMemberSubscriptions",
        en="List the subscriptions of a member",
        zh="会员的订阅",
        about_zh="列出一位会员的订阅，最近的在前。",
        scope=Right.PAID_READ,
        codes=("invalid_cursor", "invalid_id", "unknown_member"),
        parameter_examples={"member_id": common.MEMBER_ID},
        response_example={"items": [examples.SUBSCRIPTION], "next_cursor": None, "livemode": False},
    ),
)
def list_member_subscriptions(
    request: HttpRequest, member_id: MemberIdPath, *, limit: Limit = PAGE, cursor: After = None
) -> SubscriptionPageAnswer:
    """List the subscriptions of a member, latest first."""
    member = members.get(decode_member_id(member_id))
    page = paid.page(limit, cursor, member_id=member.id)
    return _page(request, page.subscriptions, page.next_cursor)


@operation(
    router,
    "GET",
    "/subscriptions/{subscription_id}",
    SubscriptionHistoryAnswer,
    Operation(
        id="getSubscription",
        en="Read a subscription",
        zh="读取订阅",
        about_zh="读取一份订阅及其周期、扣款与全部变更。",
        scope=Right.PAID_READ,
        codes=_OF_ONE,
        parameter_examples={"subscription_id": examples.SUBSCRIPTION_ID},
        response_example=examples.HISTORY,
    ),
)
def get_subscription(request: HttpRequest, subscription_id: SubscriptionIdPath) -> SubscriptionHistoryAnswer:
    """Read a subscription with its periods, charges and changes."""
    id = decode_subscription_id(subscription_id)
    return history_answer(paid.subscription(id), paid.history(id), livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/subscriptions",
    BoughtAnswer,
    Operation(
        id="buyPlan",
        en="Buy a plan",
        zh="购买方案",
        about_zh="为会员购买一个周期：首个或续接的下一个。周期自付款起计；请随后启动所返回的付款。"
        "相同且未付的订单返回同一笔付款。",
        scope=Right.PAID_SELL,
        status=201,
        writes=True,
        codes=(*_OF_MEMBER, *_OF_PLAN, "payment_amount_invalid", "unknown_payment_method"),
        request_example=examples.NEW_ORDER,
        response_example=examples.BOUGHT,
        links={"pay": ("startPayment", "payment_id", "$response.body#/payment_id")},
    ),
)
def buy_plan(request: HttpRequest, body: PlanOrderBody, *, dry_run: DryRun = False) -> BoughtAnswer:
    """Ask for a period of a plan, the first or the next; it begins when it is paid. Then start the payment.

    The same order again, unpaid, is answered with its payment.
    """
    payer = None if body.payer is None else _member(body.payer)
    order = Order(_member(body.member), body.plan, Length(body.length), body.method, body.auto_renew, payer)
    bought = paid.buy(order, keys.actor(request))
    livemode = keys.livemode(request)
    return BoughtAnswer(
        subscription=subscription_answer(bought.subscription, livemode=livemode, dry_run=dry_run),
        payment_id=payment_id(bought.payment_id),
        livemode=livemode,
        dry_run=dry_run,
    )


@operation(
    router,
    "POST",
    "/subscription-trials",
    SubscriptionAnswer,
    Operation(
        id="startTrial",
        en="Begin a trial",
        zh="开始试用",
        about_zh="开始一个方案的试用，每位会员每个方案一次。",
        scope=Right.PAID_SELL,
        status=201,
        writes=True,
        codes=(*_OF_MEMBER, *_OF_PLAN, "no_trial"),
        request_example={"member": {"id": common.MEMBER_ID}, "plan": "plus", "length": "year"},
        response_example=examples.SUBSCRIPTION | {"state": "trial", "auto_renew": False, "renews_at_minor": None},
    ),
)
def start_trial(request: HttpRequest, body: TrialBody, *, dry_run: DryRun = False) -> SubscriptionAnswer:
    """Begin the trial of a plan, once for each member."""
    found = paid.try_out(_member(body.member), body.plan, Length(body.length), keys.actor(request))
    return subscription_answer(found, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/subscription-gifts",
    SubscriptionAnswer,
    Operation(
        id="givePlan",
        en="Give a plan",
        zh="赠送方案",
        about_zh="赠送会员一个无需付款的周期，须说明原因。",
        scope=Right.PAID_SELL,
        status=201,
        writes=True,
        codes=(*_OF_MEMBER, *REASONED, "length_not_sold", "unknown_plan"),
        request_example={"member": {"id": common.MEMBER_ID}, "plan": "plus", "length": "month", "reason": "a mishap"},
        response_example=examples.SUBSCRIPTION | {"auto_renew": False, "price_minor": 0, "renews_at_minor": None},
    ),
)
def give_plan(request: HttpRequest, body: PlanGiftBody, *, dry_run: DryRun = False) -> SubscriptionAnswer:
    """Give a member a period that nobody pays for, after those that they have."""
    found = paid.gift(_member(body.member), body.plan, Length(body.length), body.reason, keys.actor(request))
    return subscription_answer(found, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/subscription-activations",
    SubscriptionAnswer,
    Operation(
        id="activatePlan",
        en="Use an activation code",
        zh="使用激活码",
        about_zh="使用激活码获得一个周期；大小写、空格与连字符不影响。",
        scope=Right.PAID_SELL,
        guesses=True,
        status=201,
        writes=True,
        codes=(*_OF_MEMBER, "activation_code_expired", "activation_code_used", "unknown_activation_code"),
        request_example={"member": {"id": common.MEMBER_ID}, "code": "7KQ2-9F4M-XW8R-3TBN"},
        response_example=examples.SUBSCRIPTION | {"auto_renew": False, "price_minor": 0, "renews_at_minor": None},
    ),
)
def activate_plan(request: HttpRequest, body: ActivationBody, *, dry_run: DryRun = False) -> SubscriptionAnswer:
    """Use an activation code, which gives one period of its plan."""
    found = paid.use_code(_member(body.member), body.code, keys.actor(request))
    return subscription_answer(found, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/subscriptions/{subscription_id}/extension",
    SubscriptionAnswer,
    Operation(
        id="extendSubscription",
        en="Extend a subscription",
        zh="延长订阅",
        about_zh="免费延长若干天，须说明原因。",
        scope=Right.PAID_SELL,
        status=201,
        writes=True,
        codes=(*_OF_ONE, *REASONED, "extension_days", "subscription_not_live"),
        parameter_examples={"subscription_id": examples.SUBSCRIPTION_ID},
        request_example={"days": 7, "reason": "a mishap"},
        response_example=examples.SUBSCRIPTION | {"ends_at": "2018-01-22T05:00:00Z"},
    ),
)
def extend_subscription(
    request: HttpRequest,
    subscription_id: SubscriptionIdPath,
    body: SubscriptionExtensionBody,
    *,
    dry_run: DryRun = False,
) -> SubscriptionAnswer:
    """Let a subscription hold some days longer, for nothing."""
    found = paid.extend(decode_subscription_id(subscription_id), body.days, body.reason, keys.actor(request))
    return subscription_answer(found, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/subscriptions/{subscription_id}/renewal",
    SubscriptionAnswer,
    Operation(
        id="setRenewal",
        en="Turn renewal on or off",
        zh="开关自动续费",
        about_zh="关闭后订阅用到期末为止；开启需有代扣协议。",
        scope=Right.PAID_SELL,
        writes=True,
        codes=(*_OF_ONE, "no_agreement", "subscription_not_live"),
        parameter_examples={"subscription_id": examples.SUBSCRIPTION_ID},
        request_example={"on": False},
        response_example=examples.SUBSCRIPTION | {"auto_renew": False, "leaving": True, "renews_at_minor": None},
    ),
)
def set_renewal(
    request: HttpRequest, subscription_id: SubscriptionIdPath, body: RenewalBody, *, dry_run: DryRun = False
) -> SubscriptionAnswer:
    """Let a subscription go on by itself, which takes an agreement, or end with its period."""
    found = paid.set_renewal(decode_subscription_id(subscription_id), keys.actor(request), on=body.on)
    return subscription_answer(found, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/subscriptions/{subscription_id}/cancellation",
    CancellationAnswer,
    Operation(
        id="cancelSubscription",
        en="Cancel a subscription",
        zh="取消订阅",
        about_zh="期末取消，或立即取消并退款：首次付费后的冷静期内全额，此后按未用天数或不退；"
        "当期发放而未用的券作废、积分扣回。dry_run 先给出应退金额。",
        scope=Right.PAID_SELL,
        writes=True,
        codes=(*_OF_ONE, "subscription_not_live"),
        parameter_examples={"subscription_id": examples.SUBSCRIPTION_ID},
        request_example={"at_once": True},
        response_example=examples.CANCELLATION,
    ),
)
def cancel_subscription(
    request: HttpRequest, subscription_id: SubscriptionIdPath, body: CancellationBody, *, dry_run: DryRun = False
) -> CancellationAnswer:
    """End a subscription with its period, or at once: then all goes back within the cooling-off, later the unused days.

    The cooling-off is of the first payment. Unused coupons and points of the period go back too. A dry run tells what
    would go back.
    """
    found, told = paid.cancel(decode_subscription_id(subscription_id), keys.actor(request), at_once=body.at_once)
    livemode = keys.livemode(request)
    return CancellationAnswer(
        subscription=subscription_answer(found, livemode=livemode, dry_run=dry_run),
        at_once=told.at_once,
        ends_at=told.ends_at.isoformat().replace("+00:00", "Z"),
        refund_minor=told.refund_minor,
        rule=told.rule.value,
        days_left=told.days_left,
        days_total=told.days_total,
        livemode=livemode,
        dry_run=dry_run,
    )


@operation(
    router,
    "POST",
    "/subscriptions/{subscription_id}/switch",
    SwitchAnswer,
    Operation(
        id="switchPlan",
        en="Change to another plan",
        zh="更换方案",
        about_zh="更换为另一方案：未用天数折抵新价，差额应付，或在立即取消可退的范围内退回。"
        "应付时，付款后才更换。dry_run 先给出金额。",
        scope=Right.PAID_SELL,
        status=201,
        writes=True,
        codes=(*_OF_ONE, *_OF_PLAN, "same_plan", "subscription_not_live", "unknown_payment_method"),
        parameter_examples={"subscription_id": examples.SUBSCRIPTION_ID},
        request_example={"plan": "gold-card", "length": "year"},
        response_example=examples.SWITCH,
    ),
)
def switch_plan(
    request: HttpRequest, subscription_id: SubscriptionIdPath, body: SwitchBody, *, dry_run: DryRun = False
) -> SwitchAnswer:
    """Change to another plan: the unused days are credited, and the rest is due.

    What is left of the credit goes back as far as leaving would give it back. Where something is due, the change
    happens when it is paid. A dry run tells the amounts.
    """
    id, length = decode_subscription_id(subscription_id), Length(body.length)
    bought, told = paid.switch(id, body.plan, length, keys.actor(request), body.method or "")
    livemode = keys.livemode(request)
    return SwitchAnswer(
        subscription=subscription_answer(bought.subscription, livemode=livemode, dry_run=dry_run),
        payment_id=payment_id(bought.payment_id),
        price_minor=told.price_minor,
        credit_minor=told.credit_minor,
        due_minor=told.due_minor,
        refund_minor=told.refund_minor,
        days_left=told.days_left,
        days_total=told.days_total,
        livemode=livemode,
        dry_run=dry_run,
    )


@operation(
    router,
    "GET",
    "/payments/{payment_id}",
    PaymentAnswer,
    Operation(
        id="getPayment",
        en="Read a payment",
        zh="读取付款",
        about_zh="读取一笔付款的状态、已退金额与付款地址。",
        scope=Right.PAID_READ,
        codes=("invalid_id", "unknown_payment"),
        parameter_examples={"payment_id": examples.PAYMENT_ID},
        response_example=examples.PAYMENT,
    ),
)
def get_payment(request: HttpRequest, payment_id: PaymentIdPath) -> PaymentAnswer:
    """Read where a payment stands, what of it went back, and where it is paid."""
    return payment_answer(payments.find(ids.decode(PAYMENT_PREFIX, payment_id)), livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/payments/{payment_id}/start",
    PaymentAnswer,
    Operation(
        id="startPayment",
        en="Start a payment",
        zh="启动付款",
        about_zh="将付款交给支付渠道，并返回付款地址；再次调用则查询结果。渠道未应答时状态不变，稍后自动再问。",
        scope=Right.PAID_SELL,
        codes=("invalid_id", "unknown_payment"),
        parameter_examples={"payment_id": examples.PAYMENT_ID},
        response_example=examples.PAYMENT,
    ),
)
def start_payment(request: HttpRequest, payment_id: PaymentIdPath) -> PaymentAnswer:
    """Hand a payment to its provider, and say where the member pays; again, ask what became of it.

    A provider that does not answer changes nothing; it is asked again later.
    """
    return payment_answer(payments.start(ids.decode(PAYMENT_PREFIX, payment_id)), livemode=keys.livemode(request))


def _member(named: MemberRefBody) -> object:
    return members.find(named.value()).id


def _page(request: HttpRequest, found: object, following: str | None) -> SubscriptionPageAnswer:
    livemode = keys.livemode(request)
    items = [subscription_answer(one, livemode=livemode) for one in found]
    return SubscriptionPageAnswer(items=items, next_cursor=following, livemode=livemode)
