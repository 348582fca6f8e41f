"""Taking back what one did a moment ago."""

from .offering import key_of, offer, undo, undoes

__all__ = ["key_of", "offer", "undo", "undoes"]
