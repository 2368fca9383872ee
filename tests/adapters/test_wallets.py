"""Passes for wallets, made with a throw-away authority: what they say, exactly, and that their signatures hold."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from shuke.adapters import wallets
from shuke.core.values.errors import Refusal
from shuke.rooms.members.contracts import PassFace, WalletKind

NUMBER = "mbr_01J0000000000000000000000A"
FACE = PassFace(
    number=NUMBER,
    shop="街角杂货",
    about="街角杂货会员卡",
    holder=("会员", "林**"),
    points=("积分", "1,280"),
    tier=("等级", "金卡"),
    note=("说明", "截至 2026-06-15"),
    colour="#75500d",
    icon=b"\x89PNG a picture",
    icon_url="https://club.example/static/icon.png",
)
ORIGIN = "https://club.example"


def pem(key):
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def certificate(name, key, issuer, signer):
    """Return a certificate of `key`, signed by `signer`."""
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer)]
    builder = x509.CertificateBuilder(names[1], names[0], key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    builder = builder.add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
    return builder.not_valid_after(datetime(2027, 1, 31, tzinfo=UTC)).sign(signer, hashes.SHA256())


@pytest.fixture(scope="module")
def made():
    """Keys of an authority, a merchant and somebody else, and the tables that a wallets.toml holds."""
    authority, merchant, other = (rsa.generate_private_key(65537, 2048) for _ in range(3))
    above = certificate("Authority", authority, "Authority", authority)
    own = certificate("Pass Type ID", merchant, "Authority", authority)
    told = [each.public_bytes(serialization.Encoding.PEM).decode() for each in (own, above)]
    apple = {"pass_type_id": "pass.example.club", "team_id": "TEAM123456", "key": pem(merchant)}
    apple |= {"certificate": told[0], "authority": told[1]}
    google = {"issuer_id": "3388", "account": "club@example.iam", "key": pem(other)}
    return {"keys": {"apple": apple, "google": google}, "own": own, "above": above, "other": other}


@pytest.fixture
def pass_of(made):
    found = wallets.of_keys(made["keys"], ORIGIN)
    return lambda kind: found[kind].pass_of(FACE)


def parts(der):
    """Return (tag, whole, content) of each value in DER, as many as stand side by side."""
    found = []
    while der:
        length, head = der[1], 2
        if length & 128:
            head += length & 127
            length = int.from_bytes(der[2:head])
        found.append((der[0], der[: head + length], der[head : head + length]))
        der = der[head + length :]
    return found


def signed_attributes(signature):
    """Return the signed attributes as they were signed, a set, and the signature over them, of the only signer."""
    ((_, _, message),) = parts(signature)
    (_, _, told) = parts(message)[1]
    ((_, _, data),) = parts(told)
    ((_, _, signer),) = parts(parts(data)[-1][2])
    fields = parts(signer)
    attributes = next(whole for tag, whole, _ in fields if tag == 0xA0)
    return b"\x31" + attributes[1:], fields[-1][2]


def test_an_apple_pass_is_a_signed_store_card(made, pass_of):
    made_pass = pass_of(WalletKind.APPLE)
    assert (made_pass.content_type, made_pass.name) == ("application/vnd.apple.pkpass", "card.pkpass")
    with zipfile.ZipFile(io.BytesIO(made_pass.content)) as file:
        found = {name: file.read(name) for name in file.namelist()}
    pictures = {"icon.png", "icon@2x.png", "icon@3x.png"}
    assert set(found) == {"pass.json", "manifest.json", "signature", *pictures}
    assert {found[name] for name in pictures} == {FACE.icon}
    manifest = json.loads(found["manifest.json"])
    assert manifest == {
        name: hashlib.sha1(found[name], usedforsecurity=False).hexdigest() for name in {"pass.json", *pictures}
    }
    assert json.loads(found["pass.json"]) == {
        "formatVersion": 1,
        "passTypeIdentifier": "pass.example.club",
        "teamIdentifier": "TEAM123456",
        "serialNumber": NUMBER,
        "organizationName": "街角杂货",
        "logoText": "街角杂货",
        "description": "街角杂货会员卡",
        "foregroundColor": "rgb(255, 255, 255)",
        "labelColor": "rgb(255, 255, 255)",
        "backgroundColor": "rgb(117, 80, 13)",
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": NUMBER,
                "messageEncoding": "iso-8859-1",
                "altText": NUMBER,
            }
        ],
        "storeCard": {
            "primaryFields": [{"key": "points", "label": "积分", "value": "1,280"}],
            "secondaryFields": [
                {"key": "holder", "label": "会员", "value": "林**"},
                {"key": "tier", "label": "等级", "value": "金卡"},
            ],
            "backFields": [{"key": "note", "label": "说明", "value": "截至 2026-06-15"}],
        },
    }

    attributes, signature = signed_attributes(found["signature"])
    assert hashlib.sha256(found["manifest.json"]).digest() in attributes
    made["own"].public_key().verify(signature, attributes, padding.PKCS1v15(), hashes.SHA256())
    assert set(pkcs7.load_der_pkcs7_certificates(found["signature"])) == {made["own"], made["above"]}
    made["own"].verify_directly_issued_by(made["above"])
    assert found["manifest.json"] not in found["signature"]  # detached


def test_a_google_pass_is_a_signed_link(made, pass_of, monkeypatch):
    monkeypatch.setattr("shuke.foundation.clock.machine_milliseconds", lambda: 1_781_000_000_000)
    head, _, token = pass_of(WalletKind.GOOGLE).url.rpartition("/")
    assert head == "https://pay.google.com/gp/v/save"
    told = jwt.decode(token, made["other"].public_key(), ["RS256"], audience="google", options={"verify_iat": False})
    assert told == {
        "iss": "club@example.iam",
        "aud": "google",
        "typ": "savetowallet",
        "iat": 1_781_000_000,
        "origins": [ORIGIN],
        "payload": {
            "loyaltyClasses": [
                {
                    "id": "3388.member-75500d",
                    "issuerName": "街角杂货",
                    "programName": "街角杂货会员卡",
                    "programLogo": {"sourceUri": {"uri": "https://club.example/static/icon.png"}},
                    "hexBackgroundColor": "#75500d",
                    "reviewStatus": "UNDER_REVIEW",
                }
            ],
            "loyaltyObjects": [
                {
                    "id": f"3388.{NUMBER}",
                    "classId": "3388.member-75500d",
                    "state": "ACTIVE",
                    "accountId": NUMBER,
                    "accountName": "林**",
                    "barcode": {"type": "QR_CODE", "value": NUMBER, "alternateText": NUMBER},
                    "loyaltyPoints": {"label": "积分", "balance": {"string": "1,280"}},
                    "textModulesData": [
                        {"id": "tier", "header": "等级", "body": "金卡"},
                        {"id": "note", "header": "说明", "body": "截至 2026-06-15"},
                    ],
                }
            ],
        },
    }


def test_keys_tell_until_when_they_last_and_wrong_ones_are_refused(made):
    keys = made["keys"]
    assert wallets.of_keys({}, ORIGIN) == {}
    ends = {kind: wallet.ends_on for kind, wallet in wallets.of_keys(keys, ORIGIN).items()}
    assert ends == {WalletKind.APPLE: date(2027, 1, 31), WalletKind.GOOGLE: None}
    for wrong in (
        {"apple": keys["apple"] | {"key": keys["google"]["key"]}},  # not of this certificate
        {"apple": {name: told for name, told in keys["apple"].items() if name != "team_id"}},
        {"google": keys["google"] | {"key": "no key"}},
        {"samsung": {}},
    ):
        with pytest.raises(Refusal) as refused:
            wallets.of_keys(wrong, ORIGIN)
        assert refused.value.code == "settings_invalid"
