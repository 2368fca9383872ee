"""Apple Wallet: a store card as a .pkpass file, signed with a pass certificate of the merchant's developer account.

The file is a zip of pass.json and pictures, of a manifest with the SHA-1 of each, and of a detached PKCS#7 signature
over the manifest. Written from Apple's documentation; no phone of theirs has met one of ours yet.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from shuke.adapters.payment_http import private_key
from shuke.rooms.members.contracts import PassFace, WalletPass

_TYPE = "application/vnd.apple.pkpass"


@dataclass(frozen=True, slots=True)
class AppleWallet:
    """Makes passes of one pass type; `authority` is Apple's intermediate certificate that issued `certificate`."""

    pass_type_id: str
    team_id: str
    certificate: x509.Certificate
    key: RSAPrivateKey
    authority: x509.Certificate

    @classmethod
    def of(cls, keys: Mapping[str, str]) -> "AppleWallet":
        """Make the wallet of the table [apple] of wallets.toml.

        Raises: KeyError, ValueError where something is missing, no key, or another certificate's.
        """
        certificate = x509.load_pem_x509_certificate(keys["certificate"].encode())
        key = private_key(keys["key"])
        if certificate.public_key() != key.public_key():
            raise ValueError("key is not the certificate's")
        authority = x509.load_pem_x509_certificate(keys["authority"].encode())
        return cls(keys["pass_type_id"], keys["team_id"], certificate, key, authority)

    @property
    def ends_on(self) -> date | None:
        """The last day of the certificate."""
        return self.certificate.not_valid_after_utc.date()

    def pass_of(self, face: PassFace) -> WalletPass:
        shown = json.dumps(self._told(face), ensure_ascii=False, indent=1).encode()
        files = {"pass.json": shown, "icon.png": face.icon, "icon@2x.png": face.icon, "icon@3x.png": face.icon}
        digests = {name: hashlib.sha1(told, usedforsecurity=False).hexdigest() for name, told in files.items()}
        manifest = json.dumps(digests, indent=1).encode()
        files |= {"manifest.json": manifest, "signature": self._signature(manifest)}
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            for name, told in files.items():
                file.writestr(zipfile.ZipInfo(name), told)
        return WalletPass(content=packed.getvalue(), content_type=_TYPE, name="card.pkpass")

    def _signature(self, manifest: bytes) -> bytes:
        """Return the signature over the manifest, with both certificates and without what it signs."""
        return (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(manifest)
            .add_signer(self.certificate, self.key, hashes.SHA256())
            .add_certificate(self.authority)
            .sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
        )

    def _told(self, face: PassFace) -> dict[str, Any]:
        second = [_field("holder", face.holder), *([_field("tier", face.tier)] if face.tier else [])]
        code = {"format": "PKBarcodeFormatQR", "message": face.number, "messageEncoding": "iso-8859-1"}
        return {
            "formatVersion": 1,
            "passTypeIdentifier": self.pass_type_id,
            "teamIdentifier": self.team_id,
            "serialNumber": face.number,
            "organizationName": face.shop,
            "logoText": face.shop,
            "description": face.about,
            "foregroundColor": "rgb(255, 255, 255)",
            "labelColor": "rgb(255, 255, 255)",
            "backgroundColor": _rgb(face.colour),
            "barcodes": [{**code, "altText": face.number}],
            "storeCard": {
                "primaryFields": [_field("points", face.points)],
                "secondaryFields": second,
                "backFields": [_field("note", face.note)],
            },
        }


def _field(key: str, told: tuple[str, str]) -> dict[str, str]:
    label, value = told
    return {"key": key, "label": label, "value": value}


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"
