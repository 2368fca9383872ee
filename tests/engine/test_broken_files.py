"""No file, however broken, makes the loader do anything but load it or say what is wrong with it, and where."""

import random
import re
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program
from shuke.engine.schema import ProgramErrors, load_program

GOOD = [path.read_bytes() for path in sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))]
PIECES = [
    *(
        b"\t",
        b"\x00",
        b"\xff",
        b"\n",
        b" ",
        b": ",
        b"- ",
        b"[",
        b"]",
        b"{",
        b"}",
        b"&a ",
        b"*a",
        b"!!int ",
        b"| ",
        b"> ",
    ),
    *(b"'", b'"', b"''", b"#", b"---\n", b"...\n", b"? ", b"%YAML 1.3\n", b"<<: ", b"@", b"`", b"\\", b'"\\U00110000"'),
    *(
        b"(",
        b")",
        b"CASE ",
        b" END",
        b"NOT ",
        b"order.",
        b"net",
        b"1e9",
        b"0x1",
        b"-",
        b"--",
        b"/*",
        b"*/",
        b"::",
        b"$1",
    ),
    *(
        b"null",
        b"~",
        b"true",
        b".nan",
        b"1_000",
        b"12:30",
        b"\xe4\xbc\x9a",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
        b"\xc2\x85",
    ),
    *(b"(" * 200, b"[" * 200, b"- " * 200, b"9" * 400, b"x" * 5_000, b" / order.net", b"tier", b"from: 0", b"SPEND('"),
]


def loaded(text):
    """Load a file; of one that is refused check what every refusal has."""
    refusals = ()
    try:
        program = load_program(text)
        assert isinstance(program, Program)
    except ProgramErrors as errors:
        program, refusals = None, errors.refusals
    assert bool(refusals) is (program is None)
    for refusal in refusals:
        assert re.fullmatch(r"[a-z0-9_]+", refusal.code)
        assert re.fullmatch(r"[1-9][0-9]*:[1-9][0-9]*", refusal.pointer)
        assert 0 < len(refusal.detail) <= 400
        assert all(len(str(value)) <= 120 for value in refusal.params.values())
    return program


def broken(chance):
    """A good file with some of its bytes dropped, doubled, moved or replaced."""
    text = bytearray(chance.choice(GOOD))
    for _ in range(chance.choice([1, 1, 1, 2, 3, 8, 30])):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([0, 1, 2, 5, 20]))
        change = chance.randrange(5)
        if change == 0:
            del text[start:end]
        elif change == 1:
            text[start:start] = text[start:end]
        elif change == 2:
            text[start:end] = chance.randbytes(end - start)
        elif change == 3:
            other = chance.randrange(len(text) + 1)
            text[start:end] = text[other : other + 20]
        else:
            text[start:end] = chance.choice(PIECES)
    return bytes(text)


def test_a_thousand_broken_files_never_crash_the_loader():
    chance = random.Random(20170101)
    accepted = 0
    for _ in range(1_000):
        program = loaded(broken(chance))
        if program is not None:
            accepted += 1
            with suppress(Refusal):
                compile_program(program)
    assert 0 < accepted < 500


def test_junk_never_crashes_the_loader():
    chance = random.Random(20171231)
    for _ in range(300):
        assert loaded(chance.randbytes(chance.randrange(200))) is None
        assert loaded(b"".join(chance.choices(PIECES, k=chance.randrange(30)))) is None


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=80))
@example("\ud800")
@example("order.net > '\x00'")
@example("order.net\u2028> 1")
def test_no_rule_crashes_the_loader(text):
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    loaded(
        "shuke: 1\nprogram: p\ncurrency: CNY\ntime_zone: UTC\nunits: {u: {}}\n"
        f'earn: [{{code: r, unit: u, when: "{quoted}", points: "{quoted}"}}]\n'
    )
