"""Programs: check a file, publish it, read what is in force."""

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel

from shuke.core.values.errors import Refusal
from shuke.engine.cautions import cautions, sentences
from shuke.engine.schema import ProgramErrors, load_program
from shuke.foundation import clock
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Approval, Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys, problems
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, ProgramCodePath, VersionNumberPath
from shuke.surfaces.http.schemas import examples, program_examples
from shuke.surfaces.http.schemas.approvals import ApprovalAnswer, approval_answer
from shuke.surfaces.http.schemas.problems import FieldErrorAnswer
from shuke.surfaces.http.schemas.programs import (
    AskedBody,
    CompareBody,
    ComparisonAnswer,
    ProgramTextBody,
    PublishedAnswer,
    PublishTermsAnswer,
    ValidationAnswer,
    VersionAnswer,
    VersionListAnswer,
    comparison_answer,
    terms_answer,
    version_answer,
    version_summary,
)
from shuke.surfaces.http.schemas.simulations import SimulationAnswer, SimulationBody, simulation_answer

router = Router(tags=["programs"])
_CHANGE = (
    "currency_fixed",
    "effective_in_the_past",
    "effective_too_late",
    "invalid_program",
    "one_program",
    "supply_below_issued",
    "tier_in_use",
    "time_zone_fixed",
    "unit_dropped",
    "unit_scale_fixed",
    "version_planned",
    "windows_changed",
)
_PUBLISHED = {
    "current": ("getCurrentVersion", "program", "$response.body#/program"),
    "versions": ("listVersions", "program", "$response.body#/program"),
}


@operation(
    router,
    "POST",
    "/programs/validate",
    ValidationAnswer,
    Operation(
        id="validateProgram",
        en="Check a program file",
        zh="校验会员计划文件",
        about_zh="说明文件能否发布，并按行列指出错误；不保存任何内容。",
        scope=Right.PROGRAMS_READ,
        speaks=True,
        request_example={"text": examples.PROGRAM_TEXT},
        response_example=examples.VALIDATION,
    ),
)
def validate_program(request: HttpRequest, body: ProgramTextBody) -> ValidationAnswer:
    """Say whether a file could be published, and what is wrong with it by line and column; nothing is stored."""
    try:
        draft = programs.validate(body.text)
    except ProgramErrors as errors:
        refusal: Refusal = problems.InvalidProgram(errors.refusals)
    except Refusal as found:
        refusal = problems.InvalidProgram([found])
    else:
        warnings = sentences(draft.cautions, "zh" if problems.is_chinese(request) else "en")
        return ValidationAnswer(valid=True, program=draft.program, errors=[], warnings=warnings)
    found_wrong = problems.field_errors(refusal, chinese=problems.is_chinese(request))
    errors = [FieldErrorAnswer(**error) for error in found_wrong]
    return ValidationAnswer(valid=False, program=None, errors=errors, warnings=[])


@operation(
    router,
    "POST",
    "/programs/compare",
    ComparisonAnswer,
    Operation(
        id="compareProgram",
        en="Compare a program file with another",
        zh="比较会员计划文件",
        about_zh="说明发布该文件会改变什么（默认与最新版本相比）：含义与文字的差异、谁的等级会变、积分负债与一年成本的变化；"
        "发布会拒绝的，比较同样拒绝。不保存任何内容。同一进程一次只比较一份文件。",
        scope=Right.PROGRAMS_READ,
        codes=(*_CHANGE, "comparison_running", "no_program"),
        request_example={"text": examples.PROGRAM_TEXT},
        response_example=program_examples.COMPARISON,
    ),
)
def compare_program(request: HttpRequest, body: CompareBody) -> ComparisonAnswer:
    """Say what publishing a file would change against another one, by default the newest version: what it means, whose
    tier moves, what is owed and what a year costs; nothing is stored. What publishing refuses is refused.

    One file is compared at a time: whoever comes meanwhile is answered 429 with Retry-After.
    """
    try:
        found = programs.compare(body.text, body.effective_from, body.against)
    except ProgramErrors as errors:
        raise problems.InvalidProgram(errors.refusals) from errors
    return comparison_answer(found, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/programs/publish",
    PublishedAnswer,
    Operation(
        id="publishProgram",
        en="Publish a program file",
        zh="发布会员计划",
        about_zh="将文件发布为该会员计划的下一个版本，此后不再改变。生效时间不得早于已有的待生效版本，且须在十年之内。"
        "影响超过阈值的版本须经他人审批：带 ask 再发送一次，即以 202 返回一项附有比较结果的审批。",
        scope=Right.PROGRAMS_WRITE,
        status=201,
        speaks=True,
        writes=True,
        codes=(*_CHANGE, "approval_needed", "comparison_outdated", "comparison_running", "writers_busy"),
        waits=ApprovalAnswer,
        waits_example=program_examples.APPROVAL,
        request_example={"text": examples.PROGRAM_TEXT},
        response_example=examples.VERSION | {"warnings": []},
        links=_PUBLISHED,
    ),
)
def publish_program(request: HttpRequest, body: AskedBody, *, dry_run: DryRun = False) -> BaseModel:
    """Publish a file as the next version of its program, which never changes after that.

    It comes into force within ten years, and not before a version that is planned. Whose effect is above the terms is
    refused: with `ask` it is requested, and the answer is 202 with the approval, which carries the comparison.
    """
    try:
        version = programs.publish(
            body.text,
            keys.actor(request),
            body.effective_from,
            request.principal,  # type: ignore[attr-defined]
            ask=body.ask,
            after=body.after,
        )
    except ProgramErrors as errors:
        raise problems.InvalidProgram(errors.refusals) from errors
    if isinstance(version, Approval):
        return approval_answer(version, livemode=keys.livemode(request), dry_run=dry_run)
    answer = version_answer(version, livemode=keys.livemode(request), dry_run=dry_run)
    warnings = sentences(cautions(load_program(version.text)), "zh" if problems.is_chinese(request) else "en")
    return PublishedAnswer(**answer.model_dump(), warnings=warnings)


@operation(
    router,
    "POST",
    "/programs/simulate",
    SimulationAnswer,
    Operation(
        id="simulateFact",
        en="Try an order or behaviour",
        zh="试算一笔订单或行为",
        about_zh="按某文件、某版本或生效中的版本，对真实或虚拟会员试算一笔订单或行为，可指定将来的时间；"
        "给出前后余额、等级与逐条规则的原因。不写入任何数据。",
        scope=Right.PROGRAMS_READ,
        speaks=True,
        codes=(
            "amount_out_of_range",
            "balance_limit",
            "gross_below_net",
            "invalid_attribute",
            "invalid_id",
            "invalid_program",
            "no_program",
            "not_enrolled",
            "one_fact",
            "out_of_bounds",
            "simulated_before",
            "text_characters",
            "text_length",
            "unknown_behaviour",
            "unknown_tier",
            "version_not_found",
        ),
        request_example=program_examples.SIMULATION,
        response_example=program_examples.SIMULATED,
    ),
)
def simulate_fact(request: HttpRequest, body: SimulationBody) -> SimulationAnswer:
    """Say what an order or behaviour would come to, of a real member or one who is made up, also on a day to come:
    before, after, and what every rule gave or why it did not apply. Nothing is stored.

    Of a real member it tells points and tier, so it needs the scope points:read, too.
    """
    if body.member_id is not None:
        org.require(request.principal, Right.POINTS_READ)  # type: ignore[attr-defined]
    at = int((body.at or clock.business_now()).timestamp())
    try:
        tried = programs.simulate(body.text, body.version, body.who(at), body.fact(at))
    except ProgramErrors as errors:
        raise problems.InvalidProgram(errors.refusals) from errors
    language = "zh" if problems.is_chinese(request) else "en"
    return simulation_answer(tried, language=language, livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/programs/publish-terms",
    PublishTermsAnswer,
    Operation(
        id="getPublishTerms",
        en="Read which versions need a second person",
        zh="读取发布审批阈值",
        about_zh="读取影响超过多少（百分比）的版本须经他人审批。",
        scope=Right.PROGRAMS_READ,
        response_example=program_examples.TERMS,
    ),
)
def get_publish_terms(request: HttpRequest) -> PublishTermsAnswer:
    """Read above which effect, in percent, a version is published only once a second person agrees."""
    return terms_answer(programs.publish_terms(), livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/programs/{program}/current",
    VersionAnswer,
    Operation(
        id="getCurrentVersion",
        en="Read the version in force",
        zh="读取生效版本",
        about_zh="读取会员计划当前生效的版本。",
        scope=Right.PROGRAMS_READ,
        codes=("no_program",),
        parameter_examples={"program": "grocer"},
        response_example=examples.VERSION,
    ),
)
def get_current_version(request: HttpRequest, program: ProgramCodePath) -> VersionAnswer:
    """Read the version of a program that is in force now."""
    return version_answer(programs.current(program), livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/programs/{program}/versions",
    VersionListAnswer,
    Operation(
        id="listVersions",
        en="List the versions of a program",
        zh="会员计划版本列表",
        about_zh="列出全部版本，包括已撤回的，最新的在前。",
        scope=Right.PROGRAMS_READ,
        codes=("no_program",),
        parameter_examples={"program": "grocer"},
        response_example=examples.VERSIONS,
    ),
)
def list_versions(request: HttpRequest, program: ProgramCodePath) -> VersionListAnswer:
    """List all versions, withdrawn ones included, newest first."""
    versions = [version_summary(version) for version in programs.versions(program)]
    return VersionListAnswer(items=versions, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/programs/{program}/versions/{number}/withdrawal",
    VersionAnswer,
    Operation(
        id="withdrawVersion",
        en="Withdraw a planned version",
        zh="撤回待生效版本",
        about_zh="撤回尚未生效、且没有会员到达的最新版本：它保留版本号与内容，但永不生效；仅由它声明的积分单位一并取消。",
        scope=Right.PROGRAMS_WRITE,
        writes=True,
        codes=(
            "no_program",
            "supply_below_issued",
            "version_followed",
            "version_in_force",
            "version_not_found",
            "writers_busy",
        ),
        parameter_examples={"program": "grocer", "number": 2},
        response_example=examples.VERSION_WITHDRAWN,
        links=_PUBLISHED,
    ),
)
def withdraw_version(
    request: HttpRequest, program: ProgramCodePath, number: VersionNumberPath, *, dry_run: DryRun = False
) -> VersionAnswer:
    """Take back a version that is not in force yet and to which no member has come.

    It keeps its number and its text and never comes into force; units that only it declared are gone.
    """
    version = programs.withdraw(program, number, keys.actor(request))
    return version_answer(version, livemode=keys.livemode(request), dry_run=dry_run)
