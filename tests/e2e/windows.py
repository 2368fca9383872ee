"""A browser window that watches what a test does not look at."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.e2e.looks import OVERFLOWING, barriers


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
        self.check()

    def press(self, selector):
        """Press what leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            self.page.locator(selector).click()

    def check(self):
        """Check that nothing sticks out of the window or of its own box, and that nothing keeps anybody out."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), self.page.url
        assert self.page.evaluate(OVERFLOWING) == [], self.page.url
        assert barriers(self.page) == [], self.page.url
