"""May two records be taken for one person? Each check raises a typed refusal; pages ask the same ones."""

from django.utils.translation import gettext as _

from members.models import Member, Merge, User
from xianfeng.lib.refusal import AlreadyDecided, NotPossible, Refusal


class CannotMerge(Refusal):
    code = "cannot_merge"


def check_pair(kept: Member, gone: Member) -> None:
    """Two different records that both stand, with at most one post between their accounts."""
    if kept.pk == gone.pk:
        raise CannotMerge(_("请选择另一条记录。"), "same_record")
    for record in (kept, gone):
        if record.is_merged:
            raise CannotMerge(_("其中一条已经并入别的记录，请刷新页面。"), "already_merged")
    if kept.user and gone.user and holds_post(gone.user):
        raise CannotMerge(
            _("并入的记录所用账号有任职。请交换两条记录，或先终止该账号的任职。"), "account_has_post"
        )


def holds_post(user: User) -> bool:
    """A post to come counts: it would begin for an account that opens nothing."""
    return user.is_superuser or user.has_post_ahead


def check_not_own(*records: Member, by: User) -> None:
    """Nobody decides what counts as one's own record (DOMAIN 3)."""
    if any(by.is_same_person(record) for record in records):
        raise NotPossible(_("不能合并自己的记录，请由同事办理。"), "not_oneself")


def decided_before() -> AlreadyDecided:
    return AlreadyDecided(_("这次合并已经撤销过了，请刷新页面。"))


def check_last(merge: Merge) -> None:
    """Merges are taken apart in the reverse order. Raises CannotMerge."""
    later = Merge.objects.standing().filter(pk__gt=merge.pk)
    if later.filter(kept=merge.kept_id).exists() or later.filter(gone=merge.kept_id).exists():
        raise CannotMerge(_("保留的记录之后又合并过，请先撤销后一次合并。"), "merged_again")
