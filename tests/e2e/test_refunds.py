"""Refunds at the till and goodwill at the desk: what a sale gave and took comes back to the point, told in one life."""

import pytest

pytestmark = pytest.mark.browser


def sell(till, code):
    """Sell ¥86 to somebody with 1,280 points, 500 of which pay ¥5; return the number of the sale."""
    till.type(code)
    till.type("86.00")
    till.press("F2")
    till.press("Enter")
    till.shown("change", "1,280 → 877")
    return till.page.get_by_test_id("number").inner_text()


def open_refund(till, number):
    till.press("F8")
    till.type(number)


def test_two_refunds_end_where_it_began_and_goodwill_waits_for_a_colleague(counter, window, street):
    till, place = counter(), street.regular()
    number = sell(till, street.codes()[place])
    for taken, before, after in (("−49", "877", "1,078"), ("−48", "1,078", "1,280")):
        open_refund(till, number)
        till.page.get_by_test_id("refund-amount").wait_for()
        till.type("43.00")
        till.shown("cash", "¥40.50")
        till.shown("taken", taken)
        till.shown("given", "+250")
        till.press("Enter")
        till.banner("应退 ¥40.50")
        till.shown("change", f"{before} → {after}")
    open_refund(till, number)
    till.page.get_by_text("这单已全部退完。").wait_for()
    assert till.balance(place) == "1,280"

    service, approver = window(role="service", at=street), window(role="approver", at=street)
    member = f"/members/{street.shop['members'][place]}"
    service.open(f"{member}/adjust")
    service.page.locator("[name=points]").fill("2000")
    service.page.locator("[name=reason]").fill("排队太久")
    service.page.keyboard.press("Enter")
    service.page.get_by_test_id("confirm").click()
    service.page.get_by_text("已提交审批").wait_for()
    assert till.balance(place) == "1,280"
    approver.open("/approvals")
    approver.page.get_by_role("link", name="调整积分").first.click()
    approver.page.get_by_role("button", name="通过").click()
    approver.page.get_by_text("已通过").first.wait_for()
    assert till.balance(place) == "3,280"

    service.open(member)
    life = service.page.locator("ol.timeline").inner_text()
    assert life.count("退款 ¥43.00") == 2
    for told in ("订单 ¥86.00", "人工增加", "Test service", "Test approver", "小王", "排队太久"):
        assert told in life
    sale = service.page.locator("li.order", has_text="¥86.00")
    sale.get_by_role("link", name="为什么").click()
    drawer = service.page.locator("#drawer")
    drawer.get_by_test_id("steps").wait_for()
    assert "street v1" in drawer.inner_text()
    assert "97.2" in drawer.get_by_test_id("steps").inner_text()
    assert till.wrong == []


def test_what_was_spent_meanwhile_is_owed_and_nothing_is_below_zero(counter, window, phone, street):
    till, place = counter(), street.regular()
    member = street.shop["members"][place]
    till.type(street.codes()[place])
    till.type("86.00")
    till.press("Enter")
    till.shown("change", "1,280 → 1,383")
    number = till.page.get_by_test_id("number").inner_text()
    desk = window(at=street)
    desk.open(f"/members/{member}/redeem")
    desk.page.locator("[name=points]").fill("1300")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_test_id("confirm").click()
    desk.page.wait_for_url(f"**/members/{member}")

    open_refund(till, number)
    till.page.get_by_test_id("refund-amount").wait_for()
    till.type("86.00")
    till.shown("cash", "¥86.00")
    till.press("Enter")
    till.banner("应退 ¥86.00")

    assert till.balance(place) == "0"
    held = phone(street.shop["secrets"][place], at=street)
    held.open("/m/points")
    numbers = held.page.locator("dl.numbers").inner_text().split()
    assert numbers == ["可用", "0", "欠分", "20"]
    held.check()
