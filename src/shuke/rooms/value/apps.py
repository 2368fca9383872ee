"""Django's registration of the room under the label `value`."""

from django.apps import AppConfig


class ValueConfig(AppConfig):
    name = "shuke.rooms.value"
    label = "value"
