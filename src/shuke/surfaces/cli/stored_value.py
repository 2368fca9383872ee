"""The commands of stored value and gift cards: topped up, used, refunded, loaded. Imports nothing heavy."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shuke.surfaces.cli.commands import AsJson, DryRun, command
from shuke.surfaces.cli.terminal import result, scaled, words
from shuke.surfaces.cli.value import Member, Name, Reason

if TYPE_CHECKING:
    from shuke.rooms.members.contracts import MemberRef
    from shuke.rooms.value.contracts import GiftCard, RefundPreview, TopUp, ValueRefund

value = typer.Typer(help="Stored value: top up, pay, refund, figures.", no_args_is_help=True)
gift_cards = typer.Typer(help="Gift cards: make, sell, load, void.", no_args_is_help=True)

Amount = Annotated[int, typer.Argument(help="Amount in minor units: 5000 is 50.00.")]
Code = Annotated[str, typer.Argument(help="The card's code, however it is typed.")]
PaidOrder = Annotated[str | None, typer.Option("--order", help="The order: SOURCE/EXTERNAL_ID.")]


@command(value, "show")
def value_show(member: Member, as_json: AsJson = False) -> None:
    """Show what a member has of stored value."""
    from shuke.surfaces.cli import session

    with session.opened():
        from shuke.rooms.programs import facade as programs

        held = programs.value_of(_member(member).id)  # type: ignore[arg-type]  # found by its id
        told = {
            "principal_minor": held.principal_minor,
            "bonus_minor": held.bonus_minor,
            "held_minor": held.held_minor,
            "bonus_ends_on": held.bonus_ends_on.isoformat() if held.bonus_ends_on else None,
            "warnings": [warning.value for warning in held.warnings],
        }
        _say(told, as_json=as_json)


@command(value, "top-up")
def value_top_up(
    member: Member,
    amount: Amount,
    method: Annotated[str, typer.Option(help="desk where the money was taken, or a provider.")] = "desk",
    name: Name = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Top up a member's stored value, with the bonus that the program gives."""
    from shuke.surfaces.cli import movements, session
    from shuke.surfaces.cli.people import actor

    with session.opened():
        from shuke.rooms.programs import facade as programs
        from shuke.rooms.programs.contracts import TopUpFact

        how = movements.How(name, None, None, dry_run=dry_run, as_json=as_json)
        fact = TopUpFact(*how.key(), _member(member), amount, method)
        _say(_top_up(programs.top_up(fact, actor(), dry_run=dry_run)), as_json=as_json)


@command(value, "pay")
def value_pay(
    member: Member,
    amount: Amount,
    order: PaidOrder = None,
    name: Name = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Pay with stored value; a refund of the order gives it back by share."""
    from shuke.surfaces.cli import movements, session
    from shuke.surfaces.cli.people import actor

    with session.opened():
        from shuke.foundation import ids
        from shuke.rooms.programs import facade as programs
        from shuke.rooms.programs.contracts import ValuePaymentFact
        from shuke.rooms.value.contracts import USE_PREFIX

        how = movements.How(name, None, None, dry_run=dry_run, as_json=as_json)
        paid = movements.pair(order) if order else None
        use = programs.pay_with_value(
            ValuePaymentFact(*how.key(), _member(member), amount, paid), actor(), dry_run=dry_run
        )
        told = {
            "id": ids.encode(USE_PREFIX, use.id),
            "amount_minor": use.amount_minor,
            "principal_minor": use.principal_minor,
            "bonus_minor": use.bonus_minor,
        }
        _say(told, as_json=as_json)


@command(value, "refund")
def value_refund(
    member: Member,
    reason: Reason,
    amount: Annotated[int | None, typer.Argument(help="Principal in minor units; all that is left by default.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Refund stored value less the fee to where it was paid; --dry-run says what it comes to."""
    from shuke.surfaces.cli import session
    from shuke.surfaces.cli.people import actor

    with session.opened():
        from shuke.rooms.org.contracts import Approval
        from shuke.rooms.programs import facade as programs

        if dry_run:
            _say(_refund(programs.preview_value_refund(_member(member), amount)), as_json=as_json)
            return
        done = programs.ask_value_refund(_member(member), amount, reason, actor(), None)
        assert not isinstance(done, Approval), "the command line needs no second person"
        _say(_refund(done), as_json=as_json)


@command(value, "figures")
def value_figures(as_json: AsJson = False) -> None:
    """Show what is outstanding, and all that was paid in, used, refunded and kept as fees."""
    from dataclasses import asdict

    from shuke.surfaces.cli import session

    with session.opened():
        from shuke.rooms.programs import facade as programs

        told = asdict(programs.value_figures())
        del told["digits"]
        _say(told, as_json=as_json)


@command(gift_cards, "make")
def cards_make(
    name: Annotated[str, typer.Argument(help="What the batch is called.")],
    cards: Annotated[int, typer.Argument(help="How many, 10,000 at most.")],
    amount: Amount,
    active: Annotated[bool, typer.Option("--active", help="They can be loaded at once.")] = False,
    ends_on: Annotated[str | None, typer.Option(help="The last day of loading, such as 2027-12-31.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make gift cards; `shuke gift-cards codes` prints them."""
    from shuke.surfaces.cli import session, times
    from shuke.surfaces.cli.people import actor

    with session.opened():
        from shuke.foundation import ids
        from shuke.rooms.programs import facade as programs
        from shuke.rooms.value.contracts import BATCH_PREFIX, NewBatch

        made = programs.make_gift_cards(NewBatch(name, cards, amount, active, times.day(ends_on)), actor())
        told = {
            "id": ids.encode(BATCH_PREFIX, made.id),
            "name": made.name,
            "cards": made.cards,
            "amount_minor": made.amount_minor,
            "warnings": [warning.value for warning in made.warnings],
        }
        _say(told, as_json=as_json)


@command(gift_cards, "codes")
def cards_codes(
    batch: Annotated[str, typer.Argument(help="The batch: gcb_….")],
    as_json: AsJson = False,
) -> None:
    """Print the codes of a batch, one a line, with where each stands."""
    from shuke.surfaces.cli import session

    with session.opened():
        from shuke.foundation import cursors, ids
        from shuke.rooms.value import facade as stored
        from shuke.rooms.value.contracts import BATCH_PREFIX

        batch_id = ids.decode(BATCH_PREFIX, batch)
        every = cursors.pages(lambda cursor: stored.cards_page(batch_id, 1_000, cursor))
        found = [{"code": card.code, "state": card.state.value} for page in every for card in page.cards]
        result(found, [f"{card['code']}  {card['state']}" for card in found], as_json=as_json)


@command(gift_cards, "sell")
def cards_sell(
    codes: Annotated[list[str], typer.Argument(help="The cards' codes.")],
    order: PaidOrder = None,
    as_json: AsJson = False,
) -> None:
    """Let cards be loaded from now on, all of them or none."""
    from shuke.surfaces.cli import movements, session
    from shuke.surfaces.cli.people import actor

    with session.opened():
        from shuke.rooms.programs import facade as programs

        sold = programs.sell_gift_cards(codes, actor(), movements.pair(order) if order else None)
        told = [_card(card) for card in sold]
        result(told, [f"{card['code']}  {card['state']}" for card in told], as_json=as_json)


@command(gift_cards, "load")
def cards_load(code: Code, member: Member, as_json: AsJson = False) -> None:
    """Load a card into a member's stored value, once."""
    from shuke.surfaces.cli import session
    from shuke.surfaces.cli.people import actor

    with session.opened():
        from shuke.rooms.programs import facade as programs

        _say(_top_up(programs.load_gift_card(code, _member(member), actor())), as_json=as_json)


@command(gift_cards, "void")
def cards_void(code: Code, reason: Reason, as_json: AsJson = False) -> None:
    """Make a card worth nothing that nobody has loaded."""
    from shuke.surfaces.cli import session
    from shuke.surfaces.cli.people import actor

    with session.opened():
        from shuke.rooms.programs import facade as programs

        _say(_card(programs.void_gift_card(code, reason, actor())), as_json=as_json)


@command(gift_cards, "show")
def cards_show(code: Code, as_json: AsJson = False) -> None:
    """Show a card by its code."""
    from shuke.surfaces.cli import session

    with session.opened():
        from shuke.rooms.value import facade as stored

        _say(_card(stored.gift_card(code)), as_json=as_json)


def _member(member: str) -> "MemberRef":
    from shuke.rooms.members.contracts import MemberRef
    from shuke.surfaces.cli.members import found

    return MemberRef(id=found(member))


def _top_up(top_up: "TopUp") -> dict[str, Any]:
    from shuke.foundation import ids
    from shuke.rooms.value.contracts import TOP_UP_PREFIX

    return {
        "id": ids.encode(TOP_UP_PREFIX, top_up.id),
        "state": top_up.state.value,
        "method": top_up.method,
        "amount_minor": top_up.amount_minor,
        "bonus_minor": top_up.bonus_minor,
        "pay_url": top_up.payment.pay_url if top_up.payment else None,
        "warnings": [warning.value for warning in top_up.warnings],
        "repeated": top_up.repeated,
    }


def _refund(refund: "RefundPreview | ValueRefund") -> dict[str, Any]:
    return {
        "principal_minor": refund.principal_minor,
        "bonus_minor": refund.bonus_minor,
        "fee_minor": refund.fee_minor,
        "money_minor": refund.principal_minor - refund.fee_minor,
        "parts": [
            {"method": part.method or words("by hand", "人工"), "amount_minor": part.amount_minor}
            for part in refund.parts
        ],
    }


def _card(card: "GiftCard") -> dict[str, Any]:
    return {
        "code": card.code,
        "state": card.state.value,
        "amount_minor": card.amount_minor,
        "ends_on": card.ends_on.isoformat() if card.ends_on else None,
    }


_NAMES: Mapping[str, tuple[str, str]] = {
    "id": ("id", "编号"),
    "name": ("name", "名称"),
    "code": ("code", "卡号"),
    "cards": ("cards", "张数"),
    "currency": ("currency", "币种"),
    "state": ("state", "状态"),
    "method": ("method", "方式"),
    "amount_minor": ("amount", "金额"),
    "principal_minor": ("principal", "本金"),
    "bonus_minor": ("bonus", "赠金"),
    "held_minor": ("set aside", "预占"),
    "bonus_ends_on": ("bonus first ends on", "赠金最早到期"),
    "ends_on": ("to be loaded until", "充入截止"),
    "pay_url": ("pay at", "付款地址"),
    "warnings": ("note", "提示"),
    "repeated": ("made before", "此前已做"),
    "fee_minor": ("fee", "手续费"),
    "money_minor": ("money back", "退回金额"),
    "paid_in_minor": ("paid in", "累计充入"),
    "bonus_given_minor": ("bonus given", "累计赠金"),
    "principal_used_minor": ("principal used", "本金已用"),
    "bonus_used_minor": ("bonus used", "赠金已用"),
    "bonus_expired_minor": ("bonus expired", "赠金过期"),
    "refunded_minor": ("principal refunded", "本金已退"),
    "bonus_withdrawn_minor": ("bonus gone with it", "随退赠金"),
    "fees_minor": ("fees kept", "手续费"),
    "cards_open_minor": ("on cards to be loaded", "待充入礼品卡"),
}
_TOLD: Mapping[str, tuple[str, str]] = {
    "named_limit": ("more than the limit for one member", "超过单人限额"),
    "unnamed_limit": ("more than the limit for gift cards", "超过礼品卡限额"),
}


def _say(told: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what is told, amounts as people read them."""
    lines = []
    for name, said in told.items():
        if said in (None, [], "", False):
            continue
        if name == "parts":
            lines += [f"  → {part['method']}: {_money(part['amount_minor'])}" for part in said]
        elif name == "warnings":
            lines.append(f"{words(*_NAMES[name])}: {', '.join(words(*_TOLD[each]) for each in said)}")
        else:
            shown = _money(said) if name.endswith("_minor") else words("yes", "是") if said is True else said
            lines.append(f"{words(*_NAMES[name])}: {shown}")
    result(dict(told), lines, as_json=as_json)


def _money(minor: int) -> str:
    from shuke.rooms.programs import facade as programs

    return str(scaled(minor, programs.needed_value_terms().digits))
