"""The import contracts bite: a violation of each, planted in a copy of the tree, is refused by the contract's name."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# contract, planted modules with their line, what the report must name
PLANTED = [
    ("floors", {"core/values/planted.py": "import shuke.engine"}, "shuke.core is not allowed to import shuke.engine"),
    (
        "floors",
        {"foundation/planted.py": "import shuke.engine"},
        "shuke.foundation is not allowed to import shuke.engine",
    ),
    ("floors", {"cellar/__init__.py": ""}, "shuke.cellar"),
    ("rooms", {"rooms/org/planted.py": "import shuke.rooms.points.facade"}, "shuke.rooms.org is not allowed to import"),
    ("rooms", {"rooms/attic/__init__.py": ""}, "shuke.rooms.attic"),
    ("surfaces", {"surfaces/http/planted.py": "import shuke.surfaces.console"}, "shuke.surfaces.http is not allowed"),
    ("surfaces", {"surfaces/window/__init__.py": ""}, "shuke.surfaces.window"),
    (
        "doors",
        {"rooms/points/planted.py": "import shuke.rooms.org.models"},
        "points.planted imports shuke.rooms.org.models",
    ),
    (
        "doors",
        {"surfaces/http/planted.py": "import shuke.rooms.org.models"},
        "http.planted imports shuke.rooms.org.models",
    ),
    ("doors", {"rooms/points/planted.py": "import shuke.rooms.org"}, "points.planted imports shuke.rooms.org"),
    ("core", {"core/state/planted.py": "import datetime"}, "shuke.core.state.planted imports datetime"),
    ("core", {"core/program/planted.py": "import sqlglot"}, "shuke.core.program.planted imports sqlglot"),
    ("engine", {"engine/planted.py": "import django.db"}, "shuke.engine is not allowed to import django"),
    ("engine", {"engine/planted.py": "import shuke.foundation"}, "is not allowed to import shuke.foundation"),
    (
        "acyclic",
        {"core/state/planted.py": "import shuke.core.values", "core/values/planted.py": "import shuke.core.state"},
        "No cycles are allowed in shuke.core",
    ),
]


def contract_names():
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    return {section.rpartition(":")[2] for section in config.sections() if ":contract:" in section}


def lint_imports(tree, *options):
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", *options],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tree(tmp_path):
    """A copy of the sources and contracts, with the two rooms between which the violations are planted."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.pyc", "static", "*.egg-info"))
    shutil.copytree(ROOT / "tests" / "tidy", tmp_path / "tests" / "tidy", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    for room in ("org", "points"):
        for module in ("__init__", "facade", "models"):
            path = tmp_path / "src" / "shuke" / "rooms" / room / f"{module}.py"
            path.parent.mkdir(exist_ok=True)
            path.touch()
    return tmp_path


def plant(tree, modules):
    for module, line in modules.items():
        path = tree / "src" / "shuke" / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{line}\n")


def test_every_contract_has_a_planted_violation():
    assert {contract for contract, *_ in PLANTED} == contract_names()


@pytest.mark.parametrize(("contract", "modules", "named"), PLANTED)
def test_a_planted_violation_is_refused(tree, contract, modules, named):
    plant(tree, modules)

    report = lint_imports(tree, "--contract", contract)

    assert report.returncode == 1, report.stdout + report.stderr
    assert f"{contract}:" in report.stdout
    assert "BROKEN" in report.stdout
    assert named in " ".join(report.stdout.split())


def test_the_tree_itself_keeps_every_contract(tree):
    report = lint_imports(tree)

    assert f"{len(contract_names())} kept, 0 broken" in report.stdout
