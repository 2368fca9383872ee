"""The console's addresses. A name here is what menu and links use; a page's right stands at its view."""

from django.urls import path

from shuke.surfaces.console.assets import asset
from shuke.surfaces.console.views import (
    audit,
    clock,
    home,
    jobs,
    keys,
    ledger,
    member,
    members,
    overview,
    programs,
    session,
    setup,
    staff,
    why,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("setup", setup.setup, name="setup"),
    path("login", session.log_in, name="login"),
    path("logout", session.log_out, name="logout"),
    path("language", session.language, name="language"),
    path("overview", overview.overview, name="overview"),
    path("overview/<slug:chart>.csv", overview.chart_csv, name="chart-csv"),
    path("members", members.members, name="members"),
    path("members/<str:member_id>", member.timeline, name="member"),
    path("members/<str:member_id>/entries", member.entries, name="member-entries"),
    path("members/<str:member_id>/lots", member.lots, name="member-lots"),
    path("members/<str:member_id>/tiers", member.tiers, name="member-tiers"),
    path("members/<str:member_id>/status", member.status, name="member-status"),
    path("members/<str:member_id>/reveal", member.reveal, name="member-reveal"),
    path("entries/<str:entry_id>/why", why.why, name="why"),
    path("programs", programs.programs, name="programs"),
    path("programs/publish", programs.publish, name="program-publish"),
    path("programs/<slug:slug>/<int:number>", programs.version, name="program-version"),
    path("clock", clock.test_clock, name="clock"),
    path("ledger-check", ledger.check, name="ledger-check"),
    path("keys", keys.keys, name="keys"),
    path("keys/<uuid:key_id>/revoke", keys.revoke, name="key-revoke"),
    path("staff", staff.staff, name="staff"),
    path("staff/<uuid:staff_id>", staff.terms, name="staff-terms"),
    path("staff/<uuid:staff_id>/active", staff.active, name="staff-active"),
    path("staff/reset", staff.reset, name="staff-reset"),
    path("jobs", jobs.jobs, name="jobs"),
    path("audit", audit.audit, name="audit"),
    path("static/<path:path>", asset, name="static"),
]
