"""What the API answers under /v1/, its reference included."""

from django.urls import path

from shuke.surfaces.http.api import api
from shuke.surfaces.http.reference import openapi_json, reference_page

urlpatterns = [
    path("docs", reference_page, name="api-docs"),
    path("openapi.json", openapi_json, name="openapi"),
    path("", api.urls),
]
