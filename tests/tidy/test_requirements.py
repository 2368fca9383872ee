"""Pinned files must install from any registry that the machine is set up for: hashes, and no address."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PINNED = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_every_pin_has_a_hash_and_no_address(path):
    lines = path.read_text().splitlines()
    assert [line for line in lines if "://" in line or line.startswith("-")] == []
    pins = [number for number, line in enumerate(lines) if "==" in line]
    assert pins
    assert [lines[number] for number in pins if "--hash=sha256:" not in lines[number + 1]] == []


def test_every_source_is_compiled():
    sources = {path.stem for path in (ROOT / "requirements").glob("*.in")}
    assert sources == {path.stem for path in PINNED}


def test_lock_of_browser_libraries_names_digests_and_no_address():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry or "integrity" not in entry] == []


def test_no_file_names_the_host_of_a_registry():
    host = re.compile(rb"\b(pypi|pythonhosted|npmjs)\.(org|com)\b")
    kept_out = {".git", ".venv", "node_modules", "vendor", "__pycache__"}
    files = [path for path in ROOT.rglob("*") if path.is_file() and not kept_out & set(path.relative_to(ROOT).parts)]
    assert [str(path.relative_to(ROOT)) for path in files if host.search(path.read_bytes())] == []
