"""The words of stored value and gift cards: their states, what is warned of, and why something was refused."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, str | Promise]

TOP_UPS: Words = {
    "asked": _("Waiting for payment"),
    "paid": pgettext_lazy("top-up", "Paid"),
    "failed": _("Not paid"),
    "returned": _("Money given back at once"),
    "refunded_part": _("Refunded in part"),
    "refunded": _("Refunded"),
}
METHODS: Words = {"desk": _("At the desk"), "gift_card": _("By gift card")}
CARDS: Words = {
    "made": _("Not sold yet"),
    "active": _("To be loaded"),
    "loaded": _("Loaded"),
    "void": _("Void"),
}
WARNINGS: Words = {
    "named_limit": _("More is stored than the program's limit for one member."),
    "unnamed_limit": _("A card holds more than the program's limit for gift cards."),
}
ACTIONS: Words = {
    "value.refund": _("Refund stored value"),
    "value.refunded": _("Refunded stored value"),
    "gift_cards.made": _("Made gift cards"),
    "gift_card.sold": _("Sold a gift card"),
    "gift_card.void": _("Made a gift card void"),
    "fee": _("Fee kept"),
    "money": _("Money back"),
    "bonus": _("Bonus that goes with it"),
    "principal": _("Principal"),
    "cards": _("Gift cards"),
}
REFUSALS: Words = {
    "no_stored_value": _("The program has no stored value."),
    "top_up_bounds": _("A top-up must be between %(least)s and %(most)s."),
    "value_limit": _("This would come to %(asked)s; the program allows %(most)s."),
    "desk_needs_clerk": _("Only somebody who took the money says so."),
    "value_needs_code": _("Scan the code on the member's phone: stored value is spent with it."),
    "unknown_top_up": _("There is no such top-up."),
    "unknown_value_use": _("There is no such payment with stored value."),
    "unknown_value_refund": _("There is no such refund of stored value."),
    "insufficient_value": _("%(asked)s asked for, %(usable)s there."),
    "principal_by_hand": _(
        "Principal is money that was paid: top the member up to bring it, refund stored value to take it back."
    ),
    "value_amount": _("An amount is above 0."),
    "value_refund_changed": _("The refund would come to something else now; ask for it again."),
    "unknown_gift_card": _("There is no such gift card."),
    "unknown_card_batch": _("There is no such batch of gift cards."),
    "gift_card_not_usable": _("This card is not sold, loaded already, void or over."),
    "gift_card_in_other_state": _("This can't be done with the card any more: it is %(state)s."),
    "card_count": _("A batch has 1 to 10,000 cards."),
    "value_left": _("There is still stored value of %(left)s; refund it, or say that it is given up."),
}
