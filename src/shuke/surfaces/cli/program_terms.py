"""`shuke program terms`: which versions need a second person before they are published."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import session
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.terminal import result, words


def show_or_set(
    down: str | None, liability: str | None, yearly: str | None, *, always: bool | None, as_json: bool
) -> None:
    """Print the terms, after those that are told were set.

    Raises: Refusal `percent_out_of_range`.
    """
    with session.opened():
        from shuke.rooms.programs import facade

        told = {"down": down, "liability": liability, "yearly": yearly}
        new = {name: _percent(name, text) for name, text in told.items() if text is not None}
        terms = facade.publish_terms()
        if new or always is not None:
            changed = replace(terms, **new) if new else terms
            terms = facade.set_publish_terms(changed if always is None else replace(changed, always=always), actor())
        data = {name: f"{getattr(terms, name):f}" for name in told} | {"always": terms.always}
        lines = [
            words(f"Members who go down: above {data['down']}%", f"降级会员占比：超过 {data['down']}%"),
            words(f"Change of what is owed: above {data['liability']}%", f"积分负债变化：超过 {data['liability']}%"),
            words(f"Change of a year's cost: above {data['yearly']}%", f"一年成本变化：超过 {data['yearly']}%"),
        ]
        if terms.always:
            lines = [words("Every version needs a second person.", "每个版本都须他人审批。")]
        result(data, lines, as_json=as_json)


def _percent(name: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Refusal("percent_out_of_range", "A limit is a percentage.", pointer=f"/{name}") from None
