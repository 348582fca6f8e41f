"""The outbox: messages written in the transaction of the change they tell of."""

from .messages import Message, send, send_many
from .wording import Wording

__all__ = ["Message", "Wording", "send", "send_many"]
