"""Bar codes as scanners read them: drawn as a picture at the size they have on a phone, and decoded again."""

import re

import numpy as np
import pytest
import zxingcpp

from shuke.foundation import codes
from shuke.surfaces.wording.drawing import bars


def picture(svg):
    """Return the drawing as pixels, two for a module, after checking that its bars stand in whole modules."""
    width, height = (int(each) for each in re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    drawn = np.full((height, width), 255, np.uint8)
    for at, wide, high in re.findall(r"M(\d+) 0h(\d+)v(\d+)h-\2z", svg):
        drawn[: int(high), int(at) : int(at) + int(wide)] = 0
    return np.kron(drawn, np.ones((2, 2), np.uint8))


@pytest.mark.parametrize(
    "text", ["812345678901234567", "000000000000000097", "4711", "123456789", "FLYER0001", "A12345B"]
)
def test_a_scanner_reads_what_was_drawn(text):
    (found,) = zxingcpp.read_barcodes(picture(bars(text)), formats=zxingcpp.BarcodeFormat.Code128)
    assert found.text == text


def test_a_scanner_reads_new_codes():
    for text in codes.new_codes(8):
        test_a_scanner_reads_what_was_drawn(text)


def test_bars_are_wide_enough_with_white_beside_them_or_left_out():
    member, coupon = bars("812345678901234567"), bars("9R71ZGJB9PZVEHMN")
    assert 'width="308" viewBox="0 0 154 28"' in member  # 134 modules, ten of white on each side, two pixels each
    assert 'width="346.5" viewBox="0 0 231 28"' in coupon
    assert "M10 0h2" in member
    assert bars("ABCDEFGHJKMNPQRSTVWXYZ") == ""
