"""Django's registration of the room under the label `tiers`."""

from django.apps import AppConfig


class TiersConfig(AppConfig):
    name = "shuke.rooms.tiers"
    label = "tiers"
