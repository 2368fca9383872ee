"""`shuke plans`: what paid membership sells, who has it, and activation codes as a file."""

from typing import Annotated

import typer

from shuke.surfaces.cli.commands import AsJson, command

plans = typer.Typer(help="Paid plans and their activation codes.", no_args_is_help=True)


@command(plans, "list")
def plans_list(as_json: AsJson = False) -> None:
    """List the paid plans with their prices and how many members have each."""
    from shuke.surfaces.cli import session
    from shuke.surfaces.cli.terminal import result, table, words

    with session.opened():
        from shuke.rooms.paid import facade as paid
        from shuke.rooms.paid.contracts import LIVE

        counts = paid.counts()
        rows = [
            {
                "code": plan.code,
                "name_zh": plan.name_zh,
                "name_en": plan.name_en,
                "tag": plan.tag,
                "on_sale": plan.on_sale,
                "prices_minor": {length.value: price for length, price in plan.version.terms.prices.items()},
                "members": sum(counts[plan.id].states.get(state, 0) for state in LIVE) if plan.id in counts else 0,
            }
            for plan in paid.list_plans()
        ]
        heads = (words("code", "代码"), words("name", "名称"), words("on sale", "在售"), words("members", "会员"))
        yes, no = words("yes", "是"), words("no", "否")
        cells = [
            (row["code"], words(row["name_en"], row["name_zh"]), yes if row["on_sale"] else no, str(row["members"]))
            for row in rows
        ]
        result(rows, table(heads, cells), as_json=as_json)


@command(plans, "codes")
def plans_codes(
    plan: Annotated[str, typer.Argument(help="The plan's code.")],
    length: Annotated[str, typer.Argument(help="What each gives: month, quarter or year.")],
    count: Annotated[int, typer.Argument(help="How many, 10,000 at most.")],
    note: Annotated[str, typer.Option(help="What they are for.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make activation codes for a paid plan, and print them."""
    from shuke.surfaces.cli import session
    from shuke.surfaces.cli.people import actor
    from shuke.surfaces.cli.terminal import result

    with session.opened():
        from shuke.core.values.errors import Refusal
        from shuke.rooms.paid import facade as paid
        from shuke.rooms.paid.contracts import Length

        if length not in set(Length):
            raise Refusal(
                "length_not_sold", "The length is month, quarter or year.", params={"known": ", ".join(Length)}
            )
        batch = paid.make_codes(plan, Length(length), count, note, None, actor())
        codes = [code for code, _ in paid.codes_of(batch.id, actor())]
        result(codes, codes, as_json=as_json)
