"""Google Wallet: a loyalty card as a link to follow, a JWT that is signed with the key of a service account.

The link says the class with the card, so nothing is asked of Google beforehand. A class has one colour: each colour has
its own. Written from Google's documentation; no phone has met one of ours yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from shuke.adapters.payment_http import private_key
from shuke.foundation import clock
from shuke.rooms.members.contracts import PassFace, WalletPass

_SAVE = "https://pay.google.com/gp/v/save/"


@dataclass(frozen=True, slots=True)
class GoogleWallet:
    """Makes links for an issuer, signed by a service account that may act for it; they work from `origin`."""

    issuer_id: str
    account: str
    key: RSAPrivateKey
    origin: str

    @classmethod
    def of(cls, keys: Mapping[str, str], origin: str) -> "GoogleWallet":
        """Make the wallet of the table [google] of wallets.toml.

        Raises: KeyError, ValueError where something is missing or no key.
        """
        return cls(keys["issuer_id"], keys["account"], private_key(keys["key"]), origin)

    @property
    def ends_on(self) -> date | None:
        """No day: the key of an account lasts until it is taken back."""
        return None

    def pass_of(self, face: PassFace) -> WalletPass:
        import jwt  # only who makes one needs it

        claims = {
            "iss": self.account,
            "aud": "google",
            "typ": "savetowallet",
            "iat": clock.machine_milliseconds() // 1000,
            "origins": [self.origin],
            "payload": {"loyaltyClasses": [self._class(face)], "loyaltyObjects": [self._object(face)]},
        }
        return WalletPass(url=_SAVE + jwt.encode(claims, self.key, algorithm="RS256"))

    def _class(self, face: PassFace) -> dict[str, Any]:
        return {
            "id": self._class_id(face),
            "issuerName": face.shop,
            "programName": face.about,
            "programLogo": {"sourceUri": {"uri": face.icon_url}},
            "hexBackgroundColor": face.colour,
            "reviewStatus": "UNDER_REVIEW",
        }

    def _object(self, face: PassFace) -> dict[str, Any]:
        label, points = face.points
        texts = {"tier": face.tier, "note": face.note}
        return {
            "id": f"{self.issuer_id}.{face.number}",
            "classId": self._class_id(face),
            "state": "ACTIVE",
            "accountId": face.number,
            "accountName": face.holder[1],
            "barcode": {"type": "QR_CODE", "value": face.number, "alternateText": face.number},
            "loyaltyPoints": {"label": label, "balance": {"string": points}},
            "textModulesData": [
                {"id": id, "header": told[0], "body": told[1]} for id, told in texts.items() if told is not None
            ],
        }

    def _class_id(self, face: PassFace) -> str:
        return f"{self.issuer_id}.member-{face.colour[1:]}"
