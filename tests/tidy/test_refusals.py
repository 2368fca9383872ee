"""Every no of the house, raised in code or answered by the API, stands in the reference in both languages."""

import ast
import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "shuke"
TABLE = SOURCES / "surfaces" / "http" / "codes.csv"
REFERENCE = ROOT / "docs" / "reference"


def table():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file)}


def raised():
    """Return {code: file} of every Refusal that the sources make with its code written out."""
    found = {}
    for path in sorted(SOURCES.rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            code = node.args[0].value
            if name == "Refusal" or (name.endswith("refuse") and re.fullmatch(r"[a-z][a-z0-9_]+", str(code))):
                found[code] = str(path.relative_to(SOURCES))
    return found


@pytest.mark.parametrize("language", ["", ".zh-CN"])
def test_every_refusal_is_documented(language):
    told = "".join(
        page.read_text() for page in REFERENCE.glob(f"*{language}.md") if language or ".zh-CN" not in page.name
    )
    codes = {**dict.fromkeys(table(), TABLE.name), **raised()}
    assert {code: path for code, path in codes.items() if f"`{code}`" not in told} == {}
