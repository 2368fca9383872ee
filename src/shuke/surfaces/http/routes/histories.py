"""Histories: files are brought, their columns told, read by a worker; programs are tried on them."""

import base64
import binascii

from django.http import HttpRequest
from ninja import Router

from shuke.core.values.errors import Refusal
from shuke.rooms.org.contracts import Right
from shuke.rooms.studio import facade as studio
from shuke.rooms.studio.contracts import HistoryView
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import HistoryFileIdPath, HistoryIdPath
from shuke.surfaces.http.schemas import studio_examples as examples
from shuke.surfaces.http.schemas.studio import (
    GoneAnswer,
    HistoryAnswer,
    HistoryColumnsBody,
    HistoryFileAnswer,
    HistoryFileBody,
    HistoryListAnswer,
    NewHistoryBody,
    ReadHistoryBody,
    decode_file_id,
    decode_history_id,
    history_answer,
    history_file_answer,
)

router = Router(tags=["histories"])
_LATEST = 100
_OF = {"history_id": examples.HISTORY_ID}
_OF_FILE = _OF | {"file_id": examples.FILE_ID}
_LINKS = {
    "read": ("getHistory", "history_id", "$response.body#/id"),
    "remove": ("removeHistory", "history_id", "$response.body#/id"),
}


@operation(
    router,
    "POST",
    "/histories",
    HistoryAnswer,
    Operation(
        id="beginHistory",
        en="Begin a history",
        zh="新建历史数据",
        about_zh="新建一份历史数据，随后上传文件；live 为真时直接取本部署已记录的数据，由后台任务读取。",
        scope=Right.STUDIO_USE,
        status=201,
        codes=("name_required",),
        request_example=examples.NEW_HISTORY,
        response_example=examples.HISTORY,
        links=_LINKS,
    ),
)
def begin_history(request: HttpRequest, body: NewHistoryBody) -> HistoryAnswer:
    """Begin a history, to which files are brought next; a `live` one is read at once, by a job, from what this
    deployment recorded.
    """
    ask = studio.ask_live_history if body.live else studio.begin_history
    return history_answer(ask(body.name, keys.actor(request)), livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/histories",
    HistoryListAnswer,
    Operation(
        id="listHistories",
        en="List histories",
        zh="历史数据列表",
        about_zh="列出最近的 100 份历史数据，最新的在前；文件中的内容须有 studio:use 权限。",
        scope=Right.PROGRAMS_READ,
        response_example=examples.HISTORIES,
    ),
)
def list_histories(request: HttpRequest) -> HistoryListAnswer:
    """List the latest 100 histories, newest first; what stands in their files is for the scope studio:use."""
    livemode = keys.livemode(request)
    items = [history_answer(_seen(request, each), livemode=livemode) for each in studio.latest_histories(_LATEST)]
    return HistoryListAnswer(items=items, livemode=livemode)


@operation(
    router,
    "GET",
    "/histories/{history_id}",
    HistoryAnswer,
    Operation(
        id="getHistory",
        en="Read a history",
        zh="读取历史数据",
        about_zh="读取一份历史数据的文件、进度、按原因归并的错误与数量；"
        "文件中的内容（samples、found）须有 studio:use 权限。",
        scope=Right.PROGRAMS_READ,
        codes=("invalid_id", "unknown_history"),
        parameter_examples=_OF,
        response_example=examples.HISTORY,
    ),
)
def get_history(request: HttpRequest, history_id: HistoryIdPath) -> HistoryAnswer:
    """Read a history: its files, how far reading is, the faults by their cause, what it holds.

    What stands in its files (`samples`, `found`) is for the scope studio:use.
    """
    found = _seen(request, studio.history(decode_history_id(history_id)))
    return history_answer(found, livemode=keys.livemode(request))


def _seen(request: HttpRequest, found: HistoryView) -> HistoryView:
    return found if keys.may(request, Right.STUDIO_USE) else found.for_onlookers()


@operation(
    router,
    "POST",
    "/histories/{history_id}/files",
    HistoryFileAnswer,
    Operation(
        id="addHistoryFile",
        en="Bring a file to a history",
        zh="上传历史数据文件",
        about_zh="上传一个文件（base64，CSV、XLSX 或 Parquet），返回每一列的含义建议与置信度，"
        "以及订单状态的取值与行数。更大的数据分成多个同类文件上传即可。",
        scope=Right.STUDIO_USE,
        status=201,
        codes=(
            "file_brought_already",
            "file_empty",
            "file_not_readable",
            "file_too_large",
            "header_repeated",
            "history_in_other_state",
            "invalid_id",
            "too_many_files",
            "unknown_history",
        ),
        parameter_examples=_OF,
        request_example=examples.NEW_FILE,
        response_example=examples.FILE,
    ),
)
def add_history_file(request: HttpRequest, history_id: HistoryIdPath, body: HistoryFileBody) -> HistoryFileAnswer:
    """Bring a CSV, XLSX or Parquet file as base64, and hear what each column is taken for and how surely, and which
    statuses its orders have.

    Several files of a kind are taken together, so that what is larger than a request comes in parts.
    """
    try:
        content = base64.b64decode(body.content, validate=True)
    except binascii.Error as error:
        raise Refusal("file_not_readable", "The content is not base64.", pointer="/content") from error
    made = studio.add_file(decode_history_id(history_id), body.kind, body.name, [content], keys.actor(request))
    return history_file_answer(made, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/histories/{history_id}/files/{file_id}/columns",
    HistoryFileAnswer,
    Operation(
        id="mapHistoryColumns",
        en="Say what columns mean",
        zh="指定列的含义",
        about_zh="指定文件中各列对应的字段，- 表示不使用；未提到的列保持建议。",
        scope=Right.STUDIO_USE,
        codes=(
            "duplicate_columns",
            "header_repeated",
            "history_in_other_state",
            "invalid_id",
            "too_many_statuses",
            "unknown_columns",
            "unknown_fields",
            "unknown_history",
            "unknown_history_file",
        ),
        parameter_examples=_OF_FILE,
        request_example=examples.COLUMNS,
        response_example=examples.FILE,
    ),
)
def map_history_columns(
    request: HttpRequest, history_id: HistoryIdPath, file_id: HistoryFileIdPath, body: HistoryColumnsBody
) -> HistoryFileAnswer:
    """Say which columns of a file are which fields, `-` for none; others stay what they were taken for."""
    mapping = {one.column: one.field for one in body.columns}
    file = studio.map_columns(decode_history_id(history_id), decode_file_id(file_id), mapping)
    return history_file_answer(file, livemode=keys.livemode(request))


@operation(
    router,
    "DELETE",
    "/histories/{history_id}/files/{file_id}",
    GoneAnswer,
    Operation(
        id="removeHistoryFile",
        en="Take a file away",
        zh="移除历史数据文件",
        about_zh="把文件从尚未读取的历史数据中移除。",
        scope=Right.STUDIO_USE,
        codes=("history_in_other_state", "invalid_id", "unknown_history", "unknown_history_file"),
        parameter_examples=_OF_FILE,
        response_example={"id": examples.FILE_ID, "removed": True, "livemode": False},
    ),
)
def remove_history_file(request: HttpRequest, history_id: HistoryIdPath, file_id: HistoryFileIdPath) -> GoneAnswer:
    """Take a file away from a history that is not read yet."""
    studio.remove_file(decode_history_id(history_id), decode_file_id(file_id))
    return GoneAnswer(id=file_id, removed=True, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/histories/{history_id}/read",
    HistoryAnswer,
    Operation(
        id="readHistory",
        en="Read a history's files",
        zh="读取并校验文件",
        about_zh="由后台任务读取并校验全部文件。币种与时区必须给出，不作猜测；"
        "leave_out 为真时跳过有误的行并说明跳过了多少。文件有订单状态列时须以 statuses 指定哪些状态计入。",
        scope=Right.STUDIO_USE,
        status=202,
        codes=(
            "fields_missing",
            "history_in_other_state",
            "invalid_id",
            "orders_file_missing",
            "statuses_missing",
            "time_zone_unknown",
            "unknown_currency",
            "unknown_history",
            "unknown_statuses",
        ),
        parameter_examples=_OF,
        request_example=examples.READING,
        response_example=examples.HISTORY | {"state": "waiting", "counts": {}, "first_day": None, "last_day": None},
    ),
)
def read_history(request: HttpRequest, history_id: HistoryIdPath, body: ReadHistoryBody) -> HistoryAnswer:
    """Let a job read and check all files; currency and zone are said, never guessed.

    Where rows can't be used, the history is refused with each cause and its rows, or goes on without with `leave_out`.
    Where a column is the status of orders, `statuses` says which of them count; other rows are left out and counted.
    """
    found = studio.ask_reading(decode_history_id(history_id), body.value(), keys.actor(request))
    return history_answer(found, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/histories/{history_id}/cancel",
    HistoryAnswer,
    Operation(
        id="cancelHistory",
        en="Cancel the reading of a history",
        zh="取消读取",
        about_zh="让后台任务停止读取；不保留任何不完整的数据。",
        scope=Right.STUDIO_USE,
        codes=("history_in_other_state", "invalid_id", "unknown_history"),
        parameter_examples=_OF,
        response_example=examples.HISTORY | {"state": "cancelled"},
    ),
)
def cancel_history(request: HttpRequest, history_id: HistoryIdPath) -> HistoryAnswer:
    """Ask the job to leave off; no half history is left."""
    found = studio.cancel_history(decode_history_id(history_id))
    return history_answer(found, livemode=keys.livemode(request))


@operation(
    router,
    "DELETE",
    "/histories/{history_id}",
    GoneAnswer,
    Operation(
        id="removeHistory",
        en="Remove a history",
        zh="删除历史数据",
        about_zh="删除历史数据及其全部试算结果；会员、订单与积分不受影响。",
        scope=Right.STUDIO_USE,
        codes=("history_in_use", "invalid_id", "unknown_history"),
        parameter_examples=_OF,
        response_example={"id": examples.HISTORY_ID, "removed": True, "livemode": False},
    ),
)
def remove_history(request: HttpRequest, history_id: HistoryIdPath) -> GoneAnswer:
    """Remove a history with everything that was run over it; members, orders and points are not touched."""
    studio.remove_history(decode_history_id(history_id), keys.actor(request))
    return GoneAnswer(id=history_id, removed=True, livemode=keys.livemode(request))
