"""Members from files: check, commit, undo, and what came of each row."""

from django.http import HttpRequest
from ninja import Router

from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import ImportReport
from shuke.surfaces.http import keys, problems
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, ImportIdPath
from shuke.surfaces.http.schemas import examples
from shuke.surfaces.http.schemas.imports import (
    BadRowsAnswer,
    ImportAnswer,
    ImportBody,
    decode_import_id,
    import_answer,
)

router = Router(tags=["imports"])
_OF_AN_IMPORT = {"import_id": examples.IMPORT_ID}
_LINKS = {"read": ("getImport", "import_id", "$response.body#/id")}


@operation(
    router,
    "POST",
    "/imports",
    ImportAnswer,
    Operation(
        id="checkImport",
        en="Check a file of members",
        zh="检查会员文件",
        about_zh="完整执行一次导入再回滚，逐行说明结果与错误；会员不会改变。之后提交，或更正文件后重新检查。",
        scope=Right.IMPORTS_WRITE,
        status=201,
        writes=True,
        speaks=True,
        codes=(
            "duplicate_columns",
            "file_empty",
            "file_not_readable",
            "identity_column_missing",
            "too_many_rows",
            "unknown_columns",
        ),
        request_example=examples.NEW_IMPORT,
        response_example=examples.IMPORT,
        links=_LINKS,
    ),
)
def check_import(request: HttpRequest, body: ImportBody, *, dry_run: DryRun = False) -> ImportAnswer:
    """Do all of an import and roll it back: what would come of each row, what is wrong, and no member is changed.

    Commit it afterwards, or correct the file and check it again.
    """
    return _answer(request, programs.check_import(body.value(), keys.actor(request)), dry_run=dry_run)


@operation(
    router,
    "GET",
    "/imports/{import_id}",
    ImportAnswer,
    Operation(
        id="getImport",
        en="Read an import",
        zh="读取导入",
        about_zh="读取一次导入的进度、结果计数与按原因归并的错误。",
        scope=Right.IMPORTS_WRITE,
        speaks=True,
        codes=("invalid_id", "unknown_import"),
        parameter_examples=_OF_AN_IMPORT,
        response_example=examples.IMPORT,
    ),
)
def get_import(request: HttpRequest, import_id: ImportIdPath) -> ImportAnswer:
    """Read how far an import is, what came of its rows, and the faults by their cause."""
    return _answer(request, programs.import_report(decode_import_id(import_id)))


@operation(
    router,
    "GET",
    "/imports/{import_id}/bad-rows",
    BadRowsAnswer,
    Operation(
        id="getBadRows",
        en="Read the refused rows of an import",
        zh="读取导入中被拒绝的行",
        about_zh="以 CSV 返回被拒绝的行及原因；更正后可再次导入。",
        scope=Right.IMPORTS_WRITE,
        codes=("invalid_id", "unknown_import"),
        parameter_examples=_OF_AN_IMPORT,
        response_example={"csv": "row,phone,reason,column,expected\r\n", "livemode": False},
    ),
)
def get_bad_rows(request: HttpRequest, import_id: ImportIdPath) -> BadRowsAnswer:
    """Read the refused rows as CSV with their reasons; corrected, the file is imported again."""
    lines = programs.import_bad_rows(decode_import_id(import_id))
    return BadRowsAnswer(csv="".join(lines), livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/imports/{import_id}/commit",
    ImportAnswer,
    Operation(
        id="commitImport",
        en="Commit an import",
        zh="提交导入",
        about_zh="由后台任务每 1,000 行一批提交；中断后从停下处继续。请读取该导入以查看进度。",
        scope=Right.IMPORTS_WRITE,
        status=202,
        writes=True,
        speaks=True,
        codes=("import_in_other_state", "invalid_id", "unknown_import"),
        parameter_examples=_OF_AN_IMPORT,
        response_example=examples.IMPORT | {"state": "committing"},
    ),
)
def commit_import(request: HttpRequest, import_id: ImportIdPath, *, dry_run: DryRun = False) -> ImportAnswer:
    """Let a worker commit what was checked, 1,000 rows at a time; one that was stopped goes on where it was."""
    return _answer(request, programs.ask_import(decode_import_id(import_id), keys.actor(request)), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/imports/{import_id}/undo",
    ImportAnswer,
    Operation(
        id="undoImport",
        en="Undo an import",
        zh="撤销导入",
        about_zh="由后台任务撤销：导入的会员退会，补全的资料清空；之后有变动的会员保持不变并列明。",
        scope=Right.IMPORTS_WRITE,
        status=202,
        writes=True,
        speaks=True,
        codes=("import_in_other_state", "invalid_id", "unknown_import"),
        parameter_examples=_OF_AN_IMPORT,
        response_example=examples.IMPORT | {"state": "undoing"},
    ),
)
def undo_import(request: HttpRequest, import_id: ImportIdPath, *, dry_run: DryRun = False) -> ImportAnswer:
    """Let a worker take back what nobody touched since: enrolled members leave, what was filled is emptied."""
    return _answer(
        request, programs.ask_import(decode_import_id(import_id), keys.actor(request), undo=True), dry_run=dry_run
    )


def _answer(request: HttpRequest, report: ImportReport, *, dry_run: bool = False) -> ImportAnswer:
    chinese = problems.is_chinese(request)
    return import_answer(report, livemode=keys.livemode(request), chinese=chinese, dry_run=dry_run)
