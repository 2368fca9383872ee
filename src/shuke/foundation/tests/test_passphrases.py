"""What a passphrase seals opens with it and with nothing else."""

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import passphrases

SEALED = passphrases.seal("the keys 密钥", "correct horse", "here")


def code_of(sealed, passphrase, context):
    with pytest.raises(Refusal) as refused:
        passphrases.open_sealed(sealed, passphrase, context)
    return refused.value.code


def test_a_passphrase_opens_what_it_sealed():
    assert passphrases.open_sealed(SEALED, "correct horse", "here") == "the keys 密钥"
    assert b"keys" not in SEALED
    assert passphrases.seal("the keys 密钥", "correct horse", "here") != SEALED


@pytest.mark.parametrize(
    ("sealed", "passphrase", "context"),
    [
        (SEALED, "correct hors", "here"),
        (SEALED, "correct horse", "there"),
        (SEALED[:-1], "correct horse", "here"),
        (SEALED[:30] + b"\0" + SEALED[31:], "correct horse", "here"),
        (b"", "correct horse", "here"),
    ],
    ids=["another passphrase", "another context", "shorter", "changed", "empty"],
)
def test_nothing_else_does(sealed, passphrase, context):
    assert code_of(sealed, passphrase, context) == "passphrase_wrong"


def test_a_short_passphrase_is_refused():
    with pytest.raises(Refusal) as refused:
        passphrases.seal("x", "7 chars", "here")
    assert refused.value.code == "passphrase_short"
