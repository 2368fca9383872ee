"""The published JSON Schema: in step with the code, and of one mind with the loader about good files."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from shuke.engine import file_changes, file_earning, file_facts, file_ladders, file_units, lifetimes, schema
from shuke.engine.editor_schema import json_schema

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


KEYS = {
    "unit": file_units.UNIT_KEYS,
    "transfer": file_units.TRANSFER_KEYS,
    "convert": file_units.CONVERT_KEYS,
    "cap": file_units.CAP_KEYS,
    "expiry": lifetimes.EXPIRY_KEYS,
    "pending": lifetimes.PENDING_KEYS,
    "ladder": file_ladders.LADDER_KEYS,
    "level": file_ladders.LEVEL_KEYS,
    "rule": file_earning.RULE_KEYS,
    "milestone": file_earning.MILESTONE_KEYS,
}


def as_an_editor_reads(text):
    """Read YAML 1.2 as editors do, dates as text."""
    return json.loads(json.dumps(YAML(typ="safe").load(text), default=str))


def test_the_committed_file_is_what_the_code_says():
    committed = ROOT.joinpath("docs/reference/program.schema.json").read_text("utf-8")
    assert json.loads(committed) == json_schema()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid(path):
    jsonschema_rs.validate(json_schema(), as_an_editor_reads(path.read_text("utf-8")))


def test_an_unknown_key_and_a_missing_one_are_marked():
    file = as_an_editor_reads(EXAMPLES[0].read_text("utf-8"))
    file["curency"] = file.pop("currency")
    messages = " ".join(error.message for error in jsonschema_rs.validator_for(json_schema()).iter_errors(file))
    assert "curency" in messages
    assert '"currency" is a required property' in messages


@pytest.mark.parametrize("part", KEYS)
def test_every_key_that_the_loader_knows_is_published(part):
    described = json_schema()["$defs"][part]
    kinds = [described, *described.get("anyOf", ())]
    assert {key for kind in kinds for key in kind.get("properties", ())} == set(KEYS[part])


def test_every_key_of_the_file_is_published():
    published, unit = json_schema()["properties"], json_schema()["$defs"]["unit"]["properties"]
    assert set(unit["redeem"]["properties"]) == set(file_units.REDEEM_KEYS)
    assert set(unit["pay"]["anyOf"][1]["properties"]) == set(file_units.PAY_KEYS)
    assert set(published) == set(schema.PROGRAM_KEYS)
    assert set(published["changes"]["properties"]) == set(file_changes.CHANGES_KEYS)
    assert set(published["scope"]["properties"]) == set(file_facts.SCOPE_KEYS)
    assert set(published["attributes"]["properties"]) == set(file_facts.ATTRIBUTES_KEYS)
