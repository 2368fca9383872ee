"""What time does to entitlements: occasions give, last days end, periods of what is issued begin, tags are followed.

Repeatable: each gift has a cause of its own day or year, so that a round which was cut off goes on where it stopped.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from shuke.core.values.dates import add_months, date_number, day_of, first_day, month_of
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.benefits import days, effects, giving, queries
from shuke.rooms.benefits.contracts import BIRTHDAY, JOIN, NEWCOMER_DAYS, Catalogue, Gift, Kept, Season
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberFacts, Status
from shuke.rooms.points import facade as points

CHUNK = 5_000
_TAG, _TENURE, _SEASON = "tag:", "tenure:", "season:"

Settle = Callable[[datetime], int]


def keep(now: datetime, settle: Settle) -> Kept:
    """Do what is due by an instant; `settle` lets entitlements follow a new catalogue, and says of how many members."""
    revision, settled, kept_day = queries.round_()
    if kept_day is None:
        return Kept()
    done, today, catalogue = Kept(), days.day_of(now), queries.catalogue()
    if revision != settled:
        done = Kept(settled=settle(now), occasions=_occasions(catalogue, today, now) + _seasons(catalogue, today, now))
        queries.settled(revision)
    for day in range(kept_day + 1, today + 1):
        at = min(now, days.start_of(day))
        done = replace(done, occasions=done.occasions + _occasions(catalogue, day, at))
    if kept_day < today:
        queries.kept(today)
    tagged = _follow_tags(catalogue, now)
    expired, cycled = _keep_due(today, now)
    return replace(
        done, occasions=done.occasions + tagged, expired=expired, cycled=cycled, effects=effects.carry_out_due()
    )


def welcome(joined: Sequence[UUID], now: datetime) -> None:
    """Give who has just joined the newcomer pack, and what today's occasions and running seasons give everybody."""
    subjects = giving.sets()
    if not any(subject in (JOIN, BIRTHDAY) or subject.startswith((_TAG, _SEASON)) for subject in subjects):
        return
    people, day = members.facts(joined), days.day_of(now)
    newcomers = [id for id, person in people.items() if now - person.joined_at <= timedelta(days=NEWCOMER_DAYS)]
    giving.give([Gift(member_id, JOIN, now) for member_id in newcomers], once=True)
    born = [member_id for member_id, person in people.items() if person.birth_md in _birthdays(day)]
    giving.give([Gift(member_id, BIRTHDAY, now) for member_id in born], once=True, cause=_birthday_cause(day))
    for tag in [subject for subject in subjects if subject.startswith(_TAG)]:
        tagged = [member_id for member_id, person in people.items() if tag.removeprefix(_TAG) in person.tags]
        giving.give([Gift(member_id, tag, now) for member_id in tagged])
    for season in queries.catalogue().seasons:
        if _number(season.first) <= day <= _number(season.last):
            _give_season(season, list(people), now)


def _seasons(catalogue: Catalogue, today: int, now: datetime) -> int:
    """Give the seasons that began before today and run to everybody who does not have them."""
    running = [each for each in catalogue.seasons if _number(each.first) < today <= _number(each.last)]
    return sum(_in_chunks(_everybody(), lambda some, s=each: _give_season(s, some, now)) for each in running)


def _occasions(catalogue: Catalogue, day: int, at: datetime) -> int:
    """Give what the occasions of one day give."""
    subjects = {row.subject for row in catalogue.sets}
    given = 0
    if BIRTHDAY in subjects:
        cause = _birthday_cause(day)
        ids = members.born_on(_birthdays(day))
        given += _in_chunks(
            ids, lambda some: giving.give([Gift(id, BIRTHDAY, at) for id in some], once=True, cause=cause)
        )
    for subject in sorted(subject for subject in subjects if subject.startswith(_TENURE)):
        spans = [(days.start_of(one), days.start_of(one + 1)) for one in _joined(day, int(subject.split(":")[1]))]
        ids = members.joined_within(spans)
        given += _in_chunks(ids, lambda some, s=subject: giving.give([Gift(id, s, at) for id in some], once=True))
    for season in catalogue.seasons:
        if _number(season.first) == day:
            given += _in_chunks(_everybody(), lambda some, s=season: _give_season(s, some, at))
    return given


def _give_season(season: Season, ids: Sequence[UUID], at: datetime) -> int:
    until = _number(season.last) + 1
    return giving.give([Gift(id, f"{_SEASON}{season.code}", at, until) for id in ids], once=True)


def _follow_tags(catalogue: Catalogue, now: datetime) -> int:
    """Give and withdraw by tags that members got or lost since."""
    changed = 0
    for subject in sorted({row.subject for row in catalogue.sets if row.subject.startswith(_TAG)}):
        have = members.tagged(subject.removeprefix(_TAG))
        held = queries.holders_of(subject)
        changed += _in_chunks(
            sorted(have - held), lambda some, s=subject: giving.give([Gift(id, s, now) for id in some])
        )
        changed += _in_chunks(
            sorted(held - have), lambda some, s=subject: giving.withdraw(some, {s}, now, None), everybody=True
        )
    return changed


def _keep_due(today: int, now: datetime) -> tuple[int, int]:
    """End and begin what is due, a chunk a transaction."""
    expired = cycled = 0
    while True:
        with unit_of_work():
            ids = queries.holders_due(today, CHUNK)
            if not ids:
                return expired, cycled
            points.lock(ids)
            ended, begun = giving.keep_due(ids, today, now)
        expired, cycled = expired + ended, cycled + begun


def _in_chunks(ids: Sequence[UUID], do: Callable[[list[UUID]], int], *, everybody: bool = False) -> int:
    """Do something to members who take part (or to `everybody`), locked, a chunk a transaction; return the sum."""
    total = 0
    for begin in range(0, len(ids), CHUNK):
        with unit_of_work():
            some = list(ids[begin : begin + CHUNK])
            points.lock(some)
            fit = some if everybody else [id for id, person in members.facts(some).items() if _takes_part(person)]
            total += do(fit)
    return total


def _takes_part(person: MemberFacts) -> bool:
    return person.status is Status.ACTIVE


def _everybody() -> list[UUID]:
    return sorted(members.with_status([Status.ACTIVE]))


def _birthdays(day: int) -> list[int]:
    """Return whose birthday a day is, as month * 100 + day: on 28 February of a common year also of the 29th."""
    today = date_number(day) % 10_000
    leap = first_day(month_of(day) + 1) - first_day(month_of(day)) == 29
    return [today, 229] if today == 228 and not leap else [today]


def _birthday_cause(day: int) -> str:
    return f"{BIRTHDAY}:{month_of(day) // 12}"


def _joined(day: int, years: int) -> Iterator[int]:
    """Yield the days of joining of which a day is an anniversary, so many years later."""
    for month_day in _birthdays(day):
        year, month = month_of(day) // 12 - years, month_day // 100
        joined = day_of(year, month, month_day % 100)
        if add_months(joined, 12 * years) == day and date_number(joined) % 10_000 == month_day:
            yield joined


def _number(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()
