"""WeChat Pay and Alipay as their documentation says: a copy of each that checks signatures, and answers signed.

The copies know only what is documented. The services themselves were not asked.
"""

import base64
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shuke.adapters.payment_alipay import Alipay
from shuke.adapters.payment_wechat import Wechat
from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.payments.contracts import Charge, ChargeAnswer, Outcome, Return, ReturnAnswer, UnansweredError
from tests.payments.conftest import NOW

PAYMENT, REFUND = UUID(int=7), UUID(int=8)
CHARGE = Charge(PAYMENT, 9_901, "CNY", "熟客咖啡", "", NOW, NOW + timedelta(minutes=15))
BACK = Return(REFUND, PAYMENT, 4_000, 9_901, "CNY", NOW)
SECRET = "k" * 32


def key_pair():
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key, private, key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()


OURS, OURS_PEM, _ = key_pair()
THEIRS, _, THEIRS_PEM = key_pair()


def sign(message):
    return base64.b64encode(THEIRS.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def check(message, signature):
    OURS.public_key().verify(base64.b64decode(signature), message, padding.PKCS1v15(), hashes.SHA256())


class Copy(ThreadingHTTPServer):
    """Answers `told[path]` = (status, content) to signed requests, and keeps what it was asked."""

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.told, self.asked, self.forged = {}, [], False


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.do_POST()

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, raw, headers = self.answer(body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)


class WechatCopy(Handler):
    def answer(self, body):
        scheme, _, parts = self.headers["Authorization"].partition(" ")
        said = {name: value.strip('"') for name, _, value in (part.partition("=") for part in parts.split(","))}
        assert (scheme, said["mchid"], said["serial_no"]) == ("WECHATPAY2-SHA256-RSA2048", "1900000001", "5157F09E")
        message = "\n".join([self.command, self.path, said["timestamp"], said["nonce_str"], body.decode(), ""])
        check(message.encode(), said["signature"])
        self.server.asked.append((self.command, self.path, json.loads(body) if body else None))
        status, content = self.server.told[self.path]
        raw = json.dumps(content).encode()
        return status, raw, {} if self.server.forged else wechat_headers(raw)


class AlipayCopy(Handler):
    def answer(self, body):
        said = {name: value for name, (value,) in parse_qs(body.decode(), strict_parsing=True).items()}
        signature = said.pop("sign")
        check("&".join(f"{name}={said[name]}" for name in sorted(said)).encode(), signature)
        self.server.asked.append((said["method"], json.loads(said["biz_content"])))
        part = json.dumps(self.server.told[said["method"]], ensure_ascii=False)
        signature = "" if self.server.forged else sign(part.encode())
        name = said["method"].replace(".", "_") + "_response"
        return 200, f'{{"{name}":{part},"sign":"{signature}"}}'.encode(), {}


def wechat_headers(raw, *, late=0):
    stamp = str(clock.machine_milliseconds() // 1000 - late)
    return {
        "Wechatpay-Timestamp": stamp,
        "Wechatpay-Nonce": "n0nce",
        "Wechatpay-Serial": "PUB_KEY_ID_1",
        "Wechatpay-Signature": sign(f"{stamp}\nn0nce\n".encode() + raw + b"\n"),
    }


@pytest.fixture
def served():
    servers = []

    def serve(handler):
        servers.append(Copy(handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        return servers[-1]

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def wechat(served):
    server = served(WechatCopy)
    keys = {
        "host": f"http://127.0.0.1:{server.server_port}",
        "app_id": "wx1",
        "merchant_id": "1900000001",
        "serial_number": "5157F09E",
        "merchant_key": OURS_PEM,
        "platform_key_id": "PUB_KEY_ID_1",
        "platform_key": THEIRS_PEM,
        "api_v3_key": SECRET,
    }
    return Wechat.of(keys, "https://vip.example.com/callbacks/payments/wechat"), server


@pytest.fixture
def alipay(served):
    server = served(AlipayCopy)
    gateway = f"http://127.0.0.1:{server.server_port}/gateway.do"
    keys = {"gateway": gateway, "app_id": "2021", "app_key": OURS_PEM, "alipay_key": THEIRS_PEM}
    return Alipay.of(keys, "https://vip.example.com/callbacks/payments/alipay"), server


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def test_wechat_gives_a_code_to_scan(wechat):
    provider, server = wechat
    server.told["/v3/pay/transactions/native"] = (200, {"code_url": "weixin://wxpay/bizpayurl?pr=x"})

    answer = provider.charge(CHARGE)

    assert answer == ChargeAnswer(PAYMENT, Outcome.PENDING, pay_url="weixin://wxpay/bizpayurl?pr=x")
    ((method, _, body),) = server.asked
    assert (method, body) == (
        "POST",
        {
            "appid": "wx1",
            "mchid": "1900000001",
            "description": "熟客咖啡",
            "out_trade_no": PAYMENT.hex,
            "time_expire": "2026-06-15T20:15:00+08:00",
            "notify_url": "https://vip.example.com/callbacks/payments/wechat",
            "amount": {"total": 9901, "currency": "CNY"},
        },
    )


@pytest.mark.parametrize(
    ("status", "told", "expected"),
    [
        (200, {"trade_state": "SUCCESS", "transaction_id": "42"}, (Outcome.DONE, "42", "")),
        (200, {"trade_state": "NOTPAY"}, (Outcome.PENDING, "", "")),
        (200, {"trade_state": "CLOSED"}, (Outcome.FAILED, "", "CLOSED")),
        (404, {"code": "ORDER_NOT_EXIST"}, (Outcome.ABSENT, "", "")),
    ],
)
def test_wechat_is_asked_what_became_of_it(wechat, status, told, expected):
    provider, server = wechat
    content = {"out_trade_no": PAYMENT.hex, "amount": {"total": 9_901, "currency": "CNY"}} | told
    server.told[f"/v3/pay/transactions/out-trade-no/{PAYMENT.hex}?mchid=1900000001"] = (status, content)

    answer = provider.query(CHARGE)

    assert (answer.outcome, answer.provider_id, answer.reason) == expected
    clock.set_business_clock(NOW + timedelta(hours=3))
    late = provider.query(CHARGE).outcome
    assert late is (Outcome.FAILED if told.get("trade_state") == "NOTPAY" else answer.outcome)


def test_wechat_refunds_and_tells_later(wechat):
    provider, server = wechat
    answered = {"out_refund_no": REFUND.hex, "status": "PROCESSING"}
    server.told["/v3/refund/domestic/refunds"] = (200, answered)
    server.told[f"/v3/refund/domestic/refunds/{REFUND.hex}"] = (200, answered | {"status": "SUCCESS"})

    assert provider.refund(BACK) == ReturnAnswer(REFUND, Outcome.PENDING)
    assert provider.query_refund(BACK) == ReturnAnswer(REFUND, Outcome.DONE)
    assert server.asked[0][2]["amount"] == {"refund": 4000, "total": 9901, "currency": "CNY"}
    server.told["/v3/refund/domestic/refunds"] = (403, {"code": "NOT_ENOUGH"})
    with pytest.raises(UnansweredError):
        provider.refund(BACK)


def notification(told):
    sealed = AESGCM(SECRET.encode()).encrypt(b"abcdefghijkl", json.dumps(told).encode(), b"transaction")
    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "nonce": "abcdefghijkl",
        "associated_data": "transaction",
    }
    return json.dumps({"id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "resource": resource}).encode()


def test_wechat_notifications_are_checked_and_opened(wechat):
    provider, _ = wechat
    amount = {"total": 9_901, "payer_total": 9_901, "currency": "CNY"}
    paid = {"out_trade_no": PAYMENT.hex, "trade_state": "SUCCESS", "transaction_id": "42", "amount": amount}
    raw = notification(paid)
    back = notification({"out_refund_no": REFUND.hex, "refund_status": "ABNORMAL"})

    assert provider.read_callback(lower(wechat_headers(raw)), raw) == ChargeAnswer(
        PAYMENT, Outcome.DONE, 9_901, "CNY", "42"
    )
    assert provider.read_callback(lower(wechat_headers(back)), back) == ReturnAnswer(REFUND, Outcome.FAILED, "ABNORMAL")
    for headers, body in (
        (wechat_headers(raw), raw + b" "),
        (wechat_headers(raw, late=301), raw),
        (wechat_headers(raw) | {"Wechatpay-Serial": "PUB_KEY_ID_2"}, raw),
        ({}, raw),
        (wechat_headers(b"{}"), b"{}"),
    ):
        with pytest.raises(Refusal) as caught:
            provider.read_callback(lower(headers), body)
        assert caught.value.code == "payment_callback_refused"


def test_wechat_that_is_not_signed_or_broken_has_not_answered(wechat):
    provider, server = wechat
    charged, refunded = "/v3/pay/transactions/native", "/v3/refund/domestic/refunds"
    for status, content in ((500, {}), (429, {"code": "FREQUENCY_LIMITED"}), (403, {"code": "RATELIMIT_EXCEEDED"})):
        server.told[charged] = server.told[refunded] = (status, content)
        with pytest.raises(UnansweredError):
            provider.charge(CHARGE)
        with pytest.raises(UnansweredError):
            provider.refund(BACK)
    server.told[charged] = server.told[refunded] = (403, {"code": "NO_AUTH"})
    assert provider.charge(CHARGE) == ChargeAnswer(PAYMENT, Outcome.FAILED, reason="NO_AUTH")
    assert provider.refund(BACK) == ReturnAnswer(REFUND, Outcome.FAILED, "NO_AUTH")
    server.forged = True
    for status, content in ((200, {"code_url": "weixin://x"}), (403, {"code": "NO_AUTH"}), (404, {})):
        server.told[charged] = server.told[refunded] = (status, content)
        with pytest.raises(UnansweredError):
            provider.charge(CHARGE)
        with pytest.raises(UnansweredError):
            provider.refund(BACK)


def test_alipay_gives_a_code_to_scan(alipay):
    provider, server = alipay
    server.told["alipay.trade.precreate"] = {"code": "10000", "msg": "Success", "qr_code": "https://qr.example/x"}

    assert provider.charge(CHARGE) == ChargeAnswer(PAYMENT, Outcome.PENDING, pay_url="https://qr.example/x")
    wanted = {
        "out_trade_no": PAYMENT.hex,
        "total_amount": "99.01",
        "subject": "熟客咖啡",
        "time_expire": "2026-06-15 20:15:00",
    }
    assert server.asked == [("alipay.trade.precreate", wanted)]


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"code": "10000", "trade_status": "TRADE_SUCCESS"}, Outcome.DONE),
        ({"code": "10000", "trade_status": "WAIT_BUYER_PAY"}, Outcome.PENDING),
        ({"code": "10000", "trade_status": "TRADE_CLOSED"}, Outcome.FAILED),
        ({"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST"}, Outcome.ABSENT),
    ],
)
def test_alipay_is_asked_what_became_of_it(alipay, told, outcome):
    provider, server = alipay
    content = {"out_trade_no": PAYMENT.hex, "trade_no": "42", "total_amount": "99.01"}
    server.told["alipay.trade.query"] = content | told

    answer = provider.query(CHARGE)

    assert answer.outcome is outcome
    assert outcome is Outcome.ABSENT or (answer.amount_minor, answer.provider_id) == (9_901, "42")
    server.told["alipay.trade.query"] = {"code": "20000", "msg": "Service Currently Unavailable"}
    with pytest.raises(UnansweredError):
        provider.query(CHARGE)
    server.forged = True
    with pytest.raises(UnansweredError):
        provider.query(CHARGE)


def test_alipay_refunds_and_says_whether_money_moved(alipay):
    provider, server = alipay
    server.told["alipay.trade.refund"] = {"code": "10000", "fund_change": "Y"}
    server.told["alipay.trade.fastpay.refund.query"] = {"code": "10000"}

    assert provider.refund(BACK) == ReturnAnswer(REFUND, Outcome.DONE)
    assert provider.query_refund(BACK) == ReturnAnswer(REFUND, Outcome.ABSENT)
    server.told["alipay.trade.fastpay.refund.query"] |= {"refund_amount": "40.00"}
    assert provider.query_refund(BACK) == ReturnAnswer(REFUND, Outcome.DONE)
    wanted = {"out_trade_no": PAYMENT.hex, "refund_amount": "40.00", "out_request_no": REFUND.hex}
    assert server.asked[0] == ("alipay.trade.refund", wanted)


def test_alipay_notifications_are_checked(alipay):
    provider, _ = alipay
    said = {
        "app_id": "2021",
        "out_trade_no": PAYMENT.hex,
        "total_amount": "99.01",
        "trade_no": "42",
        "trade_status": "TRADE_SUCCESS",
        "subject": "熟客咖啡 100%",
    }

    def body(**changes):
        signature = sign("&".join(f"{name}={said[name]}" for name in sorted(said)).encode())
        return urlencode(said | {"sign": signature, "sign_type": "RSA2"} | changes).encode()

    assert provider.read_callback({}, body()) == ChargeAnswer(PAYMENT, Outcome.DONE, 9_901, "CNY", "42")
    for forged in (body(total_amount="0.01"), body(app_id="2022"), body(sign=""), b"", b"\xff"):
        with pytest.raises(Refusal) as caught:
            provider.read_callback({}, forged)
        assert caught.value.code == "payment_callback_refused"
