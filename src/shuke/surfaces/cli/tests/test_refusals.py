"""Every refusal that foundation, rooms and command line make is worded in Chinese, with values that it has."""

import ast
import csv
import re
import string
from pathlib import Path

from shuke.engine import fault_words
from shuke.surfaces.cli.refusals import CHINESE

SOURCES = Path(__file__).parents[3]
with (SOURCES / "surfaces" / "http" / "codes.csv").open(newline="") as _table:
    EVERY_CODE = [row["code"] for row in csv.DictReader(_table)]
# Met by requests only, never by a command.
OF_REQUESTS = {
    "attribute_in_use",
    "attribute_kind_fixed",
    "batch_size",
    "batch_too_large",
    "choice_dropped",
    "forbidden",
    "gross_below_net",
    "idempotency_key_in_flight",
    "idempotency_key_invalid",
    "idempotency_key_reused",
    "invalid_attribute_definition",
    "invalid_cursor",
    "too_many_attributes",
    "unauthenticated",
    "unknown_attribute",
    "unknown_holder",
    "wrong_mode",
}
OF_ROWS = {"invalid_tag", "joined_at_out_of_range", "joined_in_future"}  # of imports, which have words of their own


def refusals():
    """Yield (code, names of its params, None where they are not written out) of every Refusal in the sources."""
    for folder in (SOURCES / "foundation", SOURCES / "rooms", SOURCES / "surfaces" / "cli"):
        for path in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())) if "tests" not in path.parts else ():
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal":
                    params = next((one.value for one in node.keywords if one.arg == "params"), ast.Dict([], []))
                    names = {key.value for key in params.keys} if isinstance(params, ast.Dict) else None
                    if isinstance(node.args[0], ast.Constant):
                        yield node.args[0].value, names
                    elif isinstance(node.args[0], ast.JoinedStr):
                        yield from ((code, None) for code in alike(node.args[0]))


def alike(told):
    """Return every code of ours that a code put together from parts may be."""
    pattern = "".join(re.escape(part.value) if isinstance(part, ast.Constant) else "[a-z_]+" for part in told.values)
    return [code for code in EVERY_CODE if re.fullmatch(pattern, code)]


def test_every_refusal_is_worded_with_values_that_it_has():
    made = list(refusals())
    assert {code for code, _ in made} - {*CHINESE, *fault_words.CHINESE} - OF_REQUESTS - OF_ROWS == set()
    for code, params in made:
        wanted = {name for _, name, _, _ in string.Formatter().parse(CHINESE.get(code, "")) if name}
        assert params is None or wanted <= params, code
