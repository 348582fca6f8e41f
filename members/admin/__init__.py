"""People and organisations in the admin."""

from . import imports, people

__all__ = ["imports", "people"]
