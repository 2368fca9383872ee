"""The kinds of entries: between which two accounts each moves points, and in which direction."""

from enum import StrEnum


class Kind(StrEnum):
    """What an entry does: it moves points of a lot from its counter account to its account, or back."""

    ACCRUAL = "accrual"
    ACCRUAL_PENDING = "accrual_pending"
    ACTIVATION = "activation"
    CANCELLATION = "cancellation"
    REDEMPTION = "redemption"
    RETURN = "return"
    EXPIRY = "expiry"
    HOLDING = "holding"
    CAPTURE = "capture"
    RELEASE = "release"
    LAPSE = "lapse"
    CLAWBACK = "clawback"
    CLAWBACK_PENDING = "clawback_pending"
    OWED = "owed"
    REPAYMENT = "repayment"
    CREDIT = "credit"
    DEBIT = "debit"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    OPENING = "opening"
    MERGE_OUT = "merge_out"
    MERGE_IN = "merge_in"
    CONVERSION_OUT = "conversion_out"
    CONVERSION_IN = "conversion_in"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"

    @property
    def account(self) -> str:
        """Name the holder's account that gets the amount."""
        return WAYS[self][0]

    @property
    def counter_account(self) -> str:
        """Name the account that gets minus the amount: the holder's other one, or one of the unit's own."""
        return WAYS[self][1]

    @property
    def sign(self) -> int:
        """Return 1 where the amount is above zero, -1 where it is below."""
        return WAYS[self][2]


HOLDERS_ACCOUNTS = ("available", "pending", "held", "debt")  # the others are the unit's: no holder has them

WAYS: dict[Kind, tuple[str, str, int]] = {  # account, counter account, sign of the amount
    Kind.ACCRUAL: ("available", "issued", 1),
    Kind.ACCRUAL_PENDING: ("pending", "issued", 1),
    Kind.ACTIVATION: ("available", "pending", 1),
    Kind.CANCELLATION: ("pending", "issued", -1),
    Kind.REDEMPTION: ("available", "redeemed", -1),
    Kind.RETURN: ("available", "redeemed", 1),
    Kind.EXPIRY: ("available", "expired", -1),
    Kind.HOLDING: ("available", "held", -1),
    Kind.CAPTURE: ("held", "redeemed", -1),
    Kind.RELEASE: ("available", "held", 1),
    Kind.LAPSE: ("held", "expired", -1),
    Kind.CLAWBACK: ("available", "issued", -1),
    Kind.CLAWBACK_PENDING: ("pending", "issued", -1),
    Kind.OWED: ("debt", "issued", -1),
    Kind.REPAYMENT: ("available", "debt", -1),
    Kind.CREDIT: ("available", "adjusted", 1),
    Kind.DEBIT: ("available", "adjusted", -1),
    Kind.TRANSFER_OUT: ("available", "transferred", -1),
    Kind.TRANSFER_IN: ("available", "transferred", 1),
    Kind.OPENING: ("available", "opening", 1),
    Kind.MERGE_OUT: ("available", "merged", -1),
    Kind.MERGE_IN: ("available", "merged", 1),
    Kind.CONVERSION_OUT: ("available", "converted", -1),
    Kind.CONVERSION_IN: ("available", "converted", 1),
    Kind.DEPOSIT: ("available", "paid_in", 1),
    Kind.WITHDRAWAL: ("available", "paid_in", -1),
}

SUPPLIES = ("issued", "adjusted", "opening", "converted", "paid_in")  # counter accounts out of which new points come

# Kinds that put points into a new lot, and those that do so where the lot they came from can't take them back.
OPENS = frozenset(
    {
        Kind.ACCRUAL,
        Kind.ACCRUAL_PENDING,
        Kind.CREDIT,
        Kind.TRANSFER_IN,
        Kind.OPENING,
        Kind.CONVERSION_IN,
        Kind.DEPOSIT,
    }
)
MAY_OPEN = frozenset({Kind.RETURN, Kind.MERGE_IN})
