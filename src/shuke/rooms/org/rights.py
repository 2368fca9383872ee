"""Which rights each role has; knows nothing of who asks."""

from shuke.rooms.org.contracts import Right, Role

_CLERK = frozenset(
    {
        Right.TILL_USE,
        Right.POINTS_READ,
        Right.POINTS_WRITE,
        Right.POINTS_HOLD,
        Right.ORDERS_WRITE,
        Right.COUPONS_REDEEM,
        Right.BENEFITS_USE,
        Right.MALL_FULFIL,
        Right.VALUE_WRITE,
    }
)
_SEER = frozenset({Right.COUPONS_READ, Right.BENEFITS_READ, Right.MALL_READ, Right.PAID_READ})
_ANALYST = _SEER | {Right.OVERVIEW_READ, Right.ORDERS_READ, Right.POINTS_READ, Right.PROGRAMS_READ}
_SERVICE = _SEER | frozenset(
    {
        Right.COUPONS_ISSUE,
        Right.COUPONS_REDEEM,
        Right.BENEFITS_USE,
        Right.MALL_FULFIL,
        Right.MALL_REFUND,
        Right.PAID_SELL,
        Right.VALUE_WRITE,
        Right.VALUE_REFUND,
        Right.OVERVIEW_READ,
        Right.MEMBERS_READ,
        Right.MEMBERS_WRITE,
        Right.MEMBERS_REVEAL,
        Right.MEMBERS_MERGE,
        Right.ORDERS_READ,
        Right.POINTS_READ,
        Right.POINTS_WRITE,
        Right.POINTS_HOLD,
        Right.POINTS_TRANSFER,
        Right.POINTS_ADJUST,
        Right.PROGRAMS_READ,
        Right.APPROVALS_READ,
    }
)
_READER = _ANALYST | {
    Right.MEMBERS_READ,
    Right.LEDGER_VERIFY,
    Right.JOBS_READ,
    Right.AUDIT_READ,
    Right.APPROVALS_READ,
    Right.MESSAGES_READ,
}

# How many whole units one adjustment may move without an approval; None: any number.
ADJUST_LIMITS: dict[Role, int | None] = {
    Role.OWNER: None,
    Role.OPERATOR: 5_000,
    Role.APPROVER: 0,
    Role.SERVICE: 500,
    Role.ANALYST: 0,
    Role.CLERK: 0,
}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.OPERATOR: _SERVICE
    | _READER
    | {
        Right.PROGRAMS_WRITE,
        Right.STUDIO_USE,
        Right.TIERS_WRITE,
        Right.MEMBERS_STATUS,
        Right.IMPORTS_WRITE,
        Right.COUPONS_WRITE,
        Right.BENEFITS_WRITE,
        Right.MALL_WRITE,
        Right.PAID_WRITE,
    },
    Role.APPROVER: _READER | {Right.APPROVALS_DECIDE},
    Role.SERVICE: _SERVICE,
    Role.ANALYST: _ANALYST | {Right.STUDIO_USE},
    Role.CLERK: _CLERK,
}
