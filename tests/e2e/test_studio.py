"""A merchant's first hour: last year's orders as a file, a program proposed from them, tried, forecast, opened in the editor."""

import random
from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.browser

LONG = 120_000  # ms that a job may take on a busy machine, compiling included


def orders():
    """Return a year of a made shop: eighty members who come every week to every month, in GB18030 as exports are."""
    draw = random.Random(5)
    rows = ["订单号,会员号,支付时间,实付金额,商品名称"]
    for member in range(80):
        at, every = datetime(2025, 1, 1, 9, tzinfo=UTC) + timedelta(days=member % 28), 7 + member % 24
        while at < datetime(2026, 1, 1, tzinfo=UTC):
            rows.append(f"{len(rows)},m{member:03},{at:%Y-%m-%d %H:%M:%S},{draw.randint(500, 9_000) / 100:.2f},茶")
            at += timedelta(days=every, minutes=draw.randint(0, 300))
    return "\n".join([*rows, ""]).encode("gb18030")


def brought(desk, name):
    """Bring the orders as a file through the pages, and return the page's address once it is ready."""
    page = desk.page
    desk.open("/studio/histories")
    desk.check()
    page.get_by_label("名称").fill(name)
    page.get_by_role("button", name="选择文件").click()
    desk.check()
    page.set_input_files("#file-orders", {"name": "订单.csv", "mimeType": "text/csv", "buffer": orders()})
    page.get_by_role("button", name="上传").click()
    page.get_by_role("heading", name="读取").wait_for()
    desk.check()
    page.get_by_label("金额的币种").select_option("USD")
    page.get_by_label("未带时区的时间所属时区").fill("America/New_York")
    page.get_by_role("button", name="读取并校验").click()
    page.get_by_test_id("orders").wait_for(timeout=LONG)
    desk.check()
    assert page.get_by_test_id("members").inner_text() == "80"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_program_is_proposed_tried_and_forecast_from_a_file(window, width):
    desk = window(width)
    page = desk.page
    brought(desk, f"去年订单 {width}")

    desk.open("/studio/proposals/new")
    desk.check()
    page.get_by_label("行业").select_option("cafe")
    page.get_by_label("店铺的订单").select_option(label=f"去年订单 {width}")
    page.get_by_label("会员计划名称").fill("熟客茶铺")
    page.get_by_label("毛利率（%）").fill("60")
    page.get_by_role("button", name="给出方案").click()
    page.get_by_test_id("verdict").wait_for(timeout=LONG)
    desk.check()
    levels = page.locator("[data-testid^=members-]")
    assert sum(int(text.split()[0].replace(",", "")) for text in levels.all_inner_texts()) == 80

    page.get_by_role("link", name="试算", exact=True).click()
    assert "熟客茶铺" in page.locator("textarea[name=text]").input_value()
    page.get_by_label("会员如何用分").select_option("share")
    page.get_by_label("每单使用余额的比例（%）").fill("30")
    page.get_by_label("对比方案").select_option(index=1)
    page.get_by_role("button", name="开始回测").click()
    page.get_by_test_id("difference").wait_for(timeout=LONG)
    desk.check()
    issued = page.get_by_test_id("issued-points").inner_text()
    assert int(issued.replace(",", "")) > 0
    page.get_by_role("link", name="会员", exact=True).last.click()
    desk.check()
    page.locator("tbody a").first.click()
    page.get_by_text("计算步骤").first.click()
    desk.check()

    desk.open("/studio/forecasts/new")
    desk.check()
    page.get_by_label("历史数据").select_option(label=f"去年订单 {width}")
    page.get_by_label("会员如何用分").select_option("share")
    page.get_by_label("每单使用余额的比例（%）").fill("30")
    page.get_by_label("销售毛利率（%）").fill("60")
    page.get_by_role("button", name="预测", exact=True).click()
    page.get_by_test_id("break-even").wait_for(timeout=LONG)
    desk.check()

    desk.open("/studio/proposals")
    page.get_by_role("link", name="熟客茶铺").first.click()
    page.get_by_role("button", name="在编辑器中打开").click()
    page.get_by_text("方案已存为草稿").wait_for()
    assert "熟客茶铺" in page.locator("textarea").first.input_value()


def test_faults_are_told_before_anything_is_used(window):
    desk = window()
    desk.allowed.add(422)
    page = desk.page
    desk.open("/studio/histories")
    page.get_by_label("名称").fill("有误")
    page.get_by_role("button", name="选择文件").click()
    text = "order_id,member_id,occurred_at,net\n1,a,2025-01-01 09:00,12.30\n2,a,昨天,1.00\n3,b,2025-01-03 09:00,x\n"
    page.set_input_files("#file-orders", {"name": "o.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="上传").click()
    page.get_by_role("button", name="读取并校验").click()
    desk.check()  # neither currency nor zone is guessed
    page.get_by_label("金额的币种").select_option("CNY")
    page.get_by_label("未带时区的时间所属时区").fill("Asia/Shanghai")
    page.get_by_role("button", name="读取并校验").click()
    page.get_by_text("无法使用的行").first.wait_for(timeout=LONG)
    desk.check()
    page.get_by_label("跳过有误的行继续").check()
    page.get_by_role("button", name="读取并校验").click()
    page.get_by_test_id("orders").wait_for(timeout=LONG)
    assert page.get_by_test_id("orders").inner_text() == "1"
    page.get_by_role("button", name="删除").first.click()
    page.locator("#remove").get_by_role("button", name="删除").click()
    page.wait_for_url("**/studio/histories")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_person_says_which_statuses_count(window, width):
    desk = window(width)
    page = desk.page
    desk.open("/studio/histories")
    page.get_by_label("名称").fill(f"导出 {width}")
    page.get_by_role("button", name="选择文件").click()
    text = (
        "订单号,会员号,付款时间,单价,数量,订单状态,退款金额\n"
        "1,m,2025-01-01 09:00,19.98,0.532,交易成功,\n2,m,2025-01-02 09:00,2.00,1,卖家已发货，等待买家确认,1.00\n"
        f"3,m,2025-01-03 09:00,3.00,1,交易关闭,\n4,n,,4.00,1,等待买家付款,\n5,{width},2025-01-03 09:00,5,1,交易成功,\n"
    )
    page.set_input_files("#file-orders", {"name": "导出.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")})
    page.get_by_role("button", name="上传").click()
    statuses = page.get_by_role("group", name="计入的订单状态")
    statuses.wait_for()
    desk.check()
    assert [(box.get_attribute("value"), box.is_checked()) for box in statuses.get_by_role("checkbox").all()] == [
        ("交易成功", True),
        ("交易关闭", False),
        ("卖家已发货，等待买家确认", True),
        ("等待买家付款", False),
    ]
    statuses.get_by_label("交易关闭").check()
    page.get_by_label("金额的币种").select_option("CNY")
    page.get_by_label("未带时区的时间所属时区").fill("Asia/Shanghai")
    page.get_by_role("button", name="读取并校验").click()
    page.get_by_test_id("orders").wait_for(timeout=LONG)
    desk.check()
    assert page.get_by_test_id("orders").inner_text() == "4"
    assert page.get_by_text("因订单状态未计入：1 行，1 单，实付 ¥4.00。").count() == 1
