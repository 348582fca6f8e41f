"""Backup, restore and drill of everything the platform keeps, and when each was done last."""

from .records import Last, last_backup, last_drill, shelf_in_use

__all__ = ["Last", "last_backup", "last_drill", "shelf_in_use"]
