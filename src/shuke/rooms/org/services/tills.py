"""Tills, the PINs that clerks type there, and their shifts: who did what at which till.

A PIN opens the till alone, never the console: it is short, so five wrong ones lock it for a quarter of an hour.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import checks, queries, secrets
from shuke.rooms.org.contracts import (
    STAFF_PREFIX,
    TILL_PREFIX,
    Actor,
    Right,
    Shift,
    ShiftLine,
    ShiftReport,
    Staff,
    Store,
    Till,
)
from shuke.rooms.org.rights import RIGHTS
from shuke.rooms.org.services.auditing import audit

FAILURES = 5
LOCKED = timedelta(minutes=15)


def enrol(name: str, store_code: str, actor: Actor) -> tuple[Till, str]:
    """Make a till and return it with the secret that its browser keeps."""
    checks.require_name(name)
    secret = secrets.new_till_secret()
    with unit_of_work():
        till = Till(ids.new_id(), name, _store(store_code), clock.machine_now(), None)
        queries.insert_till(till, secrets.digest(secret))
        after = {"name": name, "store": store_code}
        audit("till.enrolled", ids.encode(TILL_PREFIX, till.id), None, after, actor)
    return till, secret


def close(till_id: UUID, actor: Actor) -> Till:
    """Let nobody work at a till any more; its open shift ends."""
    with unit_of_work():
        if not queries.lock_till(till_id):
            raise Refusal("unknown_till", "There is no such till.")
        (till,) = queries.tills(id=till_id)
        if till.closed_at is None:
            at = clock.machine_now()
            _end_open(till_id)
            queries.close_till(till_id, at)
            audit("till.closed", ids.encode(TILL_PREFIX, till_id), None, {"name": till.name}, actor)
        return queries.tills(id=till_id)[0]


def of_secret(secret: str) -> Till:
    """Return the till whose browser keeps this secret."""
    till = next(iter(queries.tills(digest=secrets.digest(secret), closed_at=None)), None)
    if till is None:
        raise Refusal("unknown_till", "This browser is no till, or its till was closed.")
    return till


def give_pin(staff_id: UUID, actor: Actor) -> str:
    """Replace a person's PIN by a generated one; who works at a till under the old one has to log in again."""
    pin = secrets.new_pin()
    with unit_of_work():
        if queries.lock_staff(id=staff_id) is None:
            raise Refusal("unknown_staff", "Nobody of the staff is known by this.")
        queries.set_pin(staff_id, pin=make_password(pin), pin_failures=0, pin_locked_until=None)
        audit("staff.pin_given", ids.encode(STAFF_PREFIX, staff_id), None, None, actor)
    return pin


def change_pin(staff_id: UUID, pin: str, new_pin: str, actor: Actor) -> None:
    """Let a clerk choose another PIN, who knows the one that they have."""
    if not secrets.is_pin(new_pin) or new_pin == pin:
        detail = "A PIN has six digits that are not all the same, and is another than before."
        raise Refusal("pin_unfit", detail, pointer="/new_pin")
    with unit_of_work():
        wrong = _wrong(staff_id, pin)
        if wrong is None:
            queries.set_pin(staff_id, pin=make_password(new_pin), pin_failures=0, pin_locked_until=None)
            audit("staff.pin_changed", ids.encode(STAFF_PREFIX, staff_id), None, None, actor)
            return
    raise wrong  # outside: that it was wrong stays written down


def clerks(store: Store) -> list[tuple[Staff, str]]:
    """Return who may work at a till of the store, each with a mark that changes with their PIN."""
    return [
        (person, secrets.digest(pin).hex()[:16])
        for person, pin in queries.staff_with_pin()
        if Right.TILL_USE in RIGHTS[person.role] and (not person.stores or store.id in person.stores)
    ]


def begin_shift(till: Till, staff_id: UUID, pin: str) -> Shift:
    """Let a clerk in: back into their open shift, or into a new one, which ends that of somebody else."""
    if staff_id not in {person.id for person, _ in clerks(till.store)}:
        raise Refusal("wrong_pin", "The PIN is wrong.")
    with unit_of_work():
        wrong = _wrong(staff_id, pin)
        if wrong is None:
            queries.lock_till(till.id)
            running = queries.shifts(1, till_id=till.id, ended_at=None)
            if running and running[0].staff_id == staff_id:
                return running[0]
            _end_open(till.id)
            queries.insert_shift(Shift(ids.new_id(), till.id, staff_id, "", clock.machine_now(), None))
            return queries.shifts(1, till_id=till.id, ended_at=None)[0]
    raise wrong  # outside: that it was wrong stays written down


def _wrong(staff_id: UUID, pin: str) -> Refusal | None:
    """Check a PIN, counting: the right one starts anew, the fifth wrong one locks it."""
    hashed, failures, locked_until = queries.pin_of(staff_id)
    now = clock.machine_now()
    minutes = int(LOCKED.total_seconds()) // 60
    locked = Refusal("pin_locked", f"Too many wrong PINs; wait {minutes} minutes.", params={"minutes": minutes})
    if locked_until is not None and now < locked_until:
        return locked
    if check_password(pin, hashed):
        queries.set_pin(staff_id, pin_failures=0, pin_locked_until=None)
        return None
    if failures + 1 >= FAILURES:
        queries.set_pin(staff_id, pin_failures=0, pin_locked_until=now + LOCKED)
        return locked
    queries.set_pin(staff_id, pin_failures=failures + 1)
    return Refusal("wrong_pin", "The PIN is wrong.")


def open_shift(till_id: UUID) -> Shift | None:
    """Return the shift that runs at a till."""
    return next(iter(queries.shifts(1, till_id=till_id, ended_at=None)), None)


def end_shift(shift_id: UUID) -> ShiftReport:
    """End a shift; one that has ended stays as it is."""
    with unit_of_work():
        shift = _shift(shift_id)
        queries.lock_till(shift.till_id)
        queries.end_shift(shift_id, clock.machine_now())
        return report(shift_id)


def report(shift_id: UUID) -> ShiftReport:
    """Return what was done in a shift."""
    sums, offline, noted = queries.work_sums(shift_id)
    return ShiftReport(_shift(shift_id), tuple(sums), offline, noted)


def reports(till_ids: Sequence[UUID], limit: int) -> list[ShiftReport]:
    """Return the last shifts of tills."""
    return [report(shift.id) for shift in queries.shifts(limit, till_id__in=till_ids)]


def note(shift: Shift, line: ShiftLine) -> ShiftLine:
    """Write down what was done, in the open transaction; what stands under its key already is answered instead."""
    queries.insert_shift_line(shift, line)
    return known(shift.till_id, line.key, line.digest) or line


def known(till_id: UUID, key: str, digest: bytes) -> ShiftLine | None:
    """Return what was done under a key."""
    line = queries.shift_line(till_id, key)
    if line is not None and line.digest != digest:
        raise Refusal("already_recorded_differently", "This key was sent before with another content.")
    return line


def _end_open(till_id: UUID) -> None:
    for shift in queries.shifts(1, till_id=till_id, ended_at=None):
        queries.end_shift(shift.id, clock.machine_now())


def _shift(shift_id: UUID) -> Shift:
    found = queries.shifts(1, id=shift_id)
    if not found:
        raise Refusal("unknown_shift", "There is no such shift.")
    return found[0]


def _store(code: str) -> Store:
    store = next((each for each in queries.stores() if each.code == code), None)
    if store is None:
        raise Refusal("unknown_store", f"There is no store {code}.", pointer="/store", params={"store": code})
    return store
