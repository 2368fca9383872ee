"""Coupons for everybody of a tier: counted before, issued once, used at the till, and called back as far as they can be."""

import re

import pytest

pytestmark = pytest.mark.browser


def send(desk):
    """Send the coupon to everybody who is silver; return how many members and coupons that was said to be."""
    desk.open("/coupons/silver-ten/send")
    desk.page.locator("[name=name]").fill("银卡回访")
    desk.page.locator("[name=tier]").select_option("silver")
    desk.page.get_by_role("button", name="统计人数").click()
    told = desk.page.get_by_test_id("reckoning")
    told.wait_for()
    desk.check()
    said = told.inner_text()
    assert "林**" in said  # some of them
    members = int(desk.page.get_by_test_id("members").inner_text())
    assert f"¥{members * 10:,}.00" in said
    desk.page.get_by_test_id("confirm").click()
    desk.page.get_by_text("后台正在发放").first.wait_for()
    return members


def batches(desk, count):
    """Wait until so many batches are done; return what the page says of each, latest first."""
    for row in range(count):
        desk.page.locator("#batches tbody tr").nth(row).get_by_text("完成", exact=True).wait_for(timeout=60_000)
    return [" ".join(text.split()) for text in desk.page.locator("#batches tbody tr").all_inner_texts()]


def test_a_tier_gets_a_coupon_and_what_is_unused_is_called_back(window, counter, street):
    desk = window(role="operator", at=street)
    desk.open("/coupons/new?kind=threshold")
    for field, value in {"name": "满 50 减 10", "code": "silver-ten", "amount": "10", "minimum": "50"}.items():
        desk.page.locator(f"[name={field}]").fill(value)
    desk.page.locator("[name=per_member]").fill("1")
    desk.page.get_by_test_id("sentence").wait_for()
    desk.page.get_by_role("button", name="创建模板").click()
    desk.page.wait_for_url("**/coupons/silver-ten")

    members = send(desk)
    (first,) = batches(desk, 1)
    assert f"{members} / {members}" in first
    desk.page.get_by_test_id("issued").get_by_text(str(members), exact=True).wait_for()
    assert send(desk) == members
    again, _ = batches(desk, 2)
    assert f"0 / {members}" in again  # nobody gets a second one
    assert re.search(rf"{members} · \S+", again)
    assert desk.page.get_by_test_id("issued").inner_text() == str(members)

    till, codes = counter(), street.codes()
    for place in [street.regular() for _ in range(3)]:
        till.type(codes[place])
        till.type("86.00")
        till.shown("pay", "¥76.00")
        till.press("Enter")
        till.banner("实收 ¥76.00")
        till.shown("change", "1,280 → 1,371")
    desk.open("/coupons/silver-ten")
    assert desk.page.get_by_test_id("used").inner_text() == "3"
    desk.page.get_by_role("button", name="收回", exact=True).first.click()
    desk.page.locator("#recall-reason").fill("活动结束")
    desk.page.locator("#recall").get_by_role("button", name="收回").click()

    told = f"已收回 {members - 3} 张。不可收回：已使用 3 张，被订单锁定 0 张。"
    desk.page.get_by_text(told).wait_for()
    desk.check()
    till.type(codes[street.regular()])
    till.type("86.00")
    till.shown("pay", "¥86.00")  # it is gone
    till.clear()
    assert till.wrong == []
