"""Django's registration of the room under the label `benefits`."""

from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    name = "shuke.rooms.benefits"
    label = "benefits"
