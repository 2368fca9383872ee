"""The menu: what there is, and which right opens it. Nothing is shown that would answer with a refusal."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shuke.rooms.org.contracts import Kind, Right, StaffPrincipal


@dataclass(frozen=True, slots=True)
class Item:
    """One place in the menu; `view` is the name of its address."""

    view: str
    label: str | Promise
    icon: str
    right: Right
    sandbox_only: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    title: str | Promise
    items: tuple[Item, ...]


GROUPS = (
    Group(
        "",
        (
            Item("overview", _("Overview"), "overview", Right.OVERVIEW_READ),
            Item("approvals", _("Approvals"), "approvals", Right.APPROVALS_READ),
        ),
    ),
    Group(
        _("Members"),
        (
            Item("members", _("All members"), "members", Right.MEMBERS_READ),
            Item("imports", _("Imports"), "import", Right.IMPORTS_WRITE),
            Item("duplicates", _("Duplicates"), "merge", Right.MEMBERS_MERGE),
        ),
    ),
    Group(
        _("Program and points"),
        (
            Item("programs", _("Programs"), "programs", Right.PROGRAMS_READ),
            Item("cart", _("Price a cart"), "order", Right.MEMBERS_READ),
            Item("tiers", _("Tiers"), "tier", Right.OVERVIEW_READ),
            Item("ledger", _("Points ledger"), "points", Right.MEMBERS_READ),
            Item("adjustments", _("Adjustments"), "edit", Right.APPROVALS_READ),
            Item("ledger-check", _("Ledger check"), "check", Right.LEDGER_VERIFY),
        ),
    ),
    Group(
        _("Studio"),
        (
            Item("histories", _("Histories"), "import", Right.PROGRAMS_READ),
            Item("backtests", _("Backtests"), "overview", Right.PROGRAMS_READ),
            Item("forecasts", _("Forecasts"), "clock", Right.PROGRAMS_READ),
            Item("proposals", _("New program"), "edit", Right.PROGRAMS_READ),
        ),
    ),
    Group(_("Offers"), (Item("coupons", _("Coupons"), "coupon", Right.COUPONS_READ),)),
    Group(
        _("Paid and stored value"),
        (
            Item("plans", _("Paid plans"), "programs", Right.PAID_READ),
            Item("subscriptions", _("Subscriptions"), "members", Right.PAID_READ),
            Item("activation-codes", _("Activation codes"), "key", Right.PAID_READ),
            Item("value", _("Stored value"), "points", Right.VALUE_REFUND),
            Item("failed-refunds", _("Failed refunds"), "warning", Right.PAID_READ),
        ),
    ),
    Group(
        _("Benefits and services"),
        (
            Item("benefits", _("Benefits"), "gift", Right.BENEFITS_READ),
            Item("requests", _("Service inbox"), "inbox", Right.BENEFITS_READ),
            Item("benefit-sheet", _("Benefit balance sheet"), "overview", Right.BENEFITS_READ),
        ),
    ),
    Group(
        _("Rewards mall"),
        (
            Item("mall", _("Items"), "gift", Right.MALL_READ),
            Item("mall-orders", _("Orders of the mall"), "order", Right.MALL_READ),
            Item("mall-suppliers", _("Suppliers"), "download", Right.MALL_READ),
        ),
    ),
    Group(
        _("Developers"),
        (
            Item("keys", _("API keys"), "key", Right.KEYS_WRITE),
            Item("inbox", _("Sandbox inbox"), "inbox", Right.MESSAGES_READ, sandbox_only=True),
            Item("clock", _("Sandbox and test clock"), "clock", Right.CLOCK_WRITE, sandbox_only=True),
        ),
    ),
    Group(
        _("Settings"),
        (
            Item("organisation", _("Stores"), "store", Right.ORGANISATION_WRITE),
            Item("tills", _("Tills"), "till", Right.ORGANISATION_WRITE),
            Item("staff", _("Team"), "team", Right.STAFF_WRITE),
            Item("jobs", _("Jobs"), "jobs", Right.JOBS_READ),
            Item("audit", _("Audit log"), "audit", Right.AUDIT_READ),
        ),
    ),
)


def menu_of(principal: StaffPrincipal, kind: Kind) -> list[Group]:
    """Return the groups that `principal` may open, without empty ones."""
    groups = (
        Group(
            group.title,
            tuple(
                item
                for item in group.items
                if item.right in principal.rights and (kind is Kind.SANDBOX or not item.sandbox_only)
            ),
        )
        for group in GROUPS
    )
    return [group for group in groups if group.items]
