"""Django's registration of the room under the label `payments`."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "shuke.rooms.payments"
    label = "payments"
