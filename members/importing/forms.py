"""Input of the import pages."""

from pathlib import Path

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from members.importing.rules import kinds_for
from members.models import Organization
from xianfeng.lib.spreadsheet.reading import FILE_LIMIT, MESSAGES

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".et", ".csv")


def check_file(file: UploadedFile) -> None:
    """Only what the name and size tell; the worker reads the content. Raises ValidationError."""
    if Path(file.name or "").suffix.lower() not in SUFFIXES:
        raise ValidationError(_("只能上传 .xlsx、.xls 或 .csv 文件。请用 Excel 或 WPS 另存为 .xlsx 再上传。"))
    if (file.size or 0) > FILE_LIMIT:
        raise ValidationError(str(MESSAGES["file_too_big"]))


class UploadForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("导入内容"),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择导入的内容。")},
    )
    file = forms.FileField(
        label=_("文件"),
        validators=[check_file],
        widget=forms.ClearableFileInput(
            attrs={
                "accept": ",".join(SUFFIXES),
                "data-largest": FILE_LIMIT,
                "data-too-large": MESSAGES["file_too_big"],
            }
        ),
        help_text=_("支持 .xlsx、.xls 和 .csv，不超过 20 MB。先核对，确认后才写入。"),
        error_messages={
            "required": _("请选择要上传的文件。"),
            "empty": str(MESSAGES["empty"]),
        },
    )

    def __init__(self, *args: object, organization: Organization, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        kinds = kinds_for(organization)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        field.choices = [(kind.value, kind.label) for kind in kinds]
        field.initial = kinds[0].value
        if len(kinds) == 1:
            field.widget = forms.HiddenInput()


class RowSearchForm(forms.Form):
    """Which rows of a preview to show; their outcome is chosen by the tabs."""

    q = forms.CharField(label=_("姓名、名称或单位"), required=False, max_length=40)
