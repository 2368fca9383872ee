"""The console's words for codes: refusals, kinds, statuses, roles, rights and audit actions, in both languages."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shuke.core.values.errors import Refusal
from shuke.rooms.org.contracts import Right, Role

Words = Mapping[str, str | Promise]

ROLES: Words = {
    Role.OWNER: _("Owner"),
    Role.OPERATOR: _("Operator"),
    Role.APPROVER: _("Approver"),
    Role.SERVICE: _("Customer service"),
    Role.ANALYST: _("Analyst"),
    Role.CLERK: _("Clerk"),
}

RIGHTS: Words = {
    Right.OVERVIEW_READ: _("see the overview"),
    Right.MEMBERS_READ: _("see members"),
    Right.MEMBERS_WRITE: _("change members"),
    Right.MEMBERS_REVEAL: _("reveal personal data"),
    Right.MEMBERS_STATUS: _("block members and let them leave"),
    Right.MEMBERS_MERGE: _("merge members"),
    Right.ORDERS_READ: _("see orders"),
    Right.ORDERS_WRITE: _("record orders"),
    Right.HISTORY_WRITE: _("record old orders"),
    Right.POINTS_READ: _("see points"),
    Right.POINTS_WRITE: _("redeem points"),
    Right.POINTS_HOLD: _("hold and release points"),
    Right.POINTS_TRANSFER: _("transfer points"),
    Right.POINTS_ADJUST: _("adjust points"),
    Right.TIERS_WRITE: _("assign tiers"),
    Right.PROGRAMS_READ: _("see programs"),
    Right.PROGRAMS_WRITE: _("publish programs"),
    Right.IMPORTS_WRITE: _("import members and points"),
    Right.APPROVALS_READ: _("see approvals"),
    Right.APPROVALS_DECIDE: _("decide approvals"),
    Right.LEDGER_VERIFY: _("check the ledger"),
    Right.CLOCK_WRITE: _("move the test clock"),
    Right.JOBS_READ: _("see jobs"),
    Right.AUDIT_READ: _("read the audit log"),
    Right.STAFF_WRITE: _("manage the team"),
    Right.KEYS_WRITE: _("manage API keys"),
    Right.ORGANISATION_WRITE: _("change the organisation"),
}

WORDS: Words = {
    # what happened to points
    "accrual": _("Earned"),
    "accrual_pending": _("Earned, pending"),
    "activation": _("Became usable"),
    "cancellation": _("Pending ones cancelled"),
    "redemption": _("Redeemed"),
    "return": _("Came back"),
    "expiry": _("Expired"),
    "holding": _("Put aside"),
    "capture": _("Captured"),
    "release": _("Released"),
    "lapse": _("Ended while set aside"),
    "clawback": _("Taken back"),
    "clawback_pending": _("Pending ones taken back"),
    "owed": _("Owed since"),
    "repayment": _("Repaid what was owed"),
    "credit": _("Given by hand"),
    "debit": _("Taken by hand"),
    "transfer_out": _("Given to a member"),
    "transfer_in": _("Got from a member"),
    "opening": _("Brought along"),
    "merge_out": _("Moved to the merged record"),
    "merge_in": _("Came with a merge"),
    "conversion_out": _("Converted to another unit"),
    "conversion_in": _("Came of a conversion"),
    "refund": _("Refund"),
    # what was behind it
    "order": _("Order"),
    "behaviour": _("Behaviour"),
    "hold": _("Hold"),
    "adjustment": _("Adjustment"),
    "transfer": _("Transfer"),
    "tier": _("Tier"),
    "merge": _("Merge"),
    # accounts
    "available": _("Available"),
    "issued": _("Issued"),
    "redeemed": _("Redeemed in total"),
    "expired": _("Expired in total"),
    "pending": pgettext_lazy("points", "Pending"),
    "held": _("Set aside"),
    "debt": _("Owed"),
    "adjusted": _("Adjusted in total"),
    "transferred": _("Transferred in total"),
    "converted": _("Converted in total"),
    # units
    "points": _("points"),
    # statuses of a member
    "active": _("Active"),
    "frozen": _("Frozen"),
    "blacklisted": _("Blocked"),
    "exited": _("Left"),
    "merged": _("Merged"),
    # why a tier changed
    "enrolled": _("joined"),
    "qualified": _("reached it"),
    "reviewed": _("reviewed at the end of its term"),
    "version_changed": _("given another rank by a new version of the program"),
    "renewed": _("kept for another term"),
    "grace": _("not kept, in grace now"),
    "assigned": _("given by hand"),
    "refunded": _("lost with a refund"),
    # personal fields
    "name": _("Name"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "birthday": _("Birthday"),
    # what became of an identity
    "external_id": _("External id"),
    "added": _("added"),
    "changed": _("changed"),
    "removed": _("removed"),
    "released": _("given free"),
    "restored": _("taken back"),
    "moved": _("moved by a merge"),
    # who acts, and what staff did
    "staff": _("Staff"),
    "key": _("API key"),
    "system": _("System"),
    "cli": _("Command line"),
    "organisation.created": _("Created the organisation"),
    "brand.created": _("Created a brand"),
    "stores.created": _("Created stores"),
    "staff.created": _("Added somebody to the team"),
    "staff.password_reset": _("Gave a new password"),
    "staff.is_active_changed": _("Changed who may log in"),
    "staff.language_changed": _("Chose a language"),
    "staff.changed": _("Changed role, stores or limit"),
    "key.created": _("Made an API key"),
    "key.revoked": _("Revoked an API key"),
    "members.enrolled": _("Enrolled members"),
    "member.status_changed": _("Changed the status"),
    "member.updated": _("Changed personal data"),
    "members.taken_back": _("Took enrolments back"),
    "members.amended": _("Filled in data of members"),
    "member.revealed": _("Looked at personal data"),
    "member.tags_changed": _("Changed the tags"),
    "member.merged": _("Merged members"),
    "member.unmerged": _("Took a merge apart"),
    "import.checked": _("Checked a file of members"),
    "import.committed": _("Committed an import"),
    "import.undone": _("Undid an import"),
    "import_members": _("Import members"),
    "attribute.defined": _("Defined an attribute"),
    "attribute.dropped": _("Dropped an attribute"),
    "program.published": _("Published a program"),
    "program.withdrawn": _("Withdrew a version of a program"),
    "facts.recorded": _("Recorded by hand"),
    "adjustment.recorded": _("Adjusted points"),
    "tier.recorded": _("Gave a tier"),
    "clock.moved": _("Moved the test clock"),
    "approval.requested": _("Asked for an approval"),
    "approval.approved": _("Approved it"),
    "approval.rejected": _("Rejected it"),
    "approval.withdrawn": _("Withdrew the request"),
    "approval.expired": _("Nobody decided in time"),
    # what approvals are about
    "points.adjustment": _("Adjust points"),
    # subjects and fields of audit lines
    "members": _("Members"),
    "organisation": _("Organisation"),
    "program": _("Program"),
    "reference": _("Reference"),
    "until": _("Last day"),
    "sources": _("Merged records"),
    "rows": _("Rows"),
    "approval": _("Approval"),
    "comment": _("Comment"),
    "result": _("Result"),
    "unit": _("Unit"),
    "change": pgettext_lazy("points", "Change"),
    "balance": _("Balance"),
    "code": _("Code"),
    "effective_from": _("In force from"),
    "shape": _("Rules"),
    "brand": _("Brand"),
    "orders": _("Orders"),
    "redemptions": _("Redemptions"),
    "region": _("Region"),
    "version": _("Version"),
    "role": _("Role"),
    "language": _("Language"),
    "currency": _("Currency"),
    "time_zone": _("Time zone"),
    "kind": _("Kind"),
    "status": _("Status"),
    "reason": _("Reason"),
    "field": _("Field"),
    "prefix": _("Begins with"),
    "personal": _("Personal"),
    "required": _("Required"),
    "attributes": _("Attributes"),
    "external_ids": _("External ids"),
    "tags": _("Tags"),
    "revoked_at": _("Revoked"),
    "count": _("Count"),
    "scopes": _("Scopes"),
    "is_active": _("May log in"),
    "to": _("To"),
    "at": _("When"),
    "stores": _("Stores"),
    "adjust_limit": _("Personal limit"),
    "own_account": _("Their own membership"),
    "number": _("Number"),
    "owner": _("Owner"),
    "operator": _("Operator"),
    "approver": _("Approver"),
    "service": _("Customer service"),
    "analyst": _("Analyst"),
    "clerk": _("Clerk"),
    "zh-hans": "简体中文",
    "en": "English",
    "sandbox": _("Sandbox"),
    "live": _("Live"),
    # jobs
    "move_clock": _("Move the test clock"),
    "advance": _("Nightly advance"),
    "seal": _("Seal the ledger"),
    "expire_approvals": _("Let approvals expire"),
    "prune_responses": _("Forget old API responses"),
    "prune_log_ins": _("Forget old sessions and failed log-ins"),
    "todo": _("Waiting"),
    "doing": _("Running"),
    "succeeded": _("Done"),
    "failed": _("Failed"),
    "cancelled": _("Cancelled"),
    "aborted": _("Stopped"),
}

APPROVAL_STATES: Words = {
    "pending": pgettext_lazy("approval", "Waiting"),
    "approved": pgettext_lazy("approval", "Approved"),
    "rejected": pgettext_lazy("approval", "Rejected"),
    "withdrawn": pgettext_lazy("approval", "Withdrawn"),
    "expired": pgettext_lazy("approval", "Expired"),
}

ATTRIBUTE_KINDS: Words = {
    "text": pgettext_lazy("attribute", "Text"),
    "number": pgettext_lazy("attribute", "Whole number"),
    "date": pgettext_lazy("attribute", "Date"),
    "boolean": pgettext_lazy("attribute", "Yes or no"),
    "choice": pgettext_lazy("attribute", "One of its choices"),
}

TIERS: Words = {
    "base": _("Base"),
    "bronze": _("Bronze"),
    "silver": _("Silver"),
    "gold": _("Gold"),
    "platinum": _("Platinum"),
    "diamond": _("Diamond"),
}

IMPORTS: Words = {
    "-": _("nothing: left out"),
    "source": _("Source"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "name": pgettext_lazy("person", "Name"),
    "joined_at": _("Joined"),
    "points": _("Points"),
    "expires_on": _("Last day of the points"),
    "earned_on": _("Day on which the points were earned"),
    "tier_until": _("Last day of the tier"),
    "checked": _("Checked"),
    "committing": _("Being committed"),
    "committed": _("Committed"),
    "undoing": _("Being undone"),
    "undone": _("Undone"),
    "waiting": _("Still to come"),
    "created": pgettext_lazy("import", "New"),
    "updated": _("Filled in"),
    "skipped": _("Left alone"),
    "failed": _("Refused"),
    "kept": _("Had to stay"),
    "invalid_name": _("A member's name has 1 to 100 printable characters."),
    "identity_required": _("There is no phone, e-mail address or external id."),
    "invalid_external_id": _("This is not an external id."),
    "joined_in_future": _("The member would have joined in the future."),
    "joined_at_out_of_range": _("Nobody joined so long ago."),
    "not_a_time": _("This is not a date or time, such as 1990-05-17 or 2020-01-31 18:30."),
    "invalid_points": _("These are not points: a number above 0, of the unit's decimals."),
    "points_missing": _("There is a unit or a date of points, but no points."),
    "tier_until_missing": _("The tier has no last day."),
    "value_stays": _("Points or tiers that a member got who was there before stay."),
    "two_members": _("The identities are two members'."),
    "unclosed_quote": _("A quotation mark is never closed."),
    "cell_too_long": _("A cell is longer than 2,000 characters."),
    "unreadable_characters": _("There are characters that can't be read; save the file as UTF-8."),
    "too_many_cells": _("The row has more cells than the header."),
    "touched_since": _("Something happened to the member since."),
}

NOT_YOURS = frozenset({"own_account", "store_forbidden", "own_request", "not_own_request"})

REFUSALS: Words = {
    "own_request": _("You asked for this yourself; a colleague has to decide."),
    "not_own_request": _("Only who asked can withdraw it."),
    "already_decided": _("Somebody else has decided this already; nothing was done twice."),
    "approval_expired": _("Nobody decided in time; it has to be asked for again."),
    "unknown_approval": _("There is no such approval."),
    "invalid_email": _("This is not an e-mail address."),
    "invalid_name": _("A name is needed, of 200 characters at most, a member's of 100."),
    "staff_exists": _("Somebody with this e-mail address is in the team already."),
    "invalid_code": _("A code has 1 to 200 letters, digits or signs, without spaces around them."),
    "store_exists": _("There is a store with this code already."),
    "brand_exists": _("There is a brand with this code already."),
    "unknown_brand": _("There is no such brand."),
    "unknown_store": _("There is no such store."),
    "limit_out_of_range": _("A limit is a whole number from 0 on."),
    "several_members": _("Several members are found by this; take the member id."),
    "insufficient_points": _("%(asked)s points asked for, %(usable)s usable."),
    "balance_limit": _("No balance holds so many points."),
    "points_out_of_range": _("No single movement is as large as this."),
    "out_of_bounds": _("The value lies outside of what is allowed."),
    "points_zero": _("Give points above 0, or take them below 0."),
    "too_old": _("What is older than %(days)s days needs a key of the API that may write history."),
    "too_far_ahead": _("This lies more than %(minutes)s minutes ahead."),
    "occurs_in_future": _("This lies more than %(hours)s hours ahead; record it once it has happened."),
    "text_length": _("A text has %(least)s to %(most)s characters."),
    "text_characters": _("A text holds characters that can't be stored."),
    "cap_reached": _("This is more than the program's limits leave now."),
    "not_transferable": _("Points of this unit can't be given away."),
    "transfer_bounds": _("%(asked)s asked for; %(least)s to %(most)s can be given at once."),
    "transfer_cool_down": _("The member can give points away from %(first)s on, %(days)s days after joining."),
    "transfer_to_oneself": _("Points are given to somebody else."),
    "gifts_not_given_on": _("Points that were a gift can't be given on."),
    "lot_has_ended": _("The last day lies in the past."),
    "earned_in_future": _("Nobody has earned points after today."),
    "tier_ends_before": _("The last day lies in the past."),
    "unknown_tier": _("The program has no such tier."),
    "unknown_ladder": _("The program has no such ladder."),
    "unknown_unit": _("The program has no such unit."),
    "not_spendable": _("This unit only counts; it can't be used."),
    "hold_ends_before": _("The last day lies in the past."),
    "hold_closed": _("The hold is over: its points were captured, released or came back."),
    "unknown_redemption": _("There is no such redemption."),
    "already_returned": _("All points of this redemption are back."),
    "more_than_redeemed": _("This is more than is left of the redemption."),
    "more_than_held": _("%(asked)s asked for, %(held)s still set aside."),
    "redeem_bounds": _("%(asked)s asked for; %(unit)s: from %(lowest)s on, in steps of %(steps)s."),
    "unknown_hold": _("There is no such hold."),
    "unknown_order": _("There is no such order of a member."),
    "unknown_line": _("The order has no such line."),
    "already_refunded": _("Nothing of this order is left to refund."),
    "more_than_left": _("This is more than is left of it."),
    "refund_of_nothing": _("The refund takes nothing off."),
    "unknown_behaviour": _("The program knows no such behaviour."),
    "not_enrolled": _("The member does not belong to the program."),
    "member_frozen": _("The member is frozen: nothing is given or taken."),
    "member_blacklisted": _("The member is on the blacklist: nothing is given or taken."),
    "supply_exhausted": _("Only %(left)s more of this unit can be issued."),
    "already_recorded_differently": _("The form was sent before with something else in it. Open it again."),
    "not_recordable": _("This can't be recorded; the log of the server says why."),
    "own_account": _("This is your own account; a colleague has to do it."),
    "store_forbidden": _("This belongs to a store that is not yours."),
    "unknown_staff": _("This person is not in the team."),
    "last_owner": _("This is the last active owner; make another one first."),
    "unknown_scope": _("There is no such scope."),
    "scope_required": _("Choose at least one scope."),
    "unknown_api_key": _("There is no such key."),
    "key_revoked": _("This key is revoked already."),
    "unknown_currency": _("The currency is a code of three letters, such as CNY."),
    "unknown_time_zone": _("The time zone is a name such as Asia/Shanghai."),
    "unknown_language": _("There is no such language."),
    "wrong_kind": _("This server is of the other kind of deployment."),
    "home_of_other_kind": _("This server is of the other kind of deployment."),
    "home_unusable": _("The home of this deployment cannot be written; see the terminal."),
    "organisation_exists": _("The shop has been set up already."),
    "clock_is_live": _("Only a sandbox has a test clock."),
    "clock_is_moving": _("The test clock is being moved. Wait until it has arrived."),
    "comparison_running": _("Another file is being compared just now. Try again in a few seconds."),
    "clock_moves_back": _("The test clock never moves back. Choose a later time."),
    "invalid_cursor": _("This page of the list is no longer valid. Start again from the first one."),
    "invalid_id": _("The id in the address is not one of ours."),
    "version_not_found": _("There is no such version of the program."),
    "version_planned": _("Version %(version)s is planned. Withdraw it on its page, then publish."),
    "version_in_force": _(
        "Version %(version)s is in force, or members have come to it. Publish another to replace it."
    ),
    "version_followed": _("Version %(later)s was made to follow this one. Withdraw that first."),
    "supply_below_issued": _("More was issued already than the unit may have: %(issued)s."),
    "writers_busy": _("Others were writing all the time, so nothing was done. Try again at a quieter time."),
    "unknown_entry": _("There is no such entry."),
    "no_program": _("No program is published yet."),
    "invalid_time": _("This is not a date and time."),
    "clock_too_far": _("The clock moves ten years at most at once."),
    "unknown_member": _("There is no such member."),
    "reason_required": _("Say why: the reason is kept in the audit log."),
    "reason_too_long": _("A reason has at most 200 characters."),
    "status_not_allowed": _("From the present status this one can't be reached."),
    "reinstate_too_late": _("Who left comes back within 30 days; later the person is enrolled anew."),
    "invalid_phone": _("This is not a phone number."),
    "invalid_birthday": _("A birthday lies between 1900 and today."),
    "invalid_attribute": _("The value does not fit the attribute."),
    "invalid_tag": _("A tag has 1 to 40 lower-case letters, digits, - and _, and begins with a letter."),
    "too_many_tags": _("A member has at most 63 tags."),
    "merge_unsettled": _(
        "Of the record that would end, %(pending)s points (%(unit)s) are pending, %(held)s set aside and %(debt)s owed "
        "that the other one can't pay: settle them first, or let this record stay."
    ),
    "merge_spent": _("Points that came by the merge were used since."),
    "merge_undone": _("This merge was taken apart already."),
    "merge_covered": _("Take apart what came later first."),
    "not_mergeable": _("Only active and frozen members are merged."),
    "duplicate_phone": _("Another member has this phone number."),
    "duplicate_email": _("Another member has this e-mail address."),
    "duplicate_external_id": _("Another member has this external id."),
    "member_exited": _("The member has left and is not changed any more."),
    "member_merged": _("The member lives on in another one, who can be changed."),
    "status_unchanged": _("The member has this status already."),
    "unknown_import": _("There is no such import."),
    "import_in_other_state": _("The import has gone on since this page was opened."),
    "import_damaged": _("A row is not as it was checked. Check the file again."),
    "file_empty": _("The file has no rows below its header."),
    "file_not_readable": _("The file has no header that can be read; save it as CSV or XLSX."),
    "file_too_large": _("The file is too large."),
    "too_many_rows": _("The file has too many rows."),
    "identity_column_missing": _("A column of external ids, phones or e-mail addresses is needed."),
    "duplicate_columns": _("Several columns mean the same; leave all but one out."),
    "unknown_columns": _("Say below what these columns mean."),
}


def wording(code: object) -> str:
    """Return the words for a code; a code without words stands for itself."""
    return str(WORDS.get(str(code), code))


def personal(field: str) -> str:
    """Return what a personal field is called: a person's name is another word than a thing's."""
    return pgettext("person", "Name") if field == "name" else wording(field)


def tier(code: str, name: str) -> str:
    """Return what a tier is called: as its program names it, or a word of ours where it only has a common code."""
    return str(TIERS.get(code, name)) if name == code else name


def of_import(code: str) -> str:
    """Return the words for a column, a state or a fault of an import."""
    if code in IMPORTS:
        return str(IMPORTS[code])
    return refusal(code) if code in REFUSALS else wording(code)


def attribute_kind(code: str) -> str:
    """Return what values an attribute takes."""
    return str(ATTRIBUTE_KINDS.get(code, code))


def approval_state(code: str) -> str:
    """Return where an approval stands."""
    return str(APPROVAL_STATES.get(code, code))


def role(code: str) -> str:
    """Return what a role is called."""
    return str(ROLES.get(code, code))


def right(code: str) -> str:
    """Return what a right lets somebody do."""
    return str(RIGHTS.get(code, code))


def refusal(code: str) -> str:
    """Return why something was refused, by the code alone."""
    return sentence(Refusal(code, code))


def sentence(refused: Refusal) -> str:
    """Return why something was refused, in the reader's language where we have words for it."""
    words = REFUSALS.get(refused.code)
    if words is None:
        return gettext("Refused: %(detail)s") % {"detail": refused.detail}
    return str(words) % _Values(refused.params) if "%(" in str(words) else str(words)


class _Values(dict[str, Any]):
    """The values of a refusal; one that was kept by its code alone has none, and an ellipsis stands for each."""

    def __missing__(self, name: str) -> str:
        return "…"
