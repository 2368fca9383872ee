"""Examples of plans, subscriptions, activation codes and payments."""

from typing import Final

from shuke.surfaces.http.schemas.examples import MEMBER_ID

SUBSCRIPTION_ID: Final = "sub_01KAKV5D2W8RQX5J4Y0V9W6T2N"
BATCH_ID: Final = "bat_01KAKV5D2W8RQX5J4Y0V9W6T2N"
PAYMENT_ID: Final = "pay_01KAKV5D2W8RQX5J4Y0V9W6T2N"
REFUND_ID: Final = "prf_01KAKV5D2W8RQX5J4Y0V9W6T2N"
NEW_TERMS = {
    "prices": {"month": 1500, "year": 12000},
    "trial_days": 14,
    "notice_days": [30, 7],
    "try_days": [-1, 2, 5],
    "grace_days": 7,
    "cooling_off_days": 7,
    "refund": "prorata",
    "gives": [{"name_zh": "免邮", "name_en": "Free delivery", "value_minor": 8000}],
}
NEW_PLAN = {
    "code": "plus",
    "kind": "service",
    "name_zh": "熟客卡",
    "name_en": "Plus",
    "tag": "plus",
    "terms": NEW_TERMS,
}
VERSION = NEW_TERMS | {
    "prices": {"month": 1500, "quarter": None, "year": 12000},
    "number": 1,
    "effective_at": "2017-01-15T17:00:00Z",
}
PLAN = {
    **{name: NEW_PLAN[name] for name in ("code", "kind", "name_zh", "name_en", "tag")},
    "on_sale": True,
    "version": VERSION,
    "coming": None,
    "livemode": False,
    "dry_run": False,
}
SUBSCRIPTION = {
    "id": SUBSCRIPTION_ID,
    "member_id": MEMBER_ID,
    "plan": "plus",
    "state": "active",
    "length": "year",
    "auto_renew": True,
    "leaving": False,
    "started_at": "2017-01-15T17:00:00Z",
    "ends_at": "2018-01-15T05:00:00Z",
    "grace_until": None,
    "price_minor": 12000,
    "renews_at_minor": 12000,
    "livemode": False,
    "dry_run": False,
}
PENDING = SUBSCRIPTION | {
    "state": "pending",
    "auto_renew": False,
    "started_at": None,
    "ends_at": None,
    "renews_at_minor": None,
}
HISTORY = {
    "subscription": SUBSCRIPTION,
    "periods": [
        {
            "number": 1,
            "kind": "paid",
            "starts_at": "2017-01-15T17:00:00Z",
            "ends_at": "2018-01-15T05:00:00Z",
            "cost_minor": 12000,
            "value_minor": 12000,
            "saved_minor": 8750,
        }
    ],
    "charges": [
        {
            "number": 1,
            "attempt": 1,
            "state": "paid",
            "amount_minor": 12000,
            "credit_minor": 0,
            "asked_at": "2017-01-15T17:00:00Z",
            "payment_id": PAYMENT_ID,
        }
    ],
    "changes": [
        {
            "at": "2017-01-15T17:00:00Z",
            "before": None,
            "after": "pending",
            "cause": "asked",
            "ends_at": None,
            "actor": "shop",
        },
        {
            "at": "2017-01-15T17:00:00Z",
            "before": "pending",
            "after": "active",
            "cause": "paid",
            "ends_at": "2018-01-15T05:00:00Z",
            "actor": "Shuke",
        },
    ],
    "savings": {
        "saved_minor": 8750,
        "paid_minor": 12000,
        "period_saved_minor": 8750,
        "period_paid_minor": 12000,
        "to_break_even_minor": 3250,
    },
    "livemode": False,
}
NEW_ORDER = {"member": {"id": MEMBER_ID}, "plan": "plus", "length": "year", "method": "counter"}
BOUGHT = {"subscription": PENDING, "payment_id": PAYMENT_ID, "livemode": False, "dry_run": False}
CANCELLATION = {
    "subscription": SUBSCRIPTION | {"state": "cancelled", "auto_renew": False, "renews_at_minor": None},
    "at_once": True,
    "ends_at": "2017-01-20T17:00:00Z",
    "refund_minor": 12000,
    "rule": "cooling_off",
    "days_left": 359,
    "days_total": 365,
    "livemode": False,
    "dry_run": False,
}
SWITCH = {
    "subscription": PENDING | {"plan": "gold-card", "price_minor": 30000},
    "payment_id": PAYMENT_ID,
    "price_minor": 30000,
    "credit_minor": 8679,
    "due_minor": 21321,
    "refund_minor": 0,
    "days_left": 264,
    "days_total": 365,
    "livemode": False,
    "dry_run": False,
}
BATCH = {
    "id": BATCH_ID,
    "plan": "plus",
    "length": "month",
    "count": 100,
    "used": 3,
    "note": "spring fair",
    "made_at": "2017-01-15T17:00:00Z",
    "ends_at": None,
    "livemode": False,
    "dry_run": False,
}
PAYMENT = {
    "id": PAYMENT_ID,
    "member_id": MEMBER_ID,
    "purpose": "plan",
    "method": "counter",
    "state": "paid",
    "amount_minor": 12000,
    "refunded_minor": 0,
    "currency": "USD",
    "asked_at": "2017-01-15T17:00:00Z",
    "paid_at": "2017-01-15T17:00:00Z",
    "pay_url": "",
    "reason": "",
    "livemode": False,
}
FAILED_REFUND = {
    "id": REFUND_ID,
    "payment_id": PAYMENT_ID,
    "member_id": MEMBER_ID,
    "purpose": "plan",
    "method": "wechat",
    "state": "failed",
    "amount_minor": 12000,
    "currency": "USD",
    "asked_at": "2017-01-18T17:00:00Z",
    "done_at": None,
    "reason": "USER_ACCOUNT_ABNORMAL",
    "by_hand": None,
    "livemode": False,
    "dry_run": False,
}
REFUND_BY_HAND = FAILED_REFUND | {
    "state": "done",
    "done_at": "2017-01-20T17:00:00Z",
    "reason": "",
    "by_hand": {"by": "finance", "reference": "bank transfer 20170120-17", "note": "the card was closed"},
}
