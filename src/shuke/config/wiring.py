"""What is wired to what: which work comes round when, and what carries messages."""

from collections.abc import Mapping

from django.conf import settings
from procrastinate import App

from shuke.adapters import payment_alipay, payment_wechat, wallets
from shuke.adapters.deployment_http import HttpDeployment
from shuke.adapters.messages_recording import Recording
from shuke.adapters.payment_alipay import Alipay
from shuke.adapters.payment_counter import Counter
from shuke.adapters.payment_sandbox import provider as sandbox
from shuke.adapters.payment_wechat import Wechat
from shuke.adapters.supplier_http import HttpSupplier
from shuke.adapters.supplier_pool import Pool
from shuke.config import falls, plans
from shuke.foundation import clock, guesses, idempotency, jobs, logs
from shuke.foundation.jobs import Periodic
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.benefits.contracts import Kind
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import SupplierKind
from shuke.rooms.members import facade as members
from shuke.rooms.messaging import facade as messaging
from shuke.rooms.org import facade as org
from shuke.rooms.paid import facade as paid
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import Purpose
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console import log_ins


def advance_members() -> Mapping[str, int]:
    """Move every member whose time has come to the business clock, a committed chunk at a time."""
    advanced = programs.advance_due()
    return {"members": advanced.members, "entries": advanced.entries, "tier_changes": advanced.tier_changes}


def seal_ledger() -> Mapping[str, int]:
    made = programs.seal()
    return {"entries": made.entries if made else 0}


def give_benefits() -> Mapping[str, int]:
    """Ask handlers for the coupons and points that benefits still owe."""
    return {"given": benefits.carry_out_due()}


def release_coupons() -> Mapping[str, int]:
    """Make coupons usable again that were set aside for orders which did not come."""
    return {"coupons": coupons.release_lapsed(clock.business_now())}


def watch_coupons() -> Mapping[str, int]:
    """Write a line for every template of which far more is taken than usual, or whose budget nears its end."""
    found = coupons.alarms()
    for alarm in found:
        logs.event("coupon_alarm", template=alarm.template_code, kind=alarm.kind, count=alarm.count, usual=alarm.usual)
    return {"alarms": len(found)}


def prune_responses() -> Mapping[str, int]:
    return {"responses": idempotency.prune()}


def prune_guesses() -> Mapping[str, int]:
    return {"forgotten": guesses.prune(clock.machine_now())}


def prune_member_log_ins() -> Mapping[str, int]:
    return {"forgotten": members.prune_log_ins()}


def expire_approvals() -> Mapping[str, int]:
    return {"approvals": org.expire_approvals()}


def settle_payments() -> Mapping[str, int]:
    """Send what providers were not sent yet, ask about what they did not answer; in a sandbox hear what it tells."""
    asked = payments.reconcile()
    told = sandbox.deliver(clock.business_now()) if clock.is_tested() else 0
    return {"asked": asked.asked, "answered": asked.answered + told}


def carry_messages() -> Mapping[str, int]:
    return {"messages": messaging.carry_waiting()}


def prune_messages() -> Mapping[str, int]:
    return {"forgotten": messaging.prune()}


PERIODIC = (
    # Midnight of a program's time zone is somewhere in the day of the machine: look often, mostly in vain.
    Periodic("advance", "*/5 * * * *", advance_members),
    Periodic("benefits", "* * * * *", give_benefits),
    Periodic("lapse_exchanges", "* * * * *", programs.lapse_exchanges),
    Periodic("deliver_exchanges", "* * * * *", programs.deliver_exchanges),
    Periodic("watch_coupons", "* * * * *", watch_coupons),
    Periodic("release_coupons", "*/5 * * * *", release_coupons),
    Periodic("settle_payments", "* * * * *", settle_payments),
    Periodic("advance_plans", "* * * * *", plans.advance),
    Periodic("carry_messages", "* * * * *", carry_messages),
    Periodic("warn_of_falls", "47 1 * * *", falls.warn),
    Periodic("seal", "7 2 * * *", seal_ledger),
    Periodic("expire_approvals", "37 * * * *", expire_approvals),
    Periodic("prune_responses", "17 3 * * *", prune_responses),
    Periodic("prune_member_log_ins", "37 3 * * *", prune_member_log_ins),
    Periodic("prune_messages", "57 3 * * *", prune_messages),
    Periodic("prune_guesses", "47 3 * * *", prune_guesses),
    Periodic("prune_log_ins", "27 3 * * *", log_ins.prune),
)


def wire_jobs(app: App) -> None:
    """Register what comes round, and what carries out approvals, messages and payments; called when Django is ready."""
    jobs.register(app, PERIODIC)
    for work in (settle_payments, plans.advance, settle_payments, plans.tell):  # a charge that is due is paid at once
        programs.at_each_stop(work)
    programs.at_each_stop(falls.warn)
    programs.at_each_stop(programs.lapse_exchanges)
    programs.at_each_stop(programs.deliver_exchanges)
    _wire_payments()
    messaging.carry_with(Recording() if clock.is_tested() else None)
    org.carry_out("points.adjustment", programs.carry_out_adjustment)
    org.carry_out("program.publish", programs.carry_out_publish)
    org.carry_out("value.refund", programs.carry_out_value_refund)
    benefits.handle(Kind.POINTS, programs.PointsOfBenefits())
    benefits.handle(Kind.COUPON, benefits.CouponGifts())
    for kind, wallet in wallets.of_keys(settings.SHUKE_WALLET_KEYS, settings.SHUKE_ORIGIN).items():
        members.provide_wallet(kind, wallet)
    programs.reach_deployments_with(HttpDeployment())
    mall.supplied_by(SupplierKind.POOL, Pool())
    mall.supplied_by(SupplierKind.HTTP, HttpSupplier())


def _wire_payments() -> None:
    """Say by which methods one pays, the first first, and who hears of it."""
    if clock.is_tested():
        payments.provide(sandbox.METHOD, sandbox.Sandbox())
    for method, make in ((payment_wechat.METHOD, Wechat.of), (payment_alipay.METHOD, Alipay.of)):
        keys = settings.SHUKE_PAYMENT_KEYS.get(method)
        if keys is not None:
            payments.provide(method, make(keys, f"{settings.SHUKE_ORIGIN}/callbacks/payments/{method}"))
    payments.provide("counter", Counter())
    payments.when_paid(Purpose.MALL, programs.mall_paid)
    payments.when_paid(Purpose.VALUE, programs.value_paid)
    payments.when_failed(Purpose.VALUE, programs.value_failed)
    payments.when_paid(Purpose.PLAN, paid.paid)
    payments.when_failed(Purpose.PLAN, paid.failed)
