"""Which surface answers under which path."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include("shuke.surfaces.http.urls")),
    path("till/", include("shuke.surfaces.cashier.urls")),
    path("callbacks/", include("shuke.surfaces.http.callbacks")),
    path("", include("shuke.surfaces.portal.urls")),
    path("", include("shuke.surfaces.console.urls")),
]

handler400 = "shuke.config.errors.bad_request"
handler404 = "shuke.config.errors.not_found"
handler500 = "shuke.config.errors.failed"
