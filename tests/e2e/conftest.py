"""Browser tests: a real server on a free port with its own embedded database, and the system's Chromium."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
SIZES = {1440: 900, 390: 844}
START_SECONDS = 90


@dataclass(frozen=True)
class Site:
    """A running server: its address, the log-ins that its shop was made with, and where it talks."""

    address: str
    passwords: dict
    member: str
    guest: str
    log: Path


def environment(home, port):
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("SHUKE_", "DJANGO_", "DATABASE_"))
    }
    return plain | {
        "SHUKE_HOME": str(home),
        "SHUKE_BIND": f"127.0.0.1:{port}",
        "SHUKE_ORIGIN": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(ROOT / "src"),
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(home, port):
    """Run `shuke serve` in `home` while the block runs; give the file that it writes to."""
    log = home / "serve.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "shuke.surfaces.cli", "serve"], env=environment(home, port), stdout=out, stderr=out
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/login", server, log)
            yield log
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def wait_for(address, server, log):
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2)  # noqa: S310  # our own loopback address
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"The server did not start:\n{log.read_text()}")


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
        yield Site(f"http://127.0.0.1:{port}", shop["passwords"], shop["member"], shop["guest"], log)


@pytest.fixture(scope="session")
def chromium():
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "The browser tests need Chromium; `make test-browser` says how to install it."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@dataclass
class Window:
    """A browser window that keeps an eye on what must never happen: errors, failures of ours, foreign addresses."""

    page: object
    address: str
    allowed: set = field(default_factory=lambda: {403, 404})  # statuses of pages that are refused on purpose
    seen: list = field(default_factory=list)
    statuses: dict = field(default_factory=dict)

    @property
    def wrong(self):
        """What was seen, without the lines that Chromium writes for each refused page."""
        return [
            (kind, text)
            for kind, text, url in self.seen
            if not (text.startswith("Failed to load resource") and self.statuses.get(url) in self.allowed)
        ]

    def watch(self):
        self.page.on("console", lambda message: message.type == "error" and self._hear(message))
        self.page.on("pageerror", lambda error: self.seen.append(("page", str(error), "")))
        self.page.on("response", self._answered)
        self.page.on("request", lambda request: self._check_host(request.url))

    def _hear(self, message):
        self.seen.append(("console", message.text, message.location["url"]))

    def _answered(self, response):
        self.statuses[response.url] = max(response.status, self.statuses.get(response.url, 0))  # a form, then its page
        if response.status >= 500:
            self.seen.append(("status", response.url, response.url))

    def _check_host(self, url):
        if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).hostname != "127.0.0.1":
            self.seen.append(("foreign", url, url))

    def open(self, path):
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")
        self.check()

    def check(self):
        """Check that nothing sticks out of the window or of its own box."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), self.page.url
        assert self.page.evaluate(OVERFLOWING) == [], self.page.url


# Elements whose text is wider than they are, where nothing scrolls on purpose.
OVERFLOWING = """() => [...document.querySelectorAll('main *')]
  .filter((element) => element.clientWidth && element.scrollWidth > element.clientWidth + 1)
  .filter((element) => !['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(element).overflowX))
  .filter((element) => !element.closest('.scroll, .code, .unseen') && getComputedStyle(element).display !== 'inline')
  .map((element) => element.tagName + '.' + element.className + ': ' + element.textContent.trim().slice(0, 60))"""


@pytest.fixture
def window(chromium, site):
    """Return a function that opens a window of a width, logged in with a role, speaking a language."""
    opened = []

    def open_window(width=1440, language="zh-hans", role="owner"):
        context = chromium.new_context(viewport={"width": width, "height": SIZES[width]}, locale="zh-CN")
        context.add_cookies([{"name": "shuke-language", "value": language, "url": site.address}])
        made = Window(context.new_page(), site.address)
        made.watch()
        opened.append(made)
        if role:
            made.open("/login")
            made.page.fill("#email", f"{role}@example.com")
            made.page.fill("#password", site.passwords[role])
            made.page.click("button.primary")
            made.page.wait_for_load_state("networkidle")
            switch = made.page.locator(f"button[name=language][value={language}]")
            if switch.count():
                switch.click()
                made.page.wait_for_load_state("networkidle")
        return made

    yield open_window
    for made in opened:
        made.page.context.close()
    assert [made.wrong for made in opened] == [[]] * len(opened)
