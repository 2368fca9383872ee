"""The till's addresses: two pages and a log-in, and what the pages ask for."""

from django.urls import path

from shuke.surfaces.cashier.views import checking, enrolling, refunding, selling, session, shell, valuing

urlpatterns = [
    path("", shell.till, name="till"),
    path("customer", shell.customer, name="till-customer"),
    path("sw.js", shell.service_worker, name="till-worker"),
    path("manifest.json", shell.manifest, name="till-manifest"),
    path("log-in", session.log_in, name="till-log-in"),
    path("lock", session.lock, name="till-lock"),
    path("state", session.state, name="till-state"),
    path("pin", session.change_pin, name="till-pin"),
    path("shift", session.shift, name="till-shift"),
    path("hand-over", session.hand_over, name="till-hand-over"),
    path("read", selling.read, name="till-read"),
    path("price", selling.price, name="till-price"),
    path("sell", selling.sell, name="till-sell"),
    path("refund-preview", refunding.preview, name="till-refund-preview"),
    path("refund", refunding.refund, name="till-refund"),
    path("use", checking.use, name="till-use"),
    path("top-up-preview", valuing.preview, name="till-top-up-preview"),
    path("top-up", valuing.top_up, name="till-top-up"),
    path("card-sell", valuing.sell_card, name="till-card-sell"),
    path("card-load", valuing.load_card, name="till-card-load"),
    path("enrol", enrolling.enrol, name="till-enrol"),
]
