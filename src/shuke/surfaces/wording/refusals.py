"""Why something was refused, in the words of pages, in both languages."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from shuke.core.values.errors import Refusal
from shuke.surfaces.wording import coupon_refusals, mall_words, studio_words, value_words

NOT_YOURS = frozenset({"own_account", "store_forbidden", "own_request", "not_own_request"})

REFUSALS: Mapping[str, str | Promise] = {
    "unknown_subscription": _("There is no such subscription."),
    "unknown_plan": _("There is no such plan."),
    "unknown_batch": _("There is no such batch."),
    "unknown_activation_code": _("There is no such activation code."),
    "subscription_not_live": _("This subscription is over, or never began."),
    "same_plan": _("The member has this plan already."),
    "plan_not_on_sale": _("This plan is not on sale."),
    "plan_exists": _("There is a plan with this code already."),
    "plan_change_planned": _("A later change of this plan is planned already."),
    "no_trial": _("There is no trial of this plan for this member."),
    "no_agreement": _("There is no agreement to be charged by; the plan is renewed by hand."),
    "length_not_sold": _("This plan is not sold by this length."),
    "invalid_plan_price": _("A plan has a price above 0 for at least one length."),
    "invalid_plan_name": _("A name has 1 to 60 characters."),
    "invalid_plan_days": _(
        "Days are from 0 to 366, each once; tries may lie up to 27 days before the end, and there is at least one."
    ),
    "notice_days_unfit": _(
        "The member must be told before every charge: at least one day has to lie %(least)s to %(most)s days before "
        "the end of the shortest period that is sold."
    ),
    "invalid_plan_code": _("A code has 1 to 40 lower-case letters, digits, - and _, and begins with a letter."),
    "invalid_note": _("A note has at most 100 characters."),
    "extension_days": _("A plan is extended by 1 to 366 days."),
    "effective_too_early": _("This lies in the past."),
    "code_count": _("A batch has 1 to 10,000 codes."),
    "activation_code_used": _("This activation code was used already."),
    "activation_code_expired": _("This activation code is no longer good."),
    **mall_words.REFUSALS,
    **value_words.REFUSALS,
    **coupon_refusals.REFUSALS,
    **studio_words.REFUSALS,
    "unknown_payment_method": _("One does not pay by this method here. Known: %(known)s."),
    "unknown_payment": _("There is no such payment."),
    "refund_not_failed": _("Only a refund that failed is paid by hand; this one is on its way or done."),
    "reference_required": _("Say by which proof it was paid, in 1 to 100 characters."),
    "refund_exceeds_payment": _("This is more than is left of the payment."),
    "payment_not_paid": _("What was not paid cannot be given back."),
    "payment_callback_refused": _("The callback is not signed by the provider."),
    "payment_asked_differently": _("This was asked for with another amount, currency or member."),
    "payment_amount_invalid": _("A payment is of more than nothing."),
    "payment_amount_differs": _("The provider speaks of another amount than was asked for."),
    "own_request": _("You asked for this yourself; a colleague has to decide."),
    "not_own_request": _("Only who asked can withdraw it."),
    "already_decided": _("Somebody else has decided this already; nothing was done twice."),
    "approval_expired": _("Nobody decided in time; it has to be asked for again."),
    "unknown_approval": _("There is no such approval."),
    "invalid_colour": _("A colour is written as #rrggbb."),
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
    "member_code_unknown": _("This is not the code of a member."),
    "member_code_expired": _("This member code is over; the phone shows another one by now."),
    "member_code_used": _("This member code was used already; the next one comes within a minute."),
    "consent_needed": _("A membership rests on this consent; leave instead."),
    "log_in_code_wrong": _("The code is wrong or no longer good. Enter the latest one, or get a new one."),
    "log_in_locked": _("Too many wrong codes. Try again in %(minutes)s minutes."),
    "too_many_codes": _("Codes were asked for too often. Wait a while, then try again."),
    "too_many_guesses": _("Too many wrong codes. Wait %(minutes)s minutes, then try again."),
    "inbox_is_live": _("Only a sandbox has an inbox; a live deployment keeps no texts."),
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
    "coupon_needs_sale": _("This coupon takes something off a sale: choose it there."),
    "price_changed": _("The cart costs something else by now; look at the new price."),
    "not_recordable": _("This can't be recorded; the log of the server says why."),
    "unknown_till": _("This browser is no till, or its till was closed."),
    "unknown_shift": _("There is no such shift."),
    "pin_unfit": _("A PIN has six digits that are not all the same, and is another than before."),
    "wrong_pin": _("The PIN is wrong."),
    "pin_locked": _("Too many wrong PINs. Try again in %(minutes)s minutes."),
    "till_locked": _("Log in again."),
    "tail_too_short": _("Type the last four digits of the phone."),
    "unknown_text": _("No member, coupon, pickup, receipt or gift card has this code."),
    "consent_required": _("Tell the customer what joining means, and tick that they agreed."),
    "bad_request": _("The till sent something unreadable; nothing was done."),
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
    "draft_changed": _("%(by)s saved this draft meanwhile."),
    "edit_by_hand": _("The file is written so here that only its text can be edited."),
    "unknown_draft": _("There is no such draft."),
    "simulated_before": _("The member stands later than that already. Choose a later time."),
    "target_address": _("A key travels to an address over https, or on this machine. Check the address."),
    "target_is_here": _("This key is of this very deployment. Give the key of another one."),
    "target_refused": _("The other deployment refuses it: %(detail)s"),
    "target_not_understood": _(
        "What answers there is no deployment of Shuke, or of another release. Check the address; if this was to "
        "publish, look there whether it did."
    ),
    "target_unreachable": _("The other deployment gave no answer. If this was to publish, look there whether it did."),
    "approval_needed": _("Somebody else has to agree to it first."),
    "comparison_outdated": _("Version %(version)s was published meanwhile. Check again, and ask anew."),
    "percent_out_of_range": _("A limit is a percentage from 0 to 999.99."),
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
    "merge_two_plans": _("Both have the plan %(plan)s: end one of them first, then what is left of it goes back."),
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
    "benefit_kind_fixed": _("Members had %(benefit)s as another kind of benefit; what is new takes another code."),
    "benefit_not_held": _("The member does not have this benefit now."),
    "benefit_not_used": _("This benefit holds or is issued by itself; nobody uses it up by hand."),
    "not_a_service": _("Only a service is asked for; other benefits are used."),
    "quota_used_up": _("%(asked)s asked for, %(left)s of %(quota)s left in this period."),
    "quote_missing": _("A quote says an amount."),
    "stage_not_possible": _("The request cannot go to this stage from where it stands."),
    "unknown_benefit": _("There is no such benefit."),
    "unknown_offer": _("The program has no offer %(found)s."),
    "unknown_request": _("There is no such request."),
    "unknown_use": _("There is no such use."),
    "use_of_request": _("This use belongs to a request; decline or cancel that."),
}


def refusal(code: str) -> str:
    """Return why something was refused, by the code alone."""
    return sentence(Refusal(code, code))


def failure(code: str, params: Mapping[str, Any]) -> str:
    """Return why work in the background failed; nothing where it did not."""
    return sentence(Refusal(code, code, params=params)) if code else ""


def sentence(refused: Refusal) -> str:
    """Return why something was refused, in the reader's language where we have words for it: of its field first."""
    if "zh" in refused.params:  # worded in both languages where it was refused
        return str(refused.params["zh"]) if get_language() == "zh-hans" else refused.detail
    words = REFUSALS.get(f"{refused.code}{refused.pointer or ''}") or REFUSALS.get(refused.code)
    if words is None:
        return gettext("Refused: %(detail)s") % {"detail": refused.detail}
    return str(words) % _Values(refused.params) if "%(" in str(words) else str(words)


class _Values(dict[str, Any]):
    """The values of a refusal; one that was kept by its code alone has none, and an ellipsis stands for each."""

    def __missing__(self, name: str) -> str:
        return "…"
