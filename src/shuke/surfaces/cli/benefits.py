"""`shuke benefits`: the catalogue as a file, what members have and use, requests, and the balance sheet."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import session, times
from shuke.surfaces.cli.members import found
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.programs import judged, read
from shuke.surfaces.cli.terminal import Exit, in_chinese, result, scaled, table, words

if TYPE_CHECKING:
    from uuid import UUID

    from shuke.rooms.benefits.contracts import Entitlement, Request, Sheet, SheetRow, Use

SOURCE = "cli"
DAYS = 90


def apply(file: str, *, dry_run: bool, as_json: bool) -> int:
    """Put a file in force, or say what that would change."""
    text = read(file)
    with session.opened():
        from dataclasses import asdict

        from shuke.foundation.transactions import unit_of_work
        from shuke.rooms.benefits import facade as benefits
        from shuke.rooms.programs import facade as programs
        from shuke.surfaces.wording import benefit_words

        wanted = judged(file, lambda: benefits.read_file(text), as_json=as_json)
        if wanted is None:
            return Exit.FAILED
        if dry_run:
            with unit_of_work(dry_run=True):
                changed = programs.apply_benefits(wanted, actor())
        else:
            changed = programs.apply_benefits(wanted, actor())
        lines = [benefit_words.difference(each, _language()) for each in changed]
        data = {"applied": not dry_run and bool(changed), "differences": [asdict(each) for each in changed]}
        result(data, lines or [words("Nothing changes.", "没有变化。")], as_json=as_json)
    return Exit.OK


def show(*, as_json: bool) -> None:
    """Print the catalogue."""
    with session.opened():
        from dataclasses import asdict

        from shuke.rooms.benefits import facade as benefits

        catalogue = benefits.catalogue()
        result(asdict(catalogue), [benefits.written(catalogue).rstrip()], as_json=as_json)


def of(member: str, *, ended: bool, as_json: bool) -> None:
    """Print what a member has."""
    with session.opened():
        from shuke.rooms.benefits import facade as benefits
        from shuke.surfaces.wording import benefit_words

        held = benefits.of_member(_member(member), ended=ended)
        heads = (
            words("benefit", "权益"),
            words("by", "来源"),
            words("state", "状态"),
            words("quota", "限次"),
            words("left", "剩余"),
            words("until", "截止"),
        )
        cells = [
            (
                f"{each.benefit.name(_language())} ({each.benefit.code})",
                benefit_words.cause(each, _language()),
                benefit_words.word(each.state, _language()),
                benefit_words.of_benefit(each.benefit, each.quota, _language()) or "–",
                "–" if each.left is None else each.left,
                _day(each.until_day) or "–",
            )
            for each in held
        ]
        result([_told(each) for each in held], table(heads, cells), as_json=as_json)


def use(member: str, benefit: str, quantity: int, note: str, name: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Use a benefit."""
    with session.opened():
        from shuke.foundation import ids
        from shuke.foundation.transactions import unit_of_work
        from shuke.rooms.benefits import facade as benefits
        from shuke.rooms.benefits.contracts import UseFact
        from shuke.surfaces.cli.movements import pair

        source, external_id = pair(name) if name else (SOURCE, ids.encode("cli", ids.new_id()))
        fact = UseFact(source, external_id, _member(member), benefit, quantity, note)
        if dry_run:
            with unit_of_work(dry_run=True):
                _print_use(benefits.use(fact, actor()), as_json=as_json)
        else:
            _print_use(benefits.use(fact, actor()), as_json=as_json)


def undo(member: str, use_id: str, reason: str, *, as_json: bool) -> None:
    """Undo a use."""
    with session.opened():
        from shuke.foundation import ids
        from shuke.rooms.benefits import facade as benefits
        from shuke.rooms.benefits.contracts import USE_PREFIX

        done = benefits.undo(_member(member), ids.decode(USE_PREFIX, use_id), reason, actor())
        _print_use(done, as_json=as_json)


def sheet(since: str | None, until: str | None, *, as_json: bool) -> None:
    """Print the balance sheet."""
    with session.opened():
        from shuke.foundation import clock
        from shuke.rooms.programs import facade as programs

        last = times.day(until) or clock.business_now().astimezone(times.zone()).date()
        first = times.day(since) or last - timedelta(days=DAYS - 1)
        made = programs.benefit_sheet(first, last)
        result(_sheet_data(made), _sheet_lines(made), as_json=as_json)


def requests(*, closed: bool, as_json: bool) -> None:
    """Print requests."""
    with session.opened():
        from shuke.foundation import cursors
        from shuke.rooms.benefits import facade as benefits
        from shuke.rooms.benefits.contracts import OPEN_STAGES, Stage
        from shuke.surfaces.wording import benefit_words

        stages = [stage for stage in Stage if (stage in OPEN_STAGES) is not closed]
        every = cursors.pages(lambda cursor: benefits.requests(stages, 200, cursor))
        found_ones = [request for page in every for request in page.requests]
        here = times.zone()
        heads = (
            words("id", "编号"),
            words("stage", "阶段"),
            words("benefit", "权益"),
            words("wish", "要求"),
            words(f"wanted ({here.key})", f"期望时间（{here.key}）"),
        )
        rows = [_request(each) for each in found_ones]
        cells = [
            (
                row["id"],
                benefit_words.word(row["stage"], _language()),
                row["benefit"],
                row["wish"],
                times.clock_time(each.wanted_at, here) if each.wanted_at else "–",
            )
            for row, each in zip(rows, found_ones, strict=True)
        ]
        result(rows, table(heads, cells), as_json=as_json)


def step(request: str, stage: str, note: str, quote: int | None, due: str | None, *, as_json: bool) -> None:
    """Take a request on."""
    with session.opened():
        from shuke.foundation import ids
        from shuke.rooms.benefits import facade as benefits
        from shuke.rooms.benefits.contracts import REQUEST_PREFIX, Stage, Step
        from shuke.surfaces.wording import benefit_words

        if stage not in [*Stage]:
            stages = ", ".join(Stage)
            raise Refusal("unknown_state", f"There is no stage {stage}; there are {stages}.", params={"states": stages})
        taken = Step(Stage(stage), note, times.instant(due), quote)
        row = _request(benefits.take(ids.decode(REQUEST_PREFIX, request), taken, actor()))
        result(row, [f"{row['id']}  {benefit_words.word(row['stage'], _language())}"], as_json=as_json)


def _print_use(done: "Use", *, as_json: bool) -> None:
    from shuke.foundation import ids
    from shuke.rooms.benefits.contracts import USE_PREFIX

    id = ids.encode(USE_PREFIX, done.id)
    left = words("any number", "不限") if done.left is None else done.left
    state = words("undone", "已撤销") if done.undone else words("used", "已使用")
    data = {
        "id": id,
        "benefit": done.benefit,
        "quantity": done.quantity,
        "left": done.left,
        "repeated": done.repeated,
        "undone": done.undone,
    }
    line = words(f"{id}: {done.benefit} {state}, {left} left", f"{id}：{done.benefit} {state}，剩余 {left}")
    result(data, [line], as_json=as_json)


def _told(held: "Entitlement") -> dict[str, Any]:
    return {
        "benefit": held.benefit.code,
        "name": held.benefit.name(_language()),
        "kind": held.benefit.kind.value,
        "by": held.subject,
        "state": held.state.value,
        "quota": held.quota,
        "per": held.per.value,
        "used": held.used,
        "left": held.left,
        "until": _day(held.until_day),
    }


def _request(found_one: "Request") -> dict[str, Any]:
    from shuke.foundation import ids
    from shuke.rooms.benefits.contracts import REQUEST_PREFIX
    from shuke.rooms.members.contracts import ID_PREFIX

    return {
        "id": ids.encode(REQUEST_PREFIX, found_one.id),
        "member": ids.encode(ID_PREFIX, found_one.member_id),
        "benefit": found_one.benefit,
        "wish": found_one.wish,
        "stage": found_one.stage.value,
        "wanted_at": found_one.wanted_at.isoformat() if found_one.wanted_at else None,
        "quote_minor": found_one.quote_minor,
        "next_stages": [stage.value for stage in found_one.next_stages],
    }


def _sheet_data(made: "Sheet") -> dict[str, Any]:
    return {
        "first": made.first.isoformat(),
        "last": made.last.isoformat(),
        "levels": [
            {
                "ladder": level.ladder,
                "level": level.level,
                "members": level.members,
                "cost_minor": level.cost_minor,
                "worth_minor": level.worth_minor,
                "gained": level.gained,
                "lost": level.lost,
                "concerns": [concern.value for concern in level.concerns],
                "benefits": [_row(row) for row in level.rows],
            }
            for level in made.levels
        ],
        "others": {subject: [_row(row) for row in rows] for subject, rows in made.others.items()},
    }


def _row(row: "SheetRow") -> dict[str, Any]:
    return {
        "benefit": row.benefit.code,
        "quota": row.quota,
        "entitled": row.entitled,
        "users": row.users,
        "uses": row.uses,
        "use_rate": row.use_rate,
        "cost_minor": row.cost_minor,
        "worth_minor": row.worth_minor,
        "dead": row.dead,
    }


def _sheet_lines(made: "Sheet") -> list[str]:
    from shuke.rooms.benefits import facade as benefits
    from shuke.surfaces.wording import benefit_words

    scale = benefits.digits()
    heads = (
        words("benefit", "权益"),
        words("members who have it", "享有人数"),
        words("who used it", "使用人数"),
        words("uses", "次数"),
        words("cost", "成本"),
    )
    blocks = [(f"{level.ladder} · {level.level}", level.members, level.rows, level) for level in made.levels]
    lines = [f"{made.first} – {made.last}"]
    for title, members, rows, level in blocks:
        worth = scaled(level.worth_minor, scale)
        lines += ["", words(f"{title}: {members} members, worth {worth} a member and year",
                            f"{title}：{members} 名会员，每人每年价值 {worth}")]  # fmt: skip
        lines += ["  " + line for line in table(heads, [_cells(row, scale) for row in rows])] if rows else []
        lines += [f"  ! {benefit_words.word(concern, _language())}" for concern in level.concerns]
    for subject, rows in made.others.items():
        lines += ["", benefit_words.subject(subject, _language())]
        lines += ["  " + line for line in table(heads, [_cells(row, scale) for row in rows])]
    return lines


def _cells(row: "SheetRow", scale: int) -> tuple[object, ...]:
    counted: tuple[object, ...] = (row.users, row.uses, scaled(row.cost_minor, scale))
    return (row.benefit.name(_language()), row.entitled, *(counted if row.counted else ("–", "–", "–")))


def _member(text: str) -> "UUID":
    return found(text).id


def _day(day: int | None) -> str | None:
    from datetime import date

    return None if day is None else (date(1970, 1, 1) + timedelta(days=day - 1)).isoformat()


def _language() -> str:
    return "zh" if in_chinese() else "en"
