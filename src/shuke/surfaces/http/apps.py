"""Django's registration of the API under the label `http`, for its template."""

from django.apps import AppConfig


class HttpConfig(AppConfig):
    name = "shuke.surfaces.http"
    label = "http"
