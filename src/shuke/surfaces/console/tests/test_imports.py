"""Imports in the console: checked without a change, committed and undone by a worker, refused in words."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shuke.foundation import jobs
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import MemberRef, NewMember
from shuke.rooms.org.contracts import Role
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import ImportState
from shuke.surfaces.console.tests.conftest import TESTER

NAME = "姓" * 101
GOOD = "手机号,姓名,积分\n+8613900000001,赵一,120\n+8613900000002,钱二,80\n12,孙三,1\n"
FIRST = MemberRef(phone="+8613900000001")


def send(client, text, **more):
    file = SimpleUploadedFile("old.csv", text.encode(), content_type="text/csv")
    return client.post("/imports", {"file": file, "source": "crm", "on_match": "fill"} | more)


@pytest.mark.django_db(transaction=True)
def test_a_file_is_checked_committed_and_undone(log_in, program):
    client = log_in(Role.OPERATOR)

    answer = send(client, GOOD)

    assert answer.status_code == 302
    address = answer["Location"]
    page = client.get(address).content.decode()
    assert '<dd class="value" data-testid="created">2</dd>' in page
    assert '<dd class="value" data-testid="failed">1</dd>' in page
    assert "手机号" in page
    assert people.resolve([FIRST]) == [None]
    bad = client.get(f"{address}/bad-rows.csv").content.decode()
    assert bad.splitlines()[1] == "4,12,孙三,1,手机号格式不正确。,手机号,手机号；外地号码须带国家或地区码"

    client.post(f"{address}/commit")
    assert "提交中" in client.get(address).content.decode()
    jobs.run_worker(until_empty=True)

    (member_id,) = people.resolve([FIRST])
    assert programs.standing(member_id).balances[0].available == 120
    assert "已提交" in client.get(address).content.decode()
    client.post(f"{address}/undo")
    jobs.run_worker(until_empty=True)
    assert people.resolve([FIRST]) == [None]
    assert [each.state for each in programs.imports(9)] == [ImportState.UNDONE]


def test_what_a_column_means_is_asked_and_the_answer_taken(log_in, program):
    client, text = log_in(), "手机号,昵称\n+8613900000001,赵一\n"

    asked = send(client, text)

    assert asked.status_code == 422
    assert "“昵称”列表示" in asked.content.decode()
    assert programs.imports(9) == []
    assert send(client, text, column="昵称", field="name").status_code == 302
    assert [each.rows for each in programs.imports(9)] == [1]


def test_of_several_columns_that_mean_the_same_one_is_left_out(log_in, program):
    client, text = log_in(), "phone,手机,姓名\n+8613900000001,12,赵一\n"

    asked = send(client, text)

    assert asked.status_code == 422
    assert asked.context["columns"] == [("phone", "phone"), ("手机", "phone"), ("姓名", "name")]
    choices = [choice for choice, _ in asked.context["known"]]
    assert (choices, choices[0], len(choices)) == (programs.column_meanings(), "-", 16)
    assert programs.imports(9) == []
    said = {"column": ["phone", "手机", "姓名"], "field": ["phone", "-", "name"]}
    assert send(client, text, **said).status_code == 302
    assert [each.rows for each in programs.imports(9)] == [1]


def test_a_column_is_asked_for_by_the_name_that_it_has(log_in, program):
    client, long = log_in(), "长" * 400
    text = f'手机号,"昵称, 小名",{long}\n+8613900000001,赵一,x\n'

    asked = send(client, text)

    assert asked.context["columns"] == [("手机号", "phone"), ("昵称, 小名", "-"), (long, "-")]
    said = {"column": ["手机号", "昵称, 小名", long], "field": ["phone", "name", "-"]}
    assert send(client, "", **said).context["columns"] == list(zip(*said.values(), strict=True))
    assert programs.imports(9) == []
    assert send(client, text, **said).status_code == 302
    assert [each.rows for each in programs.imports(9)] == [1]


def test_columns_whose_names_differ_in_their_case_are_told_apart(log_in, program):
    text = "Phone,phone\n12,+8613900000001\n"

    answer = send(log_in(), text, column=["Phone", "phone"], field=["-", "phone"])

    assert answer.status_code == 302
    assert [each.foreseen for each in programs.imports(9)] == [{"created": 1}]


def test_a_body_that_does_not_say_its_length_is_refused_in_words(log_in, program):
    answer = log_in().post("/imports", {"source": "crm", "on_match": "fill"}, CONTENT_LENGTH="")

    assert answer.status_code == 422
    assert programs.imports(9) == []


def test_rows_that_were_filled_in_are_not_done_before_they_are_undone(log_in, program, db):
    programs.enrol([NewMember(phone="+8613900000001")], TESTER)
    client = log_in()
    address = send(client, "手机号,姓名\n+8613900000001,赵一\n+8613900000002,钱二\n")["Location"]
    (checked,) = programs.imports(9)
    assert programs.commit_import(checked.id, TESTER).counts == {"updated": 1, "created": 1}

    programs.ask_import(checked.id, TESTER, undo=True)
    page = client.get(address)
    programs.undo_import(checked.id, TESTER)

    assert (page.context["done"], page.context["report"].rows) == (0, 2)
    assert client.get(address).context["done"] == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "所提交的是空文件"),
        ("手机号\n", "表头之下没有数据。"),
        ("姓名\n赵一\n", "需要一列会员编号、手机或邮箱。"),
        ("手机号,电话\n1,2\n", "多个列含义相同，请只保留其一。"),
        ("手机号\n" + "1" * 9_000_000, "此处文件不超过 8 MB"),
    ],
)
def test_a_file_that_will_not_do_is_refused_in_words(log_in, program, text, told):
    answer = send(log_in(), text)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert programs.imports(9) == []


def test_the_refused_rows_speak_the_readers_language(log_in, program):
    rows = f"手机号,姓名,积分,入会时间\n+8613900000001,{NAME},,\n+8613900000002,,1.5,\n+8613900000003,,,soon\n"
    client = log_in()
    address = send(client, rows)["Location"]

    told = [line.split(",")[5:] for line in client.get(f"{address}/bad-rows.csv").content.decode().splitlines()]

    assert told == [
        ["reason", "column", "expected"],
        ["姓名须为 1 至 100 个可见字符。", "姓名", "1 至 100 个可见字符"],
        ["积分应为大于 0 的数，小数位不超过积分单位", "积分", "数字，小数位数不超过积分单位的规定"],
        [
            "不是日期或时间，应如 1990-05-17 或 2020-01-31 18:30",
            "入会时间",
            "日期或时间，例如 2020-01-31 或 2020-01-31 18:30",
        ],
    ]
    client.post("/language", {"language": "en"})
    english = client.get(f"{address}/bad-rows.csv").content.decode()
    assert "A member's name has 1 to 100 printable characters.,姓名,1 to 100 printable characters" in english


def test_an_import_is_not_committed_twice(log_in, program):
    client = log_in()
    address = send(client, GOOD)["Location"]

    refused = client.post(f"{address}/undo")

    assert refused.status_code == 409
    assert "这次导入的状态已经变化" in refused.content.decode()
    assert [each.state for each in programs.imports(9)] == [ImportState.CHECKED]
