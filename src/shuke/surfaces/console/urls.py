"""The console's addresses. A name here is what menu and links use; a page's right stands at its view."""

from django.urls import path

from shuke.surfaces.console.assets import asset
from shuke.surfaces.console.views import audit, home, keys, session, setup, staff

urlpatterns = [
    path("", home.home, name="home"),
    path("setup", setup.setup, name="setup"),
    path("login", session.log_in, name="login"),
    path("logout", session.log_out, name="logout"),
    path("language", session.language, name="language"),
    path("keys", keys.keys, name="keys"),
    path("keys/<uuid:key_id>/revoke", keys.revoke, name="key-revoke"),
    path("staff", staff.staff, name="staff"),
    path("staff/<uuid:staff_id>/active", staff.active, name="staff-active"),
    path("staff/reset", staff.reset, name="staff-reset"),
    path("audit", audit.audit, name="audit"),
    path("static/<path:path>", asset, name="static"),
]
