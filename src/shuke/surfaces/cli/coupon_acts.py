"""What `shuke coupons` does, and how it says what came of it."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import session, times
from shuke.surfaces.cli.members import found
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.terminal import result, table, words

if TYPE_CHECKING:
    from shuke.rooms.coupons.contracts import Batch, Template

_Choice = TypeVar("_Choice", bound=StrEnum)
_HEADS = (
    ("code", "代码"), ("name", "名称"), ("state", "状态"), ("issued", "已发放"), ("used", "已使用"), ("left", "余量"),
)  # fmt: skip


def create(code: str, name: str, kind: str, offer: str, told: dict[str, Any], *, dry_run: bool, as_json: bool) -> None:
    with session.opened():
        from shuke.engine.schema import ProgramErrors
        from shuke.foundation.transactions import unit_of_work
        from shuke.rooms.coupons.contracts import Codes, Kind, MemberLimit, TemplateDraft, Validity
        from shuke.rooms.programs import facade as programs

        days, limit, codes = (told.pop(name) for name in ("days", "per_member", "codes"))
        draft = TemplateDraft(
            code=code,
            name=name,
            kind=_choice(Kind, kind, "/kind"),
            offer=offer,
            time_zone=str(times.zone()),
            codes=_choice(Codes, codes, "/codes"),
            validity=Validity(days=days),
            per_member=None if limit is None else MemberLimit(limit),
            **told,
        )
        try:
            with unit_of_work(dry_run=dry_run):
                made = programs.create_coupon_template(draft, actor())
        except ProgramErrors as errors:
            raise errors.refusals[0] from errors
        _tell([made], as_json=as_json, alone=True)


def list_all(*, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.coupons import facade as coupons

        _tell(list(coupons.templates()), as_json=as_json)


def set_state(code: str, to: str, *, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.coupons import facade as coupons
        from shuke.rooms.coupons.contracts import TemplateChange, TemplateState

        known, state = coupons.template_by_code(code), _choice(TemplateState, to, "/to")
        _tell([coupons.change_template(known.id, TemplateChange(state=state), actor())], as_json=as_json, alone=True)


def give(code: str, member: str, reason: str, *, as_json: bool) -> None:
    with session.opened():
        from shuke.foundation import clock, ids
        from shuke.rooms.coupons import facade as coupons
        from shuke.rooms.coupons.contracts import Cause, IssueFact

        key = ids.encode("cli", ids.new_id())
        told = IssueFact("cli", key, code, found(member), Cause.GOODWILL, clock.business_now())
        given = coupons.give_by_hand(told, reason, actor())
        data = {"code": given.code, "template": given.template_code, "ends_at": given.ends_at}
        result(data, [f"{given.code}  {given.name}"], as_json=as_json)


def of_member(member: str, *, as_json: bool) -> None:
    with session.opened():
        from shuke.foundation import clock
        from shuke.rooms.coupons import facade as coupons

        rows = [
            {
                "code": held.code,
                "name": held.name,
                "state": held.state.value,
                "ends_at": held.ends_at.isoformat() if held.ends_at else None,
                "refused": held.refused.value if held.refused else None,
                "given_for": f"{held.given_for.source} {held.given_for.external_id}" if held.given_for else None,
            }
            for held in coupons.of_member(found(member), clock.business_now())
        ]
        pairs = ("code", "券码"), ("name", "名称"), ("state", "状态"), ("until", "有效期至"), ("why not", "不可用原因")
        pairs += (("given for", "因何获得"),)
        heads = [words(*pair) for pair in pairs]
        result(rows, table(heads, [tuple(value or "–" for value in row.values()) for row in rows]), as_json=as_json)


def push(code: str, name: str, tags: list[str], tier: str | None, *, dry_run: bool, as_json: bool) -> None:
    with session.opened():
        from shuke.foundation import ids
        from shuke.rooms.coupons import facade as coupons
        from shuke.rooms.coupons.contracts import Audience
        from shuke.rooms.members.contracts import ID_PREFIX
        from shuke.rooms.programs import facade as programs

        template, audience = coupons.template_by_code(code), Audience(tuple(tags), tier)
        if not dry_run:
            _tell_batch(programs.push_coupons(template.id, audience, name, actor()), as_json=as_json)
            return
        told = programs.reckon_push(template.id, audience)
        data = asdict(told) | {"sample": [ids.encode(ID_PREFIX, id) for id in told.sample]}
        lines = [
            words(f"members {told.members:,}", f"会员 {told.members:,}"),
            words(f"coupons {told.coupons:,}", f"发放 {told.coupons:,}"),
        ]
        result(data, lines, as_json=as_json)


def fill(code: str, count: int, *, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.coupons import facade as coupons

        template = coupons.template_by_code(code)
        _tell_batch(coupons.make_codes(template.id, count, template.draft.name, actor()), as_json=as_json)


def import_file(code: str, file: str, *, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.coupons import facade as coupons

        try:
            lines = Path(file).read_text(encoding="utf-8-sig").splitlines()
        except (OSError, ValueError) as error:
            raise Refusal("file_unreadable", f"{file} cannot be read.", params={"path": file}) from error
        codes = [text for line in lines if (text := line.split(",")[0].strip().strip('"'))]
        template = coupons.template_by_code(code)
        _tell_batch(coupons.import_codes(template.id, codes, Path(file).name, actor()), as_json=as_json)


def export(batch: str) -> None:
    with session.opened():
        from shuke.foundation import ids
        from shuke.rooms.coupons import facade as coupons
        from shuke.rooms.coupons.contracts import BATCH_PREFIX

        known = coupons.batch(ids.decode(BATCH_PREFIX, batch))
        print("code,state")
        for code, state in coupons.codes_of_batch(known.id):
            print(f"{code},{state}")


def recall(code: str, reason: str, *, dry_run: bool, as_json: bool) -> None:
    with session.opened():
        from shuke.foundation.transactions import unit_of_work
        from shuke.rooms.coupons import facade as coupons

        with unit_of_work(dry_run=dry_run):
            report = coupons.recall_template(coupons.template_by_code(code).id, reason, actor())
        pairs = ("recalled", "已收回"), ("used", "已使用"), ("locked", "被订单锁定"), ("expired", "已过期")
        lines = [f"{words(*pair)} {getattr(report, pair[0]):,}" for pair in pairs]
        result(asdict(report), lines, as_json=as_json)


def _tell(templates: "list[Template]", *, as_json: bool, alone: bool = False) -> None:
    rows = [
        {
            "code": each.draft.code,
            "name": each.draft.name,
            "state": each.state.value,
            "issued": each.issued,
            "used": each.uses,
            "left": each.left,
        }
        for each in templates
    ]
    cells = [tuple("–" if value is None else value for value in row.values()) for row in rows]
    result(rows[0] if alone else rows, table([words(*pair) for pair in _HEADS], cells), as_json=as_json)


def _tell_batch(batch: "Batch", *, as_json: bool) -> None:
    from shuke.foundation import ids
    from shuke.rooms.coupons.contracts import BATCH_PREFIX

    data = {
        "id": ids.encode(BATCH_PREFIX, batch.id),
        "state": batch.state.value,
        "wanted": batch.wanted,
        "made": batch.made,
        "skipped": dict(batch.skipped),
    }
    lines = [f"{data['id']}  {batch.made:,} / {batch.wanted:,}  {batch.state.value}"]
    lines += [f"{code} {count:,}" for code, count in batch.skipped.items()]
    result(data, lines, as_json=as_json)


def _choice(choices: type[_Choice], text: str, pointer: str) -> _Choice:
    if text not in [*choices]:
        known = ", ".join(choices)
        raise Refusal("unknown_choice", f"One of these: {known}.", pointer=pointer, params={"found": text})
    return choices(text)
