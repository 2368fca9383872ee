"""Every number of every body: negative, zero, huge, fractional, text, full-width; nothing moves."""

import copy
import json

import pytest

from shuke.rooms.orders.models import Order
from shuke.rooms.points.models import Entry
from shuke.surfaces.http.reference import document

BAD = ["-1", "-1e3", "2147483648", "9007199254740993", "9223372036854775807", "9223372036854775808", "1" + "0" * 30]
BAD += ["1.0", "1e1", "0.5", "1e308", '"1"', '"１２"', '"NaN"', '""', "true", "[]", "{}", '["1"]']
# What a field takes beside the usual, by its name, or by its path and name where others of that name do not.
FINE = {
    "net_minor": {"0"},
    "gross_minor": {"0"},
    "shipping_minor": {"0"},
    "expected_minor": {"0"},
    "quantity": {"0"},
    "points": {"2147483648"},
    "/v1/adjustments points": {"-1", "0"},  # points below zero are taken, and 0 is refused by the write path
    "/v1/carts/evaluate points": {"0"},
    "/v1/carts/commit points": {"0"},
    "change": {"-1", "0"},
    "off_minor": {"0", "2147483648"},
    "budget_minor": {"2147483648"},
    "value_minor": {"0", "2147483648"},
    "notice_days": {"0"},
    "try_days": {"-1", "0"},
    "month": {"2147483648"},
    "year": {"2147483648"},
    "quote_minor": {"0", "2147483648"},
    "trial_days": {"0"},
    "grace_days": {"0"},
    "cooling_off_days": {"0"},
}


def numbers(value, pointer=""):
    """Yield the JSON pointers of all numbers in an example."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from numbers(child, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from numbers(child, f"{pointer}/{index}")
    elif isinstance(value, int) and not isinstance(value, bool):
        yield pointer


def bodies():
    for path, methods in document()["paths"].items():
        body = methods.get("post", {}).get("requestBody")
        if body:
            yield path, body["content"]["application/json"]["example"]


EXAMPLES = dict(bodies())
# What an attribute may be, the program says; texts and numbers below zero are fine.
FIELDS = [(path, pointer) for path in EXAMPLES for pointer in numbers(EXAMPLES[path]) if "/attributes/" not in pointer]


def with_text_at(example, pointer, text):
    """Return the example's JSON with the raw text at the pointer."""
    body = copy.deepcopy(example)
    *way, last = pointer.split("/")[1:]
    place = body
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[int(last) if isinstance(place, list) else last] = "@here@"
    return json.dumps(body).replace('"@here@"', text)


def named(pointer):
    """Return the name at the end of a pointer, of an element that of its list."""
    return next(step for step in reversed(pointer.split("/")) if not step.isdigit())


def test_every_path_with_a_number_is_looked_at():
    assert len(FIELDS) > 60
    assert {name.rpartition(" ")[2] for name in FINE} <= {named(pointer) for _, pointer in FIELDS}


@pytest.mark.parametrize(("path", "pointer"), FIELDS)
def test_no_bad_number_passes_or_breaks(api, member, path, pointer):
    name = named(pointer)
    fine = FINE.get(name, set()) | FINE.get(f"{path} {name}", set())
    for text in (text for text in [*BAD, "0"] if text not in fine):
        answer = api.post(address(path, document()["paths"][path]["post"]), with_text_at(EXAMPLES[path], pointer, text))
        if path.endswith("/batch"):
            assert answer.status_code == 200
            assert answer.json()["results"][0]["status"] == "refused", text
        else:
            assert 400 <= answer.status_code < 500, text
            assert answer.json()["code"] == "invalid_request", text
            assert answer.json()["errors"][0]["pointer"] == pointer, text
    assert (Order.objects.count(), Entry.objects.count()) == (0, 0)


def address(path, operation):
    """Put the examples of its parameters into a path."""
    for parameter in operation["parameters"]:
        path = path.replace("{" + parameter["name"] + "}", str(parameter.get("example")))
    return path


@pytest.mark.parametrize("path", sorted(EXAMPLES))
def test_fields_that_only_the_answer_has_are_refused(api, member, path):
    """Mass assignment: nobody sets what the product decides."""
    operation = document()["paths"][path]["post"]
    status = next(code for code in operation["responses"] if code.startswith("2"))
    answered = operation["responses"][status]["content"]["application/json"]["example"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    taken = document()["components"]["schemas"][schema]["properties"]
    extra = {"id", "livemode", "status", "recorded_at", "available", "balance", "tier", "generated", "member_id"}
    for name in sorted((extra | set(answered)) - set(taken)):
        value = answered.get(name, "x")
        answer = api.post(address(path, operation), EXAMPLES[path] | {name: value})
        assert answer.status_code == 422, name
        assert {"pointer": f"/{name}", "code": "unknown_field"}.items() <= answer.json()["errors"][0].items()
    assert (Order.objects.count(), Entry.objects.count()) == (0, 0)
