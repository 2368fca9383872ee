"""A carrier for sandboxes: it takes every message and brings it nowhere; the inbox shows what was taken."""

from shuke.rooms.messaging.contracts import Message


class Recording:
    """Takes messages, which the room of messages keeps."""

    def carry(self, message: Message) -> None:
        """Take a message. Raises nothing."""
