"""Every recipe of docs/recipes.md stands in a program that loads and compiles; both pages show the same ones."""

import re
from pathlib import Path

import pytest

from shuke.engine.compile import compile_program
from shuke.engine.schema import load_program

DOCS = Path(__file__).parents[2] / "docs"
BASE = {
    "shuke": "shuke: 1",
    "program": "program: recipe",
    "currency": "currency: CNY",
    "time_zone": "time_zone: Asia/Shanghai",
    "behaviours": "behaviours: {check_in: , delivered: , review: {photo: flag}}",
    "units": "units: {points: }",
    "earn": "earn: [{code: spend, unit: points, points: order.net}]",
}


def recipes(page):
    return re.findall(r"```yaml\n(.*?)\n```", DOCS.joinpath(page).read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("recipe", recipes("recipes.md"), ids=lambda recipe: recipe.split("\n")[0][:40])
def test_a_recipe_loads_and_compiles(recipe):
    parts = {part.partition(":")[0]: part for part in re.split(r"\n(?=[a-z])", recipe)}
    program = load_program("\n".join({**BASE, **parts}.values()) + "\n")
    assert "def rules(" in compile_program(program).source


def test_both_languages_have_the_same_recipes():
    assert recipes("recipes.md") == recipes("recipes.zh-CN.md")
