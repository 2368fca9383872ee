"""Every refusal that foundation and command line make is worded in Chinese, with values that it has."""

import ast
import string
from pathlib import Path

from shuke.surfaces.cli.refusals import CHINESE

SOURCES = Path(__file__).parents[3]
# Met by requests only, never by a command.
OF_REQUESTS = {"invalid_cursor", "idempotency_key_in_flight", "idempotency_key_invalid", "idempotency_key_reused"}


def refusals():
    """Yield (code, names of its params, None where they are not written out) of every Refusal in the sources."""
    for folder in (SOURCES / "foundation", SOURCES / "surfaces" / "cli"):
        for path in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())) if "tests" not in path.parts else ():
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal":
                    params = next((one.value for one in node.keywords if one.arg == "params"), ast.Dict([], []))
                    yield node.args[0].value, {key.value for key in params.keys}


def test_every_refusal_is_worded_with_values_that_it_has():
    made = list(refusals())
    assert {code for code, _ in made} - set(CHINESE) - OF_REQUESTS == set()
    for code, params in made:
        wanted = {name for _, name, _, _ in string.Formatter().parse(CHINESE.get(code, "")) if name}
        assert wanted <= params, code
