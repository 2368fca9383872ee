"""`shuke migrate` and `shuke clock`: what keeps a deployment current."""

from shuke.surfaces.cli import session, times
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.terminal import progress, result, words


def migrate(*, as_json: bool) -> None:
    """Apply what is pending and name it."""
    with session.opened(migrations="leave", fresh=True):
        names = session.pending()
        session.apply_migrations()
        lines = [*names, words(f"{len(names)} migrations applied.", f"已执行 {len(names)} 个迁移。")]
        result({"applied": names}, lines, as_json=as_json)


def show_clock(*, as_json: bool) -> None:
    """Print business time and machine time, and which of the two clocks is in force."""
    with session.opened() as home:
        from shuke.foundation import clock

        zone = times.zone()
        business, machine = (
            at.astimezone(zone).isoformat(timespec="seconds") for at in (clock.business_now(), clock.machine_now())
        )
        lines = [
            words(f"business time  {business}", f"业务时间  {business}"),
            words(f"machine time   {machine}", f"机器时间  {machine}"),
        ]
        result({"kind": home.kind, "business": business, "machine": machine}, lines, as_json=as_json)


def advance_clock(to: str, *, as_json: bool) -> None:
    """Move the test clock to a date or an instant, doing on the way what is due.

    Raises: Refusal `date_invalid`, `clock_is_live`, `clock_moves_back`.
    """
    with session.opened():
        from shuke.foundation import clock
        from shuke.rooms.programs import facade as programs

        zone = times.zone()
        target = times.instant(to, zone)
        assert target is not None
        days = max(1, (target - clock.business_now()).days + 1)
        with progress(days, "Days", "天") as advance:
            seen = 0

            def done(steps: int, _all: int) -> None:
                nonlocal seen
                advance(steps - seen)
                seen = steps

            moved = programs.move_clock(target, actor(), done)
        at = clock.business_now().astimezone(zone).isoformat(timespec="seconds")
        data = {
            "business": at,
            "members": moved.members,
            "entries": moved.entries,
            "expired": dict(moved.expired),
            "tier_changes": moved.tier_changes,
        }
        expired = ", ".join(f"{unit} {amount:,}" for unit, amount in moved.expired.items()) or "0"
        lines = [
            words(
                f"The clock stands at {at}; renewals, benefits and notices due until then are done. "
                f"Points and tiers: {moved.members:,} members advanced, expired {expired}, "
                f"{moved.tier_changes:,} tier changes.",
                f"时钟已到 {at}，其间到期的续费、权益与通知均已办理。"
                f"积分与等级：推进会员 {moved.members:,} 人次，过期 {expired}，等级变化 {moved.tier_changes:,} 次。",
            )
        ]
        result(data, lines, as_json=as_json)
