"""Tables of the organisation, its staff and its keys: schema and constraints, no verbs."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from shuke.rooms.org.contracts import ActorKind, ApprovalState, Kind, Role, Work
from shuke.rooms.org.rights import RIGHTS


class Organisation(models.Model):
    """The one row that says whose deployment this is."""

    id = models.SmallIntegerField(primary_key=True)
    name = models.TextField()
    currency = models.CharField(max_length=3)
    time_zone = models.TextField()
    language = models.CharField(max_length=16)
    kind = models.CharField(max_length=8)
    region = models.CharField(max_length=2, blank=True)
    colour = models.TextField(default="")

    class Meta:
        db_table = "org_organisation"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="org_organisation_one"),
            models.CheckConstraint(condition=models.Q(kind__in=[*map(str, Kind)]), name="org_organisation_kind"),
        ]


class Brand(models.Model):
    """A name under which the organisation sells."""

    id = models.UUIDField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()

    class Meta:
        db_table = "org_brand"


class Store(models.Model):
    """A place, real or online, where a brand sells; orders name it by its code."""

    id = models.UUIDField(primary_key=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    code = models.TextField(unique=True)
    name = models.TextField()

    class Meta:
        db_table = "org_store"


class StaffManager(BaseUserManager["Staff"]):
    """Finds staff by e-mail without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "Staff":
        return self.get(email=(username or "").strip().lower())


class Staff(AbstractBaseUser):
    """A person who works for the organisation and logs in with an e-mail address."""

    id = models.UUIDField(primary_key=True)
    email = models.EmailField(unique=True)
    name = models.TextField()
    role = models.CharField(max_length=16)
    language = models.CharField(max_length=16)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    stores = ArrayField(models.UUIDField(), default=list)
    adjust_limit = models.BigIntegerField(null=True)
    own_account = models.TextField(null=True)  # noqa: DJ001  # null: they are no member, or nobody said which
    pin = models.TextField(default="")  # hash of what they type at a till; empty: they have none
    pin_failures = models.SmallIntegerField(default=0)
    pin_locked_until = models.DateTimeField(null=True)

    objects = StaffManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]

    class Meta:
        db_table = "org_staff"
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=[*map(str, Role)]), name="org_staff_role"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="org_staff_email_lower"),
            models.CheckConstraint(condition=models.Q(adjust_limit__gte=0), name="org_staff_adjust_limit"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Tell Django's admin that everybody here may reach the log-in page; rights decide on the rest."""
        return True

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002  # the signature is Django's
        """Say whether the role has the right `perm`, such as `members:read`."""
        return self.is_active and perm in RIGHTS[Role(self.role)]

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:  # noqa: ARG002  # the signature is Django's
        return False


class ApiKey(models.Model):
    """A key for programs: only the hash of its secret is kept."""

    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    prefix = models.TextField()
    digest = models.BinaryField(unique=True)
    scopes = ArrayField(models.TextField())
    kind = models.CharField(max_length=8)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "org_api_key"
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=[*map(str, Kind)]), name="org_api_key_kind"),
        ]


class AuditLine(models.Model):
    """One change by somebody; a trigger refuses that a line is ever changed or deleted.

    `at` is the machine's time, `business_at` what the business clock showed then.
    """

    number = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    business_at = models.DateTimeField(null=True)
    actor_kind = models.CharField(max_length=8)
    actor_id = models.TextField()
    actor_label = models.TextField()
    request_id = models.TextField(null=True)  # noqa: DJ001  # null: not by a request
    action = models.TextField()
    subject = models.TextField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        db_table = "org_audit_line"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(actor_kind__in=[*map(str, ActorKind)]), name="org_audit_line_actor_kind"
            ),
        ]
        indexes = [
            models.Index("subject", "number", name="org_audit_line_subject"),
            models.Index("action", "number", name="org_audit_line_action"),
        ]


class Approval(models.Model):
    """Something that is done once another agrees; a trigger refuses that it is changed but once, from pending.

    `summary` is a list of pairs, because PostgreSQL forgets the order of an object's fields. `payload` is sealed: what
    is approved is what was asked. Times are business time.
    """

    number = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    kind = models.TextField()
    subject = models.TextField()
    summary = models.JSONField()
    detail = models.JSONField(default=dict)
    payload = models.BinaryField()
    state = models.CharField(max_length=9)
    requested_by_kind = models.CharField(max_length=8)
    requested_by_id = models.TextField()
    requested_by_label = models.TextField()
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_by_kind = models.CharField(max_length=8, null=True)  # noqa: DJ001  # null: nobody decided yet
    decided_by_id = models.TextField(null=True)  # noqa: DJ001
    decided_by_label = models.TextField(null=True)  # noqa: DJ001
    decided_at = models.DateTimeField(null=True)
    comment = models.TextField(default="")
    result = models.TextField(null=True)  # noqa: DJ001  # null: nothing was done, or nothing that has an id

    class Meta:
        db_table = "org_approval"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=[*map(str, ApprovalState)]), name="org_approval_state"),
            models.CheckConstraint(
                condition=models.Q(state=ApprovalState.PENDING.value, decided_at__isnull=True)
                | (~models.Q(state=ApprovalState.PENDING.value) & models.Q(decided_at__isnull=False)),
                name="org_approval_decided",
            ),
        ]
        indexes = [models.Index("state", "number", name="org_approval_by_state")]


class Till(models.Model):
    """A device on which clerks work: only the hash of the secret that it keeps is here."""

    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(unique=True)
    enrolled_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "org_till"


class Shift(models.Model):
    """A clerk at a till, from log-in to hand-over, in machine time."""

    id = models.UUIDField(primary_key=True)
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "org_shift"
        constraints = [
            models.UniqueConstraint("till", condition=models.Q(ended_at__isnull=True), name="org_shift_one_open"),
        ]
        indexes = [models.Index(fields=["till", "-began_at"], name="org_shift_of_till")]


class ShiftLine(models.Model):
    """One thing that was done in a shift, with the answer that a repeat gets; never changed."""

    pk = models.CompositePrimaryKey("till_id", "key")
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+")
    key = models.TextField()
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField()
    work = models.CharField(max_length=9)
    at = models.DateTimeField()
    money_minor = models.BigIntegerField()
    points_in = models.BigIntegerField()
    points_out = models.BigIntegerField()
    offline = models.BooleanField()
    note = models.TextField()
    answer = models.JSONField()

    class Meta:
        db_table = "org_shift_line"
        constraints = [
            models.CheckConstraint(condition=models.Q(work__in=[*map(str, Work)]), name="org_shift_line_work"),
        ]
        indexes = [models.Index("shift", name="org_shift_line_of_shift")]
