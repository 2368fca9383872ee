"""Django's registration of the room under the label `paid`."""

from django.apps import AppConfig


class PaidConfig(AppConfig):
    name = "shuke.rooms.paid"
    label = "paid"
