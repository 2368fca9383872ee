"""`shuke failed-refunds`: refunds that their provider refused; tried again, or closed as paid by hand."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from shuke.surfaces.cli.commands import AsJson, DryRun, command

if TYPE_CHECKING:
    from shuke.rooms.payments.contracts import Payment, Refund

failed_refunds = typer.Typer(help="Refunds that their provider refused.", no_args_is_help=True)
_ROWS = 200
_STATES = {"pending": ("on its way back", "退款中"), "done": ("given back", "已退回"), "failed": ("failed", "失败")}

RefundId = Annotated[str, typer.Argument(metavar="REFUND", help="The refund's id, as the list says it.")]


@command(failed_refunds, "list")
def failed_refunds_list(as_json: AsJson = False) -> None:
    """List refunds that failed and whose money is still here."""
    from shuke.surfaces.cli import session
    from shuke.surfaces.cli.terminal import result, table, words

    with session.opened():
        from shuke.foundation import cursors
        from shuke.rooms.payments import facade as payments
        from shuke.surfaces.wording import figures

        every = cursors.pages(lambda cursor: payments.failed_refunds(_ROWS, cursor))
        found = [each for page in every for each in page.refunds]
        names = ("refund", "退款"), ("method", "方式"), ("why it failed", "失败原因"), ("amount", "金额")
        heads = tuple(words(*each) for each in names)
        cells = [
            (told["id"], told["method"], told["reason"], figures.money(told["amount_minor"], told["currency"]))
            for told in (_told(*each) for each in found)
        ]
        result([_told(*each) for each in found], table(heads, cells), as_json=as_json)


@command(failed_refunds, "retry")
def failed_refunds_retry(refund: RefundId, as_json: AsJson = False) -> None:
    """Try a refund again; its provider is first asked whether it moved."""
    from shuke.surfaces.cli import session
    from shuke.surfaces.cli.people import actor

    with session.opened():
        from shuke.foundation import clock
        from shuke.rooms.payments import facade as payments

        id = _id(refund)
        payments.retry_refund(id, clock.business_now(), actor())
        payments.send_refund(id)
        _say(_told(*payments.refund_of(id)), as_json=as_json)


@command(failed_refunds, "paid-by-hand")
def failed_refunds_paid_by_hand(
    refund: RefundId,
    reference: Annotated[str, typer.Option(help="By which proof it was paid, such as a bank transfer's number.")],
    note: Annotated[str, typer.Option(help="A word on it.")] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Close a refund that failed: its money was paid otherwise."""
    from shuke.surfaces.cli import session
    from shuke.surfaces.cli.people import actor

    with session.opened():
        from shuke.foundation import clock
        from shuke.foundation.transactions import unit_of_work
        from shuke.rooms.payments import facade as payments

        with unit_of_work(dry_run=dry_run):
            done = payments.pay_refund_by_hand(_id(refund), reference, note, clock.business_now(), actor())
            told = _told(*payments.refund_of(done.id))
        _say(told, as_json=as_json)


def _told(payment: "Payment", refund: "Refund") -> dict[str, Any]:
    from shuke.foundation import ids
    from shuke.rooms.members.contracts import ID_PREFIX
    from shuke.rooms.payments.contracts import PAYMENT_PREFIX, REFUND_PREFIX

    by_hand = refund.by_hand
    return {
        "id": ids.encode(REFUND_PREFIX, refund.id),
        "payment_id": ids.encode(PAYMENT_PREFIX, payment.id),
        "member_id": ids.encode(ID_PREFIX, payment.member_id),
        "method": payment.method,
        "state": refund.state.value,
        "amount_minor": refund.amount_minor,
        "currency": payment.currency,
        "reason": refund.reason,
        "by_hand": by_hand and {"by": by_hand.by, "reference": by_hand.reference, "note": by_hand.note},
    }


def _id(text: str) -> UUID:
    from shuke.foundation import ids
    from shuke.rooms.payments.contracts import REFUND_PREFIX

    return ids.decode(REFUND_PREFIX, text)


def _say(told: Mapping[str, Any], *, as_json: bool) -> None:
    from shuke.surfaces.cli.terminal import result, words
    from shuke.surfaces.wording import figures

    shown = {
        words("refund", "退款"): told["id"],
        words("state", "状态"): words(*_STATES[told["state"]]),
        words("amount", "金额"): figures.money(told["amount_minor"], told["currency"]),
        words("why it failed", "失败原因"): told["reason"],
        words("paid by hand, by", "人工退款，经办人"): told["by_hand"] and told["by_hand"]["by"],
        words("proof", "凭证"): told["by_hand"] and told["by_hand"]["reference"],
    }
    result(dict(told), [f"{name}: {value}" for name, value in shown.items() if value], as_json=as_json)
