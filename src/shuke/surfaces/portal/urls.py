"""The addresses of the members' pages. Whose page it is comes from the log-in and from no address."""

from django.urls import path

<<<<<<< HEAD
from shuke.surfaces.portal.views import home, joining, mine, paid, points, shell, tiers
=======
from shuke.surfaces.portal.views import coupons, home, joining, mall, mine, points, shell, tiers
>>>>>>> lead

urlpatterns = [
    path("j/<path:store>", joining.join, name="portal-join-store"),
    path("m/", home.home, name="portal-home"),
    path("m/join", joining.join, name="portal-join"),
    path("m/login", joining.log_in, name="portal-login"),
    path("m/logout", joining.log_out, name="portal-logout"),
    path("m/card", home.card, name="portal-card"),
    path("m/codes", home.codes, name="portal-codes"),
    path("m/points", points.statement, name="portal-points"),
    path("m/points/lots", points.lots, name="portal-lots"),
    path("m/points/<int:unit>/<int:number>", points.why, name="portal-why"),
    path("m/tiers", tiers.tiers, name="portal-tiers"),
    path("m/coupons", coupons.coupon_list, name="portal-coupons"),
    path("m/coupons/<str:coupon_id>", coupons.coupon, name="portal-coupon"),
    path("m/mall", mall.shelf, name="portal-mall"),
    path("m/mall/orders", mall.orders, name="portal-mall-orders"),
    path("m/mall/orders/<str:order_id>", mall.order, name="portal-mall-order"),
    path("m/mall/pictures/<uuid:picture_id>", mall.picture, name="portal-mall-picture"),
    path("m/mall/<str:item>", mall.item, name="portal-mall-item"),
    path("m/mall/<str:item>/redeem", mall.redeem, name="portal-mall-redeem"),
    path("m/me", mine.mine, name="portal-me"),
    path("m/me/profile", mine.profile, name="portal-profile"),
    path("m/me/consents", mine.consents, name="portal-consents"),
    path("m/me/devices", mine.devices, name="portal-devices"),
    path("m/me/devices/<str:device_id>/end", mine.end_device, name="portal-device-end"),
    path("m/me/language", mine.language, name="portal-language"),
    path("m/plans", paid.plans, name="portal-plans"),
    path("m/plans/code", paid.activate, name="portal-plan-code"),
    path("m/plans/<slug:plan>/buy", paid.buy, name="portal-plan-buy"),
    path("m/plans/<slug:plan>/trial", paid.try_out, name="portal-plan-trial"),
    path("m/plans/<str:subscription_id>/leave", paid.leave, name="portal-plan-leave"),
    path("m/plans/<str:subscription_id>/renewal", paid.renewal, name="portal-plan-renewal"),
    path("m/pay/<str:payment_id>", paid.pay, name="portal-pay"),
    path("sandbox/pay/<str:payment_id>", paid.sandbox_pay, name="sandbox-pay"),
    path("m/offline", shell.offline, name="portal-offline"),
    path("m/manifest.webmanifest", shell.manifest, name="portal-manifest"),
    path("m/brand.css", shell.brand, name="portal-brand"),
    path("m/sw.js", shell.service_worker, name="portal-worker"),
]
