"""Runs over histories: backtests are asked for, watched, read, cancelled and forgotten."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BeforeValidator, Field, WithJsonSchema

from shuke.engine.schema import ProgramErrors
from shuke.rooms.org.contracts import Right
from shuke.rooms.studio import facade as studio
from shuke.surfaces.http import keys, problems
from shuke.surfaces.http.fields import count, text
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import PAGE, Limit, RunIdPath
from shuke.surfaces.http.schemas import studio_examples as examples
from shuke.surfaces.http.schemas.studio import (
    BacktestBody,
    ForecastBody,
    GoneAnswer,
    ProposalBody,
    RunAnswer,
    RunListAnswer,
    RunMembersAnswer,
    decode_run_id,
    run_answer,
)

router = Router(tags=["runs"])
_LATEST = 100
Sort = Annotated[text(100), Query("net_minor", description="The column to sort by.")]
Offset = Annotated[
    int,
    BeforeValidator(count),
    Field(ge=0, le=10**9),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 10**9}),
    Query(0, description="How many members come before the first of the page."),
]
_OF = {"run_id": examples.RUN_ID}
_LINKS = {
    "read": ("getRun", "run_id", "$response.body#/id"),
    "remove": ("removeRun", "run_id", "$response.body#/id"),
}
_ASKED = (
    "currency_mismatch",
    "history_files_gone",
    "history_not_ready",
    "invalid_id",
    "invalid_program",
    "unknown_history",
)
_STUDIED = (
    *_ASKED,
    "assumption_out_of_range",
    "no_segments",
    "number_invalid",
    "policy_incomplete",
    "unknown_segment",
    "unknown_tier",
    "unknown_unit",
)


@operation(
    router,
    "POST",
    "/backtests",
    RunAnswer,
    Operation(
        id="askBacktest",
        en="Try a program on a history",
        zh="回测会员计划",
        about_zh="由后台任务让会员计划在历史数据上逐笔运行，可与另一计划对比，"
        "并给出用分策略与行为假设；结果保留，可按 id 读取。",
        scope=Right.STUDIO_USE,
        status=202,
        codes=(*_STUDIED, "window_empty"),
        request_example=examples.BACKTEST,
        response_example=examples.RUN,
        links=_LINKS,
    ),
)
def ask_backtest(request: HttpRequest, body: BacktestBody) -> RunAnswer:
    """Let a job run a program over a history, alone or `against` another one, under what is assumed of redemptions and
    behaviour. The result is kept and read by the run's id.
    """
    try:
        made = studio.ask_run(body.value(), keys.actor(request))
    except ProgramErrors as errors:
        raise problems.InvalidProgram(errors.refusals) from errors
    return run_answer(made, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/forecasts",
    RunAnswer,
    Operation(
        id="askForecast",
        en="Forecast a program",
        zh="预测会员计划",
        about_zh="由后台任务根据历史数据预测会员计划：逐月的发放、使用、过期与积分负债及其区间、沉淀率、成本、盈亏平衡与敏感度；"
        "结果保留，可按 id 读取。",
        scope=Right.STUDIO_USE,
        status=202,
        codes=_STUDIED,
        request_example=examples.FORECAST,
        response_example=examples.RUN | {"kind": "forecast"},
        links=_LINKS,
    ),
)
def ask_forecast(request: HttpRequest, body: ForecastBody) -> RunAnswer:
    """Let a job tell from a history what a program will issue, owe and cost, month by month with intervals, where it
    breaks even and which assumption matters most. The result is kept and read by the run's id.
    """
    try:
        made = studio.ask_run(body.value(), keys.actor(request))
    except ProgramErrors as errors:
        raise problems.InvalidProgram(errors.refusals) from errors
    return run_answer(made, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/proposals",
    RunAnswer,
    Operation(
        id="askProposal",
        en="Propose a program",
        zh="设计会员计划",
        about_zh="由后台任务根据店铺的订单与少量回答给出方案：适合的会员模式、是否划算、等级阶梯、预算、目标、上线计划与会员计划文件。",
        scope=Right.STUDIO_USE,
        status=202,
        codes=(
            "answer_wrong",
            "history_files_gone",
            "history_not_ready",
            "invalid_id",
            "number_invalid",
            "unknown_history",
        ),
        request_example=examples.PROPOSAL,
        response_example=examples.RUN | {"kind": "proposal", "program": "", "settings": {"industry": "grocery"}},
        links=_LINKS,
    ),
)
def ask_proposal(request: HttpRequest, body: ProposalBody) -> RunAnswer:
    """Let a job propose a program from a shop's orders and a few answers: the model that fits, whether it pays, a
    ladder with its members, a budget, goals, a plan and the file.
    """
    return run_answer(studio.ask_run(body.value(), keys.actor(request)), livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/runs",
    RunListAnswer,
    Operation(
        id="listRuns",
        en="List runs",
        zh="试算列表",
        about_zh="列出最近的 100 次试算，最新的在前；不含结果。",
        scope=Right.PROGRAMS_READ,
        response_example=examples.RUNS,
    ),
)
def list_runs(request: HttpRequest) -> RunListAnswer:
    """List the latest 100 runs, newest first, without what they found."""
    livemode = keys.livemode(request)
    items = [run_answer(each, livemode=livemode) for each in studio.latest_runs(None, _LATEST)]
    return RunListAnswer(items=items, livemode=livemode)


@operation(
    router,
    "GET",
    "/runs/{run_id}",
    RunAnswer,
    Operation(
        id="getRun",
        en="Read a run",
        zh="读取试算",
        about_zh="读取一次试算的进度；就绪后含结果，其中逐个列出的会员须有 studio:use 权限。",
        scope=Right.PROGRAMS_READ,
        codes=("invalid_id", "unknown_run"),
        parameter_examples=_OF,
        response_example=examples.RUN,
    ),
)
def get_run(request: HttpRequest, run_id: RunIdPath) -> RunAnswer:
    """Read how far a run is and, once it is ready, what it found; members one by one are for the scope studio:use."""
    found = studio.run(decode_run_id(run_id))
    seen = found if keys.may(request, Right.STUDIO_USE) else found.for_onlookers()
    return run_answer(seen, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/runs/{run_id}/cancel",
    RunAnswer,
    Operation(
        id="cancelRun",
        en="Cancel a run",
        zh="取消试算",
        about_zh="让后台任务停止；不保留任何不完整的结果。",
        scope=Right.STUDIO_USE,
        codes=("invalid_id", "run_in_other_state", "unknown_run"),
        parameter_examples=_OF,
        response_example=examples.RUN | {"state": "cancelled"},
    ),
)
def cancel_run(request: HttpRequest, run_id: RunIdPath) -> RunAnswer:
    """Ask the job to leave off; no half result is left."""
    return run_answer(studio.cancel_run(decode_run_id(run_id)), livemode=keys.livemode(request))


@operation(
    router,
    "DELETE",
    "/runs/{run_id}",
    GoneAnswer,
    Operation(
        id="removeRun",
        en="Remove a run",
        zh="删除试算",
        about_zh="删除一次试算及其结果。",
        scope=Right.STUDIO_USE,
        codes=("invalid_id", "run_in_other_state", "unknown_run"),
        parameter_examples=_OF,
        response_example={"id": examples.RUN_ID, "removed": True, "livemode": False},
    ),
)
def remove_run(request: HttpRequest, run_id: RunIdPath) -> GoneAnswer:
    """Remove a run with what it found."""
    studio.remove_run(decode_run_id(run_id), keys.actor(request))
    return GoneAnswer(id=run_id, removed=True, livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/runs/{run_id}/members",
    RunMembersAnswer,
    Operation(
        id="listRunMembers",
        en="List the members of a run",
        zh="试算的会员列表",
        about_zh="按任一列列出回测中的会员，默认从高到低；列名前加 - 为从低到高。",
        scope=Right.STUDIO_USE,
        codes=("invalid_id", "run_files_gone", "run_in_other_state", "unknown_columns", "unknown_run"),
        parameter_examples=_OF,
        response_example=examples.MEMBERS,
    ),
)
def list_run_members(
    request: HttpRequest, run_id: RunIdPath, sort: Sort = "net_minor", limit: Limit = PAGE, offset: Offset = 0
) -> RunMembersAnswer:
    """List the members of a backtest by one of the columns, highest first; with `-` before its name lowest first."""
    page = studio.run_members(decode_run_id(run_id), sort, limit, offset)
    return RunMembersAnswer(
        columns=list(page.columns),
        rows=[list(row) for row in page.rows],
        total=page.total,
        offset=page.offset,
        livemode=keys.livemode(request),
    )
