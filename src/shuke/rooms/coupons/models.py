"""Tables of coupons: schema, constraints and indexes, no verbs.

Migration 0002 adds the foreign keys over columns that Django would check too late.
"""

from django.db import models
from django.db.models import F, Q

from shuke.rooms.coupons.contracts import (
    BatchKind,
    BatchState,
    Cause,
    Codes,
    Kind,
    Period,
    State,
    TemplateState,
    UseState,
)

STORED = tuple(state for state in State if state is not State.EXPIRED)


class Template(models.Model):
    """What coupons of one sort are. Its offer never changes; its row is locked, shared, by whoever issues."""

    id = models.UUIDField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    kind = models.TextField()
    offer = models.TextField()
    time_zone = models.TextField()
    codes = models.TextField()
    one_code = models.TextField(null=True)  # noqa: DJ001  # null: its coupons have codes of their own
    valid_since = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    delay_days = models.IntegerField()
    days = models.IntegerField(null=True)
    issue_since = models.DateTimeField(null=True)
    issue_until = models.DateTimeField(null=True)
    claimable = models.BooleanField()
    claim_when = models.TextField(null=True)  # noqa: DJ001  # null: whoever wants it
    points = models.BigIntegerField(null=True)
    most = models.BigIntegerField(null=True)
    per_member = models.IntegerField(null=True)
    per_period = models.TextField()
    budget_minor = models.BigIntegerField(null=True)
    cost_minor = models.BigIntegerField(null=True)
    pot_minor = models.BigIntegerField(null=True)
    shares = models.IntegerField(null=True)
    least_minor = models.BigIntegerField(null=True)
    gives_back = models.BooleanField()
    transferable = models.BooleanField()
    given_on = models.TextField(default="", db_default="")
    given_when = models.TextField(null=True)  # noqa: DJ001  # null: for every such fact
    state = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "coupons_template"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[*map(str, Kind)]), name="coupons_template_kind"),
            models.CheckConstraint(condition=Q(state__in=[*map(str, TemplateState)]), name="coupons_template_state"),
            models.CheckConstraint(condition=Q(per_period__in=[*map(str, Period)]), name="coupons_template_period"),
            models.CheckConstraint(
                condition=Q(codes=Codes.ONE, one_code__isnull=False)
                | Q(codes__in=[Codes.OWN, Codes.POOL], one_code__isnull=True),
                name="coupons_template_codes",
            ),
            models.CheckConstraint(
                condition=Q(budget_minor__isnull=True) | Q(budget_minor__gte=1, cost_minor__gte=1),
                name="coupons_template_budget",
            ),
            models.CheckConstraint(
                condition=Q(pot_minor__isnull=True, shares__isnull=True)
                | Q(pot_minor__gte=F("shares") * F("least_minor"), shares__gte=1, least_minor__gte=1),
                name="coupons_template_packet",
            ),
            models.CheckConstraint(
                condition=Q(given_on="", given_when__isnull=True) | ~Q(given_on="") & ~Q(codes=Codes.ONE),
                name="coupons_template_given",
            ),
        ]
        indexes = [models.Index(fields=("state",), condition=~Q(given_on=""), name="coupons_template_giving")]


class Supply(models.Model):
    """A slice of what a template may issue: coupons, and of a packet money; writers seldom meet on a slice."""

    pk = models.CompositePrimaryKey("template_id", "slice")
    template_id = models.UUIDField()
    slice = models.SmallIntegerField()
    most = models.BigIntegerField()
    issued = models.BigIntegerField()
    pot_left = models.BigIntegerField()

    class Meta:
        db_table = "coupons_supply"
        constraints = [
            models.CheckConstraint(
                condition=Q(issued__gte=0, issued__lte=F("most"), pot_left__gte=0), name="coupons_supply_issued"
            ),
        ]


class Batch(models.Model):
    """Coupons made together, in chunks: how far it is stands in the row that each chunk commits with."""

    id = models.UUIDField(primary_key=True)
    template = models.ForeignKey(Template, models.PROTECT, related_name="+")
    kind = models.TextField()
    state = models.TextField()
    name = models.TextField()
    digest = models.BinaryField(null=True)
    wanted = models.IntegerField()
    made = models.IntegerField()
    skipped = models.JSONField()
    audience = models.JSONField(null=True)
    told_upto = models.UUIDField()
    created_at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.TextField()

    class Meta:
        db_table = "coupons_batch"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[*map(str, BatchKind)]), name="coupons_batch_kind"),
            models.CheckConstraint(condition=Q(state__in=[*map(str, BatchState)]), name="coupons_batch_state"),
            models.UniqueConstraint(fields=("template", "digest"), name="coupons_batch_once"),
        ]


class Coupon(models.Model):
    """One coupon, or the one code that many use (`many`), which nobody holds and whose uses are counted apart.

    In a pool it has no member and has not been given to anybody (`pooled`). One that was `recalled` while it was used
    or set aside is void once it comes back. A rule gave it for the order or behaviour `given_for`, once, and took it
    back where what is left of that order would not have earned it (`order_refunded`).
    """

    id = models.UUIDField(primary_key=True)
    template = models.ForeignKey(Template, models.PROTECT, related_name="+", db_index=False)
    code = models.TextField(unique=True)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", null=True, db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", null=True, db_index=False)
    state = models.TextField()
    many = models.BooleanField()
    pooled = models.BooleanField()
    value_minor = models.BigIntegerField(null=True)
    issued_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    locked_until = models.DateTimeField(null=True)
    cause = models.TextField()
    claim_code = models.TextField(null=True, unique=True)  # noqa: DJ001  # null: it is not on its way to a friend
    moved = models.BooleanField(default=False)
    recalled = models.BooleanField(default=False, db_default=False)
    given_for = models.UUIDField(null=True)
    order_refunded = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "coupons_coupon"
        constraints = [
            models.CheckConstraint(
                condition=Q(cause=Cause.RULE, given_for__isnull=False)
                | ~Q(cause=Cause.RULE) & Q(given_for__isnull=True, order_refunded=False),
                name="coupons_coupon_given",
            ),
            models.UniqueConstraint(
                fields=("given_for", "template"), condition=Q(given_for__isnull=False), name="coupons_coupon_given_once"
            ),
            models.CheckConstraint(
                condition=Q(recalled=False) | Q(state__in=(State.USED, State.LOCKED, State.VOID)),
                name="coupons_coupon_recalled",
            ),
            models.CheckConstraint(condition=Q(state__in=[*map(str, STORED)]), name="coupons_coupon_state"),
            models.CheckConstraint(condition=Q(cause__in=[*map(str, Cause)]), name="coupons_coupon_cause"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="coupons_coupon_ends"
            ),
            models.CheckConstraint(
                condition=Q(state=State.OFFERED, claim_code__isnull=False)
                | ~Q(state=State.OFFERED) & Q(claim_code__isnull=True),
                name="coupons_coupon_offered",
            ),
            models.CheckConstraint(
                condition=Q(state=State.LOCKED, locked_until__isnull=False)
                | ~Q(state=State.LOCKED) & Q(locked_until__isnull=True),
                name="coupons_coupon_locked",
            ),
            models.CheckConstraint(
                condition=Q(many=False) | Q(many=True, member__isnull=True, pooled=False)
                & Q(state__in=[State.ISSUED, State.FROZEN, State.VOID]),
                name="coupons_coupon_many",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=("member", "id"), condition=Q(member__isnull=False), name="coupons_coupon_of_member"),
            models.Index(fields=("template", "state", "pooled"), name="coupons_coupon_of_template"),
            models.Index(fields=("template", "id"), condition=Q(pooled=True), name="coupons_coupon_in_pool"),
            models.Index(fields=("batch", "id"), condition=Q(batch__isnull=False), name="coupons_coupon_of_batch"),
        ]


class Gift(models.Model):
    """That a coupon was offered to a friend, under the code by which they take it, and who took it.

    Whether it still waits, its coupon says: an open offer's code stands there too.
    """

    claim_code = models.TextField(primary_key=True)
    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="+")
    giver = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    friend = models.ForeignKey("members.Member", models.PROTECT, related_name="+", null=True, db_index=False)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "coupons_gift"
        constraints = [
            models.CheckConstraint(
                condition=Q(friend__isnull=True, taken_at__isnull=True)
                | Q(friend__isnull=False, taken_at__isnull=False),
                name="coupons_gift_taken",
            ),
            models.UniqueConstraint(
                fields=("coupon",), condition=Q(friend__isnull=False), name="coupons_gift_taken_once"
            ),
        ]


class Use(models.Model):
    """A coupon set aside or used for an order: never twice for one order, and one coupon by one order at a time."""

    pk = models.CompositePrimaryKey("coupon_id", "order_source", "order_external_id")
    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="+", db_index=False)
    order_source = models.TextField()
    order_external_id = models.TextField()
    template_id = models.UUIDField()
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", null=True, db_index=False)
    state = models.TextField()
    many = models.BooleanField()
    off_minor = models.BigIntegerField()
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "coupons_use"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[*map(str, UseState)]), name="coupons_use_state"),
            models.CheckConstraint(condition=Q(off_minor__gte=0), name="coupons_use_off"),
            models.CheckConstraint(
                condition=~Q(state=UseState.LOCKED) | Q(until__isnull=False), name="coupons_use_until"
            ),
            models.UniqueConstraint(
                fields=("coupon",),
                condition=Q(many=False, state__in=[UseState.LOCKED, UseState.USED]),
                name="coupons_use_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=("order_source", "order_external_id"), name="coupons_use_of_order"),
            models.Index(fields=("template_id", "at"), name="coupons_use_of_template"),
            models.Index(fields=("until",), condition=Q(state=UseState.LOCKED), name="coupons_use_locked"),
        ]


class Taken(models.Model):
    """How many a member had of a template in a period, which begins on a local day (0: for ever)."""

    pk = models.CompositePrimaryKey("template_id", "member_id", "since_day")
    template_id = models.UUIDField()
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False)
    since_day = models.IntegerField()
    count = models.IntegerField()

    class Meta:
        db_table = "coupons_taken"
        constraints = [models.CheckConstraint(condition=Q(count__gte=0), name="coupons_taken_count")]
