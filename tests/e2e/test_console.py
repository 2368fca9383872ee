"""What an operator does in the console, at a desk and on a phone, in Chinese and in English."""

import pytest

from tests.e2e.looks import FAINT, UNNAMED

pytestmark = pytest.mark.browser

WORDS = {
    "zh-hans": {
        "why": "为什么",
        "question": "为什么得到这些积分？",
        "held": "下单前等级",
        "rounded": "整单一次向下取整",
        "search": "手机尾号、姓名、拼音、会员号",
        "forbidden": "你的角色不能打开此页",
        "right": "管理团队",
        "next": "再消费",
    },
    "en": {
        "why": "Why?",
        "question": "Why were these points earned?",
        "held": "Tier before the order",
        "rounded": "rounded down once for the whole order",
        "search": "Last four of the phone, name, pinyin, id",
        "forbidden": "Your role may not open this page",
        "right": "manage the team",
        "next": "Spend",
    },
}
BOTH_WAYS = pytest.mark.parametrize(
    ("width", "language"), [(1440, "zh-hans"), (1440, "en"), (390, "zh-hans"), (390, "en")]
)


@BOTH_WAYS
def test_find_a_member_and_read_why(window, site, width, language):
    words, desk = WORDS[language], window(width, language)
    page = desk.page

    desk.open("/overview")
    page.keyboard.press("/")
    page.wait_for_url("**/members?find")
    assert page.evaluate("document.activeElement.name") == "q"
    page.get_by_placeholder(words["search"]).fill("0001")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="林**").click()
    page.wait_for_url(f"**/members/{site.member}")
    desk.check()
    assert words["next"] in page.get_by_test_id("next-step").inner_text()

    earned = page.locator("li.order", has=page.locator(".plus")).first
    earned.get_by_role("link", name=words["why"]).click()
    drawer = page.locator("#drawer")
    drawer.get_by_text(words["question"]).wait_for()

    steps = drawer.get_by_test_id("steps").inner_text()
    assert words["held"] in steps
    assert words["rounded"] in steps
    assert "grocer v1" in drawer.inner_text()
    page.keyboard.press("Escape")
    assert not drawer.is_visible()


@BOTH_WAYS
def test_every_page_fits_and_is_named(window, site, width, language):
    desk = window(width, language)
    member = f"/members/{site.member}"

    for path in (
        "/overview",
        "/members",
        "/members?status=exited",
        member,
        f"{member}/entries",
        f"{member}/lots",
        f"{member}/tiers",
        f"{member}/orders",
        f"{member}/behaviours",
        f"{member}/adjust",
        f"{member}/redeem",
        f"{member}/hold",
        f"{member}/tier",
        f"{member}/behaviour",
        f"{member}/profile",
        "/members/duplicates",
        "/imports",
        "/organisation",
        "/tiers",
        "/ledger",
        "/adjustments",
        "/programs",
        "/programs/grocer/1?view=source",
        "/programs/publish",
        "/cart",
        "/coupons",
        "/coupons/new",
        "/coupons/new?kind=packet",
        "/coupons/ten-off",
        "/coupons/ten-off/send",
        f"{member}/coupons",
        f"{member}/coupon",
        "/benefits",
        "/benefits/new",
        "/benefits/file",
        "/benefits/sheet",
        f"{member}/benefits",
        "/requests",
        "/mall",
        "/mall/new",
        "/mall/orders",
        "/mall/suppliers",
        "/plans",
        "/plans/new",
        "/activation-codes",
        "/subscriptions",
        f"{member}/plans",
        "/sandbox/inbox",
        "/tills",
        "/clock",
        "/ledger-check",
        "/keys",
        "/approvals",
        "/approvals?state=all",
        "/staff",
        "/jobs",
        "/audit",
        "/nowhere",
    ):
        desk.open(path)
        assert desk.page.evaluate(UNNAMED) == [], path
        assert desk.page.evaluate(FAINT) == [], path


@BOTH_WAYS
def test_the_log_in_page_fits_and_tells_a_failure(window, width, language):
    desk = window(width, language, role=None)
    desk.open("/login")

    desk.page.fill("#email", "nobody@example.com")
    desk.page.fill("#password", "no")
    desk.page.click("button.primary")

    desk.page.get_by_role("alert").wait_for()
    desk.check()
    desk.allowed.add(401)


@BOTH_WAYS
def test_who_lacks_the_right_is_told_which(window, width, language):
    desk = window(width, language, role="service")

    desk.open("/staff")

    told = desk.page.get_by_test_id("forbidden").inner_text()
    assert WORDS[language]["forbidden"] in told
    assert WORDS[language]["right"] in told
    assert "req_" in told
    menu = set(desk.page.locator(".menu a").evaluate_all("(all) => all.map((one) => one.getAttribute('href'))"))
    assert menu > {
        "/overview",
        "/approvals",
        "/members",
        "/programs",
        "/tiers",
        "/ledger",
        "/coupons",
        "/plans",
        "/mall",
    }
    assert menu.isdisjoint({"/staff", "/tills", "/organisation", "/keys", "/clock", "/imports", "/audit"})


def test_the_charts_are_drawn_and_have_a_table(window):
    desk = window()

    desk.open("/overview")

    assert desk.page.locator("[data-chart] canvas").count() == 3
    card = desk.page.locator("section.card").first
    card.get_by_role("button", name="表格").click()
    assert card.locator("canvas").is_hidden()
    assert "2026-06" in card.locator("table").inner_text()


def test_the_menu_opens_on_a_phone(window):
    desk = window(390)
    desk.open("/overview")
    link = desk.page.locator(".menu").get_by_role("link", name="审计日志")
    assert not link.is_visible()

    desk.page.get_by_role("button", name="菜单").click()
    link.click()

    desk.page.wait_for_url("**/audit")


def test_the_clock_moves_by_a_job_day_by_day(window):
    desk = window()
    desk.open("/clock")

    desk.page.get_by_role("button", name="+ 31 天").click()

    desk.page.get_by_text("时钟已到位").wait_for(timeout=60_000)
    assert desk.page.get_by_test_id("clock").inner_text() == "2026-07-16 10:00:00"


def test_a_faulty_program_is_refused_beside_its_line(window):
    desk = window()
    desk.open("/programs/publish")
    file = desk.page.locator("#program-text")
    file.fill(file.input_value().replace("order.net", "order.nett"))

    desk.page.get_by_role("button", name="检查").click()

    fault = desk.page.locator("li.fault")
    fault.wait_for()
    assert "第 18 行第" in fault.inner_text()
    desk.allowed.add(422)
