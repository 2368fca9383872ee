"""What a paid plan has saved its member. Amounts are in the organisation's minor unit."""

from shuke.rooms.paid.contracts import Savings
from shuke.surfaces.http.fields import Answer


class SavingsAnswer(Answer):
    """What a plan took off orders placed by carts, less what refunds took back, against the money that was paid for it:
    in all, and in the period that runs or ran last; `to_break_even_minor` is what this one has still to save.
    """

    saved_minor: int
    paid_minor: int
    period_saved_minor: int
    period_paid_minor: int
    to_break_even_minor: int


def savings_answer(found: Savings) -> SavingsAnswer:
    return SavingsAnswer(
        saved_minor=found.saved_minor,
        paid_minor=found.paid_minor,
        period_saved_minor=found.period_saved_minor,
        period_paid_minor=found.period_paid_minor,
        to_break_even_minor=found.to_break_even_minor,
    )
