"""Django's registration of the room under the label `org`."""

from django.apps import AppConfig


class OrgConfig(AppConfig):
    name = "shuke.rooms.org"
    label = "org"
