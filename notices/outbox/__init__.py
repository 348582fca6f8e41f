"""The outbox: messages written in the transaction of the change they tell of."""

from .messages import Message, send, send_many

__all__ = ["Message", "send", "send_many"]
