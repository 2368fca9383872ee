"""Django's registration of the room under the label `studio`."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "shuke.rooms.studio"
    label = "studio"
