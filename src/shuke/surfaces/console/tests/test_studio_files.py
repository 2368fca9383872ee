"""Pages of the studio: why work failed in words, who may bring files, and what a restore left without its files."""

import shutil
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

from shuke.foundation import ids
from shuke.rooms.org.contracts import Role
from shuke.rooms.studio import facade as studio
from shuke.rooms.studio.contracts import HISTORY_PREFIX, RUN_PREFIX, FileKind, Reading, RunKind, RunRequest, State
from shuke.surfaces.console.tests.conftest import GROCER, TESTER

ORDERS = b"order_id,member_id,occurred_at,net\n1,ann,2026-01-05 10:00:00,300.00\n2,bob,2026-01-06 10:00:00,40.50\n"


@pytest.fixture
def home(shop, settings, tmp_path):
    settings.SHUKE_HOME = tmp_path
    return tmp_path


@pytest.fixture
def history(home):
    """A history that is ready; its id."""
    made = studio.begin_history("去年", TESTER)
    studio.add_file(made.id, FileKind.ORDERS, "orders.csv", [ORDERS], TESTER)
    studio.ask_reading(made.id, Reading("USD", "UTC"), TESTER)
    studio.read_history(made.id)
    return made.id


@pytest.fixture
def run(history):
    """A backtest of the history that is ready; its id."""
    made = studio.ask_run(RunRequest(RunKind.BACKTEST, history, GROCER.read_text()), TESTER)
    studio.do_run(made.id)
    return made.id


def of_history(id, more=""):
    return f"/studio/histories/{ids.encode(HISTORY_PREFIX, id)}{more}"


def of_run(id, more=""):
    return f"/studio/backtests/{ids.encode(RUN_PREFIX, id)}{more}"


@pytest.mark.parametrize(
    ("failure", "params", "zh", "en"),
    [
        ("given_up", {"tries": 3}, "服务进程在途中结束了 3 次", "The server ended 3 times on the way"),
        ("file_unreadable", {"path": "去年.csv"}, "去年.csv", "去年.csv can&#x27;t be read."),
        ("history_too_long", {}, "共 … 个月", "to the end are … months"),
        ("no_program", {}, "还没有发布会员计划", "No program is published yet."),
        ("assumption_out_of_range", {}, "介于 0 与 100% 之间", "between 0 and 100%; spend"),
    ],
)
def test_why_work_failed_is_told_in_words(log_in, history, run, monkeypatch, failure, params, zh, en):
    why = {"state": State.FAILED, "failure": failure, "failure_params": params}
    for ask, found in (("history", studio.history(history)), ("run", studio.run(run))):
        monkeypatch.setattr(studio, ask, lambda _id, found=found: replace(found, **why))
    for language, role, words in (("zh-hans", Role.OWNER, zh), ("en", Role.ANALYST, en)):
        client = log_in(role, language)
        for page in (of_history(history), of_run(run)):
            told = client.get(page).content.decode()
            assert words in told
            assert "%(" not in told


def test_a_file_is_taken_only_from_those_who_may_with_the_forms_token(log_in, history, settings, monkeypatch):
    begun, begin = [], TemporaryFileUploadHandler.new_file

    def new_file(self, *arguments, **more):
        begun.append(arguments)
        begin(self, *arguments, **more)

    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", new_file)
    made = studio.begin_history("今年", TESTER)

    def bring(client, **token):
        return client.post(of_history(made.id, "/files"), {"orders": SimpleUploadedFile("o.csv", ORDERS), **token})

    for client, status in ((log_in(Role.APPROVER), 403), (Client(), 302)):
        client.handler.enforce_csrf_checks = True
        assert bring(client).status_code == status
        assert begun == []

    owner = log_in(Role.OWNER)
    owner.handler.enforce_csrf_checks = True
    owner.get(of_history(made.id))
    assert bring(owner).status_code == 403
    assert studio.history(made.id).files == ()
    assert bring(owner, csrfmiddlewaretoken=owner.cookies[settings.CSRF_COOKIE_NAME].value).status_code == 302
    assert [file.name for file in studio.history(made.id).files] == ["o.csv"]


def test_pages_stand_after_a_restore_without_the_folders(log_in, history, run, home):
    shutil.rmtree(home / "studio")
    draft = studio.begin_history("今年", TESTER)
    studio.add_file(draft.id, FileKind.ORDERS, "o.csv", [ORDERS], TESTER)
    shutil.rmtree(home / "studio")

    for role, language, gone, again, very in (
        (Role.OWNER, "zh-hans", "文件已不在", "请作为新的历史数据重新导入", "请重新导入同一个文件"),
        (Role.ANALYST, "en", "files are gone", "Bring them again as a new history", "Bring this very file again"),
    ):
        client = log_in(role, language)
        page = client.get(of_history(history)).content.decode()
        assert gone in page
        assert again in page
        assert of_run(run) in page
        assert "/files" not in page
        assert gone in client.get("/studio/histories").content.decode()
        assert very in client.get(of_history(draft.id)).content.decode()
        assert client.get(of_run(run)).status_code == 200
        assert ids.encode(HISTORY_PREFIX, history) not in client.get("/studio/backtests/new").content.decode()
        for more in ("/members", "/members/ann"):
            assert client.get(of_run(run, more)).status_code == 409
