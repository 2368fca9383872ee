"""Reads and writes of the room's tables; decides nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, models, transaction

from shuke.foundation import sql
from shuke.rooms.org import models as tables
from shuke.rooms.org.contracts import (
    Actor,
    ActorKind,
    ApiKey,
    Approval,
    ApprovalState,
    AuditLine,
    Brand,
    Kind,
    NewOrganisation,
    Organisation,
    Right,
    Role,
    Shift,
    ShiftLine,
    Staff,
    Store,
    Till,
    Values,
    Work,
    WorkSum,
)

# --- the organisation ---


def organisation() -> Organisation | None:
    row = tables.Organisation.objects.first()
    if row is None:
        return None
    return Organisation(row.name, row.currency, row.time_zone, row.language, Kind(row.kind), row.region, row.colour)


def set_colour(colour: str) -> None:
    tables.Organisation.objects.update(colour=colour)


def insert_organisation(new: NewOrganisation, region: str) -> bool:
    """Insert the one row; False if it is there."""
    row = tables.Organisation(
        id=1,
        name=new.name,
        currency=new.currency,
        time_zone=new.time_zone,
        language=new.language,
        kind=new.kind,
        region=region,
    )
    return _inserted(row)


def brands() -> list[Brand]:
    return [Brand(row.id, row.code, row.name) for row in tables.Brand.objects.order_by("code")]


def insert_brand(brand: Brand) -> bool:
    """Insert a brand; False if its code is taken."""
    return _inserted(tables.Brand(id=brand.id, code=brand.code, name=brand.name))


def stores() -> list[Store]:
    return [Store(row.id, row.brand_id, row.code, row.name) for row in tables.Store.objects.order_by("code")]


def brand_codes(store_codes: Collection[str]) -> dict[str, str]:
    """Return the code of the brand of each store that exists, by the store's code."""
    return dict(
        sql.fetch(
            "SELECT store.code, brand.code FROM org_store AS store JOIN org_brand AS brand ON brand.id = store.brand_id"
            " WHERE store.code = ANY(%(codes)b::text[])",
            {"codes": list(store_codes)},
        )
    )


def insert_stores(stores: Sequence[Store]) -> str | None:
    """Insert stores; return the first code that was taken, after which the caller rolls back, or None."""
    tables.Store.objects.bulk_create(
        (tables.Store(id=store.id, brand_id=store.brand_id, code=store.code, name=store.name) for store in stores),
        ignore_conflicts=True,
    )
    kept = set(tables.Store.objects.filter(id__in=[store.id for store in stores]).values_list("id", flat=True))
    return next((store.code for store in stores if store.id not in kept), None)


# --- staff ---


def staff() -> list[Staff]:
    return [_staff(row) for row in tables.Staff.objects.order_by("created_at", "id")]


def insert_staff(staff: Staff, password: str) -> bool:
    """Insert a person; False if the e-mail address is taken."""
    row = tables.Staff(
        id=staff.id,
        email=staff.email,
        name=staff.name,
        role=staff.role,
        language=staff.language,
        is_active=staff.is_active,
        created_at=staff.created_at,
        stores=list(staff.stores),
        password=make_password(password),
    )
    return _inserted(row)


def lock_staff(**key: object) -> Staff | None:
    """Lock one person of the staff until the transaction ends."""
    row = tables.Staff.objects.select_for_update().filter(**key).first()
    return None if row is None else _staff(row)


def lock_active_owners() -> list[UUID]:
    """Lock every active owner, in id order, so that of two who leave at once one must stay."""
    owners = tables.Staff.objects.select_for_update().filter(role=Role.OWNER, is_active=True)
    return list(owners.order_by("id").values_list("id", flat=True))


def update_staff(staff_id: UUID, **values: object) -> Staff:
    tables.Staff.objects.filter(pk=staff_id).update(**values)
    return _staff(tables.Staff.objects.get(pk=staff_id))


def set_password(staff_id: UUID, password: str) -> None:
    tables.Staff.objects.filter(pk=staff_id).update(password=make_password(password))


def _staff(row: tables.Staff) -> Staff:
    return Staff(
        row.id,
        row.email,
        row.name,
        Role(row.role),
        row.language,
        row.is_active,
        row.created_at,
        row.last_login,
        tuple(row.stores),
        row.adjust_limit,
        row.own_account,
    )


# --- API keys ---


def keys() -> list[ApiKey]:
    return [_key(row) for row in tables.ApiKey.objects.order_by("-created_at", "-id")]


def insert_key(key: ApiKey, digest: bytes) -> None:
    tables.ApiKey.objects.create(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        digest=digest,
        scopes=list(key.scopes),
        kind=key.kind,
        created_at=key.created_at,
    )


def key_by_digest(digest: bytes) -> ApiKey | None:
    row = tables.ApiKey.objects.filter(digest=digest).first()
    return None if row is None else _key(row)


def lock_key(key_id: UUID) -> ApiKey | None:
    """Lock one key until the transaction ends."""
    row = tables.ApiKey.objects.select_for_update().filter(pk=key_id).first()
    return None if row is None else _key(row)


def revoke_key(key_id: UUID, at: datetime) -> ApiKey:
    tables.ApiKey.objects.filter(pk=key_id).update(revoked_at=at)
    return _key(tables.ApiKey.objects.get(pk=key_id))


def _key(row: tables.ApiKey) -> ApiKey:
    scopes = tuple(Right(scope) for scope in row.scopes)
    return ApiKey(row.id, row.name, row.prefix, scopes, Kind(row.kind), row.created_at, row.revoked_at)


# --- the audit log ---


def insert_audit_line(
    at: datetime,
    business_at: datetime,
    actor: Actor,
    action: str,
    subject: str,
    before: Values | None,
    after: Values | None,
) -> None:
    tables.AuditLine.objects.create(
        at=at,
        business_at=business_at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        request_id=actor.request_id,
        action=action,
        subject=subject,
        before=before,
        after=after,
    )


def audit_lines(limit: int, below: int | None, subject: str | None, action: str | None) -> list[AuditLine]:
    """Return up to `limit` lines, newest first, with numbers below `below`, of a subject, of an action."""
    rows = tables.AuditLine.objects.order_by("-number")
    if below is not None:
        rows = rows.filter(number__lt=below)
    if subject is not None:
        rows = rows.filter(subject=subject)
    if action is not None:
        rows = rows.filter(action=action)
    return [
        AuditLine(
            row.number,
            row.at,
            row.business_at or row.at,
            Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_label, row.request_id),
            row.action,
            row.subject,
            row.before,
            row.after,
        )
        for row in rows[:limit]
    ]


# --- approvals ---


def insert_approval(approval: Approval, payload: bytes) -> None:
    """Insert an approval that waits, with its sealed payload."""
    tables.Approval.objects.create(
        id=approval.id,
        kind=approval.kind,
        subject=approval.subject,
        summary=list(approval.summary.items()),
        detail=dict(approval.detail),
        payload=payload,
        state=approval.state,
        requested_by_kind=approval.requested_by.kind,
        requested_by_id=approval.requested_by.id,
        requested_by_label=approval.requested_by.label,
        requested_at=approval.requested_at,
        expires_at=approval.expires_at,
    )


def approval(approval_id: UUID, now: datetime) -> Approval | None:
    row = tables.Approval.objects.filter(id=approval_id).first()
    return None if row is None else _approval(row, now)


def lock_approval(approval_id: UUID, now: datetime) -> tuple[Approval, bytes] | None:
    """Lock one approval until the transaction ends; return it with its sealed payload."""
    row = tables.Approval.objects.select_for_update().filter(id=approval_id).first()
    return None if row is None else (_approval(row, now), bytes(row.payload))


def hold_requests(subject: str) -> None:
    """Let nobody else ask for anything about a subject until the transaction ends."""
    sql.hold("approvals", subject)


def waiting_approvals(kind: str, subject: str, now: datetime) -> list[tuple[Approval, bytes]]:
    """Return what waits of a kind about a subject, first requested first, with sealed payloads."""
    rows = tables.Approval.objects.order_by("number").filter(_standing(ApprovalState.PENDING, now))
    return [(_approval(row, now), bytes(row.payload)) for row in rows.filter(kind=kind, subject=subject)]


def close_approval(
    approval_id: UUID, state: ApprovalState, actor: Actor, at: datetime, comment: str, result: str | None
) -> Approval:
    """Write what became of a locked approval."""
    tables.Approval.objects.filter(id=approval_id).update(
        state=state,
        decided_by_kind=actor.kind,
        decided_by_id=actor.id,
        decided_by_label=actor.label,
        decided_at=at,
        comment=comment,
        result=result,
    )
    return _approval(tables.Approval.objects.get(id=approval_id), at)


def approvals(state: ApprovalState | None, limit: int, below: int | None, now: datetime) -> list[tuple[int, Approval]]:
    """Return up to `limit` approvals with their numbers, last requested first, with numbers below `below`."""
    rows = tables.Approval.objects.order_by("-number")
    if state is not None:
        rows = rows.filter(_standing(state, now))
    if below is not None:
        rows = rows.filter(number__lt=below)
    return [(row.number, _approval(row, now)) for row in rows[:limit]]


def count_approvals(state: ApprovalState, now: datetime) -> int:
    return tables.Approval.objects.filter(_standing(state, now)).count()


def overdue_approvals(now: datetime, limit: int) -> list[UUID]:
    """Lock up to `limit` approvals that waited too long, passing over those that somebody decides just now."""
    rows = tables.Approval.objects.select_for_update(skip_locked=True).order_by("number")
    return list(rows.filter(state=ApprovalState.PENDING, expires_at__lte=now).values_list("id", flat=True)[:limit])


def _standing(state: ApprovalState, now: datetime) -> models.Q:
    """Return which rows stand so: who waited too long is expired before anybody wrote it down."""
    pending = models.Q(state=ApprovalState.PENDING)
    if state is ApprovalState.PENDING:
        return pending & models.Q(expires_at__gt=now)
    if state is ApprovalState.EXPIRED:
        return models.Q(state=state) | (pending & models.Q(expires_at__lte=now))
    return models.Q(state=state)


def _approval(row: tables.Approval, now: datetime) -> Approval:
    decided_by = None
    if row.decided_by_id is not None:
        decided_by = Actor(ActorKind(row.decided_by_kind), row.decided_by_id, row.decided_by_label)
    state = ApprovalState(row.state)
    return Approval(
        row.id,
        row.kind,
        row.subject,
        dict(row.summary),
        ApprovalState.EXPIRED if state is ApprovalState.PENDING and row.expires_at <= now else state,
        Actor(ActorKind(row.requested_by_kind), row.requested_by_id, row.requested_by_label),
        row.requested_at,
        row.expires_at,
        decided_by,
        row.decided_at,
        row.comment,
        row.result,
        row.detail,
    )


def _inserted(row: models.Model) -> bool:
    """Insert a row; False, and nothing written, if one with the same unique value is there."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


# --- tills ---


def pin_of(staff_id: UUID) -> tuple[str, int, datetime | None]:
    """Lock a person until the transaction ends; return their PIN's hash, its failures, until when it is locked."""
    rows = tables.Staff.objects.select_for_update().filter(pk=staff_id)
    return rows.values_list("pin", "pin_failures", "pin_locked_until").get()


def set_pin(staff_id: UUID, **values: object) -> None:
    tables.Staff.objects.filter(pk=staff_id).update(**values)


def staff_with_pin() -> list[tuple[Staff, str]]:
    """Return active people who have a PIN, with its hash, by name."""
    rows = tables.Staff.objects.filter(is_active=True).exclude(pin="").order_by("name", "id")
    return [(_staff(row), row.pin) for row in rows]


def insert_till(till: Till, digest: bytes) -> None:
    tables.Till.objects.create(
        id=till.id, name=till.name, store_id=till.store.id, digest=digest, enrolled_at=till.enrolled_at
    )


def tills(**key: object) -> list[Till]:
    rows = tables.Till.objects.filter(**key).select_related("store").order_by("store__code", "name", "id")
    return [
        Till(row.id, row.name, Store(*(getattr(row.store, field) for field in _STORE)), row.enrolled_at, row.closed_at)
        for row in rows
    ]


_STORE = ("id", "brand_id", "code", "name")


def lock_till(till_id: UUID) -> bool:
    """Lock one till until the transaction ends; False if there is none."""
    return tables.Till.objects.select_for_update().filter(pk=till_id).first() is not None


def close_till(till_id: UUID, at: datetime) -> None:
    tables.Till.objects.filter(pk=till_id).update(closed_at=at)


def shifts(limit: int, **key: object) -> list[Shift]:
    """Return up to `limit` shifts, last begun first."""
    rows = tables.Shift.objects.filter(**key).select_related("staff").order_by("-began_at", "-id")[:limit]
    return [Shift(row.id, row.till_id, row.staff_id, row.staff.name, row.began_at, row.ended_at) for row in rows]


def insert_shift(shift: Shift) -> None:
    tables.Shift.objects.create(
        id=shift.id, till_id=shift.till_id, staff_id=shift.staff_id, began_at=shift.began_at, ended_at=None
    )


def end_shift(shift_id: UUID, at: datetime) -> None:
    tables.Shift.objects.filter(pk=shift_id, ended_at=None).update(ended_at=at)


def insert_shift_line(shift: Shift, line: ShiftLine) -> None:
    """Insert a line; one that is there under its key stays as it is."""
    row = tables.ShiftLine(
        till_id=shift.till_id,
        key=line.key,
        shift_id=shift.id,
        digest=line.digest,
        work=line.work,
        at=line.at,
        money_minor=line.money_minor,
        points_in=line.points_in,
        points_out=line.points_out,
        offline=line.offline,
        note=line.note,
        answer=line.answer,
    )
    tables.ShiftLine.objects.bulk_create([row], ignore_conflicts=True)


def shift_line(till_id: UUID, key: str) -> ShiftLine | None:
    row = tables.ShiftLine.objects.filter(till_id=till_id, key=key).first()
    if row is None:
        return None
    return ShiftLine(
        row.key,
        bytes(row.digest),
        Work(row.work),
        row.at,
        row.answer,
        row.money_minor,
        row.points_in,
        row.points_out,
        row.offline,
        row.note,
    )


def work_sums(shift_id: UUID) -> tuple[list[WorkSum], int, int]:
    """Return what the lines of a shift come to by kind, how many were sent late, and how many have a note."""
    lines = tables.ShiftLine.objects.filter(shift_id=shift_id)
    sums = lines.values("work").annotate(
        count=models.Count("key"),
        money=models.Sum("money_minor"),
        points_in=models.Sum("points_in"),
        points_out=models.Sum("points_out"),
    )
    found = {row["work"]: row for row in sums}
    told = [
        WorkSum(work, row["count"], row["money"], row["points_in"], row["points_out"])
        for work in Work
        if (row := found.get(work.value)) is not None
    ]
    return told, lines.filter(offline=True).count(), lines.exclude(note="").count()
