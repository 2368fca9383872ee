"""Schema of the benefits room: catalogue, sets, entitlements with their record, effects, requests. No verbs.

Every table of what members have begins its key with the member.
"""

from django.db import models
from django.db.models import F, Q

from shuke.rooms.benefits.contracts import Effect, EventKind, Kind, Part, Per, Purpose, Stage, State


class BenefitRow(models.Model):
    """A benefit; one that was given and is no longer in the catalogue stays as retired."""

    code = models.TextField(primary_key=True)
    place = models.IntegerField()
    name_zh = models.TextField()
    name_en = models.TextField()
    kind = models.TextField()
    part = models.TextField()
    purpose = models.TextField()
    core = models.BooleanField()
    cost_minor = models.BigIntegerField()
    quota = models.IntegerField(null=True)
    per = models.TextField()
    days = models.IntegerField(null=True)
    gives = models.TextField()
    ahead_hours = models.IntegerField()
    retired = models.BooleanField()

    class Meta:
        db_table = "benefits_benefit"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[*map(str, Kind)]), name="benefits_benefit_kind"),
            models.CheckConstraint(condition=Q(part__in=[*map(str, Part)]), name="benefits_benefit_part"),
            models.CheckConstraint(condition=Q(purpose__in=[*map(str, Purpose)]), name="benefits_benefit_purpose"),
            models.CheckConstraint(condition=Q(per__in=[*map(str, Per)]), name="benefits_benefit_per"),
            models.CheckConstraint(condition=Q(cost_minor__gte=0, ahead_hours__gte=0), name="benefits_benefit_numbers"),
        ]


class SetEntry(models.Model):
    """A benefit of the set of a subject."""

    pk = models.CompositePrimaryKey("subject", "benefit")
    subject = models.TextField()
    benefit = models.TextField()
    place = models.IntegerField()
    quota = models.IntegerField(null=True)

    class Meta:
        db_table = "benefits_set"


class SeasonRow(models.Model):
    code = models.TextField(primary_key=True)
    first = models.DateField()
    last = models.DateField()

    class Meta:
        db_table = "benefits_season"
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="benefits_season_days")]


class Round(models.Model):
    """Where keeping stands: the one row says which catalogue members have and which days were kept."""

    id = models.SmallIntegerField(primary_key=True)
    revision = models.IntegerField()
    settled_revision = models.IntegerField()
    kept_day = models.IntegerField(null=True)

    class Meta:
        db_table = "benefits_round"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="benefits_round_one")]


class EntitlementRow(models.Model):
    """A claim. `due_day` is the day on which time next does something to it."""

    pk = models.CompositePrimaryKey("member_id", "benefit", "cause")
    member_id = models.UUIDField()
    benefit = models.TextField()
    cause = models.TextField()
    subject = models.TextField()
    state = models.TextField()
    quota = models.IntegerField(null=True)
    per = models.TextField()
    period_day = models.IntegerField()
    used = models.IntegerField()
    ceiling = models.IntegerField(null=True)
    since_day = models.IntegerField()
    until_day = models.IntegerField(null=True)
    due_day = models.IntegerField(null=True)
    events = models.IntegerField()

    class Meta:
        db_table = "benefits_entitlement"
        indexes = [models.Index(fields=["due_day"], name="benefits_due", condition=Q(due_day__isnull=False))]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[*map(str, State)]), name="benefits_entitlement_state"),
            models.CheckConstraint(
                condition=Q(used__gte=0) & (Q(ceiling__isnull=True) | Q(used__lte=F("ceiling"))),
                name="benefits_entitlement_quota",
            ),
            models.CheckConstraint(
                condition=Q(quota__isnull=True, ceiling__isnull=True) | Q(quota__gte=0, ceiling__gte=F("quota")),
                name="benefits_entitlement_ceiling",
            ),
        ]


class EventRow(models.Model):
    """A line of a claim's record, numbered from 1; a trigger refuses to change it."""

    pk = models.CompositePrimaryKey("member_id", "benefit", "cause", "number")
    member_id = models.UUIDField()
    benefit = models.TextField()
    cause = models.TextField()
    number = models.IntegerField()
    kind = models.TextField()
    subject = models.TextField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    day = models.IntegerField()
    period_day = models.IntegerField()
    quantity = models.IntegerField()
    reference = models.UUIDField(null=True)
    by = models.TextField()
    note = models.TextField()

    class Meta:
        db_table = "benefits_event"
        indexes = [models.Index(fields=["day"], name="benefits_event_uses", condition=Q(kind__in=["used", "undone"]))]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[*map(str, EventKind)]), name="benefits_event_kind"),
            models.CheckConstraint(condition=Q(number__gte=1), name="benefits_event_number"),
        ]


class EffectRow(models.Model):
    """What a handler was asked for by a line of a record, until it is done or given up."""

    pk = models.CompositePrimaryKey("member_id", "benefit", "cause", "number")
    member_id = models.UUIDField()
    benefit = models.TextField()
    cause = models.TextField()
    number = models.IntegerField()
    effect = models.TextField()
    quantity = models.IntegerField()
    at = models.DateTimeField()
    attempts = models.IntegerField()
    next_at = models.DateTimeField(null=True)
    fault = models.TextField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "benefits_effect"
        indexes = [models.Index(fields=["next_at"], name="benefits_effect_next", condition=Q(next_at__isnull=False))]
        constraints = [
            models.CheckConstraint(condition=Q(effect__in=[*map(str, Effect)]), name="benefits_effect_effect"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(next_at__isnull=True), name="benefits_effect_done"
            ),
        ]


class RequestRow(models.Model):
    """A request for a service, as it stands now."""

    pk = models.CompositePrimaryKey("member_id", "id")
    member_id = models.UUIDField()
    id = models.UUIDField(unique=True)
    benefit = models.TextField()
    use_id = models.UUIDField()
    wish = models.TextField()
    stage = models.TextField()
    requested_at = models.DateTimeField()
    wanted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    quote_minor = models.BigIntegerField(null=True)
    store = models.TextField()
    assignee = models.TextField()
    steps = models.IntegerField()

    class Meta:
        db_table = "benefits_request"
        indexes = [models.Index(fields=["stage", "id"], name="benefits_request_stage")]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=[*map(str, Stage)]), name="benefits_request_stage_known"),
            models.CheckConstraint(
                condition=Q(quote_minor__isnull=True) | Q(quote_minor__gte=0), name="benefits_request_quote"
            ),
        ]


class RequestStep(models.Model):
    """A step of a request, numbered from 1; a trigger refuses to change it."""

    pk = models.CompositePrimaryKey("member_id", "id", "number")
    member_id = models.UUIDField()
    id = models.UUIDField()
    number = models.IntegerField()
    stage = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    note = models.TextField()
    quote_minor = models.BigIntegerField(null=True)

    class Meta:
        db_table = "benefits_request_step"
