"""The catalogue: what a new one would change, told in paths, and putting it in the place of the one that is."""

from collections.abc import Iterator
from dataclasses import fields

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.foundation.transactions import bounded_waits, forget, unit_of_work
from shuke.rooms.benefits import days, queries
from shuke.rooms.benefits.contracts import Benefit, Catalogue, Difference, Kind
from shuke.rooms.benefits.file import decimal
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor

PATIENCE_SECONDS = 10
_KEYS = {"name_zh": "zh", "name_en": "en", "cost_minor": "cost", "ahead_hours": "ahead"}  # as the file says them
_REMEMBERED = ("benefits.sets", "benefits.benefits")


def apply(wanted: Catalogue, actor: Actor) -> tuple[Difference, ...]:
    """Put a catalogue in the place of the one that is, and return what changed; members get it when it is settled."""
    with unit_of_work():
        _hold()
        changed = differences(queries.catalogue(), wanted)
        _check_kinds(wanted)
        for benefit in wanted.benefits:
            if benefit.kind is Kind.COUPON:
                coupons.template_by_code(benefit.gives)
        if changed:
            queries.replace_catalogue(wanted)
            queries.next_revision(days.day_of(clock.business_now()))
            for name in _REMEMBERED:
                forget(name)
            after = {each.path: {"before": each.before, "after": each.after} for each in changed[:50]}
            org.audit("benefits.applied", "benefits", None, after, actor)
        return changed


def differences(before: Catalogue, after: Catalogue) -> tuple[Difference, ...]:
    """Return what differs, in the order of the file."""
    return tuple(each for each in _differences(before, after) if each.before != each.after)


def _differences(before: Catalogue, after: Catalogue) -> Iterator[Difference]:
    old, new = ({each.code: each for each in one.benefits} for one in (before, after))
    for code in dict.fromkeys([*old, *new]):
        if code not in old or code not in new:
            yield Difference(f"benefits.{code}", _name(old.get(code)), _name(new.get(code)))
            continue
        for field in fields(Benefit):
            was, now = (_text(field.name, getattr(one[code], field.name)) for one in (old, new))
            yield Difference(f"benefits.{code}.{_KEYS.get(field.name, field.name)}", was, now)
    gives = [{row.subject: _listed(one, row.subject) for row in one.sets} for one in (before, after)]
    for subject in dict.fromkeys([*gives[0], *gives[1]]):
        yield Difference(f"sets.{subject}", gives[0].get(subject, ""), gives[1].get(subject, ""))
    seasons = [{each.code: f"{each.first} – {each.last}" for each in one.seasons} for one in (before, after)]
    for code in dict.fromkeys([*seasons[0], *seasons[1]]):
        yield Difference(f"seasons.{code}", seasons[0].get(code, ""), seasons[1].get(code, ""))


def _listed(catalogue: Catalogue, subject: str) -> str:
    rows = catalogue.of(subject)
    return ", ".join(row.benefit if row.quota is None else f"{row.benefit} × {row.quota}" for row in rows)


def _name(benefit: Benefit | None) -> str:
    return f"{benefit.name_en} · {benefit.name_zh}" if benefit else ""


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "cost_minor" and isinstance(value, int):
        return decimal(value, digits())
    return "" if value is None else str(value)


def digits() -> int:
    """Return how many digits after the point the organisation's currency has."""
    own = org.organisation()
    return CURRENCY_DIGITS[own.currency] if own else 2


def _check_kinds(wanted: Catalogue) -> None:
    """Refuse that a benefit which members had becomes another kind of thing: its record would tell of two."""
    known = queries.benefits()
    for benefit in wanted.benefits:
        before = known.get(benefit.code)
        if before is not None and before.kind is not benefit.kind and queries.is_given(benefit.code):
            raise Refusal(
                "benefit_kind_fixed",
                f"Members had {benefit.code} as {before.kind}; what is another kind of thing takes another code.",
                params={"benefit": benefit.code, "kind": before.kind.value},
            )


def _hold() -> None:
    try:
        with bounded_waits(PATIENCE_SECONDS):
            queries.hold_sets()
    except TimeoutError as error:
        raise Refusal(
            "writers_busy",
            f"Somebody was writing for {PATIENCE_SECONDS} seconds, and sets change between writes; try again.",
            params={"seconds": PATIENCE_SECONDS},
        ) from error
