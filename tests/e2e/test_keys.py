"""The console without a mouse: what has the focus can be seen, the order makes sense, and Escape closes what was opened."""

import pytest

pytestmark = pytest.mark.browser

# Of a date the part or the calendar that has the focus is marked by the browser itself.
FOCUSED = """() => { const one = document.activeElement, style = getComputedStyle(one);
  return [(one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent).trim(),
    one.type === 'date' || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)]; }"""


def focused(page):
    name, seen = page.evaluate(FOCUSED)
    assert seen, f"nobody sees that «{name}» has the focus"
    return name


def tab_to(page, name):
    """Press Tab until what has this name has the focus; fail where the page ends before."""
    passed = []
    while name not in passed:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement !== document.body"), f"no «{name}» among {passed}"
        passed.append(focused(page))


def past_the_menu(page):
    """Take the first link of every page, which leads past the menu."""
    tab_to(page, "跳到正文")
    page.keyboard.press("Enter")


def test_a_coupon_is_made_and_its_recall_thought_over(window):
    desk = window(role="operator")
    page, press = desk.page, desk.page.keyboard.press
    desk.open("/coupons")
    past_the_menu(page)
    tab_to(page, "新建券模板")
    press("Enter")
    page.wait_for_url("**/coupons/new*")
    past_the_menu(page)
    for label, text in (("名称", "满 80 减 20"), ("代码", "by-keys"), ("减免金额", "20"), ("最低消费", "80")):
        tab_to(page, label)
        page.keyboard.type(text)
    page.get_by_test_id("sentence").wait_for()
    tab_to(page, "创建模板")
    press("Enter")
    page.wait_for_url("**/coupons/by-keys")
    past_the_menu(page)
    tab_to(page, "收回")
    press("Enter")
    asked = page.locator("#recall")
    asked.wait_for()
    assert asked.evaluate("(one) => one.contains(document.activeElement)")
    press("Escape")

    assert not asked.is_visible()
    assert focused(page) == "收回"
    desk.open("/coupons/by-keys")
    assert page.get_by_text("发放中").count() == 1


def test_a_drawer_closes_and_gives_the_focus_back(window, site):
    desk = window()
    page, press = desk.page, desk.page.keyboard.press
    desk.open(f"/members/{site.member}/entries")
    past_the_menu(page)
    tab_to(page, "为什么")
    press("Enter")
    drawer = page.locator("#drawer")
    drawer.get_by_test_id("steps").wait_for()
    assert drawer.evaluate("(one) => one.contains(document.activeElement)")
    press("Escape")

    assert not drawer.is_visible()
    assert focused(page) == "为什么"
