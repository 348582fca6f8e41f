"""One row of the verification screen."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks.models import Claim, Task, Verification
from tasks.presence.forms import PresenceForm
from tasks.rules import MAX_FLAGS, MAX_MINUTES
from tasks.verifying.verifying import Decision, checks_of
from xianfeng.lib.refusal import LONGEST_REASON, Refusal

Grade = Verification.Grade
GRADES = [("", _("待定")), *((grade.value, grade.label) for grade in Grade if grade != Grade.NO_SHOW)]


class DecisionForm(PresenceForm):
    """One row of the verification screen; an absent member needs no grade."""

    grade = forms.ChoiceField(label=_("等次"), choices=GRADES, required=False)
    minutes = forms.IntegerField(label=_("时长（分钟）"), min_value=0, max_value=MAX_MINUTES)
    flags = forms.IntegerField(label=_("红旗"), min_value=0, max_value=MAX_FLAGS)
    note = forms.CharField(label=_("说明"), max_length=LONGEST_REASON, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        grade, presence = values.get("grade"), values.get("presence")
        if grade in Grade.AWARDED and presence != Claim.Presence.PRESENT:
            self.add_error("presence", _("选了等次，请同时选“到场”。"))
        if grade == Grade.DENIED and not (values.get("note") or "").strip():
            self.add_error("note", _("不予认定须写明原因，党员会看到。"))
        return values

    def meet_rules(self, task: Task, claim: Claim, bonus: int) -> None:
        """Say here what the service would refuse of this row, beside the field that it is about."""
        decision = self.decision(bonus)
        if decision is None:
            return
        claim.presence = self.cleaned_data["presence"]
        for check in checks_of(task, claim, decision, bonus):
            try:
                check()
            except Refusal as refusal:
                self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)

    def decision(self, bonus: int) -> Decision | None:
        """What the row decides; None where it leaves the claim for later. `bonus`: minutes for 很好."""
        values = self.cleaned_data
        if values["presence"] == Claim.Presence.ABSENT and not values["grade"]:
            return Decision(values["claim_id"], Grade.NO_SHOW, note=values["note"])
        if not values["grade"]:
            return None
        extra = bonus if values["grade"] == Grade.EXCELLENT else 0
        minutes = values["minutes"] + extra
        return Decision(values["claim_id"], values["grade"], minutes, values["flags"], values["note"])
