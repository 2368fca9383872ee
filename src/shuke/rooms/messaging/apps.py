"""Django's registration of the room under the label `messaging`."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "shuke.rooms.messaging"
    label = "messaging"
