"""May two wishes be taken for one? The page and the action ask the same functions."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from wishes.models import Wish
from wishes.rights import check_handler
from xianfeng.lib.refusal import AlreadyDecided, Refusal

if TYPE_CHECKING:
    from members.models import User

State = Wish.State
# How far a wish has come; the one that is further on stays.
STEPS = (State.SUBMITTED, State.ACCEPTED, State.PUBLISHED)


class CannotMerge(Refusal):
    code = "cannot_merge"


class CannotPart(Refusal):
    code = "cannot_part"


def overtaken() -> AlreadyDecided:
    return AlreadyDecided(_("这条心愿刚被别人办理，请刷新后查看最新情况。"))


def check_pair(kept: Wish, gone: Wish, by: "User") -> None:
    """Two wishes that the person handles, of which `kept` goes on for both.

    Raises NotHandler, or CannotMerge with what to do instead.
    """
    for wish in (kept, gone):
        check_handler(wish.organization, by)
    if kept.pk == gone.pk:
        raise CannotMerge(_("请选择另一条心愿。"), "same_wish")
    check_stays(kept)
    check_goes(gone, kept)


def check_stays(kept: Wish) -> None:
    """Raises CannotMerge unless somebody still works on it: a merge must be of use to both residents."""
    if kept.merged_into:
        raise CannotMerge(
            _("要保留的这条已并入心愿 %(code)s，请改为保留那一条。") % {"code": kept.merged_into.code},
            "kept_is_merged",
        )
    if not kept.is_open:
        raise CannotMerge(
            _(
                "要保留的这条“%(state)s”，别的心愿不能再并入它。"
                "同一件事已经有结果的，请联系居民核实，再单独办理另一条。"
            )
            % {"state": kept.get_state_display()},
            "kept_is_over",
        )


def check_goes(gone: Wish, kept: Wish) -> None:
    """Raises CannotMerge where something hangs on it that the other wish would not carry on."""
    if gone.is_merged:
        raise CannotMerge(_("这条心愿已经并入另一条，请刷新页面。"), "already_merged")
    if has_task(gone):
        raise CannotMerge(_advice_on_tasks(kept), "has_task")
    if not gone.is_unpublished:
        raise CannotMerge(
            _("要并入的这条“%(state)s”，不用合并。") % {"state": gone.get_state_display()}, "gone_is_over"
        )
    if gone.duplicates.exists():
        raise CannotMerge(
            _("已有别的心愿并入要并入的这条。请反过来，保留这一条；或先取消那些合并。"), "has_duplicates"
        )


def has_task(wish: Wish) -> bool:
    """A task of its own that was not called off: people hold places on it, or served already."""
    task_states: Any = wish.tasks.model.State
    return wish.is_published or wish.tasks.exclude(state=task_states.CANCELLED).exists()


def _advice_on_tasks(kept: Wish) -> str:
    if has_task(kept):
        return _("两条心愿都有自己的任务，不能合并。请先取消其中一条的任务，或分别办完。")
    return _("要并入的这条有自己的任务。请反过来，保留有任务的这一条；或先取消它的任务。")


def check_parting(gone: Wish) -> None:
    """A merge may be taken back while the wish that was kept has not come to its end. Raises CannotPart."""
    if gone.merged_into is None:
        raise CannotPart(_("这条心愿没有并入别的心愿，请刷新页面。"), "not_merged")
    if gone.merged_into.state in {State.FULFILLED, State.CLOSED}:
        raise CannotPart(
            _("合并办理的心愿“%(state)s”，不能再取消合并。居民仍有需要的，请代居民重新填报一条。")
            % {"state": gone.merged_into.get_state_display()},
            "kept_is_over",
        )


def which_stays(one: Wish, other: Wish) -> tuple[Wish, Wish]:
    """The pair as it is proposed: the one that is further on stays, of equals the older one."""

    def rank(wish: Wish) -> tuple[int, int]:
        return STEPS.index(State(wish.state)), -wish.pk

    gone, kept = sorted((one, other), key=rank)
    return kept, gone
