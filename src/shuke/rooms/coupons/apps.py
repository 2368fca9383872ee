"""Django's registration of the room under the label `coupons`."""

from django.apps import AppConfig


class CouponsConfig(AppConfig):
    name = "shuke.rooms.coupons"
    label = "coupons"
