"""Django's registration of the room under the label `mall`."""

from django.apps import AppConfig


class MallConfig(AppConfig):
    name = "shuke.rooms.mall"
    label = "mall"
