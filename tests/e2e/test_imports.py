"""A file of members as an operator brings it: a column explained, checked, committed by a job, undone."""

import pytest

pytestmark = pytest.mark.browser

FILE = "手机号,昵称,积分\n+8613911110001,赵一,120\n+8613911110002,钱二,80\n12,孙三,1\n"


def check(desk):
    file = {"name": "old.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    desk.page.set_input_files("[name=file]", file)
    desk.page.get_by_role("button", name="检查").click()
    desk.page.wait_for_load_state("networkidle")
    desk.check()


@pytest.mark.parametrize("width", [1440, 390])
def test_members_come_from_a_file_and_go_again(window, width):
    desk = window(width, role="operator")
    desk.allowed.add(422)
    page = desk.page
    desk.open("/imports")
    check(desk)
    page.get_by_label("“昵称”列表示").select_option("name")
    check(desk)
    assert (page.get_by_test_id("created").inner_text(), page.get_by_test_id("failed").inner_text()) == ("2", "1")

    page.get_by_role("button", name="提交导入").click()
    page.get_by_test_id("state").get_by_text("已提交").wait_for(timeout=60_000)
    desk.check()
    desk.open("/imports")
    page.get_by_role("link", name="old.csv").first.click()
    page.get_by_role("button", name="撤销导入").click()
    page.locator("#undo").get_by_role("button", name="撤销导入").click()

    page.get_by_test_id("state").get_by_text("已撤销").wait_for(timeout=60_000)
    assert page.get_by_test_id("undone").inner_text() == "2"
