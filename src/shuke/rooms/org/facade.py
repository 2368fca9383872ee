"""The room's verbs: the organisation and its stores, staff, API keys, rights, and the audit log.

Every verb that changes something writes its audit line in the same transaction.
"""

from collections.abc import Collection, Sequence
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, cursors, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import checks, queries, secrets
from shuke.rooms.org.contracts import (
    BRAND_PREFIX,
    KEY_PREFIX,
    SCOPES,
    STAFF_PREFIX,
    Actor,
    ActorKind,
    ApiKey,
    Approval,
    ApprovalPage,
    ApprovalRequest,
    ApprovalState,
    AuditPage,
    Brand,
    Executor,
    KeyPrincipal,
    Kind,
    LoggedIn,
    NewOrganisation,
    NewStore,
    Organisation,
    Principal,
    Right,
    Role,
    Staff,
    StaffPrincipal,
    StaffTerms,
    Store,
    Values,
)
from shuke.rooms.org.regions import region_of
from shuke.rooms.org.rights import ADJUST_LIMITS, RIGHTS
from shuke.rooms.org.services import approvals, auditing, staffing

_OWN_BRAND = "main"

# --- the organisation ---


def create_organisation(new: NewOrganisation, actor: Actor) -> Organisation:
    """Create the deployment's one organisation.

    Raises: Refusal `organisation_exists`, `wrong_kind`, `invalid_name`, `unknown_currency`, `unknown_time_zone`,
        `unknown_language`.
    """
    checks.require_name(new.name)
    checks.require_language(new.language)
    if new.kind != settings.SHUKE_KIND:
        raise Refusal("wrong_kind", f"This deployment is a {settings.SHUKE_KIND} one.", pointer="/kind")
    if new.currency not in CURRENCY_DIGITS:
        raise Refusal("unknown_currency", "The currency is not an ISO 4217 code, such as CNY.", pointer="/currency")
    if new.time_zone not in available_timezones():
        raise Refusal(
            "unknown_time_zone", "The time zone is not an IANA name, such as Asia/Shanghai.", pointer="/time_zone"
        )
    region = region_of(new.time_zone)
    with unit_of_work():
        if not queries.insert_organisation(new, region):
            raise Refusal("organisation_exists", "This deployment has its organisation already.")
        after = {"name": new.name, "currency": new.currency, "time_zone": new.time_zone, "language": new.language}
        audit("organisation.created", "organisation", None, after, actor)
    return Organisation(new.name, new.currency, new.time_zone, new.language, Kind(new.kind), region_of(new.time_zone))


def organisation() -> Organisation | None:
    """Return the deployment's organisation, None before it was set up. Raises nothing."""
    return queries.organisation()


def create_brand(code: str, name: str, actor: Actor) -> Brand:
    """Create a brand.

    Raises: Refusal `invalid_code`, `invalid_name`, `brand_exists`.
    """
    checks.require_code(code)
    checks.require_name(name)
    brand = Brand(ids.new_id(), code, name)
    with unit_of_work():
        if not queries.insert_brand(brand):
            raise Refusal("brand_exists", f"There is a brand {code} already.", pointer="/code", params={"code": code})
        audit("brand.created", ids.encode(BRAND_PREFIX, brand.id), None, {"code": code, "name": name}, actor)
    return brand


def list_brands() -> list[Brand]:
    """Return all brands by code. Raises nothing."""
    return queries.brands()


def create_stores(brand_id: UUID, new: Sequence[NewStore], actor: Actor) -> list[Store]:
    """Create stores of one brand, all or none.

    Raises: Refusal `unknown_brand`, `invalid_code`, `invalid_name`, `store_exists` (names the first code that is taken
        or twice here).
    """
    stores = [Store(ids.new_id(), brand_id, store.code, store.name) for store in new]
    for store in new:
        checks.require_code(store.code)
        checks.require_name(store.name)
    with unit_of_work():
        if brand_id not in {brand.id for brand in queries.brands()}:
            raise Refusal("unknown_brand", "There is no such brand.", pointer="/brand_id")
        taken = queries.insert_stores(stores)
        if taken is not None:
            raise Refusal("store_exists", f"There is a store {taken} already.", pointer="/code", params={"code": taken})
        after = {"stores": [{"code": store.code, "name": store.name} for store in new]}
        audit("stores.created", ids.encode(BRAND_PREFIX, brand_id), None, after, actor)
    return stores


def open_store(new: NewStore, brand_code: str | None, actor: Actor) -> Store:
    """Create one store of the brand with the code; None is the only brand there is, of the organisation's own name.

    Raises: Refusal `unknown_brand`, `invalid_code`, `invalid_name`, `store_exists`.
    """
    with unit_of_work():
        brands, own = queries.brands(), queries.organisation()
        if not brands and brand_code is None and own is not None:
            brands = [create_brand(_OWN_BRAND, own.name, actor)]
        meant = [brand for brand in brands if brand_code in {None, brand.code}]
        if len(meant) != 1:
            known = ", ".join(brand.code for brand in brands)
            raise Refusal(
                "unknown_brand", f"Name one of the brands: {known}.", pointer="/brand", params={"known": known}
            )
        return create_stores(meant[0].id, [new], actor)[0]


def list_stores() -> list[Store]:
    """Return all stores by code. Raises nothing."""
    return queries.stores()


def brand_of_store(codes: Collection[str]) -> dict[str, str]:
    """Return the code of the brand of each store that is known, by the store's code. Raises nothing."""
    return queries.brand_codes(codes)


# --- staff ---


def create_staff(
    email: str, name: str, role: Role, actor: Actor, language: str | None = None, stores: Collection[str] = ()
) -> tuple[Staff, str]:
    """Create a person who logs in, and return them with a generated password, which is shown once.

    `language` None means the organisation's; `stores` are codes, none for every store.

    Raises: Refusal `invalid_email`, `invalid_name`, `unknown_language`, `unknown_store`, `staff_exists`.
    """
    return staffing.create(email, name, role, actor, language, stores)


def list_staff() -> list[Staff]:
    """Return everybody who has or had a log-in, first created first. Raises nothing."""
    return queries.staff()


def reset_password(email: str, actor: Actor) -> str:
    """Replace a person's password by a generated one, which is shown once; their sessions end.

    Raises: Refusal `invalid_email`, `unknown_staff`.
    """
    return staffing.reset_password(email, actor)


def set_staff_active(staff_id: UUID, active: bool, actor: Actor) -> Staff:  # noqa: FBT001  # the state itself
    """Let a person log in, or shut them out at once.

    Raises: Refusal `unknown_staff`, `last_owner` when no active owner would be left.
    """
    return staffing.set_active(staff_id, active, actor)


def change_staff(staff_id: UUID, terms: StaffTerms, actor: Actor) -> Staff:
    """Change somebody's role, stores, personal limit and own account; it holds from their next request on.

    Raises: Refusal `unknown_staff`, `unknown_store`, `limit_out_of_range`, `last_owner` when no active owner would be
        left.
    """
    return staffing.change(staff_id, terms, actor)


def set_staff_language(staff_id: UUID, language: str, actor: Actor) -> Staff:
    """Set the language in which a person sees the console.

    Raises: Refusal `unknown_staff`, `unknown_language`.
    """
    return staffing.set_language(staff_id, language, actor)


# --- API keys ---


def create_key(name: str, scopes: Collection[str], actor: Actor) -> tuple[ApiKey, str]:
    """Create an API key, and return it with its secret, which is shown once and kept as a hash only.

    Raises: Refusal `invalid_name`, `unknown_scope` (names it), `scope_required`.
    """
    checks.require_name(name)
    for scope in scopes:
        if scope not in SCOPES:
            scopes_known = ", ".join(right for right in Right if right in SCOPES)
            raise Refusal(
                "unknown_scope",
                f"There is no scope {scope}; there are {scopes_known}.",
                pointer="/scopes",
                params={"scope": str(scope), "scopes": scopes_known},
            )
    if not scopes:
        raise Refusal("scope_required", "A key needs at least one scope.", pointer="/scopes")
    secret = secrets.new_key_secret(settings.SHUKE_KIND)
    granted = tuple(sorted(Right(scope) for scope in set(scopes)))
    key = ApiKey(
        ids.new_id(),
        name,
        secrets.readable_prefix(secret),
        granted,
        Kind(settings.SHUKE_KIND),
        clock.machine_now(),
        None,
    )
    with unit_of_work():
        queries.insert_key(key, secrets.digest(secret))
        after = {"name": name, "prefix": key.prefix, "scopes": list(granted)}
        audit("key.created", ids.encode(KEY_PREFIX, key.id), None, after, actor)
    return key, secret


def list_keys() -> list[ApiKey]:
    """Return all keys, revoked ones too, newest first. Raises nothing."""
    return queries.keys()


def revoke_key(key_id: UUID, actor: Actor) -> ApiKey:
    """Refuse a key from now on, for ever.

    Raises: Refusal `unknown_api_key`, `key_revoked` when it is revoked already.
    """
    with unit_of_work():
        key = queries.lock_key(key_id)
        if key is None:
            raise Refusal("unknown_api_key", "There is no such key.")
        if key.revoked_at is not None:
            raise Refusal("key_revoked", "This key is revoked already.")
        at = clock.machine_now()
        audit("key.revoked", ids.encode(KEY_PREFIX, key_id), None, {"revoked_at": at.isoformat()}, actor)
        return queries.revoke_key(key_id, at)


def authenticate_key(secret: str) -> KeyPrincipal:
    """Return whom the secret of an API key stands for.

    Raises: Refusal `unauthenticated` when it is malformed, unknown or revoked; `wrong_mode` when it is a key for the
        other kind of deployment.
    """
    kind = secrets.kind_of(secret)
    if kind is not None and kind != settings.SHUKE_KIND:
        raise Refusal(
            "wrong_mode", f"This is a {kind} key and this a {settings.SHUKE_KIND} deployment.", params={"kind": kind}
        )
    key = queries.key_by_digest(secrets.digest(secret)) if kind else None
    if key is None or key.revoked_at is not None:
        raise Refusal("unauthenticated", "The API key is unknown or revoked.")
    return KeyPrincipal(key.id, key.name, frozenset(key.scopes), livemode=key.kind == Kind.LIVE)


# --- rights ---


def rights_of(role: Role) -> frozenset[Right]:
    """Return what people of a role may do. Raises nothing."""
    return RIGHTS[role]


def principal_of(user: LoggedIn) -> StaffPrincipal:
    """Return the principal of a request's user. Raises nothing."""
    role, stores, codes = Role(user.role), None, None
    if user.stores:
        stores = frozenset(user.stores)
        codes = frozenset(store.code for store in queries.stores() if store.id in stores)
    limit = ADJUST_LIMITS[role] if user.adjust_limit is None else user.adjust_limit
    return StaffPrincipal(user.id, user.name, role, RIGHTS[role], limit, stores, codes, user.own_account)


def actor_of(principal: Principal, request_id: str | None) -> Actor:
    """Return a principal as the audit log names it. Raises nothing."""
    if isinstance(principal, StaffPrincipal):
        return Actor(ActorKind.STAFF, ids.encode(STAFF_PREFIX, principal.id), principal.name, request_id)
    return Actor(ActorKind.KEY, ids.encode(KEY_PREFIX, principal.id), principal.name, request_id)


def actor_known_as(kind: ActorKind, id: str) -> Actor:
    """Return who acts by the outside id, under the name of today: a job keeps only the id. Raises nothing."""
    named: Sequence[Staff] | Sequence[ApiKey] = ()
    prefix = ""
    if kind is ActorKind.STAFF:
        named, prefix = queries.staff(), STAFF_PREFIX
    elif kind is ActorKind.KEY:
        named, prefix = queries.keys(), KEY_PREFIX
    return Actor(kind, id, next((one.name for one in named if ids.encode(prefix, one.id) == id), id))


def require(principal: Principal, right: Right) -> None:
    """Let `principal` pass if it has `right`.

    Raises: Refusal `forbidden`, which names the right.
    """
    if right not in principal.rights:
        raise Refusal("forbidden", f"This needs the right {right}.", params={"right": right.value})


def adjust_limit_of(role: Role) -> int | None:
    """Return how many whole units people of a role may adjust at once where nobody set another limit, None for any
    number. Raises nothing.
    """
    return ADJUST_LIMITS[role]


def needs_approval(principal: Principal, amount: int, scale: int) -> bool:
    """Say whether an adjustment by `amount` smallest parts of a unit with `scale` decimals exceeds the personal limit.

    A key has no limit: whoever gives it the scope decides. Raises nothing.
    """
    if isinstance(principal, KeyPrincipal) or principal.adjust_limit is None:
        return False
    most: int = principal.adjust_limit * 10**scale
    return abs(amount) > most


def require_other_account(principal: Principal, member: str) -> None:
    """Let `principal` pass if `member`, an outside id, is not the member that they are themselves.

    Raises: Refusal `own_account`.
    """
    if isinstance(principal, StaffPrincipal) and principal.own_account == member:
        raise Refusal("own_account", "Nobody changes the value of their own account; a colleague has to.")


def require_store(principal: Principal, store_code: str) -> None:
    """Let `principal` pass if they are for every store, or for this one.

    Raises: Refusal `store_forbidden`.
    """
    if not sees_store(principal, store_code):
        raise Refusal("store_forbidden", f"This belongs to another store: {store_code}.", params={"store": store_code})


def sees_store(principal: Principal, store_code: str) -> bool:
    """Say whether `principal` may see what belongs to a store. Raises nothing."""
    return isinstance(principal, KeyPrincipal) or principal.store_codes is None or store_code in principal.store_codes


# --- approvals ---


def carry_out(kind: str, executor: Executor) -> None:
    """Say what carries out approvals of a kind; called once for each when the house is wired. Raises nothing."""
    approvals.carry_out(kind, executor)


def request_approval(request: ApprovalRequest, actor: Actor) -> Approval:
    """Keep what somebody wants done until another agrees, for 14 days of business time; nothing is changed before.

    Who asks again for the same act while it waits is answered with what waits.

    Raises: AssertionError when nothing carries out its kind.
    """
    return approvals.request(request, actor)


def decide_approval(
    approval_id: UUID, *, approve: bool, comment: str, actor: Actor, principal: Principal | None
) -> Approval:
    """Let what was asked be done now, in the same transaction, or reject it with a comment.

    `principal` is who decides, None on the command line.

    Raises: Refusal `forbidden`, `unknown_approval`, `own_request`, `own_account`, `already_decided`,
        `approval_expired`, `reason_required` for a rejection without comment, `reason_too_long`, and whatever refuses
        to be done: then nothing is changed and the approval waits on.
    """
    if principal is not None:
        require(principal, Right.APPROVALS_DECIDE)
        require_other_account(principal, approval(approval_id).subject)
    return approvals.decide(approval_id, approve=approve, comment=comment, actor=actor)


def withdraw_approval(approval_id: UUID, actor: Actor) -> Approval:
    """Take back what one asked for.

    Raises: Refusal `unknown_approval`, `not_own_request`, `already_decided`, `approval_expired`.
    """
    return approvals.withdraw(approval_id, actor)


def expire_approvals() -> int:
    """Write down of approvals that nobody decided in time that they expired; return how many. Raises nothing."""
    return approvals.expire()


def approval(approval_id: UUID) -> Approval:
    """Return an approval.

    Raises: Refusal `unknown_approval`.
    """
    return approvals.one(approval_id)


def approvals_page(state: ApprovalState | None, limit: int, cursor: str | None = None) -> ApprovalPage:
    """Return up to `limit` approvals, last requested first, in one state or in any.

    Raises: Refusal `invalid_cursor`.
    """
    return approvals.page(state, limit, cursor)


def approvals_waiting() -> int:
    """Return how many approvals wait for somebody to decide. Raises nothing."""
    return queries.count_approvals(ApprovalState.PENDING, clock.business_now())


# --- the audit log ---


def audit(action: str, subject: str, before: Values | None, after: Values | None, actor: Actor) -> None:
    """Write who did what to which subject (an outside id), in the open transaction.

    Of members it holds no personal data, or masked. The staff's own names and e-mail addresses stand in it as they
    are, because an audit line says who and whom. Raises nothing.
    """
    auditing.audit(action, subject, before, after, actor)


def audit_lines(
    limit: int, cursor: str | None = None, subject: str | None = None, action: str | None = None
) -> AuditPage:
    """Return up to `limit` lines, newest first, of everything, of one subject, of one action.

    Raises: Refusal `invalid_cursor`.
    """
    below = None if cursor is None else cursors.decode(cursor, 1)[0]
    lines = queries.audit_lines(limit + 1, below, subject, action)
    more = len(lines) > limit
    return AuditPage(tuple(lines[:limit]), cursors.encode(lines[limit - 1].number) if more else None)
