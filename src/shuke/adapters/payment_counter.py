"""Payments that people take and give back themselves: cash at the counter, or a checkout that already collected.

Whoever starts one says that the money is there; whoever refunds one hands it back.
"""

from collections.abc import Mapping

from shuke.core.values.errors import Refusal
from shuke.rooms.payments.contracts import Acknowledgement, Charge, ChargeAnswer, Outcome, Return, ReturnAnswer


class Counter:
    """A provider that has always been paid; it has no callbacks and no agreements."""

    acknowledgement = Acknowledgement("text/plain", "")

    def charge(self, charge: Charge) -> ChargeAnswer:
        return ChargeAnswer(charge.payment_id, Outcome.DONE, charge.amount_minor, charge.currency)

    query = charge

    def refund(self, back: Return) -> ReturnAnswer:
        return ReturnAnswer(back.refund_id, Outcome.DONE)

    query_refund = refund

    def read_callback(self, headers: Mapping[str, str], body: bytes) -> ChargeAnswer | ReturnAnswer:
        raise Refusal("payment_callback_refused", "Nobody calls back for what is paid at the counter.")
