"""What members do on their phones: join in a store, show a code, redeem the last piece, and end a session elsewhere."""

import gzip
import io
import re

import pytest
import zxingcpp
from PIL import Image

from tests.e2e.looks import FAINT, OVERFLOWING, SMALL, UNNAMED

pytestmark = pytest.mark.browser

MEMBER, OTHER, THIRD, NEW, LOCKED = "13800000001", "13800000002", "13800000003", "+8613922220001", "+8613922220002"
PAGES = [
    "/m/",
    "/m/card",
    "/m/points",
    "/m/points/lots",
    "/m/points/1/1",
    "/m/tiers",
    "/m/coupons",
    "/m/gifts/nothing",
    "/m/mall",
    "/m/mall/tea",
    "/m/mall/tea/redeem",
    "/m/mall/orders",
    "/m/me",
    "/m/me/profile",
    "/m/me/phone",
    "/m/me/leave",
    "/m/me/consents",
    "/m/me/devices",
    "/m/offline",
    "/m/nothing",
]


def code_sent(window, phone):
    """Read the last code for a phone in the sandbox inbox, as whoever runs a sandbox does."""
    desk = window(1440, "zh-hans")
    desk.open("/sandbox/inbox")
    row = desk.page.locator("tr", has_text=phone[-4:]).first
    return re.search(r"\d{6}", row.get_by_test_id("message").inner_text())[0]


def log_in(held, window, number):
    page = held.page
    held.open("/m/login")
    page.fill("#phone", number)
    page.click("button[name=ask]")
    page.locator("#phone-note .good").wait_for()
    page.fill("#code", code_sent(window, number))
    page.click("button.primary")
    page.wait_for_url("**/m/")


def test_join_by_the_poster_of_a_store(window, phone):
    desk = window(1440, "zh-hans")
    desk.open("/organisation")
    desk.page.get_by_role("link", name="二维码海报").first.click()
    desk.page.wait_for_url("**/organisation/poster/nanjinglu")
    address = desk.page.locator(".poster .mono").inner_text()
    assert address == f"{desk.address}/j/nanjinglu"
    assert desk.page.locator(".poster .qr svg path").count() == 1

    held = phone()
    page = held.page
    held.open("/j/nanjinglu")
    page.fill("#phone", NEW)  # 1
    page.click("button[name=ask]")
    page.locator("#phone-note .good").wait_for()
    assert page.locator("input[type=checkbox]:checked").count() == 0
    page.fill("#code", code_sent(window, NEW))  # 2
    page.click("button.primary")
    page.locator("#service-note").wait_for()
    assert page.locator("#service-note").inner_text() == "请先勾选「服务必需」，才能入会。"
    page.check("input[name=service]")  # 3
    page.click("button.primary")  # 4
    page.wait_for_url("**/m/")
    held.check()

    assert page.get_by_test_id("available").inner_text() == "50"
    box = page.locator("figure:not([hidden]) [data-testid=code]").bounding_box()
    assert box["y"] + box["height"] < 844  # without scrolling
    held.open("/m/points")
    assert page.locator(".amount.plus").first.inner_text().startswith("+50")
    held.open("/m/coupons")
    assert page.locator(".coupon strong").all_inner_texts() == ["满 50 减 10", "新人 5 元券"]  # one to take, and theirs
    held.open("/m/me/consents")
    assert page.locator("[role=switch][aria-checked=false]").count() == 2

    desk.open("/members?status=active")
    desk.page.locator("table a[href*='/members/mbr_']").first.click()
    desk.page.get_by_role("link", name="资料与变更").click()
    joining = desk.page.get_by_test_id("joining").inner_text()
    assert re.search(r"渠道\s+门店二维码", joining)
    assert re.search(r"门店\s+南京路店", joining)
    assert re.search(r"营销短信\s+不同意", joining)


def test_the_sixth_wrong_code_locks(phone, window):
    held = phone()
    page = held.page
    held.open("/m/login")
    page.fill("#phone", LOCKED)
    page.click("button[name=ask]")
    page.locator("#phone-note .good").wait_for()
    right = code_sent(window, LOCKED)
    told = []
    for _ in range(6):
        page.fill("#phone", LOCKED)
        page.fill("#code", f"{(int(right) + 1) % 10**6:06d}")
        page.click("button.primary")
        page.locator("#phone-note .wrong").wait_for()
        told.append(page.locator("#phone-note").inner_text())
    assert told[:5] == ["验证码错误或已失效，请输入最新的验证码，或重新获取。"] * 5
    assert told[5] == "错误次数过多，请 15 分钟后再试。"
    page.fill("#code", right)
    page.click("button.primary")
    page.wait_for_load_state("networkidle")
    assert page.locator("#phone-note").inner_text() == told[5]


def test_a_session_is_ended_on_another_device(phone, window, site):
    first, second = phone(site.secrets[OTHER]), phone(user_agent="Mozilla/5.0 (Linux; Android 15) Chrome/140")
    page = second.page
    log_in(second, window, f"+86{OTHER}")
    third = phone()
    third.open("/m/login")
    third.page.fill("#phone", f"+86{OTHER}")
    third.page.click("button[name=ask]")
    third.page.get_by_text("获取验证码过于频繁，请稍后再试。").wait_for()  # a code a minute

    first.open("/m/me/devices")
    row = first.page.locator("li", has_text="Android · Chrome")
    with first.page.expect_navigation():
        row.get_by_role("button", name="退出登录").click()
    assert first.page.locator("li", has_text="Android · Chrome").count() == 0
    second.open("/m/points")
    assert page.url == f"{second.address}/m/login?next=%2Fm%2Fpoints"


def available(held):
    held.open("/m/")
    return int(held.page.get_by_test_id("available").inner_text().replace(",", ""))


def race_for(code, holders):
    """Let two phones press at once for the same last piece; return whose it is, as the place of the phone."""
    for held in holders:
        held.open(f"/m/mall/{code}/redeem")
    for held in holders:  # both are on their way before either is answered
        held.page.evaluate("setTimeout(() => document.querySelector('form.door button').click(), 50)")
    for held in holders:
        held.page.wait_for_selector("[data-testid=state], [data-testid=failure]")
    done = [held.page.get_by_test_id("state").count() for held in holders]
    assert sorted(done) == [0, 1], code
    assert holders[done.index(0)].page.get_by_test_id("failure").inner_text() == "已兑完"
    return done.index(1)


def orders_of(held):
    held.open("/m/mall/orders")
    return held.page.locator(".rows li").count()


def test_two_phones_and_one_last_piece(phone, site):
    holders = [phone(site.secrets[MEMBER]), phone(site.secrets[OTHER])]
    before = [available(held) for held in holders]

    winners = [race_for(f"cup-{number:02d}", holders) for number in range(1, 21)]

    won = [winners.count(0), winners.count(1)]
    assert [available(held) for held in holders] == [before[place] - 10 * won[place] for place in (0, 1)]
    assert sum(orders_of(held) for held in holders) == 20


def test_two_phones_of_one_member_and_one_last_piece(phone, site):
    holders = [phone(site.secrets[THIRD]) for _ in range(2)]
    before = available(holders[0])

    for number in range(21, 26):
        race_for(f"cup-{number}", holders)

    assert [available(held) for held in holders] == [before - 50] * 2
    assert [orders_of(held) for held in holders] == [5, 5]


def test_redeem_in_four_taps_and_have_it_back(phone, site):
    held = phone(site.secrets[MEMBER])
    page = held.page
    held.open("/m/")
    before = page.get_by_test_id("available").inner_text()
    page.locator(".tabs").get_by_role("link", name="积分商城").click()  # 1
    page.get_by_role("link", name="龙井一罐").click()  # 2
    page.get_by_role("link", name="兑换", exact=True).click()  # 3
    page.get_by_role("button", name="确认兑换").click()  # 4
    page.get_by_test_id("state").wait_for()
    held.check()
    assert page.get_by_test_id("state").inner_text().strip() == "待自提"
    assert page.get_by_test_id("pickup-code").inner_text()
    page.get_by_role("button", name="取消兑换，积分退回").click()
    page.wait_for_load_state("networkidle")
    held.open("/m/")
    assert page.get_by_test_id("available").inner_text() == before


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_fits_is_named_and_can_be_touched(phone, site, language):
    held = phone(site.secrets[MEMBER], language)
    for path in PAGES:
        held.open(path)
        assert held.page.evaluate(SMALL) == [], path
        assert held.page.evaluate(UNNAMED) == [], path
        assert held.page.evaluate(FAINT) == [], path
    narrow = phone(site.secrets[MEMBER], language, 320, 640)
    for path in PAGES:
        narrow.page.goto(narrow.address + path)
        narrow.page.evaluate("document.documentElement.style.fontSize = '200%'")  # the reader's own setting
        assert narrow.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert narrow.page.evaluate(OVERFLOWING) == [], path


def read_off(page):
    """Return what a scanner reads off the screen, by the kind of code."""
    picture = Image.open(io.BytesIO(page.locator(".plate").first.screenshot()))
    return {str(found.format): found.text for found in zxingcpp.read_barcodes(picture)}


def test_a_scanner_reads_both_codes_off_the_screen(phone, site):
    held = phone(site.secrets[OTHER])
    page = held.page
    for path in ("/m/", "/m/card"):
        held.open(path)
        digits = page.locator("figure:not([hidden]) [data-testid=code]").inner_text().replace(" ", "")
        assert read_off(page) == {"QR Code": digits, "Code 128": digits}
    assert page.locator("figure:not([hidden]) .bars svg").bounding_box()["width"] == 308  # two pixels a bar
    held.open("/m/coupons")
    page.get_by_role("button", name="领取", exact=True).last.click()
    page.locator("a.coupon").first.click()
    code = page.get_by_test_id("coupon-code").inner_text()
    assert read_off(page) == {"QR Code": code, "Code 128": code}


def test_the_card_works_without_a_network(phone, site):
    held = phone(site.secrets[MEMBER])
    page = held.page
    held.open("/m/")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    with page.expect_response("**/m/codes"):
        page.evaluate("htmx.trigger('#codes', 'turned')")
    shown = page.locator("figure:not([hidden]) [data-testid=code]").inner_text()
    held.page.context.set_offline(True)
    page.goto(held.address + "/m/")
    page.locator("figure:not([hidden]) [data-testid=code]").wait_for()
    digits = page.locator("figure [data-testid=code]").all_inner_texts()
    assert page.locator("figure:not([hidden])").count() == 1
    assert shown in page.locator("figure [data-testid=code]").all_text_contents()
    assert len(digits) == 10
    held.page.context.set_offline(False)
    held.seen.clear()  # Chromium writes a line for what it could not fetch


def test_the_first_page_needs_few_scripts(phone, site):
    """What is fetched of scripts, compressed; how quick it is on a slow phone is measured by `benchmarks.browser`."""
    held, scripts = phone(site.secrets[MEMBER], service_workers="block"), []
    held.page.on("response", lambda answer: answer.url.split("?")[0].endswith(".js") and scripts.append(answer))
    held.open("/m/")
    held.page.wait_for_load_state("networkidle")
    assert 0 < sum(len(gzip.compress(answer.body())) for answer in scripts) <= 150 * 1024
