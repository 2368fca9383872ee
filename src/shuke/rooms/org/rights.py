"""Which rights each role has; knows nothing of who asks."""

from shuke.rooms.org.contracts import Right, Role

_CLERK = frozenset({Right.POINTS_READ, Right.POINTS_WRITE, Right.ORDERS_WRITE})
_ANALYST = frozenset({Right.OVERVIEW_READ, Right.ORDERS_READ, Right.POINTS_READ, Right.PROGRAMS_READ})
_SERVICE = frozenset(
    {
        Right.OVERVIEW_READ,
        Right.MEMBERS_READ,
        Right.MEMBERS_WRITE,
        Right.MEMBERS_REVEAL,
        Right.ORDERS_READ,
        Right.POINTS_READ,
        Right.POINTS_WRITE,
        Right.PROGRAMS_READ,
    }
)
_OPERATOR = _SERVICE | _ANALYST | {Right.PROGRAMS_WRITE, Right.LEDGER_VERIFY, Right.JOBS_READ, Right.AUDIT_READ}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.OPERATOR: _OPERATOR,
    Role.SERVICE: _SERVICE,
    Role.ANALYST: _ANALYST,
    Role.CLERK: _CLERK,
}
