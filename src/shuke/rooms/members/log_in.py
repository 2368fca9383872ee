"""Log-in by a code sent to a phone: 6 digits, hashed, good for five minutes; who errs too often waits.

Knows phones and no members, so that nobody learns from an answer who is one. All times are the machine's.
"""

from datetime import datetime, timedelta
from hmac import compare_digest

from shuke.core.values.errors import Refusal
from shuke.foundation import encryption, randomness
from shuke.foundation.addresses import network
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import blinds, models, personal
from shuke.rooms.org import facade as org

_DIGITS = 6
_GOOD_FOR = timedelta(minutes=5)
_LOCKED_FOR = timedelta(minutes=15)
_WRONG_LIMIT = 6  # the sixth wrong code locks
_BETWEEN = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_PER_PHONE = 5
_PER_ADDRESS = 30  # a store's guests share its network
_IN_ALL = 3_000  # messages cost money, whoever asks from wherever
_KEPT = timedelta(days=1)


def ask(phone: str, address: str, now: datetime) -> tuple[str, str]:
    """Return a phone as E.164 and a new code for it, which takes the place of the one before.

    `address` is where the request came from; at most 5 codes go to a phone in an hour, one a minute, 30 from an
    address, and 3,000 in all.

    Raises: Refusal `invalid_phone`, `log_in_locked`, `too_many_codes`.
    """
    number = phone_of(phone)
    with unit_of_work():
        row = _locked(number)
        _require_unlocked(row, now)
        sent = models.CodeSent.objects.filter(at__gt=now - _HOUR)
        to_phone, from_here = (
            sent.filter(phone_blind=row.phone_blind),
            encryption.blind(network(address), "members.address"),
        )
        if (
            to_phone.filter(at__gt=now - _BETWEEN).exists()
            or to_phone.count() >= _PER_PHONE
            or sent.filter(address_blind=from_here).count() >= _PER_ADDRESS
            or sent.count() >= _IN_ALL
        ):
            raise Refusal("too_many_codes", "Too many codes were asked for; wait a while.")
        if not to_phone.exists():
            row.wrong = 0
        code = f"{int.from_bytes(randomness.token_bytes(8)) % 10**_DIGITS:0{_DIGITS}d}"
        row.digest, row.good_until = _digest(number, code), now + _GOOD_FOR
        row.save()
        models.CodeSent.objects.create(phone_blind=row.phone_blind, address_blind=from_here, at=now)
    return number, code


def check(phone: str, code: str, now: datetime) -> str:
    """Return the phone, as E.164, that a code proves to be at hand; a code proves it once.

    A wrong one is counted whatever becomes of the request, so this is called outside of any unit of work.

    Raises: Refusal `invalid_phone`, `log_in_code_wrong`, also for a code that is over, `log_in_locked`.
    """
    number = phone_of(phone)
    with unit_of_work():
        row = models.PhoneCheck.objects.select_for_update().filter(pk=blinds.phone(number)).first()
        if row is not None:
            _require_unlocked(row, now)
        if row is None or row.digest is None or now >= row.good_until:  # nothing to guess, so nobody is locked out
            raise _wrong()
        right = compare_digest(bytes(row.digest), _digest(number, "".join(code.split())))
        if right:
            row.digest, row.wrong = None, 0
        else:
            row.wrong += 1
            if row.wrong >= _WRONG_LIMIT:
                row.digest, row.wrong, row.locked_until = None, 0, now + _LOCKED_FOR
        row.save()
    if right:
        return number
    _require_unlocked(row, now)
    raise _wrong()


def phone_of(text: str) -> str:
    """Return a phone as E.164. Raises: Refusal `invalid_phone`."""
    own = org.organisation()
    return personal.phone(text, own.region if own else "")


def prune(now: datetime) -> int:
    """Forget of which phones and addresses codes were asked for a day ago, and return how many. Raises nothing."""
    models.PhoneCheck.objects.filter(good_until__lt=now - _KEPT).delete()
    count, _ = models.CodeSent.objects.filter(at__lt=now - _KEPT).delete()
    return count


def _locked(number: str) -> models.PhoneCheck:
    blind = blinds.phone(number)
    models.PhoneCheck.objects.bulk_create([models.PhoneCheck(phone_blind=blind, wrong=0)], ignore_conflicts=True)
    return models.PhoneCheck.objects.select_for_update().get(pk=blind)


def _require_unlocked(row: models.PhoneCheck, now: datetime) -> None:
    if row.locked_until is not None and now < row.locked_until:
        minutes = _LOCKED_FOR // timedelta(minutes=1)
        raise Refusal("log_in_locked", f"Too many wrong codes; wait {minutes} minutes.", params={"minutes": minutes})


def _wrong() -> Refusal:
    return Refusal("log_in_code_wrong", "The code is wrong or over.", pointer="/code")


def _digest(number: str, code: str) -> bytes:
    return encryption.blind(f"{number}:{code}", "members.log_in_code")
