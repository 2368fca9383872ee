"""The published JSON Schema: in step with the code, and of one mind with the loader about good files."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from shuke.engine.editor_schema import json_schema

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


def test_the_committed_file_is_what_the_code_says():
    committed = ROOT.joinpath("docs/reference/program.schema.json").read_text("utf-8")
    assert json.loads(committed) == json_schema()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid(path):
    jsonschema_rs.validate(json_schema(), yaml.safe_load(path.read_text("utf-8")))


def test_an_unknown_key_and_a_missing_one_are_marked():
    file = yaml.safe_load(EXAMPLES[0].read_text("utf-8"))
    file["curency"] = file.pop("currency")
    messages = " ".join(error.message for error in jsonschema_rs.validator_for(json_schema()).iter_errors(file))
    assert "curency" in messages
    assert '"currency" is a required property' in messages
