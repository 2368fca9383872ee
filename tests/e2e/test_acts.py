"""Refund and goodwill as staff do them: seen before they are done, done once, told on the member's timeline."""

import pytest

pytestmark = pytest.mark.browser


def available(desk, member):
    desk.open(f"/members/{member}")
    return desk.page.get_by_test_id("available").inner_text()


def refund(desk, member, what, amount=""):
    """Take the form of the sale through preview and confirmation; return what the preview said."""
    desk.open(f"/members/{member}/orders")
    desk.page.get_by_role("row", name="pos sale").get_by_role("link", name="登记退款").click()
    desk.page.locator("[name=what]").select_option(what)
    desk.page.locator("[name=amount]").fill(amount)
    desk.page.get_by_role("button", name="预览结果").click()
    told = desk.page.get_by_test_id("foreseen")
    told.wait_for()
    desk.check()
    said = told.inner_text()
    desk.page.get_by_test_id("confirm").click()
    desk.page.wait_for_url(f"**/members/{member}")
    return said


def test_two_refunds_end_where_it_began_and_goodwill_above_the_limit_waits_for_a_colleague(window, site):
    owner, service, approver = window(), window(role="service"), window(role="approver")
    assert available(owner, site.guest) == "877"

    first = refund(owner, site.guest, "amount", "40.50")
    assert "+250" in first
    assert "−49" in first
    assert available(owner, site.guest) == "1,078"
    rest = refund(owner, site.guest, "all")
    assert "+250" in rest
    assert "−48" in rest
    assert available(owner, site.guest) == "1,280"
    owner.open(f"/members/{site.guest}/orders")
    sale = owner.page.get_by_role("row", name="pos sale")
    assert "已全部退完" in sale.inner_text()
    assert sale.get_by_role("link", name="登记退款").count() == 0

    service.open(f"/members/{site.guest}/adjust")
    page = service.page
    assert "500" in page.get_by_test_id("limit").inner_text()
    page.locator("[name=points]").fill("2000")
    page.locator("[name=reason]").fill("排队太久")
    page.keyboard.press("Enter")
    page.get_by_test_id("confirm").wait_for()
    assert "超过你的单次限额 500" in page.get_by_test_id("foreseen").inner_text()
    page.get_by_role("button", name="提交审批").click()
    page.get_by_text("已提交审批").wait_for()
    assert available(service, site.guest) == "1,280"

    approver.open("/approvals")
    approver.page.get_by_role("link", name="调整积分").first.click()
    approver.page.get_by_role("button", name="通过").click()
    approver.page.get_by_text("已通过").first.wait_for()

    assert available(owner, site.guest) == "3,280"
    life = owner.page.locator("ol.timeline").inner_text()
    for told in ("订单 $81.00", "退款 $40.50", "人工增加", "Test service", "Test approver", "排队太久"):
        assert told in life
    assert life.count("退款 $40.50") == 2
    taken = owner.page.locator("ol.timeline > li", has_text="退款").first.get_by_role("link", name="追回")
    taken.click()
    drawer = owner.page.locator("#drawer")
    drawer.get_by_test_id("taken-back").wait_for()
    assert "订单原得" in drawer.inner_text()
    assert "本次追回" in drawer.inner_text()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_mistake_is_told_beside_its_field(window, site, width):
    desk = window(width)
    desk.allowed.add(422)
    desk.open(f"/members/{site.guest}/adjust")

    desk.page.locator("[name=way]").select_option("take")
    desk.page.locator("[name=points]").fill("9,999,999")
    desk.page.locator("[name=reason]").fill("录错了")
    desk.page.get_by_role("button", name="预览结果").click()

    desk.page.get_by_text("可用积分不足").wait_for()
    desk.check()
    assert desk.page.locator("[name=reason]").input_value() == "录错了"
