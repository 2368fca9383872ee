"""The programs room as a Django app."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "shuke.rooms.programs"
    label = "programs"
    verbose_name = "Programs"
