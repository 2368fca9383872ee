"""The console's words for codes: refusals, kinds, statuses, roles, rights and audit actions, in both languages."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from shuke.core.values.errors import Refusal
from shuke.rooms.org.contracts import Right, Role

Words = Mapping[str, str | Promise]

ROLES: Words = {
    Role.OWNER: lazy("Owner"),
    Role.OPERATOR: lazy("Operator"),
    Role.SERVICE: lazy("Customer service"),
    Role.ANALYST: lazy("Analyst"),
    Role.CLERK: lazy("Clerk"),
}

RIGHTS: Words = {
    Right.OVERVIEW_READ: lazy("see the overview"),
    Right.MEMBERS_READ: lazy("see members"),
    Right.MEMBERS_WRITE: lazy("change members"),
    Right.MEMBERS_REVEAL: lazy("reveal personal data"),
    Right.ORDERS_READ: lazy("see orders"),
    Right.ORDERS_WRITE: lazy("record orders"),
    Right.HISTORY_WRITE: lazy("record old orders"),
    Right.POINTS_READ: lazy("see points"),
    Right.POINTS_WRITE: lazy("redeem points"),
    Right.PROGRAMS_READ: lazy("see programs"),
    Right.PROGRAMS_WRITE: lazy("publish programs"),
    Right.LEDGER_VERIFY: lazy("check the ledger"),
    Right.CLOCK_WRITE: lazy("move the test clock"),
    Right.JOBS_READ: lazy("see jobs"),
    Right.AUDIT_READ: lazy("read the audit log"),
    Right.STAFF_WRITE: lazy("manage the team"),
    Right.KEYS_WRITE: lazy("manage API keys"),
    Right.ORGANISATION_WRITE: lazy("change the organisation"),
}

WORDS: Words = {
    # what happened to points
    "accrual": lazy("Earned"),
    "redemption": lazy("Redeemed"),
    "expiry": lazy("Expired"),
    # accounts
    "available": lazy("Available"),
    "issued": lazy("Issued"),
    "redeemed": lazy("Redeemed in total"),
    "expired": lazy("Expired in total"),
    # statuses of a member
    "active": lazy("Active"),
    "frozen": lazy("Frozen"),
    "blacklisted": lazy("Blocked"),
    "exited": lazy("Left"),
    # why a tier changed
    "qualified": lazy("qualified"),
    "reviewed": lazy("reviewed at the end of its term"),
    "renewed": lazy("kept for another term"),
    # personal fields
    "name": lazy("Name"),
    "phone": lazy("Phone"),
    "email": lazy("E-mail"),
    "birthday": lazy("Birthday"),
    # jobs
    "todo": lazy("Waiting"),
    "doing": lazy("Running"),
    "succeeded": lazy("Done"),
    "failed": lazy("Failed"),
    "cancelled": lazy("Cancelled"),
    "aborted": lazy("Stopped"),
}

REFUSALS: Words = {
    "invalid_email": lazy("This is not an e-mail address."),
    "name_required": lazy("A name is needed."),
    "staff_exists": lazy("Somebody with this e-mail address is in the team already."),
    "unknown_staff": lazy("This person is not in the team."),
    "last_owner": lazy("This is the last active owner; make another one first."),
    "unknown_scope": lazy("There is no such scope."),
    "scope_required": lazy("Choose at least one scope."),
    "unknown_key": lazy("There is no such key."),
    "key_revoked": lazy("This key is revoked already."),
    "unknown_currency": lazy("The currency is a code of three letters, such as CNY."),
    "unknown_time_zone": lazy("The time zone is a name such as Asia/Shanghai."),
    "organisation_exists": lazy("The shop has been set up already."),
    "clock_is_live": lazy("Only a sandbox has a test clock."),
    "clock_moves_back": lazy("The test clock never moves back. Choose a later time."),
    "invalid_cursor": lazy("This page of the list is no longer valid. Start again from the first one."),
    "invalid_id": lazy("The id in the address is not one of ours."),
    "member_not_found": lazy("There is no such member."),
    "unknown_member": lazy("There is no such member."),
    "reason_required": lazy("Say why: the reason is kept in the audit log."),
    "status_unchanged": lazy("The member has this status already."),
}


def wording(code: object) -> str:
    """Return the words for a code; a code without words stands for itself."""
    return str(WORDS.get(str(code), code))


def role(code: str) -> str:
    """Return what a role is called."""
    return str(ROLES.get(code, code))


def right(code: str) -> str:
    """Return what a right lets somebody do."""
    return str(RIGHTS.get(code, code))


def sentence(refused: Refusal) -> str:
    """Return why something was refused, in the reader's language where we have words for it."""
    words = REFUSALS.get(refused.code)
    return str(words) if words is not None else _("Refused: %(detail)s") % {"detail": refused.detail}
