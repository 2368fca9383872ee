"""Templates of coupons and their batches: what is offered, to whom, how many, and calling it back."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router

from shuke.core.values.errors import Refusal
from shuke.engine.schema import ProgramErrors
from shuke.foundation import ids
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import BATCH_PREFIX, Batch, RecallReport
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys, problems
from shuke.surfaces.http.fields import Code
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import PAGE, After, DryRun, Limit
from shuke.surfaces.http.recording import REASONED
from shuke.surfaces.http.schemas import coupon_examples as examples
from shuke.surfaces.http.schemas.coupon_templates import (
    BatchCodesAnswer,
    BatchId,
    CouponBatchAnswer,
    CouponBatchBody,
    CouponRecallAnswer,
    CouponTemplateAnswer,
    CouponTemplateBody,
    CouponTemplateChangeBody,
    CouponTemplatesAnswer,
    CouponUsesAnswer,
    batch_answer,
    template_answer,
    use_line_answer,
)
from shuke.surfaces.http.schemas.member_care import ReasonBody

router = Router(tags=["coupons"])
TemplatePath = Annotated[Code, Path(description="The template's code.")]
BatchIdPath = Annotated[BatchId, Path(description="The batch's id.")]
_OF_TEMPLATE = {"template": "spring10"}
_OF_BATCH = {"batch_id": examples.BATCH_ID}
_CLOSED = ("coupons_not_open", "coupons_over", "coupons_paused", "coupons_stopped")
_LINKS = {"read": ("getCouponBatch", "batch_id", "$response.body#/id")}


@operation(
    router,
    "POST",
    "/coupon-templates",
    CouponTemplateAnswer,
    Operation(
        id="createCouponTemplate",
        en="Create a coupon template",
        zh="创建券模板",
        about_zh="创建一种券：优惠内容（与会员计划文件的 offers 条目同一写法）、有效期、限量、限领、预算、领取条件与"
        "按规则发放；创建后优惠内容不再改变。",
        scope=Right.COUPONS_WRITE,
        status=201,
        writes=True,
        codes=(
            "bad_coupon_code",
            "bad_coupon_offer",
            "bad_coupon_template",
            "coupon_code_taken",
            "coupon_cost_unknown",
            "coupon_template_exists",
            "no_program",
            "offer_counts_more",
            "offer_of_other_kind",
            "unknown_behaviour",
        ),
        request_example=examples.NEW_TEMPLATE,
        response_example=examples.TEMPLATE,
        links={"read": ("getCouponTemplate", "template", "$response.body#/code")},
    ),
)
def create_template(request: HttpRequest, body: CouponTemplateBody, *, dry_run: DryRun = False) -> CouponTemplateAnswer:
    """Create a template of coupons. What it offers stays as it is; counts, budget and dates can grow."""
    try:
        made = programs.create_coupon_template(body.value(), keys.actor(request))
    except ProgramErrors as errors:
        raise problems.InvalidOffer(errors.refusals) from errors
    return template_answer(made, livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/coupon-templates",
    CouponTemplatesAnswer,
    Operation(
        id="listCouponTemplates",
        en="List coupon templates",
        zh="券模板列表",
        about_zh="列出全部券模板及发放、使用情况，最新的在前。",
        scope=Right.COUPONS_READ,
        response_example={"items": [examples.TEMPLATE], "livemode": False},
    ),
)
def list_templates(request: HttpRequest) -> CouponTemplatesAnswer:
    """List every template with what became of its coupons, newest first."""
    livemode = keys.livemode(request)
    items = [template_answer(template, livemode=livemode) for template in coupons.templates()]
    return CouponTemplatesAnswer(items=items, livemode=livemode)


@operation(
    router,
    "GET",
    "/coupon-templates/{template}",
    CouponTemplateAnswer,
    Operation(
        id="getCouponTemplate",
        en="Read a coupon template",
        zh="读取券模板",
        about_zh="读取一个券模板及其发放、使用情况与使用率。",
        scope=Right.COUPONS_READ,
        codes=("unknown_coupon_template",),
        parameter_examples=_OF_TEMPLATE,
        response_example=examples.TEMPLATE,
    ),
)
def get_template(request: HttpRequest, template: TemplatePath) -> CouponTemplateAnswer:
    """Read a template, what became of its coupons, and its use rate."""
    return template_answer(coupons.template_by_code(template), livemode=keys.livemode(request))


@operation(
    router,
    "PATCH",
    "/coupon-templates/{template}",
    CouponTemplateAnswer,
    Operation(
        id="changeCouponTemplate",
        en="Change a coupon template",
        zh="变更券模板",
        about_zh="改名，暂停、恢复或永久停用，或提高限量、预算与发放截止时间；已公布的只能增加。",
        scope=Right.COUPONS_WRITE,
        writes=True,
        codes=("bad_coupon_template", "coupon_template_shrinks", "coupons_stopped", "unknown_coupon_template"),
        parameter_examples=_OF_TEMPLATE,
        request_example={"state": "paused"},
        response_example=examples.TEMPLATE | {"state": "paused"},
    ),
)
def change_template(
    request: HttpRequest, template: TemplatePath, body: CouponTemplateChangeBody, *, dry_run: DryRun = False
) -> CouponTemplateAnswer:
    """Rename, pause, resume or stop a template, or let its most, budget or time of issue grow."""
    known = coupons.template_by_code(template)
    changed = coupons.change_template(known.id, body.value(), keys.actor(request))
    return template_answer(changed, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/coupon-templates/{template}/recall",
    CouponRecallAnswer,
    Operation(
        id="recallCouponTemplate",
        en="Recall the coupons of a template",
        zh="收回一种券",
        about_zh="永久停用该模板，并将未使用的券作废；已使用或正被订单锁定的券不可收回，数量在应答中说明。",
        scope=Right.COUPONS_WRITE,
        writes=True,
        codes=(*REASONED, "unknown_coupon_template"),
        parameter_examples=_OF_TEMPLATE,
        request_example={"reason": "printed wrong"},
        response_example=examples.RECALLED,
    ),
)
def recall_template(
    request: HttpRequest, template: TemplatePath, body: ReasonBody, *, dry_run: DryRun = False
) -> CouponRecallAnswer:
    """Stop a template for ever and make its coupons void, but those that are used or set aside for an order."""
    known = coupons.template_by_code(template)
    return _recalled(request, coupons.recall_template(known.id, body.reason, keys.actor(request)))


@operation(
    router,
    "GET",
    "/coupon-templates/{template}/uses",
    CouponUsesAnswer,
    Operation(
        id="listCouponUses",
        en="List the uses of a template's coupons",
        zh="券核销记录",
        about_zh="列出该模板的券被哪些订单使用或锁定，最近的在前。",
        scope=Right.COUPONS_READ,
        codes=("invalid_cursor", "unknown_coupon_template"),
        parameter_examples=_OF_TEMPLATE,
        response_example=examples.USES,
    ),
)
def list_uses(
    request: HttpRequest, template: TemplatePath, *, limit: Limit = PAGE, cursor: After = None
) -> CouponUsesAnswer:
    """List which orders use or set aside coupons of a template, latest first."""
    page = coupons.uses_page(coupons.template_by_code(template).id, limit, cursor)
    items = [use_line_answer(use) for use in page.uses]
    return CouponUsesAnswer(items=items, next_cursor=page.next_cursor, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/coupon-templates/{template}/batches",
    CouponBatchAnswer,
    Operation(
        id="makeCouponBatch",
        en="Make coupons in a batch",
        zh="批量制券或发券",
        about_zh="三选一：count 为码池生成新券码，codes 向码池导入已有券码，audience 向一群会员每人发一张。"
        "生成与发放由后台任务分批完成，可查看进度、停止或收回。",
        scope=Right.COUPONS_WRITE,
        status=202,
        writes=True,
        codes=(
            *_CLOSED,
            "coupon_batch_size",
            "coupon_code_for_many",
            "coupons_not_pooled",
            "one_kind_of_batch",
            "unknown_coupon_template",
        ),
        parameter_examples=_OF_TEMPLATE,
        request_example={"name": "Gold in spring", "audience": {"tier": "gold"}},
        response_example=examples.BATCH,
        links=_LINKS,
    ),
)
def make_batch(
    request: HttpRequest, template: TemplatePath, body: CouponBatchBody, *, dry_run: DryRun = False
) -> CouponBatchAnswer:
    """Make new codes for a pool, import codes into it, or issue a coupon to each member of an audience.

    A worker does it in committed chunks; read the batch to see how far it is.
    """
    if [body.count, body.codes, body.audience].count(None) != 2:
        raise Refusal("one_kind_of_batch", "Say one of count, codes and audience.")
    known, actor, name = coupons.template_by_code(template), keys.actor(request), body.name or template
    if body.codes is not None:
        batch = coupons.import_codes(known.id, body.codes, name, actor)
    elif body.count is not None:
        batch = coupons.make_codes(known.id, body.count, name, actor)
    else:
        assert body.audience is not None
        batch = programs.push_coupons(known.id, body.audience.value(), name, actor)
    return batch_answer(batch, template, livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/coupon-batches/{batch_id}",
    CouponBatchAnswer,
    Operation(
        id="getCouponBatch",
        en="Read a batch of coupons",
        zh="读取券批次",
        about_zh="读取一个批次的进度：已发放多少，因何跳过多少。",
        scope=Right.COUPONS_READ,
        codes=("invalid_id", "unknown_coupon_batch"),
        parameter_examples=_OF_BATCH,
        response_example=examples.BATCH,
    ),
)
def get_batch(request: HttpRequest, batch_id: BatchIdPath) -> CouponBatchAnswer:
    """Read how far a batch is: how many were made, how many were skipped and why."""
    return _batch(request, coupons.batch(ids.decode(BATCH_PREFIX, batch_id)))


@operation(
    router,
    "GET",
    "/coupon-batches/{batch_id}/codes",
    BatchCodesAnswer,
    Operation(
        id="listBatchCodes",
        en="List the codes of a batch",
        zh="批次券码列表",
        about_zh="按生成顺序列出一个批次的券码。",
        scope=Right.COUPONS_WRITE,
        codes=("invalid_cursor", "invalid_id", "unknown_coupon_batch"),
        parameter_examples=_OF_BATCH,
        response_example={"codes": [examples.CODE], "next_cursor": None, "livemode": False},
    ),
)
def list_codes(
    request: HttpRequest, batch_id: BatchIdPath, *, limit: Limit = PAGE, cursor: After = None
) -> BatchCodesAnswer:
    """List the codes of a batch in the order in which they were made."""
    batch = coupons.batch(ids.decode(BATCH_PREFIX, batch_id))
    codes, next_cursor = coupons.codes_page(batch.id, limit, cursor)
    return BatchCodesAnswer(codes=list(codes), next_cursor=next_cursor, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/coupon-batches/{batch_id}/cancellation",
    CouponBatchAnswer,
    Operation(
        id="cancelCouponBatch",
        en="Stop making a batch",
        zh="停止批次",
        about_zh="不再继续该批次；已生成或已发放的券保留。",
        scope=Right.COUPONS_WRITE,
        writes=True,
        codes=("coupon_batch_over", "invalid_id", "unknown_coupon_batch"),
        parameter_examples=_OF_BATCH,
        response_example=examples.BATCH | {"state": "cancelled"},
    ),
)
def cancel_batch(request: HttpRequest, batch_id: BatchIdPath, *, dry_run: DryRun = False) -> CouponBatchAnswer:
    """Make no more of a batch; what was made stays."""
    return _batch(request, coupons.cancel_batch(ids.decode(BATCH_PREFIX, batch_id), keys.actor(request)))


@operation(
    router,
    "POST",
    "/coupon-batches/{batch_id}/recall",
    CouponRecallAnswer,
    Operation(
        id="recallCouponBatch",
        en="Recall the coupons of a batch",
        zh="收回一个批次",
        about_zh="停止该批次，并将其中未使用的券作废；已使用或正被订单锁定的券不可收回，数量在应答中说明。",
        scope=Right.COUPONS_WRITE,
        writes=True,
        codes=(*REASONED, "invalid_id", "unknown_coupon_batch"),
        parameter_examples=_OF_BATCH,
        request_example={"reason": "wrong audience"},
        response_example=examples.RECALLED,
    ),
)
def recall_batch(
    request: HttpRequest, batch_id: BatchIdPath, body: ReasonBody, *, dry_run: DryRun = False
) -> CouponRecallAnswer:
    """Make a batch's coupons void, but those that are used or set aside for an order."""
    found = coupons.recall_batch(ids.decode(BATCH_PREFIX, batch_id), body.reason, keys.actor(request))
    return _recalled(request, found)


def _recalled(request: HttpRequest, report: RecallReport) -> CouponRecallAnswer:
    return CouponRecallAnswer(
        recalled=report.recalled,
        used=report.used,
        locked=report.locked,
        expired=report.expired,
        livemode=keys.livemode(request),
    )


def _batch(request: HttpRequest, batch: Batch) -> CouponBatchAnswer:
    template = coupons.template(batch.template_id).draft.code
    return batch_answer(batch, template, livemode=keys.livemode(request))
