"""The wizard's whole answer: which model fits, a ladder, a budget, goals, a plan, and the program file.

Must not know where the answers come from. The figures are those of the year that was measured; a study of the file over
the same history checks them.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shuke.engine.proposal.answers import Answers, check
from shuke.engine.proposal.budget import USED, Budget, budget, points_per, reward_rate, sayable_value
from shuke.engine.proposal.fitting import Fit, fits
from shuke.engine.proposal.ladder import Caution, Tier, cautions, mean_multiplier, thresholds, tiers
from shuke.engine.proposal.planning import Goal, Step, goals, plan
from shuke.engine.proposal.program_text import Written, write
from shuke.engine.proposal.shop import Shop, corrected, imagine
from shuke.engine.words import Words

WITH_LADDER = ("points", "shared", "community")
MADE_UP_MEMBERS = 1_000
MADE_UP_ORDER = 100  # major units, where nobody says what an average order is

RULES_OF_THUMB = Words(
    "Frequencies, margins, plausible uplifts and the share of points that is used are rules of thumb; enter your own.",
    "频次、毛利、合理提升幅度与积分使用率均为经验值，请换成自己的数据。",
)


@dataclass(frozen=True)
class Proposal:
    """What is proposed; `text` is the program file of `model`."""

    answers: Answers
    shop: Shop
    model: str
    fits: tuple[Fit, ...]
    tiers: tuple[Tier, ...]
    cautions: tuple[Caution, ...]
    budget: Budget
    goals: tuple[Goal, ...]
    plan: tuple[Step, ...]
    text: str

    def as_json(self) -> dict[str, Any]:
        """Return the proposal as plain values: money in minor units, sentences in both languages."""
        b, shop = self.budget, self.shop
        return {
            "model": self.model,
            "currency": self.answers.currency,
            "digits": self.answers.digits,
            "rules_of_thumb": RULES_OF_THUMB.as_json(),
            "shop": {
                "measured": shop.measured,
                "days": shop.days,
                "until": shop.last_day and shop.last_day.isoformat(),
                "members": shop.members,
                "sales_minor": shop.sales_minor,
                "average_order_minor": round(shop.average_order_minor),
                "orders_a_year": round(float(shop.orders_a_year), 2),
                "repeat_share": round(float(shop.repeat_share), 4),
            },
            "fits": [
                {"model": fit.model, "name": fit.name.as_json(), "score": fit.score,
                 "reasons": [{"points": each.points, "words": each.words.as_json()} for each in fit.reasons]}
                for fit in self.fits
            ],
            "budget": {
                "sales_minor": b.sales_minor,
                "margin": float(b.margin),
                "rate": float(b.rate),
                "used_share": float(USED),
                "points_cost_minor": b.points_cost_minor,
                "benefits_cost_minor": b.benefits_cost_minor,
                "running_cost_minor": b.running_cost_minor,
                "cost_minor": b.cost_minor,
                "uplift": None if b.uplift is None else round(float(b.uplift), 4),
                "plausible": [float(each) for each in b.plausible],
                "verdict": b.verdict,
                "words": b.words.as_json(),
            },
            "tiers": [
                {"tier": tier.code, "name": tier.name.as_json(), "from": tier.threshold,
                 "multiplier": float(tier.multiplier), "members": tier.members, "share": round(tier.share, 4),
                 "sales_share": round(tier.sales_share, 4), "median_minor": tier.median_minor,
                 "median_orders": tier.median_orders, "orders_to_next": tier.orders_to_next,
                 "value_minor": tier.value_minor, "step_minor": tier.step_minor}
                for tier in self.tiers
            ],
            "cautions": [
                {"code": each.code, "tier": each.tier, "words": each.words.as_json()} for each in self.cautions
            ],
            "goals": [
                {"code": goal.code, "words": goal.words.as_json(), "kind": goal.kind,
                 "baseline": None if goal.baseline is None else round(goal.baseline, 4),
                 "target": round(goal.target, 4), "by": goal.by.isoformat()}
                for goal in self.goals
            ],
            "plan": [
                {"code": step.code, "day": step.day.isoformat(), "words": step.words.as_json()} for step in self.plan
            ],
            "text": self.text,
        }  # fmt: skip


def propose(answers: Answers, shop: Shop | None = None) -> Proposal:
    """Propose a program for a shop that was measured and is told of otherwise, or for one that is told of alone.

    Raises:
        Refusal: `answer_wrong`.
    """
    check(answers)
    shop = _told(answers) if shop is None else _corrected(shop, answers)
    ranked = fits(answers, shop)
    model = answers.model or ranked[0].model
    starts = thresholds(shop, answers) if model in WITH_LADDER else (0,)
    times = mean_multiplier(shop, starts, answers)
    per = points_per(shop, answers)
    point = sayable_value(reward_rate(answers, shop) / times * per)
    found = tiers(shop, starts, answers, point / per) if len(starts) > 1 else ()
    benefits = sum(tier.members * answers.benefit_minor(level) for level, tier in enumerate(found))
    money = budget(answers, shop, point / per * times, benefits)
    return Proposal(
        answers=answers,
        shop=shop,
        model=model,
        fits=ranked,
        tiers=found,
        cautions=cautions(found, shop, answers) if found else (),
        budget=money,
        goals=goals(answers, shop, money, found),
        plan=plan(answers.begins),
        text=write(model, Written(answers, shop, money, found, per, point)),
    )


def _corrected(shop: Shop, answers: Answers) -> Shop:
    """Return the shop that was measured, with the answers where there are some."""
    order = None if answers.average_order is None else answers.average_order * 10**answers.digits
    return corrected(shop, answers.members, answers.orders_a_year, order, answers.repeat_share)


def _told(answers: Answers) -> Shop:
    """Return the shop of the answers, with what is usual where they say nothing."""
    order = answers.average_order if answers.average_order is not None else Fraction(MADE_UP_ORDER)
    return imagine(
        answers.members or MADE_UP_MEMBERS,
        answers.orders_a_year or answers.trade.usual_orders,
        max(1, round(order * 10**answers.digits)),
        answers.repeat_share,
    )
