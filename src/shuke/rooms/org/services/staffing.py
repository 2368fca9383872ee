"""Who works here: log-ins, roles, stores, personal limits. At least one active owner always stays."""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import checks, queries, secrets
from shuke.rooms.org.contracts import STAFF_PREFIX, Actor, Role, Staff, StaffTerms, Values
from shuke.rooms.org.services.auditing import audit

ADJUST_LIMIT_MOST = 10**12


def create(
    email: str, name: str, role: Role, actor: Actor, language: str | None, stores: Collection[str]
) -> tuple[Staff, str]:
    """Create a person and return them with their password."""
    email = checks.normal_email(email)
    checks.require_name(name)
    if language is None:
        own = queries.organisation()
        language = settings.LANGUAGE_CODE if own is None else own.language
    checks.require_language(language)
    password = secrets.new_password()
    with unit_of_work():
        named = _stores_named(stores)
        scope = tuple(named.values())
        staff = Staff(ids.new_id(), email, name, role, language, True, clock.machine_now(), None, scope, None, None)
        if not queries.insert_staff(staff, password):
            raise Refusal("staff_exists", "Somebody logs in with this e-mail address already.", pointer="/email")
        after: dict[str, object] = {"email": email, "name": name, "role": role.value, "language": language}
        if named:
            after["stores"] = sorted(named)
        audit("staff.created", ids.encode(STAFF_PREFIX, staff.id), None, after, actor)
    return staff, password


def reset_password(email: str, actor: Actor) -> str:
    """Replace a password by a generated one."""
    email, password = checks.normal_email(email), secrets.new_password()
    with unit_of_work():
        staff = _known(queries.lock_staff(email=email))
        queries.set_password(staff.id, password)
        audit("staff.password_reset", ids.encode(STAFF_PREFIX, staff.id), None, None, actor)
    return password


def set_active(staff_id: UUID, active: bool, actor: Actor) -> Staff:  # noqa: FBT001  # the state itself
    """Let a person log in, or shut them out."""
    with unit_of_work():
        owners = queries.lock_active_owners()
        before = _known(queries.lock_staff(id=staff_id))
        _keep_an_owner(owners, staff_id, stays=active)
        return _set(before, "is_active", active, actor)


def set_language(staff_id: UUID, language: str, actor: Actor) -> Staff:
    """Set the language in which a person sees the console."""
    checks.require_language(language)
    with unit_of_work():
        return _set(_known(queries.lock_staff(id=staff_id)), "language", language, actor)


def change(staff_id: UUID, terms: StaffTerms, actor: Actor) -> Staff:
    """Change what somebody is for; the audit log says what of it changed."""
    limit = terms.adjust_limit
    if limit is not None and not 0 <= limit <= ADJUST_LIMIT_MOST:
        raise Refusal(
            "limit_out_of_range", f"A limit lies between 0 and {ADJUST_LIMIT_MOST:,}.", pointer="/adjust_limit"
        )
    with unit_of_work():
        owners = queries.lock_active_owners()
        before = _known(queries.lock_staff(id=staff_id))
        _keep_an_owner(owners, staff_id, stays=terms.role is Role.OWNER)
        named = _stores_named(terms.stores)
        was = _told(before.role, _codes(before.stores), before.adjust_limit, before.own_account)
        becomes = _told(terms.role, named, limit, terms.own_account)
        changed = [field for field in becomes if was[field] != becomes[field]]
        if not changed:
            return before
        after = queries.update_staff(staff_id, **becomes | {"stores": list(named.values())})
        subject = ids.encode(STAFF_PREFIX, staff_id)
        old, new = ({field: values[field] for field in changed} for values in (was, becomes))
        audit("staff.changed", subject, old, new, actor)
        return after


def _told(role: Role, stores: Collection[str], adjust_limit: int | None, own_account: str | None) -> Values:
    return {"role": role.value, "stores": sorted(stores), "adjust_limit": adjust_limit, "own_account": own_account}


def _set(before: Staff, field: str, value: object, actor: Actor) -> Staff:
    after = queries.update_staff(before.id, **{field: value})
    subject = ids.encode(STAFF_PREFIX, before.id)
    audit(f"staff.{field}_changed", subject, {field: getattr(before, field)}, {field: value}, actor)
    return after


def _keep_an_owner(owners: list[UUID], staff_id: UUID, *, stays: bool) -> None:
    if owners == [staff_id] and not stays:
        raise Refusal("last_owner", "This is the last active owner, who has to stay.")


def _stores_named(codes: Collection[str]) -> dict[str, UUID]:
    known = {store.code: store.id for store in queries.stores()} if codes else {}
    for code in codes:
        if code not in known:
            raise Refusal("unknown_store", f"There is no store {code}.", pointer="/stores", params={"store": code})
    return {code: known[code] for code in codes}


def _codes(stores: Collection[UUID]) -> list[str]:
    return [store.code for store in queries.stores() if store.id in stores] if stores else []


def _known(staff: Staff | None) -> Staff:
    if staff is None:
        raise Refusal("unknown_staff", "Nobody of the staff is known by this.")
    return staff
