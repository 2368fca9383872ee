"""A street of shops with its server, which can be killed and started again, and the keys of a clerk at its till."""

import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.servers import environment, free_port, wait_for

KEY_MILLISECONDS = 20
PATIENCE = 15_000
SHOP = Path(__file__).with_name("till_shop.py")


@dataclass
class Street:
    """The shop of `till_shop.py` and its server, which can be killed and started again."""

    home: Path
    port: int
    shop: dict
    server: object = None
    used: int = 0

    @classmethod
    @contextmanager
    def opened(cls, home):
        home.mkdir()
        made = cls(home, free_port(), {})
        made.shop = made.run()
        made.start()
        yield made
        made.server.send_signal(signal.SIGINT)
        made.server.wait(30)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def passwords(self):
        return self.shop["passwords"]

    def start(self):
        out = (self.home / "serve.log").open("a")
        command = [sys.executable, "-m", "shuke.surfaces.cli", "serve"]
        self.server = subprocess.Popen(command, env=environment(self.home, self.port), stdout=out, stderr=out)
        wait_for(f"{self.address}/till/log-in", self.server, self.home / "serve.log")

    def kill(self):
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()
        time.sleep(2)  # its processes leave with it

    def regular(self):
        """Return the place of a member who bought nothing yet."""
        self.used += 1
        return self.used

    def run(self, *arguments):
        made = subprocess.run(
            [sys.executable, str(SHOP), *arguments],
            env=environment(self.home, self.port),
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(made.stdout)

    def codes(self):
        """Return the codes that the members' phones show now, in the order in which they joined."""
        codes = self.run("codes")
        return [codes[member] for member in self.shop["members"]]


@dataclass
class Counter:
    """A browser that is the till, and the keys of a clerk: there is no mouse."""

    page: object
    street: Street
    key_milliseconds: int = KEY_MILLISECONDS
    wrong: list = field(default_factory=list)

    def type(self, text):
        self.page.keyboard.type(text, delay=self.key_milliseconds)
        self.page.keyboard.press("Enter")

    def press(self, key):
        self.page.keyboard.press(key)
        self.page.wait_for_timeout(self.key_milliseconds)

    def shown(self, name, text):
        """Wait until an element shows a text."""
        self.page.get_by_test_id(name).get_by_text(text, exact=True).wait_for(timeout=PATIENCE)

    def banner(self, text):
        self.page.get_by_test_id("banner").get_by_text(text).first.wait_for(timeout=PATIENCE)

    def clear(self):
        """Press Esc twice, as often as it takes where the machine is slower than a finger."""
        nobody = self.page.get_by_text("未识别会员")
        while not nobody.is_visible():
            self.press("Escape")
            self.press("Escape")
            self.page.wait_for_timeout(300)

    def report(self):
        """Return the rows of the shift: {kind: number of them}."""
        return self.page.evaluate(
            "async () => Object.fromEntries((await sending.ask('/till/shift')).rows.map((row) => [row.work, row.count]))"
        )

    def balance(self, place):
        """Return what a member has, as the till is told it."""
        found = self.page.evaluate("(text) => sending.ask('/till/read', {text})", self.street.shop["members"][place])
        return found["members"][0]["points"]["available"]

    def queue(self):
        return self.page.evaluate("() => keeping.all('queue')")
