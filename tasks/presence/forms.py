"""One row of the presence screen."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks.models import Claim
from xianfeng.lib.ids import LARGEST_ID

PRESENCES = [(value, label) for value, label in Claim.Presence.choices if value] + [("", _("未记录"))]


class PresenceForm(forms.Form):
    """One row: was this member there?"""

    claim_id = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=LARGEST_ID)
    presence = forms.ChoiceField(label=_("到场"), choices=PRESENCES, required=False, widget=forms.RadioSelect)
