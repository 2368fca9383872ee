"""Every program in examples/ is one that could be published."""

from pathlib import Path

import pytest

from shuke.engine.compile import compile_program
from shuke.engine.schema import load_program

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_loads_and_compiles(path):
    program = load_program(path.read_text())

    assert path.stem in (program.code, f"{program.code}-{path.stem[-4:]}")  # ceair-2025.yaml is a version of ceair
    assert "def rules(" in compile_program(program).source
