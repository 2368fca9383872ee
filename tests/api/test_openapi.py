"""The OpenAPI document: it is the code's, its examples are true, and every code of a refusal is told."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import jsonschema_rs
import pytest
from django.urls import get_resolver

from shuke.surfaces.http import reference
from shuke.surfaces.http.codes import CODES, FIELD_CODES
from shuke.surfaces.http.schemas.orders import ORDER_PREFIX

ROOT = Path(__file__).parents[2]
DOCUMENT = reference.document()
OPERATIONS = {
    f"{method.upper()} {path}": details
    for path, methods in DOCUMENT["paths"].items()
    for method, details in methods.items()
}


def validator(schema):
    """Return the validator of a schema; most answers share theirs, and each reads all components."""
    return _validator(json.dumps(schema))


@cache
def _validator(text):
    schema = json.loads(text)
    return jsonschema_rs.validator_for(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "components": DOCUMENT["components"]},
        validate_formats=True,
    )


@pytest.mark.parametrize("name", ["openapi.json", "errors.md", "errors.zh-CN.md"])
def test_the_committed_reference_is_the_codes_own(name):
    committed = (ROOT / "docs" / "reference" / name).read_text()
    assert committed == reference.files()[name], "write it anew: python -m shuke.surfaces.http.reference docs/reference"


def test_every_route_under_v1_is_in_the_document():
    routes = set()
    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern) == "v1/":
            for one in pattern.url_patterns:
                for route in getattr(one, "url_patterns", [one]):
                    routes.add("/v1/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(route.pattern)))
    assert routes - set(DOCUMENT["paths"]) == {"/v1/", "/v1/docs", "/v1/openapi.json"}
    assert set(DOCUMENT["paths"]) - routes == set()


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_tells_what_a_reader_needs(name):
    details = OPERATIONS[name]
    assert re.fullmatch(r"[a-z]+[A-Za-z]+", details["operationId"])
    assert details["summary"]
    assert details["description"]
    assert re.search(r"[\u4e00-\u9fff]", details["x-summary-zh-Hans"])
    assert details["security"] or "/health/" in name or "/refusals/" in name
    assert re.search(r"[\u4e00-\u9fff]", details["x-description-zh-Hans"])
    for parameter in details["parameters"]:
        assert parameter["description"]
        assert re.search(r"[\u4e00-\u9fff]", parameter["x-description-zh-Hans"])
        if parameter["in"] == "path":
            assert validator(parameter["schema"]).is_valid(parameter["example"])


def test_operation_ids_are_unique():
    found = [details["operationId"] for details in OPERATIONS.values()]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("name", OPERATIONS)
def test_examples_fit_their_schemas(name):
    details = OPERATIONS[name]
    if "requestBody" in details:
        content = details["requestBody"]["content"]["application/json"]
        validator(content["schema"]).validate(content["example"])
    for status, answer in details["responses"].items():
        for kind, content in answer["content"].items():
            assert kind == ("application/json" if status.startswith("2") else "application/problem+json")
            examples = (
                [content["example"]] if "example" in content else [e["value"] for e in content["examples"].values()]
            )
            assert examples
            for example in examples:
                validator(content["schema"]).validate(example)


@pytest.mark.parametrize("name", OPERATIONS)
def test_links_lead_to_operations_and_parameters(name):
    ids = {details["operationId"]: details for details in OPERATIONS.values()}
    for answer in OPERATIONS[name]["responses"].values():
        for link in answer.get("links", {}).values():
            (parameter,) = link["parameters"]
            assert parameter in {one["name"] for one in ids[link["operationId"]]["parameters"]}


def test_every_code_that_the_house_refuses_with_is_told():
    raised = {}
    for path in sorted((ROOT / "src" / "shuke").rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called in {"Refusal", "BodyInvalid", "refuse", "_refuse"}:
                raised.setdefault(node.args[0].value, path.name)
    assert {code: where for code, where in raised.items() if code not in CODES} == {}


def test_every_code_has_its_words():
    for name, code in CODES.items():
        assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name)
        assert code.status is None or 400 <= code.status < 600
        assert all((code.en, code.fix_en))
        assert all(re.search(r"[\u4e00-\u9fff]", words) for words in (code.zh, code.fix_zh))
    assert all(words.en and words.zh for words in FIELD_CODES.values())
    assert set(FIELD_CODES) & set(CODES) == {"bad_date"}  # of a field and of a program file: the same


def test_the_reference_page_needs_nothing_from_elsewhere(client):
    page = client.get("/v1/docs", HTTP_ACCEPT_LANGUAGE="zh-CN").content.decode()
    assert "上报订单" in page
    shown = re.sub(r"<[^>]*>", "", re.sub(r"<(pre|code|style|small)\b.*?</\1>", "", page, flags=re.DOTALL))
    assert [line for line in shown.splitlines() if re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", line)] == []
    assert 'id="error-insufficient_points"' in page
    assert 'id="recordOrder"' in page
    assert re.findall(r'(?:src|href)="(?!#|/static/|openapi\.json)[^"]*"', page) == []
    assert "Record an order" in client.get("/v1/docs").content.decode()


def test_problem_types_lead_to_the_page():
    assert all(
        example["value"]["type"] == f"/v1/docs#error-{code}"
        for details in OPERATIONS.values()
        for answer in details["responses"].values()
        for code, example in next(iter(answer["content"].values())).get("examples", {}).items()
    )
    assert ORDER_PREFIX == "ord"
