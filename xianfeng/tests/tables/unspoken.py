"""Text columns that say nothing of anybody: no term for them, and no reason why they stay.

Every other column that can hold text stands in the `terms.py` of its app; a new one that stands in neither
place fails reports/retention/tests/test_columns.py.
"""

# Names of columns that are the same everywhere.
ANYWHERE = frozenset({"from_state", "to_state", "key", "hash", "previous_hash"})

# What each group of columns holds instead.
UNSPOKEN: dict[str, tuple[str, ...]] = {
    "names and telephones of offices, addresses of pages and codes that are printed": (
        "members.Organization.code",
        "members.Organization.name",
        "members.Organization.phone",
        "members.Organization.path",
        "members.Organization.public_code",
        "wishes.Wish.code",
        "tasks.ServiceItem.code",
        "tasks.ServiceItem.name",
        "tasks.ServiceItem.words",
        "tasks.ServiceItem.belongs",
        "tasks.ServiceItem.not_belongs",
        "tasks.ScopeRule.code",
        "tasks.ScopeRule.name",
    ),
    "rules, texts and figures of everybody": (
        "flags.Policy.reminder_dates",
        "flags.Policy.text",
        "flags.AssessmentRun.rules",
        "flags.AssessmentRun.ledger_hash",
        "tasks.ScopeRule.basis",
        "tasks.ScopeRule.words",
        "tasks.ScopeRule.exceptions",
        "tasks.ScopeRule.finds",
        "tasks.ScopeRule.passes",
        "tasks.Screening.keys",
        "tasks.Task.wanted_skills",
        "reports.Export.columns",
        "reports.RetentionRun.counts",
        "reports.RetentionRun.failures",
    ),
    "words of our own code: kinds, names of columns and of texts still to be sent": (
        "members.ContactReveal.field",
        "members.ListPreference.hidden",
        "members.ListPreference.page",
        "members.MobileChange.texts",
        "notices.Notice.kind",
        "notices.Notice.addressee_kind",
        "notices.Delivery.lease",
        "reports.Export.name",
        "auth.Permission.name",
        "auth.Permission.codename",
        "auth.Group.name",
        "contenttypes.ContentType.app_label",
        "contenttypes.ContentType.model",
        "admin.LogEntry.object_id",
    ),
    "keys of sessions, which go with their rows": (
        "sessions.Session.session_key",
        "usersessions.UserSession.session_key",
    ),
}
