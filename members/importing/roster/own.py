"""One's own row: nobody sets by a file what the year asks of themself, as nobody corrects it (DOMAIN 3)."""

from collections.abc import Iterable, Set

from django.db.models import Q
from django.utils.translation import gettext as _

from members.importing.plan import CHANGED, Plan, RowPlan
from members.models import ImportBatch, ImportRow, Member, User
from xianfeng.lib.refusal import NotPossible

from .checking import row_error
from .columns import ENTRY, LEADER, MOBILE

# What a colleague writes, by the column that says it: dates and rank set what is asked, the number logs in.
COLLEAGUES = {"joined_on": ENTRY, "is_leader": LEADER, "mobile": MOBILE}


def entries_of(batch: ImportBatch) -> frozenset[int]:
    """Entries of whoever uploaded the file, or wrote over its cells and answered what it asked; one query."""
    answered = batch.events.filter(to_state=ImportBatch.State.UPLOADED, by__isnull=False).values("by")
    return entries(
        User.objects.filter(Q(pk=batch.uploaded_by_id) | Q(pk__in=answered)).values_list("pk", flat=True)
    )


def entries(accounts: Iterable[int]) -> frozenset[int]:
    """As `User.is_same_person` says of each: of these accounts, and of what bears the mark of one."""
    marks = User.objects.filter(pk__in=accounts, person__isnull=False).values("person")
    same = User.objects.filter(Q(pk__in=accounts) | Q(person__in=marks)).values("pk")
    found = Member.objects.filter(Q(user__in=same) | Q(person__in=marks))
    return frozenset(found.values_list("pk", flat=True))


def refuse_own(row: RowPlan, own: Set[int]) -> None:
    """What is a colleague's to write makes the row an error; all else about oneself goes through."""
    if row.errors or row.existing not in own:
        return
    if header := next((COLLEAGUES[field] for field in COLLEAGUES if field in row.changes), ""):
        row.existing, row.changes = None, {}
        row.errors.append(row_error(header, "own_record", row.values.get(header, "")))


def check_own(plan: Plan, batch: ImportBatch) -> None:
    """Somebody may have become known as the uploader since the plan was made. Raises NotPossible."""
    own = entries_of(batch)
    if any(row.existing in own and row.changes.keys() & COLLEAGUES.keys() for row in plan.of(CHANGED)):
        raise NotPossible(_("其中一行是上传人本人。"), "not_oneself")


def check_undo_of_own(batch: ImportBatch, by: User) -> None:
    """Taking a batch back writes what stood there before. Raises NotPossible."""
    own = entries([by.pk])
    rows = batch.rows.filter(outcome=ImportRow.Outcome.CHANGED, member__in=own)
    changed = any(row.changes.keys() & COLLEAGUES.keys() for row in rows)
    if changed or Member.objects.filter(pk__in=own, batch=batch).exists():
        raise NotPossible(_("这一批里有您本人的入册、职务级别或手机号，请由同事撤销。"), "not_oneself")
