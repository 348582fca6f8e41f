"""What speaks against a task before it goes out: a rule of the city's, its flags, or its item."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tasks.models import ScopeRule, Screening, ServiceItem, Task
from tasks.scope.matching import matcher_of
from xianfeng.lib.refusal import Refusal

Action, Outcome = ScopeRule.Action, Screening.Outcome
SHORTEST_REASON = 4  # characters


class ScopeWarned(Refusal):
    code, field = "scope_warned", "insist"


@dataclass(frozen=True)
class Finding:
    """`key` names what was found, so that what went out once is not stopped again for the same."""

    key: str
    action: str
    text: str

    @property
    def stops(self) -> bool:
        return self.action == Action.REVIEW


def findings(task: Task) -> list[Finding]:
    """Of the task as it stands. One query."""
    return [*of_words(task.title, task.text), *of_item(task.item, task.flags)]


def of_words(title: str, text: str) -> Iterator[Finding]:
    """What a task is stands in its title; what only its text says is worth a warning."""
    for rule in ScopeRule.objects.active():
        matcher = matcher_of(rule.words, rule.exceptions)
        if hit := matcher.hit(title):
            yield Finding(f"{rule.code}:{hit}", rule.action, said_of(rule, hit))
        elif hit := matcher.hit(text):
            yield Finding(f"{rule.code}:{hit}", Action.WARN, said_of(rule, hit))


def said_of(rule: ScopeRule, hit: str) -> str:
    return _("“%(hit)s”像是“%(rule)s”。%(basis)s") % {"hit": hit, "rule": rule.name, "basis": rule.basis}


def of_item(item: ServiceItem, flags: int) -> Iterator[Finding]:
    if item.needs_review:
        text = _("服务事项“%(item)s”的任务，发布前都由市里审核。") % {"item": item}
        yield Finding(f"item:{item.code}", Action.REVIEW, text)
    if flags > item.max_flags:
        text = _("红旗 %(flags)d 面，超过“%(item)s”的上限 %(most)d 面。")
        figures = {"flags": flags, "item": item, "most": item.max_flags}
        yield Finding(f"flags:{item.code}:{flags}", Action.REVIEW, text % figures)


def stops(found: Iterable[Finding]) -> bool:
    return any(one.stops for one in found)


def fresh(task: Task, found: Iterable[Finding]) -> list[Finding]:
    """Without what this very task, or the one that it is a part of, has gone out with already."""
    asked = [pk for pk in (task.pk, task.parent_id) if pk]
    went = Screening.objects.filter(task__in=asked, outcome__in=Outcome.WENT_OUT).values_list(
        "keys", flat=True
    )
    known = {key for keys in went for key in keys}
    return [one for one in found if one.key not in known]


def in_words(found: Iterable[Finding]) -> str:
    return "\n".join(one.text for one in found)


def check_insisted(found: Collection[Finding], insist: str) -> str:
    """Who publishes despite a warning says why: it stays with the task, and the city reads it."""
    if found and len(insist.strip()) < SHORTEST_REASON:
        raise ScopeWarned(
            _(
                "%(findings)s 不属于志愿服务的请不要发布；确实属于的，请写明理由（至少 %(least)d 个字），"
                "市里会看到。"
            )
            % {"findings": in_words(found), "least": SHORTEST_REASON}
        )
    return insist.strip()
