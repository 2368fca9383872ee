"""What methods and assumptions of a forecast are called, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

from shuke.engine.words import Words

METHODS: Mapping[str, Words] = MappingProxyType(
    {
        "kaplan_meier": Words("by age, over all months", "按月龄，全部月份"),
        "kaplan_meier_recent": Words("by age, over the last half year", "按月龄，最近半年"),
        "kaplan_meier_level": Words("by age, at the pace of the last three months", "按月龄，按最近三个月的节奏"),
        "kaplan_meier_trend": Words("by age, at a pace that goes on changing", "按月龄，节奏继续变化"),
        "geometric": Words("the same share every month", "每月比例相同（几何）"),
        "beta_geometric": Words("some quick, some slow (beta-geometric)", "有快有慢（贝塔几何）"),
        "weibull_immune": Words("a part is never used (Weibull)", "部分从不使用（威布尔）"),
        "last_value": Words("the last month's value", "最近一个月的数值"),
        "straight_line": Words("straight line", "直线"),
        "level_of_day": Words("the last month's value of a day", "最近一个月的日均"),
        "mean_of_three": Words("mean of the last three months", "最近三个月均值"),
        "smoothed": Words("smoothed level", "平滑水平"),
        "damped_trend": Words("trend that fades", "阻尼趋势"),
        "theta": Words("half of the trend (theta)", "一半趋势（Theta）"),
        "seasonal": Words("the same month of the year before", "去年同期"),
        "trend_and_wave": Words("trend with one wave a year", "趋势加年度波动"),
    }
)
ASSUMPTIONS: Mapping[str, Words] = MappingProxyType(
    {
        "use": Words("Pace at which points are used", "积分使用的节奏"),
        "issuing": Words("Points issued", "积分发放量"),
        "cost": Words("Cost of a point", "单分成本"),
        "expiry": Words("Months after which points end", "积分有效月数"),
        "taken_back": Words("Points taken back", "退款收回的积分"),
    }
)
