"""Tables of programs: the program, its published versions, who belongs to it, and what each decision saw.

Schema, constraints and indexes only. A version is never changed after it is published (a trigger refuses).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Program(models.Model):
    """A membership program of the organisation, known by its slug."""

    id = models.SmallAutoField(primary_key=True)
    slug = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "programs_program"


class Version(models.Model):
    """A published file with the source generated from it; in force from `effective_from` until the next one.

    Of versions from the same instant the last is in force: a sandbox's clock stands while one is tried after another.
    """

    id = models.AutoField(primary_key=True)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    text = models.TextField()
    source = models.TextField()
    numbers = ArrayField(models.BigIntegerField())
    shape = models.CharField(max_length=64)
    effective_from = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)

    class Meta:
        db_table = "programs_version"
        constraints = (models.UniqueConstraint(fields=("program", "number"), name="programs_version_number"),)


class Withdrawal(models.Model):
    """That a version was taken back before it came into force; it keeps its number and its text, and decides nothing.

    Never changed or deleted, as versions are not (a trigger refuses).
    """

    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="+", primary_key=True)
    withdrawn_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=200)

    class Meta:
        db_table = "programs_withdrawal"


class Draft(models.Model):
    """A program file that somebody works on; `revision` counts its saves, `based_on` is a version."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200)
    text = models.TextField()
    based_on = models.PositiveIntegerField(null=True)
    revision = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200)

    class Meta:
        db_table = "programs_draft"


class PublishTerms(models.Model):
    """The one row that says which versions a second person has to agree to, in percent; none: as we propose."""

    id = models.SmallIntegerField(primary_key=True)
    always = models.BooleanField()
    down = models.DecimalField(max_digits=5, decimal_places=2)
    liability = models.DecimalField(max_digits=5, decimal_places=2)
    yearly = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        db_table = "programs_publish_terms"
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="programs_publish_terms_one"),)


class Membership(models.Model):
    """A member in a program: since when, up to which instant time was told under which version, what is remembered.

    `orders` counts those decided; `memory` is what the version's windows, caps and the rest hold as of `standing_at`
    (services/memory.py); `next_due_at` is the next instant at which time alone changes something.
    """

    pk = models.CompositePrimaryKey("member_id", "program_id")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+", db_index=False)
    joined_at = models.DateTimeField()
    standing_at = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True)
    orders = models.BigIntegerField()
    memory = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "programs_membership"
        indexes = (
            models.Index(fields=("program", "next_due_at"), name="programs_membership_due"),
            models.Index(fields=("program", "version"), name="programs_membership_version"),
        )


class Decision(models.Model):
    """What deciding one order or behaviour saw (version, vector of facts in compiled order) and gave.

    `points` and `lots` are by grant of the version (a lot 0: none), `balances` by unit. An order of a known member that
    was not decided says why in `undecided` and has no version.
    """

    pk = models.CompositePrimaryKey("member_id", "fact_id")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+", db_index=False)
    fact_id = models.UUIDField()
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    undecided = models.CharField(max_length=32)
    effective_at = models.DateTimeField()
    late = models.BooleanField()
    vector = ArrayField(models.BigIntegerField())
    points = ArrayField(models.BigIntegerField())
    lots = ArrayField(models.IntegerField())
    balances = ArrayField(models.BigIntegerField())
    tier_before = models.CharField(max_length=64)
    tier_after = models.CharField(max_length=64)

    class Meta:
        db_table = "programs_decision"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(version__isnull=False, undecided="")
                | models.Q(version__isnull=True) & ~models.Q(undecided=""),
                name="programs_decision_or_reason",
            ),
        )


class Payment(models.Model):
    """A redemption that pays for an order, which may come later: its points come back with refunds of the order."""

    pk = models.CompositePrimaryKey("source", "external_id", "redemption_id")
    source = models.TextField()
    external_id = models.TextField()
    redemption_id = models.UUIDField()
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+", db_index=False)
    points = models.BigIntegerField()

    class Meta:
        db_table = "programs_payment"


class Particular(models.Model):
    """What a fact said that nothing else keeps, so that it can be told again: of what it was, or the tier it gave."""

    pk = models.CompositePrimaryKey("member_id", "fact_id")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+", db_index=False)
    fact_id = models.UUIDField()
    said = models.JSONField()

    class Meta:
        db_table = "programs_particular"


class Cart(models.Model):
    """A cart that became an order, as it was priced; `digest` is that of what was asked, by which a repeat is told."""

    order_id = models.UUIDField(primary_key=True)
    source = models.TextField()
    external_id = models.TextField()
    digest = models.BinaryField()
    priced = models.JSONField()

    class Meta:
        db_table = "programs_cart"
        constraints = (models.UniqueConstraint(fields=("source", "external_id"), name="programs_cart_key"),)


class OfferUse(models.Model):
    """That an offer applied to an order on a local day; `returned` once nothing of the order is left.

    `counted`: a cap of all orders counts it in `OfferCount`.
    """

    pk = models.CompositePrimaryKey("order_id", "code")
    order_id = models.UUIDField()
    code = models.TextField()
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    day = models.IntegerField()
    off_minor = models.BigIntegerField()
    counted = models.BooleanField()
    returned = models.BooleanField()

    class Meta:
        db_table = "programs_offer_use"
        indexes = (
            models.Index(
                fields=("member", "code", "day"),
                condition=models.Q(member__isnull=False, returned=False),
                name="programs_offer_use_member",
            ),
        )


class OfferCount(models.Model):
    """How often an offer applied to all orders of a local day, and what it took off them; of day 0, ever."""

    pk = models.CompositePrimaryKey("program_id", "code", "day")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.TextField()
    day = models.IntegerField()
    times = models.BigIntegerField()
    off_minor = models.BigIntegerField()

    class Meta:
        db_table = "programs_offer_count"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(times__gte=0, off_minor__gte=0), name="programs_offer_count_never_below_0"
            ),
        )


class ClockMove(models.Model):
    """The last move of a sandbox's test clock that was asked for; how far it is, the clock says."""

    id = models.SmallIntegerField(primary_key=True)
    start_at = models.DateTimeField()
    to_at = models.DateTimeField()

    class Meta:
        db_table = "programs_clock_move"
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="programs_clock_move_one"),)


class Import(models.Model):
    """A file of members that was checked, and how far its committing or undoing is.

    `digest` is that of the file and of how its columns are read, so that the same file goes on where it stopped.
    """

    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    digest = models.BinaryField()
    state = models.TextField()
    fill = models.BooleanField()
    source = models.TextField()
    headers = ArrayField(models.TextField())
    fields = ArrayField(models.TextField())
    rows = models.IntegerField()
    created_at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_label = models.TextField()

    class Meta:
        db_table = "programs_import"
        indexes = (models.Index(fields=("digest",), name="programs_import_digest"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=("checked", "committing", "committed", "undoing", "undone")),
                name="programs_import_state",
            ),
        )


class ImportRow(models.Model):
    """A row of an import: its texts, sealed, until it is committed; what came of it, and what would undo that."""

    pk = models.CompositePrimaryKey("import_id", "number")
    import_id = models.UUIDField()
    number = models.IntegerField()
    state = models.TextField()
    foreseen = models.TextField()
    sealed = models.BinaryField(null=True)
    column = models.TextField()
    code = models.TextField()
    member_id = models.UUIDField(null=True)
    revision = models.IntegerField()
    undo = models.JSONField(null=True)

    class Meta:
        db_table = "programs_import_row"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=("waiting", "created", "updated", "skipped", "failed", "undone", "kept")),
                name="programs_import_row_state",
            ),
        )
