"""Django's registration of the console under the label `console`, for its templates, static files and words."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "shuke.surfaces.console"
    label = "console"
