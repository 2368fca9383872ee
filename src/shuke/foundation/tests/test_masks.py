"""What people see of personal data that they need not see whole."""

import pytest

from shuke.foundation import masks


@pytest.mark.parametrize(
    ("number", "masked"),
    [("13800000001", "138****0001"), ("+8613800000001", "+86138****0001"), ("12345678", "****5678"),
     ("12345", "***45"), ("", "")],
)  # fmt: skip
def test_phone(number, masked):
    assert masks.phone(number) == masked


def test_email():
    assert masks.email("anna@example.com") == "a***@example.com"


@pytest.mark.parametrize(("full", "masked"), [("张小明", "张**"), ("Anna Bell", "A***"), ("张", "张"), ("", "")])
def test_name(full, masked):
    assert masks.name(full) == masked
