"""Paid plans, and activation codes for them."""

from django.http import HttpRequest
from ninja import Router

from shuke.foundation import clock, ids
from shuke.rooms.org.contracts import Right
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import BATCH_PREFIX, Length
from shuke.surfaces.http import keys
from shuke.surfaces.http.fields import instant
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import ActivationIdPath, DryRun, PlanCodePath
from shuke.surfaces.http.schemas import paid_examples as examples
from shuke.surfaces.http.schemas.paid import (
    ActivationBatchAnswer,
    ActivationBatchBody,
    ActivationBatchesAnswer,
    ActivationCodeAnswer,
    ActivationCodesAnswer,
    PlanAnswer,
    PlanBody,
    PlansAnswer,
    PlanVersionBody,
    SaleBody,
    batch_answer,
    plan_answer,
)

router = Router(tags=["plans"])
_OF_TERMS = ("invalid_plan_days", "invalid_plan_name", "invalid_plan_price", "notice_days_unfit")


@operation(
    router,
    "GET",
    "/plans",
    PlansAnswer,
    Operation(
        id="listPlans",
        en="List paid plans",
        zh="付费方案列表",
        about_zh="列出全部付费方案及其生效中的版本。",
        scope=Right.PAID_READ,
        response_example={"items": [examples.PLAN], "livemode": False},
    ),
)
def list_plans(request: HttpRequest) -> PlansAnswer:
    """List all plans with the version in force, by code."""
    livemode = keys.livemode(request)
    return PlansAnswer(items=[plan_answer(plan, livemode=livemode) for plan in paid.list_plans()], livemode=livemode)


@operation(
    router,
    "POST",
    "/plans",
    PlanAnswer,
    Operation(
        id="createPlan",
        en="Create a paid plan",
        zh="新建付费方案",
        about_zh="新建付费方案并立即在售。有效期内会员带有 tag 所示标签，规则与优惠可据此判断。",
        scope=Right.PAID_WRITE,
        status=201,
        writes=True,
        codes=(*_OF_TERMS, "invalid_plan_code", "plan_exists"),
        request_example=examples.NEW_PLAN,
        response_example=examples.PLAN,
        links={"read": ("getPlan", "plan", "$response.body#/code")},
    ),
)
def create_plan(request: HttpRequest, body: PlanBody, *, dry_run: DryRun = False) -> PlanAnswer:
    """Create a plan, on sale at once. Members carry its tag as long as they have it: rules and offers ask for it."""
    plan = paid.create_plan(body.value(), keys.actor(request))
    return plan_answer(plan, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "GET",
    "/plans/{plan}",
    PlanAnswer,
    Operation(
        id="getPlan",
        en="Read a paid plan",
        zh="读取付费方案",
        about_zh="读取一个付费方案及其生效中的版本。",
        scope=Right.PAID_READ,
        codes=("unknown_plan",),
        parameter_examples={"plan": "plus"},
        response_example=examples.PLAN,
    ),
)
def get_plan(request: HttpRequest, plan: PlanCodePath) -> PlanAnswer:
    """Read a plan with the version in force and the one that comes next."""
    return plan_answer(paid.plan(plan), livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/plans/{plan}/versions",
    PlanAnswer,
    Operation(
        id="changePlan",
        en="Change the terms of a paid plan",
        zh="调整付费方案",
        about_zh="自所给时刻起（默认立即）采用新的条款；已购会员在当前周期内保持原条款，续费前会被告知新价格。",
        scope=Right.PAID_WRITE,
        status=201,
        writes=True,
        codes=(*_OF_TERMS, "effective_too_early", "plan_change_planned", "unknown_plan"),
        parameter_examples={"plan": "plus"},
        request_example={"terms": examples.NEW_TERMS},
        response_example=examples.PLAN,
    ),
)
def change_plan(
    request: HttpRequest, plan: PlanCodePath, body: PlanVersionBody, *, dry_run: DryRun = False
) -> PlanAnswer:
    """Give a plan other terms, from now on or from an instant to come.

    Who has it keeps theirs until the period ends, and is told a new price before it renews.
    """
    at = body.effective_at or clock.business_now()
    changed = paid.change_plan(plan, body.terms.value(), at, keys.actor(request))
    return plan_answer(changed, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/plans/{plan}/sale",
    PlanAnswer,
    Operation(
        id="setPlanSale",
        en="Put a paid plan on sale, or take it off",
        zh="方案上架或停售",
        about_zh="停售后不再接受新会员，已有会员仍可续费。",
        scope=Right.PAID_WRITE,
        writes=True,
        codes=("unknown_plan",),
        parameter_examples={"plan": "plus"},
        request_example={"on_sale": False},
        response_example=examples.PLAN | {"on_sale": False},
    ),
)
def set_plan_sale(request: HttpRequest, plan: PlanCodePath, body: SaleBody, *, dry_run: DryRun = False) -> PlanAnswer:
    """Offer a plan to new members, or to no more of them; who has it may go on."""
    changed = paid.set_on_sale(plan, keys.actor(request), on_sale=body.on_sale)
    return plan_answer(changed, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "GET",
    "/activation-batches",
    ActivationBatchesAnswer,
    Operation(
        id="listActivationBatches",
        en="List batches of activation codes",
        zh="激活码批次列表",
        about_zh="列出激活码批次，最近的在前。",
        scope=Right.PAID_READ,
        response_example={"items": [examples.BATCH], "livemode": False},
    ),
)
def list_activation_batches(request: HttpRequest) -> ActivationBatchesAnswer:
    """List the batches of activation codes, latest first, with how many of each were used."""
    livemode = keys.livemode(request)
    return ActivationBatchesAnswer(
        items=[batch_answer(one, livemode=livemode) for one in paid.batches()], livemode=livemode
    )


@operation(
    router,
    "POST",
    "/activation-batches",
    ActivationBatchAnswer,
    Operation(
        id="makeActivationCodes",
        en="Make activation codes",
        zh="生成激活码",
        about_zh="为一个方案生成一批激活码，每个可激活一个周期，使用一次。",
        scope=Right.PAID_WRITE,
        status=201,
        writes=True,
        codes=(
            "code_count",
            "effective_too_early",
            "invalid_note",
            "length_not_sold",
            "plan_not_on_sale",
            "unknown_plan",
        ),
        request_example={"plan": "plus", "length": "month", "count": 100, "note": "spring fair"},
        response_example=examples.BATCH | {"used": 0},
        links={"codes": ("readActivationCodes", "activation_id", "$response.body#/id")},
    ),
)
def make_activation_codes(
    request: HttpRequest, body: ActivationBatchBody, *, dry_run: DryRun = False
) -> ActivationBatchAnswer:
    """Make activation codes for a plan; each gives one period, once."""
    made = paid.make_codes(
        body.plan, Length(body.length), body.count, body.note or "", body.ends_at, keys.actor(request)
    )
    return batch_answer(made, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/activation-batches/{activation_id}/codes",
    ActivationCodesAnswer,
    Operation(
        id="readActivationCodes",
        en="Take the codes of a batch",
        zh="取出一批激活码",
        about_zh="返回一批激活码的明文与使用时间；审计记录保留由谁取出。",
        scope=Right.PAID_WRITE,
        codes=("invalid_id", "unknown_batch"),
        parameter_examples={"activation_id": examples.BATCH_ID},
        response_example={"items": [{"code": "7KQ2-9F4M-XW8R-3TBN", "used_at": None}], "livemode": False},
    ),
)
def read_activation_codes(request: HttpRequest, activation_id: ActivationIdPath) -> ActivationCodesAnswer:
    """Take the codes of a batch in clear, with when each was used; the audit log keeps who took them."""
    found = paid.codes_of(ids.decode(BATCH_PREFIX, activation_id), keys.actor(request))
    items = [ActivationCodeAnswer(code=code, used_at=used_at and instant(used_at)) for code, used_at in found]
    return ActivationCodesAnswer(items=items, livemode=keys.livemode(request))
