"""WeChat Pay, API v3, as a direct merchant: pay by scanning a code, query, refund, notifications.

Requests are signed with the merchant's key (WECHATPAY2-SHA256-RSA2048), answers and notifications are checked with
WeChat Pay's public key, notifications are opened with the API v3 key (AEAD_AES_256_GCM). It offers no agreements: a
plan that was paid so is renewed by hand. Written from WeChat Pay's documentation and tried against a copy of what that
says; the service itself has not been met yet.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shuke.adapters.payment_http import call, is_signed, private_key, public_key, signed
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, randomness
from shuke.rooms.payments.contracts import (
    Acknowledgement,
    Charge,
    ChargeAnswer,
    Outcome,
    Return,
    ReturnAnswer,
    UnansweredError,
)

METHOD = "wechat"
_PEKING = ZoneInfo("Asia/Shanghai")
_SKEW_SECONDS = 300
_STATES = {"SUCCESS": Outcome.DONE, "REFUND": Outcome.DONE, "CLOSED": Outcome.FAILED, "REVOKED": Outcome.FAILED}
_STATES |= {"PAYERROR": Outcome.FAILED}
_LATER = {"NOT_ENOUGH", "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "SYSTEM_ERROR"}
_REFUNDS = {"SUCCESS": Outcome.DONE, "CLOSED": Outcome.FAILED, "ABNORMAL": Outcome.FAILED}


@dataclass(frozen=True, slots=True)
class Wechat:
    """The provider with a merchant's keys; `notify_url` is where this deployment hears notifications."""

    host: str
    app_id: str
    merchant_id: str
    serial_number: str
    merchant_key: RSAPrivateKey
    platform_key_id: str
    platform_key: RSAPublicKey
    api_v3_key: bytes
    notify_url: str

    acknowledgement = Acknowledgement("application/json", '{"code":"SUCCESS"}')

    @classmethod
    def of(cls, keys: Mapping[str, str], notify_url: str) -> "Wechat":
        """Make the provider of the table [wechat] of payments.toml.

        Raises: KeyError, ValueError where something is missing or no key.
        """
        api_v3_key = keys["api_v3_key"].encode()
        if len(api_v3_key) != 32:
            raise ValueError("api_v3_key has 32 bytes")
        return cls(
            keys.get("host", "https://api.mch.weixin.qq.com"),
            keys["app_id"],
            keys["merchant_id"],
            keys["serial_number"],
            private_key(keys["merchant_key"]),
            keys["platform_key_id"],
            public_key(keys["platform_key"]),
            api_v3_key,
            notify_url,
        )

    def charge(self, charge: Charge) -> ChargeAnswer:
        body = {
            "appid": self.app_id,
            "mchid": self.merchant_id,
            "description": charge.subject[:127] or "—",
            "out_trade_no": charge.payment_id.hex,
            "time_expire": charge.until.astimezone(_PEKING).isoformat(timespec="seconds"),
            "notify_url": self.notify_url,
            "amount": {"total": charge.amount_minor, "currency": charge.currency},
        }
        status, told = self._ordered("/v3/pay/transactions/native", body)
        if status != 200:
            return ChargeAnswer(charge.payment_id, Outcome.FAILED, reason=_reason(told))
        return ChargeAnswer(charge.payment_id, Outcome.PENDING, pay_url=told["code_url"])

    def query(self, charge: Charge) -> ChargeAnswer:
        path = f"/v3/pay/transactions/out-trade-no/{charge.payment_id.hex}?mchid={self.merchant_id}"
        status, told = self._call("GET", path)
        if status == 404:
            return ChargeAnswer(charge.payment_id, Outcome.ABSENT)
        if status != 200:
            raise UnansweredError(_reason(told))
        if told["trade_state"] == "NOTPAY" and clock.business_now() > charge.until:
            return ChargeAnswer(charge.payment_id, Outcome.FAILED, reason="expired")
        return _charge_answer(told)

    def refund(self, back: Return) -> ReturnAnswer:
        body = {
            "out_trade_no": back.payment_id.hex,
            "out_refund_no": back.refund_id.hex,
            "notify_url": self.notify_url,
            "amount": {"refund": back.amount_minor, "total": back.of_minor, "currency": back.currency},
        }
        status, told = self._ordered("/v3/refund/domestic/refunds", body)
        if status != 200:
            return ReturnAnswer(back.refund_id, Outcome.FAILED, _reason(told))
        return _return_answer(told["out_refund_no"], told["status"])

    def query_refund(self, back: Return) -> ReturnAnswer:
        status, told = self._call("GET", f"/v3/refund/domestic/refunds/{back.refund_id.hex}")
        if status == 404:
            return ReturnAnswer(back.refund_id, Outcome.ABSENT)
        if status != 200:
            raise UnansweredError(_reason(told))
        return _return_answer(told["out_refund_no"], told["status"])

    def read_callback(self, headers: Mapping[str, str], body: bytes) -> ChargeAnswer | ReturnAnswer:
        if not self._is_theirs(headers, body):
            raise Refusal("payment_callback_refused", "The notification is not signed by WeChat Pay, or long ago.")
        try:
            sealed = json.loads(body)["resource"]
            opened = AESGCM(self.api_v3_key).decrypt(
                sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), sealed["associated_data"].encode()
            )
            told = json.loads(opened)
            if "refund_status" in told:
                return _return_answer(told["out_refund_no"], told["refund_status"])
            return _charge_answer(told)
        except (KeyError, ValueError, TypeError, InvalidTag) as error:
            raise Refusal("payment_callback_refused", "The notification cannot be read.") from error

    def _ordered(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Ask for money to be moved; what may go through later, under the same number, is not answered yet."""
        status, told = self._call("POST", path, body)
        if status == 429 or told.get("code") in _LATER:
            raise UnansweredError(_reason(told))
        return status, told

    def _call(self, method: str, path: str, content: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Send a signed request; return the status and what an answer that is signed by WeChat Pay says.

        An answer of anybody else, such as a proxy's 403, is none, whatever its status.
        """
        body = "" if content is None else json.dumps(content, ensure_ascii=False)
        stamp, nonce = str(clock.machine_milliseconds() // 1000), randomness.token_bytes(16).hex()
        signature = signed(self.merchant_key, f"{method}\n{path}\n{stamp}\n{nonce}\n{body}\n")
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "Shuke",
            "Authorization": f'WECHATPAY2-SHA256-RSA2048 mchid="{self.merchant_id}",nonce_str="{nonce}",'
            f'signature="{signature}",timestamp="{stamp}",serial_no="{self.serial_number}"',
        }
        status, answered, raw = call(self.host + path, method, body, headers)
        if not self._is_theirs(answered, raw):
            raise UnansweredError("The answer is not signed by WeChat Pay.")
        try:
            return status, json.loads(raw or b"{}")
        except ValueError as error:
            raise UnansweredError("The answer cannot be read.") from error

    def _is_theirs(self, headers: Mapping[str, str], body: bytes) -> bool:
        stamp = headers.get("wechatpay-timestamp", "")
        if headers.get("wechatpay-serial") != self.platform_key_id or not stamp.isdecimal():
            return False
        if abs(int(stamp) - clock.machine_milliseconds() // 1000) > _SKEW_SECONDS:
            return False
        message = f"{stamp}\n{headers.get('wechatpay-nonce', '')}\n".encode() + body + b"\n"
        return is_signed(self.platform_key, message, headers.get("wechatpay-signature", ""))


def _charge_answer(told: Mapping[str, Any]) -> ChargeAnswer:
    outcome = _STATES.get(told["trade_state"], Outcome.PENDING)
    amount = told.get("amount", {})
    return ChargeAnswer(
        UUID(told["out_trade_no"]),
        outcome,
        amount.get("total", 0),
        amount.get("currency", "CNY"),
        told.get("transaction_id", ""),
        reason=told["trade_state"] if outcome is Outcome.FAILED else "",
    )


def _return_answer(number: str, status: str) -> ReturnAnswer:
    outcome = _REFUNDS.get(status, Outcome.PENDING)
    return ReturnAnswer(UUID(number), outcome, status if outcome is Outcome.FAILED else "")


def _reason(told: Mapping[str, Any]) -> str:
    return str(told.get("code", "refused"))[:64]
