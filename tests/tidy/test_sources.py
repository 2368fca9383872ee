"""Habits of the house that no linter knows: two clocks, one source of chance, integers, short files, told errors."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "shuke"
CLOCK, RANDOMNESS = SOURCES / "foundation" / "clock.py", SOURCES / "foundation" / "randomness.py"

PRODUCT = [path for path in sorted(SOURCES.rglob("*.py")) if "tests" not in path.parts]
FACADES = sorted(SOURCES.glob("rooms/*/facade.py"))

# What asks a machine for the time: an attribute of these owners, a name from these imports, Django's functions and flags.
CLOCK_OWNERS = {"datetime", "date", "time", "timezone"}
CLOCK_ATTRIBUTES = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "localdate"}
CLOCK_FUNCTIONS = {"Now", "TransactionNow"}
CLOCK_FLAGS = {"auto_now", "auto_now_add"}
MEASURING = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep"}
CHANCE_MODULES = {"random", "secrets", "numpy.random"}
CHANCE_CALLS = {"urandom", "uuid1", "uuid4", "get_random_string", "default_rng"}
SQL_CLOCK_OR_CHANCE = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|random|gen_random_uuid|uuidv[47])\s*\("
    r"|\bcurrent_(timestamp|date|time)\b|\blocaltimestamp\b",
    re.IGNORECASE,
)
KEPT_SHORT = {".py", ".sql", ".html", ".css", ".js", ".yaml", ".toml", ""}


def nodes(path):
    return ast.walk(ast.parse(path.read_text()))


def at(path, node):
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def called_name(node):
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else None


def written_files():
    """Files that people of the project wrote: what git would hold, less what tools write."""
    for top in ("src", "tests", "benchmarks", "docs", "examples", ".ci"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.is_file() and not {"__pycache__", "vendor", "node_modules"} & set(path.parts):
                yield path
    yield ROOT / "Makefile"


def asks_clock(node):
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", None)
        return name in CLOCK_OWNERS and node.func.attr in CLOCK_ATTRIBUTES
    if isinstance(node, ast.ImportFrom) and node.module == "time":
        return bool({alias.name for alias in node.names} - MEASURING)
    return called_name(node) in CLOCK_FUNCTIONS or (isinstance(node, ast.keyword) and node.arg in CLOCK_FLAGS)


def draws_chance(node):
    if isinstance(node, ast.Import):
        return bool({alias.name for alias in node.names} & CHANCE_MODULES)
    if isinstance(node, ast.ImportFrom):
        return node.module in CHANCE_MODULES
    return called_name(node) in CHANCE_CALLS


@pytest.mark.parametrize(("found", "only"), [(asks_clock, CLOCK), (draws_chance, RANDOMNESS)])
def test_one_module_asks_the_clock_and_one_draws_chance(found, only):
    where = {path for path in PRODUCT if any(map(found, nodes(path)))}
    assert {str(path.relative_to(ROOT)) for path in where} == {str(only.relative_to(ROOT))}


def test_statements_ask_no_clock_and_draw_no_chance():
    statements = [*SOURCES.rglob("*.sql"), *SOURCES.glob("*/**/migrations/*.py"), *SOURCES.rglob("queries.py")]
    asked = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted(statements)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if SQL_CLOCK_OR_CHANCE.search(line.split("--")[0]) and "clock." not in line
    ]
    assert asked == []


@pytest.mark.parametrize("folder", ["core", "rooms/points", "rooms/tiers"])
def test_no_float_comes_near_value(folder):
    floats = [
        at(path, node)
        for path in PRODUCT
        if path.is_relative_to(SOURCES / folder)
        for node in nodes(path)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and "state" in path.parts)
    ]
    assert floats == []


def test_every_file_fits_five_hundred_lines():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in written_files()
        if path.suffix in KEPT_SHORT and (lines := path.read_bytes().count(b"\n")) > 500
    }
    assert long == {}


def test_nothing_is_left_for_later():
    later = re.compile(rb"\b(TO" rb"DO|FIX" rb"ME|XX" rb"X)\b")
    texts = [path for path in written_files() if path.suffix != ".png"]  # whose bytes may spell anything
    assert [str(path.relative_to(ROOT)) for path in texts if later.search(path.read_bytes())] == []


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(SOURCES)))
def test_every_module_opens_with_what_it_owns(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree) or not tree.body or path.parent.name == "migrations"


@pytest.mark.parametrize("path", FACADES, ids=lambda path: path.parent.name)
def test_every_verb_of_a_facade_tells_its_errors(path):
    verbs = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
    silent = [
        verb.name
        for verb in verbs
        if not verb.name.startswith("_") and not re.search(r"Raises:|Raises nothing", ast.get_docstring(verb) or "")
    ]
    assert silent == []
