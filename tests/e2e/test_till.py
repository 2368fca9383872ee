"""The till as clerks use it: by keys alone, with a server that dies and a network that goes away."""

import pytest

from tests.e2e.looks import FAINT, OVERFLOWING, UNNAMED, barriers

pytestmark = pytest.mark.browser


def test_fifty_sales_by_keys_alone(counter, street):
    till, codes = counter(), street.codes()
    sold = int(till.report().get("销售", 0))

    for place in [street.regular() for _ in range(50)]:
        till.type(codes[place])
        till.type("86.00")
        till.press("F2")
        till.press("Enter")
        till.shown("change", "1,280 → 877")
        till.page.get_by_test_id("banner").get_by_text("实收 ¥81.00").wait_for()
        assert len(till.page.get_by_test_id("number").inner_text()) == 14
        assert till.page.evaluate("document.activeElement.id") == "scan"

    assert int(till.report()["销售"]) == sold + 50
    assert till.wrong == []


@pytest.mark.parametrize("reached", [True, False], ids=["it was done", "it was not done"])
def test_a_server_killed_between_submit_and_answer_leaves_one_sale(counter, street, reached):
    till, place = counter(service_workers="block"), street.regular()
    sold = int(till.report().get("销售", 0))
    lost = []

    def lose(route):
        if lost:
            route.continue_()
            return
        lost.append(route.request.post_data_json)
        if reached:
            assert route.fetch().status == 200
        street.kill()
        route.abort()

    till.page.route("**/till/sell", lose)
    till.type(street.codes()[place])
    till.type("86.00")
    till.press("F2")
    till.press("Enter")
    till.banner("正在自动重发")
    assert [entry["key"] for entry in till.queue()] == [lost[0]["key"]]
    street.start()

    till.shown("change", "1,280 → 877")
    assert till.page.get_by_test_id("number").inner_text() == lost[0]["key"]
    assert till.queue() == []
    assert int(till.report()["销售"]) == sold + 1
    assert till.balance(place) == "877"
    assert till.wrong == []


def test_a_sale_that_lifts_a_member_says_so_and_a_used_or_old_code_is_red(counter, street):
    till, code = counter(), street.codes()[0]
    till.type(code)
    till.type("86")
    till.press("Enter")
    till.banner("升级金卡")
    till.shown("change", "900 → 1,003")

    till.type(code)

    till.banner("已被使用")
    assert till.page.get_by_test_id("banner").get_attribute("class") == "banner-bad"
    till.type(street.shop["members"][0])
    till.type("100")
    till.press("Enter")
    till.shown("change", "1,003 → 1,153")


def test_what_is_sold_without_network_waits_in_the_browser_and_counts_once(counter, street):
    till, place = counter(), street.regular()
    sold, offline = int(till.report().get("销售", 0)), till.page.context
    till.page.evaluate("navigator.serviceWorker.ready")
    till.page.reload()  # now the worker has the page
    till.page.get_by_text("已联网").wait_for()
    code = street.codes()[place]
    offline.set_offline(True)
    till.page.reload()
    till.page.get_by_text("无网络").first.wait_for()
    assert till.page.get_by_text("南京路店").count() == 1

    till.type(code)
    till.type("86.00")
    till.press("F2")
    till.banner("不能使用积分")
    till.press("Enter")
    till.banner("联网后自动补传")
    (entry,) = till.queue()
    till.page.reload()
    assert till.queue() == [entry]
    offline.set_offline(False)

    till.banner("已补传")
    till.shown("change", "1,280 → 1,383")
    assert till.queue() == []
    for _ in range(10):  # as if the browser had lost each answer
        till.page.evaluate("async (entry) => { await keeping.put('queue', entry); await sending.flush(); }", entry)
    assert till.queue() == []
    assert int(till.report()["销售"]) == sold + 1
    assert till.balance(place) == "1,383"
    assert till.wrong == []


def test_the_coupon_that_saves_is_proposed_and_who_leaves_it_out_says_why(counter, street):
    till = counter()
    till.type(street.codes()[-1])
    till.type("86.00")
    till.shown("pay", "¥76.00")
    till.press("F3")
    till.press("Space")
    till.page.get_by_label("原因").wait_for()
    till.type("顾客想留到下次")
    till.shown("pay", "¥86.00")
    till.clear()
    till.type(street.shop["members"][-1])
    till.type("86.00")
    till.shown("pay", "¥76.00")
    till.press("Enter")

    till.banner("实收 ¥76.00")
    till.shown("change", "1,280 → 1,371")
    assert till.wrong == []


def test_an_amount_is_read_with_a_chinese_keyboard_left_on_and_told_when_it_is_none(counter, street):
    till = counter()
    till.type("１２。５＊３")
    till.shown("pay", "¥37.50")
    for wrong in ("86.005", "0", "12,50", "-5", "10*1001"):
        till.type(wrong)
        till.banner("金额有误：须大于 0，最多 2 位小数")
        till.shown("pay", "¥37.50")
    assert till.wrong == []


def test_goods_are_scanned_with_their_price_and_known_the_next_time(counter, street):
    till = counter()
    till.type("6901234567892")
    till.type("12.50*2")
    till.type("#cup")
    till.type("8")
    till.shown("pay", "¥33.00")
    till.press("Enter")
    till.banner("实收 ¥33.00")
    till.type("6901234567892")
    till.page.get_by_text("按 Enter 为 ¥12.50").wait_for()
    till.press("Enter")
    till.shown("pay", "¥12.50")
    assert "6901234567892" in till.page.locator("#trade").inner_text()
    till.press("Enter")
    till.banner("实收 ¥12.50")
    assert till.wrong == []


def test_who_steps_back_from_a_top_up_types_on_where_the_sale_is(counter, street):
    till = counter()
    till.type(street.shop["members"][street.regular()])
    till.page.get_by_test_id("member-name").wait_for()
    till.press("F10")
    till.type("500")
    till.page.get_by_test_id("take").wait_for()
    till.press("Escape")
    till.page.locator("#dialog").wait_for(state="hidden")
    till.type("33")
    till.shown("pay", "¥33.00")
    assert till.wrong == []


def test_a_category_is_typed_behind_the_price_and_known_with_the_article(counter, street):
    till = counter()
    till.type("#latte")
    till.type("28 COFFEE")
    till.type("+5*2 蛋糕")
    till.shown("pay", "¥38.00")
    assert till.page.locator("#trade .rows span:first-child").all_inner_texts() == ["latte · COFFEE", "蛋糕 × 2"]
    till.type("28.005 COFFEE")
    till.banner("金额有误")
    till.type("28 *3")
    till.banner("不是会员")
    till.press("Enter")
    till.banner("实收 ¥38.00")
    till.type("#latte")
    till.page.get_by_text("按 Enter 为 ¥28.00").wait_for()
    till.press("Enter")
    till.page.get_by_text("latte · COFFEE").wait_for()
    till.press("Enter")
    till.banner("实收 ¥28.00")
    assert till.wrong == []


def test_who_goes_away_while_a_price_is_on_its_way_leaves_nothing(counter, street):
    till = counter()
    held = []

    def hold(route):
        held.append(route)

    till.page.route("**/till/price", hold, times=1)
    till.type("86.00")
    while not held:
        till.page.wait_for_timeout(50)
    till.press("Escape")
    till.press("Escape")
    with till.page.expect_response("**/till/price"):
        held[0].continue_()
    till.type("8")
    till.shown("pay", "¥8.00")
    till.press("Enter")
    till.banner("实收 ¥8.00")
    assert till.wrong == []


def test_an_article_or_coupon_of_who_went_away_is_not_the_next_ones(counter, street):
    till = counter()
    till.type("#cup")
    till.page.get_by_text("cup").first.wait_for()
    till.press("Escape")
    till.press("Escape")
    till.type("8")
    till.shown("pay", "¥8.00")
    assert "cup" not in till.page.locator("#trade").inner_text()
    till.clear()

    till.page.evaluate("sale.coupons = ['SPRING2026']; scan.focus()")  # as a scanned coupon is kept for its sale
    till.press("Escape")
    till.press("Escape")
    assert till.page.evaluate("sale.coupons") is None
    assert till.wrong == []


def test_the_next_customer_is_typed_in_after_a_dialog_of_two_steps_was_left(counter, street):
    till = counter()
    till.type("/0002")
    till.shown("member-name", "周*")
    till.press("F10")
    till.page.get_by_test_id("top-up-amount").wait_for()
    till.type("200")
    till.shown("take", "¥200.00")
    till.press("Escape")
    till.page.locator("#dialog").wait_for(state="hidden")
    till.clear()

    till.type("8")

    till.shown("pay", "¥8.00")
    till.clear()
    assert till.wrong == []


def test_a_fault_of_the_page_stops_what_was_asked_and_nothing_after_it(counter, street):
    till = counter()
    till.page.evaluate("then(() => null.fault).catch(() => {})")
    till.banner("请重试")

    till.type("8")

    till.shown("pay", "¥8.00")
    till.clear()
    assert till.wrong == []


def test_what_a_phone_tops_up_is_spent_at_the_till(counter, street, chromium):
    till, place = counter(), street.regular()
    phone = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    cookies = {"shuke-member": street.shop["secrets"][place], "shuke-language": "zh-hans"}
    phone.add_cookies([{"name": name, "value": value, "url": street.address} for name, value in cookies.items()])
    page = phone.new_page()
    page.goto(f"{street.address}/m/value/top-up")
    page.get_by_role("button", name="¥200.00").click()
    page.get_by_test_id("bonus").get_by_text("¥20.00").wait_for()
    for name, role in (("付款", "button"), ("付款", "link"), ("付款", "button"), ("查看我的储值", "link")):
        page.get_by_role(role, name=name, exact=True).click()
    page.get_by_test_id("held").get_by_text("¥220.00").wait_for()

    till.type(street.codes()[place])
    till.shown("value", "¥220.00")
    till.type("86.00")
    till.press("F7")
    till.shown("pay", "¥0.00")
    till.press("Enter")
    till.page.get_by_test_id("by-value").get_by_text("¥86.00 · 余额 ¥134.00").wait_for()
    till.type(street.shop["members"][place])
    till.shown("value", "¥134.00")
    till.press("F10")
    till.type("50")
    till.shown("take", "¥50.00")
    till.press("Enter")
    till.shown("value", "¥184.00")
    page.reload()
    page.get_by_test_id("held").get_by_text("¥184.00").wait_for()
    phone.close()
    assert till.wrong == []


def test_a_sale_is_parked_and_fetched_and_esc_twice_clears(counter, street):
    till = counter()
    till.type("/0002")
    till.shown("member-name", "周*")
    till.type("12.50")
    till.type("+7.50")
    till.shown("pay", "¥20.00")
    till.press("F9")
    till.banner("已挂单")
    till.press("F9")
    till.press("Enter")
    till.shown("pay", "¥20.00")
    till.shown("member-name", "周*")

    till.clear()

    assert till.page.locator("#parked-count").inner_text() == "0"


def test_a_customer_agrees_on_their_own_screen_and_joins(counter, street):
    till = counter()
    screen = till.page.context.new_page()
    screen.goto(f"{street.address}/till/customer")
    till.page.bring_to_front()
    till.press("F4")
    till.page.locator("[name=phone]").wait_for()
    till.page.keyboard.type("13900000009")
    boxes = till.page.locator("dialog input[type=checkbox]")
    assert [boxes.nth(at).is_checked() for at in range(2)] == [False, False]
    assert screen.locator("input:checked").count() == 0
    screen.locator("input").first.check()
    screen.get_by_role("button", name="同意").click()
    till.page.wait_for_function("document.querySelector('dialog [name=agreed]').checked")
    assert [boxes.nth(at).is_checked() for at in range(2)] == [True, False]

    till.press("Enter")

    till.page.get_by_text("139****0009").wait_for()
    till.type("30")
    till.press("Enter")
    till.shown("change", "0 → 30")
    screen.get_by_text("谢谢惠顾").wait_for()


def test_handing_over_tells_the_shift_and_the_next_clerk_begins(counter, street):
    till = counter(clerk="小李")
    till.type("5")
    till.shown("pay", "¥5.00")
    till.press("Enter")
    till.banner("实收 ¥5.00")
    till.page.get_by_role("button", name="班次").focus()
    till.press("Enter")
    till.page.get_by_test_id("report").wait_for()
    till.page.get_by_role("button", name="交班").focus()
    till.press("Enter")
    till.page.get_by_role("link", name="关闭").wait_for()
    assert "¥5.00" in till.page.get_by_test_id("report").inner_text()
    till.press("Enter")
    till.page.get_by_label("当班店员").wait_for()


@pytest.mark.parametrize(
    ("width", "language"), [(1280, "zh-hans"), (1280, "en"), (1024, "zh-hans"), (1024, "en"), (390, "en")]
)
def test_every_screen_fits_and_can_be_read(counter, street, width, language):
    till = counter(width, language)
    page = till.page

    def check():
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
        assert page.evaluate(OVERFLOWING) == []
        assert page.evaluate(UNNAMED) == []
        assert page.evaluate(FAINT) == []
        assert barriers(page) == []

    check()
    till.page.fill("#scan", "/0002")
    till.press("Enter")
    page.get_by_test_id("member-name").wait_for()
    page.fill("#scan", "236.00")
    till.press("Enter")
    page.get_by_test_id("points").wait_for()
    check()
    for key in ("?", "F4", "F6", "F8"):
        till.press(key)
        page.locator("dialog[open]").wait_for()
        check()
        till.press("Escape")
    for name in ("queue", "parked", "shift"):
        page.locator(f"[data-do={name}]").first.focus()
        till.press("Enter")
        page.locator("dialog[open]").wait_for()
        check()
        till.press("Escape")
    page.goto(f"{street.address}/till/customer")
    page.locator("#code").wait_for()
    check()
    page.goto(f"{street.address}/till/log-in")
    check()
