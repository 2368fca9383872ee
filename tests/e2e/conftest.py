"""Browser tests: real servers on free ports with their own embedded databases, and the system's Chromium."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.servers import environment, free_port, serving
from tests.e2e.street import Counter, Street
from tests.e2e.windows import Window

SIZES = {1440: 900, 390: 844}


@dataclass(frozen=True)
class Site:
    """A running server: its address, the log-ins that its shop was made with, and where it talks."""

    address: str
    passwords: dict
    member: str
    guest: str
    secrets: dict
    log: Path


@pytest.fixture(scope="session")
def site(open_folder):
    home, port = open_folder / "e2e", free_port()
    home.mkdir()
    made = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("shop.py"))],
        env=environment(home, port),
        stdout=subprocess.PIPE,
        check=True,
    )
    shop = json.loads(made.stdout)
    with serving(home, port) as log:
        yield Site(f"http://127.0.0.1:{port}", shop["passwords"], shop["member"], shop["guest"], shop["secrets"], log)


@pytest.fixture(scope="session")
def chromium():
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "The browser tests need Chromium; `make test-browser` says how to install it."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


_logged_in: dict[tuple[str, str], list] = {}  # the cookies of whoever logged in once, by address and role


@pytest.fixture
def window(chromium, request):
    """Return a function that opens a window of a width, logged in with a role, speaking a language, at a server."""
    opened = []

    def open_window(width=1440, language="zh-hans", role="owner", at=None):
        at = at or request.getfixturevalue("site")
        context = chromium.new_context(viewport={"width": width, "height": SIZES[width]}, locale="zh-CN")
        context.add_cookies([*_logged_in.get((at.address, role), ()), said(language, at)])
        made = Window(context.new_page(), at.address)
        made.watch()
        opened.append(made)
        if role:
            made.open("/login")
            if made.page.locator("#email").count():
                made.page.fill("#email", f"{role}@example.com")
                made.page.fill("#password", at.passwords[role])
                made.press("button.primary")
                _logged_in[at.address, role] = context.cookies()
            switch = f"button[name=language][value={language}]"
            if made.page.locator(switch).count():
                made.press(switch)
        return made

    yield open_window
    for made in opened:
        made.page.context.close()
    assert [made.wrong for made in opened] == [[]] * len(opened)


@pytest.fixture
def phone(chromium, request):
    """Return a function that opens a member's phone; with a secret, one on which the member is logged in."""
    opened = []

    def open_phone(secret="", language="zh-hans", width=390, height=844, at=None, **options):
        at = at or request.getfixturevalue("site")
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)
        device = [{"name": "shuke-member", "value": secret, "url": at.address}] if secret else []
        context.add_cookies([said(language, at), *device])
        made = Window(context.new_page(), at.address, allowed={403, 404, 409, 422})
        made.watch()
        opened.append(made)
        return made

    yield open_phone
    for made in opened:
        made.page.context.close()
    assert [made.wrong for made in opened] == [[]] * len(opened)


def said(language, at):
    """Return the cookie by which a browser says its language."""
    return {"name": "shuke-language", "value": language, "url": at.address}


@pytest.fixture(scope="session")
def street(open_folder):
    with Street.opened(open_folder / "till") as made:
        yield made


@pytest.fixture
def counter(chromium, street):
    """Return a function that opens the till with a clerk logged in."""
    opened = []

    def open_till(width=1280, language="zh-hans", clerk="小王", **options):
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="zh-CN", **options)
        till = {"name": "shuke-till", "value": street.shop["secret"], "url": street.address}
        context.add_cookies([till, said(language, street)])
        page = context.new_page()
        made = Counter(page, street)
        opened.append(context)
        page.on("pageerror", lambda error: made.wrong.append(str(error)))
        page.on("console", lambda line: "Content Security Policy" in line.text and made.wrong.append(line.text))
        page.goto(f"{street.address}/till/log-in")
        id, pin = street.shop["pins"][clerk]
        page.locator("#clerk").select_option(id)
        page.locator("#pin").focus()
        made.type(pin)
        page.wait_for_url(f"{street.address}/till/")
        page.get_by_text("已联网" if language == "zh-hans" else "Connected").wait_for()
        return made

    yield open_till
    for context in opened:
        context.close()
