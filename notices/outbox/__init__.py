"""The outbox: messages written in the transaction of the change they tell of."""

from .messages import Message, send, send_many
from .recalling import HELD, recall, release
from .wording import Wording

__all__ = ["HELD", "Message", "Wording", "recall", "release", "send", "send_many"]
