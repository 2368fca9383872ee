"""`shuke members`: what becomes of members."""

from typing import TYPE_CHECKING

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import session, times
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.terminal import result, scaled, table, words

if TYPE_CHECKING:
    from uuid import UUID

    from shuke.rooms.members.contracts import MergeRecord

_HEADS = (("from", "从"), ("to", "到"), ("why", "原因"), ("by", "操作人"))


def status(member: str, wanted: str, reason: str, *, give_up_value: bool, as_json: bool) -> None:
    """Give a member another status where one is named, and show how it changed so far."""
    with session.opened():
        from shuke.foundation import ids
        from shuke.rooms.members import facade as members
        from shuke.rooms.members.contracts import ID_PREFIX, Status
        from shuke.rooms.programs import facade as programs

        id = found(member)
        if wanted:
            if wanted not in set(Status):
                raise Refusal("status_not_allowed", f"There is no status {wanted}.")
            programs.set_status(id, Status(wanted), reason, actor(), give_up_value=give_up_value)
        history, here = members.status_history(id), times.zone()
        changes = [
            {
                "at": change.at.isoformat(),
                "before": change.before.value,
                "after": change.after.value,
                "reason": change.reason,
                "by": change.actor.label,
            }
            for change in history
        ]
        now = members.get(id).status.value
        data = {"id": ids.encode(ID_PREFIX, id), "status": now, "changes": changes}
        heads = [times.when(here), *(words(*pair) for pair in _HEADS)]
        cells = [
            (times.clock_time(change.at, here), *list(row.values())[1:])
            for change, row in zip(history, changes, strict=True)
        ]
        lines = table(heads, cells) if changes else []
        result(data, [f"{data['id']} {now}", *lines], as_json=as_json)


def merge(survivor: str, sources: list[str], reason: str, *, dry_run: bool, as_json: bool) -> None:
    """Let members live on in another one, or say what that would come to."""
    with session.opened():
        from shuke.foundation.transactions import unit_of_work
        from shuke.rooms.programs import facade as programs

        with unit_of_work(dry_run=dry_run):
            record = programs.merge_members(found(survivor), [found(one) for one in sources], reason, actor())
            _tell(record, dry_run=dry_run, as_json=as_json)


def unmerge(id: str, reason: str, *, as_json: bool) -> None:
    """Take a merge apart."""
    with session.opened():
        from shuke.foundation import ids
        from shuke.rooms.members.contracts import MERGE_PREFIX
        from shuke.rooms.programs import facade as programs

        record = programs.unmerge_members(ids.decode(MERGE_PREFIX, id), reason, actor())
        _tell(record, dry_run=False, as_json=as_json)


def _tell(record: "MergeRecord", *, dry_run: bool, as_json: bool) -> None:
    from shuke.foundation import ids
    from shuke.rooms.members.contracts import ID_PREFIX, MERGE_PREFIX
    from shuke.rooms.points import facade as points
    from shuke.rooms.programs import facade as programs

    scales = {unit.code: unit.scale for unit in points.all_units()}
    standing = programs.standings([record.survivor_id]).get(record.survivor_id)
    moved = [
        {"member": ids.encode(ID_PREFIX, each.member_id), "unit": each.unit, "lots": each.lots, "points": each.points}
        for each in programs.moved_by_merge(record)
    ]
    data = {
        "id": ids.encode(MERGE_PREFIX, record.id),
        "survivor": ids.encode(ID_PREFIX, record.survivor_id),
        "sources": [ids.encode(ID_PREFIX, one) for one in record.source_ids],
        "undone_at": record.undone_at.isoformat() if record.undone_at else None,
        "moved": moved,
        "balances": {each.unit: each.available for each in standing.balances} if standing else {},
        "tiers": {each.ladder: each.code for each in standing.tiers} if standing else {},
        "dry_run": dry_run,
    }
    arrow = "→" if record.undone_at is None else "×"
    head = f"{data['id']}  {' '.join(data['sources'])} {arrow} {data['survivor']}"
    lines = [words(f"{head} (dry run)", f"{head}（试算）") if dry_run else head]
    if moved:
        heads = [words(*pair) for pair in (("member", "会员"), ("unit", "单位"), ("lots", "批次"), ("points", "积分"))]
        rows = [each | {"points": scaled(each["points"], scales[each["unit"]])} for each in moved]
        lines += table(heads, [tuple(row.values()) for row in rows])
    balances = {unit: scaled(amount, scales[unit]) for unit, amount in data["balances"].items()}
    for name, figures in ((words("balances", "余额"), balances), (words("tiers", "等级"), data["tiers"])):
        lines += [f"{name}: " + ", ".join(f"{code} {figure}" for code, figure in figures.items())] if figures else []
    result(data, lines, as_json=as_json)


def found(member: str) -> "UUID":
    """Return whom an id, a phone, or SOURCE/EXTERNAL_ID names.

    Raises: Refusal `unknown_member`, `invalid_id`.
    """
    from shuke.foundation import ids
    from shuke.rooms.members import facade as members
    from shuke.rooms.members.contracts import ID_PREFIX, ExternalId, MemberRef

    source, slash, external_id = member.partition("/")
    if member.startswith(f"{ID_PREFIX}_"):
        return members.find(MemberRef(id=ids.decode(ID_PREFIX, member))).id
    if slash:
        return members.find(MemberRef(external=ExternalId(source, external_id))).id
    return members.find(MemberRef(phone=member)).id
