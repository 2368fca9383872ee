"""What a forecast or a proposal found, in lines for people."""

from collections.abc import Mapping
from typing import Any

from shuke.surfaces.cli.terminal import in_chinese, scaled, table, words


def forecast_lines(found: Mapping[str, Any]) -> list[str]:
    """Return the lines of a forecast: each unit now and ahead, and where it breaks even."""
    digits = found["digits"]
    lines: list[str] = []
    for code, unit in found["units"].items():
        breakage, year = unit["breakage"], unit["year"]
        rows: list[tuple[str, object]] = [
            (words("held now", "当前持有"), scaled(unit["now"]["points"], unit["scale"])),
            (
                words("breakage", "沉淀率"),
                f"{_percent(breakage['value'])} ({_percent(breakage['low'])} – {_percent(breakage['high'])})"
                if breakage
                else "–",
            ),
            (words("cost of the year ahead", "未来一年成本"), scaled(year["cost_minor"], digits)),
            (words("liability in a year", "一年后积分负债"), scaled(year["liability_minor"], digits)),
            (words("method", "方法"), _method(unit["use"]["method"])),
        ]
        lines += table((code, ""), rows)
        heads = (
            words("month", "月份"),
            words("issued", "发放"),
            words("used", "使用"),
            words("expired", "过期"),
            words("held", "持有"),
            words("at least", "下限"),
            words("at most", "上限"),
        )
        lines += table(heads, [_month(row, unit["scale"]) for row in unit["ahead"]])
    even = found["break_even"]
    if even:
        uplift = "–" if even["uplift"] is None else _percent(even["uplift"])
        lines.append(words(f"breaks even at {uplift} more spend", f"消费增加 {uplift} 可盈亏平衡"))
    return lines


def proposal_lines(found: Mapping[str, Any]) -> list[str]:
    """Return the lines of a proposal: the verdict, the models, the ladder and the file."""
    language = words("en", "zh")
    lines = [found["budget"]["words"][language]]
    lines += table(
        (words("model", "模式"), words("score", "评分")),
        [(fit["name"][language], fit["score"]) for fit in found["fits"]],
    )
    if found["tiers"]:
        heads = (
            words("tier", "等级"),
            words("from", "门槛"),
            words("members", "会员"),
            words("orders to the next", "升级所需单数"),
        )
        lines += table(
            heads,
            [
                (tier["name"][language], tier["from"], tier["members"], tier["orders_to_next"] or "–")
                for tier in found["tiers"]
            ],
        )
    lines += [each["words"][language] for each in found["cautions"]]
    return [*lines, "", found["text"]]


def _month(row: Mapping[str, Any], scale: int) -> tuple[object, ...]:
    flows = [scaled(round(row[name]["value"]), scale) for name in ("issued", "used", "expired", "closing")]
    return (row["month"][:7], *flows, *(scaled(round(row["closing"][name]), scale) for name in ("low", "high")))


def _method(code: str) -> str:
    from django.utils.translation import override

    from shuke.surfaces.wording import studio_words

    with override("zh-hans" if in_chinese() else "en"):
        return studio_words.method(code)


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%"
