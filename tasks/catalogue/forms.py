"""An entry of the catalogue."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks.catalogue.items import check_range
from tasks.models import ServiceItem
from tasks.models.sessions import SESSION_MINUTES
from tasks.rules import MAX_FLAGS
from xianfeng.lib.refusal import Refusal

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[ServiceItem]
else:
    ModelForm = forms.ModelForm  # takes no type at run time


class ItemForm(ModelForm):
    class Meta:
        model = ServiceItem
        fields = [
            "code", "name", "category", "min_flags", "max_flags", "default_minutes", "is_volunteering",
            "needs_review", "is_active", "words", "belongs", "not_belongs",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name, bound in (("max_flags", MAX_FLAGS), ("default_minutes", SESSION_MINUTES)):
            if (values.get(name) or 0) > bound:
                self.add_error(name, _("最多填 %(most)d。") % {"most": bound})
        least, most = values.get("min_flags"), values.get("max_flags")
        if least is not None and most is not None:
            try:
                check_range(least, most)
            except Refusal as refusal:
                self.add_error("max_flags", refusal.message)
        return values
