"""What a version of a program does to members, debts and costs, in sentences of Chinese or English.

Told from the JSON of a comparison, so that an approval kept for days reads as the comparison did.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import override

from shuke.core.values.points import written
from shuke.surfaces.wording import figures
from shuke.surfaces.wording.running import unit_called

Told = Mapping[str, Any]


def lines(told: Told, language: str) -> list[str]:
    """Return the effect of a comparison: members by ladder, what is owed, what a year costs, and the basis of it."""
    with override("zh-hans" if language == "zh" else "en"):
        return list(_Lines(told, language == "zh").all())


def share(before: int, after: int) -> str:
    """Return a change in percent with its sign; empty where there was nothing before."""
    if not before:
        return ""
    permille = (2 * (after - before) * 1_000 + before) // (2 * before)
    sign = "+" if permille >= 0 else figures.MINUS
    return f"{sign}{abs(permille) // 10}.{abs(permille) % 10}%"


class _Lines:
    def __init__(self, told: Told, chinese: bool) -> None:  # noqa: FBT001  # one of two languages
        self._told, self._chinese = told, chinese

    def __call__(self, english: str, chinese: str) -> str:
        return chinese if self._chinese else english

    def all(self) -> Iterator[str]:
        told = self._told
        for shift in told["shifts"]:
            yield self._shift(shift)
        owed, year = told["liability"], told["yearly"]
        yield self(f"Owed to members: {self._money(owed)}", f"对会员的积分负债：{self._money(owed)}")
        for unit in owed["units"]:
            if unit["lots"]:
                name, points = unit_called(unit["unit"]), written(unit["lot_points"], unit["scale"])
                yield self(
                    f"{name}: {unit['lots']:,} lots ({points}) end on another day or are worth something else",
                    f"{name}：{unit['lots']:,} 个批次（{points}）的到期日或价值改变",
                )
        yield self(f"Points of a year cost: {self._money(year)}", f"一年所发积分的成本：{self._money(year)}")
        for unit in year["units"]:
            before, after = (written(unit[name], unit["scale"]) for name in ("points_before", "points_after"))
            if before != after:
                name = unit_called(unit["unit"])
                yield self(f"{name} issued: {before} → {after}", f"发放{name}：{before} → {after}")
        yield self(
            f"Figures are for all {told['members']:,} members: {told['looked_at']:,} of them were looked at; "
            f"{year['facts']:,} facts of {year['members']:,} replayed, {year['first_day']} to {year['until_day']}.",
            f"数字按全部 {told['members']:,} 名会员推算：查看了其中 {told['looked_at']:,} 名；"
            f"回放了 {year['members']:,} 名的 {year['facts']:,} 条事实，{year['first_day']} 至 {year['until_day']}。",
        )

    def _shift(self, shift: Mapping[str, Any]) -> str:
        up, down, up_later, down_later = (shift[name] for name in ("up", "down", "up_later", "down_later"))
        if not up + down + up_later + down_later:
            return self(f"{shift['ladder']}: nobody's tier changes", f"{shift['ladder']}：没有会员的等级改变")
        return self(
            f"{shift['ladder']}: {up:,} up and {down:,} down at once; {up_later:,} up and {down_later:,} down later",
            f"{shift['ladder']}：随即升 {up:,} 人、降 {down:,} 人；其后升 {up_later:,} 人、降 {down_later:,} 人",
        )

    def _money(self, figure: Mapping[str, Any]) -> str:
        before, after = figure["before_minor"], figure["after_minor"]
        shown = [figures.money(minor, self._told["currency"]) for minor in (before, after)]
        if before == after:
            return shown[0] + self(", unchanged", "，不变")
        change = share(before, after)
        return f"{shown[0]} → {shown[1]}" + (self(f" ({change})", f"（{change}）") if change else "")
