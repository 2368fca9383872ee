"""Django's registration of the room under the label `points`."""

from django.apps import AppConfig


class PointsConfig(AppConfig):
    name = "shuke.rooms.points"
    label = "points"
