"""Django's registration of the words that every surface uses, for its catalogue."""

from django.apps import AppConfig


class WordingConfig(AppConfig):
    name = "shuke.surfaces.wording"
    label = "wording"
