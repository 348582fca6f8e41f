"""Every model of ours can be narrowed to what a user may see, or says here why it need not."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

# label → why nobody needs a scope for it
EXEMPT: dict[str, str] = {
    "flags.LedgerHead": "one row that locks the chain; holds a number and a hash",
    "flags.AssessmentEvent": "read only through its run or assessment, which are scoped",
    "flags.PolicyChange": "read only through its policy, which is for everybody it is applied to",
    "members.MobileProof": "hashes of one-time codes; no page shows them",
    "members.MergeEvent": "read only through its merge, which is scoped",
    "members.ExemptionEvent": "read only through its exemption, which is scoped",
    "members.RosterChangeEvent": "read only through its change, which is scoped",
    "members.MobileChangeEvent": "read only through its change, which is scoped",
    "members.ElevationEvent": "read only through its elevation, which is scoped",
    "members.TeamEvent": "read only through its team, which is scoped",
    "members.TeamRoleEvent": "read only through its role, which is scoped",
    "members.RegistrationEvent": "read only through its registration, which is scoped",
    "notices.DeliveryEvent": "read only through its delivery, which is scoped",
    "reports.ExportEvent": "read only through its export, which is scoped",
    "tasks.BalanceRowEvent": "read only through its row, which is scoped",
    "tasks.InvitationEvent": "read only through its invitation, which is scoped",
    "tasks.CallEvent": "read only through its call, which is scoped",
    "tasks.ClaimEvent": "read only through its claim, which is scoped",
    "tasks.TargetEvent": "read only through its target, which is scoped",
    "tasks.TaskEvent": "read only through its task, which is scoped",
    "wishes.BriefOpening": "read only through its wish, which is scoped",
    "wishes.WishEvent": "read only through its wish, which is scoped",
}

MODELS = [
    model
    for app in settings.FIRST_PARTY_APPS
    for model in apps.get_app_config(app).get_models()
    if not model._meta.auto_created
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_each_model_has_a_scope_or_a_written_exemption(model: type[models.Model]):
    scoped = hasattr(model._default_manager.all(), "visible_to")
    assert scoped != (model._meta.label in EXEMPT), "exactly one of the two"


def test_no_exemption_outlives_its_model():
    assert set(EXEMPT) <= {model._meta.label for model in MODELS}
    assert all(EXEMPT.values())
