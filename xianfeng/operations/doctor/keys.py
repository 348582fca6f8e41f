"""The keys, and whether they open what lies in the database."""

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng.checks import SHORTEST_SECRET
from xianfeng.lib.crypto import DecryptionError
from xianfeng.lib.crypto.fields import EncryptedTextField, NumberField
from xianfeng.operations.doctor.findings import Area, Finding, Findings, fail, ok, probe, serious

GENERATE = "xianfeng-manage generate_env --path /tmp/new.env"


@probe(Area.FILES, gettext_lazy("密钥"))
def secrets() -> Findings:
    if settings.SECRET_KEY == settings.INSECURE_SECRET_KEY or len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield serious("secret_key", _("SECRET_KEY 是默认值或太短"), GENERATE)
    else:
        yield ok("secret_key", _("SECRET_KEY 已设"))
    if not settings.FIELD_ENCRYPTION_KEYS:
        yield serious("encryption_keys", _("没有 FIELD_ENCRYPTION_KEYS"), GENERATE)
    else:
        count = len(settings.FIELD_ENCRYPTION_KEYS)
        yield ok("encryption_keys", _("加密密钥 %(count)d 把") % {"count": count})


@probe(Area.FILES, gettext_lazy("加密的内容"))
def sealed_values() -> Findings:
    """The oldest and the newest of each kind: a key that was taken out too early shows at the oldest."""
    opened, closed = 0, []
    for model, field in sealed_columns():
        for row in ends(model, field):
            try:
                model._base_manager.values_list(field, flat=True).get(pk=row)
                opened += 1
            except DecryptionError:
                closed.append(f"{model._meta.label}.{field}")
    yield verdict(opened, sorted(set(closed)))


def verdict(opened: int, closed: list[str]) -> Finding:
    if closed:
        remedy = _(
            "把加密时用的密钥放回 FIELD_ENCRYPTION_KEYS(排在后面即可),再 systemctl restart xianfeng.target"
        )
        return fail("sealed_values", _("现有密钥打不开:%(names)s") % {"names": "、".join(closed)}, remedy)
    if not opened:
        return ok("sealed_values", _("库里还没有加密的内容"))
    return ok("sealed_values", _("试开 %(count)d 处加密内容,都打得开") % {"count": opened})


def sealed_columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField | NumberField):
                yield model, field.name


def ends(model: type[models.Model], field: str) -> set[int]:
    """Keys of the first and the last row that hold something there."""
    rows = model._base_manager.alias(size=Length(field)).filter(size__gt=0).order_by("pk")
    keys = rows.values_list("pk", flat=True)
    return {key for key in (keys.first(), keys.last()) if key is not None}
