"""Every law that a check tells of, and every way in which one is broken, has its Chinese."""

import ast
import re
from pathlib import Path

from shuke.foundation import verification_words

SOURCES = Path(__file__).parents[2] / "src" / "shuke"
FILES = [path for path in sorted(SOURCES.rglob("*.py")) if "tests" not in path.parts]


def calls(name):
    """Yield the arguments of every call of `name` in the sources."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node.args


def told(argument):
    """Return a text as it would be told, 7 for each value; None where only the running program knows it."""
    if isinstance(argument, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "7" for part in argument.values)
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def test_every_law_has_its_chinese():
    laws = {args[0].value: args[1].value for args in calls("Invariant") if isinstance(args[0], ast.Constant)}

    assert len(laws) >= 8
    assert sorted(laws.keys() - verification_words.LAWS.keys()) == []
    assert all(verification_words.law(id, sentence, "en") == sentence for id, sentence in laws.items())


def test_every_violation_has_its_chinese():
    in_sql = [
        text.replace("%%s", "7")
        for path in sorted(SOURCES.rglob("sql/verify_*.sql"))
        for text in re.findall(r"'([^']*)'", re.sub(r"--.*", "", path.read_text()))
        if re.search(r"[a-z]{3} | [a-z]{3}", text)
    ]
    in_python = [text for args in calls("Violation") if len(args) == 3 and (text := told(args[2])) is not None]
    wanting = {text: verification_words.violation(text, "zh") for text in in_sql + in_python}

    assert len(wanting) >= 25
    assert {text: chinese for text, chinese in wanting.items() if re.search(r"[A-Za-z]", chinese)} == {}


def test_a_violation_keeps_its_values():
    said = verification_words.violation("points: lot 3 of 10 has 4 left, its entries leave 5.", "zh")

    assert said == "points：第 3 号批次共 10，记有剩余 4，按分录应剩余 5。"
    assert verification_words.violation("Something nobody has words for.", "zh") == "Something nobody has words for."
