"""A paid year in minutes: bought on the phone, told, not paid, kept, gone; points and tier end on their days as well."""

import pytest

from tests.e2e.street import Street

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def year(open_folder):
    """A street of its own, for its clock goes on by a year and a half."""
    with Street.opened(open_folder / "year") as made:
        yield made


def buy(held, later):
    """Buy the yearly card, which is to go on by itself; the sandbox pays now, and later does as it is told."""
    page = held.page
    held.open("/m/plans")
    page.get_by_label("到期自动续费").check()
    page.get_by_role("button", name="¥120.00").click()
    page.get_by_role("link", name="付款").click()
    page.get_by_role("radio", name=later, exact=True).check()
    page.get_by_role("button", name="付款", exact=True).click()
    page.get_by_role("link", name="查看我的方案").click()
    page.wait_for_url("**/m/plans")
    held.check()


def plan(held):
    """Return what the phone says of the member's plan: its state, and until when."""
    held.open("/m/plans")
    first = held.page.locator("main .block").first
    return [*first.locator(".block-head").inner_text().split("\n"), first.locator("dd").first.inner_text()]


def has_delivery(held):
    held.open("/m/tiers")
    return held.page.get_by_test_id("benefits").get_by_text("免邮").count() == 1


def move(desk, day):
    """Send the test clock to noon of a day, and wait until it is there."""
    desk.open("/clock")
    desk.page.locator("#to").fill(f"{day}T12:00")
    desk.page.get_by_role("button", name="拨动时钟").click()
    desk.page.get_by_test_id("clock").get_by_text(f"{day} 12:00:00").wait_for(timeout=120_000)
    desk.page.get_by_text("时钟已到位").wait_for(timeout=120_000)


def told(desk):
    """Return what the member was told of the plan, latest first."""
    desk.open("/sandbox/inbox")
    return [text for text in desk.page.get_by_test_id("message").all_inner_texts() if "熟客卡" in text]


def warned(desk, member):
    """Return what a member was told of a tier that will fall."""
    desk.open("/sandbox/inbox")
    rows = desk.page.locator("tbody tr").filter(has=desk.page.locator(f"a[href='/members/{member}']"))
    return [text for text in rows.get_by_test_id("message").all_inner_texts() if "将降为" in text]


def subscription(desk, member):
    """Open the subscription of a member at the desk."""
    desk.open(f"/members/{member}/plans")
    desk.page.locator("a[href^='/subscriptions/']").first.click()
    desk.page.wait_for_url("**/subscriptions/sub_*")
    desk.check()


def test_a_paid_year_ends_as_it_was_told(window, phone, year):
    place, other = year.regular(), year.regular()
    desk = window(at=year)
    held, second = (phone(year.shop["secrets"][each], at=year) for each in (place, other))

    buy(held, later="扣款失败")
    assert plan(held) == ["熟客卡", "有效", "2027-06-14"]
    assert has_delivery(held)
    buy(second, later="扣款成功")
    second.page.get_by_role("link", name="取消与退款").click()
    assert second.page.get_by_test_id("refund").inner_text() == "¥120.00"
    second.page.get_by_role("button", name="立即取消").click()
    second.page.wait_for_url("**/m/plans")
    assert second.page.get_by_role("link", name="取消与退款").count() == 0
    assert not has_delivery(second)
    subscription(desk, year.shop["members"][other])
    assert desk.page.get_by_text("−¥120.00").count() == 1

    move(desk, "2027-05-16")
    assert told(desk) == [
        "您的「熟客卡」可用至 2027 年 6 月 14 日，之后自动续费 ¥120.00。不需要的话，可随时在会员页关闭续费。"
    ]
    move(desk, "2027-06-17")
    assert plan(held) == ["熟客卡", "待续费", "2027-06-14"]
    assert has_delivery(held)
    move(desk, "2027-06-21")
    assert plan(held) == ["熟客卡", "宽限中", "2027-06-26"]
    move(desk, "2027-06-28")
    held.open("/m/plans")
    assert held.page.get_by_role("button", name="¥120.00").count() == 1  # nothing is left but to buy it again
    assert not has_delivery(held)

    messages = told(desk)
    assert [
        len([each for each in messages if part in each])
        for part in ("自动续费", "再次尝试", "不会再次扣款", "权益保留至 2027 年 6 月 26 日", "已失效")
    ] == [2, 2, 1, 1, 1]
    assert len(messages) == 7
    subscription(desk, year.shop["members"][place])
    rows = [row.split("\t") for row in desk.page.locator("table").nth(2).locator("tbody tr").all_inner_texts()]
    assert [(row[0].strip()[:10], row[2].split()[0]) for row in rows] == [
        ("2026-06-15", "待付款"),
        ("2026-06-15", "有效"),
        ("2027-06-15", "待续费"),
        ("2027-06-20", "宽限中"),
        ("2027-06-27", "已失效"),
    ]

    held.open("/m/points/lots")
    assert "2027-06-30" in held.page.locator("main").inner_text()
    held.open("/m/")
    assert held.page.get_by_test_id("available").inner_text() == "1,280"
    move(desk, "2027-07-01")
    held.open("/m/")
    assert held.page.get_by_test_id("available").inner_text() == "0"
    held.open("/m/points")
    assert held.page.locator(".amount").first.inner_text().startswith("−1,280\n")

    owner = year.shop["members"][place]
    assert warned(desk, owner) == []
    move(desk, "2027-12-02")
    assert warned(desk, owner) == [
        "您的「银卡」等级有效期至 2027 年 12 月 31 日，之后将降为「普通会员」。在此之前再消费 ¥1,000.00 即可保级。"
    ]
    held.open("/m/tiers")
    assert "2027-12-31 到期后将降为普通" in held.page.locator("main").inner_text()
    move(desk, "2028-01-01")
    held.open("/m/tiers")
    assert held.page.locator(".face .brand").inner_text() == "普通会员"
    assert len(warned(desk, owner)) == 1
