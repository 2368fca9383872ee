"""Alipay's open platform: pay by scanning a code, query, refund, notifications.

Requests are signed with the application's key (RSA2), answers and notifications are checked with Alipay's public key.
It offers no agreements: a plan that was paid so is renewed by hand. Written from Alipay's documentation and tried
against a copy of what that says; the service itself has not been met yet.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from shuke.adapters.payment_http import call, is_signed, private_key, public_key, signed
from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.payments.contracts import (
    Acknowledgement,
    Charge,
    ChargeAnswer,
    Outcome,
    Return,
    ReturnAnswer,
    UnansweredError,
)

METHOD = "alipay"
_PEKING = ZoneInfo("Asia/Shanghai")
_STATES = {"TRADE_SUCCESS": Outcome.DONE, "TRADE_FINISHED": Outcome.DONE, "TRADE_CLOSED": Outcome.FAILED}
_OK, _ABSENT = "10000", "ACQ.TRADE_NOT_EXIST"
_AGAIN = {"20000", "ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "ACQ.SELLER_BALANCE_NOT_ENOUGH"}


@dataclass(frozen=True, slots=True)
class Alipay:
    """The provider with a merchant's keys; `notify_url` is where this deployment hears notifications."""

    gateway: str
    app_id: str
    app_key: RSAPrivateKey
    alipay_key: RSAPublicKey
    notify_url: str

    acknowledgement = Acknowledgement("text/plain", "success")

    @classmethod
    def of(cls, keys: Mapping[str, str], notify_url: str) -> "Alipay":
        """Make the provider of the table [alipay] of payments.toml.

        Raises: KeyError, ValueError where something is missing or no key.
        """
        return cls(
            keys.get("gateway", "https://openapi.alipay.com/gateway.do"),
            keys["app_id"],
            private_key(keys["app_key"]),
            public_key(keys["alipay_key"]),
            notify_url,
        )

    def charge(self, charge: Charge) -> ChargeAnswer:
        if charge.currency != "CNY":
            return ChargeAnswer(charge.payment_id, Outcome.FAILED, reason="currency")
        told = self._call(
            "alipay.trade.precreate",
            {
                "out_trade_no": charge.payment_id.hex,
                "total_amount": _yuan(charge.amount_minor),
                "subject": charge.subject[:256] or "—",
                "time_expire": _peking(charge.until),
            },
        )
        if told["code"] != _OK:
            return ChargeAnswer(charge.payment_id, Outcome.FAILED, reason=_reason(told))
        return ChargeAnswer(charge.payment_id, Outcome.PENDING, pay_url=told["qr_code"])

    def query(self, charge: Charge) -> ChargeAnswer:
        told = self._call("alipay.trade.query", {"out_trade_no": charge.payment_id.hex})
        if told.get("sub_code") == _ABSENT:  # so it is until somebody scans the code
            late = clock.business_now() > charge.until
            outcome = Outcome.FAILED if late else Outcome.ABSENT
            return ChargeAnswer(charge.payment_id, outcome, reason="expired" if late else "")
        if told["code"] != _OK:
            raise UnansweredError(_reason(told))
        return _charge_answer(told)

    def refund(self, back: Return) -> ReturnAnswer:
        told = self._call(
            "alipay.trade.refund",
            {
                "out_trade_no": back.payment_id.hex,
                "refund_amount": _yuan(back.amount_minor),
                "out_request_no": back.refund_id.hex,
            },
        )
        if told["code"] != _OK:
            return ReturnAnswer(back.refund_id, Outcome.FAILED, _reason(told))
        done = told.get("fund_change") == "Y"
        return ReturnAnswer(back.refund_id, Outcome.DONE if done else Outcome.PENDING)

    def query_refund(self, back: Return) -> ReturnAnswer:
        asked = {"out_trade_no": back.payment_id.hex, "out_request_no": back.refund_id.hex}
        told = self._call("alipay.trade.fastpay.refund.query", asked)
        if told["code"] != _OK:
            raise UnansweredError(_reason(told))
        if "refund_amount" not in told:
            return ReturnAnswer(back.refund_id, Outcome.ABSENT)
        done = told.get("refund_status", "REFUND_SUCCESS") == "REFUND_SUCCESS"
        return ReturnAnswer(back.refund_id, Outcome.DONE if done else Outcome.PENDING)

    def read_callback(self, headers: Mapping[str, str], body: bytes) -> ChargeAnswer | ReturnAnswer:
        try:
            told = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
            message = _to_be_signed({name: value for name, value in told.items() if name != "sign_type"})
            if not is_signed(self.alipay_key, message.encode(), told.get("sign", "")) or told["app_id"] != self.app_id:
                raise Refusal("payment_callback_refused", "The notification is not signed by Alipay.")
            return _charge_answer(told)
        except (KeyError, ValueError) as error:
            raise Refusal("payment_callback_refused", "The notification cannot be read.") from error

    def _call(self, method: str, content: dict[str, str]) -> dict[str, Any]:
        """Send a signed request; return what an answer that is signed by Alipay says."""
        asked = {
            "app_id": self.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": _peking(clock.machine_now()),
            "version": "1.0",
            "notify_url": self.notify_url,
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        }
        asked["sign"] = signed(self.app_key, _to_be_signed(asked))
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        _, _, raw = call(self.gateway, "POST", urlencode(asked), headers)
        told, written = _part(raw.decode("utf-8", "replace"), method.replace(".", "_") + "_response")
        if not is_signed(self.alipay_key, written.encode(), _sign_of(raw)):
            raise UnansweredError("The answer is not signed by Alipay.")
        if {told.get("code"), told.get("sub_code")} & _AGAIN:
            raise UnansweredError(_reason(told))
        return told


def _peking(at: datetime) -> str:
    return at.astimezone(_PEKING).strftime("%Y-%m-%d %H:%M:%S")


def _to_be_signed(values: Mapping[str, str]) -> str:
    return "&".join(f"{name}={values[name]}" for name in sorted(values) if name != "sign" and values[name] != "")


def _part(text: str, name: str) -> tuple[dict[str, Any], str]:
    """Return an object of an answer, and how it is written there: just that is signed."""
    start = text.find("{", text.find(f'"{name}"'))
    try:
        told, length = json.JSONDecoder().raw_decode(text[start:])
    except ValueError as error:
        raise UnansweredError("The answer cannot be read.") from error
    return told, text[start : start + length]


def _sign_of(raw: bytes) -> str:
    try:
        return str(json.loads(raw).get("sign", ""))
    except ValueError as error:
        raise UnansweredError("The answer cannot be read.") from error


def _charge_answer(told: Mapping[str, Any]) -> ChargeAnswer:
    outcome = _STATES.get(told["trade_status"], Outcome.PENDING)
    return ChargeAnswer(
        UUID(told["out_trade_no"]),
        outcome,
        _minor(told["total_amount"]),
        "CNY",
        told.get("trade_no", ""),
        reason=told["trade_status"] if outcome is Outcome.FAILED else "",
    )


def _yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _minor(yuan: str) -> int:
    """Read an amount in yuan with up to two digits after the point.

    Raises: ValueError.
    """
    whole, _, part = yuan.partition(".")
    if not (whole + part).isdecimal() or len(part) > 2:
        raise ValueError("not an amount")
    return int(whole) * 100 + int(f"{part:0<2}")


def _reason(told: Mapping[str, Any]) -> str:
    return str(told.get("sub_code") or told.get("code", "refused"))[:64]
