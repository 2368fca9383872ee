"""Tables of paid membership: plans with their versions, subscriptions and what happened to them. Schema, no verbs.

Migration 0002 refuses overlapping periods, and that changes and versions are ever changed.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from shuke.rooms.paid.contracts import (
    LIVE,
    AfterCoolingOff,
    Cause,
    ChargeState,
    Kind,
    Length,
    NoticeKind,
    PeriodKind,
    State,
)


def _one_of(field: str, name: str, values: object) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": [*map(str, values)]}), name=name)


class Plan(models.Model):
    """A plan; what it says stands in its versions."""

    id = models.UUIDField(primary_key=True)
    code = models.TextField(unique=True)
    kind = models.TextField()
    name_zh = models.TextField()
    name_en = models.TextField()
    tag = models.TextField()
    on_sale = models.BooleanField(default=True)

    class Meta:
        db_table = "paid_plan"
        constraints = [_one_of("kind", "paid_plan_kind", Kind)]


class Version(models.Model):
    """The terms of a plan from an instant on; `gives` as [{zh, en, value_minor}]."""

    pk = models.CompositePrimaryKey("plan_id", "number")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    effective_at = models.DateTimeField()
    month_minor = models.BigIntegerField(null=True)
    quarter_minor = models.BigIntegerField(null=True)
    year_minor = models.BigIntegerField(null=True)
    trial_days = models.SmallIntegerField()
    notice_days = ArrayField(models.SmallIntegerField())
    try_days = ArrayField(models.SmallIntegerField())
    grace_days = models.SmallIntegerField()
    cooling_off_days = models.SmallIntegerField()
    refund = models.TextField()
    gives = models.JSONField()

    class Meta:
        db_table = "paid_version"
        constraints = [
            _one_of("refund", "paid_version_refund", AfterCoolingOff),
            models.CheckConstraint(
                condition=Q(trial_days__gte=0, grace_days__gte=0, cooling_off_days__gte=0), name="paid_version_days"
            ),
        ]


class Subscription(models.Model):
    """A member's run of periods. The next midnights are counted in `months` from `anchor_day`, so that the 31st stays.

    `leaving`: it ends with its period because the member said so. `next_at` is when time does something to it next,
    null where it never does. `noticed` are the notice days told of this end, `renew_version` the version whose price
    was told. `term_at` is when the next period begins, with benefits whose quotas begin anew; null where none is kept.
    """

    id = models.UUIDField(primary_key=True)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    state = models.TextField()
    length = models.TextField()
    version = models.SmallIntegerField()
    auto_renew = models.BooleanField(default=False)
    leaving = models.BooleanField(default=False)
    method = models.TextField(default="")
    agreement = models.TextField(default="")
    started_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    grace_until = models.DateTimeField(null=True)
    anchor_day = models.IntegerField(default=0)
    months = models.IntegerField(default=0)
    price_minor = models.BigIntegerField(default=0)
    tries = models.SmallIntegerField(default=0)
    noticed = ArrayField(models.SmallIntegerField(), default=list)
    renew_version = models.SmallIntegerField(null=True)
    next_at = models.DateTimeField(null=True)
    term_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "paid_subscription"
        constraints = [
            _one_of("state", "paid_subscription_state", State),
            _one_of("length", "paid_subscription_length", Length),
            models.UniqueConstraint(
                fields=["member", "plan"],
                name="paid_subscription_one_live",
                condition=Q(state__in=[*map(str, LIVE)]),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[*map(str, LIVE)]) | Q(ends_at__isnull=False), name="paid_subscription_end"
            ),
            models.CheckConstraint(
                condition=Q(state="grace", grace_until__isnull=False) | ~Q(state="grace") & Q(grace_until__isnull=True),
                name="paid_subscription_grace",
            ),
        ]
        indexes = [models.Index("next_at", name="paid_subscription_next", condition=Q(next_at__isnull=False))]


class Period(models.Model):
    """A stretch of a subscription. `sources` is where its money lies: [[payment, minor], …], less what went back.

    `bound_minor` of it came over from a plan that gives no money back: it goes on to other plans, never out.

    Member and plan stand here too, for the constraint that no two periods of a plan overlap for a member.
    """

    id = models.UUIDField(primary_key=True)
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    member_id = models.UUIDField()
    plan_id = models.UUIDField()
    kind = models.TextField()
    length = models.TextField()
    version = models.SmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cost_minor = models.BigIntegerField()
    bound_minor = models.BigIntegerField(default=0)
    paid_at = models.DateTimeField()
    sources = models.JSONField()

    class Meta:
        db_table = "paid_period"
        constraints = [
            models.UniqueConstraint("subscription", "number", name="paid_period_once"),
            _one_of("kind", "paid_period_kind", PeriodKind),
            models.CheckConstraint(condition=Q(cost_minor__gte=0, bound_minor__gte=0), name="paid_period_cost"),
        ]


class Saving(models.Model):
    """What a plan took off an order when its cart was committed: `lines` are [[line number, minor], …].

    What refunds of the order take back is reckoned where it is read.
    """

    pk = models.CompositePrimaryKey("subscription_id", "order_id")
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="+", db_index=False)
    order_id = models.UUIDField()
    lines = models.JSONField()
    shipping_minor = models.BigIntegerField()

    class Meta:
        db_table = "paid_saving"
        constraints = [models.CheckConstraint(condition=Q(shipping_minor__gte=0), name="paid_saving_shipping")]


class Charge(models.Model):
    """A try to charge for the period `number`; its id is the reference of its payment. One of a period is paid.

    A switch brings `credit_minor` from the subscription `from_id`, which ends when this is paid. `renews`: the plan is
    to go on by itself, where the payment brings an agreement.
    """

    id = models.UUIDField(primary_key=True)
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    attempt = models.SmallIntegerField()
    state = models.TextField()
    length = models.TextField()
    version = models.SmallIntegerField()
    amount_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField(default=0)
    from_id = models.UUIDField(null=True)
    gift = models.BooleanField(default=False)
    renewal = models.BooleanField(default=False)
    renews = models.BooleanField()
    asked_at = models.DateTimeField()
    payment_id = models.UUIDField(null=True)

    class Meta:
        db_table = "paid_charge"
        constraints = [
            models.UniqueConstraint("subscription", "number", "attempt", name="paid_charge_attempt"),
            models.UniqueConstraint(
                fields=["subscription", "number"], name="paid_charge_once", condition=Q(state="paid")
            ),
            _one_of("state", "paid_charge_state", ChargeState),
            models.CheckConstraint(condition=Q(amount_minor__gte=0, credit_minor__gte=0), name="paid_charge_amounts"),
        ]


class Change(models.Model):
    """A step in the life of a subscription, numbered from 1; a trigger refuses that one is ever changed."""

    pk = models.CompositePrimaryKey("subscription_id", "number")
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    at = models.DateTimeField()
    before = models.TextField(null=True)  # noqa: DJ001  # null: it began
    after = models.TextField()
    cause = models.TextField()
    ends_at = models.DateTimeField(null=True)
    actor = models.TextField()

    class Meta:
        db_table = "paid_change"
        constraints = [_one_of("cause", "paid_change_cause", Cause)]


class Notice(models.Model):
    """Something that a member is to be told once of a subscription; `key` says of what."""

    id = models.UUIDField(primary_key=True)
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="+")
    kind = models.TextField()
    key = models.TextField()
    at = models.DateTimeField()
    day = models.DateTimeField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    before_minor = models.BigIntegerField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "paid_notice"
        constraints = [
            models.UniqueConstraint("subscription", "kind", "key", name="paid_notice_once"),
            _one_of("kind", "paid_notice_kind", NoticeKind),
        ]
        indexes = [models.Index("at", name="paid_notice_waiting", condition=Q(told_at__isnull=True))]


class Batch(models.Model):
    """Activation codes that were made together."""

    id = models.UUIDField(primary_key=True)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    length = models.TextField()
    count = models.IntegerField()
    note = models.TextField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "paid_batch"


class Code(models.Model):
    """An activation code: found by its keyed hash, kept sealed for the file of its batch."""

    blind = models.BinaryField(primary_key=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    number = models.IntegerField()
    sealed = models.BinaryField()
    used_at = models.DateTimeField(null=True)
    member_id = models.UUIDField(null=True)

    class Meta:
        db_table = "paid_code"
        constraints = [
            models.UniqueConstraint("batch", "number", name="paid_code_number"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, member_id__isnull=True)
                | Q(used_at__isnull=False, member_id__isnull=False),
                name="paid_code_used",
            ),
        ]
