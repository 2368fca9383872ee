"""Personal fields open only with the deployment's keys and in their own place."""

import pytest

from shuke.foundation import encryption

OLD, NEW = b"o" * 32, b"n" * 32


def test_a_sealed_value_opens_in_its_place_only(settings):
    settings.SHUKE_FIELD_KEYS = [NEW]
    sealed = encryption.seal("13800000001", "members.phone/1")
    assert b"138" not in sealed
    assert sealed != encryption.seal("13800000001", "members.phone/1")
    assert encryption.open_sealed(sealed, "members.phone/1") == "13800000001"
    with pytest.raises(encryption.UnreadableSecretError):
        encryption.open_sealed(sealed, "members.phone/2")


def test_a_changed_value_does_not_open(settings):
    settings.SHUKE_FIELD_KEYS = [NEW]
    sealed = encryption.seal("张小明", "members.name/1")
    with pytest.raises(encryption.UnreadableSecretError):
        encryption.open_sealed(sealed[:-1] + bytes([sealed[-1] ^ 1]), "members.name/1")


def test_after_rotation_old_values_open_and_new_ones_take_the_new_key(settings):
    settings.SHUKE_FIELD_KEYS = [OLD]
    sealed = encryption.seal("x", "here")
    settings.SHUKE_FIELD_KEYS = [NEW, OLD]
    assert encryption.open_sealed(sealed, "here") == "x"
    assert encryption.seal("x", "here")[:4] == encryption.key_id(NEW)
    settings.SHUKE_FIELD_KEYS = [NEW]
    with pytest.raises(encryption.UnreadableSecretError):
        encryption.open_sealed(sealed, "here")


def test_a_blind_index_is_equal_for_equal_values_of_one_purpose(settings):
    settings.SHUKE_BLIND_KEY = OLD
    index = encryption.blind("13800000001", "phone")
    assert len(index) == 16
    assert index == encryption.blind("13800000001", "phone")
    assert index != encryption.blind("13800000001", "phone_tail")
    settings.SHUKE_BLIND_KEY = NEW
    assert index != encryption.blind("13800000001", "phone")
