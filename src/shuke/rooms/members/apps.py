"""Django's registration of the room under the label `members`."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "shuke.rooms.members"
    label = "members"
