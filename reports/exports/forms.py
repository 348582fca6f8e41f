"""Input of the export page: which columns, as what."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.exports.columns import Column
from reports.exports.making import Order
from reports.models import Export


def fresh_key() -> str:
    return str(uuid4())


class ExportForm(forms.Form):
    columns = forms.MultipleChoiceField(
        label=_("列"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选一列。")},
    )
    format = forms.ChoiceField(
        label=_("格式"), choices=Export.Format, widget=forms.RadioSelect, initial=Export.Format.XLSX
    )
    key = forms.CharField(max_length=40, widget=forms.HiddenInput, initial=fresh_key)

    def __init__(self, *args: Any, columns: dict[str, Column], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["columns"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  (for the type checker)
        field.choices = [(name, column.column_name) for name, column in columns.items()]
        field.initial = [name for name, column in columns.items() if column.ticked]

    def order(self) -> Order:
        return Order(**self.cleaned_data)

    def renew(self) -> None:
        """The same ticks with a key that was not used yet."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["key"] = fresh_key()  # type: ignore[index]
