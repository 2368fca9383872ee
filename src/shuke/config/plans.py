"""Paid plans at work: what comes round for them, and what their members are told, once each."""

from collections.abc import Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from shuke.core.values.errors import Refusal
from shuke.foundation import logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.messaging import facade as messaging
from shuke.rooms.messaging.contracts import Notice
from shuke.rooms.org import facade as org
from shuke.rooms.paid import contracts
from shuke.rooms.paid import facade as paid
from shuke.surfaces.wording import days, figures

_CHUNK = 200


def advance() -> Mapping[str, int]:
    """Do what time owes to subscriptions, and tell members what they are to be told."""
    return {"subscriptions": paid.advance_due().subscriptions, "notices": tell()}


def tell() -> int:
    """Tell what waits to be told; who has left hears nothing. One that can't be told keeps no other."""
    told, failed = 0, set[UUID]()
    while notices := paid.notices_to_tell(_CHUNK, failed):
        for notice in notices:
            try:
                with unit_of_work(apart=True):
                    _tell(notice)
                    paid.told(notice.id)
                told += 1
            except Exception as failure:  # noqa: BLE001  # whatever it is, the rest is told
                logs.failure("plan_notice_not_told", failure, notice=str(notice.id))
                failed.add(notice.id)
    return told


def _tell(notice: contracts.Notice) -> None:
    member = members.get(notice.member_id)
    own = org.organisation()
    if own is None:
        return
    zone = ZoneInfo(own.time_zone)
    params = {
        "plan": notice.plan.name(member.language),
        "day": days.written(notice.day and notice.day.astimezone(zone), member.language),
        "last_day": days.written(notice.day and days.last_day(notice.day, zone), member.language),
        "amount": figures.money(notice.amount_minor or 0, own.currency),
        "before": figures.money(notice.before_minor or 0, own.currency),
    }
    kind = notice.kind.value
    if notice.kind is contracts.NoticeKind.CHARGE_FAILED and notice.day is None:
        kind = "plan_charge_failed_last"
    try:
        messaging.send(Notice(kind, str(notice.id), member.language, notice.member_id, params=params))
    except Refusal as refused:
        logs.refusal(refused, notice=str(notice.id))
