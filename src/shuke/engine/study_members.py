"""One member of a study in full: every entry, and for every fact that was decided the reasons, as live."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shuke.core.program.explain import Decision
from shuke.core.state.replay import REDEEM_SHARE, V_AT, V_KIND, V_REF
from shuke.core.state.slots import COUNTED, E_KIND, EVENT, O_NET, TIER_QUALIFIED
from shuke.engine.columns import Columns
from shuke.engine.compile import Compiled, seen_slots
from shuke.engine.explanation import explain_vector
from shuke.engine.generated import functions_of
from shuke.engine.history import Facts, History, Texts
from shuke.engine.loops import InLists, run_through
from shuke.engine.policies import OBSERVED, Assumptions, Policy, apply, growth_of
from shuke.engine.states import KINDS, EntryFact, TierChangeFact
from shuke.engine.zones import day_start

NOWHERE = -1


@dataclass(frozen=True)
class FactTold:
    """An order ("" `kind`) or behaviour: when it was decided, its net amount as assumed, and why it got what it got."""

    event: int
    at: int
    kind: str
    order_id: str  # "" for behaviours, and where the history has none
    net_minor: int
    decision: Decision


@dataclass(frozen=True)
class EntryTold:
    """An entry or a move on a ladder; `fact` is the place among the facts of what did it, -1 where none of them did.

    `assumed`: the policy used these points.
    """

    entry: EntryFact | TierChangeFact
    fact: int
    assumed: bool


@dataclass(frozen=True)
class MemberTold:
    """What a program does to one member: facts and entries in the order in which they came."""

    facts: tuple[FactTold, ...]
    entries: tuple[EntryTold, ...]


def explain_member(
    compiled: Compiled,
    history: History,
    until_at: int,
    *,
    policy: Policy = OBSERVED,
    assumptions: Assumptions | None = None,
) -> MemberTold:
    """Run a program over the history of one member up to the UTC second `until_at`, and tell everything.

    Raises:
        Refusal: the codes of `policies`.
    """
    growth = growth_of(assumptions or Assumptions(), compiled.program)
    columns = Columns(compiled, apply(history, policy, compiled), until_at, growth)
    seen: dict[int, tuple[tuple[int, ...], list[int]]] = {}
    prepare, rules, tiers = functions_of(compiled)
    slots_seen, width, line_width = seen_slots(compiled), compiled.width, compiled.line_width

    def watched(o: Any, k: int, it: Any, a: int, b: int, m: Any, P: Any, out: Any) -> None:
        # a refund asks again, about what remains, with what the decision saw: the first time is the decision itself
        vector = (*o[k : k + width], *(m[slot] for slot in slots_seen))
        seen.setdefault(m[EVENT], (vector, it[a * line_width : b * line_width]))
        rules(o, k, it, a, b, m, P, out)

    loops = InLists((prepare, watched, tiers))
    run = run_through(loops, columns, until_at, keep=True)
    facts = tuple(_facts(columns, seen))
    places = {fact.event: place for place, fact in enumerate(facts)}
    rows = run.entries_of(0).tolist()
    return MemberTold(facts, tuple(_entry(columns, row, places) for row in rows if row[E_KIND] != COUNTED))


def _facts(columns: Columns, seen: Mapping[int, tuple[tuple[int, ...], list[int]]]) -> Iterator[FactTold]:
    """Yield the facts that were decided."""
    h, compiled = columns.history, columns.compiled
    rows = columns.events.tolist()
    ids = dict(zip(h.order_rows.tolist(), h.order_ids, strict=False))
    for event, (vector, lines) in seen.items():
        row = rows[event][V_REF]
        decision = explain_vector(compiled, vector, _texts(h.facts, row), lines)
        yield FactTold(event, rows[event][V_AT], decision.on, ids.get(row, ""), vector[O_NET], decision)


def _texts(facts: Facts, row: int) -> dict[str, str]:
    """Return the texts of a row of facts, as rules call them."""
    kind = facts.kind.names[facts.kind.codes[row]]
    owner = "event" if kind else "order"
    columns = {name: column for name, column in facts.attributes.items() if isinstance(column, Texts)}
    named = {
        name.partition(".")[2]: column for name, column in columns.items() if name.startswith(f"{kind or 'order'}.")
    }
    named |= {"store": facts.store, "channel": facts.channel, "brand": facts.brand}
    return {f"{owner}.{name}": column.names[column.codes[row]] for name, column in named.items()}


def _entry(columns: Columns, row: Sequence[int], places: Mapping[int, int]) -> EntryTold:
    event, stamped_at, day, kind, unit, amount, lot, ref, cause, taken_from = row
    acted = columns.events[event].tolist() if event >= 0 else None
    by_time = acted is None or stamped_at != acted[V_AT]  # time passes before its event: at midnights, as holds end
    at = stamped_at or day_start(day, columns.compiled.program.time_zone)
    entry: EntryFact | TierChangeFact
    if kind >= TIER_QUALIFIED:
        entry = TierChangeFact(day, at, ref, unit, amount, lot, KINDS[kind], by_time)
    else:
        entry = EntryFact(day, at, KINDS[kind], unit, amount, lot, ref, cause, taken_from, by_time)
    assumed = acted is not None and not by_time and acted[V_KIND] == REDEEM_SHARE
    return EntryTold(entry, NOWHERE if by_time else places.get(event, NOWHERE), assumed)
