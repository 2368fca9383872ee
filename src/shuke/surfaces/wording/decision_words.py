"""A decision in sentences, with tiers, units and behaviours called as pages call them."""

from dataclasses import replace

from django.utils.translation import get_language

from shuke.core.program import wording
from shuke.core.program.explain import Decision
from shuke.core.program.model import Program
from shuke.engine.explanation import EN_LABELS, ZH_LABELS
from shuke.surfaces.wording import words
from shuke.surfaces.wording.running import unit_name


def lines(decision: Decision, program: Program) -> list[str]:
    """Return the sentences of a decision of a program in the reader's language."""
    names = {f"'{unit.code}'": unit_name(program, unit.code) for unit in program.units}
    names |= {f"'{each.code}'": words.behaviour(each.code, each.name) for each in program.behaviours}
    tier = decision.tier and words.tier(decision.tier, decision.tier)
    language, labels = ("zh", ZH_LABELS) if get_language() == "zh-hans" else ("en", EN_LABELS)
    return wording.render(replace(decision, tier=tier, names=names), language, labels)
