"""Benefits: the catalogue, what members have, whether they may, uses, services that staff fulfil, and the figures."""

from datetime import timedelta
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router

from shuke.engine.schema import ProgramErrors
from shuke.foundation import clock, ids
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.benefits.contracts import OPEN_STAGES, REQUEST_PREFIX, USE_PREFIX, Stage, UseFact
from shuke.rooms.members import facade as members
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys, problems
from shuke.surfaces.http.fields import Code, Date, Flag, Time, instant
from shuke.surfaces.http.naming import name_of
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import PAGE, After, DryRun, Limit, MemberIdPath
from shuke.surfaces.http.schemas import benefit_examples as shown
from shuke.surfaces.http.schemas import benefits as told
from shuke.surfaces.http.schemas import examples
from shuke.surfaces.http.schemas.members import decode_member_id

router = Router(tags=["benefits"])
BenefitPath = Annotated[Code, Path(description="The benefit's code.")]
UseIdPath = Annotated[told.UseId, Path(description="The use's id.")]
RequestIdPath = Annotated[told.RequestId, Path(description="The request's id.")]
Ended = Annotated[Flag, Query(False, description="Also what is over.")]
OpensAt = Annotated[Time, Query(None, description="When everybody may: whether the member may already.")]
FirstDay = Annotated[Date, Query(None, description="The first day; 90 days ago by default.")]
LastDay = Annotated[Date, Query(None, description="The last day; today by default.")]
StageQuery = Annotated[told.Stage, Query(None, description="Only those in this stage; the open ones by default.")]
_DAYS = timedelta(days=89)
_OF_MEMBER = {"member_id": examples.MEMBER_ID}
_WRITTEN = ("already_recorded_differently", "idempotency_key_required", "incomplete_business_key")
_HELD = ("benefit_not_held", "benefit_not_used", "quota_used_up", "unknown_benefit")
_TAKES_PART = ("member_blacklisted", "member_exited", "member_frozen", "unknown_member", "unknown_holder")


@operation(
    router,
    "GET",
    "/benefits",
    told.BenefitsAnswer,
    Operation(
        id="getBenefits",
        en="Read the catalogue of benefits",
        zh="读取权益目录",
        about_zh="读取全部权益、各等级与时机的权益组合，以及同样内容的文件。",
        scope=Right.BENEFITS_READ,
        response_example=shown.CATALOGUE,
    ),
)
def get_benefits(request: HttpRequest) -> told.BenefitsAnswer:
    """Read what is given and to whom, and the same as a file."""
    catalogue = benefits.catalogue()
    return told.catalogue_answer(catalogue, benefits.written(catalogue), livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/benefits/apply",
    told.BenefitsAppliedAnswer,
    Operation(
        id="applyBenefits",
        en="Put a benefits file in force",
        zh="使权益文件生效",
        about_zh="以该文件取代生效中的权益目录并逐项说明变化；会员随即按其享有，超过 5,000 人时在五分钟内完成。",
        scope=Right.BENEFITS_WRITE,
        writes=True,
        speaks=True,
        codes=(
            "benefit_kind_fixed",
            "invalid_program",
            "unknown_coupon_template",
            "unknown_ladder",
            "unknown_offer",
            "unknown_plan",
            "unknown_tier",
            "writers_busy",
        ),
        request_example={"text": shown.TEXT},
        response_example=shown.APPLIED,
    ),
)
def apply_benefits(
    request: HttpRequest, body: told.BenefitsBody, *, dry_run: DryRun = False
) -> told.BenefitsAppliedAnswer:
    """Put a file in the place of the catalogue, and say what changed; members follow at once, many within minutes."""
    try:
        wanted = benefits.read_file(body.text)
    except ProgramErrors as errors:
        raise problems.InvalidProgram(errors.refusals) from errors
    changed = programs.apply_benefits(wanted, keys.actor(request))
    return told.BenefitsAppliedAnswer(
        differences=[told.difference_answer(each, _language(request)) for each in changed],
        livemode=keys.livemode(request),
        dry_run=dry_run,
    )


@operation(
    router,
    "GET",
    "/benefits/sheet",
    told.BenefitSheetAnswer,
    Operation(
        id="getBenefitSheet",
        en="Read the balance sheet of benefits",
        zh="读取权益资产表",
        about_zh="按等级列出权益的成本、使用率、与高一级的差距及需关注之处。",
        scope=Right.BENEFITS_READ,
        response_example=shown.SHEET,
    ),
)
def get_benefit_sheet(request: HttpRequest, *, first: FirstDay = None, last: LastDay = None) -> told.BenefitSheetAnswer:
    """Read per tier what benefits cost, who uses them, how far the next tier is, and what to look at."""
    end = last or clock.business_now().date()
    sheet = programs.benefit_sheet(first or end - _DAYS, end)
    return told.sheet_answer(sheet, livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/members/{member_id}/benefits",
    told.EntitlementsAnswer,
    Operation(
        id="listMemberBenefits",
        en="List what a member has",
        zh="会员权益列表",
        about_zh="列出会员享有的权益、来源与剩余次数；ended 为真时含已结束的。名称按 Accept-Language 给出。",
        scope=Right.BENEFITS_READ,
        speaks=True,
        codes=("invalid_id", "unknown_member"),
        parameter_examples=_OF_MEMBER,
        response_example=shown.ENTITLEMENTS,
    ),
)
def list_member_benefits(
    request: HttpRequest, member_id: MemberIdPath, *, ended: Ended = False
) -> told.EntitlementsAnswer:
    """List the member's benefits with what gives them and how much is left."""
    member = members.get(decode_member_id(member_id))
    held = benefits.of_member(member.id, ended=ended)
    items = [told.entitlement_answer(each, _language(request)) for each in held]
    return told.EntitlementsAnswer(member_id=member_id, items=items, livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/members/{member_id}/benefit-events",
    told.BenefitEventsAnswer,
    Operation(
        id="listBenefitEvents",
        en="List the record of a member's benefits",
        zh="会员权益记录",
        about_zh="列出会员权益的授予、使用、撤销、收回与过期，最近的在前。",
        scope=Right.BENEFITS_READ,
        codes=("invalid_cursor", "invalid_id", "unknown_member"),
        parameter_examples=_OF_MEMBER,
        response_example=shown.EVENTS,
    ),
)
def list_benefit_events(
    request: HttpRequest, member_id: MemberIdPath, *, limit: Limit = PAGE, cursor: After = None
) -> told.BenefitEventsAnswer:
    """List what became of a member's benefits, latest first."""
    page = benefits.events(members.get(decode_member_id(member_id)).id, limit, cursor)
    items = [told.event_answer(each) for each in page.events]
    return told.BenefitEventsAnswer(items=items, next_cursor=page.next_cursor, livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/members/{member_id}/rights/{benefit}",
    told.BenefitRightAnswer,
    Operation(
        id="askRight",
        en="Ask whether a member may",
        zh="查询会员是否有权",
        about_zh="查询会员此刻是否享有该权益；给出 opens_at（对所有人开放的时间）时，说明其能否提前、从何时起。",
        scope=Right.BENEFITS_READ,
        codes=("invalid_id", "unknown_benefit", "unknown_member"),
        parameter_examples={**_OF_MEMBER, "benefit": "drops"},
        response_example=shown.RIGHT,
    ),
)
def ask_right(
    request: HttpRequest, member_id: MemberIdPath, benefit: BenefitPath, *, opens_at: OpensAt = None
) -> told.BenefitRightAnswer:
    """Ask whether a member has a right now; with `opens_at`, whether their head start has begun."""
    may = benefits.may(decode_member_id(member_id), benefit, opens_at=opens_at)
    return told.BenefitRightAnswer(
        benefit=benefit,
        allowed=may.allowed,
        reason=may.reason,
        left=may.left,
        opens_at=instant(may.opens_at) if may.opens_at else None,
        livemode=keys.livemode(request),
    )


@operation(
    router,
    "POST",
    "/members/{member_id}/benefits/{benefit}/uses",
    told.BenefitUseAnswer,
    Operation(
        id="useBenefit",
        en="Use a benefit",
        zh="使用权益",
        about_zh="登记会员使用一项权益，不会超出限次；同一来源与外部编号永远只计一次。",
        scope=Right.BENEFITS_USE,
        status=201,
        writes=True,
        codes=(*_WRITTEN, *_HELD, *_TAKES_PART, "invalid_id"),
        parameter_examples={**_OF_MEMBER, "benefit": "lounge"},
        request_example=shown.NEW_USE,
        response_example=shown.USE,
        links={"record": ("listBenefitEvents", "member_id", "$response.body#/member_id")},
    ),
)
def use_benefit(
    request: HttpRequest,
    member_id: MemberIdPath,
    benefit: BenefitPath,
    body: told.BenefitUseBody,
    *,
    dry_run: DryRun = False,
) -> told.BenefitUseAnswer:
    """Use a benefit, never beyond its quota; the same source and external_id count once, for ever."""
    fact = UseFact(*name_of(request, body), decode_member_id(member_id), benefit, body.quantity, body.note or "")
    done = benefits.use(fact, keys.actor(request))
    return told.use_answer(done, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/members/{member_id}/uses/{use_id}/undo",
    told.BenefitUseAnswer,
    Operation(
        id="undoUse",
        en="Undo a use",
        zh="撤销使用",
        about_zh="撤销一次使用；周期未结束时退回次数。已撤销的再次撤销不改变任何内容。",
        scope=Right.BENEFITS_USE,
        writes=True,
        codes=("invalid_id", "unknown_holder", "unknown_member", "unknown_use", "use_of_request"),
        parameter_examples={**_OF_MEMBER, "use_id": shown.USE_ID},
        request_example={"reason": "flight cancelled"},
        response_example=shown.UNDONE,
        links={"record": ("listBenefitEvents", "member_id", "$response.body#/member_id")},
    ),
)
def undo_use(
    request: HttpRequest, member_id: MemberIdPath, use_id: UseIdPath, body: told.UndoUseBody, *, dry_run: DryRun = False
) -> told.BenefitUseAnswer:
    """Undo a use; the quota has it back where its period still runs."""
    use = ids.decode(USE_PREFIX, use_id)
    done = benefits.undo(decode_member_id(member_id), use, body.reason or "", keys.actor(request))
    return told.use_answer(done, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/members/{member_id}/requests",
    told.ServiceRequestAnswer,
    Operation(
        id="requestService",
        en="Ask for a service",
        zh="申请服务",
        about_zh="为会员申请一项服务类权益（预约、专属服务或定制），申请时即占用一次；谢绝或取消后退回。",
        scope=Right.BENEFITS_USE,
        status=201,
        writes=True,
        codes=(*_WRITTEN, *_HELD, *_TAKES_PART, "invalid_id", "not_a_service", "text_length"),
        parameter_examples=_OF_MEMBER,
        request_example=shown.NEW_REQUEST,
        response_example=shown.REQUEST,
        links={"read": ("getRequest", "request_id", "$response.body#/id")},
    ),
)
def request_service(
    request: HttpRequest, member_id: MemberIdPath, body: told.ServiceRequestBody, *, dry_run: DryRun = False
) -> told.ServiceRequestAnswer:
    """Ask for a service; the entitlement is used at once and given back where it is declined or cancelled."""
    new = body.value(*name_of(request, body), decode_member_id(member_id))
    made = benefits.ask(new, keys.actor(request))
    return told.request_answer(made, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "GET",
    "/requests",
    told.ServiceRequestsAnswer,
    Operation(
        id="listRequests",
        en="List requests for services",
        zh="服务申请列表",
        about_zh="列出服务申请，最早的在前；默认只列待处理的。",
        scope=Right.BENEFITS_READ,
        codes=("invalid_cursor",),
        response_example=shown.REQUESTS,
    ),
)
def list_requests(
    request: HttpRequest, *, stage: StageQuery = None, limit: Limit = PAGE, cursor: After = None
) -> told.ServiceRequestsAnswer:
    """List requests, the oldest first, in one stage or the open ones."""
    page = benefits.requests(OPEN_STAGES if stage is None else [Stage(stage)], limit, cursor)
    livemode = keys.livemode(request)
    items = [told.request_answer(each, livemode=livemode) for each in page.requests]
    return told.ServiceRequestsAnswer(items=items, next_cursor=page.next_cursor, livemode=livemode)


@operation(
    router,
    "GET",
    "/requests/{request_id}",
    told.ServiceRequestAnswer,
    Operation(
        id="getRequest",
        en="Read a request for a service",
        zh="读取服务申请",
        about_zh="读取一项服务申请及其每一步。",
        scope=Right.BENEFITS_READ,
        codes=("invalid_id", "unknown_request"),
        parameter_examples={"request_id": shown.REQUEST_ID},
        response_example=shown.REQUEST,
    ),
)
def get_request(request: HttpRequest, request_id: RequestIdPath) -> told.ServiceRequestAnswer:
    """Read a request with its steps."""
    found = benefits.request(ids.decode(REQUEST_PREFIX, request_id))
    return told.request_answer(found, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/requests/{request_id}/steps",
    told.ServiceRequestAnswer,
    Operation(
        id="stepRequest",
        en="Take a request to its next stage",
        zh="推进服务申请",
        about_zh="报价、接受、备妥、完成、谢绝或取消；报价须有金额，谢绝须说明原因，谢绝或取消退回一次。",
        scope=Right.BENEFITS_USE,
        writes=True,
        codes=(
            "invalid_id",
            "out_of_bounds",
            "quote_missing",
            "reason_required",
            "stage_not_possible",
            "text_length",
            "unknown_request",
        ),
        parameter_examples={"request_id": shown.REQUEST_ID},
        request_example=shown.STEP,
        response_example=shown.REQUEST,
        links={"read": ("getRequest", "request_id", "$response.body#/id")},
    ),
)
def step_request(
    request: HttpRequest, request_id: RequestIdPath, body: told.RequestStepBody, *, dry_run: DryRun = False
) -> told.ServiceRequestAnswer:
    """Take a request on. Who declines says why; declined or cancelled, the entitlement has its use back."""
    taken = benefits.take(ids.decode(REQUEST_PREFIX, request_id), body.value(), keys.actor(request))
    return told.request_answer(taken, livemode=keys.livemode(request), dry_run=dry_run)


def _language(request: HttpRequest) -> str:
    return "zh" if problems.is_chinese(request) else "en"
