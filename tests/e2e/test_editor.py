"""The editor in a browser: form and file stay the same program, faults stand beside their field, what is tried is told,
and a version that does much goes to a colleague.
"""

import pytest

pytestmark = pytest.mark.browser


def test_a_level_is_edited_tried_and_sent_to_a_colleague(window):
    desk = window(role="operator")
    page = desk.page
    page.on("dialog", lambda dialog: dialog.accept())
    desk.allowed.add(409)
    desk.open("/programs")
    desk.press("[data-testid=draft]")
    desk.check()
    file = page.locator("#program-text")
    before = file.input_value()

    gold = page.locator("[data-part=gold] input").first
    was = gold.input_value()
    gold.fill("1801")
    gold.press("Tab")
    page.wait_for_function("() => document.getElementById('program-text').value.includes('1801')")
    assert file.input_value() == before.replace(f"from: {was}", "from: 1801", 1)

    points = page.locator("[data-part=spend] [data-expression]").last
    good = points.input_value()
    points.fill("order.nett")
    points.press("Tab")
    page.locator("[data-part=spend] [aria-invalid=true]").wait_for()
    assert "是否应为：order.net" in page.locator("[data-part=spend] .wrong").inner_text()
    desk.check()
    points = page.locator("[data-part=spend] [data-expression]").last
    points.press("Control+A")
    page.locator("[data-open=facts]").click()
    page.fill("#facts-search", "实付金额")
    page.locator("[data-insert='order.net']").click()
    page.get_by_test_id("good").wait_for()
    points = page.locator("[data-part=spend] [data-expression]").last
    assert points.input_value() == "order.net"
    points.fill(good)
    points.press("Tab")
    page.wait_for_function("(good) => document.getElementById('program-text').value.includes(good)", arg=good)
    assert file.input_value() == before.replace(f"from: {was}", "from: 1801", 1)

    desk.press("button[name=open][formaction$=simulate]")
    page.fill("[name=net]", "86")
    desk.press("button[name=try]")
    desk.check()
    assert "86.00" in page.get_by_test_id("tried").inner_text()
    desk.press("button[name=save]")
    assert "cases:" in page.locator("#program-text").input_value()

    page.locator("#program-text").evaluate("(one) => { one.value = one.value.replace('value: 0.01', 'value: 0.02'); }")
    desk.press("button[name=check]")
    desk.check()
    assert "等级 gold 的门槛" in page.get_by_test_id("meaning").inner_text()
    assert "积分负债" in page.get_by_test_id("effect").inner_text()
    desk.press("button[name=ask]")
    desk.check()
    assert page.locator("button[name=decision]").count() == 0

    colleague = window(role="owner")
    colleague.open(page.url.removeprefix(desk.address))
    assert "每分价值：0.01 → 0.02" in colleague.page.get_by_test_id("meaning").inner_text()
    colleague.page.fill("#comment", "先等等")
    colleague.press("button[value=reject]")
    desk.open("/programs")
    assert "v1" in page.locator("h1").inner_text()
