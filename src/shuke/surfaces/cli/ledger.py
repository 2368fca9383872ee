"""`shuke verify-ledger`, `seal` and `explain`: the ledger checked and sealed, an entry or an order accounted for."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import session, times
from shuke.surfaces.cli.terminal import Exit, in_chinese, result, table, words

if TYPE_CHECKING:
    from shuke.rooms.programs.contracts import Explanation


def verify(*, since_seal: bool, as_json: bool) -> int:
    """Check the ledger and print every violation; exit code 4 when there is one."""
    with session.opened():
        return report(since_seal=since_seal, as_json=as_json)


def report(*, since_seal: bool = False, as_json: bool, more: Mapping[str, Any] | None = None) -> int:
    """Check the ledger of the open deployment, print every violation, and return the exit code.

    `more` stands before the result where that is JSON.
    """
    from shuke.foundation import verification_words
    from shuke.rooms.programs import facade as programs

    language = words("en", "zh")
    verifications = programs.verify_all(since_seal=since_seal)
    laws = [law for each in verifications for law in each.checked]
    unchecked = [law for each in verifications for law in each.unchecked]
    broken = [violation for each in verifications for violation in each.violations]
    data = {
        **(more or {}),
        "ok": not broken,
        "checked": [{"id": law.id, "sentence": law.sentence} for law in laws],
        "unchecked": [{"id": law.id, "sentence": law.sentence} for law in unchecked],
        "violations": [
            {"invariant": each.invariant, "holder": _member(each.holder_id), "detail": each.detail} for each in broken
        ],
    }
    counts = {law.id: sum(each.invariant == law.id for each in broken) for law in laws}
    told = {law.id: verification_words.law(law.id, law.sentence, language) for law in [*laws, *unchecked]}
    rows = [("✗" if counts[law.id] else "✓", law.id, told[law.id]) for law in laws]
    rows += [("–", law.id, words(f"not looked at: {told[law.id]}", f"未核对：{told[law.id]}")) for law in unchecked]
    lines = table(("", "", ""), rows)[1:]
    lines += [
        f"{each.invariant}  {_member(each.holder_id) or ''}  {verification_words.violation(each.detail, language)}"
        for each in broken
    ]
    lines.append(
        words(f"{len(broken)} violations", f"发现 {len(broken)} 处违反")
        if broken
        else words("What was looked at holds.", "已核对的部分无误。")
        if unchecked
        else words("The ledger holds.", "账本无误。")
    )
    result(data, lines, as_json=as_json)
    return Exit.VIOLATED if broken else Exit.OK


def seal(*, as_json: bool) -> None:
    """Seal what the ledger has gained since the last seal, and print the seal."""
    with session.opened():
        from shuke.rooms.programs import facade as programs

        made = programs.seal()
        if made is None:
            result({"seal": None}, [words("Nothing new to seal.", "没有新的分录需要封存。")], as_json=as_json)
            return
        digest = made.digest.hex()
        line = words(
            f"Seal {made.number}: {made.entries:,} entries of {made.accounts:,} accounts, {digest}",
            f"第 {made.number} 号封存：{made.accounts:,} 个账户的 {made.entries:,} 笔分录，{digest}",
        )
        data = {"number": made.number, "accounts": made.accounts, "entries": made.entries, "digest": digest}
        result({"seal": data}, [line], as_json=as_json)


def explain(id: str, *, as_json: bool) -> None:
    """Say why an entry or an order is as it is, or where a member stands on every ladder.

    Raises: Refusal `invalid_id`, `unknown_order`, `unknown_entry`, `unknown_member`, `not_enrolled`, `no_program`.
    """
    with session.opened():
        if id.startswith("mbr_"):
            _explain_standing(id, as_json=as_json)
            return
        found = _explanation(id)
        result(_data(found), _sentences(found), as_json=as_json)


def _explanation(id: str) -> "Explanation":
    from shuke.foundation import business_keys, ids
    from shuke.rooms.points.contracts import EntryKey
    from shuke.rooms.programs import facade as programs

    if id.startswith("ent_"):
        return programs.explain_entry(EntryKey.of(id))
    source, slash, external_id = id.partition("/")
    if not slash:
        return programs.explain_order(ids.decode("ord", id))
    order_id = business_keys.find(source, "order", external_id)
    if order_id is None:
        raise Refusal("unknown_order", "There is no such order.")
    return programs.explain_order(order_id)


def _sentences(found: "Explanation") -> list[str]:
    from shuke.rooms.programs import facade as programs

    lines = []
    if found.version is not None:
        lines.append(words(f"{found.program}, version {found.version}", f"{found.program} 第 {found.version} 版"))
    if found.order is not None:
        at = times.local(found.order.occurred_at)
        net = _money(found.order.net_minor, found.order.currency)
        lines.append(
            words(f"Order {found.order.source}/{found.order.external_id} of {at}, net {net}.",
                  f"订单 {found.order.source}/{found.order.external_id}，{at}，实付 {net}。")
        )  # fmt: skip
    return lines + programs.told(found, words("en", "zh"))


def _explain_standing(id: str, *, as_json: bool) -> None:
    from shuke.core.program.wording import render_ladder
    from shuke.engine.explanation import EN_LABELS, ZH_LABELS
    from shuke.rooms.programs import facade as programs
    from shuke.surfaces.cli.members import found

    standing = programs.standing(found(id))
    labels = ZH_LABELS if in_chinese() else EN_LABELS
    data, lines = [], []
    for tier in standing.tiers:
        said = render_ladder(tier.reason, words("en", "zh"), labels) if tier.reason else []
        until = tier.until.isoformat() if tier.until else None
        data.append({"ladder": tier.ladder, "tier": tier.code, "until": until, "projected": tier.projected,
                     "sentences": said})  # fmt: skip
        end = words(f"to {until}", f"至 {until}") if until else words("without end", "长期")
        lines += [words(f"{tier.ladder_name}: {tier.name}, {end}", f"{tier.ladder_name}：{tier.name}，{end}"), *said]
    result({"member": id, "tiers": data}, lines, as_json=as_json)


def _data(found: "Explanation") -> dict[str, Any]:
    decision = found.decision
    return {
        "program": found.program,
        "version": found.version,
        "member": _member(found.member_id),
        "entry": found.entry.key.id if found.entry else None,
        "kind": found.entry.kind.value if found.entry else None,
        "cause": _cause(found),
        "order": f"{found.order.source}/{found.order.external_id}" if found.order else None,
        "tier_before": found.tier_before,
        "tier_after": found.tier_after,
        "late": found.late,
        "effective_at": found.effective_at.isoformat() if found.effective_at else None,
        "units": [
            {"unit": unit.unit, "exact": str(unit.exact), "points": str(Fraction(unit.points, 10**unit.scale))}
            for unit in (decision.units if decision else ())
        ],
        "lots": [
            {"number": story.lot.number, "points": story.points, "earned_at": story.lot.earned_at.isoformat()}
            for story in found.lots
        ],
        "sentences": _sentences(found),
    }


def _cause(found: "Explanation") -> dict[str, str] | None:
    cause = found.cause
    if cause is None:
        return None
    return {"kind": cause.kind, "name": f"{cause.source}/{cause.external_id}", "note": cause.note}


def _money(minor: int, currency: str) -> str:
    from shuke.core.values.currencies import CURRENCY_DIGITS

    digits = CURRENCY_DIGITS.get(currency, 0)
    major, rest = divmod(minor, 10**digits)
    return f"{currency} {major:,}" + (f".{rest:0{digits}d}" if digits else "")


def _member(member_id: Any) -> str | None:
    from shuke.foundation import ids
    from shuke.rooms.members.contracts import ID_PREFIX

    return ids.encode(ID_PREFIX, member_id) if member_id else None
