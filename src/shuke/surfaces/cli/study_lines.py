"""What a backtest found, in lines for people: sums, cost, tiers, rules, and the comparison with another program."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from shuke.surfaces.cli.terminal import scaled, table, words

_SHOWN = 10


def study_lines(found: Mapping[str, Any]) -> list[str]:
    """Return the lines of a result."""
    digits = found["digits"]
    rows: list[tuple[str, object]] = [
        (words("counted", "统计区间"), f"{found['since']} – {found['until']}"),
        (words("members", "会员"), found["members"]),
        (words("orders", "订单"), found["orders"]),
        (words(f"net paid, {found['currency']}", f"实付（{found['currency']}）"), scaled(found["net_minor"], digits)),
        *_policies(found),
    ]
    for unit in found["units"]:
        code, scale = unit["code"], unit["scale"]
        names = {
            "opening": words("at the start", "期初"),
            "issued": words("issued", "发放"),
            "used": words("used", "使用"),
            "expired": words("expired", "过期"),
            "taken_back": words("taken back", "追回"),
            "outstanding": words("outstanding", "未用"),
        }
        rows += [
            (f"{code} {name}", scaled(unit[each], scale))
            for each, name in names.items()
            if each != "opening" or unit[each]
        ]
    cost = found["cost"]
    rows += [
        (words("cost as earned", "按发放计成本"), _cost(cost, "earned", digits)),
        (words("cost as used", "按使用计成本"), _cost(cost, "used", digits)),
    ]
    if cost["margin_after_earned_minor"] is not None:
        rows.append((words("margin left after it", "扣除后毛利"), scaled(cost["margin_after_earned_minor"], digits)))
    lines = table((str(found["program"]["code"]), ""), rows)
    for ladder in found["ladders"]:
        last = ladder["population"][-1]["members"] if ladder["population"] else {}
        lines += table(
            (words(f"tier of {ladder['code']} at the end", f"期末等级（{ladder['code']}）"), words("members", "会员")),
            [(level["code"], last.get(level["code"], 0)) for level in ladder["levels"]],
        )
    lines += _rules(found)
    if found["against"]:
        lines += _against(found, found["against"], digits)
    speed = words(
        f"{found['events']:,} events in {found['seconds']} s", f"{found['events']:,} 个事件，用时 {found['seconds']} s"
    )
    return [*lines, speed]


def _rules(found: Mapping[str, Any]) -> list[str]:
    rows = [
        (each["rule"], each["times"], "×" if each["points"] is None else f"{round(Fraction(each['points'])):,}")
        for each in found["by_rule"]
    ]
    return (
        table((words("rule", "规则"), words("times", "次数"), words("points before caps", "封顶前积分")), rows)
        if rows
        else []
    )


def _against(found: Mapping[str, Any], against: Mapping[str, Any], digits: int) -> list[str]:
    mine, theirs = found["cost"], against["cost"]
    rows = [
        (words("get more", "所得更多"), against["winners"]),
        (words("get less", "所得更少"), against["losers"]),
        (words("get the same", "所得相同"), against["same"]),
        (
            words("cost as earned, more by", "按发放计成本增加"),
            scaled(mine["earned_minor"] - theirs["earned_minor"], digits),
        ),
        (words("cost as used, more by", "按使用计成本增加"), scaled(mine["used_minor"] - theirs["used_minor"], digits)),
    ]
    moved = [
        (f"{each['other']} → {each['program']}", each["members"])
        for each in against["tiers"]
        if each["other"] != each["program"]
    ]
    lines = table(
        (
            words(f"against {against['program']['code']}", f"对比 {against['program']['code']}"),
            words("members", "会员"),
        ),
        rows,
    )
    return lines + (
        table((words("tier at the end", "期末等级变化"), words("members", "会员")), moved[:_SHOWN]) if moved else []
    )


def _cost(cost: Mapping[str, Any], kind: str, digits: int) -> str:
    share = cost[f"{kind}_share"]
    told = scaled(cost[f"{kind}_minor"], digits)
    return f"{told}" if share is None else f"{told} ({float(Fraction(share) * 100):.2f}%)"


def _policies(found: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Return how points are taken to be used, by everybody and by segments."""
    said = found["policy"]
    whole = words("use of points", "用分方式")
    rows: list[tuple[str, object]] = [(whole, _policy(said, found))]
    parts = said.get("by_segment", {})
    return rows + [(f"{whole} ({segment})", _policy(each, found)) for segment, each in parts.items()]


def _policy(said: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    kind = said["kind"]
    if kind == "greedy":
        scales = {unit["code"]: unit["scale"] for unit in found["units"]}
        at = f"{Decimal(said['at']).scaleb(-scales[said['unit']]):,f}"
        return words(f"from {at} points on, in whole steps", f"满 {at} 即用，按整数倍")
    if kind == "share":
        part = f"{float(Fraction(said['share']) * 100):.4g}%"
        return words(f"{part} of the balance at each order", f"每单使用余额的 {part}")
    return words("none", "不使用") if kind == "none" else words("as observed", "按历史记录")
