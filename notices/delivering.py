"""Deliver what the outbox holds."""


def deliver_due() -> None:
    """Send every message that is due."""
