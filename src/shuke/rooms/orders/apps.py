"""Django's registration of the room under the label `orders`."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "shuke.rooms.orders"
    label = "orders"
