"""Django's registration of the shared ground under the label `foundation`."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "shuke.foundation"
    label = "foundation"
    default_auto_field = "django.db.models.BigAutoField"
