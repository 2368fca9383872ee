"""Examples of coupons, their templates and batches."""

from shuke.surfaces.http.schemas.examples import MEMBER_ID, Json

TEMPLATE_ID = "cpt_01KAKV3Z5R8QX5J4Y0V9W6T2NM"
COUPON_ID = "cpn_01KAKV3Z5R8QX5J4Y0V9W6T2NP"
BATCH_ID = "cpb_01KAKV3Z5R8QX5J4Y0V9W6T2NQ"
CODE = "7KQ2M9XJ4T8RZ5WB"
MEMBER: Json = {"external_id": {"source": "shop", "external_id": "C-1001"}}
ORDER: Json = {"source": "till-3", "external_id": "20170301-0007"}

NEW_TEMPLATE: Json = {
    "code": "spring10",
    "name": "Ten off from fifty on",
    "kind": "threshold",
    "offer": "{amount: 10, minimum: {money: 50}}",
    "validity": {"days": 14},
    "claimable": True,
    "claim_when": "member.tier = 'gold'",
    "per_member": {"most": 1, "period": "month"},
    "budget_minor": 500_000,
    "given_on": "order",
    "given_when": "order.net >= 300",
}
TEMPLATE: Json = {
    "id": TEMPLATE_ID,
    "code": "spring10",
    "name": "Ten off from fifty on",
    "kind": "threshold",
    "offer": "{amount: 10, minimum: {money: 50}}",
    "state": "active",
    "codes": "own",
    "one_code": None,
    "valid_since": None,
    "valid_until": None,
    "delay_days": 0,
    "days": 14,
    "issue_since": None,
    "issue_until": None,
    "claimable": True,
    "claim_when": "member.tier = 'gold'",
    "points": None,
    "most": None,
    "per_member": 1,
    "per_period": "month",
    "budget_minor": 500_000,
    "cost_minor": 1_000,
    "pot_minor": None,
    "shares": None,
    "gives_back": True,
    "transferable": False,
    "given_on": "order",
    "given_when": "order.net >= 300",
    "issued": 120,
    "in_pool": 0,
    "used": 42,
    "off_minor": 42_000,
    "left": 380,
    "use_rate": "0.3500",
    "created_at": "2017-01-15T17:00:00Z",
    "livemode": False,
}
BATCH: Json = {
    "id": BATCH_ID,
    "template": "spring10",
    "kind": "push",
    "state": "running",
    "name": "Gold in spring",
    "wanted": 1_200,
    "made": 500,
    "skipped": [{"code": "coupon_limit_reached", "count": 12}],
    "created_at": "2017-01-15T17:00:00Z",
    "livemode": False,
}
RECALLED: Json = {"recalled": 1_150, "used": 42, "locked": 1, "expired": 7, "livemode": False}
COUPON: Json = {
    "id": COUPON_ID,
    "code": CODE,
    "template": "spring10",
    "name": "Ten off from fifty on",
    "kind": "threshold",
    "offer": "{amount: 10, minimum: {money: 50}}",
    "value_minor": None,
    "state": "issued",
    "member_id": MEMBER_ID,
    "starts_at": "2017-01-15T17:00:00Z",
    "ends_at": "2017-01-29T05:00:00Z",
    "issued_at": "2017-01-15T17:00:00Z",
    "cause": "claim",
    "transferable": False,
    "refused": None,
    "given_for": None,
    "order_refunded": False,
    "livemode": False,
}
ISSUE: Json = {
    "template": "spring10", "member": MEMBER, "cause": "claim", "source": "app", "external_id": "claim-881",
}  # fmt: skip
ISSUED: Json = {"status": "recorded", "coupon": COUPON, "dry_run": False, "livemode": False}
USE: Json = {"code": "7kq2-m9xj-4t8r-z5wb", "member": MEMBER, "order": ORDER, "off_minor": 1_000}
LOCK: Json = {"until": "2017-01-15T17:30:00Z", "uses": [USE]}
USED: Json = {"items": [{"code": USE["code"], "refused": None}], "dry_run": False, "livemode": False}
FREED: Json = {"coupon_ids": [COUPON_ID], "dry_run": False, "livemode": False}
GIFT: Json = {"claim_code": "ZD3T6V1N8KQ4C7HM", "livemode": False}
USES: Json = {
    "items": [
        {
            "coupon_id": COUPON_ID,
            "code": CODE,
            "member_id": MEMBER_ID,
            **ORDER,
            "state": "used",
            "off_minor": 1_000,
            "at": "2017-01-16T10:12:00Z",
        }
    ],
    "next_cursor": None,
    "livemode": False,
}
