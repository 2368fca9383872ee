"""Programs: check a file, publish it, read what is in force."""

from django.http import HttpRequest
from ninja import Router

from shuke.core.values.errors import Refusal
from shuke.engine.schema import ProgramErrors
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys, problems
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, ProgramCodePath
from shuke.surfaces.http.schemas import examples
from shuke.surfaces.http.schemas.problems import FieldErrorAnswer
from shuke.surfaces.http.schemas.programs import (
    ComparisonAnswer,
    ProgramTextBody,
    PublishBody,
    ValidationAnswer,
    VersionAnswer,
    VersionListAnswer,
    comparison_answer,
    version_answer,
    version_summary,
)

router = Router(tags=["programs"])
_CHANGE = (
    "currency_fixed",
    "invalid_program",
    "tier_in_use",
    "time_zone_fixed",
    "unit_dropped",
    "unit_scale_fixed",
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
        return ValidationAnswer(valid=True, program=draft.program, errors=[])
    found_wrong = problems.field_errors(refusal, chinese=problems.is_chinese(request))
    return ValidationAnswer(valid=False, program=None, errors=[FieldErrorAnswer(**error) for error in found_wrong])


@operation(
    router,
    "POST",
    "/programs/compare",
    ComparisonAnswer,
    Operation(
        id="compareProgram",
        en="Compare a program file with the newest version",
        zh="与最新版本比较会员计划",
        about_zh="说明文件与最新版本相比改变了什么，以及现有会员中谁会升降等级；不保存任何内容。同一进程一次只比较一份文件。",
        scope=Right.PROGRAMS_READ,
        codes=(*_CHANGE, "comparison_running", "no_program"),
        request_example={"text": examples.PROGRAM_TEXT},
        response_example=examples.COMPARISON,
    ),
)
def compare_program(request: HttpRequest, body: ProgramTextBody) -> ComparisonAnswer:
    """Say what a file would change against the newest version, and which members would move; nothing is stored.

    One file is compared at a time: whoever comes meanwhile is answered 429 with Retry-After.
    """
    try:
        found = programs.compare(body.text)
    except ProgramErrors as errors:
        raise problems.InvalidProgram(errors.refusals) from errors
    return comparison_answer(found, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/programs/publish",
    VersionAnswer,
    Operation(
        id="publishProgram",
        en="Publish a program file",
        zh="发布会员计划",
        about_zh="将文件发布为该会员计划的下一个版本，此后不再改变。",
        scope=Right.PROGRAMS_WRITE,
        status=201,
        writes=True,
        codes=(*_CHANGE, "effective_in_the_past", "one_program", "writers_busy"),
        request_example={"text": examples.PROGRAM_TEXT},
        response_example=examples.VERSION,
        links=_PUBLISHED,
    ),
)
def publish_program(request: HttpRequest, body: PublishBody, *, dry_run: DryRun = False) -> VersionAnswer:
    """Publish a file as the next version of its program, which never changes after that."""
    try:
        version = programs.publish(body.text, keys.actor(request), body.effective_from)
    except ProgramErrors as errors:
        raise problems.InvalidProgram(errors.refusals) from errors
    return version_answer(version, livemode=keys.livemode(request), dry_run=dry_run)


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
        about_zh="列出全部版本，最新的在前。",
        scope=Right.PROGRAMS_READ,
        codes=("no_program",),
        parameter_examples={"program": "grocer"},
        response_example=examples.VERSIONS,
    ),
)
def list_versions(request: HttpRequest, program: ProgramCodePath) -> VersionListAnswer:
    """List all versions, newest first."""
    versions = [version_summary(version) for version in programs.versions(program)]
    return VersionListAnswer(items=versions, livemode=keys.livemode(request))
