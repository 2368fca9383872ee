"""The room's verbs: the organisation and its stores, staff, API keys, rights, and the audit log.

Every verb that changes something writes its audit line in the same transaction.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, cursors, ids
from shuke.rooms.org import queries
from shuke.rooms.org.contracts import (
    KEY_PREFIX,
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
    LoggedIn,
    NewOrganisation,
    NewStore,
    Organisation,
    Principal,
    Right,
    Role,
    Shift,
    ShiftLine,
    ShiftReport,
    Staff,
    StaffPrincipal,
    StaffTerms,
    Store,
    Till,
    Values,
)
from shuke.rooms.org.rights import ADJUST_LIMITS, RIGHTS
from shuke.rooms.org.services import approvals, auditing, founding, keys, staffing
from shuke.rooms.org.services import tills as till_work

# --- the organisation ---


def create_organisation(new: NewOrganisation, actor: Actor) -> Organisation:
    """Create the deployment's one organisation.

    Raises: Refusal `organisation_exists`, `wrong_kind`, `invalid_name`, `unknown_currency`, `unknown_time_zone`,
        `unknown_language`.
    """
    return founding.create_organisation(new, actor)


def organisation() -> Organisation | None:
    """Return the deployment's organisation, None before it was set up. Raises nothing."""
    return queries.organisation()


def set_colour(colour: str, actor: Actor) -> None:
    """Give the members' pages a colour, #rrggbb; an empty one gives ours back.

    Raises: Refusal `invalid_colour`.
    """
    founding.set_colour(colour, actor)


def create_brand(code: str, name: str, actor: Actor) -> Brand:
    """Create a brand.

    Raises: Refusal `invalid_code`, `invalid_name`, `brand_exists`.
    """
    return founding.create_brand(code, name, actor)


def list_brands() -> list[Brand]:
    """Return all brands by code. Raises nothing."""
    return queries.brands()


def create_stores(brand_id: UUID, new: Sequence[NewStore], actor: Actor) -> list[Store]:
    """Create stores of one brand, all or none.

    Raises: Refusal `unknown_brand`, `invalid_code`, `invalid_name`, `store_exists` (names the first code that is taken
        or twice here).
    """
    return founding.create_stores(brand_id, new, actor)


def open_store(new: NewStore, brand_code: str | None, actor: Actor) -> Store:
    """Create one store of the brand with the code; None is the only brand there is, of the organisation's own name.

    Raises: Refusal `unknown_brand`, `invalid_code`, `invalid_name`, `store_exists`.
    """
    return founding.open_store(new, brand_code, actor)


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
    return keys.create(name, scopes, actor)


def list_keys() -> list[ApiKey]:
    """Return all keys, revoked ones too, newest first. Raises nothing."""
    return queries.keys()


def revoke_key(key_id: UUID, actor: Actor) -> ApiKey:
    """Refuse a key from now on, for ever.

    Raises: Refusal `unknown_api_key`, `key_revoked` when it is revoked already.
    """
    return keys.revoke(key_id, actor)


def authenticate_key(secret: str) -> KeyPrincipal:
    """Return whom the secret of an API key stands for.

    Raises: Refusal `unauthenticated` when it is malformed, unknown or revoked; `wrong_mode` when it is a key for the
        other kind of deployment.
    """
    return keys.authenticate(secret)


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


def approvals_about(kind: str, subject: str) -> tuple[Approval, ...]:
    """Return what waits of a kind about a subject, first requested first. Raises: nothing."""
    return tuple(found for found, _ in queries.waiting_approvals(kind, subject, clock.business_now()))


def approvals_waiting() -> int:
    """Return how many approvals wait for somebody to decide. Raises nothing."""
    return queries.count_approvals(ApprovalState.PENDING, clock.business_now())


# --- tills ---


def enrol_till(name: str, store_code: str, actor: Actor) -> tuple[Till, str]:
    """Make a till of a store, and return it with the secret that its browser keeps; only a hash stays here.

    Raises: Refusal `invalid_name`, `unknown_store`.
    """
    return till_work.enrol(name, store_code, actor)


def close_till(till_id: UUID, actor: Actor) -> Till:
    """Let nobody work at a till any more; its open shift ends. One that is closed is answered as it is.

    Raises: Refusal `unknown_till`.
    """
    return till_work.close(till_id, actor)


def list_tills() -> list[Till]:
    """Return all tills by store and name, closed ones too. Raises nothing."""
    return queries.tills()


def till_of(secret: str) -> Till:
    """Return the till whose browser keeps this secret.

    Raises: Refusal `unknown_till`, also for one that was closed.
    """
    return till_work.of_secret(secret)


def give_pin(staff_id: UUID, actor: Actor) -> str:
    """Replace a person's PIN by a generated one of six digits, shown once; at a till they have to log in again.

    Raises: Refusal `unknown_staff`.
    """
    return till_work.give_pin(staff_id, actor)


def change_pin(staff_id: UUID, pin: str, new_pin: str, actor: Actor) -> None:
    """Let a clerk choose another PIN; who works at a till under the old one has to log in again.

    Raises: Refusal `pin_unfit`, `wrong_pin`, `pin_locked`.
    """
    till_work.change_pin(staff_id, pin, new_pin, actor)


def clerks_of(store: Store) -> list[tuple[Staff, str]]:
    """Return who may work at a till of a store: active, with the right, the store and a PIN, of which each has a mark
    that changes with it. Raises nothing.
    """
    return till_work.clerks(store)


def begin_shift(till: Till, staff_id: UUID, pin: str) -> Shift:
    """Let a clerk in: back into their open shift, or into a new one, which ends that of whoever worked there before.

    Raises: Refusal `wrong_pin`, `pin_locked` from the fifth wrong one on, for 15 minutes.
    """
    return till_work.begin_shift(till, staff_id, pin)


def open_shift(till_id: UUID) -> Shift | None:
    """Return the shift that runs at a till. Raises nothing."""
    return till_work.open_shift(till_id)


def end_shift(shift_id: UUID) -> ShiftReport:
    """End a shift and return what was done in it; one that has ended is answered as it is.

    Raises: Refusal `unknown_shift`.
    """
    return till_work.end_shift(shift_id)


def shift_report(shift_id: UUID) -> ShiftReport:
    """Return what was done in a shift so far.

    Raises: Refusal `unknown_shift`.
    """
    return till_work.report(shift_id)


def shift_reports(till_ids: Sequence[UUID], limit: int) -> list[ShiftReport]:
    """Return the last shifts of tills, last begun first. Raises nothing."""
    return till_work.reports(till_ids, limit)


def note_work(shift: Shift, line: ShiftLine) -> ShiftLine:
    """Write what was done into a shift, in the open transaction; what stands under its key already is answered.

    Raises: Refusal `already_recorded_differently`.
    """
    return till_work.note(shift, line)


def work_known(till_id: UUID, key: str, digest: bytes) -> ShiftLine | None:
    """Return what was done at a till under a key.

    Raises: Refusal `already_recorded_differently` where its content was another.
    """
    return till_work.known(till_id, key, digest)


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
