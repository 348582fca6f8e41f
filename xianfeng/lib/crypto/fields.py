"""Columns that hold ciphertext, and give and take what stands in it."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from xianfeng.lib.crypto.cipher import decrypt, encrypt, number_tail, open_number, seal_number


class EncryptedTextField(models.TextField):
    """A text column that holds ciphertext; empty strings and NULL stay as they are.

    It cannot be searched or ordered: keep a `blind_index` beside it where a look-up is needed.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return decrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        # Every token differs, so a comparison would silently find nothing.
        if lookup_name != "isnull":
            raise TypeError("An encrypted column cannot be compared; use a blind index.")
        return super().get_lookup(lookup_name)


class EncryptedJSONField(EncryptedTextField):
    """What JSON can say, as ciphertext; what is empty is written as no text at all."""

    # As those of JSONField: the type checker reads them.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, empty: type[dict[Any, Any] | list[Any]] = dict, **kwargs: Any) -> None:
        self.empty_value = empty
        super().__init__(*args, **{"default": empty, "blank": True} | kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "empty": self.empty_value}

    def get_prep_value(self, value: Any) -> Any:
        text = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False) if value else ""
        return super().get_prep_value(text)

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        text = super().from_db_value(value)
        return json.loads(text) if text else self.empty_value()

    def to_python(self, value: Any) -> Any:
        return value


class NumberField(models.CharField):
    """A telephone number as ciphertext: equal ones are equal, so it can be unique, joined and found.

    Besides `exact` and `in` there is `tail`, for the last four digits; nothing else compares.
    """

    LENGTH = 60  # of the token
    LOOKUPS = ("exact", "in", "isnull", "tail")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"max_length": self.LENGTH})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        number = super().get_prep_value(value)
        return seal_number(number) if number else number

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return open_number(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        # The ciphertext has neither order nor parts.
        if lookup_name not in self.LOOKUPS:
            raise TypeError("A sealed number is found whole, or by its last four digits.")
        return super().get_lookup(lookup_name)


@NumberField.register_lookup
class Tail(models.Lookup[Any]):
    """The last four digits, by the keyed index that the token begins with."""

    lookup_name = "tail"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} LIKE %s", (*params, f"{number_tail(str(self.rhs))}%")
