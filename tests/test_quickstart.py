"""The quickstart holds what it says: its commands, run as they stand, end with the number in the text."""

import os
import re
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ADDRESS = "127.0.0.1:8000"


def commands(page):
    return re.findall(r"```bash\n(.*?)\n```", page.read_text(), re.DOTALL)


def free_address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def place():
    """A folder that the database's own user may enter, as it may not pytest's when root runs this."""
    with tempfile.TemporaryDirectory(prefix="shuke-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_commands_of_the_page_end_with_its_points(place):
    steps = commands(ROOT / "docs" / "quickstart.md")
    address = free_address()
    told = "\n".join(steps).replace(ADDRESS, address).replace("serve.log", str(place / "serve.log"))
    script = f"set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n{told}\n"
    settings = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("SHUKE_", "DJANGO_", "VIRTUAL_ENV")) and key != "DATABASE_URL"
    }
    home = {"SHUKE_HOME": str(place / "home"), "SHUKE_BIND": address, "SHUKE_ORIGIN": f"http://{address}"}
    started = time.monotonic()

    run = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env=settings | home,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    said = f"{run.stdout}\n{run.stderr}"
    assert run.returncode == 0, said
    assert len(steps) <= 8
    assert re.search(r'"balances": ?\[\{"unit": ?"points", ?"points": ?103\}\]', run.stdout), said
    assert "103" in run.stdout.splitlines()[-1] or "103" in run.stdout.rpartition("}")[2], said
    assert time.monotonic() - started < 300


def test_the_chinese_page_has_the_same_commands():
    english, chinese = (commands(ROOT / "docs" / name) for name in ("quickstart.md", "quickstart.zh-CN.md"))
    differing = [step.split()[:2] for step, other in zip(english, chinese, strict=True) if step != other]
    assert differing == [[".venv/bin/shuke", "init"], ["curl", "-s"]]
