"""A small program file to change, and what the loader says of it: for the tests of single sections."""

import pytest

from shuke.engine.schema import ProgramErrors, load_program

FILE = """shuke: 1
program: small
currency: CNY
time_zone: Asia/Shanghai
behaviours: {review: {rating: number}, check_in: 签到, delivered: }
units:
  points: {}
  growth: {spendable: no}
earn:
  - {code: spend, unit: points, points: order.net}
"""


def changed(old, new, text=FILE):
    assert old in text
    return text.replace(old, new, 1)


def loaded(old, new, text=FILE):
    return load_program(changed(old, new, text))


def faults(text):
    """Return (code, the word that the place points at, suggestion) of every refusal."""
    with pytest.raises(ProgramErrors) as caught:
        load_program(text)
    lines = text.split("\n")
    found = []
    for refusal in caught.value.refusals:
        line, column = (int(part) for part in refusal.pointer.split(":"))
        word = lines[line - 1][column - 1 :].split(",")[0].split(":")[0].rstrip("}]")
        found.append((refusal.code, word, refusal.params.get("suggestion")))
    return found
