"""The words that pages use for codes: kinds, statuses, roles, rights and audit actions, in both languages."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from shuke.rooms.org.contracts import Right, Role
from shuke.surfaces.wording import coupon_actions, mall_words, paid_words, studio_words, value_words
from shuke.surfaces.wording.refusals import REFUSALS, refusal

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
    Right.COUPONS_READ: _("see coupons"),
    Right.COUPONS_WRITE: _("make, issue and recall coupons"),
    Right.COUPONS_ISSUE: _("give a member a coupon"),
    Right.COUPONS_REDEEM: _("check and redeem coupons"),
    Right.BENEFITS_READ: _("see benefits"),
    Right.BENEFITS_WRITE: _("change benefits"),
    Right.BENEFITS_USE: _("fulfil and use benefits"),
    Right.MALL_READ: _("see the rewards mall"),
    Right.MALL_WRITE: _("change the rewards mall"),
    Right.MALL_FULFIL: _("hand out and ship rewards"),
    Right.MALL_REFUND: _("cancel rewards and take them back"),
    Right.PAID_READ: _("see paid memberships"),
    Right.PAID_WRITE: _("change plans of paid membership"),
    Right.PAID_SELL: _("sell, cancel and refund paid memberships"),
    Right.VALUE_WRITE: _("top up stored value"),
    Right.VALUE_REFUND: _("refund stored value"),
    Right.MESSAGES_READ: _("read sent messages"),
    Right.TILL_USE: _("use the till"),
    Right.PROGRAMS_READ: _("see programs"),
    Right.PROGRAMS_WRITE: _("publish programs"),
    Right.STUDIO_USE: _("try programs on histories"),
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
    **coupon_actions.ACTIONS,
    "refund.tried_again": _("Tried a refund of money again"),
    "refund.paid_by_hand": _("Paid a failed refund by hand"),
    "refund.paid_twice": _("A provider paid a refund that had gone back otherwise"),
    **mall_words.ACTIONS,
    **value_words.ACTIONS,
    **studio_words.ACTIONS,
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
    "deposit": _("Topped up"),
    "withdrawal": _("Stored value refunded"),
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
    "paid_in": _("Topped up in total"),
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
    # by which way somebody joined
    "store_qr": _("QR code of a store"),
    "portal": _("Member pages"),
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
    "organisation.colour_changed": _("Changed the colour of the members' pages"),
    "colour": _("Colour"),
    "brand.created": _("Created a brand"),
    "stores.created": _("Created stores"),
    "staff.created": _("Added somebody to the team"),
    "staff.password_reset": _("Gave a new password"),
    "staff.is_active_changed": _("Changed who may log in"),
    "staff.language_changed": _("Chose a language"),
    "staff.changed": _("Changed role, stores or limit"),
    "staff.pin_given": _("Gave a PIN for the till"),
    "staff.pin_changed": _("Changed their PIN for the till"),
    "till.enrolled": _("Made a browser a till"),
    "till.closed": _("Closed a till"),
    "sale.overridden": _("Sold otherwise than the till proposed"),
    "key.created": _("Made an API key"),
    "key.revoked": _("Revoked an API key"),
    "members.enrolled": _("Enrolled members"),
    "member.status_changed": _("Changed the status"),
    "member.updated": _("Changed personal data"),
    "member.consents_changed": _("Changed what a member agrees to"),
    "member.language_changed": _("Chose a language"),
    "members.taken_back": _("Took enrolments back"),
    "members.amended": _("Filled in data of members"),
    "member.revealed": _("Looked at personal data"),
    "member.own_data_taken": _("Took a copy of their own data"),
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
    "facts.recorded": _("Recorded sales or other facts"),
    "adjustment.recorded": _("Adjusted points"),
    "tier.recorded": _("Gave a tier"),
    "clock.moved": _("Moved the test clock"),
    "value.refunded": _("Refunded stored value"),
    "gift_cards.made": _("Made gift cards"),
    "gift_cards.taken": _("Took the codes of gift cards"),
    "gift_card.sold": _("Sold a gift card"),
    "gift_card.void": _("Made a gift card void"),
    "approval.requested": _("Asked for an approval"),
    "approval.approved": _("Approved it"),
    "approval.rejected": _("Rejected it"),
    "approval.withdrawn": _("Withdrew the request"),
    "approval.expired": _("Nobody decided in time"),
    # what approvals are about
    "program.publish": _("Publish a program"),
    "program.draft_created": _("Began a draft"),
    "program.draft_saved": _("Saved a draft"),
    "program.draft_dropped": _("Threw a draft away"),
    "program.promoted": _("Published a program in another deployment"),
    "history.begun": _("Began a history"),
    "history.file_added": _("Brought a file to a history"),
    "history.read": _("Had a history read"),
    "history.removed": _("Removed a history"),
    "run.asked": _("Asked for a run of the studio"),
    "run.removed": _("Removed a run of the studio"),
    "program.terms_changed": _("Changed which versions need approval"),
    "points.adjustment": _("Adjust points"),
    "value.refund": _("Refund stored value"),
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
    "fee": _("Fee"),
    "money": _("Money back"),
    "bonus": _("Bonus forfeited"),
    "principal": _("Principal"),
    "cards": _("Cards"),
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
    "warn_of_falls": _("Tell of tiers that will fall"),
    "seal": _("Seal the ledger"),
    "expire_approvals": _("Let approvals expire"),
    "prune_responses": _("Forget old API responses"),
    "carry_messages": _("Carry messages"),
    "login_code": _("Log-in code"),
    "tier_fall": _("The tier will fall"),
    **paid_words.ACTIONS,
    "benefits.applied": _("Put a benefits file in force"),
    "benefit.used": _("Used a benefit for a member"),
    "benefit.undone": _("Undid the use of a benefit"),
    "request.step": _("Took a request for a service further"),
    **paid_words.NOTICES,
    "plan_charge_failed_last": _("The last try to charge failed"),
    "prune_member_log_ins": _("Forget old log-ins of members"),
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

PURPOSES: Words = {
    "service": _("Service (needed)"),
    "sms_marketing": _("Offers by SMS"),
    "personalisation": _("Made for me"),
}

TIERS: Words = {
    "base": _("Base"),
    "bronze": _("Bronze"),
    "silver": _("Silver"),
    "gold": _("Gold"),
    "platinum": _("Platinum"),
    "diamond": _("Diamond"),
}

_BEHAVIOURS: Words = {"joined": _("Joining")}

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


def wording(code: object) -> str:
    """Return the words for a code; a code without words stands for itself."""
    return str(WORDS.get(str(code), code))


def personal(field: str) -> str:
    """Return what a personal field is called: a person's name is another word than a thing's."""
    return pgettext("person", "Name") if field == "name" else wording(field)


def tier(code: str, name: str) -> str:
    """Return what a tier is called: as its program names it, or a word of ours where it only has a common code."""
    return str(TIERS.get(code, name)) if name == code else name


def unit(code: str, name: str) -> str:
    """Return what a unit is called: as its program names it, or a word of ours where it only has a common code."""
    return wording(code) if name in {code, ""} else name


def behaviour(code: str, name: str) -> str:
    """Return what a behaviour is called: as its program names it, or a word of ours for what our pages record."""
    return str(_BEHAVIOURS.get(code, name)) if name == code else name


def of_import(code: str) -> str:
    """Return the words for a column, a state or a fault of an import."""
    if code in IMPORTS:
        return str(IMPORTS[code])
    return refusal(code) if code in REFUSALS else wording(code)


def attribute_kind(code: str) -> str:
    """Return what values an attribute takes."""
    return str(ATTRIBUTE_KINDS.get(code, code))


def purpose(code: str) -> str:
    """Return what a consent is about."""
    return str(PURPOSES.get(code, code))


def approval_state(code: str) -> str:
    """Return where an approval stands."""
    return str(APPROVAL_STATES.get(code, code))


def role(code: str) -> str:
    """Return what a role is called."""
    return str(ROLES.get(code, code))


def right(code: str) -> str:
    """Return what a right lets somebody do."""
    return str(RIGHTS.get(code, code))
