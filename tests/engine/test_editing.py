"""Edits of a program file by its parts: nothing else of the text changes, and what can't be written so is refused."""

import difflib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shuke
from shuke.core.values.errors import Refusal
from shuke.engine.editing import add_entry, plain, remove, set_text
from shuke.engine.yaml_tree import read_tree

EXAMPLES = sorted((Path(shuke.__file__).parent / "examples").glob("*.yaml"))
SHOP = """\
# Ours.
shuke: 1
units:
  points: {round: floor, value: 0.01}   # a cent
tiers:
  ladder: main
  levels:
    - {code: base, from: 0}
    # the good ones
    - {code: gold, from: 1500, multiplier: 1.5}  # since spring
    - code: top
      from: 9000   # many
      when: 'a b'
earn:
  - {code: spend, points: "order.net * 2"}
groups: [x, y]
"""


def changed(before, after):
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (
            lambda: set_text(SHOP, ["tiers", "levels", 1, "multiplier"], "1.6"),
            [
                "-     - {code: gold, from: 1500, multiplier: 1.5}  # since spring",
                "+     - {code: gold, from: 1500, multiplier: 1.6}  # since spring",
            ],
        ),
        (
            lambda: set_text(SHOP, ["tiers", "levels", 2, "from"], "9500"),
            ["-       from: 9000   # many", "+       from: 9500   # many"],
        ),
        (lambda: set_text(SHOP, ["tiers", "levels", 2, "name"], "顶级"), ['+       name: "顶级"']),
        (
            lambda: set_text(SHOP, ["earn", 0, "points"], "CASE WHEN order.net > 1, THEN 2"),
            [
                '-   - {code: spend, points: "order.net * 2"}',
                '+   - {code: spend, points: "CASE WHEN order.net > 1, THEN 2"}',
            ],
        ),
        (
            lambda: set_text(SHOP, ["units", "points", "scale"], "2"),
            [
                "-   points: {round: floor, value: 0.01}   # a cent",
                "+   points: {round: floor, value: 0.01, scale: 2}   # a cent",
            ],
        ),
        (
            lambda: add_entry(SHOP, ["earn"], {"code": "weekend", "when": "order.weekday IN (6, 7)", "points": "5"}),
            ['+   - {code: weekend, when: "order.weekday IN (6, 7)", points: 5}'],
        ),
        (lambda: add_entry(SHOP, ["tiers", "levels"], {"code": "star", "from": "20000"}),
         ["+     - {code: star, from: 20000}"]),
        (
            lambda: remove(SHOP, ["tiers", "levels", 1]),
            ["-     - {code: gold, from: 1500, multiplier: 1.5}  # since spring"],
        ),
        (lambda: remove(SHOP, ["tiers", "levels", 2, "when"]), ["-       when: 'a b'"]),
        (lambda: remove(SHOP, ["groups", 0]), ["- groups: [x, y]", "+ groups: [y]"]),
    ],
)  # fmt: skip
def test_an_edit_touches_only_what_it_is_about(edit, lines):
    assert changed(SHOP, edit()) == lines


@pytest.mark.parametrize(
    "edit",
    [
        lambda: set_text(SHOP, ["nowhere", "x"], "1"),
        lambda: remove(SHOP, ["earn", 7]),
        lambda: add_entry(SHOP, ["tiers"], {"code": "x"}),
    ],
)
def test_what_has_no_place_is_left_to_whoever_edits_the_text(edit):
    with pytest.raises(Refusal) as refused:
        edit()
    assert refused.value.code == "edit_by_hand"


def _scalars(value, path=()):
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _scalars(each, (*path, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _scalars(each, (*path, place))
    else:
        yield path


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_text_of_any_example_can_be_replaced_by_any_other(data):
    text = data.draw(st.sampled_from(EXAMPLES)).read_text(encoding="utf-8")
    path = data.draw(st.sampled_from(list(_scalars(plain(read_tree(text))))))
    value = data.draw(st.one_of(st.sampled_from(["1.5", "a, b", "x: y", "# no", "'q'", "SPEND('this year') > 1", "是"]),
                                st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)))  # fmt: skip

    edited = set_text(text, path, value)

    found = plain(read_tree(edited))
    for step in path:
        found = found[step]
    assert found == value
    comments = [line.partition("#")[2] for line in text.splitlines() if line.startswith("#")]
    assert [line.partition("#")[2] for line in edited.splitlines() if line.startswith("#")] == comments
