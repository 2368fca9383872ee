"""Made program files: every feature of the file by chance, mixed, small enough that each matters."""

from dataclasses import dataclass
from typing import Any

import yaml
from hypothesis import strategies as st

ZONES = ("Asia/Shanghai", "America/New_York")
FIXED = ("day", "week", "month", "quarter", "half year", "year", "year from April", "membership year", "lifetime")
WINDOWS = (
    *("lifetime", "this day", "this week", "this month", "this quarter", "this half year", "this year"),
    *("this year from April", "membership year", "30 days", "3 months", "last 2 months", "last quarter"),
    *("last 2 months ending 1 month ago", "3 calendar months", "2 calendar years from April", "this tier"),
)
CATEGORIES = ("", "WINE", "BREAD", "其他")
ANYWHERE = (
    "member.days >= 30 AND member.days < 400",
    "member.orders = 0",
    "MOD(member.orders, 3) = 2",
    "SPEND('{w}') >= 100",
    "ORDERS('{w}') BETWEEN 1 AND 3",
    "EARNED('u0', '{w}') >= 50",
    "EVENTS('review', '{w}') > 0",
    "BALANCE('u0') >= 100",
    "STREAK('check_in') >= 2",
    "TAGGED('vip')",
    "member.birth_month = 2",
)
OF_ORDERS = (
    "order.net >= 50",
    "order.net > 499.99 AND order.hour BETWEEN 8 AND 22",
    "order.weekday IN (2, 3) OR NOT order.net < 100",
    "order.month = member.birth_month",
    "HAS(member.birthday) AND order.day <= member.birth_day",
    "order.store = 'S1'",
    "HAS(order.store) AND order.store <> 'S2'",
    "order.promo = 'X'",
    "order.guests >= 3",
    "order.lines = 2",
    "BIRTHDAY('day') OR ANNIVERSARY('month')",
    "SUM(item.net) FILTER (WHERE item.category = 'WINE') >= 30",
    "COUNT(*) FILTER (WHERE item.category IN ('BREAD', '其他') AND item.quantity <= 3) >= 2",
)
OF_TIERS = ("member.tier IN ('silver', 'gold')", "member.tier = 'base'")
POINTS = (
    "order.net",
    "order.base",
    "order.base",
    "order.net * 0.15 - 0.5",
    "FLOOR(order.net / 10)",
    "CEIL(order.net / 7) + 1",
    "100",
    "CASE WHEN order.net >= 100 THEN 50 WHEN order.net >= 49.99 THEN 20 ELSE 0 END",
    "LEAST(order.net * 1.5, 60)",
    "GREATEST(order.net / 3, 20)",
    "ROUND_HALF_EVEN(order.net / 2)",
    "ROUND_HALF_UP(order.net * 0.15 - 20)",
    "ABS(order.net - 50) / 4",
    "order.gross - order.tax - order.shipping - order.points_paid",
    "LEAST(FLOOR(SPEND('{w}') / 50), 90)",
    "LEAST(ORDERS('{w}'), 9) * 5 - 7",
    "FLOOR(SUM(item.net) FILTER (WHERE item.category = 'WINE') / 10) * 3",
    "SUM(item.quantity) + COUNT(*)",
    "order.guests * 2",
)
OF_LINES = (
    "SUM(item.net)",
    "SUM(item.net) * 1.5",
    "SUM(item.net) FILTER (WHERE item.category <> 'WINE') / 7",
    "SUM(item.quantity) FILTER (WHERE item.colour = 'red') * 3",
)
OF_BEHAVIOURS = ("10", "LEAST(STREAK('check_in'), 3) * 5", "LEAST(EVENTS('review', '{w}'), 9) + 1", "0.5")
FACTORS = ("2", "1.5", "0.5", "LEAST(1 + ORDERS('{w}'), 4)", "3")
EXPIRIES = {
    "never": ["none"],
    "after": [
        {"after": "12 months", "end_of": "month"},
        {"after": "1 month"},
        {"after": "30 days"},
        {"after": "3 months", "end_of": "quarter"},
        {"after": "1 year", "end_of": "march"},
        {"end_of": "year"},
        {"after": "2 weeks"},
    ],
    "dates": [
        {"dates": ["12-31"]},
        {"dates": ["02-29", "06-30"]},
        {"end_of": "year", "dates": "03-31"},
        {"after": "1 month", "dates": ["02-29", "06-30"]},
    ],
    "inactive": [
        {"inactive": "1 month"},
        {"inactive": "60 days", "end_of": "month", "activities": ["redeem", "check_in"]},
        {"inactive": "2 months", "activities": ["earn"]},
    ],
}
PENDING: tuple[Any, ...] = (
    {"for": "7 days"},
    {"for": "1 month", "end_of": "month"},
    {"for": "3 working days"},
    {"for": "1 working day", "dates": ["01-10", "06-30"]},
    {"end_of": "month", "dates": [f"{month:02}-15" for month in range(1, 13)]},
    {"dates": "03-15"},
    {"until": "2017-01-01"},
    {"until": "delivered", "within": "10 days"},
    {"until": "delivered"},
)
MEASURES = {  # a measure and thresholds for two levels
    "SPEND('{w}')": ("50", "500"),
    "ORDERS('{w}')": ("2", "4"),
    "EARNED('u0', '{w}')": ("50", "300"),
    "EVENTS('check_in', '{w}')": ("1", "3"),
    "EARNED('u0', '{w}') + 20 * ORDERS('{w}')": ("60", "200"),
    "BALANCE('u0')": ("40", "150"),
    "member.days": ("30", "365"),
    "STREAK('check_in')": ("1", "2"),
}
VALIDITIES = (
    *("forever", "as measured", "1 month", "12 months", "30 days", "end of this year", "end of next year"),
    *("end of next month", "end of this membership year", "end of next membership year", "end of next year from April"),
    *("end of next year and 2 months", "end of next month and 1 month", "end of this quarter and 1 month"),
    "end of next membership year and 1 month",
)


@dataclass(frozen=True)
class Made:
    """A file, its zone, how many units it has, and of each whether it ends by inactivity."""

    text: str
    zone: str
    units: int
    idle: tuple[bool, ...]


@st.composite
def programs(draw):
    """The text of a program file and what a story must know of it."""
    maker = _Maker(draw)
    file = maker.file()
    text = yaml.dump(file, Dumper=_Written, sort_keys=False, allow_unicode=True, width=10_000)
    idle = tuple(kind == "inactive" for kind in maker.kinds)
    return Made(text, file["time_zone"], len(file["units"]), idle)


class _Written(yaml.SafeDumper):
    """Writes what stands twice twice: a program has no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Maker:
    def __init__(self, draw) -> None:
        self.draw = draw
        self.kinds: list[str] = []  # by what each unit ends
        self.by_line: list[bool] = []
        self.ladders = self.pick(0, 1, 1, 1, 2)
        windows = WINDOWS if self.ladders else WINDOWS[:-1]  # the last one needs a tier
        self.windows = [self.pick(*windows) for _ in range(4)]  # few, so that they are shared

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def chance(self, of: int) -> bool:
        return self.draw(st.integers(1, of)) == 1

    def said(self, text: str) -> str:
        return text.replace("{w}", self.pick(*self.windows))

    def file(self) -> dict[str, Any]:
        file: dict[str, Any] = {
            "shuke": "1",
            "program": "made",
            "currency": "CNY",
            "time_zone": self.pick(*ZONES),
            "country": "CN",
            "attributes": {"order": {"promo": "text", "guests": "number"}, "item": {"colour": "text"}},
            "behaviours": {
                "review": {"stars": {"type": "number", "from": "1", "to": "5"}, "photo": "flag"},
                "check_in": "签到",
                "delivered": "签收",
            },
        }
        if self.chance(3):
            file["base"] = self.pick(
                "order.net - order.shipping", "SUM(item.net) FILTER (WHERE item.category <> 'BREAD')"
            )
        file["units"] = {f"u{i}": self.unit(i) for i in range(self.draw(st.integers(1, 3)))}
        self.convert(file["units"])
        ladders = [self.ladder(i) for i in range(self.ladders)]
        if ladders:
            file["tiers"] = ladders
        file["groups"] = {"best": "best", "first": "first", "all": "sum"}
        file["earn"] = self.rules(tiered=bool(ladders))
        if self.chance(3):
            file["milestones"] = [self.milestone(i) for i in range(self.draw(st.integers(1, 2)))]
        return file

    def unit(self, index: int) -> dict[str, Any]:
        kind = self.pick("never", "after", "after", "dates", "inactive")
        self.kinds.append(kind)
        self.by_line.append(index > 0 and self.chance(5))
        unit: dict[str, Any] = {
            "scale": self.pick("0", "0", "2"),
            "round": self.pick("floor", "ceil", "half_up", "half_even"),
            "at": "line" if self.by_line[-1] else "order",
            "expiry": self.pick(*EXPIRIES[kind]),
            "refunds": self.pick("debt", "debt", "within_balance", "only_pending", "keep"),
            "multipliers": self.pick("multiply", "add"),
        }
        if self.chance(3):
            unit["pending"] = self.pick(*PENDING)
        if self.chance(2):
            unit["reinstate"] = self.pick("10 days", "1 month", {"after": "1 month", "end_of": "month"})
        if self.chance(6):
            unit["redeem"] = self.pick({"least": "10"}, {"step": "5"}, {"least": "10", "step": "5"})
        if self.chance(2):
            terms = {"least": "1", "most": "60", "cool_down": "3 days", "regift": "yes", "expiry": "reset"}
            unit["transfer"] = {key: terms[key] for key in terms if self.chance(2)} or "yes"
        caps = [self.cap(spendable=True, transferable="transfer" in unit) for _ in range(self.pick(0, 0, 1, 2))]
        if caps:
            unit["caps"] = caps
        return unit

    def convert(self, units: dict[str, Any]) -> None:
        """Let some units become others."""
        for code, unit in units.items():
            others = [other for other in units if other != code]
            if others and self.chance(3):
                dates = self.pick(["01-01"], ["02-28", "03-01", "08-31"], [f"{month:02}-15" for month in range(1, 13)])
                when = self.pick({"dates": dates}, {"dates": dates}, {"every": self.pick("day", "month", "quarter")})
                unit["convert"] = {
                    "into": self.pick(*others),
                    **when,
                    "step": "5",
                    "rate": self.pick("0.2", "1", "2.4"),
                }
                if self.chance(2):
                    unit["convert"]["least"] = self.pick("5", "60")
                into: str | None = code
                for _ in units:
                    into = units[into].get("convert", {}).get("into") if into else None
                    if into == code:  # points that go round are refused
                        del unit["convert"]
                        break

    def cap(self, *, spendable: bool, transferable: bool) -> dict[str, Any]:
        of = self.pick("earn", "earn", *(["redeem"] if spendable else []), *(["transfer"] if transferable else []))
        per = self.pick(*FIXED, "transaction", *(["balance"] if of == "earn" else []))
        if per not in ("transaction", "balance") and self.chance(3):
            return {"of": of, "per": per, "times": self.pick("1", "2")}
        return {"of": of, "per": per, "points": self.pick("20", "50", "100", "500")}

    def ladder(self, index: int) -> dict[str, Any]:
        measure = self.pick(*MEASURES)
        first, second = MEASURES[measure]
        ladder: dict[str, Any] = {
            "ladder": f"l{index}",
            "measure": self.said(measure),
            "validity": self.pick(*VALIDITIES),
            "evaluate": self.pick("at once", "at once", "daily", "monthly", "quarterly", "yearly"),
            "downgrade": self.pick("full", "full", "one step", "none"),
            "reset": self.pick("never", "never", "on upgrade"),
            "upgrade": self.pick("any", "any", "one step"),
            "refunds": self.pick("at review", "at once"),
        }
        if self.chance(4):
            ladder["keep_measure"] = self.said(measure)
        if self.chance(3):
            ladder["grace"] = self.pick("10 days", "1 month", {"after": "1 month", "end_of": "month"})
        ladder["levels"] = [
            {"code": "base"},
            self.level("silver", first, first=index == 0),
            self.level("gold", second, first=index == 0),
        ]
        return ladder

    def level(self, code: str, threshold: str, *, first: bool) -> dict[str, Any]:
        level: dict[str, Any] = {"code": code, "multiplier": self.pick("1", "1.2", "1.5", "2", "0.5")}
        if self.chance(5):
            level["when"] = self.said(self.pick(*ANYWHERE[3:10]))
        else:
            level["from"] = threshold
        if self.chance(4):
            level["keep"] = self.pick("1", threshold)
        elif self.chance(5):
            level["keep_when"] = self.said(self.pick(*ANYWHERE[3:10]))
        if self.chance(6):
            level["never_down"] = "yes"
        if first and self.chance(3):
            unit = self.draw(st.integers(0, len(self.kinds) - 1))
            level["expiry"] = {f"u{unit}": self.pick(*self.overrides(unit, of_level=True))}
        return level

    def overrides(self, unit: int, *, of_level: bool) -> list[Any]:
        """Return how a level or rule may date points of a unit."""
        kind = self.kinds[unit]
        if kind == "inactive":
            same = [{"inactive": "15 days"}, {"inactive": "4 months"}]
            return ["none", *same] if of_level else [None]
        return ["none", *EXPIRIES["after" if kind == "never" else kind]]

    def rules(self, *, tiered: bool) -> list[dict[str, Any]]:
        rules = [self.rule(i, tiered=tiered) for i in range(self.draw(st.integers(1, 5)))]
        rules += [self.multiplier(i, rules, tiered=tiered) for i in range(self.pick(0, 0, 1, 2))]
        return rules

    def rule(self, index: int, *, tiered: bool) -> dict[str, Any]:
        unit = self.draw(st.integers(0, len(self.kinds) - 1))
        rule: dict[str, Any] = {"code": f"r{index}", "unit": f"u{unit}"}
        behaves = not self.by_line[unit] and self.chance(3)
        if self.by_line[unit]:
            rule["points"] = self.pick(*OF_LINES)
        elif behaves:
            rule["on"] = self.pick(["review"], ["check_in"], ["review", "check_in"], ["delivered"])
            more = ["event.stars * 3"] if rule["on"] == ["review"] else []
            rule["points"] = self.said(self.pick(*OF_BEHAVIOURS, *more))
        else:
            rule["points"] = self.said(self.pick(*POINTS, *(["order.net * tier.multiplier"] * 6 if tiered else [])))
        if self.chance(3):
            rule["when"] = self.said(self.condition(behaves, tiered=tiered))
        if self.chance(4):
            rule["group"] = self.pick("best", "best", "first", "all")
            if rule["group"] == "first":
                rule["priority"] = self.pick("1", "2")
        if self.chance(5) and self.kinds[unit] != "inactive":
            rule["expiry"] = self.pick(*self.overrides(unit, of_level=False))
        if self.chance(5):
            rule["pending"] = self.pick("none", *PENDING)
        if self.chance(5):
            cap = {"per": self.pick(*FIXED)}
            rule["caps"] = [cap | self.pick({"points": "30"}, {"times": "1"}, {"times": "3"})]
        return rule

    def condition(self, behaves: bool, *, tiered: bool) -> str:
        more = () if behaves else OF_ORDERS
        return self.pick(*ANYWHERE, *more, *(OF_TIERS if tiered else ()))

    def multiplier(self, index: int, rules: list[dict[str, Any]], *, tiered: bool) -> dict[str, Any]:
        """Return a multiplier of one rule, or of all of its unit about the same facts."""
        named = self.pick(*rules)
        rule: dict[str, Any] = {"code": f"m{index}", "unit": named["unit"], "multiply": self.said(self.pick(*FACTORS))}
        behaves = "on" in named
        if behaves:
            rule["on"] = named["on"]
        if self.chance(2):
            rule["of"] = [named["code"]]
        if self.chance(2):
            rule["when"] = self.said(self.condition(behaves, tiered=tiered))
        return rule

    def milestone(self, index: int) -> dict[str, Any]:
        measure = self.pick("SPEND('{w}')", "ORDERS('{w}')", "EARNED('u0', '{w}')")
        money = "ORDERS" not in measure
        milestone: dict[str, Any] = {
            "code": f"m{index}",
            "unit": f"u{self.draw(st.integers(0, len(self.kinds) - 1))}",
            "measure": self.said(measure),
            "per": self.pick(*FIXED),
            "at": "100" if money else "2",
            "points": "25",
        }
        if self.chance(2):
            milestone |= {"every": "50" if money else "1", "most": "3"}
        return milestone
