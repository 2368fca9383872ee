"""Numbers as people read them."""

import pytest
from django.core.exceptions import ValidationError

from shuke.surfaces.console.forms import smallest
from shuke.surfaces.wording import figures


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (999, "999"), (6_414_102, "6,414,102"), (-1_000, "−1,000"), (None, "—")]
)
def test_numbers_have_separators(value, text):
    assert figures.number(value) == text


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (0, "USD", "$0.00"),
        (123_456, "USD", "$1,234.56"),
        (-5, "CNY", "−¥0.05"),
        (1_234, "JPY", "JP¥1,234"),
        (1_234_567, "KWD", "KWD 1,234.567"),
    ],
)
def test_money_has_its_sign_and_the_digits_of_its_currency(minor, currency, text):
    assert figures.money(minor, currency) == text


@pytest.mark.parametrize(
    ("amount", "scale", "text"), [(97, 0, "+97"), (-500, 0, "−500"), (0, 0, "0"), (12_345, 2, "+123.45")]
)
def test_points_have_a_sign_and_the_scale_of_their_unit(amount, scale, text):
    assert figures.signed_points(amount, scale) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(1, 3, "33.3%"), (2, 3, "66.7%"), (1, 8, "12.5%"), (5, 5, "100.0%"), (0, 0, "—")]
)
def test_a_share_has_one_decimal(part, whole, text):
    assert figures.share(part, whole) == text


@pytest.mark.parametrize(
    ("text", "digits", "amount"),
    [("7", 0, 7), (" 12.3 ", 2, 1_230), ("1,234.5", 2, 123_450), ("12，345", 0, 12_345), ("1234", 0, 1_234)],
)
def test_a_number_is_read_with_its_thousands(text, digits, amount):
    assert smallest(text, digits) == amount


@pytest.mark.parametrize("text", ["12,5", "1,2345", "1,0,0", "12.345", ".5", "5.", "-5", "1e3", "", "9" * 14])
def test_what_could_be_another_number_is_refused(text):
    with pytest.raises(ValidationError):
        smallest(text, 2)
