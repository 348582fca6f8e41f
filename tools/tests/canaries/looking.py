"""Where personal data could lie: every column, file, key, message and page."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urldefrag

import redis
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.test import Client

LINK = re.compile(r'href="(/[^"]*)"')
NOT_READ = re.compile(r"/logout|/static/|/rejected/|/template/|\.(?:png|svg|ico|css|js)$")
MOST_PAGES = 150  # of one visitor

Found = Iterator[tuple[str, str]]


def columns() -> Found:
    """As they lie in the database."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                yield from ((f"{table}.{name}", str(value)) for name, value in zip(names, row, strict=True))


def opened() -> Found:
    """As whoever has the keys reads them."""
    for model in apps.get_models():
        fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.ForeignKey)]
        for row in model._base_manager.all():
            for field in fields:
                value = getattr(row, field.attname)
                text = (
                    DjangoJSONEncoder(ensure_ascii=False).encode(value)
                    if isinstance(value, dict | list)
                    else value
                )
                yield f"{model._meta.label}.{field.name}", str(text)


def files() -> Found:
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        yield "file name", path.name
        if path.is_file():
            yield f"file {path.suffix}", unpacked(path.read_bytes())


def unpacked(data: bytes) -> str:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return "".join(package.read(name).decode(errors="replace") for name in package.namelist())


def keys() -> Found:
    """The queue and the cache."""
    for url in (settings.CELERY_BROKER_URL, settings.CACHE_URL):
        store = redis.Redis.from_url(url.replace("redis+socket", "unix").replace("virtual_host", "db"))
        for key in store.scan_iter():
            yield "key", key.decode(errors="replace")
            yield "value", str(value_of(store, key))


def value_of(store: redis.Redis, key: bytes) -> object:
    match store.type(key):
        case b"list":
            return store.lrange(key, 0, -1)
        case b"hash":
            return store.hgetall(key)
        case b"set":
            return store.smembers(key)
        case b"zset":
            return store.zrange(key, 0, -1)
        case _:
            return store.get(key)


def mails() -> Found:
    for message in mail.outbox:
        yield "mail", f"{message.subject}\n{message.body}"


def pages(client: Client, start: Iterable[str]) -> Found:
    """All that one visitor reaches by reading and following links, up to a number."""
    waiting, seen = list(start), set(start)
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        answer = client.get(path)
        if answer.status_code != 200 or answer.streaming:
            continue
        text = answer.content.decode(errors="replace")
        yield path, text
        links = (urldefrag(link.replace("&amp;", "&"))[0] for link in LINK.findall(text))
        fresh = [link for link in dict.fromkeys(links) if link not in seen and not NOT_READ.search(link)]
        waiting += fresh
        seen |= set(fresh)


def named(found: Found, canaries: re.Pattern[str]) -> list[str]:
    """Places where one of them stands."""
    return sorted({f"{place}: {hit[0]}" for place, text in found if (hit := canaries.search(text))})
