"""`shuke points`, `refunds`, `behaviours` and `tiers`: one fact through the one write path, and what came of it."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import session, times
from shuke.surfaces.cli.members import found
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.terminal import result, scaled, table, words

if TYPE_CHECKING:
    from shuke.rooms.members.contracts import MemberRef
    from shuke.rooms.org.contracts import Approval
    from shuke.rooms.programs.contracts import Fact, Passed, Result

SOURCE = "cli"


@dataclass(frozen=True, slots=True)
class How:
    """How a fact is recorded: under which name, when it happened, whether only tried, how far it looks ahead."""

    name: str | None
    at: str | None
    now: str | None
    dry_run: bool
    as_json: bool

    @property
    def occurred_at(self) -> datetime | None:
        return times.instant(self.at)

    def key(self) -> tuple[str, str]:
        """Return (source, external id) as told, or new ones."""
        from shuke.foundation import ids

        return pair(self.name) if self.name else (SOURCE, ids.encode("cli", ids.new_id()))


def adjust(
    member: str, points: int, reason: str, unit: str | None, expires_on: str | None, *, ask: bool, how: How
) -> None:
    def fact() -> "Fact":
        from shuke.rooms.programs.contracts import AdjustFact

        ends, at = times.day(expires_on), how.occurred_at
        return AdjustFact(*how.key(), _member(member), points, reason, unit, ends, at)

    def run(made: "Fact") -> "Result | Approval":
        from shuke.rooms.programs import facade as programs
        from shuke.rooms.programs.contracts import AdjustFact

        assert isinstance(made, AdjustFact)
        return programs.adjust(made, actor(), None, ask=ask, history=True)

    _carry_out("adj", fact, how, run)


def transfer(member: str, to: str, points: int, unit: str | None, how: How) -> None:
    def fact() -> "Fact":
        from shuke.rooms.programs.contracts import TransferFact

        return TransferFact(*how.key(), _member(member), _member(to), points, unit, how.occurred_at)

    _carry_out("trf", fact, how)


def redeem(member: str, points: int, unit: str | None, order: str | None, how: How) -> None:
    def fact() -> "Fact":
        from shuke.rooms.programs.contracts import RedeemFact

        paid = pair(order) if order else None
        return RedeemFact(*how.key(), _member(member), points, unit, how.occurred_at, order=paid)

    _carry_out("rdm", fact, how)


def give_back(redemption: str, points: int | None, how: How) -> None:
    def fact() -> "Fact":
        from shuke.rooms.programs.contracts import ReturnFact

        return ReturnFact(*how.key(), _named(redemption, "redemption", "rdm"), points, how.occurred_at)

    _carry_out("ret", fact, how)


def hold(member: str, points: int, until: str, unit: str | None, how: How) -> None:
    def fact() -> "Fact":
        from shuke.rooms.programs.contracts import HoldFact

        end = times.instant(until)
        assert end is not None
        return HoldFact(*how.key(), _member(member), points, end, unit, how.occurred_at)

    _carry_out("hld", fact, how)


def capture(hold: str, points: int | None, how: How) -> None:
    def fact() -> "Fact":
        from shuke.rooms.programs.contracts import CaptureFact

        return CaptureFact(*how.key(), _named(hold, "hold", "hld"), points, how.occurred_at)

    _carry_out("cap", fact, how)


def release(hold: str, how: How) -> None:
    def fact() -> "Fact":
        from shuke.rooms.programs.contracts import ReleaseFact

        return ReleaseFact(*how.key(), _named(hold, "hold", "hld"), how.occurred_at)

    _carry_out("rel", fact, how)


def open_lot(
    member: str, points: int, unit: str | None, expires_on: str | None, earned_on: str | None, how: How
) -> None:
    def fact() -> "Fact":
        from shuke.rooms.programs.contracts import OpeningFact

        ends, earned = times.day(expires_on), times.day(earned_on)
        return OpeningFact(*how.key(), _member(member), points, unit, ends, earned, how.occurred_at)

    _carry_out("opn", fact, how)


def refund(order: str, net_minor: int | None, lines: list[str], how: How) -> None:
    def fact() -> "Fact":
        from shuke.rooms.orders.contracts import RefundLine
        from shuke.rooms.programs.contracts import RefundFact

        taken = tuple(RefundLine(*_numbers(line)) for line in lines)
        return RefundFact(*how.key(), _order(order), how.occurred_at, taken, net_minor)

    _carry_out("rfd", fact, how)


def behave(
    member: str, kind: str, attributes: list[str], order: str | None, store: str, channel: str, how: How
) -> None:
    def fact() -> "Fact":
        from shuke.rooms.programs.contracts import BehaviourFact

        told = dict(_attribute(each) for each in attributes)
        about = pair(order) if order else None
        return BehaviourFact(*how.key(), _member(member), kind, how.occurred_at, store, channel, told, about)

    _carry_out("bhv", fact, how)


def assign(
    member: str, tier: str, reason: str, until: str | None, ladder: str | None, *, exactly: bool, how: How
) -> None:
    def fact() -> "Fact":
        from shuke.rooms.programs.contracts import TierFact

        return TierFact(*how.key(), _member(member), tier, reason, times.day(until), ladder, exactly, how.occurred_at)

    _carry_out("tch", fact, how)


def history(member: str, *, as_json: bool) -> None:
    """Print where a member stands on every ladder and how that came about, the latest change first."""
    with session.opened():
        from shuke.rooms.programs import facade as programs
        from shuke.rooms.tiers import facade as tiers

        id = found(member)
        standing = programs.standing(id)
        program_id = programs.current(standing.program).program_id
        changes = [
            (change, held.ladder)
            for held in standing.tiers
            for change in reversed(tiers.history(id, program_id, held.ladder))
        ]
        changes.sort(key=lambda each: each[0].occurred_at, reverse=True)
        rows = [
            {
                "at": change.occurred_at.isoformat(),
                "ladder": ladder,
                "before": change.before.code if change.before else None,
                "after": change.after.code,
                "reason": change.reason.value,
                "why": programs.why(change, words("en", "zh")),
            }
            for change, ladder in changes
        ]
        here = times.zone()
        heads = (
            times.when(here),
            words("ladder", "等级体系"),
            words("from", "从"),
            words("to", "到"),
            words("why", "原因"),
        )
        cells = [
            (
                times.clock_time(change.occurred_at, here),
                *(row[name] or "–" for name in ("ladder", "before", "after", "why")),
            )
            for (change, ladder), row in zip(changes, rows, strict=True)
        ]
        result(rows, table(heads, cells) if cells else [], as_json=as_json)


def _carry_out(
    prefix: str,
    fact: "Callable[[], Fact]",
    how: How,
    run: "Callable[[Fact], Result | Approval] | None" = None,
) -> None:
    """Record a fact, or only try it, and print what came of it."""
    if how.now is not None and not how.dry_run:
        raise Refusal("now_needs_dry_run", "--now looks ahead in a dry run only; add --dry-run.")
    with session.opened():
        from shuke.foundation import clock
        from shuke.foundation.transactions import unit_of_work
        from shuke.rooms.org.contracts import Approval
        from shuke.rooms.programs import facade as programs

        with unit_of_work(dry_run=True) if how.dry_run else nullcontext():
            ahead = times.instant(how.now)
            since = clock.imagine_business_clock(ahead) if ahead else None
            done = (run or _record)(fact())
            if isinstance(done, Approval):
                _print_approval(done, how)
                return
            passed = programs.let_pass(done.member_id, since) if since and done.member_id else None
            _print(prefix, done, passed, how)


def _record(fact: "Fact") -> "Result":
    from shuke.rooms.programs import facade as programs

    (done,) = programs.record([fact], actor(), history=True)
    if done.refusal is not None:
        raise done.refusal
    return done


def _print(prefix: str, done: "Result", passed: "Passed | None", how: How) -> None:
    from shuke.foundation import ids
    from shuke.rooms.members.contracts import ID_PREFIX
    from shuke.rooms.points import facade as points

    scales = {unit.code: unit.scale for unit in points.all_units()}
    data: dict[str, Any] = {
        "status": done.status.value,
        "id": ids.encode(prefix, done.reference) if done.reference else None,
        "member": ids.encode(ID_PREFIX, done.member_id) if done.member_id else None,
        "undecided": done.undecided.value if done.undecided else None,
        "points": dict(done.points or {}),
        "milestones": dict(done.milestones),
        "balances": dict(done.balances or {}),
        "owed": dict(done.owed or {}),
        "entries": [entry.id for entry in done.entries],
        "dry_run": how.dry_run,
    }
    status = {"recorded": words("recorded", "已记录"), "repeated": words("recorded before", "此前已记录")}
    state = words("parked until its order comes", "待订单到达") if data["undecided"] == "parked" else data["undecided"]
    head = " ".join(filter(None, (data["id"], status.get(data["status"]), state)))
    lines = [words(f"{head} (dry run)", f"{head}（试算）") if how.dry_run else head]
    for unit, amount in data["points"].items():
        moved, left = scaled(amount, scales[unit]), scaled(data["balances"].get(unit, 0), scales[unit])
        lines.append(words(f"{unit}: {moved}, usable after it {left}", f"{unit}：{moved}，之后可用 {left}"))
    for unit, amount in data["milestones"].items():
        more = scaled(amount, scales[unit])
        lines.append(words(f"{unit} by milestones besides: {more}", f"{unit} 另由里程碑发放：{more}"))
    for unit, debt in data["owed"].items():
        lines.append(words(f"{unit} owed: {scaled(debt, scales[unit])}", f"{unit} 欠分：{scaled(debt, scales[unit])}"))
    if passed is not None:
        data["passed"], more = _told(passed, scales)
        lines += more
    result(data, lines, as_json=how.as_json)


def _told(passed: "Passed", scales: dict[str, int]) -> tuple[dict[str, Any], list[str]]:
    """Return what time did, as data and as lines."""
    from shuke.rooms.points import facade as points

    codes = {unit.id: unit.code for unit in points.all_units()}
    standing = passed.standing
    entries = [
        {"at": each.occurred_at.isoformat(), "kind": each.kind.value, "unit": codes[each.key.unit_id],
         "amount": each.amount}
        for each in passed.entries
    ]  # fmt: skip
    changes = [
        {"at": each.occurred_at.isoformat(), "before": each.before.code if each.before else None,
         "after": each.after.code, "reason": each.reason.value}
        for each in passed.tier_changes
    ]  # fmt: skip
    balances = {each.unit: each.available for each in standing.balances}
    tiers = {each.ladder: each.code for each in standing.tiers}
    at, here = standing.at.isoformat(), times.zone()
    lines = [
        f"{times.clock_time(each.occurred_at, here)}  {row['unit']} {row['kind']} "
        f"{scaled(row['amount'], scales[row['unit']])}"
        for each, row in zip(passed.entries, entries, strict=True)
    ]
    lines += [
        f"{times.clock_time(each.occurred_at, here)}  {row['before']} → {row['after']}  {row['reason']}"
        for each, row in zip(passed.tier_changes, changes, strict=True)
    ]
    usable = ", ".join(f"{unit} {scaled(amount, scales[unit])}" for unit, amount in balances.items())
    held = ", ".join(tiers.values())
    told = times.local(standing.at)
    lines.append(words(f"At {told}: {usable}; {held}", f"{told}：{usable}；{held}"))
    return {"as_of": at, "entries": entries, "tier_changes": changes, "balances": balances, "tiers": tiers}, lines


def _print_approval(approval: "Approval", how: How) -> None:
    from shuke.foundation import ids
    from shuke.rooms.org.contracts import APPROVAL_PREFIX

    id = ids.encode(APPROVAL_PREFIX, approval.id)
    data = {"status": "waits", "approval": id, "summary": dict(approval.summary), "dry_run": how.dry_run}
    result(data, [words(f"{id} waits for somebody's yes.", f"{id} 等待审批。")], as_json=how.as_json)


def _member(member: str) -> "MemberRef":
    from shuke.rooms.members.contracts import MemberRef

    return MemberRef(id=found(member))


def _order(order: str) -> tuple[str, str]:
    """Return the name of an order; one that is named by its source may be unknown yet."""
    from shuke.foundation import ids
    from shuke.rooms.orders import facade as orders

    if not order.startswith("ord_"):
        return pair(order)
    known = orders.get(ids.decode("ord", order))
    return known.source, known.external_id


def _named(text: str, kind: str, prefix: str) -> tuple[str, str]:
    """Return the name of a fact, told by its id or by the name itself."""
    from shuke.foundation import business_keys, ids

    if not text.startswith(f"{prefix}_"):
        return pair(text)
    reference = ids.decode(prefix, text)
    name = business_keys.names([reference]).get(reference)
    if name is None or name.kind != kind:
        raise Refusal("unknown_fact_id", f"There is nothing under {text}.", params={"id": text})
    return name.source, name.external_id


def pair(text: str) -> tuple[str, str]:
    source, slash, external_id = text.partition("/")
    if not (source and slash and external_id):
        detail = f"{text} is not of the form SOURCE/EXTERNAL_ID."
        raise Refusal("name_invalid", detail, params={"text": text})
    return source, external_id


def _numbers(line: str) -> tuple[int, int, int]:
    parts = line.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        detail = f"{line} is not of the form NUMBER:QUANTITY:NET_MINOR, such as 2:1:800."
        raise Refusal("line_invalid", detail, params={"text": line})
    number, quantity, net_minor = map(int, parts)
    return number, quantity, net_minor


def _attribute(text: str) -> tuple[str, int | str | bool]:
    """Read CODE=VALUE: a whole number, true or false, else a text."""
    code, equals, value = text.partition("=")
    if not (code and equals):
        raise Refusal("attribute_invalid", f"{text} is not of the form CODE=VALUE.", params={"text": text})
    if value in {"true", "false"}:
        return code, value == "true"
    digits = value.removeprefix("-")
    return code, int(value) if digits.isascii() and digits.isdigit() else value
