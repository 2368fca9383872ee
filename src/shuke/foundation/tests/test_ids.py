"""Ids are ordered in time, opaque outside, and only their own form is taken back."""

from uuid import UUID

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids

SOME = UUID("01936a2c-7f00-7abc-9def-0123456789ab")


def test_new_ids_are_version_7_and_rise_within_a_process():
    made = [ids.new_id() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}


def test_new_ids_rise_when_the_machine_clock_steps_back(monkeypatch):
    before = ids.new_id()
    monkeypatch.setattr(clock, "machine_milliseconds", lambda: 1)
    assert ids.new_id() > before


def test_an_id_comes_back_from_its_outside_form():
    text = ids.encode("mbr", SOME)
    assert text == "mbr_01JDN2RZR0FAY9VVR14D2PF2DB"
    assert ids.decode("mbr", text) == SOME
    assert ids.decode("mbr", ids.encode("mbr", UUID(int=2**128 - 1))) == UUID(int=2**128 - 1)


def test_a_numbered_id_comes_back_with_its_number():
    for number in (0, 1, 31, 32, 2**53 - 1):
        text = ids.encode_numbered("lot", SOME, number)
        assert ids.decode_numbered("lot", text) == (SOME, number)


@pytest.mark.parametrize(
    "text",
    ["", "mbr", "mbr_", "ord_01JDN2RZR0FAY9VVR14D2PF2DB", "mbr_01jdn2rzr0fay9vvr14d2pf2db",
     "mbr_01JDN2RZR0FAY9VVR14D2PF2D", "mbr_01JDN2RZR0FAY9VVR14D2PF2DU", "mbr_8ZZZZZZZZZZZZZZZZZZZZZZZZZ"],
)  # fmt: skip
def test_any_other_text_is_refused(text):
    with pytest.raises(Refusal) as refused:
        ids.decode("mbr", text)
    assert refused.value.code == "invalid_id"


@pytest.mark.parametrize("tail", ["", "01", "U", "ZZZZZZZZZZZZ"])
def test_a_numbered_id_with_another_tail_is_refused(tail):
    with pytest.raises(Refusal):
        ids.decode_numbered("lot", ids.encode("lot", SOME) + tail)
