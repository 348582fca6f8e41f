"""Taking back what one did a moment ago."""

from .offering import TAG, offer, undo, undoes

__all__ = ["TAG", "offer", "undo", "undoes"]
