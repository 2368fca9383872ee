"""The first run in the browser, with the token that the server prints."""

import re

import pytest

from tests.e2e.servers import free_port, serving
from tests.e2e.windows import Window

pytestmark = pytest.mark.browser


def test_the_shop_is_made_once_with_the_token_of_the_terminal(chromium, open_folder):
    home, port = open_folder / "first", free_port()
    home.mkdir()
    with serving(home, port) as log:
        address = re.search(r"http://127\.0\.0\.1:\d+/setup\?token=\S+", log.read_text())[0]
        window = Window(
            chromium.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN"), f"http://127.0.0.1:{port}"
        )
        window.watch()
        page = window.page

        window.open(address.removeprefix(window.address))
        page.fill("#id_name", "南京路咖啡")
        page.fill("#id_email", "boss@example.com")
        page.click("button.primary")
        password = page.locator("#password").inner_text()
        page.get_by_role("link", name="前往登录").click()
        page.fill("#email", "boss@example.com")
        page.fill("#password", password)
        page.click("button.primary")
        page.wait_for_url("**/overview")

        assert page.get_by_text("还没有发布会员计划").is_visible()
        assert page.locator(".environment").inner_text() == "正式"
        page.goto(f"{window.address}/setup")
        assert page.url.endswith("/overview")
        assert window.wrong == []
        page.close()
