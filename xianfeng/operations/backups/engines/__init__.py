"""What differs between PostgreSQL and SQLite."""

from django.db import connections
from django.db.utils import ConnectionHandler

from xianfeng.operations.backups.engines.base import Config, Engine
from xianfeng.operations.backups.engines.postgresql import PostgreSQL
from xianfeng.operations.backups.engines.sqlite import SQLite
from xianfeng.operations.backups.engines.standing import standing_in
from xianfeng.settings import database

__all__ = ["Config", "Engine", "at", "engine_of", "in_use", "standing_in"]


def in_use() -> Engine:
    """That of the database the platform runs on."""
    return engine_of(connections["default"].settings_dict)


def at(url: str) -> Config:
    """The configuration of a database by its address, with every default filled in."""
    return ConnectionHandler({"default": database(url)}).settings["default"]


def engine_of(config: Config) -> Engine:
    if config["ENGINE"] == "django.db.backends.sqlite3":
        return SQLite(config)
    return PostgreSQL(config)
